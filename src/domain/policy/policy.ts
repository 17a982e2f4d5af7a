/**
 * The policy as the judge sees it: every name resolved to an id, every duration in ms, every default filled in.
 * `policy/` makes it out of YAML.
 */
import type { RoutingStatus, SystemPresence } from '../agent.ts';
import type { Action } from './actions.ts';
import type { ClockName } from './clocks.ts';
import type { Billing } from '../licence/billing.ts';
import type { ActivityCategory, RuleHours } from '../time/shifts.ts';
import type { Duration, Instant } from '../time/time.ts';

/** `observe` writes nothing to the platform. */
export type Mode = 'observe' | 'enforce';

export type { Action, ClockName };

/** Kinds of things of the platform that a policy names. `presences` are the organisation's own presence labels. */
export const NAME_KINDS = ['users', 'groups', 'roles', 'divisions', 'queues', 'teams', 'presences'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/**
 * Which people. Each key that is there must fit (any of its entries); `undefined` keys fit everyone.
 * All entries are ids of the platform; the wildcards of `users` and `queues` are resolved before.
 */
export interface Matcher {
  readonly users: UserPatterns | undefined;
  readonly groups: ReadonlySet<string> | undefined;
  readonly roles: ReadonlySet<string> | undefined;
  readonly divisions: ReadonlySet<string> | undefined;
  readonly queues: ReadonlySet<string> | undefined;
  readonly teams: ReadonlySet<string> | undefined;
  readonly not: Matcher | undefined;
}

/** Leaves nobody out. */
export const EVERYONE: Matcher = {
  users: undefined,
  groups: undefined,
  roles: undefined,
  divisions: undefined,
  queues: undefined,
  teams: undefined,
  not: undefined,
};

/**
 * Users named one by one, in the form in which names are compared: `normaliseName`, or with `loosely` the wider
 * `looseName`, for what only protects.
 */
export interface UserPatterns {
  /** Ids, and, where no list of users was at hand, e-mail addresses, usernames and names. */
  readonly exact: ReadonlySet<string>;
  /** Some of them are names or patterns; otherwise all are ids, and the agent's names need not be looked at. */
  readonly byName: boolean;
  /** Wildcards that are compared with all names of an agent. */
  readonly patterns: readonly RegExp[];
  /** Wildcards with an `@`: compared with e-mail addresses and usernames only, as agents may change their display names. */
  readonly addresses?: readonly RegExp[];
  readonly loosely?: boolean;
}

/** In which state. Each key that is there must fit; `undefined` keys fit every state. */
export interface When {
  readonly presence: ReadonlySet<SystemPresence> | undefined;
  /** Ids of presence definitions. */
  readonly secondaryPresence: ReadonlySet<string> | undefined;
  readonly routing: ReadonlySet<RoutingStatus> | undefined;
  readonly not: When | undefined;
}

/** A reason to leave an agent alone. Matcher, state and schedule must all fit. */
export interface Exemption {
  /** How the policy file names it, for logs: its reason, else its place. */
  readonly label: string;
  readonly match: Matcher;
  readonly when: When | undefined;
  /** What the agent is scheduled for by workforce management. */
  readonly scheduled?: ReadonlySet<ActivityCategory> | undefined;
  /** From this instant on it no longer protects. */
  readonly until: Instant | undefined;
}

export interface Rule {
  readonly id: string;
  readonly description: string | undefined;
  readonly when: When;
  /** The rule means agents who wait on queue (routing IDLE) as well. Otherwise it leaves them alone. */
  readonly waitingOnQueue: boolean;
  /**
   * Canonical text of the states in which the rule counts: the key under which `in_state` is remembered, so that a
   * changed condition starts at zero.
   */
  readonly whenKey: string;
  readonly clock: ClockName;
  readonly limit: Duration;
  readonly hours: RuleHours | undefined;
  readonly actions: readonly Action[];
  readonly mode: Mode;
  /** How long before the log-off the agent is warned. */
  readonly warn: Duration | undefined;
  /** The rule acts only while the head-count is at least this share of the licence peak, and observes below it. */
  readonly nearPeak?: number | undefined;
}

export interface Rung {
  readonly wait: Duration;
  readonly actions: readonly Action[];
}

/** How returns are answered. */
export interface Returns {
  readonly window: Duration;
  readonly grace: Duration;
  readonly forget: Duration;
  readonly ladder: readonly Rung[];
  readonly repeat: Duration | 'never';
}

export interface Profile {
  readonly name: string;
  readonly match: Matcher | undefined;
  readonly rules: readonly Rule[];
  readonly returns: Returns;
}

export interface Caps {
  readonly perSweep: number;
  readonly perHour: number;
  readonly breaker: { readonly atLeast: number; readonly share: number; readonly hold: Duration };
  /** Sweeps watched before acting after a start, an outage or a change. */
  readonly settle: number;
  readonly engagedTooLong: Duration;
}

/** What the platform lists of presence labels, its own and the organisation's. */
export interface ListedLabels {
  /** The system presence of each, by id, where that is known. */
  readonly systems: ReadonlyMap<string, SystemPresence | undefined>;
  /**
   * The id of the platform's own label, by system presence. Where it is listed, an agent who shows an id that is not listed
   * shows an unknown label.
   */
  readonly builtIn: ReadonlyMap<SystemPresence, string>;
}

/** What agents may answer a warning with. */
export interface StayTerms {
  /** No rule is due for so long after a stay. */
  readonly length: Duration;
  /** After so many of them in 24 hours a warning offers none. */
  readonly perDay: number;
}

/** How a change of the policy is brought out, step by step. */
export interface RolloutTerms {
  /** Growing shares of the agents, above 0; the last is 1. */
  readonly steps: readonly number[];
  /** How long each step lasts before the next one. */
  readonly every: Duration;
  /** Beyond these shares of its log-offs the rollout stops. */
  readonly stop: { readonly regret: number; readonly unverified: number };
}

export interface Policy {
  /** Identifies the text that this policy was made of. */
  readonly hash: string;
  readonly mode: Mode;
  readonly exempt: readonly Exemption[];
  readonly profiles: readonly Profile[];
  readonly caps: Caps;
  /** Left out where warnings have nowhere to be answered. */
  readonly stay?: StayTerms | undefined;
  /** How a change of it is brought out; at once unless given. */
  readonly rollout?: RolloutTerms | undefined;
  /** How the bill goes; calendar months in UTC unless given. */
  readonly billing?: Billing | undefined;
  /** Left out where the policy names no labels, or they were not listed. */
  readonly labels?: ListedLabels | undefined;
  /**
   * The same policy with the ids that its names stood for before, where one stands for others now. It only protects; see
   * `judgeByNames`.
   */
  readonly former?: Policy;
  /** Kinds of names that could not be looked up when that was last called for. */
  readonly unsure?: ReadonlySet<NameKind>;
  /** The policy that was in force for all before this one, while this one may be brought out step by step. */
  readonly before?: Policy;
  /** While this policy is in force for a share of the agents only: what counts for the others. See `inForceFor`. */
  readonly others?: { readonly share: number; readonly profiles: readonly Profile[] };
}

export const DEFAULT_ACTIONS: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];
