import { once } from 'node:events';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { WoundClock } from '../../src/app/clock.ts';
import type { LeaseGrant, LeaseTrace, SweepBegun } from '../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import type { InForce } from '../../src/controller/in-force.ts';
import type { SweepLimits } from '../../src/controller/limits.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { Worker, type WorkerParts } from '../../src/controller/worker.ts';
import { policy } from '../domain/build.ts';
import { LEASE } from '../../src/controller/lease-keeper.ts';
import { MemoryContents } from '../../src/store/memory/contents.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { BASE, report, Sentences } from './parts.ts';

/** One sweep a minute, and a request may be under way for a quarter of one. */
const QUIET = 15 * SECOND;
const IN_FORCE: InForce = {
  ...{ policy: policy(), longestInterval: MINUTE, retention: DAY, longestRequest: QUIET },
};
const TTL = LEASE;

const PROCESS = { command: 'run', version: '1.0.0', startedAt: BASE } as const;

/** A store of which only the lease is looked at, as one process has it open. */
class Lease {
  failing = false;
  opened = 1;
  asked: { holder: string; at: Instant; ttl: Duration; quiet: Duration | undefined }[] = [];
  noted: SweepBegun[] = [];
  released = 0;
  /** The store answers once this is over. */
  hangs: Promise<void> | undefined;
  readonly inner = new MemoryStore({ now: () => clock.now(), contents });

  async holdLease(
    holder: string,
    now: Instant,
    ttl: Duration,
    quiet?: Duration,
  ): Promise<LeaseGrant | undefined> {
    this.asked.push({ holder, at: now, ttl, quiet });
    this.#mustWork();
    await this.hangs;
    return await this.inner.holdLease(holder, now, ttl, quiet);
  }

  async lease(): Promise<LeaseTrace | undefined> {
    this.#mustWork();
    return await this.inner.lease();
  }

  async noteSweep(begun: SweepBegun): Promise<void> {
    this.#mustWork();
    await this.inner.noteSweep(begun);
    this.noted.push(begun);
  }

  async releaseLease(holder: string, underWay?: Duration): Promise<void> {
    this.#mustWork();
    await this.hangs;
    await this.inner.releaseLease(holder, underWay);
    this.released += 1;
  }

  #mustWork(): void {
    if (this.failing) throw new Error('database is locked');
  }
}

let clock: WoundClock;
let lease: Lease;
let contents: MemoryContents;
let log: Sentences;
let loads: number;
/** Whether what was loaded last is worth nothing any more. */
let isOver: () => boolean;
let failed: number;
/** What the enforcer does in each sweep. */
let sweep: (limits: SweepLimits) => Promise<SweepReport>;
/** What it does in each early look. */
let lookEarly: (limits: SweepLimits) => Promise<void>;

beforeEach(() => {
  clock = new WoundClock(BASE);
  contents = new MemoryContents();
  lease = new Lease();
  log = new Sentences();
  loads = 0;
  failed = 0;
  sweep = () => Promise.resolve(report());
  lookEarly = () => Promise.resolve();
});

