/**
 * What a log-off asks of an agent's memory, and notes in it beside what `judging/ladder.ts` does. Log-offs, policy tests and
 * backtests read and write memory through these functions only.
 */
import type { RoutingStatus } from '../agent.ts';
import type { LadderPlace, Memory } from '../tracking/memory.ts';
import { beginLogoff, placeOnLadder } from '../judging/ladder.ts';
import type { Due } from '../judging/judge.ts';
import type { Returns } from '../policy/policy.ts';
import type { Instant } from '../time/time.ts';

export function isOffline({ state }: Memory): boolean {
  return state.presence === 'OFFLINE';
}

export function isOffQueue({ state }: Memory): boolean {
  return state.routing === 'OFF_QUEUE';
}

/** Had an interaction or stood on queue at the last look. */
export function isWorking({ working }: Memory): boolean {
  return working;
}

/** The agent's place on the ladder, to be given back should nothing come of a log-off. */
export function placeNow({ ladder }: Memory): LadderPlace | undefined {
  return ladder;
}

/** The newest token that was known when the log-off began. */
export function tokenAtBegin({ own }: Memory): Instant | undefined {
  return own?.tokenAt;
}

/** The newest token that is known now. */
export function tokenNow({ tokenAt }: Memory): Instant | undefined {
  return tokenAt;
}

/** The routing status when the last log-off began. */
export function routingAtBegin({ own }: Memory): RoutingStatus | undefined {
  return own?.former.routing;
}

/** When the last log-off began. */
export function begunAt({ own }: Memory): Instant | undefined {
  return own?.from;
}

/** The last sign that the agent has shown. */
export function lastSignAt({ lastSign }: Memory): Instant | undefined {
  return lastSign?.at;
}

/** Whether a person has shown a sign since memory stood as `before`. */
export function hasSigned(m: Memory, before: Memory): boolean {
  return m.lastSign !== undefined && m.lastSign.at !== before.lastSign?.at;
}

/** The log-off begins: the agent takes their place on the ladder, and what follows is not read as a person's doing. */
export function begun(m: Memory, now: Instant, { cause, rung, actions }: Due, returns: Returns): Memory {
  return beginLogoff(placeOnLadder(m, now, cause, rung, returns), now, actions);
}

/** Offline was set once more after the log-off: its effect is ours as well. The same object where no log-off was begun. */
export function withOfflineAgain(m: Memory, now: Instant): Memory {
  const { own } = m;
  if (own === undefined) return m;
  return { ...m, own: { ...own, to: now, actions: [...new Set([...own.actions, 'offline' as const])] } };
}

/**
 * Without what is kept for a change that may yet turn out to belong to a departure: as memory will be if nothing happens. The same
 * object where nothing is kept.
 */
export function withoutUndo(m: Memory): Memory {
  return m.recent.length === 0 ? m : { ...m, recent: [] };
}

/** Whether a rule in observe mode was counted in this idle episode already. */
export function isObserved({ imagined }: Memory, ruleId: string): boolean {
  return imagined.includes(ruleId);
}

/** A rule in observe mode is counted once in an idle episode. */
export function noteObserved(m: Memory, ruleId: string): Memory {
  return { ...m, imagined: [...m.imagined, ruleId] };
}

/** Warnings of these rules were delivered. */
export function noteWarned(m: Memory, ruleIds: readonly string[], at: Instant): Memory {
  return { ...m, warned: { ...m.warned, ...Object.fromEntries(ruleIds.map((id) => [id, at])) } };
}

/** What has to be so for a queue to be given back after an interruption. */
export interface LeftInTheMiddle {
  /** When the interrupted log-off began, and whether it is known what came of it. */
  readonly begunAt: Instant;
  readonly isSettled: boolean;
  /** The agent handles an interaction, Available, with the token of before. */
  readonly isAsWeLeftThem: boolean;
  readonly wasOnQueue: boolean;
  readonly presenceBefore: string | undefined;
  readonly presenceSince: Instant | undefined;
  readonly routingSince: Instant | undefined;
}

/** How an agent stands whom a log-off may have left in the middle; `undefined` where none was begun. */
export function leftInTheMiddle(m: Memory): LeftInTheMiddle | undefined {
  const { own, state, presenceSince, routingSince } = m;
  if (own === undefined) return undefined;
  const isInteracting = m.engagedSince !== undefined && state.presence === 'AVAILABLE';
  return {
    begunAt: own.from,
    isSettled: own.known === true,
    isAsWeLeftThem: isInteracting && m.tokenAt === own.tokenAt,
    wasOnQueue: own.former.presence === 'ON_QUEUE',
    presenceBefore: own.former.presenceId,
    presenceSince,
    routingSince,
  };
}
