/**
 * The report: what the record and the head-counts of a span add up to. Pure; rendering stands in `text.ts` and
 * `html.ts`.
 */
import { BELOW_PEAK } from '../../domain/judging/judge.ts';
import type { BillingCalendar } from '../../domain/licence/billing.ts';
import { COUNT_LASTS } from '../../domain/licence/head-counts.ts';
import type { Hold } from '../../domain/planning/plan.ts';
import {
  LONGEST_KEPT,
  recoveredBy,
  type RecordEvent,
  type StoredAgent,
  type SweepCount,
} from '../../domain/record.ts';
import { HOUR, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import { wallTime } from '../../domain/time/zone.ts';
import { LICENCE_METHOD } from './licence.ts';
import { Deferrals, type Deferral } from './deferrals.ts';
import { People, type PersonRow } from './people.ts';
import {
  HeadCounts,
  OUTCOMES,
  ReturnsTally,
  Rows,
  Counting,
  type LicenceParts,
  type ReportOutcome,
  type ReportedEvent,
  type ReturnsPart,
  type ReportRow,
} from './parts.ts';
import { Regrets } from './regrets.ts';
import { returnIn, tellsAnew, type ReturnRead } from './returns.ts';

/** What a report is about. */
export interface ReportFrame {
  readonly span: Interval;
  readonly agents: readonly Pick<StoredAgent, 'id' | 'profile'>[];
  /** IANA zone of times and hours. */
  readonly zone: string;
  /** Of the bill; calendar months of `zone` unless given. */
  readonly billing?: BillingCalendar | undefined;
  /** Time up to which the record can be complete. */
  readonly now: Instant;
}

/** What a report is made of. */
export interface ReportInput extends ReportFrame {
  /** In order; those after the span tell how the log-offs in it went on. */
  readonly events: Iterable<ReportedEvent>;
  readonly counts: Iterable<SweepCount>;
}

export interface Report extends LicenceParts {
  readonly span: Interval;
  readonly zone: string;
  /** Of the billing months. */
  readonly billingZone: string;
  readonly totals: ReportRow;
  readonly byRule: readonly ReportRow[];
  readonly byProfile: readonly ReportRow[];
  /** 24 rows, `00` to `23`, local. */
  readonly byHour: readonly ReportRow[];
  /** Most log-offs first. */
  readonly people: readonly PersonRow[];
  readonly dropped: readonly { readonly reason: string; readonly count: number }[];
  /** Sweeps in which agents were held back, by what, and the most agents at once. */
  readonly deferred: readonly Deferral[];
  readonly returns: ReturnsPart;
  readonly held: number;
  /** Log-offs that were not made because the licence peak was not near. */
  readonly belowPeak: number;
  readonly breaker: number;
  readonly gaps: number;
  /** Warnings that agents answered with "I am here". */
  readonly stays: number;
  /** Assumptions behind the numbers, in sentences. */
  readonly assumptions: readonly string[];
}

/** Groups of people, from the largest to the smallest. */
export interface ReportGroups {
  readonly total: Counting;
  readonly byProfile: readonly Counting[];
  /** Of each profile, its rules. */
  readonly pairs: ReadonlyMap<string, Rows>;
  readonly returns: ReturnsTally;
}

/** Adds everything up. Throws RangeError for an unknown zone. */
export function buildReport(input: ReportInput): Report {
  const builder = new ReportBuilder(input);
  for (const event of input.events) builder.event(event);
  for (const count of input.counts) builder.count(count);
  return builder.build();
}

/** A verified log-off of which it is not known yet for how long it kept the agent off. */
interface OpenLogoff {
  readonly at: Instant;
  /** Empty where it lies outside of the span. */
  readonly rows: readonly Counting[];
}

/** No zone puts its clocks on and back again within so long. */
const STRETCH: Duration = 6 * HOUR;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** Adds up a record that is too long to be held: events one by one in their order, and head-counts in theirs. */
export class ReportBuilder {
  readonly #frame: ReportFrame;
  readonly #profiles: ReadonlyMap<string, string | undefined>;
  readonly #known = new Map<string, Map<string, (readonly Counting[])[]>>();
  readonly #totals = new Counting('all');
  readonly #rules = new Rows();
  readonly #byProfile = new Rows();
  readonly #hours = new Rows();
  /** By profile and rule together: a rule of one profile may have a name that another has too. */
  readonly #pairs = new Map<string, Rows>();
  readonly #people: People;
  readonly #offsets = new Map<number, Duration>();
  /** By the number of the person. */
  readonly #open: (OpenLogoff | undefined)[] = [];
  readonly #regrets = new Regrets();
  readonly #lastReturns: (ReturnRead | undefined)[] = [];
  readonly #dropped = new Map<string, number>();
  readonly #returns = new ReturnsTally();
  readonly #deferred = new Deferrals();
  readonly #kinds = { held: 0, breaker: 0, gap: 0, stay: 0, belowPeak: 0 };
  readonly #counts = new HeadCounts();
  /** Whether an agent came back after the last sweep is on no record; without any count it is not known when that was. */
  #watchedUntil = Infinity;

  constructor(frame: ReportFrame) {
    this.#frame = frame;
    this.#profiles = new Map(frame.agents.map(({ id, profile }) => [id, profile]));
    this.#people = new People(this.#profiles);
  }

  /** The next event of the record. */
  event(event: ReportedEvent): void {
    const { kind, at, agentId } = event;
    const { from, to } = this.#frame.span;
    const isInside = at >= from && at < to;
    const person = this.#people.numberOf(agentId ?? '');
    const rows = isInside && isOutcome(event) ? this.#rowsOf(event, person) : [];
    if (rows.length > 0) this.#people.outcome(event, person);
    this.#regrets.event(event, person, rows);
    if (agentId !== undefined && ENDING.has(kind)) {
      this.#close(person, at, kind === 'return' && returnIn(event).shownBy !== undefined);
      if (kind === 'verified') this.#open[person] = { at, rows };
    }
    if (isInside) this.#count(event, person);
  }

  #count(event: ReportedEvent, person: number): void {
    const { kind, reason = 'unknown' } = event;
    if (kind === 'dropped') this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
    else if (kind === 'return') this.#countReturn(event, person);
    else if (isSpared(event)) this.#kinds.belowPeak += 1;
    else if (kind === 'held' || kind === 'breaker' || kind === 'gap' || kind === 'stay')
      this.#kinds[kind] += 1;
  }

  /** One return counts once, however often it is told of. */
  #countReturn(event: ReportedEvent, person: number): void {
    const { agentId = '' } = event;
    const next = returnIn(event);
    const last = this.#lastReturns[person];
    this.#lastReturns[person] = next;
    if (tellsAnew(next, last)) {
      this.#returns.takeBack(last);
      this.#people.returned(agentId, last, person, -1);
    }
    this.#returns.add(next, person);
    this.#people.returned(agentId, next, person);
  }

  /** The next head-count. */
  count({ at, online, kept, deferred }: SweepCount): void {
    this.#counts.add(at, online, kept);
    this.#watchedUntil = at + COUNT_LASTS;
    const { from, to } = this.#frame.span;
    if (at < from || at >= to) return;
    this.#deferred.add(Object.entries(deferred) as [Hold, number][]);
  }

  /** What it all comes to. */
  build(): Report {
    const { span, zone, now, billing = { startsOn: 1, zone } } = this.#frame;
    // Head-counts are read for the span alone.
    const hasStopped = this.#watchedUntil < Math.min(now, span.to);
    const watched = hasStopped ? this.#watchedUntil : now;
    for (const [person, open] of this.#open.entries())
      if (open !== undefined) this.#close(person, Math.max(open.at, watched));
    const hours = this.#hours.all.map(({ row }) => row);
    return {
      span,
      zone,
      billingZone: billing.zone,
      totals: this.#totals.row,
      byRule: largestFirst(this.#rules),
      byProfile: largestFirst(this.#byProfile),
      byHour: HOURS.map((key) => hours.find((row) => row.key === key) ?? new Counting(key).row),
      people: this.#people.all,
      dropped: [...this.#dropped]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count),
      deferred: this.#deferred.all.toSorted((a, b) => b.sweeps - a.sweeps),
      returns: this.#returns.build(),
      held: this.#kinds.held,
      belowPeak: this.#kinds.belowPeak,
      breaker: this.#kinds.breaker,
      gaps: this.#kinds.gap,
      stays: this.#kinds.stay,
      ...this.#counts.licenceOf(span, billing),
      assumptions: ASSUMPTIONS,
    };
  }

  /** The groups that works councils are shown, with who is counted in each. */
  groups(): ReportGroups {
    return {
      total: this.#totals,
      byProfile: this.#byProfile.all,
      pairs: this.#pairs,
      returns: this.#returns,
    };
  }

  /** Counts a log-off, and answers where. */
  #rowsOf(
    { kind, at, rule = '(none)', rung, agentId = '' }: ReportedEvent,
    person: number,
  ): readonly Counting[] {
    const rows = this.#rowsFor(rule, this.#profiles.get(agentId) ?? '(forgotten or none)', this.#hour(at));
    for (const row of rows) row.add(kind as ReportOutcome, person, rung !== undefined);
    return rows;
  }

  /** There are few of them, and each is asked for again and again. */
  #rowsFor(rule: string, profile: string, hour: number): readonly Counting[] {
    const profiles = this.#known.get(rule) ?? new Map<string, (readonly Counting[])[]>();
    this.#known.set(rule, profiles);
    const hours = profiles.get(profile) ?? [];
    profiles.set(profile, hours);
    const pairs = this.#pairs.get(profile) ?? new Rows();
    this.#pairs.set(profile, pairs);
    hours[hour] ??= [
      this.#totals,
      this.#rules.of(rule),
      this.#byProfile.of(profile),
      this.#hours.of(HOURS[hour] ?? ''),
      pairs.of(rule),
    ];
    return hours[hour];
  }

  /** Local, 0 to 23. */
  #hour(at: Instant): number {
    return new Date(at + this.#offset(at)).getUTCHours();
  }

  /** What a zone's clock shows is dear to ask: at both ends of six hours, and in between only where these differ. */
  #offset(at: Instant): Duration {
    const start = Math.floor(at / STRETCH);
    const offset = this.#offsetAt(start);
    return offset === this.#offsetAt(start + 1) ? offset : wallTime(this.#frame.zone, at) - wholeSecond(at);
  }

  #offsetAt(stretch: number): Duration {
    const known = this.#offsets.get(stretch);
    if (known !== undefined) return known;
    const offset = wallTime(this.#frame.zone, stretch * STRETCH) - stretch * STRETCH;
    this.#offsets.set(stretch, offset);
    return offset;
  }

  /** `isLater`: it is told of afterwards, and must not end what came in between. */
  #close(person: number, at: Instant, isLater = false): void {
    const open = this.#open[person];
    if (open === undefined || (isLater && at < open.at)) return;
    this.#open[person] = undefined;
    if (open.rows.length === 0) return;
    const kept = recoveredBy(open.at, { from: open.at, to: at });
    for (const row of open.rows) row.recover(kept);
    this.#people.recovered(person, kept);
  }
}