function workerOf(
  holder = 'first',
  hooks: Partial<Pick<WorkerParts, 'beforeSweep' | 'afterSweep' | 'onTaken' | 'patience'>> = {},
  store = lease,
): Worker {
  return new Worker(
    {
      ...{ clock, store, log, holder, process: PROCESS },
      meter: { sweepFailed: () => (failed += 1) },
      load: (_, __, over) => {
        loads += 1;
        isOver = over;
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
function limitsAfter(
  length: Duration,
  meanwhile: () => void = () => undefined,
  passes = wait,
): Promise<readonly unknown[]> {
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>();
  sweep = async ({ mayBegin, mayRecord }) => {
    const first = await mayBegin();
    meanwhile();
    await passes(length);
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
  await workerOf('second', {}, new Lease()).tick();
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

/** The machine's clock may be set back; the time since it started goes on. */
class SetClock extends WoundClock {
  setBack = 0;

  override now(): Instant {
    return super.now() - this.setBack;
  }

  uptime(): Duration {
    return super.now();
  }
}

/** Lets what was begun come to its end. */
const settled = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** Time goes by, and nothing of this process has its turn. */
function frozen(length: Duration): Promise<void> {
  clock.windTo(clock.now() + length);
  return Promise.resolve();
}

/** Time goes by in steps of a second, in which the timers have their turn. */
async function wait(length: Duration): Promise<void> {
  for (const until = clock.now() + length; clock.now() < until;) {
    clock.windTo(clock.now() + SECOND);
    await settled();
  }
}

describe('the lease', () => {
  test('lasts for half a minute, whatever the schedule, and tells how long requests may be under way', async () => {
    const worker = workerOf();
    await worker.tick();
    worker.use({ ...IN_FORCE, longestInterval: HOUR, longestRequest: MINUTE });
    await worker.tick();
    expect(lease.asked.map(({ ttl, quiet }) => [ttl, quiet])).toEqual([
      [30 * SECOND, QUIET],
      [30 * SECOND, MINUTE],
    ]);
  });

  test('is renewed every ten seconds by a timer of its own, from the first sweep until it is given back', async () => {
    const worker = workerOf();
    await wait(MINUTE);
    expect(lease.asked).toEqual([]);
    await worker.tick();
    await wait(MINUTE);
    expect(lease.asked.map(({ at }) => (at - BASE) / SECOND)).toEqual([60, 70, 80, 90, 100, 110, 120]);
    expect(worker.lease).toEqual({ standing: 'held', epoch: 1 });
    await worker.drain(0);
    expect(lease.released).toBe(1);
    await wait(MINUTE);
    expect(lease.asked).toHaveLength(7);
  });

  test('of another keeps a worker waiting, who says so once and sweeps at once when it is given back', async () => {
    let taken = 0;
    const first = workerOf('first');
    const second = workerOf('second', { onTaken: () => (taken += 1) }, new Lease());
    await first.tick();
    await wait(SECOND);
    expect(await second.tick()).toBeUndefined();
    expect(await second.tick()).toBeUndefined();
    expect(log.said).toEqual([
      'warn: another worker holds the store: no sweep is made while its lease lasts',
    ]);
    expect([second.waiting, second.lease]).toEqual([true, { standing: 'standby', epoch: undefined }]);
    await wait(5 * MINUTE);
    expect([loads, taken]).toEqual([1, 0]);
    await first.drain(0);
    await wait(2 * SECOND);
    expect([taken, second.lease]).toEqual([1, { standing: 'held', epoch: 2 }]);
    const said = limitsAfter(0);
    expect(await second.tick()).toBeDefined();
    expect(await said).toEqual([true, true, 'held']);
    expect(loads).toBe(2);
  });

  test('of a worker that vanished is taken within 35 s, and acted on once its requests are over', async () => {
    let taken: Instant | undefined;
    const first = workerOf('first');
    const second = workerOf('second', { onTaken: () => (taken ??= clock.now()) }, new Lease());
    await first.tick();
    await second.tick();
    await wait(MINUTE);
    first.end();
    const vanished = clock.now();
    await wait(35 * SECOND);
    expect(taken).toBeDefined();
    expect(taken! - vanished).toBeGreaterThan(19 * SECOND);
    let mayAct: boolean | undefined;
    sweep = async (limits) => {
      mayAct = limits.mayAct?.();
      expect(await limits.mayBegin()).toBe(mayAct);
      expect(await limits.mayRecord?.()).toBe('held');
      return report();
    };
    await second.tick();
    expect(mayAct).toBe(false);
    await wait(taken! + QUIET - clock.now() - SECOND);
    await second.tick();
    expect(mayAct).toBe(false);
    await wait(2 * SECOND);
    await second.tick();
    expect(mayAct).toBe(true);
  });

  test('that another has taken while this worker was frozen ends its sweep, and what it remembered', async () => {
    const first = workerOf('first');
    const second = workerOf('second', {}, new Lease());
    await first.tick();
    let limits: SweepLimits | undefined;
    const thawed = Promise.withResolvers<undefined>();
    sweep = async (given) => {
      limits = given;
      await thawed.promise;
      return report();
    };
    const sweeping = first.tick();
    await settled();
    // No timer of a frozen process runs, and its clocks go on.
    first.end();
    clock.windTo(clock.now() + TTL);
    expect(await new Lease().inner.holdLease('second', clock.now(), TTL)).toMatchObject({ epoch: 2 });
    expect(await limits!.mayBegin()).toBe(false);
    expect(await limits!.mayRecord?.()).toBe('lost');
    expect(limits!.actSignal?.aborted).toBe(true);
    expect(limits!.signal.aborted).toBe(false);
    thawed.resolve(undefined);
    await sweeping;
    expect(second.waiting).toBe(false);
  });

  test('that ran out without another taking it keeps what was remembered, and ends only the sweep', async () => {
    const worker = workerOf();
    await worker.tick();
    const said = limitsAfter(5 * MINUTE, undefined, frozen);
    await worker.tick();
    expect(await said).toEqual([true, false, 'lost']);
    await worker.tick();
    expect(loads).toBe(1);
    expect(worker.lease.epoch).toBe(1);
  });

  test('that another has held meanwhile makes what was remembered worthless', async () => {
    const worker = workerOf();
    await worker.tick();
    const between = new Lease().inner;
    clock.windTo(BASE + TTL);
    await between.holdLease('second', clock.now(), TTL);
    await settled();
    expect(await worker.tick()).toBeUndefined();
    await between.releaseLease('second');
    expect(await worker.tick()).toBeDefined();
    expect([loads, worker.lease.epoch]).toEqual([2, 3]);
  });

  test('that another has held while a sweep went on is swept under at once after it, and what that sweep knew is not written', async () => {
    let taken = 0;
    const worker = workerOf('first', { onTaken: () => (taken += 1) });
    await worker.tick();
    const isFirstOver = isOver;
    lease.failing = true;
    clock.windTo(BASE + TTL);
    let stood: unknown;
    // Nobody knows who holds the lease when this sweep begins.
    sweep = async ({ mayRecord }) => {
      const between = new Lease().inner;
      await between.holdLease('second', clock.now(), TTL);
      await between.releaseLease('second');
      lease.failing = false;
      expect(isFirstOver()).toBe(false);
      stood = await mayRecord?.();
      return report();
    };
    await worker.tick();
    expect([stood, worker.lease.epoch, isFirstOver(), taken]).toEqual(['lost', 3, true, 1]);
    sweep = () => Promise.resolve(report());
    await worker.tick();
    expect([loads, isOver(), taken]).toEqual([2, false, 1]);
  });

  test('of a store that fails is not believed for longer than it lasts, and action ends shortly before', async () => {
    const worker = workerOf();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let limits: SweepLimits | undefined;
    sweep = async (given) => {
      limits = given;
      await promise;
      return report();
    };
    const sweeping = worker.tick();
    await settled();
    lease.failing = true;
    await wait(27 * SECOND);
    expect(await limits!.mayBegin()).toBe(false);
    expect(limits!.actSignal?.aborted).toBe(false);
    await wait(SECOND);
    expect(limits!.actSignal?.aborted).toBe(true);
    expect(worker.lease).toEqual({ standing: 'unknown', epoch: 1 });
    lease.failing = false;
    await wait(2 * SECOND);
    // The store is back, and another may have come and gone: this sweep is over all the same.
    expect(worker.lease.standing).toBe('held');
    expect(await limits!.mayRecord?.()).toBe('lost');
    resolve(undefined);
    await sweeping;
  });

  test('is not believed by a clock that was set back', async () => {
    let limits: SweepLimits | undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const set = new SetClock(BASE);
    clock = set;
    const worker = workerOf();
    sweep = async (given) => {
      limits = given;
      await promise;
      return report();
    };
    const sweeping = worker.tick();
    await settled();
    lease.failing = true;
    set.setBack = HOUR;
    set.windTo(BASE + TTL);
    expect(await limits!.mayBegin()).toBe(false);
    expect(limits!.actSignal?.aborted).toBe(true);
    resolve(undefined);
    await sweeping;
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

  test('whose answer comes after its end is not held', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lease.hangs = promise;
    const said = limitsAfter(0);
    const ticking = workerOf().tick();
    await settled();
    clock.windTo(BASE + TTL);
    lease.failing = true;
    resolve(undefined);
    await ticking;
    expect(await said).toEqual([false, false, 'unknown']);
  });

  test('whose answer comes after its end is asked for once more, so that the sweep may act', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lease.hangs = promise;
    let isCutOff: boolean | undefined;
    sweep = ({ actSignal }) => {
      isCutOff = actSignal?.aborted;
      return Promise.resolve(report());
    };
    const ticking = workerOf().tick();
    await settled();
    clock.windTo(BASE + TTL);
    lease.hangs = undefined;
    resolve(undefined);
    await ticking;
    expect(isCutOff).toBe(false);
    expect(lease.asked.map(({ at }) => at)).toEqual([BASE, BASE + TTL]);
  });

  test('is not asked for again within ten seconds', async () => {
    const said = limitsAfter(9 * SECOND);
    await workerOf().tick();
    expect(await said).toEqual([true, true, 'held']);
    expect(lease.asked).toHaveLength(1);
  });

  test('whose holder is unknown lets the worker watch, and not act', async () => {
    lease.failing = true;
    const said = limitsAfter(0);
    expect(await workerOf().tick()).toBeDefined();
    expect(await said).toEqual([false, false, 'unknown']);
    expect(log.said).toContain('error: the lease of the store could not be renewed');
  });

  test('whose holder is unknown keeps one waiting who waited before', async () => {
    const mine = new Lease();
    await workerOf('first').tick();
    const second = workerOf('second', {}, mine);
    await second.tick();
    mine.failing = true;
    expect(await second.tick()).toBeUndefined();
    expect(second.lease).toEqual({ standing: 'unknown', epoch: undefined });
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
      await wait(59 * SECOND);
      const first = await mayBegin();
      await wait(29 * SECOND);
      const second = await mayBegin();
      await wait(SECOND);
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
    expect(lease.released).toBe(1);
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
    expect(lease.released).toBe(1);
  });

  test('has the next worker sweep at once, and act once the requests that were cut off are over', async () => {
    const worker = workerOf();
    sweep = () => new Promise(() => undefined);
    void worker.tick();
    await worker.drain(8 * SECOND);
    const next = workerOf('second', {}, new Lease());
    const [first, later] = await Promise.all([limitsAfter(QUIET), next.tick(clock.now() + 10 * MINUTE)]);
    expect([first.slice(0, 2), later !== undefined]).toEqual([[false, true], true]);
  });

  test('ends also when the store is gone', async () => {
    const worker = workerOf();
    await worker.tick();
    lease.failing = true;
    await worker.drain(8 * SECOND);
    expect(log.said).toEqual(['warn: the lease could not be given back']);
  });

  test('waits for a store that does not answer no longer than a second', async () => {
    const worker = workerOf();
    await worker.tick();
    lease.hangs = new Promise(() => undefined);
    await worker.drain(8 * SECOND);
    expect(clock.now()).toBe(BASE + SECOND);
    expect(log.said).toEqual(['warn: the lease could not be given back']);
  });
});

describe('handing over', () => {
  /** Two workers on one store, of which the first holds the lease. */
  async function two(): Promise<{ first: Worker; second: Worker; sweeps: string[] }> {
    const sweeps: string[] = [];
    const made = (name: string): Worker => {
      const worker: Worker = workerOf(name, { onTaken: () => void worker.tick() }, new Lease());
      return worker;
    };
    const [first, second] = [made('first'), made('second')];
    sweep = () => {
      sweeps.push(first.lease.standing === 'held' ? 'first' : 'second');
      return Promise.resolve(report());
    };
    await first.tick();
    await second.tick();
    return { first, second, sweeps };
  }

  test('leaves the lease to a worker that waits, which sweeps at once, and waits for it from then on', async () => {
    const { first, second, sweeps } = await two();
    await first.handOver(8 * SECOND);
    expect(first.lease).toEqual({ standing: 'standby', epoch: 1 });
    let looks = 0;
    lookEarly = () => Promise.resolve(void (looks += 1));
    await first.lookEarly(clock.now() + MINUTE);
    expect(looks).toBe(0);
    await clock.goOnTo(clock.now() + 2 * SECOND);
    await settled();
    expect(second.lease).toEqual({ standing: 'held', epoch: 2 });
    expect(sweeps).toEqual(['first', 'second']);
    await clock.goOnTo(clock.now() + MINUTE);
    expect([first.lease.standing, second.lease.standing]).toEqual(['standby', 'held']);
    second.end();
    await clock.goOnTo(clock.now() + TTL + 2 * SECOND);
    await settled();
    expect(first.lease).toEqual({ standing: 'held', epoch: 3 });
    expect(isOver()).toBe(false);
  });

  test('lets the sweep under way end first, and begins none meanwhile', async () => {
    const { first } = await two();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<SweepLimits>();
    sweep = async (limits) => {
      begun.resolve(limits);
      await promise;
      return report();
    };
    const ticking = first.tick();
    const { mayBegin, signal } = await begun.promise;
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (_, stop) => new Promise((_resolve, reject) => stop?.addEventListener('abort', reject));
    const handed = first.handOver(8 * SECOND);
    expect([await mayBegin(), await first.tick()]).toEqual([false, undefined]);
    resolve(undefined);
    await handed;
    clock.sleep = sleep;
    expect([(await ticking) !== undefined, signal.aborted, first.lease.standing]).toEqual([
      true,
      true,
      'standby',
    ]);
  });

  test('cuts off what does not end, so that the next worker acts only once these requests are over', async () => {
    const { first, second } = await two();
    sweep = () => new Promise(() => undefined);
    void first.tick();
    await first.handOver(8 * SECOND);
    const said = limitsAfter(QUIET);
    await clock.goOnTo(clock.now() + 2 * SECOND);
    expect((await said).slice(0, 2)).toEqual([false, true]);
    expect(second.lease.standing).toBe('held');
  });

  test('takes the lease again after ten seconds where no other worker does', async () => {
    const first = workerOf('first', {}, new Lease());
    await first.tick();
    await first.handOver(8 * SECOND);
    await clock.goOnTo(clock.now() + 9 * SECOND);
    await settled();
    expect(first.lease.standing).toBe('standby');
    await clock.goOnTo(clock.now() + 3 * SECOND);
    await settled();
    expect(first.lease).toEqual({ standing: 'held', epoch: 2 });
  });

  test.each([
    ['handing over', (worker: Worker) => worker.handOver(8 * SECOND)],
    ['the end', (worker: Worker) => worker.drain(8 * SECOND)],
  ])('%s waits for a renewal that is on its way, which would take the lease again', async (_, ending) => {
    const first = workerOf();
    await first.tick();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    lease.hangs = promise;
    clock.windTo(clock.now() + 10 * SECOND);
    await settled();
    lease.hangs = undefined;
    const handed = ending(first);
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) await settled();
    };
    await turns();
    expect(lease.released).toBe(0);
    resolve(undefined);
    await handed;
    await turns();
    expect([lease.released, contents.lease.holder]).toEqual([1, undefined]);
  });

  test('of a lease that is not held, or to a store that is gone, changes nothing else', async () => {
    const { first, second } = await two();
    await second.handOver(8 * SECOND);
    expect([first.lease.standing, second.lease.standing]).toEqual(['held', 'standby']);
    const alone = workerOf('alone');
    contents.lease = { ...contents.lease, holder: undefined };
    await alone.tick();
    lease.failing = true;
    await alone.handOver(8 * SECOND);
    expect(log.said).toContain('warn: the lease could not be given back');
    expect(alone.lease.standing).not.toBe('held');
  });
});

describe('a free lease', () => {
  test('is left to other workers for as long as this one is to be patient, and then taken', async () => {
    let patience = 1.5 * SECOND;
    const worker = workerOf('first', { patience: () => patience });
    expect(await worker.tick()).toBeUndefined();
    expect(worker.lease.standing).toBe('standby');
    await clock.goOnTo(clock.now() + 2 * SECOND);
    await settled();
    expect(worker.lease).toEqual({ standing: 'held', epoch: 1 });
    // It is renewed without patience.
    patience = MINUTE;
    await clock.goOnTo(clock.now() + MINUTE);
    expect(worker.lease).toEqual({ standing: 'held', epoch: 1 });
    const other = workerOf('other', { patience: () => MINUTE }, new Lease());
    await other.tick();
    expect(log.said).toContain(
      'warn: another worker holds the store: no sweep is made while its lease lasts',
    );
  });
});

describe('what need not be in a sweep may take', () => {
  test.each([
    ['of a sweep that has just begun', 0, 57],
    ['of one that has taken long', 50, 7],
    ['of one that is nearly over', 58, 0],
    ['of one past the time of the next one, which is left out', 65, 52],
  ])('the time %s, up to three seconds before the next one', async (_, took, left) => {
    let rest: unknown;
    sweep = async (limits) => {
      await wait(took * SECOND);
      rest = limits.rest?.();
      return report();
    };
    await workerOf().tick(clock.now() + MINUTE);
    expect(rest).toBe(left * SECOND);
  });

  test('any time where no next sweep is known', async () => {
    let rest: unknown;
    sweep = ({ rest: asked }) => {
      rest = asked?.();
      return Promise.resolve(report());
    };
    await workerOf().tick();
    expect(rest).toBe(Infinity);
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
    await wait(30 * SECOND);
    await worker.lookEarly(NEXT);
    expect([looks, loads]).toEqual([[true], 1]);
  });

  test('is not made within twelve seconds before the next sweep, nor begins anything then', async () => {
    await wait(48 * SECOND);
    await worker.lookEarly(NEXT);
    expect(looks).toEqual([]);
    lookEarly = async ({ mayBegin }) => {
      await wait(MINUTE);
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
