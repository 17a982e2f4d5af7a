/** The outcome of a log-off that a crash or an outage interrupted, from what was noted and what the platform shows now. Pure. */
import { knownDone } from '../tracking/own-logoff.ts';
import type { Action } from '../policy/policy.ts';
import type { RecordEvent, StoredEvent } from '../record.ts';
import type { AgentState } from '../tracking/state.ts';
import { isNewer } from '../tracking/state.ts';
import type { Instant } from '../time/time.ts';
import { takesOff } from '../policy/actions.ts';

/**
 * The outcome of an intention that has none. It names only the actions that are known to have been performed. `isRestored`: the
 * agent was left off the queue in an interaction, and has it back.
 */
export function interruptedLine(
  intent: StoredEvent,
  state: AgentState | undefined,
  isRestored: boolean,
  at: Instant,
  sweepId: string,
): RecordEvent {
  // A session at the identity provider is none of the platform's: nothing there shows what became of it.
  const elsewhere = intent.actions?.includes('end_sso_session') === true;
  const actions = elsewhere ? [] : knownDone(state, intent.at);
  const facts = { ...withoutPlace(intent), at, sweepId, actions };
  if (isRestored) {
    // It was given back because it had been taken.
    const taken = [...new Set<Action>([...actions, 'off_queue'])];
    return { ...facts, actions: taken, kind: 'dropped', reason: 'engaged' };
  }
  const isOff =
    state?.last.presence === 'OFFLINE' && !isNewer(state.last.tokenAt, state.logoff?.former.tokenAt);
  return {
    ...facts,
    kind: isOff && takesOff(actions) ? 'verified' : 'unverified',
    reason: reasonOf(intent, state, actions),
  };
}

/** That it was told later, and which actions are not known to be done. */
function reasonOf(
  { actions = [] }: StoredEvent,
  state: AgentState | undefined,
  done: readonly Action[],
): string {
  const neededNot = state?.logoff?.former.routing === 'OFF_QUEUE' ? ['off_queue'] : [];
  const open = actions.filter((action) => !done.includes(action) && !neededNot.includes(action));
  return `told after an interruption${open.length === 0 ? '' : `; not known to be done: ${open.join(', ')}`}`;
}

function withoutPlace(intent: StoredEvent): RecordEvent {
  const facts: RecordEvent & { seq?: number; traceId?: string } = { ...intent };
  delete facts.seq;
  // The outcome belongs to another sweep than the intention.
  delete facts.traceId;
  return facts;
}
