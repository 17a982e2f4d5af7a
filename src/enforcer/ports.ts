/**
 * What the enforcer needs from the world, as small interfaces that it owns. `genesys/`, `store/` and `notify/` stand
 * behind them; tests put in hand-written fakes.
 */
import type { Agent, Observation } from '../domain/agent.ts';
import type { Reason } from '../domain/judge.ts';
import type { Hold, SweepHold } from '../domain/plan.ts';
import type { Action, Mode, Policy } from '../domain/policy.ts';
import type { Duration, Instant } from '../domain/time.ts';

/** The one source of time. Only `wiring` decides which it is. */
export interface Clock {
  /** Local time, uncorrected. */
  now(): Instant;
  /** Resolves after `length`; rejects with the signal's reason when aborted. */
  sleep(length: Duration, signal?: AbortSignal): Promise<void>;
}

/** One agent and how he looked, read together. */
export interface Sighting {
  readonly agent: Agent;
  readonly observation: Observation;
}

/** What one pass over the whole organisation brought besides the sightings. */
export interface ReadingSummary {
  /** All pages arrived whole. */
  readonly complete: boolean;
  /** Why not, in one sentence. */
  readonly fault: string | undefined;
  /** Server time when the pass began, and the local clock's error at that moment (local minus server). */
  readonly startedAt: Instant;
  readonly clockError: Duration;
}

/** Reads agents. */
export interface Directory {
  /** Reads everyone, page by page; each page is handed over and then forgotten. Never throws for a page that failed. */
  sweep(onPage: (page: readonly Sighting[]) => void, signal: AbortSignal): Promise<ReadingSummary>;
  /** Reads these agents again, in bulk; whoever the platform did not return is absent from the answer. Throws `PlatformError`. */
  reread(agentIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Sighting>>;
  /** The server's time now, from the local clock and the newest HTTP dates. */
  serverNow(): Instant;
  /** After how long the platform ends an idle session, as known since the last sweep began; empty when off, or not known. */
  nativeTimeouts(): readonly Duration[];
}

/** What the names of the policy stand for, which may change while the worker runs. */
export interface NameLookups {
  /**
   * The policy with its names as they are known now. They are looked up again at the beginning of every tenth sweep, and before a
   * log-off unless that was done in this sweep already. Never rejects: what cannot be looked up is `unsure` in the answer.
   */
  latest(policy: Policy, occasion: 'sweep' | 'log_off', signal: AbortSignal): Promise<Policy>;
}

/** How a state-changing call on one agent ended, when it did not succeed. */
export type ActionFault =
  | {
      /** Of identity providers: several users fit, the service may not log in, the hour's sessions are spent. */
      readonly kind: 'ambiguous' | 'credentials' | 'capped';
      readonly message: string;
      readonly correlationId: string | undefined;
    }
  | { readonly kind: 'forbidden'; readonly message: string; readonly correlationId: string | undefined }
  | { readonly kind: 'gone'; readonly message: string; readonly correlationId: string | undefined }
  | {
      readonly kind: 'transient';
      readonly message: string;
      readonly correlationId: string | undefined;
      /** Of identity providers: how long it would take to hold, should it have been done all the same; left out where not. */
      readonly delay?: Duration | undefined;
    }
  | { readonly kind: 'late'; readonly message: string; readonly correlationId: string | undefined }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly correlationId: string | undefined;
      /** What was asked for may be so already, or by an earlier try of this very call: only a look tells. */
      readonly perhapsSo?: 'already' | 'by_us' | undefined;
    };

export type ActionResult =
  | {
      readonly ok: true;
      readonly correlationId: string | undefined;
      /** How long it takes to hold, where that is not at once. */
      readonly delay?: Duration | undefined;
    }
  | { readonly ok: false; readonly fault: ActionFault };

/** What may be done to an agent. */
export interface Effects {
  /**
   * Carries out one action, retrying what is transient within the sweep, but never sends it later than `notAfter`
   * (server time): what was read before would be too old to act on. Never throws.
   */
  perform(action: Action, agent: Agent, notAfter: Instant, signal: AbortSignal): Promise<ActionResult>;
  /** Puts a presence back as it was before `off_queue`, which restores the queue with it; not after `notAfter` either. */
  restorePresence(
    agentId: string,
    definitionId: string,
    notAfter: Instant,
    signal: AbortSignal,
  ): Promise<ActionResult>;
  /** How many requests may be sent at once without waiting for the rate budget. */
  room(): number;
}

/** What somebody should know of now. Closed: the names are those of the policy's `notify.on`. */
export type AlarmKind =
  | 'blind'
  | 'breaker'
  | 'held'
  | 'forbidden'
  | 'ineffective'
  | 'unknown_share'
  | 'clock'
  | 'store'
  | 'policy_refused'
  | 'engaged_too_long'
  | 'return';

export interface Alarm {
  readonly kind: AlarmKind;
  /** A constant sentence; facts stand in `fields`. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What an agent is told before a rule logs him off. */
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

/** Structured log with constant sentences. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the enforcer counts; `server/` turns it into metrics. */
export interface Meter {
  sweepEnded(report: SweepReport): void;
  /** A sweep ended in an unexpected error. */
  sweepFailed(): void;
  /** So many ticks of the schedule without a sweep. */
  missed(why: 'late' | 'overlap', count: number): void;
  logoff(rule: string, outcome: Outcome, mode: Mode): void;
  returned(kind: 'silent' | 'late' | 'person', delay: Duration | undefined): void;
  alarm(kind: AlarmKind): void;
}

export type Outcome = 'verified' | 'unverified' | 'failed' | 'dropped' | 'observed';

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
  /** The breaker tripped in this sweep, or holds somebody back. */
  readonly breakerHolds: number;
  /** Agents due for more than two usual intervals. */
  readonly overdue: number;
  /** Planned and not begun: the time was up. */
  readonly left: number;
  /** The next moment at which somebody becomes due if nothing happens. */
  readonly nextDueAt: Instant | undefined;
}
