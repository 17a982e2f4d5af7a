/** Several real processes at one file. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { BASE, Place } from './fixtures.ts';

type Child = ChildProcessByStdio<null, Readable, null>;

const place = new Place();
const children: Child[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await place.remove();
});

function start(...words: readonly string[]): Child {
  const script = fileURLToPath(new URL('./other-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function ended(child: Child): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode;
}

function linesOf(child: Child): Interface {
  return createInterface({ input: child.stdout });
}

describe('several processes', () => {
  test.each([1, 40, 333])(
    'after a kill in mid-write everything that was saved is there (%i lines)',
    async (enough) => {
      const path = place.path();
      const child = start('write', path);
      const saved: string[] = [];
      for await (const line of linesOf(child)) {
        saved.push(line);
        if (saved.length === enough) child.kill('SIGKILL');
      }
      await ended(child);
      const store = await place.open(path);
      expect(store.setAside).toBeUndefined();
      const events = await store.events({});
      const told = events.map(({ kind, intentId }) => `${intentId?.slice(1) ?? ''} ${kind}`);
      expect(told.slice(0, saved.length)).toEqual(saved);
      // At most the one write that was under way when the kill came.
      expect(told.length - saved.length).toBeLessThanOrEqual(1);
      const last = Math.max(...events.filter(({ kind }) => kind === 'intent').map(({ at }) => at));
      const memories = [...(await store.loadMemories()).values()];
      expect(memories.map(({ seenAt }) => seenAt)).toEqual(Array.from({ length: 20 }, () => last));
      const closed = new Set(
        events.filter(({ kind }) => kind === 'verified').map(({ intentId }) => intentId),
      );
      const open = events.filter(({ kind, intentId }) => kind === 'intent' && !closed.has(intentId));
      expect(await store.openIntents()).toEqual(open);
    },
  );

  test('the lease of a worker that was killed passes on at once, that of a living one does not', async () => {
    const path = place.path();
    const child = start('lease', path);
    for await (const line of linesOf(child)) {
      expect(line).toBe('true');
      break;
    }
    const store = await place.open(path);
    expect(await store.holdLease('us', BASE + MINUTE, MINUTE)).toBeUndefined();
    child.kill('SIGKILL');
    await ended(child);
    expect(await store.holdLease('us', BASE + MINUTE, MINUTE)).toBeDefined();
  });

  test('a pause from another process is seen by the worker that has the file open', async () => {
    const path = place.path();
    const store = await place.open(path);
    expect(await store.pause()).toBeUndefined();
    expect(await ended(start('pause', path))).toBe(0);
    expect(await store.pause()).toEqual({ since: BASE, until: undefined, reason: 'drill' });
  });

  test('four that make the same store at once and write to it lose nothing', async () => {
    const path = place.path();
    const writers = Array.from({ length: 4 }, () => start('count', path, '50'));
    expect(await Promise.all(writers.map(ended))).toEqual([0, 0, 0, 0]);
    const store = await place.open(path);
    expect(await store.events({})).toHaveLength(200);
  });
});
