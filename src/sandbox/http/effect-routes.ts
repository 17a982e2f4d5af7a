/** What can be seen and done about one user: presence, routing status, station, tokens. */
import type { Person } from '../organisation.ts';
import { presenceById } from '../presences.ts';
import { MINUTE } from '../time.ts';
import type { People } from './people.ts';
import { badRequest, missingDivision, notFound } from './refusal.ts';
import { ok, type Ask, type Parts, type Reply, type Route } from './route.ts';
import { routingStatus, stamp, stations, type UserShapes } from './user-shapes.ts';

/** The routes. */
export function effectRoutes(parts: Parts, people: People, shapes: UserShapes): readonly Route[] {
  const { world } = parts;
  const named = (ask: Ask): Person => personOf(people, ask);
  return [
    ...presenceRoutes(parts, people, shapes),
    {
      method: 'GET',
      path: '/api/v2/users/{id}/routingstatus',
      operation: 'getUserRoutingstatus',
      answer: ({ id }) => {
        const person = people.find(id);
        // The platform says OFF_QUEUE of users that do not exist.
        if (person === undefined)
          return ok({ userId: id, status: 'OFF_QUEUE', startTime: stamp(world.now()) });
        return ok(routingStatus(id, world.desk(person)));
      },
    },
    {
      method: 'PUT',
      path: '/api/v2/users/{id}/routingstatus',
      operation: 'putUserRoutingstatus',
      answer: (ask) => {
        const person = named(ask);
        const status = field(ask.body, 'status');
        if (status !== 'OFF_QUEUE' && status !== 'IDLE') throw badRequest('status must be OFF_QUEUE or IDLE');
        world.setRouting(person, status);
        return ok(routingStatus(person.id, world.desk(person)));
      },
    },
    {
      method: 'GET',
      path: '/api/v2/users/{id}/station',
      operation: 'getUserStation',
      permission: 'telephony:otherStationAssociation:view',
      answer: (ask) => {
        const person = named(ask);
        return ok(stations(person, world.desk(person)));
      },
    },
    {
      method: 'DELETE',
      path: '/api/v2/users/{id}/station/associatedstation',
      operation: 'deleteUserStationAssociatedstation',
      permission: 'telephony:station:disassociate',
      answer: (ask) => {
        world.releaseStation(named(ask));
        return { status: 202 };
      },
    },
    ...tokenRoutes(parts, people),
  ];
}

function presenceRoutes({ world }: Parts, people: People, shapes: UserShapes): readonly Route[] {
  const read = (ask: Ask): Reply => ok(shapes.presence(personOf(people, ask)));
  const write = (ask: Ask): Reply => {
    const person = personOf(people, ask);
    const wanted = field(field(ask.body, 'presenceDefinition'), 'id');
    const presence = typeof wanted === 'string' ? presenceById(wanted) : undefined;
    if (presence === undefined)
      throw badRequest('presenceDefinition.id is missing or not the id of a presence');
    const message = field(ask.body, 'message');
    world.setPresence(person, presence, typeof message === 'string' ? message : undefined);
    return ok(shapes.presence(person));
  };
  const permission = 'presence:userPresence:edit';
  const purecloud = '/api/v2/users/{id}/presences/purecloud';
  const source = '/api/v2/users/{id}/presences/PURECLOUD';
  return [
    { method: 'GET', path: purecloud, operation: 'getUserPresencesPurecloud', answer: read },
    { method: 'PATCH', path: purecloud, operation: 'patchUserPresencesPurecloud', permission, answer: write },
    { method: 'GET', path: source, operation: 'getUserPresence', answer: read },
    { method: 'PATCH', path: source, operation: 'patchUserPresence', permission, answer: write },
  ];
}

function tokenRoutes({ world, settings, tokens }: Parts, people: People): readonly Route[] {
  const { grantedDivisions } = settings;
  const permission = 'oauth:token:delete';
  const { id: organisationId, name } = world.organisation;
  const minutes = settings.switches.nativeTimeoutMinutes;
  // The native timeout holds for clients too; asking with preserveIdleTTL or not makes no difference here.
  const idles = (): object =>
    minutes === 'off' ? {} : { dateTokenIdles: stamp(world.now() + minutes * MINUTE) };
  const info = { organization: { id: organisationId, name }, homeOrganization: { id: organisationId, name } };
  return [
    {
      method: 'GET',
      path: '/api/v2/tokens/me',
      operation: 'getTokensMe',
      answer: () => ok({ ...info, authorizedScope: [], ...idles(), OAuthClient: { id: settings.clientId } }),
    },
    { method: 'HEAD', path: '/api/v2/tokens/me', operation: 'headTokensMe', answer: () => ({ status: 200 }) },
    {
      method: 'DELETE',
      path: '/api/v2/tokens/me',
      operation: 'deleteTokensMe',
      answer: ({ token }) => {
        tokens.drop(token);
        return { status: 200 };
      },
    },
    {
      method: 'DELETE',
      path: '/api/v2/tokens/{id}',
      operation: 'deleteToken',
      permission,
      answer: (ask) => {
        const person = personOf(people, ask);
        const granted = grantedDivisions === 'all' || grantedDivisions.has(person.division.name);
        if (!granted) throw missingDivision(permission);
        world.revokeTokens(person);
        return { status: 204 };
      },
    },
  ];
}

function personOf(people: People, { id }: Ask): Person {
  const person = people.find(id);
  if (person === undefined) throw notFound('User');
  return person;
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
