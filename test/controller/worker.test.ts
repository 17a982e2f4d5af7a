import { once } from 'node:events';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { WoundClock } from '../../src/app/clock.ts';
import type { SweepBegun } from '../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { InForce } from '../../src/controller/in-force.ts';
import type { SweepLimits } from '../../src/controller/limits.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { Worker } from '../../src/controller/worker.ts';
import { policy } from '../domain/build.ts';
import { BASE, report, Sentences } from './parts.ts';

/** One sweep a minute: the lease lasts for three minutes. */
const IN_FORCE: InForce = { policy: policy(), longestInterval: MINUTE, retention: DAY };
const TTL = 3 * MINUTE;

const PROCESS = { command: 'run', version: '1.0.0', startedAt: BASE } as const;

/** A lease as the store keeps it. */
class Lease {
  holder: string | undefined;
  until: Instant = 0;
  failing = false;
  asked: { holder: string; ttl: Duration }[] = [];

  holdLease(holder: string, now: Instant, ttl: Duration): Promise<boolean> {
    this.asked.push({ holder, ttl });
    if (this.failing) return Promise.reject(new Error('database is locked'));
    if (this.holder !== undefined && this.holder !== holder && this.until > now)
      return Promise.resolve(false);
    this.holder = holder;
    this.until = now + ttl;
    return Promise.resolve(true);
  }

  opened = 1;
  noted: SweepBegun[] = [];

  noteSweep(begun: SweepBegun): Promise<void> {
    if (this.failing) return Promise.reject(new Error('database is locked'));
    this.noted.push(begun);
    return Promise.resolve();
  }

  releaseLease(holder: string): Promise<void> {
    if (this.failing) return Promise.reject(new Error('database is locked'));
    if (this.holder === holder) this.holder = undefined;
    return Promise.resolve();
  }
}

let clock: WoundClock;
let lease: Lease;
let log: Sentences;
let loads: number;
let failed: number;
/** What the enforcer does in each sweep. */
let sweep: (limits: SweepLimits) => Promise<SweepReport>;
/** What it does in each early look. */
let lookEarly: (limits: SweepLimits) => Promise<void>;

beforeEach(() => {
  clock = new WoundClock(BASE);
  lease = new Lease();
  log = new Sentences();
  loads = 0;
  failed = 0;
  sweep = () => Promise.resolve(report());
  lookEarly = () => Promise.resolve();
});

function workerOf(
  holder = 'first',
  hooks: { beforeSweep?: () => void; afterSweep?: () => void } = {},
): Worker {
  return new Worker(
    {
      ...{ clock, store: lease, log, holder, process: PROCESS },
      meter: { sweepFailed: () => (failed += 1) },
      load: () => {
        loads += 1;
        return Promise.resolve({
          use: () => undefined,
          sweep: (limits) => sweep(limits),
          lookEarly: (limits) => lookEarly(limits),
        });
      },
      ...hooks,
    },
    IN_FORCE,
  );
}

/** What the limits of a sweep say after `length`. */
function limitsAfter(length: Duration, meanwhile: () => void = () => undefined): Promise<readonly unknown[]> {
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>();
  sweep = async ({ mayBegin, mayRecord }) => {
    const first = await mayBegin();
    meanwhile();
    clock.windTo(clock.now() + length);
    resolve([first, await mayBegin(), await mayRecord?.()]);
    return report();
  };
  return promise;
}

test('remembers everything once, and sweeps with it each time', async () => {
  const worker = workerOf();
  for (let n = 0; n < 3; n += 1) {
    expect(await worker.tick(clock.now() + MINUTE)).toBeDefined();
    clock.windTo(clock.now() + MINUTE);
  }
  expect(loads).toBe(1);
});

test('each sweep is noted in the store as it begins, before anything is read, and one that is not made is not', async () => {
  const worker = workerOf();
  let notedFirst = false;
  sweep = () => {
    notedFirst = lease.noted.length === 1;
    return Promise.resolve(report());
  };
  await worker.tick();
  expect(notedFirst).toBe(true);
  expect(lease.noted).toEqual([{ holder: 'first', ...PROCESS, sweptAt: BASE, interval: MINUTE }]);
  await workerOf('second').tick();
  expect(lease.noted).toHaveLength(1);
});

