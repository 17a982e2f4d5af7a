/** A worker on a store that was restored from a backup. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { backup } from '../../src/commands/backup/command.ts';
import { outputTo } from '../../src/commands/shared/output.ts';
import { HOUR } from '../../src/domain/time/time.ts';
import { logoffs } from './record.ts';
import { playShift, Shift } from './shift.ts';

const GONE = { agents: 3, cast: ['went-home'], shiftMs: 2 * HOUR, seed: 5 } as const;
/** After the first agents went idle, before the first log-off. */
const COPIED_AT = 45;

test('a backup that is taken beside a worker, and restored, goes on without losing a clock', async () => {
  const output = outputTo(() => undefined);
  const first = await Shift.begin(GONE);
  try {
    await first.until(COPIED_AT);
    const copy = join(first.folder, 'copy.db');
    expect(await backup(copy, { store: first.dbPath }, output)).toBe(0);
    const before = await first.store.loadMemories();
    expect(before.size).toBe(3);
    const second = await Shift.begin({ ...GONE, from: { store: copy, minute: COPIED_AT } });
    try {
      expect(await second.store.loadMemories()).toEqual(before);
      await second.until(150);
      const plain = await playShift({ ...GONE, hours: 2.5, inMemory: true });
      expect(logoffs(plain.events)).toHaveLength(3);
      expect(logoffs(await second.events())).toEqual(logoffs(plain.events));
    } finally {
      await second.end();
    }
  } finally {
    await first.end();
  }
});
