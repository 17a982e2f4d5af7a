/** One damaged row of each kind in turn: it is put aside and said, and everything else goes on as if it had never been. */
import type { SweepCount } from '../../../src/domain/record.ts';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { learnFromLogoff, NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { EMPTY_LEDGER } from '../../../src/domain/planning/plan.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const SWEEP = { at: BASE, notSeen: [], standing: STANDING, events: [] };

/** Runs SQL beside the store, as a person with a tool would. */
function damage(path: string, sql: string, ...values: (string | number | bigint)[]): void {
  const raw = new DatabaseSync(path);
  raw.prepare(sql).run(...values);
  raw.close();
}

function rows(path: string, sql: string): readonly Record<string, unknown>[] {
  const raw = new DatabaseSync(path, { readOnly: true });
  const found = raw.prepare(sql).all();
  raw.close();
  return found.map((row) => ({ ...row }));
}

const aside = (path: string): readonly Record<string, unknown>[] =>
  rows(path, 'SELECT at, source, key, why FROM damaged ORDER BY seq');

async function openWith(agents: readonly string[]): Promise<{ path: string; store: SqliteStore }> {
  const path = place.path();
  const store = await place.open(path);
  await store.saveSweep({ ...SWEEP, changed: agents.map((id) => stateOf(id, BASE)) });
  return { path, store };
}

const LOGOFF = JSON.stringify({
  kind: 'intended',
  from: BASE,
  to: BASE,
  actions: ['offline'],
  done: ['dance'],
  former: stateOf('a', BASE).last,
});

describe('a damaged memory', () => {
  const inBody = (path: string, value: string): string =>
    `json_set(body, '$.body.${path}', json('${value}'))`;

  test.each([
    ['cut short', 'substr(body, 1, 60)'],
    ['no JSON at all', "'gone'"],
    ['a list', "'[]'"],
    ['null', "'null'"],
    ['of another agent', inBody('agentId', '"other"')],
    ['of a later version', "json_set(body, '$.v', 4)"],
    ['a null in a list', inBody('undo', '[null]')],
    ['a null in the spans that do not count', inBody('leftOut', '[null]')],
    ['a word in place of a number', inBody('seenAt', '"yesterday"')],
    ['a list in place of a number', inBody('episode.clocks.sinceWork', '[1]')],
    ['a number in place of an object', inBody('last', '7')],
    ['a part that is missing', "json_remove(body, '$.body.episode.clocks.sinceSign')"],
    ['a number that no calendar holds', inBody('last.tokenAt', '1e300')],
    ['a presence that there is not', inBody('last.presence', '"ASLEEP"')],
    ['a clock that began before the agent was first seen', inBody('episode.clocks.sinceSign', '0')],
    ['a clock of a condition that did', inBody('episode.clocks.inState', '{"IDLE|*":1000}')],
    ['a span that ends before it begins', inBody('leftOut', '[{"from":2,"to":1}]')],
    ['spans in disorder', inBody('leftOut', '[{"from":5,"to":6},{"from":1,"to":2}]')],
    ['a session of no kind', inBody('session', '{"kind":"asleep"}')],
    ['a departure that is missing', inBody('session', '{"kind":"offline"}')],
    ['a place of no kind', inBody('episode.ladder', '{"kind":"lost","rung":0}')],
    ['a log-off that did what there is not', inBody('logoff', LOGOFF)],
    ['a number of warnings in place of their times', inBody('episode.warnedAt', '3')],
  ])('is put aside, and the others are loaded: %s', async (_, body) => {
    const { path, store } = await openWith(['whole', 'spoilt', 'sound']);
    damage(path, `UPDATE memory SET body = ${body} WHERE agent_id = 'spoilt'`);
    expect([...(await store.loadMemories()).keys()].sort()).toEqual(['sound', 'whole']);
    expect(aside(path)).toEqual([{ at: BASE, source: 'memory', key: 'spoilt', why: expect.any(String) }]);
    expect(store.takeDamage()).toEqual({ memory: 1 });
    // Met once: it is not there any more, and the agent begins anew.
    expect((await store.loadMemories()).size).toBe(2);
    expect(store.takeDamage()).toBeUndefined();
    await store.saveStep([stateOf('spoilt', BASE)], []);
    expect((await store.loadMemories()).size).toBe(3);
  });

  test('says nothing of what stood in it, in the log or beside it', async () => {
    const said: unknown[] = [];
    const path = place.path();
    const store = await place.open(path, { log: { warn: (...line) => said.push(line) } });
    await store.saveSweep({ ...SWEEP, changed: [stateOf('a', BASE)] });
    damage(path, `UPDATE memory SET body = ${inBody('episode.warnedAt', '{"Jane Doe":"x"}')}`);
    await store.loadMemories();
    const [{ why } = {}] = aside(path);
    expect(said).toEqual([
      [{ rows: 1, source: 'memory', why }, 'rows of the store that cannot be used were put aside'],
    ]);
    expect(JSON.stringify(said)).not.toContain('Jane');
  });

  test('is left where it is by a visitor, who goes on without it', async () => {
    const { path, store } = await openWith(['a', 'b']);
    damage(path, "UPDATE memory SET body = '{' WHERE agent_id = 'a'");
    const visitor = await place.open(path, { readOnly: true });
    expect(await visitor.loadMemory('a')).toBeUndefined();
    expect([...(await visitor.loadMemories()).keys()]).toEqual(['b']);
    expect(aside(path)).toEqual([]);
    await store.close();
  });

  test('of which the time is a number that no program can hold keeps no memory from being loaded', async () => {
    const { path, store } = await openWith(['a', 'b']);
    damage(path, 'UPDATE memory SET seen_at = ?', 9_223_372_036_854_775_807n);
    const memories = await store.loadMemories();
    expect([...memories.values()].map(({ seenAt }) => seenAt)).toEqual([BASE, BASE]);
  });

  test('that cannot be moved, as on a full disk, is left out all the same and said once', async () => {
    const { path, store } = await openWith(['a', 'b']);
    damage(path, "UPDATE memory SET body = '{' WHERE agent_id = 'a'");
    damage(path, 'DROP TABLE damaged');
    for (const damaged of [{ memory: 1 }, undefined]) {
      expect([...(await store.loadMemories()).keys()]).toEqual(['b']);
      expect(store.takeDamage()).toEqual(damaged);
    }
  });
});

describe('a standing of an earlier version of the program', () => {
  test('stands without an envelope, and is taken up as it is', async () => {
    const { path, store } = await openWith([]);
    damage(
      path,
      'UPDATE standing SET body = ?',
      JSON.stringify({
        ...STANDING,
        ledger: { logoffs: [BASE], failures: [], dueBefore: ['a'], broken: [['b', BASE]], peaks: [] },
        imaginedLedger: { logoffs: [], failures: [], dueBefore: [], broken: [], peaks: [] },
      }),
    );
    expect(await store.loadStanding()).toEqual({
      ...STANDING,
      ledger: {
        ...EMPTY_LEDGER,
        logoffs: [BASE],
        dueBefore: new Set(['a']),
        broken: new Map([['b', BASE]]),
      },
    });
  });
});

describe('a damaged standing', () => {
  const inBody = (path: string, value: string): string =>
    `json_set(body, '$.body.${path}', json('${value}'))`;

  test.each([
    ['cut short', 'substr(body, 1, 20)'],
    ['a list', "'[]'"],
    ['half of it', '\'{"v":1,"body":{"settleLeft":1,"population":2}}\''],
    ['a null among the failures', inBody('ledger.failures', '[null]')],
    ['a failure that is none', inBody('ledger.failures', '[["a",null]]')],
    ['a null among those who were due', inBody('ledger.dueBefore', '[null]')],
    ['a word among the log-offs', inBody('ledger.logoffs', '["noon"]')],
    ['a negative interval', inBody('intervals', '[-60000]')],
    ['an interval of years, in which no gap would be seen', inBody('intervals', '[1e14]')],
    ['a population below zero', inBody('population', '-1')],
    ['sweeps to settle that are no number', inBody('settleLeft', 'null')],
  ])('is none, and is put aside: %s', async (_, body) => {
    const { path, store } = await openWith(['a']);
    damage(path, `UPDATE standing SET body = ${body}`);
    expect(await store.loadStanding()).toBeUndefined();
    expect(aside(path)).toMatchObject([{ source: 'standing', key: '1' }]);
    expect(store.takeDamage()).toEqual({ standing: 1 });
    expect((await store.loadMemories()).size).toBe(1);
    await store.saveSweep({ ...SWEEP, changed: [] });
    expect(await store.loadStanding()).toEqual(STANDING);
  });
});

describe('damaged facts', () => {
  test('of what was learnt are put aside, and learning begins anew', async () => {
    const { path, store } = await openWith([]);
    await store.saveLearnt(learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['offline'], true));
    damage(path, "UPDATE fact SET value = '{\"delays\":[1,2]}' WHERE name = 'learnt'");
    expect(await store.learnt()).toBeUndefined();
    expect(aside(path)).toMatchObject([{ source: 'fact', key: 'learnt' }]);
    await store.saveLearnt(NO_BEHAVIOUR_KNOWN);
    expect(await store.learnt()).toEqual(NO_BEHAVIOUR_KNOWN);
  });

  test.each(['far', '1e99', '-1', '99', ''])(
    'that say the record is settled up to "%s" hide no intent',
    async (value) => {
      const { path, store } = await openWith([]);
      await store.saveStep([], [{ kind: 'intent', at: BASE, intentId: 'i1' }]);
      damage(path, "INSERT INTO fact VALUES ('settled_seq', ?)", value);
      expect((await store.openIntents()).map(({ intentId }) => intentId)).toEqual(['i1']);
    },
  );
});

