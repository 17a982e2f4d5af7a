/**
 * After a crash or an outage: what became of log-offs whose outcome was never written, told from what was noted while they went on
 * and from what the platform shows now, and a line in the record for the time without sweeps.
 */
import { knownDone } from '../domain/judging/ladder.ts';
import type { Memory } from '../domain/tracking/memory.ts';
import type { Action } from '../domain/policy/policy.ts';
import type { SweepHold } from '../domain/planning/plan.ts';
import { isOutage } from '../domain/tracking/settle.ts';
import { isNewer } from '../domain/tracking/signs.ts';
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
 * are due are logged off as usual. An outcome names only the actions that are known to have been performed. `givenBack` are those that ended
 * in an interaction.
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
    // A session at the identity provider is none of the platform's: nothing there shows what became of it.
    const elsewhere = intent.actions?.includes('end_sso_session') === true;
    const actions = elsewhere ? [] : knownDone(memory, intent.at);
    const facts = { ...withoutPlace(intent), at, sweepId, actions };
    if (givenBack.has(intent.intentId ?? '')) {
      // It was given back because it had been taken.
      const taken = [...new Set<Action>([...actions, 'off_queue'])];
      return { ...facts, actions: taken, kind: 'dropped', reason: 'engaged' };
    }
    const isOff = memory?.state.presence === 'OFFLINE' && !isNewer(memory.tokenAt, memory.own?.tokenAt);
    const byUs = actions.includes('offline') || actions.includes('revoke_tokens');
    return {
      ...facts,
      kind: isOff && byUs ? 'verified' : 'unverified',
      reason: reasonOf(intent, memory, actions),
    };
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
  memories: ReadonlyMap<string, Memory>,
): Promise<readonly string[]> {
  let from = Infinity;
  for (const { ladder } of memories.values()) from = Math.min(from, ladder?.lastLogoffAt ?? Infinity);
  if (from === Infinity) return [];
  const told = await store.events({ kinds: ['held'], from });
  return told.flatMap(({ agentId = '', at }) =>
    at >= (memories.get(agentId)?.ladder?.lastLogoffAt ?? Infinity) ? [agentId] : [],
  );
}

/** That it was told later, and which actions are not known to be done. */
function reasonOf(
  { actions = [] }: StoredEvent,
  memory: Memory | undefined,
  done: readonly Action[],
): string {
  const neededNot = memory?.own?.former.routing === 'OFF_QUEUE' ? ['off_queue'] : [];
  const open = actions.filter((action) => !done.includes(action) && !neededNot.includes(action));
  return `told after an interruption${open.length === 0 ? '' : `; not known to be done: ${open.join(', ')}`}`;
}

/** The line for an outage that this sweep ends. */
export function gapEvent(
  before: ControllerState,
  at: Instant,
  usual: Duration,
  sweepId: string,
): RecordEvent | undefined {
  if (before.lastCompleteAt === undefined || !isOutage(before, at, usual)) return undefined;
  return { kind: 'gap', at, sweepId, measured: at - before.lastCompleteAt };
}

function withoutPlace(intent: StoredEvent): RecordEvent {
  const facts: RecordEvent & { seq?: number } = { ...intent };
  delete facts.seq;
  return facts;
}
