/**
 * What a story is made of.
 */
import type { Agent, RoutingStatus, SystemPresence } from '../../src/domain/agent.ts';
import type { Action, Policy, Profile, Returns, Rule } from '../../src/domain/policy/policy.ts';

/**
 * What changes on the platform. A part that is named gets a new stamp, also when it is the same as before. Going on or off
 * the queue takes the other part along, as on the platform, unless the change says `asIs`.
 */
export interface Change {
  /** Presence and routing may contradict each other. */
  readonly asIs?: boolean;
  readonly presence?: SystemPresence | 'UNKNOWN';
  readonly presenceId?: string;
  readonly routing?: RoutingStatus | 'UNKNOWN';
  /** Contact-centre conversations. */
  readonly talks?: number;
  /** Enterprise conversations. */
  readonly calls?: number;
  /** When a token was issued. */
  readonly token?: string;
  /** Stamps other than the time of the change. */
  readonly presenceSince?: string;
  readonly routingSince?: string;
}

/** A part of the reading that the platform may leave out. */
export type Part =
  'presence' | 'routing' | 'conversations' | 'token' | 'groups' | 'presenceSince' | 'routingSince';

/** How a browser answers a log-off that revokes tokens. */
export interface Browser {
  /** From Offline to the return. */
  readonly after: string;
  /** The former presence and routing come back; otherwise Available and off queue. */
  readonly restores: boolean;
  readonly movesToken: boolean;
  /** It also answers an Offline that leaves the session alone. */
  readonly answersOffline?: boolean;
  /** The platform ends a session that was left alone when its token is so old; the browser then comes back as well. */
  readonly idlesOut?: string;
}

export interface StoryParts {
  readonly policy?: Partial<Policy>;
  readonly profile?: Partial<Profile>;
  readonly returns?: Partial<Returns>;
  readonly rules?: readonly Rule[];
  readonly agent?: Partial<Agent>;
  /** First sweep. */
  readonly from?: string;
  readonly every?: string;
  /** After how long the platform ends an idle session; never, where nothing is said. */
  readonly nativeTimeouts?: readonly string[] | 'unknown';
  /** Taking an agent off the queue leaves the presence On Queue. */
  readonly offQueueLeavesPresence?: boolean;
  /** The reading before the first change, stamped an hour before the first sweep. */
  readonly first?: Change;
}

/** A log-off that was carried out. */
export interface Told {
  readonly at: string;
  readonly rule: string;
  readonly rung: number | undefined;
  readonly actions: readonly Action[];
}
