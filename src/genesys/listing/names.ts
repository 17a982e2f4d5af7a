/** What exists in the organisation and how it is called, so that a policy can be checked and its names resolved. */
import type { Named } from '../../domain/policy/named.ts';
import type { NameKind } from '../../domain/policy/policy.ts';
import { readDefinitions } from './definitions.ts';
import { PlatformError } from '../http/errors.ts';
import { asObject } from '../../http/read-json.ts';
import { asName } from '../http/json.ts';
import { readByCursor, readNumbered, type NumberedAsk } from './listing.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';
import type { UserPages } from './user-pages.ts';

/** Lists all of one kind. Throws `PlatformError`. */
export async function listNames(
  sdk: Sdk,
  userPages: UserPages,
  kind: NameKind,
  options: CallOptions,
): Promise<readonly Named[]> {
  switch (kind) {
    case 'users':
      return readUserNames(userPages, options);
    case 'presences':
      return (await readDefinitions(sdk, options)).map(({ id, names, system, builtIn }) => ({
        id,
        names,
        ...(system === undefined ? {} : { system }),
        ...(builtIn && { builtIn }),
      }));
    case 'teams':
      return named(
        await readByCursor('getTeams', (ask) =>
          sdk.call('getTeams', options, () => sdk.teams.getTeams({ ...ask })),
        ),
        ['name'],
      );
    case 'groups':
    case 'roles':
    case 'divisions':
    case 'queues': {
      const [operation, run] = numbered(sdk, kind);
      return named(
        await readNumbered(operation, (ask) => sdk.call(operation, options, () => run({ ...ask }))),
        ['name'],
      );
    }
  }
}

type Numbered = readonly [operation: string, run: (ask: NumberedAsk) => Promise<unknown>];

function numbered(sdk: Sdk, kind: 'groups' | 'roles' | 'divisions' | 'queues'): Numbered {
  switch (kind) {
    case 'groups':
      return ['getGroups', (ask) => sdk.groups.getGroups(ask)];
    case 'roles':
      return ['getAuthorizationRoles', (ask) => sdk.authorization.getAuthorizationRoles(ask)];
    case 'divisions':
      return ['getAuthorizationDivisions', (ask) => sdk.authorization.getAuthorizationDivisions(ask)];
    case 'queues':
      return ['getRoutingQueues', (ask) => sdk.routing.getRoutingQueues(ask)];
  }
}

async function readUserNames(userPages: UserPages, options: CallOptions): Promise<readonly Named[]> {
  const byId = new Map<string, Named>();
  const fault = await userPages.walk(
    [],
    ({ entities }) => {
      for (const one of named(entities, ['email', 'username'], ['name']))
        if (one.id !== '') byId.set(one.id, one);
    },
    options,
  );
  if (fault !== undefined) {
    throw new PlatformError(`the list of users is not complete: ${fault}`, {
      kind: 'transient',
      operation: 'getUsers',
    });
  }
  return [...byId.values()];
}

function named(
  entities: readonly unknown[],
  keys: readonly string[],
  ownKeys: readonly string[] = [],
): readonly Named[] {
  const found: Named[] = [];
  for (const entity of entities) {
    const raw = asObject(entity);
    const id = asName(raw?.['id']);
    if (raw === undefined || id === undefined) {
      found.push({ id: '', names: [] });
      continue;
    }
    const textsAt = (wanted: readonly string[]): string[] => [
      ...new Set(wanted.map((key) => asName(raw[key])).filter((name) => name !== undefined)),
    ];
    const ownNames = textsAt(ownKeys);
    found.push({ id, names: textsAt(keys), ...(ownNames.length === 0 ? {} : { ownNames }) });
  }
  return found;
}