test('a sweep that cannot be noted is made all the same', async () => {
  lease.noteSweep = () => Promise.reject(new Error('database or disk is full'));
  expect(await workerOf().tick()).toBeDefined();
  expect(failed).toBe(0);
});

test('never makes two sweeps at a time', async () => {
  const { promise, resolve } = Promise.withResolvers<SweepReport>();
  sweep = () => promise;
  const calls: string[] = [];
  const worker = workerOf('first', {
    beforeSweep: () => calls.push('before'),
    afterSweep: () => calls.push('after'),
  });
  const first = worker.tick();
  expect(worker.busy).toBe(true);
  expect(await worker.tick()).toBeUndefined();
  resolve(report());
  expect(await first).toBeDefined();
  expect(worker.busy).toBe(false);
  expect(calls).toEqual(['before', 'after']);
});

test('a sweep that fails is counted and said, and the next tick tries again', async () => {
  const worker = workerOf();
  sweep = () => Promise.reject(new Error('a page fell off'));
  expect(await worker.tick()).toBeUndefined();
  expect(failed).toBe(1);
  expect(log.said).toEqual(['error: the sweep failed']);
  sweep = () => Promise.resolve(report());
  expect(await worker.tick()).toBeDefined();
});

describe('the lease', () => {
  test('lasts for three of the longest intervals, and for two minutes at least', async () => {
    const worker = workerOf();
    await worker.tick();
    worker.use({ ...IN_FORCE, longestInterval: 10 * SECOND });
    await worker.tick();
    worker.use({ ...IN_FORCE, longestInterval: HOUR });
    await worker.tick();
    expect(lease.asked.map(({ ttl }) => ttl)).toEqual([TTL, 2 * MINUTE, 3 * HOUR]);
  });

  test('of another keeps a worker waiting, who says so once and loads everything when its turn comes', async () => {
    const first = workerOf('first');
    const second = workerOf('second');
    await first.tick();
    clock.windTo(BASE + MINUTE);
    expect(await second.tick()).toBeUndefined();
    expect(await second.tick()).toBeUndefined();
    expect(log.said).toEqual([
      'warn: another worker holds the store: no sweep is made while its lease lasts',
    ]);
    expect(loads).toBe(1);
    clock.windTo(BASE + TTL);
    expect(await second.tick()).toBeDefined();
    expect(loads).toBe(2);
  });

  test('that was lost for a while makes what was remembered worthless', async () => {
    const first = workerOf('first');
    await first.tick();
    // Suspended, and perhaps somebody else came: what another may have done stands in the store alone.
    clock.windTo(BASE + TTL);
    await first.tick();
    expect(loads).toBe(2);
    await workerOf('second').tick();
    clock.windTo(clock.now() + TTL);
    await workerOf('second').tick();
    expect(await first.tick()).toBeUndefined();
    clock.windTo(clock.now() + TTL);
    const before = loads;
    await first.tick();
    expect(loads).toBe(before + 1);
  });

  test('of a store that failed for as long as it lasts is no better than a lost one', async () => {
    const worker = workerOf();
    await worker.tick();
    lease.failing = true;
    clock.windTo(BASE + MINUTE);
    await worker.tick();
    lease.failing = false;
    clock.windTo(BASE + 2 * MINUTE);
    await worker.tick();
    expect(loads).toBe(1);
    lease.failing = true;
    clock.windTo(BASE + 4 * MINUTE);
    await worker.tick();
    lease.failing = false;
    clock.windTo(BASE + 2 * MINUTE + TTL);
    await worker.tick();
    expect(loads).toBe(2);
  });

  test('of a store that was opened anew makes what was remembered worthless', async () => {
    const worker = workerOf();
    await worker.tick();
    await worker.tick();
    expect(loads).toBe(1);
    lease.opened = 2;
    await worker.tick();
    expect(loads).toBe(2);
    const said = limitsAfter(TTL / 2, () => (lease.opened = 3));
    await worker.tick();
    expect(await said).toEqual([true, false, 'lost']);
  });

  test('that cannot be renewed is said once for each reason, and anew after it could be', async () => {
    const worker = workerOf();
    const said = (): number => log.said.filter((line) => line.startsWith('error: the lease')).length;
    lease.failing = true;
    for (let n = 0; n < 3; n += 1) await worker.tick();
    expect(said()).toBe(1);
    lease.failing = false;
    await worker.tick();
    lease.failing = true;
    await worker.tick();
    expect(said()).toBe(2);
  });

  test('is renewed during a long sweep', async () => {
    const said = limitsAfter(TTL / 2);
    await workerOf().tick();
    expect(await said).toEqual([true, true, 'held']);
    expect(lease.asked).toHaveLength(2);
  });

  test('is not asked for again within a third of its time', async () => {
    const said = limitsAfter(TTL / 3 - 1);
    await workerOf().tick();
    expect(await said).toEqual([true, true, 'held']);
    expect(lease.asked).toHaveLength(1);
  });

  test('that ran out during a sweep ends it, even if no other worker came', async () => {
    const said = limitsAfter(TTL);
    await workerOf().tick();
    expect(await said).toEqual([true, false, 'lost']);
  });

  test('that another worker has taken meanwhile ends the sweep', async () => {
    const said = limitsAfter(TTL / 2, () => {
      lease.holder = 'second';
      lease.until = BASE + HOUR;
    });
    await workerOf().tick();
    expect(await said).toEqual([true, false, 'lost']);
  });

  test('whose holder is unknown lets the worker watch, and not act', async () => {
    lease.failing = true;
    const said = limitsAfter(0);
    expect(await workerOf().tick()).toBeDefined();
    expect(await said).toEqual([false, false, 'unknown']);
    expect(log.said).toContain('error: the lease of the store could not be renewed');
  });
});

