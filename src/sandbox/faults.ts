/** What goes wrong, and how often. Switchable at run time. */
import type { Random } from './random.ts';

/**
 * How often a fault strikes: a share between 0 and 1, or a share within a time (ms since the first shift began) and for
 * some operations only (names as in `Sandbox.requests.operations`).
 */
export type Chance =
  | number
  | {
      readonly share: number;
      readonly from?: number;
      readonly to?: number;
      readonly operations?: readonly string[];
    };

/** Expands that the platform may leave out of an answer. */
export type MissableExpand =
  'presence' | 'routingStatus' | 'conversationSummary' | 'lasttokenissued' | 'groups';

export interface Faults {
  /** 429 with `Retry-After`, although the budget is not spent. */
  readonly tooManyRequests: Chance;
  /** Seconds that such a 429 asks for. */
  readonly retryAfterSeconds: number;
  /** The access token is dropped: this request and all later ones with it answer 401. */
  readonly droppedToken: Chance;
  /** 500, 502, 503 or 504. Half of them strike after the request took effect. */
  readonly serverError: Chance;
  /** The connection is reset without an answer. Half of them strike after the request took effect. */
  readonly reset: Chance;
  /** The answer waits `slowMs` of real time. */
  readonly slow: Chance;
  readonly slowMs: number;
  /** Only the first half of the JSON arrives. */
  readonly truncated: Chance;
  /** A listing of users begins one to three users too early or too late: duplicates, or people left out. */
  readonly shifting: Chance;
  /** Per user and answer: the expand is not there although it was asked for. */
  readonly missing: Readonly<Partial<Record<MissableExpand, Chance>>>;
  /** How far the HTTP `Date` is off the truth, ms. Stamps inside answers stay right. */
  readonly clockSkewMs: number;
  /** 403, as if the permission had been taken away. */
  readonly forbidden: Chance;
  /** A record of presence history is shown only so long after it began, and its end only so long after it ended, ms. */
  readonly timelineDelayMs: number;
  /** The share of records, between 0 and 1, that presence history never shows. */
  readonly timelineHoles: number;
  /** Per user and answer: presence history tells nothing. */
  readonly timelineNone: Chance;
  /** Per user and answer: all records of presence are one to five minutes too early or too late. */
  readonly timelineShifted: Chance;
  /** Per user and answer: the records are those of the next user of the organisation. */
  readonly timelineSwapped: Chance;
  /** Per user and answer: the newest record names another presence than the listing shows. */
  readonly timelineContradicting: Chance;
  /** Per user and answer: an Offline of three seconds that never was stands before the newest record. */
  readonly timelineInvented: Chance;
  /** An entry of the audit log is shown only so long after it was written, ms. */
  readonly auditDelayMs: number;
  /** The share of entries, between 0 and 1, that the audit log never shows. */
  readonly auditHoles: number;
  /** The share of entries, between 0 and 1, of which the next user of the organisation is the actor, as if they signed in as another one. */
  readonly auditOtherActors: number;
  /** A search for the schedules of a whole unit is answered `Processing`. */
  readonly scheduleProcessing: Chance;
  /** It is answered with the address of a file. */
  readonly scheduleDownload: Chance;
  /** Per agent: a search leaves them out. */
  readonly scheduleHoles: Chance;
  /** Per agent: the lengths of their shifts are none. */
  readonly scheduleGarbage: Chance;
  /** Per agent: they come twice; and per answer: the other way round. */
  readonly scheduleRepeated: Chance;
  /** The socket of a channel breaks when it has been open for so long, ms; 0: never. */
  readonly pushDropAfterMs: number;
  /** So long after it was opened a socket is said to be closing, ms, and two minutes after that it is closed; 0: never. */
  readonly pushClosingAfterMs: number;
  /** So long after it was opened a socket says nothing any more, ms, and stays open; 0: never. */
  readonly pushSilentAfterMs: number;
  /** Per event: it is never sent. */
  readonly pushLost: Chance;
  /** Per event: it is sent twice. */
  readonly pushRepeated: Chance;
  /** Per event: it is sent only after what happens later. */
  readonly pushReordered: Chance;
}

export const DEFAULT_FAULTS: Faults = {
  tooManyRequests: 0,
  retryAfterSeconds: 3,
  droppedToken: 0,
  serverError: 0,
  reset: 0,
  slow: 0,
  slowMs: 20,
  truncated: 0,
  shifting: 0,
  missing: {},
  clockSkewMs: 0,
  forbidden: 0,
  timelineDelayMs: 0,
  timelineHoles: 0,
  timelineNone: 0,
  timelineShifted: 0,
  timelineSwapped: 0,
  timelineContradicting: 0,
  timelineInvented: 0,
  auditDelayMs: 0,
  auditHoles: 0,
  auditOtherActors: 0,
  scheduleProcessing: 0,
  scheduleDownload: 0,
  scheduleHoles: 0,
  scheduleGarbage: 0,
  scheduleRepeated: 0,
  pushDropAfterMs: 0,
  pushClosingAfterMs: 0,
  pushSilentAfterMs: 0,
  pushLost: 0,
  pushRepeated: 0,
  pushReordered: 0,
};

/** Decides whether a fault strikes. */
export class FaultDice {
  faults: Faults;
  readonly #random: Random;
  readonly #elapsed: () => number;

  /** `elapsed` is the time since the first shift began, ms. */
  constructor(faults: Faults, random: Random, elapsed: () => number) {
    this.faults = faults;
    this.#random = random;
    this.#elapsed = elapsed;
  }

  /** Whether this chance strikes now. No number is drawn where it cannot. */
  strikes(chance: Chance | undefined, operation: string): boolean {
    const share = this.#share(chance ?? 0, operation);
    return share > 0 && this.#random() < share;
  }

  /** A coin. */
  coin(): boolean {
    return this.#random() < 0.5;
  }

  /** A whole number from 0 to below `count`. */
  pick(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #share(chance: Chance, operation: string): number {
    if (typeof chance === 'number') return chance;
    const elapsed = this.#elapsed();
    if (elapsed < (chance.from ?? -Infinity) || elapsed >= (chance.to ?? Infinity)) return 0;
    return chance.operations?.includes(operation) === false ? 0 : chance.share;
  }
}
