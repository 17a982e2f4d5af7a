/** Where an agent stands on the ladder, and what the next silent return would be answered with. */
import { quietBetweenRepeats } from '../../domain/judging/ladder.ts';
import type { Action, Profile } from '../../domain/policy/policy.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { LadderPlace } from '../../domain/tracking/state.ts';

/** Where on the ladder. */
export interface LadderShown {
  readonly rule: string;
  readonly rungsUsed: number;
  readonly rungs: number;
  /** While false, the rules judge again; the place is only kept for the next log-off. */
  readonly active: boolean;
  readonly returnedAt: Instant | undefined;
  readonly lastLogoffAt: Instant;
  readonly nextActions: readonly Action[];
}

/** The same of a place. */
export function ladderShown(place: LadderPlace, { returns }: Profile): LadderShown {
  const { cause, rung, lastLogoffAt } = place;
  const returnedAt = place.kind === 'returned' ? place.returnedAt : undefined;
  const active = place.kind !== 'parked';
  const rungs = returns.ladder.length;
  const isHeld = rung >= rungs && returns.repeat === 'never';
  const next = returns.ladder[rung] ?? quietBetweenRepeats(place, returns) ?? returns.ladder.at(-1);
  const nextActions = isHeld ? [] : (next?.actions ?? []);
  return { rule: cause.ruleId, rungsUsed: rung, rungs, active, returnedAt, lastLogoffAt, nextActions };
}
