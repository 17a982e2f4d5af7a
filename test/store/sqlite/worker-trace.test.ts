/** What the process that sweeps tells of itself, and what can be said of it from elsewhere. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { SweepBegun } from '../../../src/domain/record.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import type { Self } from '../../../src/store/self.ts';
import { BASE, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const WORKER: Self = { pid: 10, host: 'host-a', boot: 'boot-1', isAlive: () => true };
const VISITOR: Self = { ...WORKER, pid: 11 };
const BEGUN: SweepBegun = {
  holder: 'one',
  command: 'run',
  version: '1.2.3',
  startedAt: BASE - MINUTE,
  sweptAt: BASE,
  interval: MINUTE,
};

/** A store in which a worker began a sweep. */
async function swept(begun: Partial<SweepBegun> = {}): Promise<string> {
  const path = place.path();
  const worker = await place.open(path, { self: WORKER });
  await worker.noteSweep({ ...BEGUN, ...begun });
  await worker.close();
  return path;
}

async function seen(path: string, self: Self): Promise<string | undefined> {
  const visitor = await place.open(path, { existing: true, self });
  return (await visitor.worker())?.state;
}

describe('the worker', () => {
  const dead = { ...VISITOR, isAlive: (pid: number) => pid !== WORKER.pid };
  test.each<[string, Partial<SweepBegun>, Self, string]>([
    ['runs while its process does', {}, VISITOR, 'running'],
    ['is gone when its process has ended on this machine', {}, dead, 'gone'],
    ['is not gone when it was a single sweep', { command: 'once' }, dead, 'running'],
    ['cannot be told from another machine', {}, { ...dead, host: 'host-b' }, 'running'],
    ['cannot be told from another container', {}, { ...dead, boot: 'boot-2' }, 'running'],
  ])('%s', async (_, begun, self, state) => {
    expect(await seen(await swept(begun), self)).toBe(state);
  });

  test('writes elsewhere when the file is a copy of its own', async () => {
    const path = await swept();
    const copy = join(place.directory, 'copy.db');
    copyFileSync(path, copy);
    expect(await seen(copy, VISITOR)).toBe('elsewhere');
    expect(await seen(path, VISITOR)).toBe('running');
    // From another machine the numbers of files are not comparable.
    expect(await seen(copy, { ...VISITOR, host: 'host-b' })).toBe('running');
  });
});
