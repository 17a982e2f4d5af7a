/** The head-counts of complete sweeps, from the record and as they come: what a worker knows of the licence peak. */
import { describe, expect, test } from '@jest/globals';
import { NO_CONTROLLER_STATE } from '../../src/controller/controller-state.ts';
import { PeakWatch } from '../../src/controller/peak-watch.ts';
import type { PeakStanding } from '../../src/domain/licence/near-peak.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import type { SweepCount } from '../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { policy, profile, rule } from '../domain/build.ts';

const at = (text: string): Instant => Date.parse(text);
const FIRST = at('2026-03-01T00:00:00Z');

function near(parts: Partial<Policy> = {}): Policy {
  return policy({ profiles: [profile({ rules: [{ ...rule(), nearPeak: 0.9 }] })], ...parts });
}

/** A store that counts how often the counts of a month were read. */
class CountedStore extends MemoryStore {
  reads = 0;
  fails = false;

  override countPages(from: Instant, to: Instant): AsyncIterable<readonly SweepCount[]> {
    this.reads += 1;
    if (this.fails) throw new Error('the disk is full');
    return super.countPages(from, to);
  }

  async swept(when: Instant, online: number): Promise<void> {
    const head = { at: when, changed: [], notSeen: [], standing: NO_CONTROLLER_STATE, events: [] };
    await this.saveSweep({ ...head, count: { at: when, online, kept: 0, deferred: {} } });
  }
}

/** A worker's sweeps: each judges by the one before, is stored, and counts. */
class Sweeps {
  readonly store = new CountedStore({ now: () => 0 });
  watch = new PeakWatch(this.store);
  wanted = near();

  async until(from: string, to: string, online: number, every = 10 * MINUTE): Promise<void> {
    for (let now = at(from); now <= at(to); now += every) {
      await this.standing(now);
      await this.store.swept(now, online);
      this.watch.counted({ at: now, online });
    }
  }

  standing(now: Instant): Promise<PeakStanding | undefined> {
    return this.watch.standing(this.wanted, now, MINUTE);
  }
}

describe('what a worker knows of the peak', () => {
  test('survives a restart and a taking over: it is read from the record', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-01T00:00:00Z', '2026-03-04T10:00:00Z', 400);
    await sweeps.until('2026-03-04T10:10:00Z', '2026-03-04T12:00:00Z', 300);
    const now = at('2026-03-04T12:01:00Z');
    const before = await sweeps.standing(now);
    expect(before).toEqual({ online: 300, peak: 400, learntAt: undefined });
    sweeps.watch = new PeakWatch(sweeps.store);
    expect(await sweeps.standing(now)).toEqual(before);
  });

  test('half an hour that has begun goes on after a restart', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-04T10:00:00Z', '2026-03-04T10:20:00Z', 500);
    sweeps.watch = new PeakWatch(sweeps.store);
    expect((await sweeps.standing(at('2026-03-04T10:21:00Z')))?.peak).toBe(0);
    await sweeps.until('2026-03-04T10:30:00Z', '2026-03-04T10:30:00Z', 500);
    expect((await sweeps.standing(at('2026-03-04T10:31:00Z')))?.peak).toBe(500);
  });

  test('begins anew with the month, which is the same whether the worker was restarted or not', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-30T00:00:00Z', '2026-04-01T00:20:00Z', 400);
    const now = at('2026-04-01T00:21:00Z');
    const standing = { online: 400, peak: 0, learntAt: at('2026-04-04T00:00:00Z') };
    expect(await sweeps.standing(now)).toEqual(standing);
    sweeps.watch = new PeakWatch(sweeps.store);
    expect(await sweeps.standing(now)).toEqual(standing);
  });

  test('follows other billing keys of a changed policy, from the same record', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z', 400);
    await sweeps.until('2026-03-15T00:00:00Z', '2026-03-16T00:00:00Z', 200);
    const now = at('2026-03-16T00:01:00Z');
    expect((await sweeps.standing(now))?.peak).toBe(400);
    const billing = { startsOn: 15, zone: 'UTC', expectedPeak: undefined };
    sweeps.wanted = near({ hash: 'other', billing });
    expect(await sweeps.standing(now)).toMatchObject({ peak: 200, learntAt: at('2026-03-18T00:00:00Z') });
    sweeps.wanted = near({ hash: 'third', billing: { ...billing, expectedPeak: 250 } });
    expect(await sweeps.standing(now)).toEqual({ online: 200, peak: 250, learntAt: undefined });
    sweeps.wanted = near();
    expect((await sweeps.standing(now))?.peak).toBe(400);
  });

  test('takes nothing from a time that is still to come: a clock ran ahead and went back', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-01T00:00:00Z', '2026-03-04T10:00:00Z', 400);
    await sweeps.until('2026-03-20T10:00:00Z', '2026-03-20T12:00:00Z', 900);
    await sweeps.until('2026-05-20T10:00:00Z', '2026-05-20T12:00:00Z', 900);
    await sweeps.until('2026-03-04T10:10:00Z', '2026-03-04T10:20:00Z', 300);
    expect(await sweeps.standing(at('2026-03-04T10:21:00Z'))).toEqual({
      online: 300,
      peak: 400,
      learntAt: undefined,
    });
  });

  test('a month that was never watched is learnt, and one with a lost store as well', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-20T10:00:00Z', '2026-03-20T12:00:00Z', 300);
    expect(await sweeps.standing(at('2026-03-20T12:01:00Z'))).toMatchObject({
      peak: 300,
      learntAt: at('2026-03-23T10:00:00Z'),
    });
  });

  test('is nothing where the record cannot be read, and is asked again', async () => {
    const sweeps = new Sweeps();
    await sweeps.store.swept(FIRST, 10);
    sweeps.store.fails = true;
    expect(await sweeps.standing(FIRST + MINUTE)).toBeUndefined();
    sweeps.store.fails = false;
    expect((await sweeps.standing(FIRST + MINUTE))?.online).toBe(10);
  });
});

describe('what it costs', () => {
  test('nothing where no rule asks for the peak', async () => {
    const sweeps = new Sweeps();
    sweeps.wanted = policy();
    await sweeps.until('2026-03-01T00:00:00Z', '2026-03-01T03:00:00Z', 10);
    expect([await sweeps.standing(FIRST + 4 * HOUR), sweeps.store.reads]).toEqual([undefined, 0]);
  });

  test('while a policy without such a rule is brought out, the peak by the rules of the one before', async () => {
    const sweeps = new Sweeps();
    const { profiles } = near();
    sweeps.wanted = policy({ others: { share: 0.1, profiles } });
    await sweeps.until('2026-03-01T00:00:00Z', '2026-03-01T10:00:00Z', 400);
    expect((await sweeps.standing(at('2026-03-01T10:10:00Z')))?.peak).toBe(400);
  });

  test('the record is read once for a month, not in each sweep', async () => {
    const sweeps = new Sweeps();
    await sweeps.until('2026-03-01T00:00:00Z', '2026-03-03T00:00:00Z', 10);
    expect(sweeps.store.reads).toBe(1);
    await sweeps.standing(FIRST + 31 * DAY);
    expect(sweeps.store.reads).toBe(2);
  });
});
