import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  RateBudget,
  type Priority,
  type RateHeaders,
  type Ticket,
} from '../../../src/genesys/http/rate-budget.ts';

const MINUTE = 60_000;

/** A platform that counts in fixed windows of 60 s from a moment of its own choosing, and answers 429 beyond. */
class FixedWindows {
  readonly allowed: number;
  readonly phase: number;
  refused = 0;
  served = 0;
  #window = -1;
  #count = 0;

  constructor(allowed: number, phase: number) {
    this.allowed = allowed;
    this.phase = phase;
  }

  request(at: number): RateHeaders {
    const window = Math.floor((at + this.phase) / MINUTE);
    if (window !== this.#window) {
      this.#window = window;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count > this.allowed) this.refused += 1;
    else this.served += 1;
    const reset = Math.ceil(((window + 1) * MINUTE - this.phase - at) / 1_000);
    return { allowed: this.allowed, count: this.#count, reset: reset * 1_000 };
  }
}

interface Flight {
  readonly ticket: Ticket;
  readonly arrives: number;
  readonly back: number;
  headers: RateHeaders | undefined;
}

/** Lets as many clients as there are places ask without end; answers when each request was started. */
function saturate(
  budget: RateBudget,
  platform: FixedWindows,
  minutes: number,
  latency: () => number,
  priority: Priority,
): number[] {
  const started: number[] = [];
  let flights: Flight[] = [];
  const end = minutes * MINUTE;
  for (let now = 0; now < end; now += 50) {
    for (const flight of flights.filter(({ arrives }) => arrives <= now && arrives > now - 50)) {
      flight.headers = platform.request(flight.arrives);
    }
    for (const flight of flights.filter(({ back }) => back <= now)) {
      budget.finish(flight.ticket, now, { rate: flight.headers });
    }
    flights = flights.filter(({ back }) => back > now);
    while (flights.length < 20 && budget.ask(priority, now).go) {
      const there = Math.max(50, latency());
      started.push(now);
      flights.push({
        ticket: budget.start(priority, now),
        arrives: now + there,
        back: now + there + Math.max(50, latency()),
        headers: undefined,
      });
    }
  }
  return started;
}

function mostInAMinute(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (let to = 0; to < times.length; to += 1) {
    while (times[to]! - times[from]! >= MINUTE) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

const scene = fc.record({
  ceiling: fc.integer({ min: 5, max: 600 }),
  allowed: fc.integer({ min: 20, max: 400 }),
  phase: fc.integer({ min: 0, max: MINUTE }),
  latencies: fc.array(fc.integer({ min: 20, max: 600 }), { minLength: 1, maxLength: 50, size: 'max' }),
});

describe('the rate budget', () => {
  test('never starts more than the ceiling in any minute, never provokes a 429, and uses at least 95 % of what is allowed', () => {
    fc.assert(
      fc.property(scene, ({ ceiling, allowed, phase, latencies }) => {
        let turn = 0;
        const latency = (): number => latencies[(turn += 1) % latencies.length]!;
        const platform = new FixedWindows(allowed, phase);
        const started = saturate(new RateBudget(ceiling), platform, 10, latency, 'action');
        expect(mostInAMinute(started)).toBeLessThanOrEqual(ceiling);
        expect(platform.refused).toBe(0);
        expect(platform.served).toBeGreaterThanOrEqual(0.95 * Math.min(ceiling, allowed) * 10 - 1);
      }),
      { numRuns: 40 },
    );
  });

  test('does not start a double burst around the end of a minute', () => {
    const budget = new RateBudget(100);
    const burst = (now: number): number => {
      let count = 0;
      while (budget.ask('action', now).go) {
        budget.finish(budget.start('action', now), now, { rate: undefined });
        count += 1;
      }
      return count;
    };
    expect(burst(0)).toBe(100);
    expect(burst(59_999)).toBe(0);
    expect(burst(60_000)).toBe(100);
    expect(burst(60_001)).toBe(0);
  });

  test('keeps three tenths for actions, however long a sweep asks', () => {
    const budget = new RateBudget(100);
    let reads = 0;
    while (budget.ask('read', 0).go) {
      budget.finish(budget.start('read', 0), 0, { rate: undefined });
      reads += 1;
    }
    let actions = 0;
    while (budget.ask('action', 1).go) {
      budget.finish(budget.start('action', 1), 1, { rate: undefined });
      actions += 1;
    }
    expect([reads, actions]).toEqual([70, 30]);
  });

  test('gives the whole of an allowance that the platform has partly counted against us already', () => {
    const budget = new RateBudget(300);
    budget.finish(budget.start('action', 0), 100, { rate: { allowed: 100, count: 95, reset: 30_000 } });
    expect(budget.remaining(100)).toBe(4);
    expect(budget.remaining(31_100)).toBe(98);
  });

  test('takes requests under way as not counted yet', () => {
    const budget = new RateBudget(300);
    const first = budget.start('action', 0);
    budget.finish(first, 50, { rate: { allowed: 50, count: 1, reset: 60_000 } });
    const others = Array.from({ length: 49 }, () => budget.start('action', 60));
    expect(budget.ask('action', 70).go).toBe(false);
    budget.finish(others[0]!, 80, { rate: { allowed: 50, count: 2, reset: 60_000 } });
    expect(budget.ask('action', 90).go).toBe(false);
  });

  test('is not raised above its own ceiling by a generous platform', () => {
    const budget = new RateBudget(10);
    budget.finish(budget.start('action', 0), 0, { rate: { allowed: 3_000, count: 1, reset: 60_000 } });
    expect(budget.remaining(0)).toBe(9);
  });

  test('starts one request only until the first answer says what is allowed', () => {
    const budget = new RateBudget(600);
    const first = budget.start('read', 0);
    expect(budget.ask('read', 0)).toEqual({ go: false, at: undefined });
    budget.finish(first, 10);
    expect(budget.ask('read', 10).go).toBe(true);
    const second = budget.start('read', 10);
    expect(budget.ask('read', 10).go).toBe(false);
    budget.finish(second, 20, { rate: undefined });
    budget.start('read', 20);
    expect(budget.ask('read', 20).go).toBe(true);
  });

  test('starts nothing before the end of a stop', () => {
    const budget = new RateBudget(600);
    budget.stop(5_000);
    expect(budget.ask('action', 4_999)).toEqual({ go: false, at: 5_000 });
    expect(budget.remaining(4_999)).toBe(0);
    expect(budget.ask('action', 5_000).go).toBe(true);
  });

  test('lets one request alone see whether a stop is really over', () => {
    const budget = new RateBudget(600);
    const [before, straggler] = [budget.start('read', 0), budget.start('read', 0)];
    budget.finish(before, 100, { rate: undefined, stopFor: 5_000 });
    expect(budget.ask('action', 5_099).go).toBe(false);
    // What was sent before the stop says nothing about the time after it.
    budget.finish(straggler, 5_100, { rate: undefined });
    const probe = budget.start('action', 5_100);
    expect(budget.ask('action', 5_101)).toEqual({ go: false, at: undefined });
    budget.finish(probe, 5_200, { rate: undefined });
    budget.start('action', 5_200);
    expect(budget.ask('action', 5_200).go).toBe(true);
  });

  test('does not wait for hours when the clock is set back', () => {
    const budget = new RateBudget(1);
    budget.finish(budget.start('action', 10 * MINUTE * 60), 10 * MINUTE * 60, { rate: undefined });
    const answer = budget.ask('action', 0);
    expect(answer).toEqual({ go: false, at: MINUTE });
  });
});

describe('evidence in the rate budget', () => {
  /** A budget that has had one answer, with these headers. */
  function answered(requestsPerMinute: number, rate?: RateHeaders): RateBudget {
    const budget = new RateBudget(requestsPerMinute);
    budget.finish(budget.start('read', 0), 0, { rate });
    return budget;
  }

  test('has a tenth of the own ceiling, and a tenth of what the platform allows where that is less', () => {
    expect(answered(240).spare(0)).toBe(24);
    expect(answered(240, { allowed: 100, count: 1, reset: MINUTE }).spare(0)).toBe(9);
    expect(answered(9).spare(0)).toBe(0);
  });

  test('has nothing of the places that are kept for actions', () => {
    const budget = answered(100);
    for (let i = 1; i < 70; i += 1) budget.start('read', 0);
    expect(budget.ask('action', 0)).toEqual({ go: true });
    expect(budget.spare(0)).toBe(0);
  });

  test('has nothing where the window of the platform is as good as over', () => {
    expect(answered(100, { allowed: 100, count: 69, reset: MINUTE }).spare(0)).toBe(1);
    expect(answered(100, { allowed: 100, count: 70, reset: MINUTE }).spare(0)).toBe(0);
  });

  test('waits out a stop, and is not the first request after it', () => {
    const budget = answered(100);
    budget.stop(30_000);
    expect(budget.spare(29_999)).toBe(0);
    expect(budget.spare(30_000)).toBe(0);
    budget.finish(budget.start('read', 30_000), 30_100, { rate: undefined });
    expect(budget.spare(30_100)).toBe(10);
  });

  test('is stopped alone by a refusal of its own, also where the clock is set back', () => {
    const budget = answered(100);
    const refused = budget.start('evidence', 1_000);
    budget.finish(refused, 1_000, { rate: undefined, stopFor: 90_000 });
    expect(budget.ask('read', 1_000)).toEqual({ go: true });
    expect(budget.ask('evidence', 1_000)).toEqual({ go: false, at: undefined });
    expect(budget.spare(90_999)).toBe(0);
    expect(budget.spare(50_000)).toBe(0);
    expect(budget.spare(50_001)).toBe(10);
  });
});
