/** What a report adds up, part by part. Mutable; each holds little, however long the record is. */
import type { RecordEvent } from '../../domain/record.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import { billingPeriods, type BillingCalendar } from '../../domain/licence/billing.ts';
import {
  COUNT_LASTS,
  peakOf,
  usualDistance,
  type HeadCount,
  type Peak,
} from '../../domain/licence/head-counts.ts';
import { thinned } from './licence.ts';
import type { ReturnRead } from './returns.ts';
import { Whom } from './whom.ts';

/** The parts of an event that a report looks at. */
export const REPORTED = ['kind', 'at', 'agentId', 'rule', 'rung', 'reason', 'delay'] as const;

/** One event, as far as it is looked at. */
export type ReportedEvent = Pick<RecordEvent, (typeof REPORTED)[number]>;

export const OUTCOMES = ['verified', 'unverified', 'failed', 'dropped', 'observed'] as const;
export type ReportOutcome = (typeof OUTCOMES)[number];

/** How many log-offs ended in which way. `observed` are imagined: nothing was done. */
export type Outcomes = Readonly<Record<ReportOutcome, number>>;

/** The log-offs of one rule, profile or hour of the day. */
export interface ReportRow extends Outcomes {
  readonly key: string;
  /** Of those carried out, how many answered a return. */
  readonly byLadder: number;
  /** The same of the verified ones alone. */
  readonly verifiedByLadder: number;
  /** After so many of those carried out a sign of the agent followed within ten minutes. */
  readonly regretted: number;
  /** How many different people the verified ones were, and those who would have been logged off. */
  readonly people: number;
  readonly observedPeople: number;
  /** Time kept off by the verified ones. */
  readonly recovered: Duration;
}

export interface ReturnsPart {
  /** Returns after a log-off of ours. */
  readonly own: number;
  /** Of these, back within the window, without a sign of a person yet. */
  readonly silent: number;
  readonly late: number;
  /** Silent returns after the platform's own log-off, or after a bounce. */
  readonly platform: number;
  /** Of all of these, those that a source of evidence showed afterwards, by source. */
  readonly shownBy: Readonly<Record<string, number>>;
  /** From our log-off to the silent return; `undefined` without any. */
  readonly median: Duration | undefined;
  readonly p95: Duration | undefined;
  /** In order. */
  readonly delays: readonly Duration[];
}

/** The licence peak of one billing month. */
export interface LicencePart {
  readonly month: string;
  readonly whole: boolean;
  readonly from: Instant;
  readonly to: Instant;
  readonly watched: Duration;
  readonly asItWas: Peak;
  /** With everyone whom our log-offs kept Offline counted as online. */
  readonly without: Peak;
}

/** A row while it is added up. */
export class Counting {
  readonly key: string;
  readonly whom = new Whom();
  readonly #outcomes: Record<ReportOutcome, number> = {
    ...{ verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 },
  };
  #byLadder = 0;
  #verifiedByLadder = 0;
  #regretted = 0;
  #recovered = 0;

  constructor(key: string) {
    this.key = key;
  }

  add(kind: ReportOutcome, person: number, byLadder: boolean): void {
    this.#outcomes[kind] += 1;
    if (kind === 'observed') this.whom.add(person, 'observed');
    if (kind === 'verified') this.whom.add(person, 'verified');
    if (kind === 'verified' && !byLadder) this.whom.add(person, 'ruled');
    if (!byLadder || kind === 'dropped' || kind === 'observed') return;
    this.#byLadder += 1;
    if (kind !== 'verified') return;
    this.#verifiedByLadder += 1;
    this.whom.add(person, 'answered');
  }

  regret(): void {
    this.#regretted += 1;
  }

  recover(length: Duration): void {
    this.#recovered += length;
  }

  get row(): ReportRow {
    return {
      key: this.key,
      ...this.#outcomes,
      byLadder: this.#byLadder,
      verifiedByLadder: this.#verifiedByLadder,
      regretted: this.#regretted,
      people: this.whom.size('verified'),
      observedPeople: this.whom.size('observed'),
      recovered: this.#recovered,
    };
  }
}

/** The log-offs of each rule, profile or hour. */
export class Rows {
  readonly #rows = new Map<string, Counting>();

