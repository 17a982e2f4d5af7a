/** The record: events, intents, head-counts. */
import { describe, expect, test } from '@jest/globals';
import {
  INTENT_OUTCOMES,
  type EventQuery,
  type RecordEvent,
  type SweepCount,
} from '../../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import type { Store } from '../../../src/ports/store.ts';
import { BASE, stateOf, STANDING } from '../../store/examples.ts';
import { inOne, Unwritable, type Open } from './place.ts';

const QUIET = { at: BASE, changed: [], notSeen: [], standing: STANDING, events: [] };

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
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  },
  { kind: 'intent', at: BASE + 1, agentId: 'b', intentId: 'i2' },
  { kind: 'verified', at: BASE + 2, agentId: 'a', intentId: 'i1' },
  { kind: 'gap', at: BASE + 3 },
];

/** An event that cannot be written. */
const BROKEN: RecordEvent = {
  kind: 'gap',
  get at(): number {
    throw new Unwritable();
  },
};

export function recordContract(open: Open): void {
  describe('the record', () => {
    test('is empty in a new store', async () => {
      const store = await open();
      expect(await store.events({})).toEqual([]);
      expect(await inOne(store.eventPages({}))).toEqual([]);
      expect(await store.openIntents()).toEqual([]);
    });

    test('tells every part of an event, leaves absent parts out, and numbers the events in order', async () => {
      const store = await open();
      await store.saveStep([], EVENTS.slice(0, 2));
      await store.saveSweep({ ...QUIET, events: EVENTS.slice(2) });
      const expected = EVENTS.map((event, index) => ({ ...event, seq: index + 1 }));
      expect(await store.events({})).toStrictEqual(expected);
      expect(await inOne(store.eventPages({}))).toStrictEqual(expected);
      expect(await (await open()).events({})).toStrictEqual(expected);
    });

    test('keeps the order in which events were written, whatever their times', async () => {
      const store = await open();
      for (const at of [BASE + MINUTE, BASE, BASE + HOUR, BASE])
        await store.saveStep([], [{ kind: 'gap', at }]);
      const times = (await store.events({})).map(({ at }) => at);
      expect(times).toEqual([BASE + MINUTE, BASE, BASE + HOUR, BASE]);
    });

    test('has both of two events that are the same', async () => {
      const store = await open();
      await store.saveStep([], [EVENTS[1]!, EVENTS[1]!]);
      expect(await store.events({})).toEqual([
        { ...EVENTS[1], seq: 1 },
        { ...EVENTS[1], seq: 2 },
      ]);
    });

    test.each<[string, EventQuery, readonly number[]]>([
      ['one agent', { agentId: 'a' }, [1, 3]],
      ['an agent of whom it tells nothing', { agentId: 'c' }, []],
      ['a span whose end does not belong to it', { from: BASE + 1, to: BASE + 3 }, [2, 3]],
      ['a span that ends where it begins', { from: BASE + 1, to: BASE + 1 }, []],
      ['kinds', { kinds: ['intent', 'gap'] }, [1, 2, 4]],
      ['no kind at all', { kinds: [] }, []],
      ['the newest two, in rising order', { limit: 2 }, [3, 4]],
      ['more of the newest than there are', { limit: 9 }, [1, 2, 3, 4]],
      ['the newest none', { limit: 0 }, []],
      ['all of these together', { agentId: 'a', from: BASE, to: BASE + 9, kinds: ['intent'], limit: 1 }, [1]],
    ])('is read by %s', async (_, query, seqs) => {
      const store = await open();
      await store.saveStep([], EVENTS);
      expect((await store.events(query)).map(({ seq }) => seq)).toEqual(seqs);
    });

    test('is not changed by what becomes of the events that were written or read', async () => {
      const store = await open();
      const event = { kind: 'intent' as const, at: BASE, actions: ['offline' as const] };
      await store.saveStep([], [event]);
      event.actions.pop();
      for (const [read] of [
        await store.events({}),
        await inOne(store.eventPages({})),
        await store.openIntents(),
      ])
        Object.assign(read ?? {}, { reason: 'changed', actions: [] });
      expect(await store.events({})).toEqual([{ kind: 'intent', at: BASE, actions: ['offline'], seq: 1 }]);
    });

    test('keeps times and lengths with fractions of a millisecond to the millisecond', async () => {
      const store = await open();
      await store.saveStep([], [{ kind: 'return', at: BASE + 0.4, delay: 7.4, measured: 3.4 }]);
      const [event] = await store.events({});
      expect(Math.abs((event?.at ?? 0) - BASE)).toBeLessThanOrEqual(1);
      expect(Math.abs((event?.delay ?? 0) - 7)).toBeLessThanOrEqual(1);
      expect(Math.abs((event?.measured ?? 0) - 3)).toBeLessThanOrEqual(1);
    });

    test('keeps a reason that is very long, and letters of all kinds', async () => {
      const store = await open();
      const event: RecordEvent = {
        kind: 'failed',
        at: BASE,
        agentName: '👩🏽‍💻 O\'Neill "山"',
        reason: 'é'.repeat(100_000),
      };
      await store.saveStep([], [event]);
      expect(await store.events({})).toEqual([{ ...event, seq: 1 }]);
    });

    test('goes on with its numbers where its events were forgotten', async () => {
      const store = await open();
      await store.saveStep([], EVENTS);
      await store.prune(BASE + HOUR);
      await store.close();
      const again = await open();
      await again.saveStep([], [{ kind: 'gap', at: BASE + DAY }]);
      expect(await again.events({})).toEqual([{ kind: 'gap', at: BASE + DAY, seq: 5 }]);
    });

    test.each<[string, (store: Store) => Promise<void>]>([
      ['a step', (store) => store.saveStep([stateOf('a', BASE)], [EVENTS[1]!, BROKEN], STANDING)],
      [
        'a sweep',
        (store) =>
          store.saveSweep({
            at: BASE + DAY,
            changed: [stateOf('a', BASE)],
            notSeen: [stateOf('b', BASE)],
            standing: { ...STANDING, population: 9 },
            events: [EVENTS[1]!, BROKEN],
            count: { at: BASE, online: 1, kept: 0, deferred: {} },
          }),
      ],
      ['a pause', (store) => store.setPause({ since: BASE, until: undefined, reason: undefined }, BROKEN)],
    ])('and memory have nothing of %s that fails in the middle', async (_, write) => {
      const store = await open();
      const before = stateOf('here', BASE);
      await store.saveSweep({ ...QUIET, changed: [before] });
      await expect(write(store)).rejects.toThrow();
      expect(await store.loadMemories()).toEqual(new Map([['here', before]]));
      expect(await store.events({})).toEqual([]);
      expect(await store.loadStanding()).toEqual(STANDING);
      expect(await store.pause()).toBeUndefined();
      expect(await inOne(store.countPages(0, BASE + DAY))).toEqual([]);
      await store.saveStep([], [EVENTS[3]!]);
      expect(await store.events({})).toHaveLength(1);
    });
  });

  intentsContract(open);
  pagesContract(open);
  countsContract(open);
}

