/** When billing months begin and end, in the zone of the bill. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { billingMonthAt, billingPeriods } from '../../../src/domain/licence/billing.ts';
import { DAY, HOUR } from '../../../src/domain/time/time.ts';
import { wallTime } from '../../../src/domain/time/zone.ts';

const at = (text: string): number => Date.parse(text);

function monthAt(time: string, startsOn: number, zone = 'UTC'): readonly [string, string, string] {
  const { from, to, month } = billingMonthAt(at(time), { startsOn, zone });
  return [month, new Date(from).toISOString(), new Date(to).toISOString()];
}

describe('a billing month', () => {
  test('of the first day is the calendar month', () => {
    expect(monthAt('2026-03-31T23:59:59Z', 1)).toEqual([
      '2026-03',
      '2026-03-01T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
    ]);
  });

  test('of another day begins in the month before until that day comes, and is named by its first day', () => {
    expect(monthAt('2026-03-14T23:59:59Z', 15)[0]).toBe('2026-02-15');
    expect(monthAt('2026-03-15T00:00:00Z', 15)).toEqual([
      '2026-03-15',
      '2026-03-15T00:00:00.000Z',
      '2026-04-15T00:00:00.000Z',
    ]);
    expect(monthAt('2026-01-03T00:00:00Z', 15)[0]).toBe('2025-12-15');
  });

  test('of the 31st begins on the last day of shorter months', () => {
    const firsts = ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31'];
    expect(firsts.map((day) => monthAt(`${day}T00:00:00Z`, 31)[0])).toEqual(firsts);
    expect(monthAt('2026-03-30T12:00:00Z', 31)[0]).toBe('2026-02-28');
    expect(monthAt('2028-03-01T00:00:00Z', 31)[0]).toBe('2028-02-29');
  });

  test('begins at midnight of the zone, also where clocks are changed in it', () => {
    expect(monthAt('2026-03-01T05:59:59Z', 1, 'America/Chicago')[0]).toBe('2026-02');
    expect(monthAt('2026-03-01T06:00:00Z', 1, 'America/Chicago').slice(1)).toEqual([
      '2026-03-01T06:00:00.000Z',
      '2026-04-01T05:00:00.000Z',
    ]);
  });

  test('begins with the first time of a day whose midnight is skipped', () => {
    // In Beirut clocks go from 00:00 to 01:00 on the last Sunday of March.
    expect(monthAt('2026-03-29T12:00:00Z', 29, 'Asia/Beirut')[1]).toBe('2026-03-28T22:00:00.000Z');
  });

  test('follows another without a gap, and has each moment once, whatever the day and the zone', () => {
    const zones = fc.constantFrom(
      'UTC',
      'America/Chicago',
      'Europe/Berlin',
      'Pacific/Auckland',
      'Asia/Beirut',
    );
    const moments = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 31 }), zones, (now, startsOn, zone) => {
        const calendar = { startsOn, zone };
        const { from, to } = billingMonthAt(now, calendar);
        expect(from <= now && now < to).toBe(true);
        expect(billingMonthAt(to, calendar).from).toBe(to);
        expect(billingMonthAt(from - 1, calendar).to).toBe(from);
        expect((to - from) / DAY).toBeGreaterThan(26.9);
        expect((to - from) / DAY).toBeLessThan(33.1);
        expect(new Date(wallTime(zone, from)).getUTCHours()).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  test('is whole where it begins and ends with what was asked for, and is none of a moment', () => {
    const calendar = { startsOn: 15, zone: 'UTC' };
    const periods = (from: string, to: string): unknown =>
      billingPeriods({ from: at(from), to: at(to) }, calendar).map(({ month, whole }) => [month, whole]);
    expect(periods('2026-02-15T00:00:00Z', '2026-04-15T00:00:00Z')).toEqual([
      ['2026-02-15', true],
      ['2026-03-15', true],
    ]);
    expect(periods('2026-02-15T00:00:00Z', '2026-03-14T23:59:59Z')).toEqual([['2026-02-15', false]]);
    expect(periods('2026-02-15T00:00:01Z', '2026-03-15T00:00:00Z')).toEqual([['2026-02-15', false]]);
    expect(periods('2026-02-20T00:00:00Z', '2026-02-20T00:00:00Z')).toEqual([]);
  });

  test('is cut to what was asked for', () => {
    const span = { from: at('2026-03-10T00:00:00Z'), to: at('2026-03-20T00:00:00Z') };
    expect(
      billingPeriods(span, { startsOn: 15, zone: 'UTC' }).map(({ month, whole, from, to }) => [
        month,
        whole,
        (to - from) / HOUR,
      ]),
    ).toEqual([
      ['2026-02-15', false, 5 * 24],
      ['2026-03-15', false, 5 * 24],
    ]);
  });
});
