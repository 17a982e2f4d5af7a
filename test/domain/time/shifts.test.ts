/** Shifts: when a rule counts by an agent's own schedule, and that what is not known lies on neither side. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isInside, timeInside, whenInside } from '../../../src/domain/time/hours.ts';
import {
  hoursFor,
  isKnown,
  isScheduled,
  joined,
  nextChange,
  noShifts,
  remembered,
  shiftsOf,
  SHIFTS_HOLD,
  unreadableShifts,
  type Activity,
  type ActivityCategory,
  type AgentHours,
  type Published,
  type RuleHours,
  type Shifts,
} from '../../../src/domain/time/shifts.ts';
import { common, unionOf, without } from '../../../src/domain/time/spans.ts';
import { HOUR, MINUTE, type Instant, type Interval } from '../../../src/domain/time/time.ts';
import { asClockTime, clockTime } from '../build.ts';

function span(text: string): Interval {
  const [from = '', to = ''] = text.split('-');
  return { from: clockTime(from), to: clockTime(to) };
}

function activity(text: string, category: Activity['category']): Activity {
  return { ...span(text), category };
}

interface Schedule {
  readonly shifts?: readonly string[];
  readonly plan?: readonly Activity[];
  readonly off?: readonly string[];
  readonly weeks?: readonly string[];
  /** When it is read; the answer goes 18 hours further. */
  readonly at?: string;
}

/** A shift is on queue unless `plan` says otherwise. */
function schedule({ shifts = [], plan, off = [], weeks, at = '08:00' }: Schedule): Shifts {
  const published: Published = {
    shifts: shifts.map((text) => ({
      ...span(text),
      activities: plan ?? [activity(text, 'on_queue_work')],
    })),
    daysOff: off.map((text) => activity(text, 'time_off')),
    weeks: weeks?.map(span),
  };
  return shiftsOf(published, clockTime(at), clockTime(at) + 18 * HOUR);
}

function hours(side: 'during' | 'outside', early = 0, late = 0): RuleHours {
  return { calendar: { name: 'shift', source: 'wfm', early, late }, side };
}

/** On which side of the shift these times lie, looked at two minutes after the reading. */
function sides(shifts: Shifts | undefined, ...times: readonly string[]): string[] {
  const now = (shifts?.readAt ?? 0) + 2 * MINUTE;
  const at = (side: 'during' | 'outside', time: string): boolean =>
    isInside(hoursFor(hours(side), shifts, now), clockTime(time));
  return times.map((time) => (at('during', time) ? 'during' : at('outside', time) ? 'outside' : 'neither'));
}

const DAY_SHIFT = schedule({ shifts: ['09:00-17:30'] });

describe('sides', () => {
  test('a shift is during, and the time around it is outside', () => {
    expect(sides(DAY_SHIFT, '08:30', '09:00', '17:29', '17:30', '20:00')).toEqual([
      'outside',
      'during',
      'during',
      'outside',
      'outside',
    ]);
  });

  test('an agent without a published schedule is on neither side', () => {
    expect(sides(noShifts(clockTime('08:00')), '09:00', '23:00')).toEqual(['neither', 'neither']);
    expect(sides(undefined, '09:00')).toEqual(['neither']);
  });

  test('further than twelve hours from a shift is neither: a day off looks like a day that is not published', () => {
    const evening = schedule({ shifts: ['09:00-17:30'], at: '20:00' });
    expect(sides(evening, '29:29', '29:31')).toEqual(['outside', 'neither']);
  });

  test('what is not published yet is neither, though the last shift is near', () => {
    const sunday = schedule({ shifts: ['14:00-22:00'], weeks: ['00:00-24:00'], at: '20:00' });
    expect(sides(sunday, '21:00', '23:00', '24:00', '30:00')).toEqual([
      'during',
      'outside',
      'neither',
      'neither',
    ]);
  });

  test('a shift over midnight is one, whatever the order and the overlaps of its parts', () => {
    const night = schedule({ shifts: ['24:00-30:00', '22:00-25:00', '22:00-24:00'], at: '18:00' });
    expect(night.work).toEqual([span('22:00-30:00')]);
    expect(sides(night, '21:00', '23:00', '26:00', '30:30')).toEqual([
      'outside',
      'during',
      'during',
      'outside',
    ]);
  });

  test('on a whole day off the agent is outside', () => {
    expect(sides(schedule({ off: ['00:00-24:00'] }), '12:00', '25:00')).toEqual(['outside', 'neither']);
  });

  test('a shift on a day off contradicts itself: neither', () => {
    const both = schedule({ shifts: ['09:00-17:00'], off: ['00:00-24:00'] });
    expect(sides(both, '08:30', '12:00', '18:00')).toEqual(['outside', 'neither', 'outside']);
  });

  test('a schedule that was read six hours ago is not known any more', () => {
    const at = (now: string): boolean[] =>
      (['during', 'outside'] as const).map((side) =>
        isInside(hoursFor(hours(side), DAY_SHIFT, clockTime(now)), clockTime(now)),
      );
    expect([at('13:59'), at('14:00')]).toEqual([
      [true, false],
      [false, false],
    ]);
    const during = hoursFor(hours('during'), DAY_SHIFT, clockTime('15:00'));
    expect(timeInside(during, span('09:00-15:00'))).toBe(5 * HOUR);
    expect(whenInside(during, clockTime('15:00'), 0)).toBeUndefined();
  });
});

