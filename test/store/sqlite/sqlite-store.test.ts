/** What is particular to the store in one file; what all kinds of stores promise stands in test/contracts. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { BASE, stateOf, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const EVENTS: readonly RecordEvent[] = [
  { kind: 'intent', at: BASE, agentId: 'a', intentId: 'i1' },
  { kind: 'gap', at: BASE + 1 },
];

describe('the record', () => {
  test('is not gone through again for intents before the first that is open', async () => {
    const path = place.path();
    const store = await place.open(path);
    const raw = new DatabaseSync(path);
    const asked = async (...events: readonly RecordEvent[]) => {
      await store.saveStep([], events);
      const open = (await store.openIntents()).map(({ intentId }) => intentId);
      return [open, raw.prepare("SELECT value FROM fact WHERE name = 'settled_seq'").get()?.['value']];
    };
    const intent = (intentId: string): RecordEvent => ({ kind: 'intent', at: BASE, intentId });
    const outcome = (intentId: string): RecordEvent => ({ kind: 'failed', at: BASE, intentId });
    expect(await asked(intent('a'), outcome('a'))).toEqual([[], '2']);
    expect(await asked(intent('b'), intent('c'), outcome('b'))).toEqual([['c'], '3']);
    expect(await asked(intent('d'))).toEqual([['c', 'd'], '3']);
    expect(await asked(outcome('c'), outcome('d'))).toEqual([[], '8']);
    raw.close();
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
});

describe('pruning', () => {
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
