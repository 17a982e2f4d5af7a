/** What the steps of carrying out work with, and one pass of it. */
import type { Agent } from '../../domain/agent.ts';
import type { Ledger } from '../../domain/planning/plan.ts';
import type { ControllerState } from '../../domain/record.ts';
import type { AgentState, Stay } from '../../domain/tracking/state.ts';
import type { Tracker, SweepContext } from '../tracker.ts';
import type { Accounting } from '../accounting.ts';
import type { Directory, Effects, Sighting } from '../../ports/agents.ts';
import type { Alarm } from '../../ports/alarms.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter, Outcome } from '../../ports/metrics.ts';
import type { Warner } from '../../ports/notifier.ts';
import type { Store } from '../../ports/store.ts';

/** What carrying out works with. */
export interface ActuatorDeps {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly effects: Effects;
  readonly store: Store;
  readonly population: Tracker;
  readonly log: Log;
  readonly meter: Meter;
  readonly accounting: Accounting;
  readonly alarm: (alarm: Alarm) => void;
  /** `undefined`: no agent can be warned, so that no rule with `warn` ever becomes due. */
  readonly warner?: Warner | undefined;
  /** Names an agent as the policy's `log.identities` wants it. */
  readonly name: (agent: Agent) => string;
}

/** One pass of carrying out. */
export interface Pass {
  readonly sweepId: string;
  readonly context: SweepContext;
  /** Stored with each step, so that the caps know of every log-off even after a crash. */
  readonly standing: ControllerState;
  /** Asked before each batch and each agent: nothing new is begun once it answers false. */
  readonly mayBegin: () => Promise<boolean>;
  /**
   * An answer of the agent to a warning that is on record by now, and not known to this state. Rejects when the store is lost; none is
   * looked for unless given.
   */
  readonly newStay?: (state: AgentState) => Promise<Stay | undefined>;
  readonly signal: AbortSignal;
}

/** What one pass came to. */
export interface PassResult {
  readonly ledger: Ledger;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Agents that were planned and not begun, because the time was up or the service was told to stop. */
  readonly left: number;
}

/** Reads agents again; a platform that does not answer yields no agents, which protects them. */
export async function reread(
  deps: Pick<ActuatorDeps, 'log'> & { readonly directory: Pick<Directory, 'reread'> },
  agentIds: readonly string[],
  pass: Pick<Pass, 'sweepId' | 'signal'>,
): Promise<ReadonlyMap<string, Sighting>> {
  if (agentIds.length === 0) return new Map();
  try {
    return await deps.directory.reread(agentIds, pass.signal);
  } catch (error) {
    deps.log.warn({ sweepId: pass.sweepId, err: error }, 'agents could not be read again');
    return new Map();
  }
}
