/**
 * Tells people: gathers what a sweep brings, puts it into the outbox as one message a kind, and delivers from there
 * beside the sweeps. A receiver that does not answer never holds up anything but its own messages.
 */
import { createHash } from 'node:crypto';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../domain/time.ts';
import { DeliveryError } from './errors.ts';
import { Gathering } from './gather.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import type { Channel, DueMessage, Message, News, NotifyLog, Outbox, Waiting } from './ports.ts';
import type { Sender } from './send.ts';

/** More do not wait: the oldest go. */
const MOST_WAITING = 1_000;
/** Whoever was not reached within this has other ways of knowing. */
const GIVE_UP: Duration = DAY;
const LONGEST_PAUSE: Duration = HOUR;

export interface NotifierParts {
  readonly channels: readonly Channel[];
  /** Outlives the process. */
  readonly outbox: Outbox;
  readonly sender: Sender;
  readonly clock: { now(): Instant };
  readonly log: NotifyLog;
}

/** Tells people what happens. No method throws or rejects. */
export interface Notifier {
  /** Notes one thing that happened. Nothing is sent yet. */
  raise(news: News): void;
  /** Sends what was raised since the last time, and what waits to be tried again. Resolves when all has been tried. */
  flush(): Promise<void>;
  /** Takes up other channels. */
  use(channels: readonly Channel[]): void;
  /** The channels now. */
  channels(): readonly Channel[];
  /** Sends what was raised, for at most `limit` of real time; the rest waits in the outbox. */
  close(limit?: Duration): Promise<void>;
}

/** Makes a notifier; see `Notifier`. */
export function createNotifier(parts: NotifierParts): Notifier {
  return new OutboxNotifier(parts);
}

class OutboxNotifier implements Notifier {
  readonly #parts: NotifierParts;
  readonly #gathered = new Gathering();
  /** Takes what the store would not: that it is lost is itself news. */
  readonly #spare = new MemoryOutbox();
  readonly #abort = new AbortController();
  #channels: readonly Channel[];
  #delivering: Promise<void> | undefined;
  #again = false;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#channels = parts.channels;
  }

  raise(news: News): void {
    if (this.#listeners(news.kind).length > 0) this.#gathered.add(news);
  }

  use(channels: readonly Channel[]): void {
    this.#channels = channels;
  }

  channels(): readonly Channel[] {
    return this.#channels;
  }

  async flush(): Promise<void> {
    await this.#post(this.#gathered.take(this.#parts.clock.now()));
    this.#again = true;
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined;
    });
    await this.#delivering;
  }

  async close(limit: Duration = 3 * SECOND): Promise<void> {
    const timer = setTimeout(() => {
      this.#abort.abort();
    }, limit);
    await this.flush();
    clearTimeout(timer);
    this.#abort.abort();
    await this.#parts.sender.close().catch(() => undefined);
  }

  #listeners(kind: News['kind']): readonly Channel[] {
    return this.#channels.filter(({ enabled, on }) => enabled && on.has(kind));
  }

  async #post(messages: readonly Message[]): Promise<void> {
    const waiting = messages.flatMap((message) =>
      this.#listeners(message.kind).map(({ name }) => waitingFor(name, message)),
    );
    if (waiting.length === 0) return;
    const { outbox, log } = this.#parts;
    try {
      noteDropped(log, await outbox.add(waiting, MOST_WAITING));
    } catch {
      noteDropped(log, await this.#spare.add(waiting, MOST_WAITING));
    }
  }

  async #deliverAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#deliver(this.#parts.outbox);
      await this.#deliver(this.#spare);
    }
  }

  /** All channels at once, each its messages one by one, oldest first, until one fails. */
  async #deliver(outbox: Outbox): Promise<void> {
    try {
      const due = await outbox.due(this.#parts.clock.now(), MOST_WAITING);
      const byChannel = Map.groupBy(due, ({ channel }) => channel);
      await Promise.all([...byChannel].map(([name, messages]) => this.#deliverTo(name, messages, outbox)));
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'the outbox could not be used: messages wait');
    }
  }

  async #deliverTo(name: string, messages: readonly DueMessage[], outbox: Outbox): Promise<void> {
    const { log, sender } = this.#parts;
    const channel = this.#channels.find((one) => one.name === name && one.enabled);
    for (const each of messages) {
      if (this.#abort.signal.aborted) return;
      const message = messageIn(each.body);
      if (channel === undefined || message === undefined) {
        log.warn({ channel: name }, 'a message was given up: its channel is gone');
        await outbox.done(each.id);
        continue;
      }
      try {
        await sender.send(channel, message, this.#abort.signal);
      } catch (error) {
        // Called off by ourselves: that says nothing about the receiver.
        if (!this.#abort.signal.aborted) await this.#failed(each, message, error, outbox);
        return;
      }
      await outbox.done(each.id);
    }
  }

  async #failed(
    { id, channel, at, tries }: DueMessage,
    { kind }: Message,
    error: unknown,
    outbox: Outbox,
  ): Promise<void> {
    const { clock, log } = this.#parts;
    const now = clock.now();
    const fault = error instanceof DeliveryError ? error.message : 'unexpected';
    if (now - at >= GIVE_UP) {
      log.error({ channel, kind, fault }, 'a message was given up: it could not be delivered for a day');
      await outbox.done(id);
      return;
    }
    const asked = error instanceof DeliveryError ? error.retryAfter : undefined;
    const pause = Math.min(LONGEST_PAUSE, Math.max(backoff(tries), asked ?? 0));
    log.warn({ channel, kind, fault, pause }, 'a message could not be delivered: trying again');
    await outbox.failed(id, now + pause);
  }
}

/** 1, 2, 4 … 60 min. */
function backoff(tries: number): Duration {
  return Math.min(LONGEST_PAUSE, MINUTE * 2 ** Math.min(tries, 10));
}

function noteDropped(log: NotifyLog, dropped: number): void {
  if (dropped > 0) log.error({ dropped }, 'too many messages wait: the oldest were dropped');
}

function waitingFor(channel: string, message: Message): Waiting {
  const { kind, message: sentence, count, items } = message;
  const same = JSON.stringify([kind, sentence, count, items.map(withoutSweep)]);
  return {
    id: `${message.id}:${channel}`,
    channel,
    key: createHash('sha256').update(same).digest('hex').slice(0, 32),
    at: message.at,
    body: JSON.stringify(message),
  };
}

/** The same news from the next sweep is still the same. */
function withoutSweep({ sweepId: _, ...fields }: Message['items'][number]): object {
  return fields;
}

function messageIn(body: string): Message | undefined {
  try {
    return JSON.parse(body) as Message;
  } catch {
    return undefined;
  }
}
