/** The peak of a month that is not over: held against the report's measure, and against gaps and clocks. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Billing } from '../../../src/domain/licence/billing.ts';
import { peakOf, seriesOf, type HeadCount } from '../../../src/domain/licence/head-counts.ts';
import { isNearPeak, peakShareOf, peakStanding } from '../../../src/domain/licence/near-peak.ts';
import { RunningPeak } from '../../../src/domain/licence/running-peak.ts';
import { DAY, HOUR, MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';

const at = (text: string): number => Date.parse(text);
const MARCH = { from: at('2026-03-01T00:00:00Z'), to: at('2026-04-01T00:00:00Z') };

function running(...counts: readonly HeadCount[]): RunningPeak {
  const peak = new RunningPeak(MARCH, MINUTE);
  for (const count of counts) peak.add(count);
  return peak;
}

/** One count a minute of so many online, both ends included. */
function flat(from: string, to: string, online: number): HeadCount[] {
  const counts: HeadCount[] = [];
  for (let now = at(from); now <= at(to); now += MINUTE) counts.push({ at: now, online });
  return counts;
}

describe('the peak so far', () => {
  test('is that of the report at each moment, with ragged tops, gaps and the ends of the month', () => {
    const after = fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 1, max: 20 }) },
      { weight: 1, arbitrary: fc.constantFrom(150, 151, 14 * 60, 40 * 60) },
    );
    const step = fc.record({ after, online: fc.integer({ min: 0, max: 12 }) });
    let raised = 0;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150, size: 'max' }),
        fc.integer({ min: -3, max: 900 }),
        (steps, begins) => {
          let now = MARCH.from + begins * MINUTE;
          const counts: HeadCount[] = [];
          const peak = running();
          for (const { after, online } of steps) {
            now += after * 6 * SECOND;
            counts.push({ at: now, online });
            const span = { from: MARCH.from, to: Math.min(now, MARCH.to) };
            const before = peak.peak;
            peak.add({ at: now, online });
            if (peak.peak > before) raised += 1;
            expect(peak.peak).toBe(peakOf(seriesOf(counts), span, MINUTE).atOrAbove);
          }
        },
      ),
      { numRuns: 20 },
    );
    expect(raised).toBeGreaterThan(20);
  });

  test('ignores what lasts less than half an hour, in however many pieces', () => {
    const often = running(
      ...flat('2026-03-10T08:00:00Z', '2026-03-10T09:00:00Z', 400),
      ...flat('2026-03-10T09:01:00Z', '2026-03-10T09:15:00Z', 500),
      ...flat('2026-03-10T09:16:00Z', '2026-03-10T09:20:00Z', 400),
      ...flat('2026-03-10T09:21:00Z', '2026-03-10T09:34:00Z', 500),
      ...flat('2026-03-10T09:35:00Z', '2026-03-10T09:35:00Z', 400),
    );
    expect(often.peak).toBe(400);
    for (const count of flat('2026-03-11T09:00:00Z', '2026-03-11T09:01:00Z', 500)) often.add(count);
    expect(often.peak).toBe(500);
  });

  test('is that of counts far apart only where each lasts for its usual time', () => {
    const apart = (length: number): RunningPeak => {
      const times = Array.from({ length }, (_, n) => MARCH.from + n * 20 * MINUTE);
      return running(...times.map((now) => ({ at: now, online: 7 })));
    };
    expect([apart(30).peak, apart(31).peak]).toEqual([0, 7]);
  });

  test('never falls: what was reached stays the peak of the month', () => {
    const peak = running(...flat('2026-03-10T08:00:00Z', '2026-03-10T09:00:00Z', 400));
    for (const count of flat('2026-03-11T08:00:00Z', '2026-03-11T09:00:00Z', 4)) peak.add(count);
    expect(peak.peak).toBe(400);
  });

  test('a count that is not later than the last is not added: the clock went back', () => {
    const peak = running({ at: at('2026-03-10T08:00:00Z'), online: 5 });
    peak.add({ at: at('2026-03-10T08:00:00Z'), online: 9 });
    peak.add({ at: at('2026-03-10T07:59:00Z'), online: 9 });
    expect(peak.last?.online).toBe(5);
  });
});

const PLAIN: Billing = { startsOn: 1, zone: 'UTC', expectedPeak: undefined };

function shareAt(peak: RunningPeak, now: Instant, billing = PLAIN): number | undefined {
  return peakShareOf(peakStanding(peak, billing, now));
}