describe('a damaged message in the outbox', () => {
  const message = (id: string): string =>
    JSON.stringify({ id, at: BASE, kind: 'held', message: 'came back', count: 1, items: [{ agent: 'a' }] });
  const waiting = (id: string) => ({
    ...{ id, channel: 'ops', key: id, at: BASE, nextAt: BASE },
    body: message(id),
  });

  test.each(['{', 'null', '{"items":null}', '{"v":1,"body":{"id":"m","items":[null]}}', '{"v":9}'])(
    'is put aside, and the others are delivered: %s',
    async (body) => {
      const { path, store } = await openWith([]);
      await store.outbox.add([waiting('m1'), waiting('m2')], 10);
      damage(path, "UPDATE outbox SET body = ? WHERE id = 'm1'", body);
      const due = await store.outbox.due(BASE, 10);
      expect(due.map(({ id, body: text }) => [id, text])).toEqual([['m2', message('m2')]]);
      expect(aside(path)).toMatchObject([{ source: 'outbox', key: 'm1' }]);
      expect(rows(path, 'SELECT id FROM outbox')).toEqual([{ id: 'm2' }]);
    },
  );

  test('whose times are too large for any program waits, and the others are delivered', async () => {
    const { path, store } = await openWith([]);
    await store.outbox.add([waiting('m1'), waiting('m2')], 10);
    damage(path, "UPDATE outbox SET at = ?, next_at = 0 WHERE id = 'm1'", 9_223_372_036_854_775_807n);
    expect((await store.outbox.due(BASE, 10)).map(({ id }) => id)).toEqual(['m1', 'm2']);
  });
});

