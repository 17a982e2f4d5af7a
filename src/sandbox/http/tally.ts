/** What was asked of the sandbox. */

/** How a request ended: a status, or a connection reset without one. */
export type RequestEnding = number | 'reset';

/** Counts since the sandbox was made. */
export interface RequestCounts {
  readonly total: number;
  /** By operation, as the official SDK names it, and ending: `{ getUsersQuery: { '200': 12 } }`. */
  readonly operations: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Method and path of what the sandbox, and the public API as far as it is played, does not know. */
  readonly unknown: readonly string[];
  /** Refused because the token's minute was used up. Those that a fault refuses do not count. */
  readonly rateLimited: number;
}

/** The most that is kept of unknown paths. */
const MOST_UNKNOWN = 1_000;

export class RequestTally implements RequestCounts {
  total = 0;
  rateLimited = 0;
  readonly operations: Record<string, Record<string, number>> = {};
  readonly unknown: string[] = [];

  ended(operation: string, ending: RequestEnding): void {
    this.total += 1;
    const endings = (this.operations[operation] ??= {});
    endings[ending] = (endings[ending] ?? 0) + 1;
  }

  notKnown(method: string, path: string): void {
    if (this.unknown.length < MOST_UNKNOWN) this.unknown.push(`${method} ${path}`);
  }
}
