import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { learnFromLogoff, NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import type {
  AgentState,
  Episode,
  LadderPlace,
  SilentReturn,
  Snapshot,
} from '../../../src/domain/tracking/state.ts';
import type { Shown } from '../../../src/domain/agent.ts';
import type { RecordEvent, ControllerState } from '../../../src/domain/record.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const QUIET = { changed: [], notSeen: [], standing: STANDING, events: [] };

function fullState(agentId: string): AgentState {
  const shown: Shown = { presence: 'ON_QUEUE', presenceId: 'p-1', routing: 'IDLE' };
  const last: Snapshot = { ...shown, presenceSince: BASE, routingSince: BASE - HOUR, tokenAt: BASE };
  const first = stateOf(agentId, BASE);
  const silent: SilentReturn = {
    at: BASE,
    earliest: BASE - 1_000,
    delay: 9_000,
    after: 'enforcer',
    former: last,
    tokenAt: BASE,
  };
  const place: LadderPlace = {
    kind: 'returned',
    cause: { ruleId: 'away', clock: 'since_sign', measured: HOUR, state: shown },
    rung: 2,
    returnedAt: BASE,
    lastLogoffAt: BASE - 9_000,
    quietHeld: true,
  };
  const episode: Episode = {
    sign: { kind: 'routing', at: BASE - HOUR },
    clocks: { sinceSign: BASE - HOUR, sinceWork: BASE - 2 * HOUR, inState: { 'AWAY|*': BASE - MINUTE } },
    graceFrom: BASE,
    ladder: {
      kind: 'ending_sso',
      place,
      end: { at: BASE, heldFrom: BASE + MINUTE, rung: 2, pending: false },
    },
    observedRules: ['away'],
    warnedAt: { away: BASE - MINUTE },
  };
  return stateOf(agentId, BASE, {
    firstSeenAt: BASE - DAY,
    last,
    session: { kind: 'returned', silent },
    logoff: {
      kind: 'acted',
      from: BASE - 9_000,
      to: BASE,
      actions: ['offline'],
      done: ['offline'],
      former: last,
    },
    episode,
    undo: [{ at: BASE - MINUTE, shown: last, silent, episode: first.episode }],
    leftOut: [{ from: BASE - 30 * MINUTE, to: BASE - 20 * MINUTE }],
    outsideCallAt: BASE - HOUR,
    unread: { since: BASE, unknown: [{ part: 'presence', why: 'missing' }] },
  });
}

describe('agents’ states', () => {
  test('come back as they were saved, also after a restart', async () => {
    const path = place.path();
    const memory = fullState('a');
    const store = await place.open(path);
    await store.saveSweep({ ...QUIET, at: BASE, changed: [memory] });
    await store.close();
    const again = await place.open(path);
    expect(await again.loadMemories()).toEqual(new Map([['a', memory]]));
    expect(await again.loadMemory('a')).toEqual(memory);
    expect(await again.loadMemory('b')).toBeUndefined();
  });
});

describe('the standing', () => {
  test('comes back with its maps and sets', async () => {
    const ledger = {
      logoffs: [BASE],
      failures: new Map([['a', { at: BASE, count: 3, forbidden: true }]]),
      dueBefore: new Set(['a', 'b']),
      broken: new Map([['b', BASE + HOUR]]),
      peaks: [{ hour: BASE, online: 40 }],
    };
    const standing: ControllerState = { ...STANDING, lastCompleteAt: undefined, ledger };
    const store = await place.open(place.path());
    expect(await store.loadStanding()).toBeUndefined();
    await store.saveSweep({ ...QUIET, at: BASE, standing });
    expect(await store.loadStanding()).toEqual(standing);
    await store.saveStep([], [], STANDING);
    expect(await store.loadStanding()).toEqual(STANDING);
  });
});

const EVENTS: readonly RecordEvent[] = [
  {
    kind: 'intent',
    at: BASE,
    sweepId: 's1',
    agentId: 'a',
    agentName: 'Ada',
    rule: 'away',
    measured: HOUR,
    limit: 45 * MINUTE,
    rung: 1,
    actions: ['off_queue', 'offline'],
    reason: 'due',
    correlationId: 'c1',
    intentId: 'i1',
    delay: 9_000,
    by: 'ada@desk',
  },
  { kind: 'intent', at: BASE + 1, agentId: 'b', intentId: 'i2' },
  { kind: 'verified', at: BASE + 2, agentId: 'a', intentId: 'i1' },
  { kind: 'gap', at: BASE + 3 },
];

describe('the record', () => {
  test('tells every part of an event, leaves absent parts out, and numbers the events', async () => {
    const store = await place.open(place.path());
    await store.saveStep([], EVENTS);
    const events = await store.events({});
    expect(events).toStrictEqual(EVENTS.map((event, index) => ({ ...event, seq: index + 1 })));
  });

  test.each([
    ['one agent', { agentId: 'a' }, [1, 3]],
    ['a span whose end does not belong to it', { from: BASE + 1, to: BASE + 3 }, [2, 3]],
    ['kinds', { kinds: ['intent', 'gap'] as const }, [1, 2, 4]],
    ['no kind at all', { kinds: [] }, []],
    ['the newest two, in rising order', { limit: 2 }, [3, 4]],
    [
      'all of these together',
      { agentId: 'a', from: BASE, to: BASE + 9, kinds: ['intent'] as const, limit: 1 },
      [1],
    ],
  ])('is read by %s', async (_, query, seqs) => {
    const store = await place.open(place.path());
    await store.saveStep([], EVENTS);
    expect((await store.events(query)).map(({ seq }) => seq)).toEqual(seqs);
  });

  test.each(['verified', 'unverified', 'failed', 'dropped'] as const)(
    'closes an intent by %s',
    async (kind) => {
      const store = await place.open(place.path());
      await store.saveStep([], [EVENTS[0]!, EVENTS[1]!, { kind: 'held', at: BASE, intentId: 'i1' }]);
      expect((await store.openIntents()).map(({ intentId }) => intentId)).toEqual(['i1', 'i2']);
      await store.saveStep([], [{ kind, at: BASE + 5, intentId: 'i1' }]);
      expect((await store.openIntents()).map(({ intentId }) => intentId)).toEqual(['i2']);
    },
  );

  test('is not gone through again for intents before the first that is open', async () => {
    const store = await place.open(place.path());
    const asked = async (...events: readonly RecordEvent[]) => {
      await store.saveStep([], events);
      const open = (await store.openIntents()).map(({ intentId }) => intentId);
      return [open, (await store.facts()).get('settled_seq')];
    };
    const intent = (intentId: string): RecordEvent => ({ kind: 'intent', at: BASE, intentId });
    const outcome = (intentId: string): RecordEvent => ({ kind: 'failed', at: BASE, intentId });
    expect(await asked(intent('a'), outcome('a'))).toEqual([[], '2']);
    expect(await asked(intent('b'), intent('c'), outcome('b'))).toEqual([['c'], '3']);
    expect(await asked(intent('d'))).toEqual([['c', 'd'], '3']);
    expect(await asked(outcome('c'), outcome('d'))).toEqual([[], '8']);
  });

  test('leaves an intent open whose number an earlier outcome bears', async () => {
    const store = await place.open(place.path());
    await store.saveStep([], [EVENTS[2]!, EVENTS[0]!]);
    expect((await store.openIntents()).map(({ seq }) => seq)).toEqual([2]);
  });

  test.each([
    "UPDATE event SET reason = 'other'",
    'DELETE FROM event WHERE seq = 1',
    "REPLACE INTO event (seq, kind, at) VALUES (1, 'gap', 0)",
    "INSERT INTO event (seq, kind, at) VALUES (1, 'gap', 0) ON CONFLICT DO UPDATE SET kind = 'gap'",
  ])('is only ever added to: %s is refused', async (sql) => {
    const path = place.path();
    const store = await place.open(path);
    await store.saveStep([], EVENTS);
    const before = await store.events({});
    const raw = new DatabaseSync(path);
    expect(() => {
      raw.exec(sql);
    }).toThrow('The record is only ever added to.');
    raw.close();
    expect(await store.events({})).toEqual(before);
  });

  test('never holds an intent without what it did to memory', async () => {
    const store = await place.open(place.path());
    const unkind = { kind: undefined, at: BASE } as unknown as RecordEvent;
    await expect(store.saveStep([stateOf('a', BASE)], [EVENTS[1]!, unkind])).rejects.toThrow('store');
    expect(await store.loadMemories()).toEqual(new Map());
    expect(await store.events({})).toEqual([]);
  });
});

describe('pruning', () => {
  test('forgets old events, and agents and memories not seen since, and nothing else', async () => {
    const path = place.path();
    let now = BASE;
    const store = await place.open(path, { now: () => now });
    const names = ['gone', 'here'].map((id) => ({
      id,
      name: id,
      email: `${id}@example.org`,
      profile: undefined,
    }));
    await store.saveAgents(names);
    await store.setPause({ since: BASE, until: undefined, reason: undefined });
    await store.setFacts(new Map([['offline', 'p-9']]));
    const changed = ['gone', 'here'].map((id) => stateOf(id, BASE));
    await store.saveSweep({ ...QUIET, at: BASE, changed, events: EVENTS });
    now = BASE + DAY;
    const event: RecordEvent = { kind: 'gap', at: now };
    await store.saveSweep({ ...QUIET, at: now, notSeen: [stateOf('gone', BASE)], events: [event] });
    await store.prune(BASE + HOUR);
    expect(await store.events({})).toEqual([{ ...event, seq: 5 }]);
    // The memory and the name were written a day ago, but the last sweep saw the agent.
    expect([...(await store.loadMemories()).values()]).toEqual([stateOf('here', now)]);
    expect(await store.findAgents('example.org')).toEqual([names[1]]);
    expect(await store.loadStanding()).toEqual(STANDING);
    expect(await store.pause()).toEqual({ since: BASE, until: undefined, reason: undefined });
    expect(await store.facts()).toEqual(new Map([['offline', 'p-9']]));
  });

  test('leaves the record as closed to others as before', async () => {
    const path = place.path();
    const store = await place.open(path);
    await store.saveStep([], EVENTS);
    await store.prune(BASE + 1);
    const raw = new DatabaseSync(path);
    expect(() => {
      raw.exec('DELETE FROM event');
    }).toThrow('only ever added to');
    raw.close();
  });

  test('gives the space back', async () => {
    const path = place.path();
    const store = await place.open(path);
    const many = Array.from({ length: 2_000 }, (_, i) => stateOf(`agent-${i}`, BASE));
    await store.saveStep(many, []);
    const raw = new DatabaseSync(path);
    const pages = (): unknown => raw.prepare('PRAGMA page_count').get()?.['page_count'];
    const before = Number(pages());
    await store.prune(BASE + 1);
    expect(Number(pages())).toBeLessThan(before / 4);
    raw.close();
  });
});

describe('small things', () => {
  test('a pause stays until it is lifted', async () => {
    const store = await place.open(place.path());
    expect(await store.pause()).toBeUndefined();
    const pause = { since: BASE, until: BASE + HOUR, reason: 'fire drill' };
    await store.setPause({ since: BASE - 1, until: undefined, reason: undefined });
    await store.setPause(pause);
    expect(await store.pause()).toEqual(pause);
    await store.setPause(undefined);
    expect(await store.pause()).toBeUndefined();
  });

  test('a pause tells who made it', async () => {
    const store = await place.open(place.path());
    const pause = { since: BASE, until: undefined, reason: undefined, by: 'ada@desk' };
    await store.setPause(pause);
    expect(await store.pause()).toEqual(pause);
  });

  test('what was learnt of the platform comes back as it was', async () => {
    const store = await place.open(place.path());
    expect(await store.learnt()).toBeUndefined();
    const learnt = learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['offline'], true);
    await store.saveLearnt(learnt);
    expect(await store.learnt()).toEqual(learnt);
  });

  test('a request to resume is taken once', async () => {
    const store = await place.open(place.path());
    expect(await store.takeResume()).toBe(false);
    await store.requestResume();
    await store.requestResume();
    expect(await store.takeResume()).toBe(true);
    expect(await store.takeResume()).toBe(false);
  });

  test('facts are added and replaced, and none is lost', async () => {
    const store = await place.open(place.path());
    await store.setFacts(
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    );
    await store.setFacts(new Map([['b', '3']]));
    expect(await store.facts()).toEqual(
      new Map([
        ['a', '1'],
        ['b', '3'],
      ]),
    );
  });

  const ada = { id: 'id-1', name: 'Ada Müller', email: 'ada@example.org', profile: 'desk' };
  const adam = { id: 'id-2', name: 'Adam Ng', email: 'ng@example.org', profile: undefined };
  const namesake = { id: 'id-3', name: 'ADA MÜLLER', email: 'a.mueller@example.org', profile: undefined };
  test.each([
    ['id-2', [adam]],
    ['ada müller', [namesake, ada]],
    ['Ada Mu\u0308ller', [namesake, ada]],
    ['ID-2', [adam]],
    [' NG@example.org ', [adam]],
    ['ada', [namesake, ada, adam]],
    ['100%', []],
    ['', []],
  ])('agents are found by "%s"', async (text, found) => {
    const store = await place.open(place.path());
    await store.saveAgents([{ ...ada, name: 'Ada Byron', profile: undefined }, adam]);
    await store.saveAgents([ada, namesake]);
    expect(await store.findAgents(text)).toEqual(found);
  });

  test('a closed store says so, and may be closed again', async () => {
    const store = await place.open(place.path());
    await store.close();
    await store.close();
    await expect(store.pause()).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
    await expect(store.saveStep([], EVENTS)).rejects.toMatchObject({ kind: 'lost' });
  });
});
