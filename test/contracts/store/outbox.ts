/** Messages that wait to be delivered. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import type { Outbox, Waiting } from '../../../src/ports/outbox.ts';
import { BASE } from '../../store/examples.ts';
import type { Open } from './place.ts';

const BODY = {
  id: 'm',
  at: BASE,
  kind: 'held',
  message: 'an agent is held',
  count: 1,
  items: [{ agent: "O'Neill 山" }],
};

/** A message with its own id and key, to be tried at once, through the channel `ops`. */
function waiting(id: string, more: Partial<Waiting> = {}): Waiting {
  return {
    id,
    channel: 'ops',
    key: id,
    at: BASE,
    nextAt: BASE,
    body: JSON.stringify({ ...BODY, id }),
    ...more,
  };
}

const ids = async (outbox: Outbox, now = BASE, limit = 99): Promise<readonly string[]> =>
  (await outbox.due(now, limit)).map(({ id }) => id);

export function outboxContract(open: Open): void {
  describe('a message', () => {
    test('waits with all that belongs to it, also in a store that was closed and opened again', async () => {
      const store = await open();
      expect(await ids(store.outbox)).toEqual([]);
      expect(await store.outbox.add([waiting('m-1')], 9)).toBe(0);
      await store.close();
      const [message] = await (await open()).outbox.due(BASE, 9);
      expect(message).toMatchObject({ ...waiting('m-1'), body: expect.anything(), tries: 0 });
      expect(JSON.parse(message?.body ?? '')).toEqual({ ...BODY, id: 'm-1' });
    });

    test('is not due before its time, and the oldest comes first', async () => {
      const { outbox } = await open();
      await outbox.add([waiting('late', { nextAt: BASE + MINUTE }), waiting('b'), waiting('a')], 9);
      await outbox.add([waiting('c', { at: BASE - MINUTE })], 9);
      expect(await ids(outbox)).toEqual(['b', 'a', 'c']);
      expect(await ids(outbox, BASE, 2)).toEqual(['b', 'a']);
      expect(await ids(outbox, BASE + MINUTE - 1)).toEqual(['b', 'a', 'c']);
      expect(await ids(outbox, BASE + MINUTE)).toEqual(['late', 'b', 'a', 'c']);
    });

    test('that was put off by a clock that ran ahead is due once that is set right, and any other when its time comes', async () => {
      const { outbox } = await open();
      await outbox.add([waiting('a', { nextAt: BASE + HOUR + 1 }), waiting('b', { nextAt: BASE + HOUR })], 9);
      expect(await ids(outbox)).toEqual(['a']);
    });

    test('is not added where the same news waits for the channel, or a message of that id', async () => {
      const { outbox } = await open();
      await outbox.add([waiting('a', { key: 'news' })], 9);
      await outbox.failed(['a'], BASE);
      await outbox.add([waiting('b', { key: 'news' }), waiting('a', { key: 'other' })], 9);
      await outbox.add([waiting('c', { key: 'news', channel: 'mail' }), waiting('d', { key: 'd' })], 9);
      expect(await ids(outbox)).toEqual(['a', 'c', 'd']);
      const [first] = await outbox.due(BASE, 1);
      expect(first).toMatchObject({ id: 'a', key: 'news', tries: 1 });
      await outbox.done(['a']);
      await outbox.add([waiting('b', { key: 'news' })], 9);
      expect(await ids(outbox)).toEqual(['c', 'd', 'b']);
    });

    test('goes when it is the oldest of too many, and how many went is told', async () => {
      const { outbox } = await open();
      expect(await outbox.add([waiting('a'), waiting('b')], 2)).toBe(0);
      expect(await outbox.add([waiting('c'), waiting('d')], 3)).toBe(1);
      expect(await outbox.add([], 1)).toBe(2);
      expect(await ids(outbox)).toEqual(['d']);
    });

    test('goes when it is delivered, and the others stay', async () => {
      const store = await open();
      await store.outbox.add(
        ['a', 'b', 'c'].map((id) => waiting(id)),
        9,
      );
      await store.outbox.done(['c', 'a', 'unknown']);
      await store.outbox.done([]);
      expect(await ids((await open()).outbox)).toEqual(['b']);
    });

    test('that was tried in vain waits until it may be tried again, and counts its tries', async () => {
      const store = await open();
      await store.outbox.add(
        ['a', 'b'].map((id) => waiting(id)),
        9,
      );
      await store.outbox.failed(['a', 'unknown'], BASE + MINUTE);
      expect(await ids(store.outbox)).toEqual(['b']);
      await store.outbox.failed(['a'], BASE + 2 * MINUTE);
      expect(await ids(store.outbox, BASE + MINUTE)).toEqual(['b']);
      const due = await (await open()).outbox.due(BASE + 2 * MINUTE, 9);
      expect(due.map(({ id, tries, nextAt }) => [id, tries, nextAt])).toEqual([
        ['a', 2, BASE + 2 * MINUTE],
        ['b', 0, BASE],
      ]);
    });
  });
}
