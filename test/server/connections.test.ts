import { describe, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { cached } from '../../src/server/cached.ts';
import { Connections, type ConnectionBounds } from '../../src/server/connections.ts';

const T = Date.parse('2026-03-02T14:00:00Z');
const BOUNDS: ConnectionBounds = {
  connections: 3,
  inFlight: 3,
  requests: 5,
  wait: 10 * SECOND,
  answer: 8 * SECOND,
};

class FakeSocket {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
  }
}

describe('connections', () => {
  let now = T;
  const open = (): { connections: Connections; sockets: FakeSocket[] } => {
    now = T;
    const connections = new Connections(BOUNDS, () => now);
    const sockets = [1, 2, 3].map(() => new FakeSocket());
    for (const socket of sockets) {
      connections.opened(socket);
      now += SECOND;
    }
    return { connections, sockets };
  };
  const cut = (sockets: readonly FakeSocket[]): number[] =>
    sockets.flatMap(({ destroyed }, i) => (destroyed ? [i] : []));

  test('an answer that lasts has no deadline, until it is over', () => {
    const { connections, sockets } = open();
    for (const socket of sockets) connections.requested(socket);
    connections.lasts(sockets[1]!);
    now += MINUTE;
    connections.check();
    expect(cut(sockets)).toEqual([0, 2]);
    connections.answered(sockets[1]!);
    now += MINUTE;
    connections.check();
    expect(cut(sockets)).toEqual([0, 1, 2]);
  });

  test('a newcomer takes the place of the one that has asked for nothing for the longest time', () => {
    const { connections, sockets } = open();
    connections.requested(sockets[0]!);
    connections.opened(new FakeSocket());
    expect([cut(sockets), connections.size]).toEqual([[1], 3]);
  });

  test('a newcomer takes the place of the slowest reader where all are being answered', () => {
    const { connections, sockets } = open();
    for (const socket of [sockets[2]!, sockets[1]!, sockets[0]!]) {
      connections.requested(socket);
      now += SECOND;
    }
    connections.opened(new FakeSocket());
    expect(cut(sockets)).toEqual([2]);
  });

  test('ten thousand newcomers leave as many open as there may be, and the last of them is one', () => {
    const { connections } = open();
    const crowd = Array.from({ length: 10_000 }, () => new FakeSocket());
    for (const socket of crowd) connections.opened(socket);
    expect(connections.size).toBe(3);
    expect(cut(crowd)).toHaveLength(9_997);
    expect(crowd.at(-1)?.destroyed).toBe(false);
  });

  test('a connection that sends no whole request is cut when its time is up, and not before', () => {
    const { connections, sockets } = open();
    now = T + 10 * SECOND;
    connections.check();
    expect(cut(sockets)).toEqual([]);
    now += 1;
    connections.check();
    expect([cut(sockets), connections.size]).toEqual([[0], 2]);
  });

  test('a reader that does not read is cut when its time is up, counted from the request or the last answer', () => {
    const { connections, sockets } = open();
    const [reader] = sockets as [FakeSocket];
    now = T + 9 * SECOND;
    connections.requested(reader);
    connections.requested(reader);
    now = T + 16 * SECOND;
    connections.answered(reader);
    now = T + 24 * SECOND;
    connections.check();
    expect(reader.destroyed).toBe(false);
    now += 1;
    connections.check();
    expect(reader.destroyed).toBe(true);
  });

  test('waiting begins anew after each answer', () => {
    const { connections, sockets } = open();
    now = T + 5 * SECOND;
    expect(connections.requested(sockets[0]!)).toBe('served');
    connections.answered(sockets[0]!);
    now = T + 15 * SECOND;
    connections.check();
    expect(cut(sockets)).toEqual([1, 2]);
  });

  test('more requests at once than may be in flight end the connection', () => {
    const { connections, sockets } = open();
    const [sender] = sockets as [FakeSocket];
    expect([1, 2, 3].map(() => connections.requested(sender))).toEqual(['served', 'served', 'served']);
    expect(sender.destroyed).toBe(false);
    expect([connections.requested(sender), connections.requested(sender)]).toEqual(['cut', 'cut']);
    expect([sender.destroyed, connections.size]).toEqual([true, 2]);
  });

  test('a connection that is kept alive ends after so many requests, and its last one is answered', () => {
    const { connections, sockets } = open();
    const admitted = [1, 2, 3, 4, 5, 6].map(() => {
      const admission = connections.requested(sockets[0]!);
      connections.answered(sockets[0]!);
      return admission;
    });
    expect(admitted).toEqual(['served', 'served', 'served', 'served', 'last', 'cut']);
    expect(sockets[0]!.destroyed).toBe(false);
  });

  test('one that is gone frees its place, and is not asked after', () => {
    const { connections, sockets } = open();
    connections.closed(sockets[1]!);
    connections.opened(new FakeSocket());
    expect([cut(sockets), connections.size]).toEqual([[], 3]);
    connections.answered(sockets[1]!);
    expect([connections.requested(sockets[1]!), connections.isAnswering(sockets[1]!)]).toEqual([
      'cut',
      false,
    ]);
  });
});

describe('an answer that costs something', () => {
  const counting = (): { ask: () => Promise<number>; clock: { now: number } } => {
    const clock = { now: T };
    let made = 0;
    return {
      ask: cached(
        () => Promise.resolve((made += 1)),
        () => clock.now,
      ),
      clock,
    };
  };

  test('is made once a second, however many ask', async () => {
    const { ask, clock } = counting();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    clock.now = T + SECOND - 1;
    expect(await ask()).toBe(1);
    clock.now = T + SECOND;
    expect(await ask()).toBe(2);
  });

  test('is made anew where the clock was set back', async () => {
    const { ask, clock } = counting();
    await ask();
    clock.now = T - MINUTE;
    expect(await ask()).toBe(2);
  });

  test('is made anew after a failure, which only those are told who waited for it', async () => {
    let fails = true;
    const ask = cached(
      () => (fails ? Promise.reject(new Error('the store is gone')) : Promise.resolve('well')),
      () => T,
    );
    const waiting = [ask(), ask()];
    fails = false;
    for (const each of waiting) await expect(each).rejects.toThrow('the store is gone');
    expect(await ask()).toBe('well');
  });
});
