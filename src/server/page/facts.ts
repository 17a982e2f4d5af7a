/** What the page shows of one organisation, as plain data. Whatever may name a person is in parts of its own. */
import type { Mode } from '../../domain/policy/policy.ts';
import type { RolloutTold } from '../status.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';

/** As of one moment. */
export interface PageFacts {
  readonly organisation: string;
  readonly version: string;
  readonly madeAt: Instant;
  /** IANA zone of the day, and of times where the reader's own is not known. */
  readonly zone: string;
  readonly mode: Mode;
  /** How the environment holds the mode down, where it does. */
  readonly modeHeldBy: string | undefined;
  readonly pause: PauseFacts | undefined;
  /** A changed policy is being brought out, or was stopped. */
  readonly rollout?: RolloutPart | undefined;
  /** Sentences of what keeps agents from being watched or acted on; none while all is well. */
  readonly warnings: readonly string[];
  readonly sweep: SweepFacts | undefined;
  readonly today: DayFacts;
  readonly policy: PolicyFacts;
  /** Only where users sign in. */
  readonly people?: PeopleFacts | undefined;
}

/** The kill switch is on. */
export interface PauseFacts {
  readonly since: Instant;
  /** `undefined`: until `resume`. */
  readonly until: Instant | undefined;
}

/** How a changed policy is being brought out. */
export interface RolloutPart extends RolloutTold {
  /** Since when it has had this share, or none. */
  readonly since: Instant;
  /** Agents for whom it is not in force are judged by the former policy; else they are left alone. */
  readonly isFormerKept: boolean;
  /** The share that comes next, and when at the earliest; `undefined` where it is stopped, or the policy has no steps. */
  readonly next: { readonly share: number; readonly at: Instant } | undefined;
}

/** The last sweep in numbers. */
export interface SweepFacts {
  readonly startedAt: Instant;
  readonly nextDueAt: Instant | undefined;
  /** The numbers of now, most asked for first. */
  readonly counts: readonly Count[];
}

/** One number, and what it counts. */
export interface Count {
  /** A word without spaces, for tests and styles. */
  readonly key: string;
  readonly label: string;
  readonly value: number;
}

/** So many were online from `at` on, until the next count. */
export interface HeadCount {
  readonly at: Instant;
  readonly online: number;
}

/** The local day so far. */
export interface DayFacts {
  readonly from: Instant;
  /** The end of the day. */
  readonly to: Instant;
  readonly logoffs: number;
  /** Log-offs that rules in observe mode would have made. */
  readonly observed: number;
  /** Unverified or failed. */
  readonly unsuccessful: number;
  /** Silent returns after a log-off. */
  readonly returns: number;
  /** Warnings that agents answered with "I am here". */
  readonly stays: number;
  readonly recovered: Duration;
  /** The most online at once, as it was and without log-offs. */
  readonly highest: { readonly asItWas: number; readonly without: number };
  /** The licence peak: the head-count at or above which the day spent 30 minutes. */
  readonly peak: { readonly asItWas: number; readonly without: number };
  readonly asItWas: readonly HeadCount[];
  readonly without: readonly HeadCount[];
  /** Of each hour of the day that has begun. */
  readonly hours: readonly HourFacts[];
}

/** What was done in one hour. */
export interface HourFacts {
  readonly from: Instant;
  readonly logoffs: number;
  readonly observed: number;
  readonly returns: number;
}

/** The policy in force. */
export interface PolicyFacts {
  readonly hash: string;
  /** In plain words, without users and reasons of exemptions. */
  readonly lines: readonly string[];
  /** The last changes, the newest first. */
  readonly changes: readonly PolicyChangeFacts[];
}

/** One policy that came into force in place of another. */
export interface PolicyChangeFacts {
  readonly at: Instant;
  /** Hashes. */
  readonly was: string;
  readonly is: string;
  /** What differs; empty where that is not known. */
  readonly changes: readonly string[];
}

/** What names agents, for viewers alone. */
export interface PeopleFacts {
  /** Who paused, and why, while that lasts: often a person's name, and about persons. */
  readonly pause: { readonly by: string | undefined; readonly reason: string | undefined } | undefined;
  /** On the way to a log-off, the first that is due first. */
  readonly next: readonly NextFacts[];
  /** Came back silently today, most often first. */
  readonly returning: readonly ReturningFacts[];
  /** In an interaction for longer than `caps.engaged_too_long`. */
  readonly stuck: readonly StuckFacts[];
}

/** How an agent is called. */
export interface Called {
  readonly called: string;
  /** For the address of their page; `undefined` where ids may not be shown. */
  readonly id: string | undefined;
}

export interface NextFacts {
  readonly agent: Called;
  readonly profile: string | undefined;
  /** Presence and routing in words. */
  readonly state: string;
  /** With the rung, where the ladder answers. */
  readonly rule: string | undefined;
  readonly measured: Duration | undefined;
  readonly limit: Duration | undefined;
  /** In the past where the agent is due. */
  readonly dueAt: Instant | undefined;
  /** What protects meanwhile; empty where nothing does but the clock. */
  readonly protects: string;
}

export interface ReturningFacts {
  readonly agent: Called;
  readonly times: number;
  readonly lastAt: Instant;
}

export interface StuckFacts {
  readonly agent: Called;
  readonly since: Instant;
  /** Ids of the open conversations, where they are known. */
  readonly conversations: readonly string[];
}
