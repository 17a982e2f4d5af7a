/** A store of 0.1.0 is taken up without losing a clock. `store-0.1.0.sql` is one that this version really wrote. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  departureOf,
  placeIn,
  silentReturnOf,
  type AgentState,
  type LadderPlace,
} from '../../../src/domain/tracking/state.ts';
import { assess } from '../../../src/domain/tracking/reading.ts';
import { foldContext } from '../../domain/build.ts';
import { BASE, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

/** What version 1 wrote of an agent, as far as these tests look at it. */
interface MemoryBody {
  readonly agentId: string;
  readonly seenAt: number;
  readonly state: Record<string, unknown>;
  readonly presenceSince?: number;
  readonly routingSince?: number;
  readonly tokenAt?: number;
  readonly engagedSince?: number;
  readonly lastSign?: object;
  readonly clocks: { sinceSign: number; sinceWork: number; inState: object; unwatched: object[] };
  readonly graceFrom?: number;
  readonly back?: { at: number };
  readonly departure?: { at: number; by: string };
  readonly ladder?: { active: boolean; returnedAt?: number; quietStood?: boolean };
  readonly own?: { from: number; open: boolean };
  readonly recent: readonly object[];
}

const SWEPT_AT = Date.parse('2026-03-02T18:07:00Z');
const OF_0_1_0 = readFileSync(join(import.meta.dirname, 'store-0.1.0.sql'), 'utf8');

/** A store as 0.1.0 left it; `change` is done to it before this version opens it. */
function earlier(change: (db: DatabaseSync) => void = () => undefined): {
  path: string;
  bodies: readonly MemoryBody[];
} {
  const path = place.path();
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path);
  db.exec(OF_0_1_0);
  change(db);
  const rows = db.prepare('SELECT body FROM memory').all();
  db.close();
  return { path, bodies: rows.map(({ body }) => JSON.parse(String(body)) as MemoryBody) };
}

async function takenUp(path: string): Promise<Map<string, AgentState>> {
  return (await place.open(path)).loadMemories();
}

function placeOf({ episode: { ladder } }: AgentState): LadderPlace | undefined {
  return ladder && placeIn(ladder);
}

function expectedPlace({ ladder }: MemoryBody): object | undefined {
  if (ladder === undefined) return undefined;
  const { active, quietStood = false, ...facts } = ladder;
  const answered = ladder.returnedAt === undefined ? 'answered' : 'returned';
  return { ...facts, quietHeld: quietStood, kind: active ? answered : 'parked' };
}

describe('a store of 0.1.0', () => {
  test('is taken up whole: each clock, sign, place and span is what it was', async () => {
    const { path, bodies } = earlier();
    const states = await takenUp(path);
    expect(states.size).toBe(bodies.length);
    for (const body of bodies) {
      const state = states.get(body.agentId)!;
      const { unwatched, ...clocks } = body.clocks;
      expect(state.episode).toMatchObject({ clocks, sign: body.lastSign, graceFrom: body.graceFrom });
      expect(state.leftOut).toEqual(unwatched);
      // The column may say that a later sweep saw the agent unchanged.
      expect(state.seenAt).toBeGreaterThanOrEqual(body.seenAt);
      expect(state.seenAt).toBeLessThanOrEqual(SWEPT_AT);
      expect(state.last).toEqual({
        ...body.state,
        presenceSince: body.presenceSince,
        routingSince: body.routingSince,
        tokenAt: body.tokenAt,
      });
    }
  });

  test('has agents in each kind of session, and on each step of the ladder', async () => {
    const { path, bodies } = earlier();
    const states = await takenUp(path);
    const sessions = new Set<string>();
    const places = new Set<string | undefined>();
    for (const body of bodies) {
      const now = states.get(body.agentId)!;
      sessions.add(now.session.kind);
      expect(now.session.kind === 'engaged').toBe(body.engagedSince !== undefined);
      expect(silentReturnOf(now)?.at).toBe(body.back?.at);
      if (body.state['presence'] === 'OFFLINE') expect(departureOf(now)?.at).toBe(body.departure?.at);
      expect(now.undo).toHaveLength(body.recent.length);
      places.add(placeOf(now)?.kind);
      expect(placeOf(now)).toEqual(expectedPlace(body));
    }
    expect([...sessions].sort()).toEqual(['engaged', 'offline', 'online', 'returned']);
    expect(places).toEqual(new Set([undefined, 'answered', 'parked', 'returned']));
  });

  test('is written in the present shape by the next save, and read again as it was', async () => {
    const { path } = earlier();
    const store = await place.open(path);
    const states = await store.loadMemories();
    await store.saveStep([...states.values()], []);
    await store.close();
    expect(await takenUp(path)).toEqual(states);
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare("SELECT DISTINCT json_extract(body, '$.v') AS v FROM memory").all();
    db.close();
    expect(rows.map(({ v }) => v)).toEqual([3]);
  });

  test('of which one memory is damaged loses that one alone', async () => {
    const { path, bodies } = earlier((db) => {
      db.exec("UPDATE memory SET body = json_remove(body, '$.clocks') WHERE rowid = 1");
      db.exec("UPDATE memory SET body = json_set(body, '$.recent', json('[null]')) WHERE rowid = 2");
      db.exec("UPDATE memory SET body = json_set(body, '$.own', json('7')) WHERE rowid = 3");
    });
    expect((await takenUp(path)).size).toBe(bodies.length - 3);
  });
});

