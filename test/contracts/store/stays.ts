/** Agents' answers to warnings: weighed by what is remembered, on record, and never between two halves of a worker's step. */
import { describe, expect, test } from '@jest/globals';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import type { StayGround } from '../../../src/ports/store.ts';
import { BASE, stateOf } from '../../store/examples.ts';
import type { Open, StorePlace } from './place.ts';

function stay(agentId: string, at: number): RecordEvent {
  return { kind: 'stay', at, agentId, agentName: 'Ada', rule: 'gone', limit: 30 * MINUTE };
}

export function staysContract(open: Open, place: () => StorePlace): void {
  describe('an answer to a warning', () => {
    test('is weighed by what is remembered of the agent and by their last answer, and put on record', async () => {
      const [worker, page] = [await open(), await open()];
      const seen: StayGround[] = [];
      const answer = (agentId: string, at: number): Promise<void> =>
        page.addStay(agentId, (found) => {
          seen.push(found);
          return stay(agentId, at);
        });
      await answer('a', BASE);
      await worker.saveStep([stateOf('a', BASE + MINUTE), stateOf('b', BASE)], []);
      await answer('a', BASE + HOUR);
      await answer('b', BASE + HOUR);
      const [first, second, third] = seen;
      expect(first).toEqual({ state: undefined, newest: undefined });
      expect(second?.state).toEqual(stateOf('a', BASE + MINUTE));
      expect(second?.newest).toEqual({ ...stay('a', BASE), seq: 1 });
      expect([third?.state?.agentId, third?.newest]).toEqual(['b', undefined]);
      const recorded = await (await open()).events({ kinds: ['stay'] });
      expect(recorded.map(({ agentId, seq }) => [agentId, seq])).toEqual([
        ['a', 1],
        ['a', 2],
        ['b', 3],
      ]);
    });

    test('leaves no trace where it is too late', async () => {
      const store = await open();
      await store.addStay('a', () => undefined);
      expect(await store.events({})).toEqual([]);
    });

    test('is taken from any process, whichever holds the lease', async () => {
      const [worker, standby, page] = [await open(), await open(), await open()];
      await worker.holdLease('one', BASE, 3 * MINUTE);
      await standby.holdLease('two', BASE, 3 * MINUTE);
      for (const store of [standby, page]) await store.addStay('a', () => stay('a', BASE));
      expect(await worker.events({ kinds: ['stay'] })).toHaveLength(2);
    });

    test('comes before the intention of a log-off, or is weighed by it: never beside it', async () => {
      const [worker, page] = [await place().open(), await place().open()];
      const intended = (n: number): Parameters<typeof worker.saveStep> => [
        [{ ...stateOf(`a${n}`, BASE), outsideCallAt: BASE }],
        [{ kind: 'intent', at: BASE, agentId: `a${n}`, intentId: `i${n}` }],
      ];
      for (let n = 0; n < 30; n += 1) {
        await worker.saveStep([stateOf(`a${n}`, BASE)], []);
        let sawIntent = false;
        const answered = page.addStay(`a${n}`, ({ state }) => {
          sawIntent = state?.outsideCallAt !== undefined;
          return sawIntent ? undefined : stay(`a${n}`, BASE);
        });
        // What the worker asks once its intention is on record.
        const told = worker
          .saveStep(...intended(n))
          .then(() => worker.events({ agentId: `a${n}`, kinds: ['stay'] }));
        const [, stays] = await Promise.all([answered, told]);
        expect([n, stays.length === 1]).toEqual([n, !sawIntent]);
      }
    });
  });

  test('what is on record after an event is told, be it more or nothing', async () => {
    const store = await open();
    const events = [stay('a', BASE), { kind: 'gap', at: BASE } as const, stay('b', BASE - HOUR)];
    await store.saveStep([], events);
    const after = async (seq: number): Promise<unknown> =>
      (await store.events({ after: seq, kinds: ['stay'] })).map(({ agentId }) => agentId);
    expect([await after(0), await after(1), await after(3)]).toEqual([['a', 'b'], ['b'], []]);
  });
}