function wholeSecond(at: Instant): Instant {
  return Math.floor(at / SECOND) * SECOND;
}

const HOURS_KEPT = LONGEST_KEPT / HOUR;

/** Printed with every report: the numbers are worth nothing without them. */
const ASSUMPTIONS: readonly string[] = [
  `Time recovered runs from a verified log-off to the agent's next return or log-off, and is counted for ${HOURS_KEPT} hours at most: when the agent would have gone Offline without it is not known. Where the worker has stopped it ends 15 minutes after the last sweep, for who came back after that is not known.`,
  LICENCE_METHOD,
  `"Without" counts each agent kept Offline by our log-off as online, for ${HOURS_KEPT} hours at most.`,
  'Head-counts are those of the service: users in its scope, once a sweep, each count good until the next; longer than 15 minutes without a sweep are left out. The bill may count users that the service does not see. Named licences gain nothing from a log-off.',
  'Observed log-offs were not carried out, so they recover no time.',
];

/** What ends the time that a log-off is good for. */
const ENDING: ReadonlySet<string> = new Set<RecordEvent['kind']>(['verified', 'return', 'intent']);
const KINDS_OF_OUTCOME: ReadonlySet<string> = new Set(OUTCOMES);

function isOutcome(event: ReportedEvent): boolean {
  return KINDS_OF_OUTCOME.has(event.kind) && !isSpared(event);
}

/** A log-off that was not made because the licence peak was not near. */
function isSpared({ kind, reason }: ReportedEvent): boolean {
  return kind === 'observed' && reason === BELOW_PEAK;
}

function largestFirst({ all }: Rows): readonly ReportRow[] {
  const size = (row: ReportRow): number => row.verified + row.unverified + row.failed + row.observed;
  return all.map(({ row }) => row).sort((a, b) => size(b) - size(a) || (a.key < b.key ? -1 : 1));
}
