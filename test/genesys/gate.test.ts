import { describe, expect, test } from '@jest/globals';
import { Gate } from '../../src/genesys/gate.ts';
import { RateBudget } from '../../src/genesys/rate-budget.ts';
import { WoundClock } from './fake-platform.ts';

async function opened(requestsPerMinute: number): Promise<{ gate: Gate; clock: WoundClock }> {
  const clock = new WoundClock(0);
  const gate = new Gate(new RateBudget(requestsPerMinute), clock);
  gate.leave(await gate.enter('action', 'first', undefined), { rate: undefined });
  return { gate, clock };
}

describe('the gate', () => {
  test('lets an action pass before reads that came earlier', async () => {
    const { gate } = await opened(2);
    gate.leave(await gate.enter('action', 'second', undefined), { rate: undefined });
    const order: string[] = [];
    const pass = async (priority: 'action' | 'read', name: string): Promise<void> => {
      const ticket = await gate.enter(priority, name, undefined);
      order.push(name);
      gate.leave(ticket, { rate: undefined });
    };
    await Promise.all([pass('read', 'read 1'), pass('read', 'read 2'), pass('action', 'action')]);
    expect(order).toEqual(['action', 'read 1', 'read 2']);
  });

  test('waits through the clock it was given', async () => {
    const { gate, clock } = await opened(1);
    await gate.enter('action', 'next', undefined);
    expect(clock.now()).toBe(60_000);
    expect(clock.slept).toEqual([60_000]);
  });

  test('forgets who was told to stop, and lets the next one pass', async () => {
    const { gate } = await opened(1);
    const stop = new AbortController();
    const stopped = gate.enter('action', 'stopped', stop.signal);
    const next = gate.enter('action', 'next', undefined);
    stop.abort(new Error('stop'));
    await expect(stopped).rejects.toThrow('stop');
    await next;
  });

  test('gives a place back that was not used', async () => {
    const { gate, clock } = await opened(2);
    gate.giveBack(await gate.enter('action', 'unused', undefined));
    await gate.enter('action', 'next', undefined);
    expect(clock.now()).toBe(0);
  });
});
