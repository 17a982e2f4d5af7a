/** Reading page by page, where the file fails meanwhile. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import type { RecordEvent } from '../../../src/domain/record.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { StoreError } from '../../../src/store/errors.ts';
import { BASE, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

/** More than two pages. */
const EVENTS: readonly RecordEvent[] = Array.from({ length: 1_000 }, (_, n) => ({
  kind: 'gap',
  at: BASE + n * MINUTE,
}));

describe('a record read page by page', () => {
  test('whose file is overwritten says so as the store does', async () => {
    const path = place.path();
    const other = await place.open(path);
    await other.saveStep([], EVENTS);
    await other.close();
    writeFileSync(path, Buffer.alloc(4_096, 1));
    appendFileSync(path, Buffer.alloc(40_960, 1));
    const reading = async (): Promise<void> => {
      for await (const page of (await place.open(path, { readOnly: true })).eventPages({}))
        expect(page).toEqual([]);
    };
    await expect(reading()).rejects.toBeInstanceOf(StoreError);
  });
});
