/** What an operator asks of a rollout, beside what the policy file means. Pure. */
import type { Instant } from '../time/time.ts';
import { ordered, wanting, type Moved, type Order, type Rollout, type Wanted } from './rollout.ts';

/**
 * Takes up the policy that the file means now, and what an operator has asked for since. An abort comes first: no change of the file in the
 * same moment may bring to all agents what was aborted. An order to go on comes last, for it is about what is brought out then; about
 * anything else it is void, so that nothing which comes later goes on by it.
 */
export function takenUp(last: Rollout, wanted: Wanted, order: Order | undefined, now: Instant): Moved {
  const isAbort = order?.what === 'abort';
  const first = isAbort ? ordered(last, order, wanted.terms, now) : { rollout: last, told: [] };
  const then = wanting(first.rollout, wanted, now);
  const told = [...first.told, ...then.told];
  if (isAbort || order === undefined || order.id === then.rollout.handled) return { ...then, told };
  const done = ordered(then.rollout, order, wanted.terms, now);
  return { rollout: { ...done.rollout, handled: order.id }, told: [...told, ...done.told] };
}

/** Whether an operator has asked to take back what is brought out, and that is not done yet. */
export function isAbortOpen({ candidate, handled }: Rollout, order: Order | undefined): boolean {
  if (order?.what !== 'abort' || order.id === handled) return false;
  return candidate?.judges === order.judges && candidate.stopped === undefined;
}