describe('clocks', () => {
  const outside = hoursFor(hours('outside', 0, 15 * MINUTE), DAY_SHIFT, clockTime('08:05'));

  test('only time on the side of the rule counts, from the widened end of the shift on', () => {
    expect(timeInside(outside, span('16:00-18:00'))).toBe(15 * MINUTE);
    expect(asClockTime(whenInside(outside, clockTime('16:00'), 30 * MINUTE)!)).toBe('18:15');
  });

  test('a limit that is reached as a span ends is due when the next one begins, and one beyond it in that', () => {
    const split = schedule({ shifts: ['09:00-12:00', '13:00-17:00'] });
    const during = hoursFor(hours('during'), split, clockTime('08:05'));
    const due = (from: string, limit: number): string =>
      asClockTime(whenInside(during, clockTime(from), limit)!);
    expect([due('09:00', 3 * HOUR - 1_000), due('09:00', 3 * HOUR), due('11:00', 90 * MINUTE)]).toEqual([
      '11:59:59',
      '13:00',
      '13:30',
    ]);
    expect([due('12:00', 0), due('12:30', HOUR), due('14:00', HOUR)]).toEqual(['13:00', '14:00', '15:00']);
  });

  test('further than the schedule is known there is no time at which a rule would be due', () => {
    expect(whenInside(outside, clockTime('16:00'), 24 * HOUR)).toBeUndefined();
  });
});

