/** What people are told of, when, and what becomes of it when nobody can be reached. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { DeliveryError } from '../../src/notify/errors.ts';
import { createNotifier, type Notifier } from '../../src/notify/notifier.ts';
import { MemoryOutbox } from '../../src/store/memory/outbox.ts';
import type { Channel } from '../../src/notify/message.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import { openStore, type SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { BASE, BREAKER, channel, FakeSender, held, FakeLog, StillClock } from './parts.ts';

let clock = new StillClock();
let sender = new FakeSender();
let log = new FakeLog();
const folders: string[] = [];
const stores: SqliteStore[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close().catch(() => undefined);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  [clock, sender, log] = [new StillClock(), new FakeSender(), new FakeLog()];
});

function notifier(outbox: Outbox = new MemoryOutbox(), channels: readonly Channel[] = [channel()]): Notifier {
  return createNotifier({ channels, outbox, spare: new MemoryOutbox(), sender, clock, log });
}

async function stored(path?: string): Promise<{ path: string; store: SqliteStore }> {
  const folder = path === undefined ? mkdtempSync(join(tmpdir(), 'idle-enforcer-notify-')) : undefined;
  if (folder !== undefined) folders.push(folder);
  const file = path ?? join(folder ?? '', 'store.db');
  const store = await openStore(file, { now: () => clock.now() });
  stores.push(store);
  return { path: file, store };
}

/** The clock goes on, and what is due then is tried. */
async function later(one: Notifier, length: number): Promise<void> {
  clock.at += length;
  await one.flush();
}

describe('what happens to many at once', () => {
  test('is one message, which counts all of them and names some', async () => {
    const one = notifier();
    for (let i = 0; i < 300; i += 1) one.raise(held(`Agent ${i}`));
    one.raise(BREAKER);
    await one.flush();
    expect(sender.told()).toEqual(['held 300', 'breaker 1']);
    expect(sender.sent[0]?.message.items).toHaveLength(10);
  });

  test('and goes on sweep after sweep is told at once, and then every five minutes', async () => {
    const one = notifier();
    for (let sweep = 0; sweep <= 10; sweep += 1) {
      one.raise(held(`Agent ${sweep}`));
      await later(one, MINUTE);
    }
    expect(sender.told()).toEqual(['held 1', 'held 5', 'held 5']);
  });

  test('waits for five minutes also where the clock by which the last one was told is set back', async () => {
    const one = notifier();
    clock.at += 9 * HOUR;
    one.raise(held('Ana'));
    await one.flush();
    clock.at -= 9 * HOUR;
    one.raise(held('Bea'));
    await later(one, 0);
    expect(sender.told()).toEqual(['held 1']);
    await later(one, 5 * MINUTE);
    expect(sender.told()).toEqual(['held 1', 'held 1']);
  });

  test('does not hold back what is about the whole service', async () => {
    const one = notifier();
    one.raise(BREAKER);
    await one.flush();
    one.raise({ ...BREAKER, fields: { newlyDue: 50, allowed: 20 } });
    await later(one, MINUTE);
    expect(sender.told()).toEqual(['breaker 1', 'breaker 1']);
  });

  test('goes only to channels that list it and are switched on', async () => {
    const channels = [
      channel({ name: 'other', on: new Set(['blind']) }),
      channel({ name: 'off', enabled: false }),
      channel(),
    ];
    const one = notifier(new MemoryOutbox(), channels);
    one.raise(held('Ana'));
    await one.flush();
    expect(sender.sent.map(({ channel: name }) => name)).toEqual(['ops']);
  });

  test('holds nothing but plain facts', async () => {
    const one = notifier();
    one.raise(held('Ana', { err: new Error('secret'), nested: { token: 'secret' }, list: ['a', 1] }));
    await one.flush();
    expect(sender.sent[0]?.message.items).toEqual([{ agent: 'Ana', rule: 'gone', list: ['a', 1] }]);
  });
});

