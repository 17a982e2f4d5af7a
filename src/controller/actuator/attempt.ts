/** What the steps of carrying out hand to each other: what they work with, one pass, and each attempt to log an agent off. */
import type { Agent, Observation } from '../../domain/agent.ts';
import type { Due } from '../../domain/judging/judge.ts';
import type { AgentState, Ladder } from '../../domain/tracking/state.ts';
import type { Ledger } from '../../domain/planning/plan.ts';
import type { Action, Returns } from '../../domain/policy/policy.ts';
import type { ControllerState } from '../../domain/record.ts';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import type { Learner } from '../learner.ts';
import type { Tracker, SweepContext } from '../tracker.ts';
import type { ReturnsBook } from '../returns-book.ts';
import type { ActionFault, Directory, Effects, Sighting } from '../../ports/agents.ts';
import type { Alarm } from '../../ports/alarms.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter, Outcome } from '../../ports/metrics.ts';
import type { Warner } from '../../ports/notifier.ts';
import type { Store } from '../../ports/store.ts';

/** A reading older than this is not acted on. */
export const READING_LASTS: Duration = 10 * SECOND;

/** What carrying out works with. */
export interface ActuatorDeps {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly effects: Effects;
  readonly store: Store;
  readonly population: Tracker;
  readonly log: Log;
  readonly meter: Meter;
  readonly learner: Learner;
  readonly returns: ReturnsBook;
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
  readonly signal: AbortSignal;
}

/** An action that was not done, and why. */
export interface Undone {
  readonly action: Action;
  readonly fault: ActionFault;
}

/** One log-off of one agent, in progress. */
export interface Attempt {
  readonly agent: Agent;
  readonly due: Due;
  readonly returns: Returns;
  readonly intentId: string;
  /** The reading that was judged just before. */
  readonly before: Observation;
  /** Server time of the newest look; what rests on it must follow within `READING_LASTS`. */
  readAt: Instant;
  readonly ladderBefore: Ladder | undefined;
  readonly onQueue: boolean;
  /** As of the last step. */
  memory: AgentState;
  readonly performed: Action[];
  /** Actions that were refused, or did not get through, and did not end the log-off. */
  readonly undone: Undone[];
  /** Leaving the queue was refused, perhaps because it was left already: a look decides. */
  refusedQueue: ActionFault | undefined;
  outcome: Outcome | undefined;
  reason: string | undefined;
  fault: ActionFault | undefined;
}

export interface PassResult {
  readonly ledger: Ledger;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Agents that were planned and not begun, because the time was up or the service was told to stop. */
  readonly left: number;
}

/** Reads agents again; a platform that does not answer yields no agents, which protects them. */
export async function reread(
  deps: ActuatorDeps,
  agentIds: readonly string[],
  pass: Pass,
): Promise<ReadonlyMap<string, Sighting>> {
  if (agentIds.length === 0) return new Map();
  try {
    return await deps.directory.reread(agentIds, pass.signal);
  } catch (error) {
    deps.log.warn({ sweepId: pass.sweepId, err: error }, 'agents could not be read again');
    return new Map();
  }
}
