/** Telling agents of log-offs to come. */
import type { Agent } from '../domain/agent.ts';
import type { Duration } from '../domain/time/time.ts';

/** What an agent is told before a rule logs them off. */
export interface WarningNotice {
  readonly ruleId: string;
  readonly limit: Duration;
  /** So long until the log-off, if nothing happens. */
  readonly dueIn: Duration;
}

/** Tells agents of log-offs to come. */
export interface Warner {
  /** Resolves to true only when the warning is known to be delivered. Does not reject. */
  warn(agent: Agent, warning: WarningNotice, signal: AbortSignal): Promise<boolean>;
}
