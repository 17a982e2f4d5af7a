/** Messages that wait to be delivered, for as long as the process lasts. */
import type { Instant } from '../../domain/time/time.ts';
import { LONGEST_DELAY, type DueMessage, type Outbox, type Waiting } from '../../ports/outbox.ts';

/** See `Outbox`. Never rejects. */
export class MemoryOutbox implements Outbox {
  /** By id, in the order in which they were added. */
  readonly #waiting = new Map<string, DueMessage>();

  add(messages: readonly Waiting[], most: number): Promise<number> {
    for (const message of messages) {
      if (!this.#isThere(message)) this.#waiting.set(message.id, { ...message, tries: 0 });
    }
    const dropped = [...this.#waiting.keys()].slice(0, Math.max(0, this.#waiting.size - most));
    for (const id of dropped) this.#waiting.delete(id);
    return Promise.resolve(dropped.length);
  }

  due(now: Instant, limit: number): Promise<readonly DueMessage[]> {
    const isDue = ({ nextAt }: DueMessage): boolean => nextAt <= now || nextAt > now + LONGEST_DELAY;
    return Promise.resolve([...this.#waiting.values()].filter(isDue).slice(0, limit));
  }

  done(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#waiting.delete(id);
    return Promise.resolve();
  }

  failed(ids: readonly string[], nextAt: Instant): Promise<void> {
    for (const id of ids) {
      const message = this.#waiting.get(id);
      if (message !== undefined) this.#waiting.set(id, { ...message, tries: message.tries + 1, nextAt });
    }
    return Promise.resolve();
  }

  #isThere({ id, channel, key }: Waiting): boolean {
    if (this.#waiting.has(id)) return true;
    for (const message of this.#waiting.values())
      if (message.channel === channel && message.key === key) return true;
    return false;
  }
}
