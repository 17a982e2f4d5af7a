/**
 * The report: what the record and the head-counts of a span add up to. Pure; rendering stands in `report-text.ts` and
 * `report-html.ts`.
 */
import type { Hold } from '../domain/plan.ts';
import { LONGEST_KEPT, type StoredAgent, type StoredEvent, type SweepCount } from '../domain/record.ts';
import type { Duration, Instant, Interval } from '../domain/time.ts';
import { wallTime } from '../domain/zone.ts';
import { billingPeriods, LICENCE_METHOD, peak, thinned, type HeadCount, type Peak } from './licence.ts';

/** What a report is made of. */
export interface ReportInput {
  readonly span: Interval;
  /** In order; those after the span tell how the log-offs in it went on. */
  readonly events: readonly StoredEvent[];
  readonly counts: readonly SweepCount[];
  readonly agents: readonly Pick<StoredAgent, 'id' | 'profile'>[];
  /** IANA zone of hours and billing months. */
  readonly zone: string;
  /** Time up to which the record can be complete. */
  readonly now: Instant;
}

export const OUTCOMES = ['verified', 'unverified', 'failed', 'dropped', 'observed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How many log-offs ended in which way. `observed` are imagined: nothing was done. */
export type Outcomes = Readonly<Record<Outcome, number>>;

/** The log-offs of one rule, profile or hour of the day. */
export interface Row extends Outcomes {
  readonly key: string;
  /** Of those carried out, how many answered a return. */
  readonly byLadder: number;
  /** Time kept off by the verified ones. */
  readonly recovered: Duration;
}

export interface ReturnsPart {
  /** Returns after a log-off of ours. */
  readonly own: number;
  /** Of these, back within the window and nobody there yet. */
  readonly silent: number;
  readonly late: number;
  /** Silent returns after the platform's own log-off, or after a bounce. */
  readonly platform: number;
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

export interface Report {
  readonly span: Interval;
  readonly zone: string;
  readonly totals: Row;
  readonly byRule: readonly Row[];
  readonly byProfile: readonly Row[];
  /** 24 rows, `00` to `23`, local. */
  readonly byHour: readonly Row[];
  readonly dropped: readonly { readonly reason: string; readonly count: number }[];
  /** Sweeps in which somebody was held back, by what, and the most people at once. */
  readonly deferred: readonly { readonly hold: Hold; readonly sweeps: number; readonly most: number }[];
  readonly returns: ReturnsPart;
  readonly held: number;
  readonly breaker: number;
  readonly gaps: number;
  readonly licence: readonly LicencePart[];
  /** The highest counts of equal stretches of time. */
  readonly drawn: { readonly asItWas: readonly HeadCount[]; readonly without: readonly HeadCount[] };
  /** What the numbers take for granted, in sentences. */
  readonly assumptions: readonly string[];
}

type Tally = { -readonly [K in keyof Row]: Row[K] };

/** Adds everything up. Throws RangeError for an unknown zone. */
export function buildReport(input: ReportInput): Report {
  const { span, zone } = input;
  const events = input.events.filter(({ at }) => at >= span.from && at < span.to);
  const kept = keptOff(input);
  const profiles = new Map(input.agents.map(({ id, profile }) => [id, profile]));
  const logoffs = events.filter(isOutcome);
  const group = (keyOf: (event: StoredEvent) => string): Row[] => grouped(logoffs, kept, keyOf);
  const hours = group(({ at }) => hourOf(zone, at));
  return {
    span,
    zone,
    totals: group(() => 'all')[0] ?? tally('all'),
    byRule: largestFirst(group(({ rule }) => rule ?? '(none)')),
    byProfile: largestFirst(group(({ agentId }) => profiles.get(agentId ?? '') ?? '(forgotten or none)')),
    byHour: Array.from({ length: 24 }, (_, hour) => {
      const key = String(hour).padStart(2, '0');
      return hours.find((row) => row.key === key) ?? tally(key);
    }),
    dropped: countedReasons(events),
    deferred: deferrals(input.counts, span),
    returns: returnsOf(events),
    held: events.filter(({ kind }) => kind === 'held').length,
    breaker: events.filter(({ kind }) => kind === 'breaker').length,
    gaps: events.filter(({ kind }) => kind === 'gap').length,
    ...licenceOf(input),
    assumptions: ASSUMPTIONS,
  };
}

const HOURS_KEPT = LONGEST_KEPT / 3_600_000;

/** Printed with every report: the numbers are worth nothing without them. */
const ASSUMPTIONS: readonly string[] = [
  `Time recovered runs from a verified log-off to the agent's next return or log-off, and is counted for ${HOURS_KEPT} hours at most: nobody knows when he would have gone by himself.`,
  LICENCE_METHOD,
  `"Without" counts each agent whom our log-off keeps Offline as online, for ${HOURS_KEPT} hours at most.`,
  'Head-counts are those of the service: users in its scope, once a sweep, each count good until the next; longer than 15 minutes without a sweep are left out. The bill may count users that the service does not see. Named licences gain nothing from a log-off.',
  'Observed log-offs are imagined: nothing was done, and they recover nothing.',
];

function isOutcome({ kind }: StoredEvent): boolean {
  return (OUTCOMES as readonly string[]).includes(kind);
}

function tally(key: string): Tally {
  return { key, verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0, byLadder: 0, recovered: 0 };
}

function grouped(
  logoffs: readonly StoredEvent[],
  kept: ReadonlyMap<number, Duration>,
  keyOf: (event: StoredEvent) => string,
): Row[] {
  const rows = new Map<string, Tally>();
  for (const event of logoffs) {
    const key = keyOf(event);
    const row = rows.get(key) ?? tally(key);
    rows.set(key, row);
    row[event.kind as Outcome] += 1;
    if (event.rung !== undefined && event.kind !== 'dropped' && event.kind !== 'observed') row.byLadder += 1;
    row.recovered += kept.get(event.seq) ?? 0;
  }
  return [...rows.values()];
}

function largestFirst(rows: readonly Row[]): Row[] {
  const size = (row: Row): number => row.verified + row.unverified + row.failed + row.observed;
  return [...rows].sort((a, b) => size(b) - size(a) || (a.key < b.key ? -1 : 1));
}

function hourOf(zone: string, at: Instant): string {
  return String(new Date(wallTime(zone, at)).getUTCHours()).padStart(2, '0');
}

/** By the `seq` of each verified log-off: how long it kept the agent off. */
function keptOff({ events, now }: ReportInput): ReadonlyMap<number, Duration> {
  const kept = new Map<number, Duration>();
  const open = new Map<string, StoredEvent>();
  const close = (event: StoredEvent, at: Instant): void => {
    kept.set(event.seq, Math.max(0, Math.min(at - event.at, LONGEST_KEPT)));
  };
  for (const event of events) {
    const { agentId, kind } = event;
    if (agentId === undefined || !['verified', 'return', 'intent'].includes(kind)) continue;
    const before = open.get(agentId);
    if (before !== undefined) close(before, event.at);
    open.delete(agentId);
    if (kind === 'verified') open.set(agentId, event);
  }
  for (const event of open.values()) close(event, now);
  return kept;
}

function countedReasons(events: readonly StoredEvent[]): Report['dropped'] {
  const counts = new Map<string, number>();
  for (const { kind, reason } of events) {
    if (kind !== 'dropped') continue;
    counts.set(reason ?? 'unknown', (counts.get(reason ?? 'unknown') ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

function deferrals(counts: readonly SweepCount[], span: Interval): Report['deferred'] {
  const found = new Map<Hold, { sweeps: number; most: number }>();
  for (const { at, deferred } of counts) {
    if (at < span.from || at >= span.to) continue;
    for (const [hold, count] of Object.entries(deferred) as [Hold, number][]) {
      const { sweeps, most } = found.get(hold) ?? { sweeps: 0, most: 0 };
      found.set(hold, { sweeps: sweeps + 1, most: Math.max(most, count) });
    }
  }
  return [...found].map(([hold, rest]) => ({ hold, ...rest })).sort((a, b) => b.sweeps - a.sweeps);
}

function returnsOf(events: readonly StoredEvent[]): ReturnsPart {
  const all = events.filter(({ kind }) => kind === 'return');
  const own = all.filter(({ reason }) => reason?.endsWith('our log-off') === true);
  const silent = own.filter(({ reason }) => reason?.startsWith('silent') === true);
  const delays = silent.flatMap(({ delay }) => delay ?? []).sort((a, b) => a - b);
  return {
    own: own.length,
    silent: silent.length,
    late: own.length - silent.length,
    platform: all.length - own.length,
    median: quantile(delays, 0.5),
    p95: quantile(delays, 0.95),
    delays,
  };
}

/** The smallest value that at least this share of `sorted` does not exceed. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function licenceOf({ counts, span, zone }: ReportInput): Pick<Report, 'licence' | 'drawn'> {
  const without = counts.map(({ at, online, kept }) => ({ at, online: online + kept }));
  const licence = billingPeriods(span, zone).map(({ month, whole, from, to }) => {
    const asItWas = peak(counts, { from, to });
    return {
      month,
      whole,
      from,
      to,
      watched: asItWas.watched,
      asItWas,
      without: peak(without, { from, to }),
    };
  });
  return { licence, drawn: { asItWas: thinned(counts, span), without: thinned(without, span) } };
}
