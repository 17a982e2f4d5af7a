/** Collects news, so that what happens to many at once becomes one message. */
import { createHash, randomUUID } from 'node:crypto';
import type { Instant } from '../domain/time/time.ts';
import type { Fields, Message, Notification } from './message.ts';

/** So many of a kind are told one by one; the rest are counted. */
const EXAMPLES = 10;
/** More kinds of sentences than there are. */
const MOST_KINDS = 100;

interface Heap {
  readonly news: Notification;
  count: number;
  readonly items: Fields[];
}

/** Mutable; emptied by `take`. */
export class MessageGathering {
  readonly #heaps = new Map<string, Heap>();

  add(news: Notification): void {
    const key = `${news.kind}\n${news.message}`;
    const heap = this.#heaps.get(key) ?? { news, count: 0, items: [] };
    if (!this.#heaps.has(key) && this.#heaps.size >= MOST_KINDS) return;
    this.#heaps.set(key, heap);
    heap.count += 1;
    if (heap.items.length < EXAMPLES) heap.items.push(plain(news.fields));
  }

  /** One message of an organisation for each kind and sentence since the last time. */
  take(now: Instant, organisation?: string): readonly Message[] {
    const messages = [...this.#heaps.values()].map(({ news: { kind, message }, count, items }) => ({
      id: randomUUID(),
      at: now,
      kind,
      message,
      count,
      items,
      organisation,
    }));
    this.#heaps.clear();
    return messages;
  }
}

/** Messages of one kind and sentence that waited together, as one; `undefined` of none. */
export function merged(messages: readonly Message[]): Message | undefined {
  const [first, ...others] = messages;
  if (first === undefined || others.length === 0) return first;
  // Not the id of any one of them: who has had that one already would throw the rest away.
  const id = createHash('sha256')
    .update(messages.map((one) => one.id).join('\n'))
    .digest('hex')
    .slice(0, 32);
  const count = messages.reduce((sum, one) => sum + one.count, 0);
  return { ...first, id, count, items: messages.flatMap(({ items }) => items).slice(0, EXAMPLES) };
}

/** Only plain values: whatever else a field holds must not travel. */
function plain(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(
    ([, value]) => isPlain(value) || (Array.isArray(value) && value.every(isPlain)),
  );
  return Object.fromEntries(kept);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