describe('scheduled activities', () => {
  const plan = [
    activity('09:00-10:00', 'on_queue_work'),
    activity('10:00-11:00', 'meeting'),
    activity('12:00-17:30', 'on_queue_work'),
  ];
  const shifts = schedule({ shifts: ['09:00-17:30'], plan });
  const at = (time: string, ...wanted: ActivityCategory[]): string =>
    isScheduled(new Set(wanted), shifts, clockTime(time));

  test('the activity of the moment decides, and outside of a shift there is none', () => {
    expect([at('10:30', 'meeting'), at('10:30', 'training'), at('09:30', 'meeting')]).toEqual([
      'yes',
      'no',
      'no',
    ]);
    expect([at('08:30', 'meeting'), at('13:30', 'on_queue_work')]).toEqual(['no', 'yes']);
    expect([at('09:59', 'meeting'), at('10:00', 'meeting'), at('11:00', 'meeting')]).toEqual([
      'no',
      'yes',
      'unknown',
    ]);
  });

  test('work on queue is what a shift has besides its activities, from its first instant to before its last', () => {
    const queue = (time: string): string =>
      isScheduled(new Set(['on_queue_work']), { ...shifts, readAt: clockTime(time) }, clockTime(time));
    expect(['08:59', '09:00', '10:30', '12:00', '17:29', '17:30'].map(queue)).toEqual([
      'no',
      'yes',
      'no',
      'yes',
      'yes',
      'no',
    ]);
    const split = schedule({ shifts: ['09:00-12:00', '13:00-17:00'] });
    const inSplit = (time: string): string => isScheduled(new Set(['on_queue_work']), split, clockTime(time));
    expect(['11:00', '12:30', '13:30'].map(inSplit)).toEqual(['yes', 'no', 'yes']);
  });

  test('activities in any order are the same schedule', () => {
    const { activities } = schedule({
      shifts: ['09:00-17:30'],
      plan: plan.toReversed(),
      off: ['24:00-48:00'],
    });
    expect(activities.map(({ from, category }) => [asClockTime(from), category])).toEqual([
      ['10:00', 'meeting'],
      ['11:00', 'unknown'],
      ['24:00', 'time_off'],
    ]);
  });

  test('a gap in a shift, a code without a category, and an old schedule do not tell', () => {
    expect(at('11:30', 'meeting')).toBe('unknown');
    const code = schedule({ shifts: ['09:00-17:00'], plan: [activity('09:00-17:00', 'unknown')] });
    expect(isScheduled(new Set(['meeting']), code, clockTime('10:00'))).toBe('unknown');
    expect(isScheduled(new Set(['meeting']), shifts, clockTime('08:00') + SHIFTS_HOLD)).toBe('unknown');
    expect(isScheduled(new Set(['meeting']), undefined, clockTime('10:00'))).toBe('unknown');
    expect(isScheduled(new Set(['meeting']), unreadableShifts(clockTime('10:00')), clockTime('10:05'))).toBe(
      'unknown',
    );
  });

  test('a whole day off is time off, and an agent without a schedule is scheduled for nothing', () => {
    const off = schedule({ off: ['00:00-24:00'] });
    expect(isScheduled(new Set(['time_off']), off, clockTime('12:00'))).toBe('yes');
    expect(isScheduled(new Set(['time_off']), noShifts(clockTime('12:00')), clockTime('12:05'))).toBe('no');
  });

  test('the next change is the next edge of an activity', () => {
    expect(asClockTime(nextChange(shifts, clockTime('09:30')))).toBe('10:00');
    expect(asClockTime(nextChange(shifts, clockTime('10:00')))).toBe('11:00');
    expect(asClockTime(nextChange(shifts, clockTime('10:15')))).toBe('11:00');
    expect(nextChange(undefined, 0)).toBe(Infinity);
  });

  test('work on queue is no activity: after the last one there is no next change', () => {
    expect(nextChange(shifts, clockTime('12:00'))).toBe(Infinity);
  });
});

describe('whether it is known on which side of a shift a moment lies', () => {
  const split = schedule({ shifts: ['09:00-17:00'], weeks: ['08:00-12:00', '13:00-24:00'] });

  test.each([
    ['in the time that was told of', split, '11:59', true],
    ['at the first instant of such a time', split, '13:00', true],
    ['at the end of such a time', split, '12:00', false],
    ['between two such times', split, '12:30', false],
    ['before the first', split, '07:59', false],
    ['six hours after the schedule was read', split, '14:00', false],
    ['of an agent without a published schedule', noShifts(clockTime('09:00')), '09:05', false],
    ['of an agent whose schedule was never read', undefined, '09:05', false],
  ])('%s', (_, shifts, at, isSo) => {
    expect(isKnown(shifts, clockTime(at))).toBe(isSo);
  });
});