function intentsContract(open: Open): void {
  const intent = (intentId: string): RecordEvent => ({ kind: 'intent', at: BASE, intentId });
  const ids = async (store: Store): Promise<readonly unknown[]> =>
    (await store.openIntents()).map(({ intentId }) => intentId);

  describe('an intent', () => {
    test.each(INTENT_OUTCOMES)('is closed by an outcome %s of its own', async (kind) => {
      const store = await open();
      await store.saveStep([], [intent('i1'), intent('i2')]);
      expect(await ids(store)).toEqual(['i1', 'i2']);
      await store.saveStep([], [{ kind, at: BASE + 5, intentId: 'i1' }]);
      expect(await ids(store)).toEqual(['i2']);
      expect(await ids(await open())).toEqual(['i2']);
    });

    test('stays open after events that are no outcome, and after outcomes of no intent', async () => {
      const store = await open();
      await store.saveStep([], [intent('i1'), { kind: 'held', at: BASE, intentId: 'i1' }]);
      await store.saveStep(
        [],
        [
          { kind: 'return', at: BASE, intentId: 'i1' },
          { kind: 'failed', at: BASE },
        ],
      );
      expect(await ids(store)).toEqual(['i1']);
    });

    test('stays open where an earlier outcome bears its id', async () => {
      const store = await open();
      await store.saveStep([], [{ kind: 'verified', at: BASE, intentId: 'i1' }, intent('i1')]);
      expect((await store.openIntents()).map(({ seq }) => seq)).toEqual([2]);
    });

    test('that has no id is closed by no outcome', async () => {
      const store = await open();
      await store.saveStep(
        [],
        [
          { kind: 'intent', at: BASE },
          { kind: 'failed', at: BASE },
        ],
      );
      expect(await store.openIntents()).toEqual([{ kind: 'intent', at: BASE, seq: 1 }]);
    });

    test('is told of with all its parts', async () => {
      const store = await open();
      await store.saveStep([], EVENTS.slice(0, 2));
      expect(await store.openIntents()).toEqual([
        { ...EVENTS[0], seq: 1 },
        { ...EVENTS[1], seq: 2 },
      ]);
    });

    test('is found behind others that were closed, however often that was asked', async () => {
      const store = await open();
      const asked = async (...events: readonly RecordEvent[]): Promise<readonly unknown[]> => {
        await store.saveStep([], events);
        return ids(store);
      };
      const outcome = (intentId: string): RecordEvent => ({ kind: 'failed', at: BASE, intentId });
      expect(await asked(intent('a'), outcome('a'))).toEqual([]);
      expect(await asked(intent('b'), intent('c'), outcome('b'))).toEqual(['c']);
      expect(await asked(intent('d'))).toEqual(['c', 'd']);
      expect(await asked(outcome('c'), outcome('d'))).toEqual([]);
      expect(await asked(intent('a'))).toEqual(['a']);
    });
  });
}