describe('a pass of log-offs', () => {
  /** Whether an agent may be begun `length` after a sweep began that has a minute. */
  async function mayBeginAfter(length: Duration): Promise<unknown> {
    const said = limitsAfter(length);
    await workerOf().tick(clock.now() + MINUTE);
    return (await said)[1];
  }

  test('ends shortly before the next sweep', async () => {
    expect(await mayBeginAfter(56 * SECOND)).toBe(true);
    expect(await mayBeginAfter(57 * SECOND)).toBe(false);
  });

  test('has half a minute where reading everyone took until the next sweep', async () => {
    let said: readonly boolean[] = [];
    sweep = async ({ mayBegin }) => {
      clock.windTo(clock.now() + 59 * SECOND);
      const first = await mayBegin();
      clock.windTo(clock.now() + 29 * SECOND);
      const second = await mayBegin();
      clock.windTo(clock.now() + SECOND);
      said = [first, second, await mayBegin()];
      return report();
    };
    await workerOf().tick(clock.now() + MINUTE);
    expect(said).toEqual([true, true, false]);
  });

  test('has no end in a single sweep for an outside scheduler', async () => {
    const said = limitsAfter(50 * SECOND);
    await workerOf().tick();
    expect((await said)[1]).toBe(true);
  });
});

describe('draining', () => {
  test('lets the sweep under way end, begins nothing any more, and gives the lease back', async () => {
    const worker = workerOf();
    const { promise, resolve } = Promise.withResolvers<SweepReport>();
    const begun = Promise.withResolvers<SweepLimits>();
    let cutOff: boolean | undefined;
    sweep = async (limits) => {
      begun.resolve(limits);
      const ended = await promise;
      cutOff = limits.signal.aborted;
      return ended;
    };
    const ticking = worker.tick();
    const { mayBegin } = await begun.promise;
    // The eight seconds last until the sweep has ended.
    clock.sleep = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    const drained = worker.drain(8 * SECOND);
    expect(await mayBegin()).toBe(false);
    resolve(report());
    await drained;
    expect(await ticking).toBeDefined();
    expect(cutOff).toBe(false);
    expect(lease.holder).toBeUndefined();
    expect(await worker.tick()).toBeUndefined();
  });

  test('cuts off what does not end, and then waits for it no longer than a second', async () => {
    const worker = workerOf();
    let signal: AbortSignal | undefined;
    sweep = (limits) => {
      ({ signal } = limits);
      return new Promise(() => undefined);
    };
    void worker.tick();
    await worker.drain(8 * SECOND);
    expect(signal?.aborted).toBe(true);
    expect(clock.now()).toBe(BASE + 9 * SECOND);
    expect(lease.holder).toBeUndefined();
  });

  test('ends also when the store is gone', async () => {
    const worker = workerOf();
    await worker.tick();
    lease.failing = true;
    await worker.drain(8 * SECOND);
    expect(log.said).toEqual(['warn: the lease could not be given back']);
  });
});

