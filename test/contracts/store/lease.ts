/** Which worker may act, and who may write. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import type { LeaseGrant } from '../../../src/domain/record.ts';
import { MINUTE, SECOND, type Duration } from '../../../src/domain/time/time.ts';
import type { Store } from '../../../src/ports/store.ts';
import { OWNER } from '../../../src/store/owner.ts';
import { BASE, STANDING, stateOf } from '../../store/examples.ts';
import type { StorePlace } from './place.ts';

const TTL = 30 * SECOND;
const QUIET = 15 * SECOND;

type Asking = (store: Store, holder: string, quiet?: Duration) => Promise<LeaseGrant | undefined>;

function askingAt(place: () => StorePlace): Asking {
  return (store, holder, quiet = QUIET) => store.holdLease(holder, place().now(), TTL, quiet);
}

export function leaseContract(place: () => StorePlace): void {
  const ask = askingAt(place);
  const two = async (): Promise<readonly [Store, Store]> => [await place().open(), await place().open()];

  describe('the lease', () => {
    test('is held by one at a time, renewed by its holder, and free at the moment in which it ends', async () => {
      const [one, other] = await two();
      expect(await one.lease()).toBeUndefined();
      expect(await ask(one, 'one')).toEqual({ epoch: 1, actsAfter: 0 });
      const trace = (await other.lease())!;
      expect(trace).toMatchObject({ holder: 'one', epoch: 1 });
      expect(await ask(other, 'two')).toBeUndefined();
      await place().pass(TTL / 2);
      expect(await ask(one, 'one')).toEqual({ epoch: 1, actsAfter: 0 });
      await place().pass(TTL - 2 * SECOND);
      expect(await ask(other, 'two')).toBeUndefined();
      await place().pass(2 * SECOND);
      expect(await ask(other, 'two')).toMatchObject({ epoch: 2 });
      expect(await ask(one, 'one')).toBeUndefined();
    });

    test('ends when it was said to end, by the clock of the one who asks', async () => {
      const [one, other] = await two();
      await ask(one, 'one');
      const { until } = (await other.lease())!;
      // The clock of a database stands somewhere else; the rest of the lease is what counts.
      expect(Math.abs(until - (place().now() + TTL))).toBeLessThanOrEqual(place().slack);
    });

    test('goes to one of two that ask for it in the same moment', async () => {
      const [one, other] = await two();
      const held = await Promise.all([ask(one, 'one'), ask(other, 'two')]);
      expect(held.filter((grant) => grant !== undefined)).toEqual([{ epoch: 1, actsAfter: 0 }]);
    });

    test('is given back by its holder, and by no other; who then takes it may act at once', async () => {
      const [one, other] = await two();
      await ask(one, 'one');
      await other.releaseLease('two');
      expect(await ask(other, 'two')).toBeUndefined();
      await one.releaseLease('one');
      await one.releaseLease('one');
      expect(await one.lease()).toBeUndefined();
      expect(await ask(other, 'two')).toEqual({ epoch: 2, actsAfter: 0 });
    });

    test('that is given back while requests may be under way lets its successor act only after these', async () => {
      const [one, other] = await two();
      await ask(one, 'one');
      await other.releaseLease('two', QUIET);
      await one.releaseLease('one', QUIET);
      const taken = (await ask(other, 'two'))!;
      expect(taken.epoch).toBe(2);
      expect(Math.abs(taken.actsAfter - QUIET)).toBeLessThanOrEqual(place().slack);
    });

    test('that ran out lets its successor act only after the requests of its holder are over', async () => {
      const [one, other] = await two();
      await ask(one, 'one', QUIET);
      await place().pass(TTL + MINUTE);
      const slack = place().slack;
      const taken = (await ask(other, 'two', 0))!;
      expect(taken.epoch).toBe(2);
      expect(Math.abs(taken.actsAfter - QUIET)).toBeLessThanOrEqual(slack);
      await place().pass(5 * SECOND);
      // The answer to the first asking may have been lost.
      expect(Math.abs((await ask(other, 'two', 0))!.actsAfter - (QUIET - 5 * SECOND))).toBeLessThanOrEqual(
        slack,
      );
      await other.releaseLease('two');
      const third = (await ask(one, 'three'))!;
      expect(third.epoch).toBe(3);
      expect(third.actsAfter).toBeGreaterThan(QUIET - 6 * SECOND - slack);
      await place().pass(QUIET);
      expect(await ask(one, 'three')).toEqual({ epoch: 3, actsAfter: 0 });
    });

    test('keeps its epoch for a holder that was late, where no other came', async () => {
      const one = await place().open();
      await ask(one, 'one');
      await place().pass(TTL + MINUTE);
      expect(await ask(one, 'one')).toEqual({ epoch: 1, actsAfter: 0 });
    });

    test('has a greater epoch with each taking, by whichever worker, given back or not', async () => {
      const stores = await two();
      const epochs: (number | undefined)[] = [];
      for (let n = 0; n < 6; n += 1) {
        const store = stores[n % 2]!;
        epochs.push((await ask(store, `holder ${n}`))?.epoch);
        if (n % 3 === 0) await place().pass(TTL);
        else await store.releaseLease(`holder ${n}`);
      }
      expect(epochs).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test('outlives the store of a holder that did not give it back', async () => {
      const [one, other] = await two();
      await ask(one, 'one');
      await one.close();
      expect(await ask(other, 'two')).toBeUndefined();
      expect(await ask(other, 'one')).toEqual({ epoch: 1, actsAfter: 0 });
    });
  });
}

/** One organisation of the platform, by whatever name a policy calls its store. */
export function ownerContract(place: () => StorePlace): void {
  const ask = askingAt(place);
  /** `undefined` also where the other one is named. */
  const asks = async (store: Store, holder: string): Promise<LeaseGrant | undefined> =>
    await ask(store, holder).catch((error: unknown) => {
      expect(String(error)).toMatch(/watches the organisation \S+ in the same database already, by the name/);
      return undefined;
    });
  const two = async (): Promise<readonly [Store, Store]> => {
    const stores = [await place().open(), await place().beside()] as const;
    // Tests share a database.
    const owner = new Map([[OWNER, randomUUID()]]);
    for (const store of stores) await store.setFacts(owner);
    return stores;
  };

  describe('an organisation that has two names', () => {
    test('has one worker of two that start at the same moment', async () => {
      const [one, other] = await two();
      const held = await Promise.all([asks(one, 'one'), asks(other, 'two')]);
      expect(held.filter((grant) => grant !== undefined)).toEqual([{ epoch: 1, actsAfter: 0 }]);
      const waiting = held[0] === undefined ? one : other;
      expect(await asks(waiting, 'three')).toBeUndefined();
      await expect(waiting.setFacts(new Map([['a', '1']]))).rejects.toMatchObject({ kind: 'fenced' });
    });

    test('is taken over from a holder that says nothing any more, who then neither renews its lease nor writes', async () => {
      const [one, other] = await two();
      await ask(one, 'one', QUIET);
      expect(await asks(other, 'two')).toBeUndefined();
      await place().pass(TTL);
      const taken = (await asks(other, 'two'))!;
      expect(Math.abs(taken.actsAfter - QUIET)).toBeLessThanOrEqual(place().slack);
      await expect(one.saveStep([], [])).rejects.toMatchObject({ kind: 'fenced' });
      expect(await asks(one, 'one')).toBeUndefined();
      expect(await asks(other, 'two')).toMatchObject({ epoch: taken.epoch });
    });

    test('is given back under one name and taken under the other, once what was cut off is over', async () => {
      const [one, other] = await two();
      await ask(one, 'one');
      await one.releaseLease('one', QUIET);
      const taken = (await asks(other, 'two'))!;
      expect(Math.abs(taken.actsAfter - QUIET)).toBeLessThanOrEqual(place().slack);
      await other.releaseLease('two');
      expect(await asks(one, 'one')).toBeDefined();
    });
  });
}

