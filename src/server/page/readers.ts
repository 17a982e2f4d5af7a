/** Readers of a page that is open: each has an answer that goes on, and is sent what is new (server-sent events). */
/** In bytes. A reader that has so much before it does not read. */
const MOST_UNREAD = 512 * 1_024;

/** What of an answer is used here. */
export interface Stream {
  readonly writableLength: number;
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** Some readers, with what is known of each. */
export class Readers<Reader> {
  readonly #most: number;
  readonly #open = new Map<Stream, Reader>();

  /** `most` at a time. */
  constructor(most: number) {
    this.#most = most;
  }

  get all(): readonly Reader[] {
    return [...this.#open.values()];
  }

  /** Whether there is room for one more. */
  get hasRoom(): boolean {
    return this.#open.size < this.#most;
  }

  /** One more, until either side ends it. */
  add(stream: Stream, reader: Reader): void {
    this.#open.set(stream, reader);
    stream.once('close', () => {
      this.#open.delete(stream);
    });
  }

  /** To each reader what there is for it; nothing where that is `undefined`. */
  send(textFor: (reader: Reader) => string | undefined): void {
    for (const [stream, reader] of [...this.#open]) {
      const text = textFor(reader);
      if (text === undefined) continue;
      if (stream.writableLength > MOST_UNREAD) this.#cut(stream);
      else stream.write(text);
    }
  }

  /** The end for some readers, or for all. */
  close(isOver: (reader: Reader) => boolean = () => true): void {
    for (const [stream, reader] of [...this.#open]) {
      if (!isOver(reader)) continue;
      this.#open.delete(stream);
      stream.end();
    }
  }

  #cut(stream: Stream): void {
    this.#open.delete(stream);
    stream.destroy();
  }
}

/** An event that carries one value. */
export function eventOf(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Says that the connection is alive, and nothing else. */
export const HEARTBEAT = ':\n\n';