describe('damaged events', () => {
  const insert = "INSERT INTO event (kind, at, actions, measured, reason) VALUES ('gap', ?, ?, ?, 'x')";

  test('are passed over where they tell not what happened or when, and read without the parts that are wrong', async () => {
    const { path, store } = await openWith([]);
    damage(path, insert, 9_223_372_036_854_775_807n, '[]', 1);
    damage(path, insert, 8_640_000_000_000_001, '[]', 1);
    damage(path, insert.replace("'gap'", "'party'"), BASE, '[]', 1);
    damage(path, insert, BASE + 1, '["offline"', 9_223_372_036_854_775_807n);
    damage(path, insert, BASE + 2, '["offline",null,"explode"]', -5);
    damage(path, insert, BASE + 3, 'null', 7);
    expect(await store.events({})).toEqual([
      { seq: 4, kind: 'gap', at: BASE + 1, actions: [], reason: 'x' },
      { seq: 5, kind: 'gap', at: BASE + 2, actions: ['offline'], reason: 'x' },
      { seq: 6, kind: 'gap', at: BASE + 3, actions: [], measured: 7, reason: 'x' },
    ]);
  });

  test('among the intents hide no other', async () => {
    const { path, store } = await openWith([]);
    damage(
      path,
      "INSERT INTO event (kind, at, intent_id) VALUES ('intent', ?, 'i1')",
      9_000_000_000_000_000n,
    );
    await store.saveStep([], [{ kind: 'intent', at: BASE, intentId: 'i2' }]);
    expect((await store.openIntents()).map(({ intentId }) => intentId)).toEqual(['i2']);
  });

  test('of pauses that earlier versions ended are read as what they are', async () => {
    const { store } = await openWith([]);
    await store.saveStep(
      [],
      [
        { kind: 'pause', at: BASE, reason: 'resumed' },
        { kind: 'pause', at: BASE, reason: 'resumed', by: 'ada@desk' },
        { kind: 'resume', at: BASE, by: 'ada@desk' },
      ],
    );
    expect((await store.events({})).map(({ kind }) => kind)).toEqual(['resume', 'pause', 'resume']);
  });
});

