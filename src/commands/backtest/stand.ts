/** How an agent stands under one policy of a replay: logged off or not, and what came of the log-off. */
import type { Agent } from '../../domain/agent.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import type { AgentState } from '../../domain/tracking/state.ts';

/** A sign of the person so soon after the log-off: it hit an agent who was about to work, or who was there. */
export const REGRET_WITHIN: Duration = 10 * MINUTE;

/** One log-off that the policy would have brought. */
export interface ReplayedLogoff {
  readonly agent: Agent;
  readonly profile: string;
  readonly rule: string;
  readonly at: Instant;
  readonly measured: Duration;
  readonly limit: Duration;
  /** Time that the agent was online in history and would not have been. */
  recovered: Duration;
  /** The first sign of the person after it. */
  signAt: Instant | undefined;
  /** The first Offline of the agent's own after it, where that came before any sign and no return followed within the window. */
  leftAt: Instant | undefined;
  /** That sign was a short Offline and a return between two sweeps: without token dates it may be the browser's or the person's. */
  perhapsBrowser: boolean;
  /** The agent was on queue or handled something within ten minutes of the log-off. */
  worked: boolean;
}

/** The log-off hit an agent who was there, or just about to be. */
export function isRegret({ at, signAt }: Pick<ReplayedLogoff, 'at' | 'signAt'>): boolean {
  return signAt !== undefined && signAt - at <= REGRET_WITHIN;
}

/** An agent who was logged off, without a sign since. */
export interface Off {
  readonly logoff: ReplayedLogoff;
  /** From here on the log-off is taken to hold. */
  readonly from: Instant;
}

/** How an agent stands under one of the policies; kept only for as long as it is not as history has it. */
export interface Stand {
  /** Memory of their own, while this policy's warnings or counted rules are noted in it; all else in it is as in `Track.memory`. */
  memory: AgentState | undefined;
  off: Off | undefined;
  /** The log-off of the last ten minutes, to see whether the agent worked. */
  recent: ReplayedLogoff | undefined;
  /** Online in history and off by our doing since then. */
  hiddenSince: Instant | undefined;
}

/** Before a log-off. */
export function newStand(): Stand {
  return { memory: undefined, off: undefined, recent: undefined, hiddenSince: undefined };
}
