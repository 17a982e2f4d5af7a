/**
 * Tells people: gathers what a sweep brings, puts it into the outbox as one message a kind, and delivers from there
 * beside the sweeps. A receiver that does not answer never holds up anything but its own messages.
 */
import { createHash } from 'node:crypto';
import { MINUTE, SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import { Delivery, type DeliveryOutcome } from './delivery.ts';
import { MessageGathering } from './gather.ts';
import type { Channel, Message, Notification, Topic } from './message.ts';
import type { Log } from '../ports/log.ts';
import type { Outbox, Waiting } from '../ports/outbox.ts';
import type { Sender } from './send.ts';

/** More do not wait: the oldest go. */
const MOST_WAITING = 1_000;
/** News about agents come sweep after sweep when they come at all: after one message the next waits for so long. */
const GATHER: Duration = 5 * MINUTE;
/** In real time: an outbox that hangs is waited for no longer to note how deliveries ended that were cut off. */
const LAST_NOTES: Duration = SECOND;
const ABOUT_AGENTS: ReadonlySet<Topic> = new Set(['held', 'forbidden', 'engaged_too_long', 'return']);

export interface NotifierParts {
  readonly channels: readonly Channel[];
  /** Outlives the process. */
  readonly outbox: Outbox;
  /** Lasts as long as the process, and takes what the store would not: that it is lost is itself news. */
  readonly spare: Outbox;
  readonly sender: Sender;
  readonly clock: { now(): Instant };
  readonly log: Log;
  /** Whose news these are. */
  readonly organisation?: () => string;
  /** Told how each try ended. */
  readonly onTried?: (channel: string, outcome: DeliveryOutcome) => void;
}

/** Tells people what happens. No method throws or rejects. */
export interface Notifier {
  /** Notes one thing that happened. Nothing is sent yet. */
  raise(news: Notification): void;
  /** Puts what was raised into the outbox, where it outlives the process. It is sent with the next `flush`. */
  keep(): Promise<void>;
  /** Sends what was raised since the last time, and what waits to be tried again. Resolves when all has been tried. */
  flush(): Promise<void>;
  /** Takes up other channels. */
  use(channels: readonly Channel[]): void;
  /** The channels now. */
  channels(): readonly Channel[];
  /** Sends what was raised, for at most `limit` of real time; the rest waits in the outbox. Ends within a second more. */
  close(limit?: Duration): Promise<void>;
}

/** Makes a notifier; see `Notifier`. */
export function createNotifier(parts: NotifierParts): Notifier {
  return new OutboxNotifier(parts);
}

class OutboxNotifier implements Notifier {
  readonly #parts: NotifierParts;
  readonly #gathered = new MessageGathering();
  readonly #abort = new AbortController();
  readonly #delivery: Delivery;
  #channels: readonly Channel[];
  #delivering: Promise<void> | undefined;
  #again = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#channels = parts.channels;
    this.#delivery = new Delivery({ ...parts, channels: () => this.#channels, signal: this.#abort.signal });
  }

  raise(news: Notification): void {
    if (this.#listeners(news.kind).length > 0) this.#gathered.add(news);
  }

  use(channels: readonly Channel[]): void {
    this.#channels = channels;
  }

  channels(): readonly Channel[] {
    return this.#channels;
  }

  async keep(): Promise<void> {
    const { clock, organisation } = this.#parts;
    await this.#post(this.#gathered.take(clock.now(), organisation?.()));
  }

  async flush(): Promise<void> {
    await this.keep();
    this.#again = true;
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined;
    });
    await this.#delivering;
  }

  async close(limit: Duration = 3 * SECOND): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    const timers = [
      setTimeout(() => {
        this.#abort.abort();
      }, limit),
      setTimeout(() => {
        resolve(undefined);
      }, limit + LAST_NOTES),
    ];
    await Promise.race([this.flush(), over]);
    for (const timer of timers) clearTimeout(timer);
    this.#abort.abort();
    await this.#parts.sender.close().catch(() => undefined);
  }

  #listeners(kind: Topic): readonly Channel[] {
    return this.#channels.filter(({ enabled, on }) => enabled && on.has(kind));
  }

  async #post(messages: readonly Message[]): Promise<void> {
    const waiting = messages.flatMap((message) =>
      this.#listeners(message.kind).map(({ name }) =>
        waitingFor(name, message, this.#goodFrom(name, message)),
      ),
    );
    if (waiting.length === 0) return;
    const { outbox, spare, log } = this.#parts;
    try {
      noteDropped(log, await outbox.add(waiting, MOST_WAITING));
    } catch {
      noteDropped(log, await spare.add(waiting, MOST_WAITING));
    }
  }

  #goodFrom(channel: string, { kind, at }: Message): Instant {
    const last = this.#delivery.lastAt(channel, kind);
    // The last one may have been told by a clock that ran ahead.
    return last === undefined || !ABOUT_AGENTS.has(kind) ? at : Math.max(at, Math.min(last, at) + GATHER);
  }

  async #deliverAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#deliver(this.#parts.outbox);
      await this.#deliver(this.#parts.spare);
    }
  }

  async #deliver(outbox: Outbox): Promise<void> {
    try {
      await this.#delivery.run(outbox, await outbox.due(this.#parts.clock.now(), MOST_WAITING));
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the outbox could not be used: messages wait');
    }
  }
}

function noteDropped(log: Log, dropped: number): void {
  if (dropped > 0) log.error({ dropped }, 'too many messages wait: the oldest were dropped');
}

function waitingFor(channel: string, message: Message, nextAt: Instant): Waiting {
  const { kind, message: sentence, count, items } = message;
  const same = JSON.stringify([kind, sentence, count, items.map(withoutSweep)]);
  return {
    id: `${message.id}:${channel}`,
    channel,
    key: createHash('sha256').update(same).digest('hex').slice(0, 32),
    at: message.at,
    nextAt,
    body: JSON.stringify(message),
  };
}

/** The same news from the next sweep is still the same. */
function withoutSweep(fields: Message['items'][number]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'sweepId'));
}