describe('near the peak', () => {
  const whole = running(...flat('2026-03-01T00:00:00Z', '2026-03-04T12:00:00Z', 200));

  test('nothing is, in the first three days of a month without an expected peak', () => {
    const young = running(...flat('2026-03-01T00:00:00Z', '2026-03-03T23:59:00Z', 200));
    expect(shareAt(young, at('2026-03-03T23:59:59Z'))).toBeUndefined();
    expect(peakStanding(young, PLAIN, at('2026-03-03T12:00:00Z')).learntAt).toBe(at('2026-03-04T00:00:00Z'));
    expect(shareAt(young, at('2026-03-04T00:00:00Z'))).toBe(1);
    expect(shareAt(young, at('2026-03-02T12:00:00Z') + 36 * HOUR)).toBe(1);
  });

  test('an expected peak counts at once, and where it is the larger one', () => {
    const first = running({ at: MARCH.from, online: 190 });
    expect(shareAt(first, MARCH.from + MINUTE, { ...PLAIN, expectedPeak: 380 })).toBe(0.5);
    expect(shareAt(whole, at('2026-03-04T12:00:00Z'), { ...PLAIN, expectedPeak: 100 })).toBe(1);
    expect(shareAt(whole, at('2026-03-04T12:00:00Z'), { ...PLAIN, expectedPeak: 250 })).toBe(0.8);
  });

  test('nothing is, once the last count is a quarter of an hour old', () => {
    const last = at('2026-03-04T12:00:00Z');
    expect(shareAt(whole, last + 15 * MINUTE)).toBe(1);
    expect(shareAt(whole, last + 15 * MINUTE + 1)).toBeUndefined();
    // A clock that is behind the last count knows nothing of it.
    expect(shareAt(whole, last - 1)).toBeUndefined();
  });

  test('counts half an hour apart are no gap where the schedule has them so far apart', () => {
    const slow = new RunningPeak(MARCH, 30 * MINUTE);
    for (let now = MARCH.from; now <= MARCH.from + 4 * DAY; now += 30 * MINUTE)
      slow.add({ at: now, online: 7 });
    expect(slow.peak).toBe(7);
    expect(shareAt(slow, MARCH.from + 4 * DAY + 40 * MINUTE)).toBe(1);
  });

  test('a worker that began in the middle of a month learns its peak for three days first', () => {
    const late = running(...flat('2026-03-20T09:00:00Z', '2026-03-23T08:59:00Z', 200));
    expect(late.knownFrom).toBe(at('2026-03-20T09:00:00Z'));
    expect(shareAt(late, at('2026-03-23T08:59:59Z'))).toBeUndefined();
    expect(shareAt(late, at('2026-03-23T09:00:00Z'))).toBe(1);
  });

  test('a gap of more than a day is learnt anew, and lowers no peak; a shorter one changes nothing', () => {
    const peak = running(...flat('2026-03-01T00:00:00Z', '2026-03-10T00:00:00Z', 300));
    peak.add({ at: at('2026-03-11T00:00:00Z'), online: 300 });
    expect(shareAt(peak, at('2026-03-11T00:00:00Z'))).toBe(1);
    peak.add({ at: at('2026-03-12T00:00:01Z'), online: 300 });
    expect(shareAt(peak, at('2026-03-12T00:00:01Z'))).toBeUndefined();
    for (const count of flat('2026-03-12T00:01:00Z', '2026-03-15T00:01:00Z', 150)) peak.add(count);
    expect(peak.peak).toBe(300);
    expect(shareAt(peak, at('2026-03-15T00:01:00Z'))).toBe(0.5);
  });

  test('nothing is near a peak of none, and nothing known is no share', () => {
    const empty = running(...flat('2026-03-01T00:00:00Z', '2026-03-04T12:00:00Z', 0));
    expect(shareAt(empty, at('2026-03-04T12:00:00Z'))).toBeUndefined();
    expect(shareAt(running(), at('2026-03-04T12:00:00Z'), { ...PLAIN, expectedPeak: 9 })).toBeUndefined();
    expect(peakShareOf(undefined)).toBeUndefined();
  });

  test('a share is reached exactly, whatever its binary number', () => {
    for (let part = 1; part <= 100; part += 1) {
      const rule = { nearPeak: part / 100 };
      expect([isNearPeak(rule, part / 100), isNearPeak(rule, (part * 7 - 1) / 700)]).toEqual([true, false]);
      expect(isNearPeak(rule, (part * 7) / 700)).toBe(true);
    }
    expect([isNearPeak({}, undefined), isNearPeak({ nearPeak: 0.01 }, undefined)]).toEqual([true, false]);
  });
});