describe('memory', () => {
  test('what was known before goes on counting for the time before the last reading', () => {
    const later = schedule({ shifts: ['12:30-21:00'], at: '12:00' });
    const both = remembered(DAY_SHIFT, later)!;
    // The shift was moved while it went on.
    expect(both.work).toEqual([span('09:00-12:00'), span('12:30-21:00')]);
    expect(sides(both, '08:30', '10:00', '12:10', '13:00')).toEqual([
      'outside',
      'during',
      'outside',
      'during',
    ]);
  });

  test('time for which no reading held is not known later either', () => {
    const both = remembered(DAY_SHIFT, schedule({ shifts: ['09:00-17:30'], at: '16:00' }))!;
    expect(sides(both, '13:59', '15:00', '16:30')).toEqual(['during', 'neither', 'during']);
  });

  test('an older reading changes nothing, and one that says the same is not written anew', () => {
    expect(remembered(DAY_SHIFT, schedule({ shifts: ['07:00-08:00'], at: '07:00' }))).toBe(DAY_SHIFT);
    expect(remembered(DAY_SHIFT, schedule({ shifts: ['10:00-18:00'], at: '08:00' }))).toBe(DAY_SHIFT);
    expect(remembered(noShifts(1_000_000), noShifts(1_000_000 + 29 * MINUTE))!.readAt).toBe(1_000_000);
    expect(remembered(noShifts(1_000_000), noShifts(1_000_000 + 30 * MINUTE))!.readAt).toBe(
      1_000_000 + 30 * MINUTE,
    );
    expect(remembered(DAY_SHIFT, undefined)).toBe(DAY_SHIFT);
  });

  test('three days are remembered', () => {
    const later = schedule({ at: '90:00' });
    expect(remembered(DAY_SHIFT, later)!.work).toEqual([]);
    expect(remembered(DAY_SHIFT, schedule({ at: '85:00' }))!.work).toEqual([span('13:00-17:30')]);
  });

  test('of an agent in two units both schedules count, and one that cannot be understood spoils both', () => {
    const other = schedule({ shifts: ['19:00-22:00'], at: '08:30' });
    const both = joined(DAY_SHIFT, other);
    expect(sides(both, '10:00', '18:00', '20:00')).toEqual(['during', 'outside', 'during']);
    expect(both.readAt).toBe(clockTime('08:00'));
    const spoilt = joined(DAY_SHIFT, unreadableShifts(clockTime('08:30')));
    expect(spoilt).toEqual({
      readAt: clockTime('08:30'),
      work: [],
      known: [],
      activities: [{ from: clockTime('08:30') - 24 * HOUR, to: clockTime('32:30'), category: 'unknown' }],
    });
    expect(sides(spoilt, '10:00', '18:00')).toEqual(['neither', 'neither']);
    expect(sides(joined(spoilt, DAY_SHIFT), '10:00')).toEqual(['neither']);
  });

  test.each([
    ['nothing', noShifts(clockTime('08:00')), []],
    ['a day off', schedule({ off: ['24:00-48:00'] }), ['24:00']],
    [
      'a shift with a gap',
      schedule({ shifts: ['19:00-22:00'], plan: [activity('19:00-21:00', 'meeting')] }),
      ['19:00', '21:00'],
    ],
  ])(
    'a unit that publishes %s spoils nothing: activities of both units count, in order',
    (_, other, begin) => {
      const meeting = schedule({ shifts: ['09:00-17:30'], plan: [activity('09:00-17:30', 'meeting')] });
      for (const both of [joined(other, meeting), joined(meeting, other)]) {
        expect(both.activities.map(({ from }) => asClockTime(from))).toEqual(['09:00', ...begin]);
        expect(sides(both, '10:00')).toEqual(['during']);
      }
    },
  );

  test('the first unit of an agent is taken as it is', () => {
    expect(joined(undefined, DAY_SHIFT)).toBe(DAY_SHIFT);
  });
});

/** Minutes, most of them whole half hours, so that what begins and ends meets. */
const minutes = (min: number, max: number): fc.Arbitrary<number> =>
  fc
    .oneof(
      { weight: 3, arbitrary: fc.integer({ min: min / 30, max: max / 30 }).map((half) => half * 30) },
      fc.integer({ min, max }),
    )
    .map((minute) => minute * MINUTE);
/** Spans within two days, some of them empty. */
const anySpan = fc
  .tuple(minutes(-24 * 60, 48 * 60), minutes(0, 20 * 60))
  .map(([from, length]) => ({ from, to: from + length }));
const anySpans = fc.array(anySpan, { maxLength: 8 });
const anyShifts = fc
  .record({
    shifts: anySpans,
    off: fc.array(anySpan, { maxLength: 2 }),
    weeks: fc.option(anySpans, { nil: undefined }),
  })
  .map(({ shifts, off, weeks }) =>
    shiftsOf(
      {
        shifts: shifts.map((each) => ({ ...each, activities: [] })),
        daysOff: off.map((each) => ({ ...each, category: 'time_off' as const })),
        weeks,
      },
      0,
      18 * HOUR,
    ),
  );
const anyMoment = minutes(0, 20 * 60);
const anyWidth = minutes(0, 4 * 60);

/** Span by span of the shortest length, what a list covers. */
function unitsIn(spans: readonly Interval[]): boolean[] {
  return Array.from({ length: 30 }, (_, at) => spans.some(({ from, to }) => from <= at && at < to));
}

/** When a rule outside of the shift would be due, for a clock that began at `start`. */
function dueAt(hoursOf: AgentHours, start: Instant, now: Instant, limit: number): Instant {
  const measured = timeInside(hoursOf, { from: start, to: now });
  return whenInside(hoursOf, now, Math.max(0, limit - measured)) ?? Infinity;
}

