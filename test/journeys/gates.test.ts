/** What stands between being due and being logged off: settling, the kill switch, the breaker and the caps. */
import { describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/time.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { logoffs, tornIntents } from './record.ts';
import { policyText, Shift, type ShiftOptions } from './shift.ts';

/** Eight people who have all gone home by the end of the first hour. */
const GONE = { agents: 8, cast: ['went-home'], shiftMs: 90 * MINUTE, seed: 5 } as const;
/** By then they are all away for more than forty minutes. */
const ALL_AWAY = 85;

/** A policy that is right but for one limit: nobody is due for twelve hours. */
const LATE = policyText({ rules: rulesWith('12h') });

function rulesWith(limit: string): string {
  return `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: ${limit} }`;
}

function caps(more: string): string {
  return `
  per_sweep: 50
  per_hour: 300
  breaker: { at_least: 20, share: 25%, hold: 30m }
  settle: 0
  engaged_too_long: 4h
  ${more}`;
}

async function during(options: ShiftOptions, story: (shift: Shift) => Promise<void>): Promise<void> {
  const shift = await Shift.begin(options);
  try {
    await story(shift);
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    expect(shift.truth().disturbed).toEqual([]);
  } finally {
    await shift.end();
  }
}

function last(shift: Shift, count: number): readonly SweepReport[] {
  return shift.reports.slice(-count);
}

function holds(shift: Shift, count: number): readonly (string | undefined)[] {
  return last(shift, count).map(({ hold }) => hold);
}

async function metric(shift: Shift, name: string): Promise<number> {
  const text = await shift.metrics.registry.metrics();
  return Number(new RegExp(`^idle_enforcer_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('settling', () => {
  test('the first sweeps ever only watch', async () => {
    await during({ ...GONE, inMemory: true }, async (shift) => {
      await shift.until(3);
      expect(holds(shift, 3)).toEqual(['settling', 'settling', undefined]);
    });
  });

  test('a restart that remembers everyone acts at once; one that lost its store settles', async () => {
    await during(GONE, async (shift) => {
      await shift.until(5);
      await shift.stop();
      await shift.open();
      await shift.until(7);
      expect(holds(shift, 2)).toEqual([undefined, undefined]);
      // As after a volume was lost.
      await shift.store.saveSweep({
        at: shift.clock.now(),
        changed: [],
        notSeen: [],
        standing: { ...(await standingOf(shift)), lastCompleteAt: undefined },
        events: [],
      });
      await shift.stop();
      await shift.open();
      await shift.until(10);
      expect(holds(shift, 3)).toEqual(['settling', 'settling', undefined]);
    });
  });

  test('another policy settles, whether it comes with a restart or while running, and its own count is kept', async () => {
    await during({ ...GONE, policy: LATE }, async (shift) => {
      await shift.until(ALL_AWAY);
      await shift.stop();
      await shift.open(policyText());
      await shift.until(ALL_AWAY + 1);
      // Restarted in the middle: the count goes on where it was.
      await shift.stop();
      await shift.open();
      await shift.until(ALL_AWAY + 3);
      expect(holds(shift, 3)).toEqual(['settling', 'settling', undefined]);
      expect(last(shift, 3).map(({ deferred }) => deferred.settling ?? 0)).toEqual([8, 8, 0]);
      expect(last(shift, 1)[0]?.outcomes.verified).toBe(8);
      shift.assembly.worker.use({
        policy: { ...shift.assembly.policy, hash: 'another' },
        longestInterval: MINUTE,
        retention: DAY,
      });
      await shift.until(ALL_AWAY + 6);
      expect(holds(shift, 3)).toEqual(['settling', 'settling', undefined]);
    });
  });

  test('an outage settles, is on record as a gap, and its time counts on no clock', async () => {
    await during({ ...GONE, agents: 3, shiftMs: 2 * HOUR }, async (shift) => {
      await shift.until(50);
      shift.skipTo(110);
      await shift.until(113);
      expect(holds(shift, 3)).toEqual(['settling', 'settling', undefined]);
      const [gap] = await shift.events('gap');
      expect(gap?.measured).toBe(61 * MINUTE);
      // All of them went before the outage or in it: forty minutes of being watched are still to come for some.
      expect(last(shift, 1)[0]?.verdicts.due).toBe(0);
      await shift.until(155);
      expect(logoffs(await shift.events())).toHaveLength(3);
    });
  });

  test('an outage of the platform is on record as one gap when it ends, however many sweeps saw nothing meanwhile', async () => {
    await during({ ...GONE, agents: 3 }, async (shift) => {
      await shift.until(20);
      shift.sandbox.setFaults({ forbidden: 1 });
      await shift.until(40);
      expect(last(shift, 20).every(({ complete }) => !complete)).toBe(true);
      expect(await shift.events('gap')).toEqual([]);
      shift.sandbox.setFaults({ forbidden: 0 });
      await shift.until(43);
      expect((await shift.events('gap')).map(({ measured }) => measured)).toEqual([21 * MINUTE]);
    });
  });

  test('a platform clock that is a year ahead for a while makes no gap of a year, and reports no agent as engaged for one', async () => {
    await during({ ...GONE, cast: ['long-caller'], agents: 6 }, async (shift) => {
      await shift.until(20);
      shift.sandbox.setFaults({ clockSkewMs: 365 * DAY });
      await shift.until(30);
      shift.sandbox.setFaults({ clockSkewMs: 0 });
      await shift.until(35);
      expect((await shift.events('gap')).map(({ measured }) => measured)).toEqual([11 * MINUTE]);
      expect(shift.alarms).toEqual(['clock']);
    });
  });
});

async function standingOf(
  shift: Shift,
): Promise<NonNullable<Awaited<ReturnType<Shift['store']['loadStanding']>>>> {
  const standing = await shift.store.loadStanding();
  if (standing === undefined) throw new Error('nothing was stored');
  return standing;
}

describe('the kill switch', () => {
  test('holds all action until it is taken back, also over a restart', async () => {
    await during(GONE, async (shift) => {
      await shift.store.setPause({ since: shift.clock.now(), until: undefined, reason: 'a drill' });
      await shift.until(ALL_AWAY);
      await shift.stop();
      await shift.open();
      await shift.until(ALL_AWAY + 5);
      expect(shift.writes).toEqual([]);
      expect(last(shift, 1)[0]).toMatchObject({ hold: 'paused', deferred: { paused: 8 } });
      await shift.store.setPause(undefined);
      await shift.until(ALL_AWAY + 6);
      expect(logoffs(await shift.events())).toHaveLength(8);
    });
  });

  test('ends by itself when its time is up', async () => {
    await during(GONE, async (shift) => {
      const until = shift.clock.now() + (ALL_AWAY + 5) * MINUTE;
      await shift.store.setPause({ since: shift.clock.now(), until, reason: undefined });
      await shift.until(ALL_AWAY + 5);
      expect(await shift.events('intent')).toEqual([]);
      await shift.until(ALL_AWAY + 6);
      expect(logoffs(await shift.events())).toHaveLength(8);
    });
  });

  test('stops a round under way at the next agent, and the others are not logged off', async () => {
    // More than are acted on at the same time.
    await during({ ...GONE, agents: 14, policy: LATE }, async (shift) => {
      await shift.until(ALL_AWAY);
      await shift.stop();
      await shift.open(policyText());
      const { effects } = shift.platform;
      let first: string | undefined;
      effects.instead.perform = async (action, agent, ...rest) => {
        first ??= agent.id;
        // Somebody types `pause` in another terminal while the first one is being logged off.
        await shift.store.setPause({ since: shift.clock.now(), until: undefined, reason: undefined });
        return effects.inner.perform(action, agent, ...rest);
      };
      await shift.until(ALL_AWAY + 3);
      const outcomes = last(shift, 1)[0]?.outcomes;
      expect(first).toBeDefined();
      expect(outcomes?.verified).toBeGreaterThanOrEqual(1);
      expect(outcomes?.dropped).toBeGreaterThanOrEqual(1);
      expect((outcomes?.verified ?? 0) + (outcomes?.dropped ?? 0)).toBe(14);
      expect(shift.done('deleteToken')).toBe(outcomes?.verified);
    });
  });
});

describe('the breaker', () => {
  /** All eight become due at once, because a limit was mistyped. */
  const TIGHT = policyText({ caps: caps('').replace('at_least: 20, share: 25%', 'at_least: 3, share: 25%') });

  async function mistype(shift: Shift): Promise<void> {
    await shift.until(ALL_AWAY);
    await shift.stop();
    await shift.open(TIGHT);
    await shift.until(ALL_AWAY + 1);
  }

  test('trips when too many become due at once, says so, holds them, and lets them pass when its time is up', async () => {
    await during({ ...GONE, policy: LATE }, async (shift) => {
      await mistype(shift);
      expect(last(shift, 1)[0]).toMatchObject({ deferred: { breaker: 8 }, breakerHolds: 8 });
      expect(shift.alarms).toEqual(['breaker']);
      expect(await shift.events('breaker')).toMatchObject([{ reason: '8 newly due, 3 allowed' }]);
      expect(await metric(shift, 'breaker_tripped')).toBe(1);
      await shift.until(ALL_AWAY + 30);
      expect(await metric(shift, 'breaker_tripped')).toBe(1);
      expect(await shift.events('intent')).toEqual([]);
      await shift.until(ALL_AWAY + 31);
      expect(last(shift, 1)[0]?.outcomes.verified).toBe(8);
      expect(await metric(shift, 'breaker_tripped')).toBe(0);
      expect(shift.alarms).toEqual(['breaker']);
    });
  });

  test('a resume frees them earlier, a restart does not', async () => {
    await during({ ...GONE, policy: LATE }, async (shift) => {
      await mistype(shift);
      await shift.stop();
      await shift.open();
      await shift.until(ALL_AWAY + 5);
      expect(await shift.events('intent')).toEqual([]);
      await shift.store.requestResume();
      await shift.until(ALL_AWAY + 6);
      expect(last(shift, 1)[0]?.outcomes.verified).toBe(8);
    });
  });

  test.each([2 * HOUR, 30 * 365 * DAY])(
    'one sweep by a platform whose clock is %i ms ahead does not free them, nor is it remembered',
    async (clockSkewMs) => {
      await during({ ...GONE, policy: LATE }, async (shift) => {
        await mistype(shift);
        const before = await shift.store.loadStanding();
        shift.sandbox.setFaults({ clockSkewMs });
        await shift.until(ALL_AWAY + 2);
        expect(holds(shift, 1)).toEqual(['clock']);
        expect(await shift.store.loadStanding()).toEqual(before);
        shift.sandbox.setFaults({ clockSkewMs: 0 });
        await shift.until(ALL_AWAY + 12);
        expect(await shift.events('intent')).toEqual([]);
        expect(await shift.events('breaker')).toHaveLength(1);
      });
    },
  );

  test('a pause keeps them beyond its time', async () => {
    await during({ ...GONE, policy: LATE }, async (shift) => {
      await mistype(shift);
      await shift.store.setPause({ since: shift.clock.now(), until: undefined, reason: undefined });
      await shift.until(ALL_AWAY + 40);
      expect(await shift.events('intent')).toEqual([]);
      expect(holds(shift, 1)).toEqual(['paused']);
    });
  });
});

describe('the caps', () => {
  const CAPPED = policyText({ caps: caps('').replace('50', '2').replace('300', '5') });

  test('so many a sweep and so many an hour, longest overdue first; the rest is counted and follows', async () => {
    await during({ ...GONE, policy: LATE }, async (shift) => {
      await shift.until(ALL_AWAY);
      await shift.stop();
      await shift.open(CAPPED);
      await shift.until(ALL_AWAY + 4);
      expect(last(shift, 4).map(({ outcomes }) => outcomes.verified)).toEqual([2, 2, 1, 0]);
      expect(last(shift, 4).map(({ deferred }) => deferred)).toEqual([
        { per_sweep: 6 },
        { per_sweep: 4 },
        { per_hour: 3 },
        { per_hour: 3 },
      ]);
      expect(await metric(shift, 'deferred')).toBe(3);
      // A restart does not open the hour anew.
      await shift.stop();
      await shift.open();
      await shift.until(ALL_AWAY + 60);
      expect(await shift.events('intent')).toHaveLength(5);
      await shift.until(ALL_AWAY + 63);
      const intents = await shift.events('intent');
      expect(intents).toHaveLength(8);
      const since = intents.map(({ at, measured = 0 }) => at - measured);
      expect(since).toEqual([...since].sort((a, b) => a - b));
    });
  });
});
