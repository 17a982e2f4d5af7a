/**
 * The connections of the endpoints, and what they may cost. A client that reaches the port may open any number of them,
 * send nothing, or read nothing: none of that may keep a probe from its answer, or hold memory.
 */
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';

/** What connections may cost. */
export interface ConnectionBounds {
  /** Open at a time. A further one takes the place of the one that has been idle longest. */
  readonly connections: number;
  /** Requests of one connection whose answers are not on their way yet. One more ends it: no client needs so many. */
  readonly inFlight: number;
  /** Requests of one connection in all. */
  readonly requests: number;
  /** From the opening, or from the last answer, to the end of the next request's headers. */
  readonly wait: Duration;
  /** From a request to the end of its answer: a client that has not read it by then is cut. */
  readonly answer: Duration;
}

export const BOUNDS: ConnectionBounds = {
  connections: 256,
  inFlight: 16,
  requests: 1_000,
  wait: 5 * SECOND,
  answer: 10 * SECOND,
};

/** What of a socket is used here. */
export interface Cuttable {
  destroy(): unknown;
}

interface Connection {
  readonly socket: Cuttable;
  inFlight: number;
  requests: number;
  /** It waits for a request, or for its reader, since then. */
  since: Instant;
  /** An answer goes on for as long as its reader stays. */
  lasts: boolean;
}

/** How a request is to be treated: `last` ends the connection after its answer, `cut` has ended it already. */
export type Admission = 'served' | 'last' | 'cut';

/** Every open connection, and when each is cut. */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #now: () => Instant;
  readonly #open = new Map<Cuttable, Connection>();

  /** `now` is any clock that counts in ms. */
  constructor(bounds: ConnectionBounds, now: () => Instant) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** One more. Where there are too many, the one that is least likely to be missed goes. */
  opened(socket: Cuttable): void {
    if (this.#open.size >= this.#bounds.connections) this.#leastMissed()?.socket.destroy();
    const since = this.#now();
    this.#open.set(socket, { socket, inFlight: 0, requests: 0, since, lasts: false });
  }

  /** Gone, whichever side ended it. */
  closed(socket: Cuttable): void {
    this.#open.delete(socket);
  }

  /** The headers of a request have come in. */
  requested(socket: Cuttable): Admission {
    const connection = this.#open.get(socket);
    // Sent behind one that was the last, or that was too much.
    if (connection === undefined || connection.requests >= this.#bounds.requests) return 'cut';
    if (connection.inFlight >= this.#bounds.inFlight) {
      this.#cut(socket);
      return 'cut';
    }
    if (connection.inFlight === 0) connection.since = this.#now();
    connection.inFlight += 1;
    connection.requests += 1;
    return connection.requests < this.#bounds.requests ? 'served' : 'last';
  }

  /** The answer to a request of this connection is on its way. */
  answered(socket: Cuttable): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.inFlight -= 1;
    connection.since = this.#now();
    connection.lasts = false;
  }

  /** The answer under way has no deadline: what makes it looks after its reader. */
  lasts(socket: Cuttable): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.lasts = true;
  }

  /** Whether an answer to this connection is being made or sent. */
  isAnswering(socket: Cuttable): boolean {
    return (this.#open.get(socket)?.inFlight ?? 0) > 0;
  }

  /** Cuts connections that have kept us waiting for too long; to be called every second or so. */
  check(): void {
    const now = this.#now();
    for (const { socket, inFlight, since, lasts } of [...this.#open.values()]) {
      if (lasts) continue;
      if (now - since > (inFlight > 0 ? this.#bounds.answer : this.#bounds.wait)) this.#cut(socket);
    }
  }

  /** The end: no client is waited for. */
  cutAll(): void {
    for (const socket of [...this.#open.keys()]) this.#cut(socket);
  }

  #cut(socket: Cuttable): void {
    this.#open.delete(socket);
    socket.destroy();
  }

  /** The connection longest without a request; else the one longest without reading. */
  #leastMissed(): Connection | undefined {
    let found: Connection | undefined;
    for (const each of this.#open.values()) {
      const idler = Number(each.inFlight === 0) - Number(found?.inFlight === 0);
      if (found === undefined || idler > 0 || (idler === 0 && each.since < found.since)) found = each;
    }
    if (found !== undefined) this.#open.delete(found.socket);
    return found;
  }
}
