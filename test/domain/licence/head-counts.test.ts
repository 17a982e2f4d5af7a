/** The licence peak, against tables that were worked out by hand. */
import { describe, expect, test } from '@jest/globals';
import { MINUTE, type Interval } from '../../../src/domain/time/time.ts';
import { billingPeriods as periodsOf, type BillingPeriod } from '../../../src/domain/licence/billing.ts';
import {
  peak,
  peakOf,
  seriesOf,
  usualDistance,
  type HeadCount,
} from '../../../src/domain/licence/head-counts.ts';

/** Calendar months. */
function billingPeriods(span: Interval, zone: string): readonly BillingPeriod[] {
  return periodsOf(span, { startsOn: 1, zone });
}

const at = (text: string): number => Date.parse(text);
const MARCH = { from: at('2026-03-01T00:00:00Z'), to: at('2026-04-01T00:00:00Z') };

/** One count a minute: so many people for so many minutes, one stretch after the other. */
function minutes(
  start: string,
  ...stretches: readonly (readonly [online: number, minutes: number])[]
): HeadCount[] {
  let now = at(start);
  return stretches.flatMap(([online, length]) =>
    Array.from({ length }, () => {
      const count = { at: now, online };
      now += MINUTE;
      return count;
    }),
  );
}

describe('the peak of one month', () => {
  const table: readonly [
    string,
    readonly (readonly [number, number])[],
    { billable: number; atOrAbove: number },
  ][] = [
    [
      'the published example',
      [
        [500, 31],
        [503, 6],
      ],
      { billable: 500, atOrAbove: 500 },
    ],
    [
      'exactly thirty minutes count',
      [
        [10, 30],
        [12, 29],
      ],
      { billable: 10, atOrAbove: 10 },
    ],
    [
      'twenty-nine do not',
      [
        [9, 60],
        [10, 29],
      ],
      { billable: 9, atOrAbove: 9 },
    ],
    [
      'pieces add up',
      [
        [7, 10],
        [3, 60],
        [7, 10],
        [3, 60],
        [7, 10],
      ],
      { billable: 7, atOrAbove: 7 },
    ],
    [
      'a ragged top: no single count lasts',
      [
        [50, 20],
        [51, 20],
        [52, 20],
        [40, 30],
      ],
      { billable: 40, atOrAbove: 51 },
    ],
    [
      'a shift change that overlaps for 25 minutes is ignored',
      [
        [80, 240],
        [150, 25],
        [85, 240],
      ],
      { billable: 85, atOrAbove: 85 },
    ],
    [
      'nothing lasts for half an hour',
      [
        [1, 10],
        [2, 10],
      ],
      { billable: 0, atOrAbove: 0 },
    ],
    ['no agent at all', [[0, 600]], { billable: 0, atOrAbove: 0 }],
  ];

  test.each(table)('%s', (_, stretches, expected) => {
    expect(peak(minutes('2026-03-10T08:00:00Z', ...stretches), MARCH)).toMatchObject(expected);
  });

  test('tells the highest moment and how much of the month was watched', () => {
    const counts = minutes('2026-03-10T08:00:00Z', [5, 40], [9, 2], [5, 18]);
    expect(peak(counts, MARCH)).toMatchObject({
      highest: 9,
      highestAt: at('2026-03-10T08:40:00Z'),
      watched: 60 * MINUTE,
    });
  });

  test('a single count tells of the highest moment, and of no time', () => {
    const eight = at('2026-03-10T08:00:00Z');
    expect(peak([{ at: eight, online: 5 }], MARCH)).toEqual({
      billable: 0,
      atOrAbove: 0,
      highest: 5,
      highestAt: eight,
      watched: 0,
    });
  });

  test('a count at the end of the month is of the next month, and one before its beginning lasts into it', () => {
    const after = { at: MARCH.to, online: 9 };
    const before = { at: MARCH.from - MINUTE, online: 7 };
    const counts = seriesOf([before, { at: MARCH.from + MINUTE, online: 5 }, after]);
    expect(peakOf(counts, MARCH, 2 * MINUTE)).toMatchObject({
      highest: 7,
      highestAt: MARCH.from,
      watched: 3 * MINUTE,
    });
  });

  test('the usual distance of counts is the one in the middle, in whatever order they come', () => {
    const after = (...lengths: readonly number[]): number => {
      let now = MARCH.from;
      const counts = lengths.map((length) => ({ at: (now += length * MINUTE), online: 1 }));
      return usualDistance(seriesOf([{ at: MARCH.from, online: 1 }, ...counts])) / MINUTE;
    };
    expect([after(), after(2), after(10, 1, 2), after(1, 2, 10), after(9, 9, 1, 1, 2)]).toEqual([
      0, 2, 2, 2, 2,
    ]);
  });

  test('a count before an hour without any speaks for the usual distance only, because the time was not watched', () => {
    const before = minutes('2026-03-10T08:00:00Z', [100, 20]);
    const after = minutes('2026-03-10T12:00:00Z', [4, 29]);
    const { billable, watched } = peak([...before, ...after], MARCH);
    expect([billable, watched]).toEqual([0, 49 * MINUTE]);
    // A quarter of an hour is short enough to be believed.
    const soon = minutes('2026-03-10T08:34:00Z', [4, 29]);
    expect(peak([...before, ...soon], MARCH)).toMatchObject({ billable: 100, watched: 63 * MINUTE });
  });
});

describe('month ends', () => {
  /** 20 minutes at 60 on each side of the end of March in UTC; below them 30 people all night. */
  const night = minutes('2026-03-31T22:00:00Z', [30, 100], [60, 40], [30, 100]);

  test('a peak across the end of a month is divided: neither part lasts', () => {
    const months = billingPeriods(
      { from: at('2026-03-31T00:00:00Z'), to: at('2026-04-02T00:00:00Z') },
      'UTC',
    );
    expect(months.map(({ month, from, to }) => [month, peak(night, { from, to }).billable])).toEqual([
      ['2026-03', 30],
      ['2026-04', 30],
    ]);
  });

  test('in Chicago the same night lies in one month', () => {
    const span = { from: at('2026-03-01T06:00:00Z'), to: at('2026-04-01T05:00:00Z') };
    const months = billingPeriods(span, 'America/Chicago');
    expect(months).toEqual([{ month: '2026-03', whole: true, ...span }]);
    expect(peak(night, span).billable).toBe(60);
  });

  test('a month with a change to summer time is an hour shorter, with one back an hour longer', () => {
    const hours = (month: string): number => {
      const first = at(`${month}-01T00:00:00Z`);
      const around = { from: first - 5 * 86_400_000, to: first + 40 * 86_400_000 };
      const whole = billingPeriods(around, 'Europe/Berlin').find(({ month: name }) => name === month);
      return (whole!.to - whole!.from) / 3_600_000;
    };
    expect([hours('2026-03'), hours('2026-10'), hours('2026-01')]).toEqual([
      31 * 24 - 1,
      31 * 24 + 1,
      31 * 24,
    ]);
  });

  test('a year ends like any month, and parts are called parts', () => {
    const span = { from: at('2025-12-20T00:00:00Z'), to: at('2026-01-20T00:00:00Z') };
    expect(billingPeriods(span, 'Pacific/Auckland')).toEqual([
      { month: '2025-12', whole: false, from: span.from, to: at('2025-12-31T11:00:00Z') },
      { month: '2026-01', whole: false, from: at('2025-12-31T11:00:00Z'), to: span.to },
    ]);
  });

  test('an unknown zone is refused', () => {
    expect(() => billingPeriods(MARCH, 'Mars/Olympus')).toThrow(RangeError);
  });
});
