/** What the steps of one sweep hand to each other. */
import type { Plan, SweepHold } from '../domain/planning/plan.ts';
import type { Instant } from '../domain/time/time.ts';
import type { PassResult } from './actuator/deps.ts';
import type { Findings } from './findings.ts';
import type { LeaseStill } from './limits.ts';
import type { SweepContext } from './tracker.ts';
import type { ReadingSummary } from '../ports/agents.ts';

/** One sweep, once everyone has been read, folded and judged. */
export interface Watched {
  readonly sweepId: string;
  /** Local time. */
  readonly begun: Instant;
  /** Server time at the end of reading. */
  readonly now: Instant;
  readonly context: SweepContext;
  readonly summary: ReadingSummary;
  readonly findings: Findings;
  /** Why nothing may be done after this sweep, if so. */
  readonly hold: SweepHold | undefined;
  /** Everyone was read, and neither the number nor the time is in doubt. */
  readonly complete: boolean;
  readonly lease: LeaseStill;
  /** Open conversations of agents who are to be reported, by their ids, where they are known. */
  readonly conversations?: ReadonlyMap<string, readonly string[]>;
}

/** What is to be done, and what rules in observe mode would do. */
export interface Plans {
  readonly enforced: Plan;
  readonly imagined: Plan;
}

/** What has been done. */
export interface Done {
  readonly real: PassResult;
  readonly imagined: PassResult;
}