  of(key: string): Counting {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const made = new Counting(key);
    this.#rows.set(key, made);
    return made;
  }

  get all(): readonly Counting[] {
    return [...this.#rows.values()];
  }
}

/** The returns of a span. */
export class ReturnsTally {
  #own = 0;
  #silent = 0;
  #platform = 0;
  readonly #shownBy = new Map<string, number>();
  readonly #delays: Duration[] = [];
  /** Whose returns they were. */
  readonly whom = new Whom();

  add({ silent, own, shownBy, delay }: ReturnRead, person: number): void {
    this.#count({ silent, own, shownBy }, 1);
    if (!own) return;
    this.whom.add(person, 'returned');
    if (!silent) return;
    this.whom.add(person, 'silent');
    if (delay !== undefined) this.#delays.push(delay);
  }

  /** Takes one back that is told anew. */
  takeBack({ silent, own, shownBy, delay }: ReturnRead): void {
    this.#count({ silent, own, shownBy }, -1);
    if (own && silent && delay !== undefined) this.#delays.splice(this.#delays.lastIndexOf(delay), 1);
  }

  #count({ silent, own, shownBy }: Pick<ReturnRead, 'silent' | 'own' | 'shownBy'>, by: 1 | -1): void {
    if (shownBy !== undefined) this.#shownBy.set(shownBy, (this.#shownBy.get(shownBy) ?? 0) + by);
    if (!own) this.#platform += by;
    else {
      this.#own += by;
      if (silent) this.#silent += by;
    }
  }

  build(): ReturnsPart {
    const delays = this.#delays.sort((a, b) => a - b);
    return {
      own: this.#own,
      silent: this.#silent,
      late: this.#own - this.#silent,
      platform: this.#platform,
      shownBy: Object.fromEntries([...this.#shownBy].filter(([, count]) => count > 0)),
      median: quantile(delays, 0.5),
      p95: quantile(delays, 0.95),
      delays,
    };
  }
}

/** The smallest value that at least this share of `sorted` does not exceed. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The peaks, and the head-counts to be drawn: the highest of equal stretches of time. */
export interface LicenceParts {
  readonly licence: readonly LicencePart[];
  readonly drawn: { readonly asItWas: readonly HeadCount[]; readonly without: readonly HeadCount[] };
}

/** A series of head-counts of years, as numbers side by side: as many objects would take ten times the memory. */
export class HeadCounts {
  readonly #at: Instant[] = [];
  readonly #online: number[] = [];
  readonly #kept: number[] = [];

  add(at: Instant, online: number, kept: number): void {
    this.#at.push(at);
    this.#online.push(online);
    this.#kept.push(kept);
  }

  licenceOf(span: Interval, calendar: BillingCalendar): LicenceParts {
    const licence = billingPeriods(span, calendar).map(({ month, whole, from, to }) => {
      const series = this.#reaching({ from, to });
      const usual = usualDistance(series);
      const asItWas = peakOf({ ...series, online: series.was }, { from, to }, usual);
      const without = peakOf({ ...series, online: series.without }, { from, to }, usual);
      return { month, whole, from, to, watched: asItWas.watched, asItWas, without };
    });
    const series = this.#reaching(span);
    const drawn = {
      asItWas: thinned({ ...series, online: series.was }, span),
      without: thinned({ ...series, online: series.without }, span),
    };
    return { licence, drawn };
  }

  /** The counts of a span and those beside it that reach into it: as they were, and without our log-offs. */
  #reaching({ from, to }: Interval): {
    readonly length: number;
    readonly at: (index: number) => Instant;
    readonly was: (index: number) => number;
    readonly without: (index: number) => number;
  } {
    const first = this.#firstFrom(from - COUNT_LASTS);
    const was = (index: number): number => this.#online[first + index] ?? 0;
    return {
      // The first behind the span tells how long the last within it was good.
      length: Math.min(this.#at.length, this.#firstFrom(to) + 1) - first,
      at: (index) => this.#at[first + index] ?? 0,
      was,
      without: (index) => was(index) + (this.#kept[first + index] ?? 0),
    };
  }

  /** Where the counts from `from` on begin. */
  #firstFrom(from: Instant): number {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#at[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
