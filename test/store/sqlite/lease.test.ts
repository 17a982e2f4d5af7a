import { afterAll, describe, expect, test } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { MINUTE } from '../../../src/domain/time/time.ts';
import type { Self } from '../../../src/store/self.ts';
import { BASE, Place } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const TTL = 3 * MINUTE;
const LIVES: Self = { pid: 10, host: 'host-a', boot: 'boot-1', isAlive: () => true };

describe('the lease', () => {
  const dead = (pid: number): boolean => pid !== LIVES.pid;
  test.each<[string, Self, boolean]>([
    ['a process that has ended on this host', { ...LIVES, pid: 11, isAlive: dead }, true],
    ['a process that still runs on this host', { ...LIVES, pid: 11 }, false],
    ['a container that restarted under the same name and process id', { ...LIVES, boot: 'boot-2' }, true],
    [
      'a container of the same name whose processes cannot be seen',
      { ...LIVES, pid: 11, boot: 'boot-2', isAlive: dead },
      false,
    ],
    ['another host, whatever its process id', { ...LIVES, host: 'host-b', isAlive: dead }, false],
  ])('passes at once only from a holder that is certainly gone: %s', async (_, self, passes) => {
    const path = place.path();
    // The wanted process id is that of the holder, so `dead` means: it alone has ended.
    const isAlive = (pid: number): boolean => !(pid === LIVES.pid && self.isAlive !== LIVES.isAlive);
    const before = await place.open(path, { self: LIVES });
    await before.holdLease('before', BASE, TTL);
    const after = await place.open(path, { self: { ...self, isAlive } });
    const grant = await after.holdLease('after', BASE + 1, TTL);
    // What was certainly gone has nothing under way any more.
    expect(grant).toEqual(passes ? { epoch: 2, actsAfter: 0 } : undefined);
  });

  test('does not go to and fro between two containers that look the same', async () => {
    const path = place.path();
    const one = await place.open(path, { self: LIVES });
    await one.holdLease('one', BASE, TTL);
    const two = await place.open(path, { self: LIVES });
    expect(await two.holdLease('two', BASE + 1, TTL)).toBeDefined();
    expect(await one.holdLease('one', BASE + 2, TTL)).toBeUndefined();
    expect(await two.holdLease('two', BASE + 3, TTL)).toBeDefined();
  });

  test('keeps its row and its epoch, whatever a program of before does that still has the file open', async () => {
    const path = place.path();
    const store = await place.open(path);
    await store.holdLease('one', BASE, TTL);
    const old = new DatabaseSync(path);
    const before = /never reset|grows with each taking/;
    const running = (statement: string) => () => {
      old.exec(statement);
    };
    expect(running("DELETE FROM lease WHERE holder = 'one'")).toThrow(before);
    expect(running("UPDATE lease SET holder = 'old', until = 1")).toThrow(before);
    expect(running('UPDATE lease SET epoch = 0')).toThrow(before);
    old.exec(`UPDATE lease SET until = ${BASE + 1}`);
    old.close();
    expect(await store.holdLease('one', BASE + 1, TTL)).toEqual({ epoch: 1, actsAfter: 0 });
  });

  test('stays with a holder that has renewed it since the other started', async () => {
    const path = place.path();
    const one = await place.open(path, { self: LIVES });
    await one.holdLease('one', BASE, TTL);
    const two = await place.open(path, { self: LIVES });
    await one.holdLease('one', BASE + 1, TTL);
    expect(await two.holdLease('two', BASE + 2, TTL)).toBeUndefined();
  });
});