/** Everything that only a worker writes. */
export const WRITES: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'a sweep': (store) =>
    store.saveSweep({ at: BASE, changed: [stateOf('a', BASE)], notSeen: [], standing: STANDING, events: [] }),
  'a step': (store) => store.saveStep([stateOf('a', BASE)], [{ kind: 'intent', at: BASE, intentId: 'i' }]),
  'the beginning of a sweep': (store) =>
    store.noteSweep({
      ...{ holder: 'one', command: 'run', version: '1', startedAt: BASE, sweptAt: BASE, interval: MINUTE },
    }),
  'what was learnt': (store) => store.saveLearnt(NO_BEHAVIOUR_KNOWN),
  facts: (store) => store.setFacts(new Map([['a', '1']])),
  names: (store) => store.saveAgents([{ id: 'a', name: 'A', email: 'a@b.c', profile: undefined }]),
  'the taking of a request': (store) => store.takeResume(),
  forgetting: (store) => store.prune(BASE + 1),
};

export function fenceContract(place: () => StorePlace): void {
  const ask = askingAt(place);

  describe('a worker that has lost its lease', () => {
    test.each(Object.entries(WRITES))('does not write %s', async (_, write) => {
      const [old, next] = [await place().open(), await place().open()];
      await next.requestResume();
      await ask(old, 'one');
      await place().pass(TTL);
      expect(await ask(next, 'two')).toBeDefined();
      // Frozen meanwhile, it does not know yet.
      await expect(write(old)).rejects.toMatchObject({ name: 'StoreError', kind: 'fenced' });
      await expect(write(old)).rejects.toThrow(/^The lease of the store .* was lost \(epoch 1, now 2\)/);
      const left = await place().open();
      expect([...(await left.loadMemories()).keys()]).toEqual([]);
      expect(await left.events({})).toEqual([]);
      expect([await left.worker(), await left.learnt(), await left.loadStanding()]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([(await left.facts()).size, (await left.agents()).length]).toEqual([0, 0]);
      await write(next);
    });

    test('writes again once it holds the lease, as another holding', async () => {
      const [one, other] = [await place().open(), await place().open()];
      await ask(one, 'one');
      await place().pass(TTL);
      await ask(other, 'two');
      await expect(one.setFacts(new Map([['a', '1']]))).rejects.toMatchObject({ kind: 'fenced' });
      expect(await ask(one, 'one')).toBeUndefined();
      await expect(one.setFacts(new Map([['a', '1']]))).rejects.toMatchObject({ kind: 'fenced' });
      await other.releaseLease('two');
      expect(await ask(one, 'one')).toMatchObject({ epoch: 3 });
      await one.setFacts(new Map([['a', '1']]));
      await expect(other.setFacts(new Map([['a', '2']]))).rejects.toMatchObject({ kind: 'fenced' });
    });

    test('can still be paused, and its messages are not lost', async () => {
      const [one, other] = [await place().open(), await place().open()];
      await ask(one, 'one');
      await place().pass(TTL);
      await ask(other, 'two');
      await one.setPause({ since: BASE, until: undefined, reason: 'drill' }, { kind: 'pause', at: BASE });
      await one.requestResume();
      await one.outbox.add(
        [{ id: 'm', channel: 'ops', key: 'k', at: BASE, nextAt: BASE, body: MESSAGE }],
        10,
      );
      expect(await other.pause()).toMatchObject({ reason: 'drill' });
      expect(await other.takeResume()).toBe(true);
      expect(await other.outbox.due(BASE, 10)).toHaveLength(1);
    });
  });

  test('a visitor, who never asks for the lease, writes what a visitor writes beside its holder', async () => {
    const [worker, visitor] = [await place().open(), await place().open()];
    await ask(worker, 'one');
    await visitor.setPause({ since: BASE, until: undefined, reason: undefined });
    await visitor.requestResume();
    expect(await worker.pause()).toBeDefined();
    expect(await worker.takeResume()).toBe(true);
  });
}

const MESSAGE = JSON.stringify({ id: 'm', at: BASE, kind: 'held', message: 'x', count: 1, items: [] });