const KINDS = ['intent', 'verified', 'return', 'gap'] as const;
/** More than several pages of any store. */
const MANY: readonly RecordEvent[] = Array.from({ length: 1_500 }, (_, n) => ({
  kind: KINDS[n % 4]!,
  // The platform's own stamps come a little out of order.
  at: BASE + n * MINUTE - (n % 7) * 20 * SECOND,
  agentId: `agent-${n % 50}`,
  rule: 'gone',
  measured: n,
  actions: ['offline'],
}));

function pagesContract(open: Open): void {
  /** A long record of which the first days are forgotten: its numbers do not begin with 1. */
  async function filled(): Promise<Store> {
    const store = await open();
    await store.saveStep([], MANY.slice(0, 1_000));
    await store.prune(BASE + 500 * MINUTE);
    await store.saveStep([], MANY.slice(1_000));
    return store;
  }

  describe('a long record', () => {
    test('is the same page by page as all at once, whatever is asked of it', async () => {
      const store = await filled();
      const span = { from: BASE + 12 * HOUR, to: BASE + 22 * HOUR };
      const queries: readonly EventQuery[] = [
        {},
        span,
        { kinds: ['gap', 'return'] },
        { agentId: 'agent-7' },
        { agentId: 'agent-7', ...span, kinds: ['gap'] },
        { agentId: 'unknown' },
        { kinds: [] },
        { to: BASE },
      ];
      for (const query of queries)
        expect(await inOne(store.eventPages(query))).toEqual(await store.events(query));
      expect((await inOne(store.eventPages({}))).length).toBeGreaterThan(900);
    });

    test('is read to its end page by page, also where a limit is named', async () => {
      const store = await filled();
      const all = await store.events({});
      expect(await inOne(store.eventPages({ limit: 1 }))).toEqual(all);
    });

    test('comes in more than one page, none of which is empty', async () => {
      const store = await filled();
      let pages = 0;
      for await (const page of store.eventPages({ kinds: ['gap', 'return', 'intent'] })) {
        pages += 1;
        expect(page.length).toBeGreaterThan(0);
      }
      expect(pages).toBeGreaterThan(1);
    });

    test('is read in its own order, each event once, while others are added', async () => {
      const store = await filled();
      const seen: number[] = [];
      for await (const page of store.eventPages({ kinds: ['gap', 'return', 'verified'] })) {
        await store.saveStep([], [{ kind: 'verified', at: BASE + 2 * DAY }]);
        seen.push(...page.map(({ seq }) => seq));
      }
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      expect(seen.length).toBeGreaterThan(700);
    });

    test('has the parts of each event that are wanted, and not those that are not', async () => {
      const store = await filled();
      const query = { to: BASE + 505 * MINUTE, parts: ['measured', 'rung'] } as const;
      const events = await inOne(store.eventPages(query));
      expect(events.length).toBeGreaterThan(0);
      for (const event of events)
        expect(Object.keys(event).sort()).toEqual(['at', 'kind', 'measured', 'seq']);
    });

    test('that is closed while it is read says so, and does not end as if it were whole', async () => {
      const store = await filled();
      const reading = async (): Promise<void> => {
        for await (const page of store.eventPages({})) if (page.length > 0) await store.close();
      };
      await expect(reading()).rejects.toMatchObject({ name: 'StoreError', kind: 'lost' });
    });
  });
}

function countsContract(open: Open): void {
  const saved = (store: Store, count: SweepCount): Promise<void> =>
    store.saveSweep({ ...QUIET, at: count.at, count });

  describe('head-counts', () => {
    test('are read in order, from the start of a span to before its end', async () => {
      const store = await open();
      const counts: readonly SweepCount[] = Array.from({ length: 600 }, (_, n) => ({
        at: BASE + n * MINUTE,
        online: n,
        kept: n % 3,
        deferred: n % 2 === 0 ? {} : { per_sweep: n, backoff: 1 },
      }));
      for (const count of counts.toReversed()) await saved(store, count);
      expect(await inOne(store.countPages(BASE + MINUTE, BASE + 550 * MINUTE))).toEqual(counts.slice(1, 550));
      expect(await inOne(store.countPages(BASE + DAY, BASE + 2 * DAY))).toEqual([]);
    });

    test('are one a moment: the last that was written', async () => {
      const store = await open();
      await saved(store, { at: BASE, online: 1, kept: 0, deferred: { paused: 1 } });
      await saved(store, { at: BASE, online: 2, kept: 1, deferred: {} });
      const counts = await inOne(store.countPages(0, BASE + 1));
      expect(counts).toEqual([{ at: BASE, online: 2, kept: 1, deferred: {} }]);
    });

    test('are left out by a sweep that was not complete', async () => {
      const store = await open();
      await store.saveSweep(QUIET);
      expect(await inOne(store.countPages(0, BASE + 1))).toEqual([]);
    });
  });
}
