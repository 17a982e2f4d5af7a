/** How users look on the wire: the platform's `User` and what can be expanded in it. */
import { MEDIA, type UserState } from '../desk.ts';
import type { FaultDice, MissableExpand } from '../faults.ts';
import type { Settings } from '../options.ts';
import type { Person } from '../organisation.ts';
import { spell } from '../presences.ts';
import type { World } from '../world.ts';
import { badRequest } from './refusal.ts';

/** Every value that the OpenAPI document lists for `expand` of users. Those not played here bring nothing. */
const EXPANDS: ReadonlySet<string> = new Set(
  (
    'routingStatus presence integrationPresence conversationSummary outOfOffice geolocation station authorization ' +
    'lasttokenissued authorization.unusedRoles team workPlanBidRanks externalContactsSettings groups customAttributes ' +
    'profileSkills certifications locations skills languages languagePreference employerInfo biography dateLastLogin ' +
    'dateWelcomeSent'
  ).split(' '),
);

const QUIET = { contactCenter: { active: 0, acw: 0 }, enterprise: { active: 0, acw: 0 } };

/** The expands of a query. Refuses values that the platform does not know, such as several joined by commas. */
export function expandsOf(values: readonly string[]): ReadonlySet<string> {
  for (const value of values) if (!EXPANDS.has(value)) throw badRequest(`expand must not be ${value}`);
  return new Set(values);
}

/** An instant as the platform writes it. */
export function stamp(at: number): string {
  return new Date(at).toISOString();
}

/** Writes users down. */
export class UserShapes {
  readonly #world: World;
  readonly #settings: Settings;
  readonly #dice: FaultDice;

  constructor(world: World, settings: Settings, dice: FaultDice) {
    this.#world = world;
    this.#settings = settings;
    this.#dice = dice;
  }

  /** `User`. `operation` decides which expands a fault leaves out. */
  user(person: Person, expand: ReadonlySet<string>, operation: string): object {
    const { id, name, email, division } = person;
    const desk = this.#world.desk(person);
    const wanted = (one: MissableExpand): boolean =>
      expand.has(one) && !this.#dice.strikes(this.#dice.faults.missing[one], operation);
    return {
      id,
      name,
      division: {
        id: division.id,
        name: division.name,
        selfUri: `/api/v2/authorization/divisions/${division.id}`,
      },
      chat: { jabberId: `${id}@sandbox.orgspan.com` },
      email,
      primaryContactInfo: [{ address: email, mediaType: 'EMAIL', type: 'PRIMARY' }],
      addresses: [],
      state: this.#world.isActive(person) ? 'active' : 'inactive',
      username: email,
      version: 7,
      ...(wanted('presence') ? { presence: this.presence(person) } : {}),
      ...(wanted('routingStatus') ? { routingStatus: routingStatus(id, desk) } : {}),
      ...(wanted('conversationSummary') ? { conversationSummary: conversationSummary(id, desk) } : {}),
      ...(wanted('groups') ? { groups: references(person.groups, 'groups') } : {}),
      ...(wanted('lasttokenissued') && desk.tokenAt !== undefined
        ? { lastTokenIssued: { dateIssued: stamp(desk.tokenAt) } }
        : {}),
      ...rarely(person, desk, expand),
      acdAutoAnswer: false,
      selfUri: `/api/v2/users/${id}`,
    };
  }

  /** `UserPresence`. */
  presence(person: Person): object {
    const { presence, presenceAt, message } = this.#world.desk(person);
    return {
      id: person.id,
      source: 'PURECLOUD',
      sourceId: 'PURECLOUD',
      primary: true,
      presenceDefinition: {
        id: presence.id,
        systemPresence: spell(presence.system, this.#settings.switches.presenceSpelling),
        selfUri: `/api/v2/presence/definitions/${presence.id}`,
      },
      message,
      modifiedDate: stamp(presenceAt),
      selfUri: `/api/v2/users/${person.id}/presences/purecloud`,
    };
  }
}

/** `RoutingStatus`. */
export function routingStatus(userId: string, desk: Readonly<UserState>): object {
  return { userId, status: desk.routing, startTime: stamp(desk.routingAt) };
}

/** `UserStations`. */
export function stations(person: Person, desk: Readonly<UserState>): object {
  const station = { id: person.stationId, name: `${person.name} WebRTC`, type: 'inin_webrtc_softphone' };
  const { stationAt } = desk;
  const taken = stationAt === undefined ? undefined : { ...station, associatedDate: stamp(stationAt) };
  return {
    ...(taken === undefined ? {} : { associatedStation: taken, effectiveStation: taken }),
    ...(desk.lastStation ? { lastAssociatedStation: station } : {}),
  };
}

function conversationSummary(userId: string, { work }: Readonly<UserState>): object {
  const summary: Record<string, unknown> = { userId };
  for (const medium of MEDIA) summary[medium] = QUIET;
  for (const medium of new Set(work.map((one) => one.medium))) {
    const count = (side: string, phase: string): number =>
      work.filter((one) => one.medium === medium && one.side === side && one.phase === phase).length;
    const counters = (side: string): object => ({ active: count(side, 'active'), acw: count(side, 'acw') });
    summary[medium] = { contactCenter: counters('contactCenter'), enterprise: counters('enterprise') };
  }
  return summary;
}

function rarely(person: Person, desk: Readonly<UserState>, expand: ReadonlySet<string>): object {
  const { team, roles, id } = person;
  return {
    ...(expand.has('team') && team !== undefined ? { team: { id: team.id, name: team.name } } : {}),
    ...(expand.has('station') ? { station: stations(person, desk) } : {}),
    ...(expand.has('outOfOffice') ? { outOfOffice: { user: { id }, active: false, indefinite: false } } : {}),
    ...(expand.has('authorization')
      ? {
          authorization: {
            roles: roles.map((role) => ({ id: role.id, name: role.name })),
            unusedRoles: [],
            permissions: [],
            permissionPolicies: [],
          },
        }
      : {}),
  };
}

function references(things: readonly { readonly id: string }[], kind: string): object[] {
  return things.map(({ id }) => ({ id, selfUri: `/api/v2/${kind}/${id}` }));
}
