/**
 * After a crash or an outage: what became of log-offs whose outcome was never written, told from what was noted while they went on
 * and from what the platform shows now, and a line in the record for the time without sweeps.
 */
import { interruptedLine } from '../domain/logoff/interrupted.ts';
import { placeIn, type AgentState } from '../domain/tracking/state.ts';
import type { SweepHold } from '../domain/planning/plan.ts';
import { isOutage } from '../domain/tracking/settle.ts';
import type { RecordEvent, ControllerState, StoredEvent } from '../domain/record.ts';
import { HOUR, type Duration, type Instant } from '../domain/time/time.ts';
import type { ActuatorDeps, Pass } from './actuator/deps.ts';
import { restoreInterrupted } from './actuator/recovery.ts';
import type { Tracker } from './tracker.ts';
import { NO_CONTROLLER_STATE } from './controller-state.ts';
import { saveStep } from './save.ts';

/**
 * Settles log-offs that were interrupted: agents left off the queue in an interaction get it back, where acting is
 * allowed, and each log-off gets its outcome. Throws when the store is lost.
 */
export async function reconcile(deps: ActuatorDeps, hold: SweepHold | undefined, pass: Pass): Promise<void> {
  const open = await deps.store.openIntents();
  if (open.length === 0) return;
  const mayAct = pass.context.policy.mode === 'enforce' && (hold === undefined || hold === 'settling');
  const givenBack = mayAct ? await restoreInterrupted(deps, open, pass) : undefined;
  const at = deps.directory.serverNow();
  const outcomes = outcomesOf(open, deps.population, at, pass.sweepId, givenBack);
  await saveStep(deps, [], outcomes);
}

/**
 * The outcome of each intention that has none, from memory after a complete sweep. Nothing is done again here: agents who
 * are due are logged off as usual. `givenBack` are those that ended in an interaction.
 */
export function outcomesOf(
  intents: readonly StoredEvent[],
  population: Tracker,
  at: Instant,
  sweepId: string,
  givenBack: ReadonlySet<string> = new Set(),
): readonly RecordEvent[] {
  return intents.map((intent) => {
    const memory = intent.agentId === undefined ? undefined : population.memory(intent.agentId);
    return interruptedLine(intent, memory, givenBack.has(intent.intentId ?? ''), at, sweepId);
  });
}

/**
 * The standing of a worker that finds none, because it is the first or because what was kept could not be used. Log-offs
 * of the last hour that the record knows of still count against the hour. Rejects when the store is lost.
 */
export async function standingFromRecord({
  store,
  directory,
}: Pick<ActuatorDeps, 'store' | 'directory'>): Promise<ControllerState> {
  const begun = await store.events({ kinds: ['intent'], from: directory.serverNow() - HOUR });
  const ledger = { ...NO_CONTROLLER_STATE.ledger, logoffs: begun.map(({ at }) => at) };
  return { ...NO_CONTROLLER_STATE, ledger };
}

/** Agents of whom the record tells that they are held, since their last log-off. Rejects when the store is lost. */
export async function heldOnRecord(
  store: Pick<ActuatorDeps['store'], 'events'>,
  memories: ReadonlyMap<string, AgentState>,
): Promise<readonly string[]> {
  let from = Infinity;
  for (const state of memories.values()) from = Math.min(from, lastLogoffOf(state));
  if (from === Infinity) return [];
  const told = await store.events({ kinds: ['held'], from });
  return told.flatMap(({ agentId = '', at }) => (at >= lastLogoffOf(memories.get(agentId)) ? [agentId] : []));
}

/** `Infinity` where the agent has no place on the ladder. */
function lastLogoffOf(state: AgentState | undefined): Instant {
  const ladder = state?.episode.ladder;
  return ladder === undefined ? Infinity : placeIn(ladder).lastLogoffAt;
}

/** The line for an outage that this sweep ends, which is complete. */
export function gapEvent(
  before: ControllerState,
  at: Instant,
  usual: Duration,
  sweepId: string,
): RecordEvent | undefined {
  if (before.lastCompleteAt === undefined || !isOutage(before, at, usual)) return undefined;
  return { kind: 'gap', at, sweepId, measured: at - before.lastCompleteAt };
}
