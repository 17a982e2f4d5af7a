/** What exists in the organisation and how it is called, so that a policy can be checked and its names resolved. */
import type { SystemPresence } from '../domain/agent.ts';
import { readDefinitions } from './definitions.ts';
import { PlatformError } from './errors.ts';
import { asObject, asText } from './json.ts';
import { readByCursor, readNumbered } from './listing.ts';
import type { CallOptions, Sdk } from './sdk.ts';
import type { UserPages } from './user-pages.ts';

export type NameKind = 'users' | 'groups' | 'roles' | 'divisions' | 'queues' | 'teams' | 'presences';

/** One thing that a policy may name, by id or by any of its names. */
export interface Named {
  readonly id: string;
  readonly names: readonly string[];
  /** For presence definitions: the system presence they belong to. */
  readonly system?: SystemPresence;
}

const PAGE_SIZE = 100;

/** Lists all of one kind. Throws `PlatformError`. */
export async function readNames(
  sdk: Sdk,
  userPages: UserPages,
  kind: NameKind,
  options: CallOptions,
): Promise<readonly Named[]> {
  switch (kind) {
    case 'users':
      return readUserNames(userPages, options);
    case 'presences':
      return (await readDefinitions(sdk, options)).map(({ id, names, system }) => ({
        id,
        names,
        ...(system === undefined ? {} : { system }),
      }));
    case 'teams':
      return named(
        await readByCursor('getTeams', (after) =>
          sdk.call('getTeams', options, () =>
            sdk.teams.getTeams({ pageSize: PAGE_SIZE, ...(after === undefined ? {} : { after }) }),
          ),
        ),
        ['name'],
      );
    case 'groups':
    case 'roles':
    case 'divisions':
    case 'queues': {
      const [operation, run] = numbered(sdk, kind);
      return named(
        await readNumbered(operation, (pageNumber) => sdk.call(operation, options, () => run(pageNumber))),
        ['name'],
      );
    }
  }
}

type Numbered = readonly [operation: string, run: (pageNumber: number) => Promise<unknown>];

function numbered(sdk: Sdk, kind: 'groups' | 'roles' | 'divisions' | 'queues'): Numbered {
  const page = (pageNumber: number): { pageSize: number; pageNumber: number } => ({
    pageSize: PAGE_SIZE,
    pageNumber,
  });
  switch (kind) {
    case 'groups':
      return ['getGroups', (n) => sdk.groups.getGroups(page(n))];
    case 'roles':
      return ['getAuthorizationRoles', (n) => sdk.authorization.getAuthorizationRoles(page(n))];
    case 'divisions':
      return ['getAuthorizationDivisions', (n) => sdk.authorization.getAuthorizationDivisions(page(n))];
    case 'queues':
      return ['getRoutingQueues', (n) => sdk.routing.getRoutingQueues(page(n))];
  }
}

async function readUserNames(userPages: UserPages, options: CallOptions): Promise<readonly Named[]> {
  const byId = new Map<string, Named>();
  const fault = await userPages.walk(
    [],
    ({ entities }) => {
      for (const one of named(entities, ['name', 'email', 'username'])) byId.set(one.id, one);
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

function named(entities: readonly unknown[], keys: readonly string[]): readonly Named[] {
  const found: Named[] = [];
  for (const entity of entities) {
    const raw = asObject(entity);
    const id = asText(raw?.['id']);
    if (raw === undefined || id === undefined) continue;
    const names = keys.map((key) => asText(raw[key])).filter((name) => name !== undefined);
    found.push({ id, names: [...new Set(names)] });
  }
  return found;
}
