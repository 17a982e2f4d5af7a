/** Listings of users as the platform gives them, and one sweep over them. */
import type { Needs } from '../../../src/genesys/listing/directory.ts';
import type { Sighting } from '../../../src/ports/agents.ts';
import {
  fakePlatform,
  NO_SIGNAL,
  type FakeOptions,
  type FakePlatform,
  type Handler,
  type Reply,
  type Seen,
} from '../fake-platform.ts';

export const QUERY = '/api/v2/users/query';
export const PAGED = '/api/v2/users';
export const NEEDS: Needs = { groups: false, roles: false, queues: [], teams: [], tokens: true };
export const TOO_LARGE: Reply = {
  status: 400,
  json: { status: 400, code: 'response.entity.too.large', message: 'too large' },
};
const NOT_ALLOWED: Reply = { status: 403, json: { status: 403, code: 'missing.any.division.permissions' } };

/** A fake platform that has been told what the policy asks about. */
export async function listing(
  handler: Handler,
  needs: Partial<Needs> = {},
  options: FakeOptions = {},
): Promise<FakePlatform> {
  const fake = await fakePlatform(handler, options);
  fake.platform.setNeeds({ ...NEEDS, ...needs });
  return fake;
}

export interface Swept {
  readonly pages: Sighting[][];
  readonly ids: string[];
  readonly complete: boolean;
  readonly fault: string | undefined;
  readonly startedAt: number;
  readonly clockError: number;
}

/** Sweeps once. */
export async function sweepOf({ platform }: FakePlatform, signal = NO_SIGNAL): Promise<Swept> {
  const pages: Sighting[][] = [];
  const summary = await platform.directory.sweep((page) => pages.push([...page]), signal);
  return { ...summary, pages, ids: pages.flat().map(({ agent }) => agent.id) };
}

/** Lists these users by cursor. */
export function byCursor(all: readonly object[]): (seen: Seen) => Reply {
  return ({ query }) => {
    const from = Number(query.get('cursor') ?? '0');
    const to = from + Number(query.get('pageSize'));
    return { json: { entities: all.slice(from, to), ...(to < all.length ? { cursor: String(to) } : {}) } };
  };
}

/** Lists these users by page number. */
export function byNumber(all: readonly object[], total = all.length): (seen: Seen) => Reply {
  return ({ query }) => {
    const size = Number(query.get('pageSize'));
    const number = Number(query.get('pageNumber'));
    const pageCount = Math.ceil(total / size);
    const nextUri = number < pageCount ? { nextUri: `/api/v2/users?pageNumber=${number + 1}` } : {};
    return {
      json: {
        entities: all.slice((number - 1) * size, number * size),
        total,
        pageCount,
        pageNumber: number,
        ...nextUri,
      },
    };
  };
}

/** A platform on which only the listing by page number is open to us. */
export function onlyPaged(list: (seen: Seen, count: number) => Reply): Handler {
  return (seen, count) => {
    if (seen.path === QUERY) return NOT_ALLOWED;
    return seen.path === PAGED ? list(seen, count) : undefined;
  };
}
