import { describe, expect, test } from '@jest/globals';
import { AT_ONCE, Gate, type Entrant } from '../../../src/genesys/http/gate.ts';
import { RateBudget, type Priority } from '../../../src/genesys/http/rate-budget.ts';
import { WoundClock } from '../fake-platform.ts';

function entrant(priority: Priority, operation: string, signal?: AbortSignal): Entrant {
  return { priority, operation, signal };
}

async function opened(requestsPerMinute: number): Promise<{ gate: Gate; clock: WoundClock }> {
  const clock = new WoundClock(0);
  const gate = new Gate(new RateBudget(requestsPerMinute), clock);
  gate.leave(await gate.enter(entrant('action', 'first')), { rate: undefined });
  return { gate, clock };
}

describe('the gate', () => {
  test('lets an action pass before reads that came earlier', async () => {
    const { gate } = await opened(2);
    gate.leave(await gate.enter(entrant('action', 'second')), { rate: undefined });
    const order: string[] = [];
    const pass = async (priority: 'action' | 'read', name: string): Promise<void> => {
      const ticket = await gate.enter(entrant(priority, name));
      order.push(name);
      gate.leave(ticket, { rate: undefined });
    };
    await Promise.all([pass('read', 'read 1'), pass('read', 'read 2'), pass('action', 'action')]);
    expect(order).toEqual(['action', 'read 1', 'read 2']);
  });

  test('waits through the clock it was given', async () => {
    const { gate, clock } = await opened(1);
    await gate.enter(entrant('action', 'next'));
    expect(clock.now()).toBe(60_000);
    expect(clock.slept).toEqual([60_000]);
  });

  test('forgets who was told to stop, and lets the next one pass', async () => {
    const { gate } = await opened(1);
    const stop = new AbortController();
    const stopped = gate.enter(entrant('action', 'stopped', stop.signal));
    const next = gate.enter(entrant('action', 'next'));
    stop.abort(new Error('stop'));
    await expect(stopped).rejects.toThrow('stop');
    await next;
  });

  test('gives a place back that was not used', async () => {
    const { gate, clock } = await opened(2);
    gate.release(await gate.enter(entrant('action', 'unused')));
    await gate.enter(entrant('action', 'next'));
    expect(clock.now()).toBe(0);
  });

  test('lets no more in at a time than there are connections', async () => {
    const { gate } = await opened(600);
    const tickets = await Promise.all(
      Array.from({ length: AT_ONCE }, () => gate.enter(entrant('action', 'inside'))),
    );
    let isIn = false;
    const next = gate.enter(entrant('action', 'outside')).then(() => {
      isIn = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isIn).toBe(false);
    gate.leave(tickets[0]!, { rate: undefined });
    await next;
  });

  test('turns away as late a caller that found no place in time, and not before', async () => {
    const { gate, clock } = await opened(1);
    await expect(gate.enter(entrant('action', 'in a hurry'), 10_000)).rejects.toMatchObject({ kind: 'late' });
    expect(clock.now()).toBe(10_001);
    await gate.enter(entrant('action', 'patient'), 60_000);
    expect(clock.now()).toBe(60_000);
  });

  test('lets no caller in before the end of a stop, whichever caller met it', async () => {
    const { gate, clock } = await opened(600);
    const met = await gate.enter(entrant('read', 'met'));
    gate.leave(met, { rate: undefined, stopFor: 20_000 });
    await gate.enter(entrant('action', 'other'));
    expect(clock.now()).toBe(20_000);
  });

  test('leaves no timer running when no caller waits any more', async () => {
    const { gate, clock } = await opened(1);
    let ended = 0;
    clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          ended += 1;
          reject(new Error('aborted'));
        });
      });
    const stop = new AbortController();
    const waiting = gate.enter(entrant('action', 'stopped', stop.signal));
    stop.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    expect(ended).toBe(1);
  });

  test('lets no caller in after it was closed, and sends away those who wait', async () => {
    const { gate } = await opened(1);
    const waiting = gate.enter(entrant('read', 'waiting'));
    gate.close();
    await expect(waiting).rejects.toMatchObject({ kind: 'transient' });
    await expect(gate.enter(entrant('action', 'after'))).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('evidence at the gate', () => {
  test('is let in at once', async () => {
    const { gate, clock } = await opened(20);
    await gate.enter(entrant('evidence', 'asked'));
    expect(clock.slept).toEqual([]);
  });

  test('is turned away at once where a tenth of the limit is used, and never waits', async () => {
    const { gate, clock } = await opened(20);
    for (let i = 0; i < 2; i += 1)
      gate.leave(await gate.enter(entrant('evidence', 'asked')), { rate: undefined });
    await expect(gate.enter(entrant('evidence', 'third'))).rejects.toMatchObject({ kind: 'late' });
    expect(gate.roomForEvidence()).toBe(0);
    expect(clock.slept).toEqual([]);
    clock.time += 60_000;
    expect(gate.roomForEvidence()).toBe(2);
  });

  test('takes no place for which a read waits', async () => {
    const { gate } = await opened(200);
    const inside = await Promise.all(
      Array.from({ length: AT_ONCE }, () => gate.enter(entrant('read', 'page'))),
    );
    const waiting = gate.enter(entrant('read', 'next page'));
    expect(gate.roomForEvidence()).toBe(0);
    await expect(gate.enter(entrant('evidence', 'asked'))).rejects.toMatchObject({ kind: 'late' });
    for (const ticket of inside) gate.leave(ticket, { rate: undefined });
    await waiting;
    expect(gate.roomForEvidence()).toBe(20);
  });

  test('is turned away where every connection is taken', async () => {
    const { gate } = await opened(600);
    await Promise.all(Array.from({ length: AT_ONCE }, () => gate.enter(entrant('read', 'page'))));
    expect(gate.roomForEvidence()).toBe(0);
  });

  test('is turned away once the gate is closed', async () => {
    const { gate } = await opened(20);
    gate.close();
    expect(gate.roomForEvidence()).toBe(0);
    await expect(gate.enter(entrant('evidence', 'asked'))).rejects.toMatchObject({ kind: 'transient' });
  });
});