describe('other damaged rows', () => {
  test('a head-count with numbers that are none is read without them', async () => {
    const { path, store } = await openWith([]);
    damage(path, 'INSERT INTO sweep_count VALUES (?, 3, 1, \'{"breaker":2,"paused":null}\')', BASE);
    damage(path, "INSERT INTO sweep_count VALUES (?, 4, 1, '[')", BASE + 1);
    const counts: SweepCount[] = [];
    for await (const page of store.countPages(BASE, BASE + 2)) counts.push(...page);
    expect(counts).toEqual([
      { at: BASE, online: 3, kept: 1, deferred: { breaker: 2 } },
      { at: BASE + 1, online: 4, kept: 1, deferred: {} },
    ]);
  });

  test('a pause whose times no calendar holds holds all the same, for as long as there is time', async () => {
    const { path, store } = await openWith([]);
    damage(path, 'INSERT INTO pause (id, since, until) VALUES (1, ?, ?)', 0n - 2n ** 63n, 2n ** 63n - 1n);
    const { since, until } = (await store.pause())!;
    expect(new Date(since).getUTCFullYear()).toBeLessThan(0);
    expect(new Date(until!).getUTCFullYear()).toBe(275_760);
  });

  test.each([9_223_372_036_854_775_807n, BigInt(BASE + 1_000 * HOUR)])(
    'a lease until %s that is not renewed is free when it has been watched for as long as any lease lasts',
    async (until) => {
      const { path, store } = await openWith([]);
      damage(path, "INSERT INTO lease VALUES (1, 'nobody', ?, 1, 'elsewhere', '', 7, 0, 0)", until);
      const ttl = 3 * MINUTE;
      expect(await store.holdLease('us', BASE, ttl)).toBeUndefined();
      expect(await store.holdLease('us', BASE + ttl - SECOND, ttl)).toBeUndefined();
      // Each may be a process of its own: what was watched stands in the store.
      const other = await place.open(path);
      expect(await other.holdLease('us', BASE + ttl, ttl)).toBeDefined();
    },
  );

  test('a lease that ends too late but is renewed meanwhile stays with its holder', async () => {
    const { path, store } = await openWith([]);
    const ahead = 50 * HOUR;
    const self = { pid: 1, host: 'ahead', boot: '', isAlive: () => true };
    const holder = await place.open(path, { self });
    for (let n = 0; n < 10; n += 1) {
      expect(await holder.holdLease('ahead', BASE + ahead + n * MINUTE, 3 * MINUTE)).toBeDefined();
      expect(await store.holdLease('us', BASE + n * MINUTE, 3 * MINUTE)).toBeUndefined();
    }
  });

  test('a lease of a worker that sweeps once an hour is not taken by one that sweeps each minute', async () => {
    const { path, store } = await openWith([]);
    const self = { pid: 1, host: 'slow', boot: '', isAlive: () => true };
    const slow = await place.open(path, { self });
    const begun = { command: 'run', version: '1', startedAt: BASE, sweptAt: BASE, interval: HOUR } as const;
    await slow.noteSweep({ holder: 'slow', ...begun });
    await slow.holdLease('slow', BASE + 30 * MINUTE, 3 * HOUR);
    for (const minutes of [0, 60, 150])
      expect(await store.holdLease('us', BASE + minutes * MINUTE, 3 * MINUTE)).toBeUndefined();
  });

  test('what was put aside goes with the retention', async () => {
    const { path, store } = await openWith(['a']);
    damage(path, "UPDATE memory SET body = '{'");
    await store.loadMemories();
    await store.prune(BASE);
    expect(aside(path)).toHaveLength(1);
    await store.prune(BASE + 1);
    expect(aside(path)).toEqual([]);
  });
});
