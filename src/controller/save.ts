/** Writing what a sweep, or one step of carrying out, has changed, and with it the lines that are not on record yet. */
import type { AgentState } from '../domain/tracking/state.ts';
import type { RecordEvent, ControllerState, SweepRecord } from '../domain/record.ts';
import type { ActuatorDeps } from './actuator/deps.ts';
import type { Findings } from './findings.ts';
import type { Accounting } from './accounting.ts';

/** What writing takes. */
export type SavingCrew = Pick<ActuatorDeps, 'store' | 'population' | 'accounting'>;

/**
 * Accounts for events and writes them together with memories, and with them the lines that are not on record yet and what they did
 * to memory: a crash must not leave one without the other. What was learnt from them follows. Rejects when the store is lost; the lines then wait for
 * the next write, for what they tell is counted and will not be told again.
 */
export async function saveStep(
  { store, population, accounting }: SavingCrew,
  memories: readonly AgentState[],
  events: readonly RecordEvent[],
  standing?: ControllerState,
): Promise<void> {
  accounting.add(events);
  const lines = accounting.take();
  const byId = new Map(memories.map((memory) => [memory.agentId, memory]));
  for (const { agentId = '' } of lines) {
    const memory = population.memory(agentId);
    if (memory !== undefined && !byId.has(agentId)) byId.set(agentId, memory);
  }
  await orPutBack(accounting, lines, store.saveStep([...byId.values()], lines, standing));
  await accounting.saveLearnt(store);
}

/** Writes everything that a sweep changed. Rejects when the store is lost. */
export async function saveSweep(
  { store, population, accounting }: SavingCrew,
  record: Omit<SweepRecord, 'changed' | 'notSeen'>,
  { seen, described }: Pick<Findings, 'seen' | 'described'>,
): Promise<void> {
  accounting.add(record.events);
  const events = accounting.take();
  try {
    await orPutBack(accounting, events, store.saveSweep({ ...record, ...population.unsaved(seen), events }));
    population.saved(seen);
    await accounting.saveLearnt(store);
    if (described.length > 0) await store.saveAgents(described);
  } catch (error) {
    population.notDescribed(described);
    throw error;
  }
}

async function orPutBack(
  accounting: Accounting,
  lines: readonly RecordEvent[],
  write: Promise<void>,
): Promise<void> {
  try {
    await write;
  } catch (error) {
    // What could not be intended is not done either: the next sweep judges anew.
    accounting.putBack(lines.filter(({ kind }) => kind !== 'intent'));
    throw error;
  }
}
