/** The page of one organisation, made when it has changed and not for each of its readers. */
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { AnswerFinds } from '../../domain/judging/warnings.ts';
import type { Called, PageFacts } from './facts.ts';
import type { StayTicket } from './stay-link.ts';

/** Where the facts of one organisation come from. */
export interface PageSource {
  /** Unique in this process. */
  readonly organisation: string;
  /** Another text where the facts would be others. Costs little. */
  readonly version: () => Promise<string>;
  readonly facts: () => Promise<PageFacts>;
  /** What users who are signed in may ask and do. */
  readonly desk: Desk;
}

/** More agents who fit are not shown. */
export const MOST_FOUND = 20;

/** What users ask and do, each in their own name. */
export interface Desk {
  /** Agents whose id, name or address is or holds this text; of many one more than `MOST_FOUND`. */
  readonly find: (text: string) => Promise<readonly Called[]>;
  /** The sentences of `explain`; `undefined` where there is no such agent, or ids may not be shown. */
  readonly explain: (id: string) => Promise<Explained | undefined>;
  /** How the policy wants an agent to be called in the log. */
  readonly inLog: (id: string) => string;
  /** Holds all action, until then or until `resume`. On record with the user and the reason. */
  readonly pause: (until: Instant | undefined, deed: Deed) => Promise<void>;
  readonly resume: (deed: Deed) => Promise<void>;
  /** Ends a session of the page that would last until then, for every process that has this organisation. */
  readonly endSession: (id: string, until: Instant) => Promise<void>;
  readonly isSessionEnded: (id: string) => Promise<boolean>;
  /** How an agent's answer to a warning stands; with `answer` it is given now, if it still can be. */
  readonly stay: (ticket: StayTicket, deed: 'look' | 'answer') => Promise<StayFound>;
}

/** How an answer to a warning stands. `open` and `begun`: it can be given. */
export type StayFound =
  | { readonly kind: AnswerFinds; readonly because: string; readonly zone: string }
  /** Given: no rule is due before `until`. `isLate`: a log-off had begun before. */
  | {
      readonly kind: 'answered';
      readonly at: Instant;
      readonly until: Instant;
      readonly isLate: boolean;
      readonly zone: string;
    };

/** One agent explained: sentences and tables; an empty line is between two parts, of which some begin with a title. */
export interface Explained {
  readonly called: string;
  readonly lines: readonly (string | ExplainedTable)[];
}

/** Numbers behind the sentences, as text. */
export interface ExplainedTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Who did something, and why. */
export interface Deed {
  readonly by: string;
  readonly reason: string;
}

/** What was made of one version. */
export interface Made<T> {
  readonly version: string;
  readonly value: T;
}

/** It is asked at most so often whether anything has changed. */
const ASKED_EVERY: Duration = 2 * SECOND;
/** Facts that may change without a version, such as the day, are never older. */
const LASTS: Duration = 60 * SECOND;

/** Keeps what `make` made of the newest facts. Any number of readers may ask at once: it is made once. */
export class Latest<T> {
  readonly #source: PageSource;
  readonly #make: (facts: PageFacts) => T;
  readonly #now: () => Instant;
  #made: Made<T> | undefined;
  #madeAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<Made<T>> | undefined;
  #count = 0;
  /** The version of the facts that were made something of. */
  #key = '';

  constructor(source: PageSource, make: (facts: PageFacts) => T, now: () => Instant) {
    this.#source = source;
    this.#make = make;
    this.#now = now;
  }

  /** The newest, or what was the newest a moment ago. Rejects where the facts cannot be had. */
  get(): Promise<Made<T>> {
    const age = this.#now() - this.#askedAt;
    if (this.#made !== undefined && age >= 0 && age < ASKED_EVERY) return Promise.resolve(this.#made);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** What is told next must be new. */
  expire(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#madeAt = Number.NEGATIVE_INFINITY;
  }

  async #ask(): Promise<Made<T>> {
    const now = this.#now();
    const version = await this.#source.version();
    const age = now - this.#madeAt;
    this.#askedAt = now;
    if (this.#made !== undefined && this.#key === version && age >= 0 && age < LASTS) return this.#made;
    const value = this.#make(await this.#source.facts());
    this.#madeAt = now;
    this.#key = version;
    this.#count += 1;
    this.#made = { version: String(this.#count), value };
    return this.#made;
  }
}
