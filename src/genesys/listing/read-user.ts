/**
 * From the platform's `User` (OpenAPI document; every field of it is optional) to a sighting. Nothing is guessed: what is
 * not recognised becomes `UNKNOWN` or `undefined`, and that protects. Written by hand rather than with a schema library:
 * 50,000 users a minute pass through here.
 */
import type { Sighting } from '../../ports/agents.ts';
import {
  parseRoutingStatus,
  parseSystemPresence,
  type Agent,
  type Observation,
  type PresenceReading,
  type RoutingReading,
} from '../../domain/agent.ts';
import type { Shifts } from '../../domain/time/shifts.ts';
import type { Instant } from '../../domain/time/time.ts';
import { Doubts } from './doubts.ts';
import { asArray, asObject, type Json } from '../../http/read-json.ts';
import { asName } from '../http/json.ts';
import { readConversations, SUMMARY } from './read-summary.ts';

/** What a page was read with. */
export interface ReadContext {
  /** Whether the policy tells users by name, e-mail or username, so that the absence of one of them matters. */
  readonly names: boolean;
  /** Whether the policy asks about groups and roles, so that their absence matters. */
  readonly groups: boolean;
  readonly roles: boolean;
  /** Teams and queues of a user, from their own listings; `undefined` when those could not be read. */
  readonly queuesOf: (userId: string) => readonly string[] | undefined;
  readonly teamsOf: (userId: string) => readonly string[] | undefined;
  /** The schedule of a user; left out where the policy asks for none. */
  readonly shiftsOf?: ((userId: string) => Shifts | undefined) | undefined;
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
    // With the length of each, so that no two lists have the same key, whatever an id is made of.
    let key = '';
    for (const value of values) key += `${value.length}:${value}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    if (this.#lists.size > 20_000) this.#lists.clear();
    const list = values.map((value) => this.text(value));
    this.#lists.set(key, list);
    return list;
  }
}

const NONE: readonly string[] = [];
/** Reads one user; `undefined` when there is no id. */
export function readUser(raw: unknown, context: ReadContext): Sighting | undefined {
  const user = asObject(raw);
  const id = asName(user?.['id']);
  if (user === undefined || id === undefined) return undefined;
  const doubts = new Doubts(context.to);
  const agent = readAgent(user, id, context, doubts.missing);
  const presence = readPresence(doubts.block('presence', user['presence']), context.intern, doubts);
  const routing = readRouting(doubts.block('routingStatus', user['routingStatus']), doubts);
  const token = doubts.block('lastTokenIssued', user['lastTokenIssued']);
  const tokenIssuedAt = doubts.stamp('lastTokenIssued.dateIssued', token?.['dateIssued']);
  const conversations = readConversations(doubts.block(SUMMARY, user[SUMMARY]), doubts);
  const { missing, faults } = doubts;
  const observation: Observation = {
    agentId: id,
    at: readAt(context, [presence?.since, routing?.since, tokenIssuedAt]),
    latest: context.to,
    presence,
    routing,
    conversations,
    tokenIssuedAt,
    missing: missing.length === 0 ? NONE : missing,
    faults: faults.length === 0 ? undefined : faults,
  };
  return { agent, observation };
}

/**
 * When the reading was true, never later than the truth. It cannot be older than the request, and it cannot be older
 * than a stamp that it shows of this very user, so the later of the two is taken. Stamps of other users on the page prove
 * nothing about this one, and a stamp beyond the moment of receiving comes from a wrong clock and proves nothing at all.
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
  // An exemption may be written for any of them: who does not show that one may be meant by it.
  const nameless = name === '' || email + username === '';
  if (nameless || (context.names && (email === '' || username === ''))) missing.push('identity');
  const divisionId = asName(asObject(user['division'])?.['id']);
  if (divisionId === undefined) missing.push('division');
  const need = (part: string, found: readonly string[] | undefined): readonly string[] => {
    if (found === undefined) missing.push(part);
    return found ?? NONE;
  };
  const { intern, shiftsOf } = context;
  const agent: Agent = {
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
  return withShifts(agent, shiftsOf);
}

function withShifts(agent: Agent, shiftsOf: ReadContext['shiftsOf']): Agent {
  return shiftsOf === undefined ? agent : { ...agent, shifts: shiftsOf(agent.id) };
}

function textOf(value: unknown): string {
  return asName(value) ?? '';
}

/** Ids of a list of references. A reference without an id makes the whole list unknown. */
function readIds(raw: unknown, intern: Interner): readonly string[] | undefined {
  const entries = asArray(raw);
  if (entries === undefined) return undefined;
  if (entries.length === 0) return NONE;
  const ids: string[] = [];
  for (const entry of entries) {
    const id = asName(asObject(entry)?.['id']);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return intern.list(ids);
}

function readPresence(raw: Json | undefined, intern: Interner, doubts: Doubts): PresenceReading | undefined {
  const definition = asObject(raw?.['presenceDefinition']);
  const word = asName(definition?.['systemPresence']);
  if (raw === undefined || word === undefined) return undefined;
  const definitionId = asName(definition?.['id']);
  const system = parseSystemPresence(word);
  if (system === undefined) doubts.fault('presence', 'unheard_of', word);
  return {
    system: system ?? 'UNKNOWN',
    definitionId: definitionId === undefined ? undefined : intern.text(definitionId),
    since: doubts.stamp('presence.modifiedDate', raw['modifiedDate']),
  };
}

function readRouting(raw: Json | undefined, doubts: Doubts): RoutingReading | undefined {
  const word = asName(raw?.['status']);
  if (raw === undefined || word === undefined) return undefined;
  const status = parseRoutingStatus(word);
  if (status === undefined) doubts.fault('routingStatus', 'unheard_of', word);
  return { status: status ?? 'UNKNOWN', since: doubts.stamp('routingStatus.startTime', raw['startTime']) };
}
