/** From the outbox to the receivers: what waits together goes as one, and what fails is tried again later and later. */
import { DAY, MINUTE, type Duration, type Instant } from '../domain/time/time.ts';
import { DeliveryError } from './errors.ts';
import { merged } from './gather.ts';
import type { Channel, Message, Topic } from './message.ts';
import { LONGEST_DELAY, type DueMessage, type Outbox } from '../ports/outbox.ts';
import type { Log } from '../ports/log.ts';
import type { Sender } from './send.ts';

/** After so many different messages in a row that fail, it is the receiver that is not well, and not a message. */
const IN_VAIN = 2;
/** A message that was not delivered within this is given up. */
const GIVE_UP: Duration = DAY;

/** How one try ended. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'given_up';

export interface DeliveryParts {
  /** The channels now. */
  readonly channels: () => readonly Channel[];
  readonly sender: Sender;
  readonly clock: { now(): Instant };
  readonly log: Log;
  readonly onTried?: ((channel: string, outcome: DeliveryOutcome) => void) | undefined;
  /** Calls off what is under way. */
  readonly signal: AbortSignal;
}

/** Messages of one kind and sentence that wait for one channel. */
interface Bundle {
  readonly waiting: readonly DueMessage[];
  readonly message: Message;
}

/** One notifier's way to its receivers. */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #lastAt = new Map<string, Instant>();
  /** Delivered, though the outbox would not forget them: with a store that fails they must not be sent again every minute. */
  readonly #delivered = new Set<string>();
  /** How often a message was tried in vain: one that its receiver never takes must not come before the others each time. */
  readonly #failures = new Map<string, number>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** When this process last told a channel of such news. */
  lastAt(channel: string, kind: Topic): Instant | undefined {
    return this.#lastAt.get(`${kind}\n${channel}`);
  }

  /** All channels at once, each its messages one by one, oldest first. Rejects only when the outbox is lost. */
  async run(outbox: Outbox, due: readonly DueMessage[]): Promise<void> {
    const byChannel = Map.groupBy(due, ({ channel }) => channel);
    await Promise.all([...byChannel].map(([name, waiting]) => this.#toChannel(name, waiting, outbox)));
  }

  async #toChannel(name: string, due: readonly DueMessage[], outbox: Outbox): Promise<void> {
    const channel = this.#parts.channels().find((one) => one.name === name && one.enabled);
    const waiting = due.filter(({ id }) => !this.#delivered.has(id));
    const bundles = channel === undefined ? [] : this.#leastTriedFirst(bundlesOf(waiting));
    const known = new Set(bundles.flatMap(({ waiting }) => waiting.map(({ id }) => id)));
    await this.#drop(
      name,
      due.filter(({ id }) => !known.has(id)),
      outbox,
    );
    let inVain = 0;
    for (const [n, bundle] of bundles.entries()) {
      if (channel === undefined || this.#isOver()) return;
      const fault = await this.#send(channel, bundle);
      // Called off by ourselves: that says nothing about the receiver.
      if (fault !== undefined && this.#isOver()) return;
      if (fault === undefined) {
        inVain = 0;
        await this.#done(bundle, outbox);
        continue;
      }
      this.#noteFailure(bundle);
      if (!fault.unwanted) inVain += 1;
      const isUnwell = inVain >= IN_VAIN || fault.retryAfter !== undefined;
      await this.#failed(isUnwell ? bundles.slice(n) : [bundle], fault, outbox);
      if (isUnwell) return;
    }
  }

  #leastTriedFirst(bundles: readonly Bundle[]): readonly Bundle[] {
    const tries = ({ waiting }: Bundle): number =>
      Math.max(...waiting.map(({ id }) => this.#failures.get(id) ?? 0));
    return [...bundles].sort((a, b) => tries(a) - tries(b));
  }

  #noteFailure({ waiting }: Bundle): void {
    for (const { id } of waiting) this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1);
  }

  #isOver(): boolean {
    return this.#parts.signal.aborted;
  }

  async #send(channel: Channel, { message }: Bundle): Promise<DeliveryError | undefined> {
    try {
      await this.#parts.sender.send(channel, message, this.#parts.signal);
      this.#lastAt.set(`${message.kind}\n${channel.name}`, this.#parts.clock.now());
      return undefined;
    } catch (error) {
      return error instanceof DeliveryError ? error : new DeliveryError('unexpected');
    }
  }

  async #done({ waiting, message }: Bundle, outbox: Outbox): Promise<void> {
    const ids = waiting.map(({ id }) => id);
    const { log, onTried } = this.#parts;
    const channel = waiting[0]?.channel ?? '';
    log.info({ channel, kind: message.kind, count: message.count }, 'a message was delivered');
    onTried?.(channel, 'delivered');
    for (const id of ids) {
      this.#delivered.add(id);
      this.#failures.delete(id);
    }
    await outbox.done(ids);
    for (const id of ids) this.#delivered.delete(id);
  }

  /** Messages without a channel, and those that were delivered before the outbox could forget them. */
  async #drop(channel: string, waiting: readonly DueMessage[], outbox: Outbox): Promise<void> {
    if (waiting.length === 0) return;
    const ids = waiting.map(({ id }) => id);
    const lost = ids.filter((id) => !this.#delivered.has(id)).length;
    if (lost > 0) this.#parts.log.warn({ channel, lost }, 'messages were given up: their channel is gone');
    await outbox.done(ids);
    for (const id of ids) this.#delivered.delete(id);
  }

  /** A receiver that is not well is left alone with all that waits for it. */
  async #failed(bundles: readonly Bundle[], fault: DeliveryError, outbox: Outbox): Promise<void> {
    const { clock, log, onTried } = this.#parts;
    const now = clock.now();
    const all = bundles.flatMap(({ waiting }) => waiting);
    const old = all.filter(({ at }) => now - at >= GIVE_UP);
    const rest = all.filter(({ at }) => now - at < GIVE_UP);
    const channel = all[0]?.channel ?? '';
    if (old.length > 0) {
      const fields = { channel, lost: old.length, fault: fault.message };
      log.error(fields, 'messages were given up: they could not be delivered for a day');
      onTried?.(channel, 'given_up');
      for (const { id } of old) this.#failures.delete(id);
      await outbox.done(old.map(({ id }) => id));
    }
    if (rest.length === 0) return;
    onTried?.(channel, 'failed');
    const tries = Math.max(...rest.map((one) => one.tries));
    const pause = Math.min(LONGEST_DELAY, Math.max(backoff(tries), fault.retryAfter ?? 0));
    const fields = { channel, waiting: rest.length, fault: fault.message, pause };
    log.warn(fields, 'messages could not be delivered: trying again');
    await outbox.failed(
      rest.map(({ id }) => id),
      now + pause,
    );
  }
}

/** 1, 2, 4 … 60 min. */
function backoff(tries: number): Duration {
  return Math.min(LONGEST_DELAY, MINUTE * 2 ** Math.min(tries, 10));
}

function bundlesOf(due: readonly DueMessage[]): readonly Bundle[] {
  const read = due.flatMap((waiting) => {
    const message = messageIn(waiting.body);
    return message === undefined ? [] : [{ waiting, message }];
  });
  const alike = Map.groupBy(read, ({ message: { kind, message } }) => `${kind}\n${message}`);
  return [...alike.values()].flatMap((parts) => {
    const message = merged(parts.map((part) => part.message));
    return message === undefined ? [] : [{ waiting: parts.map((part) => part.waiting), message }];
  });
}

function messageIn(body: string): Message | undefined {
  try {
    return JSON.parse(body) as Message;
  } catch {
    return undefined;
  }
}
