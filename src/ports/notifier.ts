/** Telling agents of log-offs to come. */
import type { Agent } from '../domain/agent.ts';
import type { Warning } from '../domain/judging/warnings.ts';
import type { Instant } from '../domain/time/time.ts';

/** What an agent is told before a rule logs them off. */
export interface WarningNotice extends Warning {
  /** Server time at which it is sent, and of the log-off if nothing happens: no sweep logs the agent off before. */
  readonly sentAt: Instant;
  readonly dueAt: Instant;
}

/** Tells agents of log-offs to come. */
export interface Warner {
  /** Resolves to true only when the warning is known to be delivered. Does not reject. */
  warn(agent: Agent, warning: WarningNotice, signal: AbortSignal): Promise<boolean>;
}
