import { afterEach, describe, expect, test } from '@jest/globals';
import type { Directory, Effects } from '../../../src/ports/agents.ts';
import { fakePlatform, NO_SIGNAL, T0, user, users, type FakePlatform, type Reply } from '../fake-platform.ts';
import { listing, PAGED, QUERY } from './listings.ts';

const AGENTS = 50_000;
const PAGE = 500;
const MINUTE = 60_000;

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

/** A platform with so many agents; the pages are made once. */
function crowd(size: number): (from: number) => Reply {
  const pages = new Map<number, string>();
  return (from) => {
    const to = Math.min(size, from + PAGE);
    let text = pages.get(from);
    if (text === undefined) {
      const cursor = to < size ? { cursor: String(to) } : {};
      text = JSON.stringify({ entities: users(from + 1, to), ...cursor });
      pages.set(from, text);
    }
    return { text };
  };
}

describe('fifty thousand agents', () => {
  test('cost a hundred requests a sweep, sweep after sweep, and no action has to wait for them', async () => {
    const page = crowd(AGENTS);
    fake = await listing(
      ({ path, query }) => (path === QUERY ? page(Number(query.get('cursor') ?? '0')) : undefined),
      { groups: true, roles: true },
      { settings: { requestsPerMinute: 240 } },
    );
    const { platform, clock } = fake;
    for (const sweep of [1, 2]) {
      const ids = new Set<string>();
      const begun = clock.now();
      const { complete } = await platform.directory.sweep((sightings) => {
        for (const { agent } of sightings) ids.add(agent.id);
      }, NO_SIGNAL);
      expect([complete, ids.size]).toEqual([true, AGENTS]);
      expect(fake.of(QUERY)).toHaveLength(100 * sweep);
      expect(clock.now() - begun).toBe(0);
      // Actions have their share of the minute left.
      expect(platform.effects.room()).toBeGreaterThanOrEqual(72);
      clock.time = begun + MINUTE;
    }
    // One login, and one look at the native timeout.
    expect(fake.requests).toHaveLength(2 + 200);
  });

  test('cost a hundred requests more when their names are asked for', async () => {
    const page = crowd(AGENTS);
    fake = await listing(({ path, query }) =>
      path === QUERY ? page(Number(query.get('cursor') ?? '0')) : undefined,
    );
    const names = await fake.platform.names('users');
    expect(names).toHaveLength(AGENTS);
    expect(fake.of(QUERY)).toHaveLength(100);
  });
});

/** Lets no time pass while requests are under way: their answers would seem to have taken as long as somebody slept. */
function letTimeWait({ clock, requests, events }: FakePlatform): void {
  clock.sleep = async (length, signal) => {
    const until = clock.time + length;
    for (let quiet = 0, known = 0; quiet < 100; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      if (requests.length !== events.length || events.length !== known) quiet = 0;
      known = events.length;
    }
    clock.time = Math.max(clock.time, until);
  };
}

describe('a thousand agents who are due at once', () => {
  const ALLOWED = 300;

  /** A platform that counts in fixed windows, which begin at a moment that nobody told us, and refuses beyond. */
  async function counting(): Promise<{ opened: FakePlatform; refused: () => number; counted: () => number }> {
    let window = -1;
    let count = 0;
    let refused = 0;
    let counted = 0;
    const opened = await fakePlatform(
      ({ method, path, query }) => {
        if (path === '/oauth/token') return undefined;
        const since = opened.clock.now() - T0 + 17_000;
        if (Math.floor(since / MINUTE) !== window) count = 0;
        window = Math.floor(since / MINUTE);
        count += 1;
        counted += 1;
        const headers = {
          'inin-ratelimit-allowed': String(ALLOWED),
          'inin-ratelimit-count': String(count),
          'inin-ratelimit-reset': String(Math.ceil((MINUTE - (since % MINUTE)) / 1_000)),
        };
        if (count > ALLOWED) {
          refused += 1;
          return { status: 429, headers: { ...headers, 'retry-after': '5' } };
        }
        if (path === PAGED) {
          const entities = query.getAll('id').map((id) => user(Number(id.slice(-12))));
          return { json: { entities }, headers };
        }
        const definitions = { entities: [{ id: 'off', type: 'System', systemPresence: 'Offline' }] };
        return method === 'GET' ? { json: definitions, headers } : { status: 204, headers };
      },
      { settings: { requestsPerMinute: 1_000 } },
    );
    return { opened, refused: () => refused, counted: () => counted };
  }

  test('are read, taken off and read back with 2.2 requests each, as fast as the platform allows, without a 429', async () => {
    const { opened, refused, counted } = await counting();
    fake = opened;
    letTimeWait(opened);
    const ports: { readonly directory: Directory; readonly effects: Effects } = opened.platform;
    const { directory, effects } = ports;
    const ids = Array.from({ length: 1_000 }, (_, i) => String(user(i)['id']));
    const before = await directory.reread(ids, NO_SIGNAL);
    expect(opened.of(PAGED).map(({ query }) => query.getAll('id').length)).toEqual(
      Array.from({ length: 20 }, () => 50),
    );
    const results = await Promise.all(
      [...before.values()].map(async ({ agent }) => [
        await effects.perform('offline', agent, Infinity, NO_SIGNAL),
        await effects.perform('revoke_tokens', agent, Infinity, NO_SIGNAL),
      ]),
    );
    expect(results.flat().every(({ ok }) => ok)).toBe(true);
    expect((await directory.reread(ids, NO_SIGNAL)).size).toBe(1_000);
    expect(refused()).toBe(0);
    expect(counted()).toBeLessThanOrEqual(2_200);
    const minutes = (opened.clock.now() - T0) / MINUTE;
    expect(minutes).toBeLessThanOrEqual(counted() / (0.95 * ALLOWED));
  });
});
