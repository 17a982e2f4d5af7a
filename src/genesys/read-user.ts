/**
 * From the platform's `User` (OpenAPI document; every field of it is optional) to a sighting. Nothing is guessed: what is
 * not recognised becomes `UNKNOWN` or `undefined`, and that protects. Written by hand rather than with a schema library:
 * 50,000 users a minute pass through here.
 */
import {
  parseRoutingStatus,
  parseSystemPresence,
  type Agent,
  type ConversationCounts,
  type Observation,
  type PresenceReading,
  type RoutingReading,
} from '../domain/agent.ts';
import { MINUTE, type Duration, type Instant } from '../domain/time.ts';
import { asArray, asInstant, asObject, asText, type Json } from './json.ts';

/** One agent and how he looked. */
export interface Sighting {
  readonly agent: Agent;
  readonly observation: Observation;
}

/** What a page was read with. */
export interface ReadContext {
  /** Whether the policy asks about groups and roles, so that their absence matters. */
  readonly groups: boolean;
  readonly roles: boolean;
  /** Teams and queues of a user, from their own listings; `undefined` when those could not be read. */
  readonly queuesOf: (userId: string) => readonly string[] | undefined;
  readonly teamsOf: (userId: string) => readonly string[] | undefined;
  /**
   * Bounds of the server's time: the reading happened between them. `from` belongs to the moment of sending, `to` to
   * that of receiving.
   */
  readonly from: Instant;
  readonly to: Instant;
  readonly intern: Interner;
}

/** Keeps one copy of strings and lists that many users share: divisions, groups, roles, presence definitions. */
export class Interner {
  readonly #texts = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();

  text(value: string): string {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size > 20_000) this.#texts.clear();
    this.#texts.set(value, value);
    return value;
  }

  list(values: readonly string[]): readonly string[] {
    const key = values.join(' ');
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    if (this.#lists.size > 20_000) this.#lists.clear();
    const list = values.map((value) => this.text(value));
    this.#lists.set(key, list);
    return list;
  }
}

const NONE: readonly string[] = [];
/**
 * A stamp this far beyond the moment of receiving is not a time. Were it remembered, every true stamp after it would look
 * old and the sign that it stands for would be missed; were it passed over, the one who set it would look idle. So it
 * protects, as all that is contradictory does. With clocks further apart than this no action is taken anyway.
 */
const FAR_AHEAD: Duration = 5 * MINUTE;

type Believed = (stamp: Instant | undefined) => Instant | undefined;

/** Reads one user; `undefined` when he has no id. */
export function readUser(raw: unknown, context: ReadContext): Sighting | undefined {
  const user = asObject(raw);
  const id = asText(user?.['id']);
  if (user === undefined || id === undefined) return undefined;
  const missing: string[] = [];
  const agent = readAgent(user, id, context, missing);
  const believed = (stamp: Instant | undefined): Instant | undefined => {
    if (stamp === undefined || stamp <= context.to + FAR_AHEAD) return stamp;
    if (!missing.includes('stamps')) missing.push('stamps');
    return undefined;
  };
  const presence = readPresence(asObject(user['presence']), context.intern, believed);
  const routing = readRouting(asObject(user['routingStatus']), believed);
  const tokenIssuedAt = believed(asInstant(asObject(user['lastTokenIssued'])?.['dateIssued']));
  const observation: Observation = {
    agentId: id,
    at: readAt(context, [presence?.since, routing?.since, tokenIssuedAt]),
    latest: context.to,
    presence,
    routing,
    conversations: readConversations(asObject(user['conversationSummary'])),
    tokenIssuedAt,
    missing: missing.length === 0 ? NONE : missing,
  };
  return { agent, observation };
}

/**
 * When the reading was true, never later than the truth. It cannot be older than the request, and it cannot be older
 * than a stamp that it shows of this very user, so the later of the two is taken. Stamps of other users on the page prove
 * nothing about this one, and a stamp beyond the moment of receiving is somebody's wrong clock and proves nothing at all.
 */
function readAt({ from, to }: ReadContext, stamps: readonly (Instant | undefined)[]): Instant {
  let at = from;
  for (const stamp of stamps) if (stamp !== undefined && stamp > at && stamp <= to) at = stamp;
  return at;
}