describe('properties', () => {
  const short = fc.tuple(fc.nat(20), fc.nat(6)).map(([from, length]) => ({ from, to: from + length }));
  const shorts = fc.array(short, { maxLength: 6 });

  test('lists of spans are the sets of their moments', () => {
    fc.assert(
      fc.property(shorts, shorts, (a, b) => {
        const [as, bs] = [unitsIn(a), unitsIn(b)];
        const [ua, ub] = [unionOf(a), unionOf(b)];
        expect(String(unitsIn(ua))).toBe(String(as));
        expect(String(unitsIn(common(ua, ub)))).toBe(String(as.map((on, i) => on && bs[i] === true)));
        expect(String(unitsIn(without(ua, ub)))).toBe(String(as.map((on, i) => on && bs[i] !== true)));
      }),
      { numRuns: 200 },
    );
  });

  test('lists of spans are in order, have no empty ones, and a union has none that touch', () => {
    fc.assert(
      fc.property(shorts, shorts, (a, b) => {
        const [ua, ub] = [unionOf(a), unionOf(b)];
        for (const list of [ua, common(ua, ub), without(ua, ub)]) {
          expect(list.every(({ from, to }) => from < to)).toBe(true);
          expect(list.every(({ from }, i) => from >= (list[i - 1]?.to ?? -Infinity))).toBe(true);
        }
        expect(ua.every(({ from }, i) => from > (ua[i - 1]?.to ?? -Infinity))).toBe(true);
      }),
    );
  });

  test('shifts in any order, cut into parts that overlap, are their union', () => {
    fc.assert(
      fc.property(anySpans, fc.integer({ min: 0, max: 60 }), (shifts, cut) => {
        const plain = (list: readonly Interval[]): Shifts =>
          shiftsOf({ shifts: list.map((each) => ({ ...each, activities: [] })), daysOff: [] }, 0, 18 * HOUR);
        const parts = shifts.flatMap(({ from, to }) => {
          const middle = Math.min(to, from + cut * MINUTE);
          return [
            { from: middle, to },
            { from, to: middle },
            { from, to },
          ];
        });
        const { readAt, work, known } = plain(shifts);
        expect(plain(parts.toReversed())).toMatchObject({ readAt, work, known });
      }),
    );
  });

  test('widening never makes a rule outside of the shift due earlier', () => {
    fc.assert(
      fc.property(
        anyShifts,
        anyMoment,
        anyMoment,
        anyWidth,
        anyWidth,
        anyWidth,
        (shifts, a, b, limit, early, late) => {
          const [start, now] = [Math.min(a, b), Math.max(a, b)];
          const due = dueAt(hoursFor(hours('outside'), shifts, now), start, now, limit);
          const widened = dueAt(hoursFor(hours('outside', early, late), shifts, now), start, now, limit);
          expect(widened).toBeGreaterThanOrEqual(due);
        },
      ),
    );
  });

  test('no moment is on both sides, and none that is not known is on any', () => {
    fc.assert(
      fc.property(anyShifts, anyMoment, anyMoment, anyWidth, (shifts, moment, other, width) => {
        const edges = [...shifts.known, ...shifts.work].flatMap(({ from, to }) => [
          from,
          from - width,
          to,
          to + width,
        ]);
        for (const now of [moment, SHIFTS_HOLD]) {
          const [during, outside] = (['during', 'outside'] as const).map((side) =>
            hoursFor(hours(side, width, width), shifts, now),
          );
          for (const at of [other, SHIFTS_HOLD, ...edges]) {
            const sides = [isInside(during!, at), isInside(outside!, at)];
            expect(sides).not.toEqual([true, true]);
            const isKnown = shifts.known.some(({ from, to }) => from <= at && at < to);
            if (!isKnown || (now >= SHIFTS_HOLD && at >= SHIFTS_HOLD)) expect(sides).toEqual([false, false]);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('less knowledge never makes a rule due earlier, on either side', () => {
    fc.assert(
      fc.property(anyShifts, anySpans, anyMoment, anyMoment, anyWidth, (shifts, holes, a, b, limit) => {
        const [start, now] = [Math.min(a, b), Math.max(a, b)];
        const less = { ...shifts, known: without(shifts.known, unionOf(holes)) };
        for (const side of ['during', 'outside'] as const) {
          const due = dueAt(hoursFor(hours(side), shifts, now), start, now, limit);
          expect(dueAt(hoursFor(hours(side), less, now), start, now, limit)).toBeGreaterThanOrEqual(due);
        }
      }),
    );
  });
});
