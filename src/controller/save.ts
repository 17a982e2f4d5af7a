/** Writing what a sweep, or one step of carrying out, has changed, and with it the lines that are not on record yet. */
import type { AgentState } from '../domain/tracking/state.ts';
import type { RecordEvent, ControllerState, SweepRecord } from '../domain/record.ts';
import type { ActuatorDeps } from './actuator/attempt.ts';
import type { Findings } from './findings.ts';
import type { ReturnsBook } from './returns-book.ts';

type SavingCrew = Pick<ActuatorDeps, 'store' | 'population' | 'returns' | 'learner'>;

/**
 * Writes memories and events together, and with them the returns that are not on record yet and what they did to memory: a crash
 * must not leave one without the other. What was learnt from them follows. Rejects when the store is lost; the lines then wait for
 * the next write, for what they tell is counted and will not be told again.
 */
export async function saveStep(
  { store, population, returns, learner }: SavingCrew,
  memories: readonly AgentState[],
  events: readonly RecordEvent[],
  standing?: ControllerState,
): Promise<void> {
  const lines = returns.take();
  const byId = new Map(memories.map((memory) => [memory.agentId, memory]));
  for (const { agentId = '' } of lines) {
    const memory = population.memory(agentId);
    if (memory !== undefined && !byId.has(agentId)) byId.set(agentId, memory);
  }
  const all = [...lines, ...events];
  await orPutBack(returns, all, store.saveStep([...byId.values()], all, standing));
  await learner.save(store);
}

/** Writes everything that a sweep changed. Rejects when the store is lost. */
export async function saveSweep(
  { store, population, returns, learner }: SavingCrew,
  record: Omit<SweepRecord, 'changed' | 'notSeen'>,
  { seen, described }: Pick<Findings, 'seen' | 'described'>,
): Promise<void> {
  const events = [...returns.take(), ...record.events];
  try {
    await orPutBack(returns, events, store.saveSweep({ ...record, ...population.unsaved(seen), events }));
    population.saved(seen);
    await learner.save(store);
    if (described.length > 0) await store.saveAgents(described);
  } catch (error) {
    population.notDescribed(described);
    throw error;
  }
}

async function orPutBack(
  returns: ReturnsBook,
  lines: readonly RecordEvent[],
  write: Promise<void>,
): Promise<void> {
  try {
    await write;
  } catch (error) {
    // What could not be intended is not done either: the next sweep judges anew.
    returns.putBack(lines.filter(({ kind }) => kind !== 'intent'));
    throw error;
  }
}
