/** What the organisation consists of, and its settings. */
import type { NamedThing, Person } from '../organisation.ts';
import { definitionWord, PRESENCE_DEFINITIONS } from '../presences.ts';
import { MINUTE } from '../time.ts';
import {
  makeCursor,
  numberedListing,
  numberedPage,
  pageSizeOf,
  readCursor,
  slice,
  uriWith,
} from './paging.ts';
import type { People } from './people.ts';
import { notFound } from './refusal.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { memberListing, queueMemberListing } from './user-routes.ts';
import type { UserShapes } from './user-shapes.ts';

/** The routes. */
export function organisationRoutes(parts: Parts, people: People, shapes: UserShapes): readonly Route[] {
  return [...thingRoutes(parts), ...memberRoutes(parts, people, shapes), ...settingRoutes(parts)];
}

function thingRoutes(parts: Parts): readonly Route[] {
  const { organisation } = parts.world;
  const numbered = (things: readonly NamedThing[], more: (thing: NamedThing) => object): Route['answer'] =>
    numberedThings(parts, things, more);
  return [
    {
      method: 'GET',
      path: '/api/v2/groups',
      operation: 'getGroups',
      answer: numbered(organisation.groups, () => ({
        type: 'official',
        state: 'active',
        rulesVisible: true,
        visibility: 'public',
      })),
    },
    {
      method: 'GET',
      path: '/api/v2/authorization/roles',
      operation: 'getAuthorizationRoles',
      permission: 'authorization:role:view',
      answer: numbered(organisation.roles, () => ({ default: true, base: false })),
    },
    {
      method: 'GET',
      path: '/api/v2/authorization/divisions',
      operation: 'getAuthorizationDivisions',
      answer: numbered(organisation.divisions, ({ name }) => ({
        description: '',
        homeDivision: name === 'Home',
      })),
    },
    {
      method: 'GET',
      path: '/api/v2/routing/queues',
      operation: 'getRoutingQueues',
      permission: 'routing:queue:view',
      answer: numbered(organisation.queues, () => ({})),
    },
    {
      method: 'GET',
      path: '/api/v2/teams',
      operation: 'getTeams',
      permission: 'groups:team:view',
      answer: (ask) =>
        afterListing(parts, ask, organisation.teams, (team) => ({
          ...reference(team),
          selfUri: `/api/v2/teams/${team.id}`,
        })),
    },
  ];
}

function numberedThings(
  parts: Parts,
  things: readonly NamedThing[],
  more: (thing: NamedThing) => object,
): Route['answer'] {
  return ({ path, query }) => {
    const page = numberedPage(query, things.length, parts.settings.switches.maxPageSize.others);
    const entities = slice(things, page).map((thing) => ({
      ...reference(thing),
      ...more(thing),
      selfUri: `${path}/${thing.id}`,
    }));
    return ok(numberedListing(path, query, page, entities));
  };
}

function memberRoutes(parts: Parts, people: People, shapes: UserShapes): readonly Route[] {
  const { organisation } = parts.world;
  return [
    {
      method: 'GET',
      path: '/api/v2/groups/{id}/members',
      operation: 'getGroupMembers',
      answer: (ask) => {
        const group = known(organisation.groups, ask.id, 'Group');
        const members = people.members(group.id, ({ groups }) => groups.includes(group));
        return memberListing(parts, shapes, ask, members);
      },
    },
    {
      method: 'GET',
      path: '/api/v2/routing/queues/{id}/members',
      operation: 'getRoutingQueueMembers',
      permission: 'routing:queue:view',
      answer: (ask) => {
        const queue = known(organisation.queues, ask.id, 'Queue');
        const members = people.members(queue.id, ({ queues }) => queues.includes(queue));
        return queueMemberListing(parts, shapes, ask, members);
      },
    },
    {
      method: 'GET',
      path: '/api/v2/teams/{id}/members',
      operation: 'getTeamMembers',
      permission: 'groups:team:view',
      answer: (ask) => {
        const wanted = known(organisation.teams, ask.id, 'Team');
        const members = people.members(wanted.id, ({ team }) => team === wanted);
        const named = ask.query.getAll('expand').includes('name');
        return afterListing(parts, ask, members, (person: Person) => ({
          id: person.id,
          ...(named ? { name: person.name } : {}),
          selfUri: `/api/v2/users/${person.id}`,
        }));
      },
    },
  ];
}

