/**
 * One channel of the platform's notification service: its WebSocket, the agents that it tells of, and since when it has told of each
 * without a gap. Opening a channel and subscribing is done in `push.ts`.
 */
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { ARRIVES_WITHIN } from '../../domain/evidence/push.ts';
import { unlessAborted } from '../../http/abort.ts';
import { asText, member, parseSmallJson } from '../../http/read-json.ts';
import type { OpenSocket, Socket } from '../../http/socket.ts';

/** A message that is about an agent, as it came. */
export interface PushMessage {
  readonly topic: string;
  readonly body: unknown;
}

export interface ChannelHooks {
  readonly open: OpenSocket;
  /** Server time. */
  readonly now: () => Instant;
  /** A message, and up to when all had arrived before it. */
  readonly message: (message: PushMessage, arrivedTo: Instant) => void;
  /** How long an answer of a socket is waited for, in real time. */
  readonly patience?: Duration;
}

/** The platform sends a heartbeat every 30 s. */
const SILENT_AFTER: Duration = 75 * SECOND;
/** In real time: a socket that answers later is taken to be dead. */
const PONG_WITHIN: Duration = 3 * SECOND;
const OPENS_WITHIN: Duration = 5 * SECOND;
const FIRST_PAUSE: Duration = SECOND;
const LONGEST_PAUSE: Duration = MINUTE;
/** After so many failures in a row the channel is given up: the platform may have forgotten it. */
const MOST_FAILURES = 4;

/** What is sent to ask whether the other side is there, and what it answers. */
const PING = JSON.stringify({ message: 'ping' });
const PONG = 'pong';

export class PushChannel {
  readonly id: string;
  /** Since when each agent is told of; `undefined` while they are not. */
  readonly agents = new Map<string, Instant | undefined>();
  /** When the subscriptions were put last. */
  subscribedAt: Instant | undefined;
  /** The platform has said that it is going to close the socket. */
  isClosing = false;
  readonly #address: string;
  readonly #hooks: ChannelHooks;
  #socket: Socket | undefined;
  #isOpen = false;
  #heardAt = -Infinity;
  #arrivedTo = -Infinity;
  /** Pings without a pong. */
  #unanswered = 0;
  #failures = 0;
  #retryAt = -Infinity;
  #waiting: (() => void)[] = [];

  constructor(id: string, address: string, hooks: ChannelHooks) {
    this.id = id;
    this.#address = address;
    this.#hooks = hooks;
  }

  /** The socket is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What happened up to then has arrived. */
  get arrivedTo(): Instant {
    return this.#arrivedTo;
  }

  /** It failed so often that another channel is the better way. */
  get isGivenUp(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** It failed just now. A clock that was set back makes no pause longer. */
  get #isPausing(): boolean {
    const left = this.#retryAt - this.#hooks.now();
    return left > 0 && left <= LONGEST_PAUSE;
  }

  /**
   * Opens the socket unless it is open, being opened, or failed just now. Resolves when that is decided, or with the signal: then it may
   * still open.
   */
  async connect(signal: AbortSignal): Promise<void> {
    if (this.#socket !== undefined || this.#isPausing || signal.aborted) return;
    this.#arrivedTo = -Infinity;
    this.#socket = this.#hooks.open(this.#address, {
      opened: () => {
        this.#isOpen = true;
        this.#heardAt = this.#hooks.now();
        this.#settle();
      },
      text: (text) => {
        this.#heard(text);
      },
      closed: () => {
        this.#closed();
      },
    });
    const socket = this.#socket;
    const decided = this.#settled(OPENS_WITHIN).then(() => {
      if (!this.#isOpen && this.#socket === socket) this.drop();
    });
    await unlessAborted(decided, signal).catch(() => undefined);
  }

  /** From now on these agents are told of, as the platform has confirmed. */
  tells(agentIds: Iterable<string>): void {
    const from = this.#hooks.now() + ARRIVES_WITHIN;
    for (const id of agentIds) this.agents.set(id, this.agents.get(id) ?? (this.#isOpen ? from : undefined));
  }

  /** Takes over from a channel that is about to end: what that one told of without a gap, this one goes on with. */
  inherits(former: PushChannel): void {
    if (!this.#isOpen) return;
    for (const [id, since] of former.agents) if (since !== undefined) this.agents.set(id, since);
  }

  /** Waits until all that was sent has arrived. A socket that does not answer is closed. */
  async catchUp(signal: AbortSignal): Promise<void> {
    if (!this.#isOpen) return;
    const asked = this.#hooks.now();
    this.#unanswered += 1;
    this.#socket?.send(PING);
    await this.#settled(this.#hooks.patience ?? PONG_WITHIN, signal);
    if (this.isOpen && this.#unanswered === 0) this.#arrivedTo = Math.max(this.#arrivedTo, asked);
    else if (!signal.aborted) this.drop();
  }

  /** Closes the socket: of what happens until it is open again nothing is known. */
  drop(): void {
    this.#socket?.close();
  }

  /** Drops a socket that has been silent for too long, or that spoke last by a clock that ran ahead: up to when all arrived is not known. */
  dropIfSilent(): void {
    if (this.#isOpen && Math.abs(this.#hooks.now() - this.#heardAt) > SILENT_AFTER) this.drop();
  }

  #closed(): void {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures);
    this.#failures += 1;
    this.#unanswered = 0;
    this.#socket = undefined;
    this.#isOpen = false;
    this.#retryAt = this.#hooks.now() + pause;
    for (const id of this.agents.keys()) this.agents.set(id, undefined);
    this.#settle();
  }

  #heard(text: string): void {
    this.#heardAt = this.#hooks.now();
    this.#failures = 0;
    const message = parseSmallJson(text);
    const topic = asText(member(message, 'topicName'));
    const body = member(message, 'eventBody');
    if (topic === undefined) return;
    if (topic === 'v2.system.socket_closing') this.isClosing = true;
    else if (topic !== 'channel.metadata') this.#hooks.message({ topic, body }, this.#arrivedTo);
    else if (member(body, 'message') === PONG) {
      this.#unanswered = Math.max(0, this.#unanswered - 1);
      if (this.#unanswered === 0) this.#settle();
    }
  }

  #settle(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the socket opens, answers or ends, and in any case after so long. */
  async #settled(within: Duration, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      resolve(undefined);
    };
    const timer = setTimeout(wake, within);
    signal?.addEventListener('abort', wake, { once: true });
    this.#waiting.push(wake);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener('abort', wake);
  }
}
