/**
 * How one rule stands for an agent: whether it holds, what its clock shows, when it would be due.
 */
import { isNearPeak } from '../licence/near-peak.ts';
import { isInside as isInsideHours } from '../time/hours.ts';
import { hoursFor } from '../time/shifts.ts';
import { measure, reachesAt } from '../tracking/clocks.ts';
import type { AgentState } from '../tracking/state.ts';
import { stayedUntil } from '../tracking/stays.ts';
import type { Rule } from '../policy/policy.ts';
import type { Duration, Instant } from '../time/time.ts';
import { isLeftAlone, whenHolds } from '../policy/when.ts';

/** How one rule stands for an agent. */
export interface Weighed {
  readonly rule: Rule;
  /** Its condition holds, and the agent is not one whom the rule leaves alone. */
  readonly holds: boolean;
  /** Its condition holds, but the agent waits on queue, and the rule does not mean such agents. */
  readonly leftAlone: boolean;
  readonly insideHours: boolean;
  /** The rule acts whatever the head-count, or the head-count is near the peak. Otherwise it observes. */
  readonly nearPeak: boolean;
  readonly measured: Duration;
  /** When it would be due if nothing happened. */
  readonly dueAt: Instant | undefined;
  readonly due: boolean;
  /** The agent is to be told of its log-off by now, or was. */
  readonly warns: boolean;
}

/** Weighs one rule, whether its condition holds or not, as `explain` shows it. */
export function weigh(rule: Rule, s: AgentState, now: Instant, peakShare?: number): Weighed {
  const fits = s.last.presence !== 'OFFLINE' && whenHolds(rule.when, s.last);
  const leftAlone = fits && isLeftAlone(rule, s.last);
  return { ...weighIn(rule, s, now, fits && !leftAlone, isNearPeak(rule, peakShare)), leftAlone };
}

/** Weighs a rule of which it is known whether its condition holds and it means such agents. */
export function weighIn(rule: Rule, s: AgentState, now: Instant, holds: boolean, nearPeak: boolean): Weighed {
  const measured = measure(s, rule, now);
  const hours = rule.hours && hoursFor(rule.hours, s.shifts, now);
  const inside = hours === undefined || isInsideHours(hours, now);
  const reached = reachesAt(measured, rule.limit, now, hours);
  const stayed = stayedUntil(s);
  // No agent is warned of a log-off that is not carried out.
  const told = nearPeak ? warningOver(rule, s, now) : -Infinity;
  const dueAt = reached === undefined ? undefined : Math.max(reached, told, stayed);
  // Only inside its hours, and with its limit reached, is it due by now.
  const due = holds && dueAt !== undefined && dueAt <= now;
  return {
    rule,
    holds,
    leftAlone: false,
    insideHours: inside,
    nearPeak,
    measured,
    dueAt: holds ? dueAt : undefined,
    due,
    warns: isWarning(rule, measured, stayed, now),
  };
}

/** The time of its warning has come: the limit is so near, and no stay protects for longer. */
function isWarning({ warn, limit }: Rule, measured: Duration, stayed: Instant, now: Instant): boolean {
  return warn !== undefined && measured >= limit - warn && now >= stayed - warn;
}

/**
 * Until when a warning keeps a rule from being due: so long after it is delivered, which is not before now, and until the time that it told
 * the agent, though the policy may have become another since.
 */
function warningOver({ id, warn }: Rule, { episode }: AgentState, now: Instant): Instant {
  const told = episode.promised?.[id] ?? -Infinity;
  return warn === undefined ? told : Math.max(told, (episode.warnedAt[id] ?? now) + warn);
}

/** For lists of rules: whether this one is due. */
export function isDue({ due }: Weighed): boolean {
  return due;
}

/** Rules hold, and none of them is due: the reason that comes nearest to a log-off. */
export function whyNotDue(weighed: readonly Weighed[]): 'warned' | 'waiting' | 'outside_hours' {
  if (weighed.some(isWarned)) return 'warned';
  return weighed.some(isInside) ? 'waiting' : 'outside_hours';
}

function isInside({ insideHours: inside }: Weighed): boolean {
  return inside;
}

/** When the first of these rules becomes due if nothing happens. */
export function nextOf(weighed: readonly Weighed[]): Instant | undefined {
  let next = Infinity;
  for (const { dueAt = Infinity } of weighed) next = Math.min(next, dueAt);
  return next < Infinity ? next : undefined;
}

function isWarned({ insideHours: inside, nearPeak, warns }: Weighed): boolean {
  return nearPeak && inside && warns;
}
