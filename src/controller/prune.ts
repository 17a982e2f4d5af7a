/** Once a day what is older than the retention goes: from the store, and from what this process knows. */
import { withoutStrangers } from '../domain/planning/plan.ts';
import type { ControllerState } from '../domain/record.ts';
import { DAY, type Duration, type Instant } from '../domain/time/time.ts';
import type { ActuatorDeps } from './actuator/deps.ts';

/**
 * Forgets if a day has passed since the last time, and answers the standing after it. That time is stored: a worker that is
 * started anew each night, or for each sweep, forgets as well. What fails is tried again a day later. Never rejects.
 */
export async function forgetOld(
  { store, population, log }: Pick<ActuatorDeps, 'store' | 'population' | 'log'>,
  standing: ControllerState,
  retention: Duration,
  now: Instant,
): Promise<ControllerState> {
  const { forgottenAt, ledger, observedLedger } = standing;
  if (forgottenAt !== undefined && Math.abs(now - forgottenAt) < DAY) return standing;
  const before = now - retention;
  population.forget(before);
  const isKnown = (agentId: string): boolean => population.memory(agentId) !== undefined;
  const after: ControllerState = {
    ...standing,
    forgottenAt: now,
    ledger: withoutStrangers(ledger, isKnown),
    observedLedger: withoutStrangers(observedLedger, isKnown),
  };
  try {
    await store.prune(before);
    await store.saveStep([], [], after);
  } catch (error) {
    log.error({ err: error }, 'old events could not be forgotten');
  }
  return after;
}
