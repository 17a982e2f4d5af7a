/**
 * plan(candidates, limits, ledger, now) -> Plan: the one gate before the first effect. Holds, the breaker and the caps
 * are all here, in the order in which they apply; nothing after it decides how many.
 */
import type { Due } from '../judging/judge.ts';
import type { Caps } from '../policy/policy.ts';
import { DAY, HOUR, MINUTE, type Duration, type Instant } from '../time/time.ts';

/** Why a due agent is not acted on now. Closed. */
export const HOLDS = [
  'paused', //      the kill switch
  'clock', //       local and server clock too far apart
  'store', //       nothing can be recorded
  'incomplete', //  the sweep did not see everyone
  'settling', //    watching only, after a start, an outage or a change
  'breaker', //     too many became due at once
  'forbidden', //   the service has no permission
  'backoff', //     the last try failed
  'per_sweep', //   cap
  'per_hour', //    cap
] as const;
export type Hold = (typeof HOLDS)[number];

/** Holds that concern the whole sweep. */
export type SweepHold = 'paused' | 'clock' | 'store' | 'incomplete' | 'settling';

/** One agent who is due. */
export interface Candidate {
  readonly agentId: string;
  readonly due: Due;
}

/** The last failed try on an agent. */
export interface Failure {
  readonly at: Instant;
  /** Failures in a row. */
  readonly count: number;
  readonly forbidden: boolean;
}

/** What planning has to know of the past; kept in the store. */
export interface Ledger {
  /** When the log-offs of the last hour were begun. */
  readonly logoffs: readonly Instant[];
  readonly failures: ReadonlyMap<string, Failure>;
  /** Who was due when last seen, so that only newcomers count for the breaker. */
  readonly dueBefore: ReadonlySet<string>;
  /** Who is held by the breaker, and until when. */
  readonly broken: ReadonlyMap<string, Instant>;
  /** The most agents online at once, by hour, over the last 24 hours. */
  readonly peaks: readonly HourlyPeak[];
}

export interface HourlyPeak {
  readonly hour: Instant;
  readonly online: number;
}

export interface Plan {
  /** To be logged off, longest overdue first. */
  readonly act: readonly Candidate[];
  /** Everyone else who is due, and why not now. */
  readonly held: readonly { readonly candidate: Candidate; readonly hold: Hold }[];
  /** The breaker tripped in this sweep: so many became newly due against so many allowed. */
  readonly tripped: { readonly newlyDue: number; readonly allowed: number } | undefined;
  /** The ledger as it is after this planning. Log-offs and failures are entered when they happen. */
  readonly ledger: Ledger;
}

export const EMPTY_LEDGER: Ledger = {
  logoffs: [],
  failures: new Map(),
  dueBefore: new Set(),
  broken: new Map(),
  peaks: [],
};

/**
 * Plans one sweep. `seen` are the agents that this sweep judged: the state of all others is kept. `waiting` are agents whose limit is
 * reached and whose rules wait for the licence peak: for the breaker they are due, so that a peak that comes near trips nothing.
 */
export function plan(
  candidates: readonly Candidate[],
  seen: ReadonlySet<string>,
  sweepHold: SweepHold | undefined,
  caps: Caps,
  ledger: Ledger,
  now: Instant,
  waiting: readonly string[] = [],
): Plan {
  const past = withoutFuture(ledger, caps, now);
  const breaker = applyBreaker(dueByRule(candidates, waiting), seen, caps, past, now);
  const logoffs = past.logoffs.filter((at) => at > now - HOUR);
  const failures = new Map([...past.failures].filter(([, failure]) => failure.at > now - DAY));
  const next: Ledger = { ...past, logoffs, failures, dueBefore: breaker.dueBefore, broken: breaker.broken };
  const sorted = [...candidates].sort(longestOverdueFirst);
  if (sweepHold !== undefined) {
    const held = sorted.map((candidate) => ({ candidate, hold: sweepHold }));
    return { act: [], held, tripped: breaker.tripped, ledger: next };
  }
  let room = caps.perHour - logoffs.length;
  const act: Candidate[] = [];
  const held: { candidate: Candidate; hold: Hold }[] = [];
  for (const candidate of sorted) {
    const hold =
      personalHold(candidate, breaker.broken, past, now) ??
      (act.length >= caps.perSweep ? 'per_sweep' : room <= 0 ? 'per_hour' : undefined);
    if (hold !== undefined) {
      held.push({ candidate, hold });
      continue;
    }
    act.push(candidate);
    room -= 1;
  }
  return { act, held, tripped: breaker.tripped, ledger: next };
}

/**
 * What a clock that ran ahead wrote, or a file that was damaged, must not hold agents back until that time comes, nor
 * let more through. An hour is more than two clocks that are trusted can lie apart.
 */
function withoutFuture(ledger: Ledger, caps: Caps, now: Instant): Ledger {
  const latest = now + HOUR;
  return {
    ...ledger,
    logoffs: ledger.logoffs.filter((at) => at <= latest),
    failures: new Map([...ledger.failures].filter(([, { at }]) => at <= latest)),
    broken: new Map(
      [...ledger.broken].map(([id, until]) => [id, Math.min(until, latest + caps.breaker.hold)]),
    ),
    peaks: ledger.peaks.filter(({ hour }) => hour <= latest),
  };
}

