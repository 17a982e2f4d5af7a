/** One agent with whom something is wrong on the platform: everyone else is logged off in time. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MINUTE } from '../../src/domain/time/time.ts';
import { Between, type Instead, type Passing } from './between.ts';
import { endings, tornIntents } from './record.ts';
import { policyText, Shift, STARTS_AT } from './shift.ts';

/** All of them have gone home for more than forty minutes by then. */
const ALL_AWAY = 86;
const AGENTS = 120;

function policyWith(limit: string): string {
  const rules = `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: ${limit} }`;
  const caps = `
  per_sweep: 50
  per_hour: 1000
  breaker: { at_least: 1000, share: 100%, hold: 30m }
  settle: 0
  engaged_too_long: 4h`;
  return policyText({ rules, caps }).replace('login_url: "{LOGIN}"', 'login_url: "{LOGIN}"\n  timeout: 1s');
}

let shift: Shift | undefined;
let between: Between;
afterEach(async () => {
  await shift?.end();
  await between.close();
  shift = undefined;
});

const SHIFT = { agents: AGENTS, cast: ['went-home'], shiftMs: 90 * MINUTE, seed: 5 } as const;

/** The store of a worker that has watched everyone go home, by a limit at which no agent is due yet. */
const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-one-bad-'));
const watched = join(folder, 'shift.db');
beforeAll(async () => {
  const first = await Shift.begin({ ...SHIFT, policy: policyWith('12h') });
  for (let minute = 0; minute < ALL_AWAY; minute += 2) {
    await first.clock.goOnTo(STARTS_AT + minute * MINUTE);
    await first.sweep();
  }
  await first.stop();
  copyFileSync(first.dbPath, watched);
  await first.end();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** 120 agents become due at once; from then on `rule` answers what it wants in the platform's place. */
async function allDue(): Promise<void> {
  between = new Between();
  shift = await Shift.begin({
    ...SHIFT,
    policy: policyWith('40m'),
    from: { store: watched, minute: ALL_AWAY },
    through: (url) => between.before(url),
  });
}

async function sweeps(count: number): Promise<void> {
  await shift!.until(shift!.minute + count + 1);
}

async function loggedOff(): Promise<number> {
  return new Set((await shift!.events('verified')).map(({ agentId }) => agentId)).size;
}

/** The first so many agents that are read again: those who are overdue for longest. */
function firstRead(count: number, reply: Instead): (passing: Passing) => Instead | undefined {
  const bad = new Set<string>();
  return ({ method, path, query }) => {
    const ids = query.getAll('id');
    if (method !== 'GET' || path !== '/api/v2/users' || ids.length === 0) return undefined;
    for (const id of ids) if (bad.size < count) bad.add(id);
    return ids.some((id) => bad.has(id)) ? reply : undefined;
  };
}

/** The first agent to whom this is done. */
function firstDone(wanted: string, part: string, reply: Instead): (passing: Passing) => Instead | undefined {
  let bad: string | undefined;
  return ({ method, path }) => {
    if (method !== wanted || !path.includes(part)) return undefined;
    bad ??= path;
    return path === bad ? reply : undefined;
  };
}

describe('an agent who cannot be read', () => {
  test.each<[string, number, Instead]>([
    ['500', 1, { status: 500 }],
    ['silence', 1, 'hang'],
    ['500, and nine others', 10, { status: 500 }],
    ['500, and forty-nine others', 50, { status: 500 }],
  ])('(%s) costs the others nothing: they are logged off within three sweeps', async (_, count, reply) => {
    await allDue();
    between.rule = firstRead(count, reply);
    await sweeps(3);
    expect(await loggedOff()).toBe(AGENTS - count);
    const events = await shift!.events();
    expect(tornIntents(events)).toEqual([]);
    // Those who could not be read wait longer and longer, and take no place meanwhile.
    const tries = events.filter(({ kind, reason }) => kind === 'dropped' && reason === 'unread').length;
    expect(tries).toBeLessThanOrEqual(2 * count);
    await sweeps(12);
    const later = (await shift!.events('dropped')).filter(({ reason }) => reason === 'unread');
    expect(later.length).toBeLessThanOrEqual(4 * count);
    expect(shift!.reports.at(-1)?.deferred.backoff).toBe(count);
    // Once all is well again they are logged off as well.
    between.rule = () => undefined;
    await sweeps(17);
    expect(await loggedOff()).toBe(AGENTS);
  });
});

describe('an agent on whom nothing can be done', () => {
  test.each<[string, string, string, Instead]>([
    ['whose presence hangs', 'PATCH', '/presences/', 'hang'],
    ['whose presence is in conflict for ever', 'PATCH', '/presences/', { status: 409 }],
    ['whose tokens hang', 'DELETE', '/tokens/', 'hang'],
  ])(
    '(%s) costs the others nothing: they are logged off within three sweeps',
    async (_, method, part, reply) => {
      await allDue();
      between.rule = firstDone(method, part, reply);
      await sweeps(3);
      expect(await loggedOff()).toBeGreaterThanOrEqual(AGENTS - 1);
      const events = await shift!.events();
      expect(tornIntents(events)).toEqual([]);
      expect(endings(events).filter((ending) => ending !== 'verified').length).toBeLessThanOrEqual(2);
    },
  );
});

test('an agent who cannot be read back is not known to be off, and all others are', async () => {
  await allDue();
  let done: string | undefined;
  between.rule = ({ method, path, query }) => {
    if (method === 'DELETE' && path.includes('/tokens/')) done ??= path.split('/').at(-1);
    return done !== undefined && query.getAll('id').includes(done) ? { status: 500 } : undefined;
  };
  await sweeps(3);
  const events = await shift!.events();
  expect(endings(events).filter((ending) => ending !== 'verified')).toEqual(['unverified: unread']);
  expect(await loggedOff()).toBe(AGENTS - 1);
});

test('an agent who cannot be listed is left alone, and all others are logged off', async () => {
  await allDue();
  const [person] = shift!.sandbox.world.organisation.people;
  between.rule = ({ path, query }) => {
    if (path === '/api/v2/users/query') return { status: 500 };
    if (path !== '/api/v2/users' || query.getAll('id').length > 0) return undefined;
    const size = Number(query.get('pageSize'));
    const from = (Number(query.get('pageNumber')) - 1) * size;
    const place = shift!.sandbox.world.organisation.people.indexOf(person!);
    return place >= from && place < from + size ? { status: 500 } : undefined;
  };
  await sweeps(4);
  expect(shift!.reports.at(-1)).toMatchObject({ complete: true, listed: AGENTS - 1 });
  expect(await loggedOff()).toBe(AGENTS - 1);
  expect((await shift!.events('intent')).some(({ agentId }) => agentId === person!.id)).toBe(false);
});

test('with nothing wrong a log-off costs at most 2.2 requests', async () => {
  await allDue();
  const before = between.seen.length;
  await sweeps(3);
  expect(await loggedOff()).toBe(AGENTS);
  const requests = between.seen.slice(before).filter(({ path }) => path !== '/api/v2/users/query');
  expect(requests.length / AGENTS).toBeLessThanOrEqual(2.2);
});