describe('a memory of version 1', () => {
  const AT_WORK = { presence: 'ON_QUEUE', routing: 'OFF_QUEUE' };
  const own = {
    from: BASE,
    to: BASE + 3_000,
    actions: ['off_queue'],
    former: { presence: 'ON_QUEUE', routing: 'IDLE' },
    tokenAt: BASE,
  };

  /** One agent’s body, with some parts replaced. */
  async function stateOfBody(parts: object): Promise<AgentState> {
    const { path, bodies } = earlier((db) => {
      const body = JSON.parse(String(db.prepare('SELECT body FROM memory LIMIT 1').get()!['body'])) as object;
      db.exec('DELETE FROM memory');
      const wrapped = JSON.stringify({ v: 1, body: { ...body, agentId: 'a', ...parts } });
      db.prepare("INSERT INTO memory VALUES ('a', 1, ?, ?)").run(BASE, wrapped);
    });
    expect(bodies).toHaveLength(1);
    return (await takenUp(path)).get('a')!;
  }

  test.each([
    ['goes on', { ...own, open: true, done: ['off_queue'] }, { kind: 'intended', done: ['off_queue'] }],
    ['was carried out', { ...own, open: true, known: true }, { kind: 'acted', done: ['off_queue'] }],
    ['was without effect', { ...own, open: false, known: true }, { kind: 'ended', isKnown: true }],
    ['broke off', { ...own, open: false }, { kind: 'ended', isKnown: false, done: [] }],
  ])('with a log-off that %s keeps that', async (_, logoff, expected) => {
    const state = await stateOfBody({ own: logoff, departure: undefined });
    expect(state.logoff).toMatchObject({ from: BASE, former: { tokenAt: BASE }, ...expected });
  });

  test('whose departure answered a log-off waits for no other', async () => {
    const departure = { at: BASE + 2_000, by: 'enforcer', quiet: true, former: own.former };
    const state = await stateOfBody({ own: { ...own, open: false, known: true }, departure });
    expect(state.logoff?.kind).toBe('seen');
  });

  test('with a contradiction that we left behind keeps taking it for none; any other protects', async () => {
    const stamps = { presenceSince: BASE, routingSince: BASE + 1_000 };
    const o = {
      agentId: 'a',
      at: BASE + 60_000,
      presence: { system: 'ON_QUEUE', definitionId: undefined, since: BASE },
      routing: { status: 'OFF_QUEUE', since: BASE + 1_000 },
      conversations: { contactCentre: 0, enterprise: 0 },
      tokenIssuedAt: undefined,
      missing: [],
    } as const;
    const ours = await stateOfBody({ state: AT_WORK, ...stamps, leftByUs: stamps, own: undefined });
    expect(assess(o, ours, foldContext()).kind).toBe('free');
    const other = await stateOfBody({ state: AT_WORK, ...stamps, own: undefined });
    expect(assess(o, other, foldContext()).kind).toBe('unknown');
  });

  test('that kept only parts of the episode before a change takes the others from the present one', async () => {
    const clocks = { sinceSign: BASE, sinceWork: BASE, inState: {}, unwatched: [] };
    const before = { at: BASE, state: { presence: 'AWAY', routing: 'OFF_QUEUE' }, clocks };
    const state = await stateOfBody({
      firstSeenAt: BASE,
      recent: [before],
      graceFrom: BASE,
      warned: { a: BASE },
    });
    expect(state.undo).toMatchObject([
      { at: BASE, shown: { presence: 'AWAY' }, episode: { graceFrom: BASE, warnedAt: { a: BASE } } },
    ]);
    expect(state.undo[0]!.episode.clocks).toEqual({ sinceSign: BASE, sinceWork: BASE, inState: {} });
  });
});