function settingRoutes({ world, settings }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v2/presence/definitions',
      operation: 'getPresenceDefinitions0',
      permission: 'presence:presenceDefinition:view',
      answer: ({ path, query }) => ok(definitions(path, query)),
    },
    {
      method: 'GET',
      path: '/api/v2/presence/settings',
      operation: 'getPresenceSettings',
      permission: 'presence:settings:view',
      answer: ({ path }) => ok(presenceSettings(settings, path)),
    },
    {
      method: 'GET',
      path: '/api/v2/tokens/timeout',
      operation: 'getTokensTimeout',
      answer: () => ok(tokenTimeout(settings)),
    },
    {
      method: 'GET',
      path: '/api/v2/identityproviders',
      operation: 'getIdentityproviders',
      permission: 'sso:provider:view',
      answer: ({ path, query }) =>
        ok(numberedListing(path, query, { size: 25, number: 1, total: 1 }, [identityProvider(settings)])),
    },
    {
      method: 'GET',
      path: '/api/v2/organizations/me',
      operation: 'getOrganizationsMe',
      answer: ({ path }) => ok(organisationOf(world.organisation, path)),
    },
    {
      method: 'GET',
      path: '/api/v2/organizations/limits/namespaces/{id}',
      operation: 'getOrganizationsLimitsNamespace',
      answer: ({ id }) => ok({ entities: limits(settings, id) }),
    },
  ];
}

/** A listing whose `nextUri` holds a cursor `after`. */
function afterListing<T>(parts: Parts, ask: Ask, list: readonly T[], shape: (entry: T) => object): Reply {
  const { path, query } = ask;
  const size = pageSizeOf(query, parts.settings.switches.maxPageSize.others);
  const from = readCursor(query.get('after')) ?? 0;
  const next = from + size < list.length ? makeCursor(from + size) : undefined;
  return ok({
    entities: list.slice(from, from + size).map(shape),
    selfUri: uriWith(path, query, {}),
    ...(next === undefined ? {} : { nextUri: uriWith(path, query, { after: next }) }),
  });
}

function definitions(path: string, query: URLSearchParams): object {
  // None is deactivated.
  const listed = query.get('deactivated') === 'true' ? [] : PRESENCE_DEFINITIONS;
  const entities = listed.map(({ id, label, system, builtIn }) => ({
    id,
    type: builtIn ? 'System' : 'User',
    languageLabels: { en_US: label },
    systemPresence: definitionWord(system),
    divisionId: '*',
    deactivated: false,
    selfUri: `${path}/${id}`,
  }));
  return { total: entities.length, entities, selfUri: path };
}

function presenceSettings({ switches }: Parts['settings'], path: string): object {
  return {
    restorePresenceSettings: {
      enabled: true,
      restoreTimeMilliseconds: switches.reconnectMinutes * MINUTE,
      restoreOnQueueEnabled: switches.restoreOnQueue,
    },
    requestingOffQueueEnabled: false,
    selfUri: path,
  };
}

function tokenTimeout({ switches }: Parts['settings']): object {
  const minutes = switches.nativeTimeoutMinutes;
  return {
    idleTokenTimeoutSeconds: (minutes === 'off' ? 480 : minutes) * 60,
    enableIdleTokenTimeout: minutes !== 'off',
    inactivityTimeoutUnit: 'Minutes',
    inactivityTimeoutGroupsEnabled: false,
  };
}

function identityProvider({ switches }: Parts['settings']): object {
  return {
    id: 'generic',
    name: 'Sandbox single sign-on',
    disabled: false,
    issuerURI: 'https://idp.example.com/saml',
    ssoTargetURI: 'https://idp.example.com/saml/sso',
    ssoBinding: 'HTTP-Redirect',
    signAuthnRequests: false,
    forceAuthn: switches.forceAuthn,
    selfUri: '/api/v2/identityproviders/generic',
  };
}

function organisationOf({ id, name }: NamedThing, path: string): object {
  return {
    id,
    name,
    defaultLanguage: 'en-US',
    thirdPartyOrgName: 'sandbox',
    domain: 'sandbox',
    version: 3,
    state: 'active',
    features: { purecloud: true, contactCenter: true, directory: true, hipaa: false },
    productPlatform: 'PureCloud',
    selfUri: path,
  };
}

function limits({ requestsPerMinute }: Parts['settings'], namespace: string): object[] {
  if (namespace !== 'platform.api') return [];
  const values = {
    'client.credentials.token.rate.per.minute': requestsPerMinute,
    'token.rate.per.minute': requestsPerMinute,
    'org.app.user.rate.per.minute': 3_000,
    'request.bytes.max': 512_000,
  };
  return Object.entries(values).map(([key, value]) => ({ key, namespace, value }));
}

function known(things: readonly NamedThing[], id: string, what: string): NamedThing {
  const found = things.find((thing) => thing.id === id);
  if (found === undefined) throw notFound(what);
  return found;
}

function reference({ id, name }: NamedThing): NamedThing {
  return { id, name };
}