describe('a receiver that cannot be reached', () => {
  test('is tried again after 1, 2, 4 … 60 minutes', async () => {
    const one = notifier();
    sender.fail('ops');
    one.raise(BREAKER);
    await one.flush();
    const tries: number[] = [];
    for (let minute = 1; minute <= 250; minute += 1) {
      const before = sender.tried;
      await later(one, MINUTE);
      if (sender.tried > before) tries.push(minute);
    }
    expect(tries).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  test('is left alone for as long as it asks, but not for longer than an hour', async () => {
    const one = notifier();
    sender.fail('ops', 'HTTP 429', { retryAfter: 10 * MINUTE });
    one.raise(BREAKER);
    await one.flush();
    await later(one, 10 * MINUTE - SECOND);
    expect(sender.tried).toBe(1);
    sender.fail('ops', 'HTTP 429', { retryAfter: DAY });
    await later(one, SECOND);
    expect(sender.tried).toBe(2);
    await later(one, HOUR);
    expect(sender.tried).toBe(3);
  });

  test('gets one message for each kind once it is back, not one for each sweep', async () => {
    const one = notifier();
    sender.fail('ops');
    for (let sweep = 0; sweep < 180; sweep += 1) {
      one.raise(held(`Agent ${sweep}`));
      if (sweep === 90) one.raise(BREAKER);
      await later(one, MINUTE);
    }
    sender.mend();
    await later(one, HOUR);
    expect([...sender.told()].sort()).toEqual(['breaker 1', 'held 180']);
  });

  test('is given up after a day, loudly', async () => {
    const one = notifier();
    sender.fail('ops');
    one.raise(BREAKER);
    await one.flush();
    for (let hour = 1; hour <= 26; hour += 1) await later(one, HOUR);
    sender.mend();
    await later(one, HOUR);
    expect(sender.told()).toEqual([]);
    expect(log.lines.filter(([level]) => level === 'error')).toEqual([
      ['error', { channel: 'ops', lost: 1, fault: 'HTTP 503' }, expect.stringContaining('given up')],
    ]);
  });

  test('lets an end be an end, also where the outbox itself does not answer', async () => {
    const outbox = new MemoryOutbox();
    outbox.due = () => new Promise(() => undefined);
    const one = notifier(outbox);
    one.raise(BREAKER);
    await one.close(0);
    expect(sender.told()).toEqual([]);
  });

  test('does not keep the others from being told', async () => {
    const one = notifier(new MemoryOutbox(), [channel({ name: 'slow' }), channel()]);
    sender.hang('slow');
    one.raise(BREAKER);
    void one.flush();
    // Comes back while the other one still hangs.
    while (sender.told().length === 0) await new Promise(setImmediate);
    await one.close(0);
    expect(sender.told('slow')).toEqual([]);
  });

  test.each(['HTTP 500', 'timeout', 'ECONNRESET'])(
    'because of one message (%s) is told all others, at once and later on',
    async (code) => {
      const one = notifier();
      sender.refuse = ({ kind }) => (kind === 'held' ? new DeliveryError(code) : undefined);
      one.raise(held('Ana'));
      one.raise(BREAKER);
      await one.flush();
      expect(sender.told()).toEqual(['breaker 1']);
      for (let minute = 0; minute < 60; minute += 1) {
        if (minute === 30) one.raise({ ...BREAKER, fields: { newlyDue: 50, allowed: 20 } });
        await later(one, MINUTE);
      }
      expect(sender.told()).toEqual(['breaker 1', 'breaker 1']);
      // The one is tried again as often as any: after 1, 3, 7, 15 and 31 minutes.
      expect(sender.tried).toBe(2 + 6);
    },
  );

  test('because of two messages is told all others the next time', async () => {
    const one = notifier();
    sender.refuse = ({ kind }) => (kind === 'breaker' ? undefined : new DeliveryError('HTTP 500'));
    one.raise(held('Ana'));
    one.raise({ ...held('Ben'), kind: 'forbidden' });
    one.raise(BREAKER);
    await one.flush();
    expect(sender.told()).toEqual([]);
    await later(one, MINUTE);
    expect(sender.told()).toEqual(['breaker 1']);
  });

  test('does not stand in the way of other messages when it only would not have one of them', async () => {
    const one = notifier();
    sender.fail('ops', 'HTTP 400', { unwanted: true });
    one.raise(held('Ana'));
    one.raise(BREAKER);
    await one.flush();
    expect(sender.tried).toBe(2);
    sender.fail('ops', 'HTTP 500');
    await later(one, MINUTE);
    // The receiver itself is not well now: that shows with the second message.
    expect(sender.tried).toBe(4);
  });
});

describe('the outbox', () => {
  test('outlives the process: what could not be delivered goes out after the next start', async () => {
    const { path, store } = await stored();
    const first = notifier(store.outbox);
    sender.fail('ops');
    first.raise(held('Ana'));
    await first.flush();
    await store.close();
    sender.mend();
    const again = notifier((await stored(path)).store.outbox);
    await later(again, MINUTE);
    expect(sender.told()).toEqual(['held 1']);
    await later(again, HOUR);
    expect(sender.told()).toEqual(['held 1']);
  });

  test('outlives being stopped in the middle of a delivery', async () => {
    const { path, store } = await stored();
    const first = notifier(store.outbox);
    sender.hang('ops');
    first.raise(BREAKER);
    await first.close(0);
    await store.close();
    sender.mend();
    await notifier((await stored(path)).store.outbox).flush();
    expect(sender.told()).toEqual(['breaker 1']);
  });

  test('holds neither an address nor a key', async () => {
    const { store } = await stored();
    const url = 'https://hooks.example.com/s3cr3t';
    sender.fail('ops');
    const one = notifier(store.outbox, [channel({ url, secret: 'k3y' })]);
    one.raise(BREAKER);
    await one.flush();
    expect(JSON.stringify(await store.outbox.due(BASE + DAY, 9))).not.toMatch(/s3cr3t|k3y|example/);
  });

  test('takes the same news once while it waits', async () => {
    const { store } = await stored();
    const one = notifier(store.outbox);
    sender.fail('ops');
    for (let sweep = 0; sweep < 3; sweep += 1) {
      one.raise(held('Ana', { sweepId: `s${sweep}` }));
      await one.flush();
    }
    expect(await store.outbox.due(BASE + DAY, 9)).toHaveLength(1);
  });

  test('forgets the oldest when too many wait', async () => {
    const { store } = await stored();
    const waiting = (n: number) => ({
      id: `${n}`,
      channel: 'c',
      key: `${n}`,
      at: BASE,
      nextAt: BASE,
      body: JSON.stringify({ id: `${n}`, at: BASE, kind: 'held', message: 'm', count: 1, items: [] }),
    });
    expect(await store.outbox.add([1, 2, 3, 4].map(waiting), 3)).toBe(1);
    expect((await store.outbox.due(BASE, 9)).map(({ id }) => id)).toEqual(['2', '3', '4']);
  });

  test('throws away what is for a channel that is no longer there', async () => {
    const { store } = await stored();
    const one = notifier(store.outbox);
    sender.fail('ops');
    one.raise(BREAKER);
    await one.flush();
    one.use([channel({ name: 'other' })]);
    await later(one, MINUTE);
    expect(await store.outbox.due(BASE + DAY, 9)).toEqual([]);
    expect(log.lines.at(-1)?.[2]).toContain('channel is gone');
  });

  test('that is lost does not keep the news of it from going out, nor sends any twice', async () => {
    const { store } = await stored();
    const one = notifier(store.outbox);
    sender.fail('ops');
    one.raise(BREAKER);
    await one.flush();
    sender.mend();
    // The message is delivered, and then the store fails before it can forget it.
    const outbox: Outbox = {
      add: () => Promise.reject(new Error('disk full')),
      due: (now, limit) => store.outbox.due(now, limit),
      done: () => Promise.reject(new Error('disk full')),
      failed: () => Promise.reject(new Error('disk full')),
    };
    const broken = notifier(outbox);
    broken.raise({ kind: 'blind', message: 'no agent can be watched', fields: {} });
    await later(broken, MINUTE);
    await later(broken, MINUTE);
    expect([...sender.told()].sort()).toEqual(['blind 1', 'breaker 1']);
  });
});

test('a message that was merged has an id of its own, so that a receiver does not take it for one it has had', async () => {
  const one = notifier();
  sender.fail('ops');
  one.raise(held('Ana'));
  await one.flush();
  one.raise(held('Ben'));
  await one.flush();
  sender.mend();
  await later(one, HOUR);
  const { message: merged } = sender.sent[0]!;
  expect(merged).toMatchObject({ count: 2, items: [{ agent: 'Ana' }, { agent: 'Ben' }] });
  expect(merged.id).toMatch(/^[0-9a-f]{32}$/);
});
