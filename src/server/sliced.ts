/**
 * A connection that hands on what it receives in small slices, and lets all others have their turn in between. Node.js reads
 * 64 KiB at a time and parses all requests in them before anything else happens: of the smallest ones some thousands, which
 * holds the thread for a tenth of a second, for each connection that sends so.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** In bytes: the request of a probe is smaller, and no more than some dozens of the smallest go into it. */
const SLICE = 2_048;

/** The connection, for a server of HTTP to be given. What is written goes on as it is. */
export class Sliced extends Duplex {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #isWanted = false;
  /** Nothing comes behind `#rest`. */
  #isLast = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#rest = chunk;
      socket.pause();
      this.#handOn();
    });
    socket.pause();
    socket.on('end', () => {
      this.#isLast = true;
      this.#endAfterRest();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Who is at the other end, as far as the kernel tells. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  override _read(): void {
    this.#isWanted = true;
    if (this.#rest.length === 0 && !this.#isLast) this.#socket.resume();
    else
      setImmediate(() => {
        this.#handOn();
      });
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#rest = Buffer.alloc(0);
    this.#socket.destroy();
    done(error);
  }

  #handOn(): void {
    if (!this.#isWanted || this.destroyed || this.#rest.length === 0) return;
    this.#isWanted = false;
    const slice = this.#rest.subarray(0, SLICE);
    this.#rest = this.#rest.subarray(SLICE);
    this.push(slice);
    this.#endAfterRest();
  }

  #endAfterRest(): void {
    if (this.#isLast && this.#rest.length === 0) this.push(null);
  }
}