function longestOverdueFirst(a: Candidate, b: Candidate): number {
  return b.due.overdue - a.due.overdue || (a.agentId < b.agentId ? -1 : 1);
}

function personalHold(
  { agentId, due }: Candidate,
  broken: ReadonlyMap<string, Instant>,
  ledger: Ledger,
  now: Instant,
): Hold | undefined {
  const failure = ledger.failures.get(agentId);
  // Permissions do get mended: one look an hour finds out, and is reported only the first time.
  if (failure?.forbidden === true && now < failure.at + HOUR) return 'forbidden';
  // An agent on the ladder went through the breaker at the first log-off by a rule.
  if (!due.byLadder && (broken.get(agentId) ?? -Infinity) > now) return 'breaker';
  if (failure !== undefined && now < failure.at + backoff(failure.count)) return 'backoff';
  return undefined;
}

/** How long a failed try keeps an agent from the next: 2, 4, 8 … 60 minutes. */
export function backoff(failures: number): Duration {
  return Math.min(60, 2 ** Math.min(failures, 6)) * MINUTE;
}

interface BreakerState {
  readonly dueBefore: ReadonlySet<string>;
  readonly broken: ReadonlyMap<string, Instant>;
  readonly tripped: Plan['tripped'];
}

/** Each agent once. */
function dueByRule(candidates: readonly Candidate[], waiting: readonly string[]): readonly string[] {
  const byRule = candidates.filter(({ due }) => !due.byLadder).map(({ agentId }) => agentId);
  return waiting.length === 0 ? byRule : [...new Set([...byRule, ...waiting])];
}

/**
 * Holds back everyone who became newly due in this sweep if they are too many. It looks at each sweep, also at those
 * that will not act, so that a mistake made while settling or paused is caught when it shows.
 */
function applyBreaker(
  byRule: readonly string[],
  seen: ReadonlySet<string>,
  caps: Caps,
  ledger: Ledger,
  now: Instant,
): BreakerState {
  const dueNow = new Set(byRule);
  const newlyDue = byRule.filter((agentId) => !ledger.dueBefore.has(agentId));
  const unseen = [...ledger.dueBefore].filter((agentId) => !seen.has(agentId));
  const dueBefore = new Set([...byRule, ...unseen]);
  const still = [...ledger.broken].filter(([id, until]) => until > now && (dueNow.has(id) || !seen.has(id)));
  const broken = new Map(still);
  const allowed = breakerAllows(caps, ledger);
  if (newlyDue.length <= allowed) return { dueBefore, broken, tripped: undefined };
  for (const agentId of newlyDue) broken.set(agentId, now + caps.breaker.hold);
  return { dueBefore, broken, tripped: { newlyDue: newlyDue.length, allowed } };
}

/** How many agents may become newly due in one sweep. */
export function breakerAllows(caps: Caps, ledger: Ledger): number {
  const peak = Math.max(0, ...ledger.peaks.map(({ online }) => online));
  return Math.max(caps.breaker.atLeast, Math.floor(caps.breaker.share * peak));
}

/** Enters how many agents this sweep saw online, for the breaker's share. */
export function withOnline(ledger: Ledger, online: number, now: Instant): Ledger {
  const hour = Math.floor(now / HOUR) * HOUR;
  const kept = ledger.peaks.filter((peak) => peak.hour > now - 25 * HOUR && peak.hour !== hour);
  const same = ledger.peaks.find((peak) => peak.hour === hour)?.online ?? 0;
  return { ...ledger, peaks: [...kept, { hour, online: Math.max(same, online) }] };
}

/** Enters a log-off that begins: it counts against the hour whether or not it succeeds. */
export function withLogoff(ledger: Ledger, now: Instant): Ledger {
  return { ...ledger, logoffs: [...ledger.logoffs, now] };
}

/** Enters how a log-off ended: a failure starts or lengthens the back-off, a success ends it. */
export function withOutcome(
  ledger: Ledger,
  agentId: string,
  outcome: 'done' | 'failed' | 'forbidden',
  now: Instant,
): Ledger {
  const failures = new Map(ledger.failures);
  if (outcome === 'done') failures.delete(agentId);
  else {
    const count = (failures.get(agentId)?.count ?? 0) + 1;
    failures.set(agentId, { at: now, count, forbidden: outcome === 'forbidden' });
  }
  return { ...ledger, failures };
}

/** Forgets who was due before, of those who are not known any more. All else in a ledger ends by itself. */
export function withoutStrangers(ledger: Ledger, isKnown: (agentId: string) => boolean): Ledger {
  return { ...ledger, dueBefore: new Set([...ledger.dueBefore].filter(isKnown)) };
}

/** `resume` releases the agents whom the breaker holds. */
export function withoutBreaker(ledger: Ledger): Ledger {
  return { ...ledger, broken: new Map() };
}
