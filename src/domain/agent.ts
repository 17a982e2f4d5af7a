/**
 * An agent, and one observation of that agent. Field names follow the platform's words; anything the platform left
 * out is `undefined` here and is never guessed.
 */
import type { Shifts } from './time/shifts.ts';
import type { Instant } from './time/time.ts';

/** The platform's system presences, in one spelling. `UNKNOWN` stands for any word not in this list. */
export const SYSTEM_PRESENCES = [
  'AVAILABLE',
  'AWAY',
  'BUSY',
  'OFFLINE',
  'IDLE',
  'ON_QUEUE',
  'MEAL',
  'TRAINING',
  'MEETING',
  'BREAK',
] as const;
export type SystemPresence = (typeof SYSTEM_PRESENCES)[number];

/** The platform's routing statuses. */
export const ROUTING_STATUSES = [
  'OFF_QUEUE',
  'IDLE',
  'INTERACTING',
  'NOT_RESPONDING',
  'COMMUNICATING',
] as const;
export type RoutingStatus = (typeof ROUTING_STATUSES)[number];

/** A user of the organisation with what decides which profile and which exemptions apply. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly username: string;
  readonly divisionId: string;
  /** Ids of the agent's groups, roles, queues and teams: only those kinds that the policy asks about are filled. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly queues: readonly string[];
  readonly teams: readonly string[];
  /** The agent's schedule, where the policy asks for it and it could be read. */
  readonly shifts?: Shifts | undefined;
}

/** The presence and routing status that a reading shows, without their stamps. */
export interface Shown {
  readonly presence: SystemPresence;
  /** Id of the presence definition, which tells the organisation's own labels apart. */
  readonly presenceId: string | undefined;
  readonly routing: RoutingStatus;
}

export interface PresenceReading {
  readonly system: SystemPresence | 'UNKNOWN';
  /** Id of the presence definition, which tells the organisation's own labels apart. */
  readonly definitionId: string | undefined;
  /** `modifiedDate`: when the platform last touched the presence. */
  readonly since: Instant | undefined;
}

export interface RoutingReading {
  readonly status: RoutingStatus | 'UNKNOWN';
  /** `startTime` of the status. */
  readonly since: Instant | undefined;
}

/** How many conversations the platform counts for an agent, active or in after-call work, over all media. */
export interface ConversationCounts {
  readonly contactCentre: number;
  readonly enterprise: number;
}

/** Why a part of a reading is unknown. Closed. */
export const UNKNOWN_WHYS = [
  'missing', //        the platform left it out
  'unheard_of', //     a word, or a counter above zero, that its documents do not name
  'malformed', //      not of the documented shape
  'future', //         a stamp beyond the moment of the reading
  'outdated', //       a stamp older than the one already known of the same state
  'contradiction', // two parts that cannot both be true
] as const;
export type UnknownWhy = (typeof UNKNOWN_WHYS)[number];

/** A part of a reading that cannot be built on. Each protects. */
export interface Unknown {
  /** In the platform's words, such as `routingStatus`. */
  readonly part: string;
  readonly why: UnknownWhy;
  /** What the platform said instead, cut and cleaned, where that helps to find the cause. */
  readonly said?: string;
}

/** One reading of one agent. A part the platform did not deliver is `undefined`: it protects. */
export interface Observation {
  readonly agentId: string;
  /** Server time of the reading, never later than the truth. */
  readonly at: Instant;
  /** The same, never earlier than the truth: what is only seen begins here. Left out where `at` is exact. */
  readonly latest?: Instant;
  readonly presence: PresenceReading | undefined;
  readonly routing: RoutingReading | undefined;
  readonly conversations: ConversationCounts | undefined;
  /** `lastTokenIssued.dateIssued`. */
  readonly tokenIssuedAt: Instant | undefined;
  /** Parts that the policy needs and this reading lacks, other than the above, such as `groups`. Not empty: it protects. */
  readonly missing: readonly string[];
  /** Parts that were there and could not be understood. Left out where there are none; otherwise they protect. */
  readonly faults?: readonly Unknown[] | undefined;
}

/** An observation whose presence and routing status are there, and are words of the platform's documents. */
export interface WholeObservation extends Observation {
  readonly presence: PresenceReading & { readonly system: SystemPresence };
  readonly routing: RoutingReading & { readonly status: RoutingStatus };
}

/** What a reading shows. */
export function shownIn({ presence, routing }: WholeObservation): Shown {
  return { presence: presence.system, presenceId: presence.definitionId, routing: routing.status };
}

/** One agent and one observation of that agent, read together. */
export interface Sighting {
  readonly agent: Agent;
  readonly observation: Observation;
}

const PRESENCE_BY_KEY = new Map<string, SystemPresence>(
  SYSTEM_PRESENCES.map((name) => [name.replace('_', ''), name]),
);

/** Recognises a system presence in any of the platform's spellings (`OnQueue`, `On Queue`, `ON_QUEUE`). */
export function parseSystemPresence(text: string): SystemPresence | undefined {
  return PRESENCE_BY_KEY.get(text.toUpperCase().replace(/[\s_-]/g, ''));
}

const ROUTING_BY_KEY = new Map<string, RoutingStatus>(
  ROUTING_STATUSES.map((name) => [name.replace('_', ''), name]),
);

/** Recognises a routing status in any spelling. */
export function parseRoutingStatus(text: string): RoutingStatus | undefined {
  return ROUTING_BY_KEY.get(text.toUpperCase().replace(/[\s_-]/g, ''));
}
