import { beforeEach, expect, test } from '@jest/globals';
import { LeaseLost } from '../../src/controller/limits.ts';
import { writtenUnder } from '../../src/controller/written-under.ts';
import type { Store } from '../../src/ports/store.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { WRITES } from '../contracts/store/lease.ts';
import { BASE } from './parts.ts';

let isOver: boolean;
let store: Store;

beforeEach(() => {
  isOver = false;
  store = writtenUnder(new MemoryStore({ now: () => BASE }), () => isOver);
});

/** The beginning of a sweep is the worker's own to write. */
const OTHERS = Object.entries(WRITES).filter(([what]) => what !== 'the beginning of a sweep');

test.each(OTHERS)('%s is written under the holding, and not after it', async (_, write) => {
  await write(store);
  isOver = true;
  await expect(write(store)).rejects.toThrow(LeaseLost);
});

test('after the holding everything can be read, and the pause and the outbox are open as to all', async () => {
  isOver = true;
  await store.setPause({ since: BASE, until: undefined, reason: 'training' });
  expect(await store.pause()).toMatchObject({ reason: 'training' });
  expect((await store.loadMemories()).size).toBe(0);
  expect(await store.outbox.due(BASE, 1)).toEqual([]);
  expect(store.place).toBe('memory');
});
