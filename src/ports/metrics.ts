/** What is counted, and the report of one sweep. */
import type { EvidenceSource } from '../domain/evidence/calibration.ts';
import type { Answer } from '../domain/evidence/timeline.ts';
import type { Reason } from '../domain/judging/judge.ts';
import type { PeakStanding } from '../domain/licence/near-peak.ts';
import type { Hold, SweepHold } from '../domain/planning/plan.ts';
import type { Mode } from '../domain/policy/policy.ts';
import type { Outcome } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';
import type { AlarmKind } from './alarms.ts';

export type { Outcome } from '../domain/record.ts';

/** What the enforcer counts; `server/` turns it into metrics. */
export interface Meter {
  sweepEnded(report: SweepReport): void;
  /** A sweep ended in an unexpected error. */
  sweepFailed(): void;
  /** So many ticks of the schedule without a sweep. */
  missed(why: 'late' | 'overlap', count: number): void;
  logoff(rule: string, outcome: Outcome, mode: Mode): void;
  returned(kind: 'silent' | 'late' | 'person', delay: Duration | undefined): void;
  /** What a source of evidence said of a suspect change. */
  evidence(source: EvidenceSource, answer: Answer['kind']): void;
  alarm(kind: AlarmKind): void;
}

/** What one sweep did, in numbers. */
export interface SweepReport {
  readonly sweepId: string;
  readonly startedAt: Instant;
  readonly took: Duration;
  readonly complete: boolean;
  /** Why the sweep is not complete, in one sentence. */
  readonly fault: string | undefined;
  /** Why nothing was done, if so. */
  readonly hold: SweepHold | undefined;
  /** Everyone whom the platform listed; of these, everyone whose reading could be used; of these, everyone online. */
  readonly listed: number;
  readonly seen: number;
  readonly online: number;
  /** Local minus server. */
  readonly clockError: Duration;
  readonly verdicts: Readonly<Record<Reason, number>>;
  /** Agents whose reading could not be used, by what of it is unknown; one reading may count more than once. */
  readonly unknown: Readonly<Record<string, number>>;
  readonly deferred: Readonly<Partial<Record<Hold, number>>>;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The breaker tripped in this sweep, or holds agents back. */
  readonly breakerHolds: number;
  /** Agents due for more than two usual intervals. */
  readonly overdue: number;
  /** Agents in an interaction for longer than `caps.engaged_too_long`. */
  readonly engagedTooLong: number;
  /** Planned and not begun: the time was up. */
  readonly left: number;
  /** The next moment at which an agent becomes due if nothing happens. */
  readonly nextDueAt: Instant | undefined;
  /** The head-count by which rules with `near_peak` were judged, beside the licence peak; left out where there are none. */
  readonly peak?: PeakStanding | undefined;
  /** How a changed policy is being brought out; left out where one is in force for all. */
  readonly rollout?: RolloutStanding | undefined;
}

/** How a rollout stands after a sweep. */
export interface RolloutStanding {
  /** Of the agents, from 0 to 1; 0 where it is stopped. */
  readonly share: number;
  /** The hash of the policy that is brought out. */
  readonly policy: string;
  /** Why, where it is stopped. */
  readonly stopped: string | undefined;
}
