/** Which worker sweeps, what people ask of it, and what it has learnt. */
import { describe, expect, test } from '@jest/globals';
import { answered, tried, UNASKED } from '../../../src/domain/evidence/calibration.ts';
import { learnFromLogoff, NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import type { Pause, SweepBegun } from '../../../src/domain/record.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { BASE } from '../../store/examples.ts';
import type { Open } from './place.ts';

const TTL = 3 * MINUTE;

export function workerContract(open: Open): void {
  describe('the worker', () => {
    const begun: SweepBegun = {
      holder: 'one',
      command: 'run',
      version: '1.2.3',
      startedAt: BASE - MINUTE,
      sweptAt: BASE,
      interval: MINUTE,
    };

    test('is not known of a store in which none has swept', async () => {
      expect(await (await open()).worker()).toBeUndefined();
    });

    test('is told as it told of itself at its last sweep, with its process', async () => {
      const store = await open();
      await store.noteSweep({ ...begun, holder: 'another', command: 'once' });
      await store.noteSweep({ ...begun, sweptAt: BASE + MINUTE });
      const worker = await (await open()).worker();
      expect(worker).toMatchObject({ ...begun, sweptAt: BASE + MINUTE, pid: process.pid, state: 'running' });
      expect(worker?.host).not.toBe('');
    });
  });
}

export function controlsContract(open: Open): void {
  describe('a pause', () => {
    const pause = { since: BASE, until: BASE + HOUR, reason: 'fire drill', by: 'ada@desk' };

    test('stays until it is lifted', async () => {
      const [worker, visitor] = [await open(), await open()];
      expect(await worker.pause()).toBeUndefined();
      await visitor.setPause(pause);
      expect(await worker.pause()).toEqual(pause);
      expect(await (await open()).pause()).toEqual(pause);
      await visitor.setPause(undefined);
      await visitor.setPause(undefined);
      expect(await worker.pause()).toBeUndefined();
    });

    test.each<[string, Partial<Pause>, Partial<Pause>, 'first' | 'second']>([
      ['an open one after a bounded one', {}, { until: undefined }, 'second'],
      ['an open one after an open one', { until: undefined }, { until: undefined }, 'second'],
      ['a bounded one after an open one', { until: undefined }, {}, 'first'],
      ['a longer one', {}, { until: BASE + 2 * HOUR }, 'second'],
      ['one that ends at the same time', {}, {}, 'second'],
      ['a shorter one', {}, { until: BASE + HOUR / 2 }, 'first'],
      ['one after the end of the first', {}, { since: BASE + HOUR, until: BASE + HOUR + 1 }, 'second'],
      ['one of a time that is over', {}, { since: BASE + 2 * HOUR, until: BASE }, 'second'],
    ])('that is longer stands, and both are on record: %s', async (_, first, second, stands) => {
      const [worker, visitor] = [await open(), await open()];
      const both = { first: { ...pause, ...first }, second: { ...pause, by: 'bob@desk', ...second } };
      for (const each of [both.first, both.second]) await visitor.setPause(each, { kind: 'pause', at: BASE });
      expect(await worker.pause()).toEqual(both[stands]);
      expect(await worker.events({ kinds: ['pause'] })).toHaveLength(2);
    });

    test('comes with the event that tells of it, and leaves the record alone without one', async () => {
      const store = await open();
      await store.setPause(pause, { kind: 'pause', at: BASE, by: 'ada@desk' });
      await store.setPause(pause);
      await store.setPause(undefined, { kind: 'resume', at: BASE + 1 });
      expect(await store.events({})).toEqual([
        { kind: 'pause', at: BASE, by: 'ada@desk', seq: 1 },
        { kind: 'resume', at: BASE + 1, seq: 2 },
      ]);
    });
  });

  describe('sessions of the page that were signed out', () => {
    test('are known to every process, with or without the lease, until they would open no more', async () => {
      const [worker, standby, page] = [await open(), await open(), await open()];
      await worker.holdLease('one', BASE, TTL);
      await standby.holdLease('two', BASE, TTL);
      expect(await page.sessions.isEnded('a')).toBe(false);
      await standby.sessions.end('a', BASE + HOUR, BASE);
      await page.sessions.end('b', BASE + 2 * HOUR, BASE);
      await page.sessions.end('a', BASE + HOUR, BASE);
      const later = await open();
      expect([await later.sessions.isEnded('a'), await worker.sessions.isEnded('b')]).toEqual([true, true]);
      await page.sessions.end('c', BASE + 3 * HOUR, BASE + HOUR);
      const known = await Promise.all(['a', 'b', 'c', "'", '%'].map((id) => page.sessions.isEnded(id)));
      expect(known).toEqual([false, true, true, false, false]);
    });

    test('are no facts, and take none away', async () => {
      const store = await open();
      await store.setFacts(new Map([['ended', '1']]));
      await store.sessions.end('a', BASE + HOUR, BASE);
      await store.sessions.end('b', BASE + HOUR, BASE + DAY);
      expect(await store.facts()).toEqual(new Map([['ended', '1']]));
    });
  });

  test('a request to resume is taken once, however often it was made', async () => {
    const [worker, visitor] = [await open(), await open()];
    expect(await worker.takeResume()).toBe(false);
    await visitor.requestResume();
    await visitor.requestResume();
    expect(await worker.takeResume()).toBe(true);
    expect(await worker.takeResume()).toBe(false);
    await visitor.requestResume();
    expect(await worker.takeResume()).toBe(true);
  });

  test('what was learnt of the platform comes back as it was last written', async () => {
    const store = await open();
    expect(await store.learnt()).toBeUndefined();
    await store.saveLearnt(NO_BEHAVIOUR_KNOWN);
    const { evidence, ...learnt } = learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['offline'], true);
    const timeline = { ...UNASKED, ...tried(answered(UNASKED, 'bounce'), true, BASE) };
    const sign_ins = { ...UNASKED, refused: { permission: 'audits:audit:view', at: BASE } };
    const all = { ...learnt, evidence: { ...evidence, timeline, sign_ins } };
    await store.saveLearnt(all);
    expect(await (await open()).learnt()).toEqual(all);
  });

  describe('facts', () => {
    test('are added and replaced, and none is lost', async () => {
      const store = await open();
      expect(await store.facts()).toEqual(new Map());
      const first = { a: '1', b: '2', __proto__x: '' };
      await store.setFacts(new Map(Object.entries(first)));
      await store.setFacts(new Map([['b', '3'.repeat(100_000)]]));
      await store.setFacts(new Map());
      const expected = new Map(Object.entries({ ...first, b: '3'.repeat(100_000) }));
      expect(await (await open()).facts()).toEqual(expected);
    });

    test('are those that were set, and not what the store notes for itself', async () => {
      const store = await open();
      await store.holdLease('one', BASE, TTL);
      await store.saveLearnt(NO_BEHAVIOUR_KNOWN);
      await store.saveStep([], [{ kind: 'gap', at: BASE }]);
      await store.openIntents();
      await store.setFacts(new Map([['a', '1']]));
      expect(await store.facts()).toEqual(new Map([['a', '1']]));
    });

    test('are not changed by what becomes of a map that was read', async () => {
      const store = await open();
      await store.setFacts(new Map([['a', '1']]));
      const read = await store.facts();
      if (read instanceof Map) read.clear();
      expect(await store.facts()).toEqual(new Map([['a', '1']]));
    });
  });

  describe('a store', () => {
    test('that was opened without trouble says where it is, and tells of no damage', async () => {
      const store = await open();
      expect(store.place).not.toBe('');
      expect([store.opened, store.setAside, store.takeDamage()]).toEqual([1, undefined, undefined]);
    });

    test('that is closed says so to each that asks, and may be closed again', async () => {
      const store = await open();
      const { outbox } = store;
      await store.close();
      await store.close();
      const closed = { name: 'StoreError', kind: 'lost' };
      await expect(store.pause()).rejects.toMatchObject(closed);
      await expect(store.saveStep([], [])).rejects.toMatchObject(closed);
      await expect(store.holdLease('one', BASE, TTL)).rejects.toMatchObject(closed);
      await expect(outbox.due(BASE, 1)).rejects.toMatchObject(closed);
      const reading = async (): Promise<void> => {
        for await (const page of store.eventPages({})) expect(page).toEqual([]);
      };
      await expect(reading()).rejects.toMatchObject(closed);
    });

    test('that is closed takes nothing from another that is open on the same place', async () => {
      const [one, two] = [await open(), await open()];
      await one.setFacts(new Map([['a', '1']]));
      await one.close();
      expect(await two.facts()).toEqual(new Map([['a', '1']]));
    });
  });
}