function readAgent(user: Json, id: string, context: ReadContext, missing: string[]): Agent {
  const name = textOf(user['name']);
  const email = textOf(user['email']);
  const username = textOf(user['username']);
  // An exemption may be written for a name or an e-mail: who has neither to show may be meant by it.
  if (name === '' || email + username === '') missing.push('identity');
  const divisionId = asText(asObject(user['division'])?.['id']);
  if (divisionId === undefined) missing.push('division');
  const need = (part: string, found: readonly string[] | undefined): readonly string[] => {
    if (found === undefined) missing.push(part);
    return found ?? NONE;
  };
  const { intern } = context;
  return {
    id,
    name,
    email,
    username,
    divisionId: intern.text(divisionId ?? ''),
    groups: context.groups ? need('groups', readIds(user['groups'], intern)) : NONE,
    roles: context.roles ? need('roles', readIds(asObject(user['authorization'])?.['roles'], intern)) : NONE,
    queues: need('queues', context.queuesOf(id)),
    teams: need('teams', context.teamsOf(id)),
  };
}

function textOf(value: unknown): string {
  return asText(value) ?? '';
}

/** Ids of a list of references. A reference without an id makes the whole list unknown. */
function readIds(raw: unknown, intern: Interner): readonly string[] | undefined {
  const entries = asArray(raw);
  if (entries === undefined) return undefined;
  if (entries.length === 0) return NONE;
  const ids: string[] = [];
  for (const entry of entries) {
    const id = asText(asObject(entry)?.['id']);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return intern.list(ids);
}

function readPresence(
  raw: Json | undefined,
  intern: Interner,
  believed: Believed,
): PresenceReading | undefined {
  const definition = asObject(raw?.['presenceDefinition']);
  const word = asText(definition?.['systemPresence']);
  if (raw === undefined || word === undefined) return undefined;
  const definitionId = asText(definition?.['id']);
  return {
    system: parseSystemPresence(word) ?? 'UNKNOWN',
    definitionId: definitionId === undefined ? undefined : intern.text(definitionId),
    since: believed(asInstant(raw['modifiedDate'])),
  };
}

function readRouting(raw: Json | undefined, believed: Believed): RoutingReading | undefined {
  const word = asText(raw?.['status']);
  if (raw === undefined || word === undefined) return undefined;
  return { status: parseRoutingStatus(word) ?? 'UNKNOWN', since: believed(asInstant(raw['startTime'])) };
}

/** The media of today. What else stands in a summary and is no object, such as `userId`, is not one. */
const MEDIA: ReadonlySet<string> = new Set([
  'call',
  'callback',
  'email',
  'message',
  'chat',
  'socialExpression',
  'video',
]);
const IDLE: ConversationCounts = { contactCentre: 0, enterprise: 0 };

/**
 * Sums up `UserConversationSummary` over all media, also those that do not exist yet. A medium that is absent counts
 * zero; a medium or counter that is there but is not what it should be makes the whole summary unknown.
 */
function readConversations(raw: Json | undefined): ConversationCounts | undefined {
  if (raw === undefined) return undefined;
  let contactCentre = 0;
  let enterprise = 0;
  for (const [name, value] of Object.entries(raw)) {
    const medium = asObject(value);
    if (medium === undefined) {
      if (value !== null && MEDIA.has(name)) return undefined;
      continue;
    }
    const centre = readCounters(medium['contactCenter']);
    const other = readCounters(medium['enterprise']);
    if (centre === undefined || other === undefined) return undefined;
    contactCentre += centre;
    enterprise += other;
  }
  return contactCentre === 0 && enterprise === 0 ? IDLE : { contactCentre, enterprise };
}

function readCounters(raw: unknown): number | undefined {
  if (raw === undefined || raw === null) return 0;
  const side = asObject(raw);
  if (side === undefined) return undefined;
  let sum = 0;
  for (const count of [side['active'], side['acw']]) {
    if (count === undefined) continue;
    if (typeof count !== 'number' || !Number.isFinite(count) || count < 0) return undefined;
    sum += count;
  }
  return sum;
}