describe('an early look', () => {
  const NEXT = BASE + MINUTE;
  let worker: Worker;
  let looks: boolean[];
  beforeEach(async () => {
    worker = workerOf();
    looks = [];
    lookEarly = async ({ mayBegin }) => {
      looks.push(await mayBegin());
    };
    await worker.tick(NEXT);
  });

  test('is made between two sweeps, under the lease of the sweep before', async () => {
    clock.windTo(BASE + 30 * SECOND);
    await worker.lookEarly(NEXT);
    expect([looks, loads]).toEqual([[true], 1]);
  });

  test('is not made within twelve seconds before the next sweep, nor begins anything then', async () => {
    clock.windTo(NEXT - 12 * SECOND);
    await worker.lookEarly(NEXT);
    expect(looks).toEqual([]);
    lookEarly = async ({ mayBegin }) => {
      clock.windTo(NEXT + MINUTE - 12 * SECOND);
      looks.push(await mayBegin());
    };
    await worker.lookEarly(NEXT + MINUTE);
    expect(looks).toEqual([false]);
  });

  test('is not made before the first sweep, nor while one is under way', async () => {
    const other = workerOf('first');
    await other.lookEarly(NEXT);
    sweep = async () => {
      await worker.lookEarly(NEXT + HOUR);
      return report();
    };
    await worker.tick(NEXT + HOUR);
    expect(looks).toEqual([]);
  });

  test('is not made under a policy that no sweep has been made with', async () => {
    worker.use({ ...IN_FORCE });
    await worker.lookEarly(NEXT);
    expect(looks).toEqual([]);
    await worker.tick(NEXT);
    await worker.lookEarly(NEXT);
    expect(looks).toEqual([true]);
  });

  test('begins nothing when another worker has taken the store', async () => {
    clock.windTo(BASE + 4 * MINUTE);
    await lease.holdLease('second', clock.now(), TTL);
    await worker.lookEarly(BASE + HOUR);
    expect(looks).toEqual([false]);
  });

  test('is made one at a time', async () => {
    const ended = Promise.withResolvers<undefined>();
    lookEarly = async () => {
      looks.push(true);
      await ended.promise;
    };
    const first = worker.lookEarly(NEXT);
    await worker.lookEarly(NEXT);
    ended.resolve(undefined);
    await first;
    expect(looks).toEqual([true]);
  });

  test('that is under way begins nothing once a sweep is due, which is made as soon as it has ended', async () => {
    const order: string[] = [];
    const waiting = workerOf('first', {
      beforeSweep: () => order.push(`before, ${waiting.busy ? 'busy' : 'free'}`),
    });
    await waiting.tick(NEXT);
    order.length = 0;
    const ended = Promise.withResolvers<undefined>();
    lookEarly = async ({ mayBegin }) => {
      await ended.promise;
      order.push((await mayBegin()) ? 'begins' : 'begins nothing');
    };
    sweep = () => {
      order.push('sweep');
      return Promise.resolve(report());
    };
    const look = waiting.lookEarly(NEXT);
    expect(waiting.busy).toBe(true);
    const tick = waiting.tick(NEXT);
    ended.resolve(undefined);
    await Promise.all([look, tick]);
    expect(order).toEqual(['begins nothing', 'before, free', 'sweep']);
  });

  test('that is under way is waited for at the end', async () => {
    const order: string[] = [];
    lookEarly = async ({ mayBegin, signal }) => {
      await once(signal, 'abort');
      order.push((await mayBegin()) ? 'begins' : 'begins nothing');
    };
    const release = lease.releaseLease.bind(lease);
    lease.releaseLease = (holder) => {
      order.push('lease given back');
      return release(holder);
    };
    const look = worker.lookEarly(NEXT);
    await Promise.all([look, worker.drain(8 * SECOND)]);
    expect(order).toEqual(['begins nothing', 'lease given back']);
  });

  test('that fails is told of, and the next one is made', async () => {
    lookEarly = () => Promise.reject(new Error('a defect'));
    await worker.lookEarly(NEXT);
    expect(log.said).toContain('error: the early look failed');
    expect(worker.busy).toBe(false);
    lookEarly = () => Promise.resolve(void looks.push(true));
    await worker.lookEarly(NEXT);
    expect(looks).toEqual([true]);
  });
});
