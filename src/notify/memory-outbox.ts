/** An outbox that lasts as long as the process: for the time in which the store is lost, when news matter most. */
import type { Instant } from '../domain/time/time.ts';
import type { DueMessage, Outbox, Waiting } from '../ports/outbox.ts';

/** See `Outbox`. */
export class MemoryOutbox implements Outbox {
  readonly #waiting = new Map<string, DueMessage>();

  add(messages: readonly Waiting[], most: number): Promise<number> {
    for (const message of messages) {
      const isThere = [...this.#waiting.values()].some(
        ({ channel, key }) => channel === message.channel && key === message.key,
      );
      if (!isThere) this.#waiting.set(message.id, { ...message, tries: 0 });
    }
    const dropped = [...this.#waiting.keys()].slice(0, Math.max(0, this.#waiting.size - most));
    for (const id of dropped) this.#waiting.delete(id);
    return Promise.resolve(dropped.length);
  }

  due(now: Instant, limit: number): Promise<readonly DueMessage[]> {
    return Promise.resolve([...this.#waiting.values()].filter(({ nextAt }) => nextAt <= now).slice(0, limit));
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
}
