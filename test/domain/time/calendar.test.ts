import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import {
  hoursOverlap,
  insideHours,
  walkHours,
  windowsIn,
  type Calendar,
} from '../../../src/domain/time/calendar.ts';
import type { Hours } from '../../../src/domain/time/calendar.ts';
import { DAY, HOUR, MINUTE, type Instant, type Interval } from '../../../src/domain/time/time.ts';
import { localTimeAt, wallTime } from '../../../src/domain/time/zone.ts';
import { calendar } from '../build.ts';

const ZONES = Intl.supportedValuesOf('timeZone');
const YEARS = { from: Date.parse('2026-01-01T00:00:00Z'), to: Date.parse('2028-01-01T00:00:00Z') };

const offsets = new Map<string, number>();

/** What luxon says, asked once. */
function offsetAt(zone: string, at: Instant): number {
  const key = `${zone} ${at}`;
  const offset = offsets.get(key) ?? DateTime.fromMillis(at, { zone }).offset;
  offsets.set(key, offset);
  return offset;
}

/** The instants in 2026 and 2027 at which the zone's offset changes. */
function changesOf(zone: string): Instant[] {
  const found: Instant[] = [];
  for (let at = YEARS.from; at < YEARS.to; at += 10 * DAY) {
    if (offsetAt(zone, at) === offsetAt(zone, at + 10 * DAY)) continue;
    let [low, high] = [at, at + 10 * DAY];
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
      if (offsetAt(zone, middle) === offsetAt(zone, low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

/** All instants, minute by minute around `near`, at which the wall clock shows `wall`, by luxon; in order. */
function instantsOf(zone: string, wall: number, near: Instant): Instant[] {
  const possible = new Set([-DAY, 0, DAY].map((shift) => offsetAt(zone, near + shift) * MINUTE));
  const candidates = [...possible].map((offset) => wall - offset);
  return candidates.filter((at) => at + offsetAt(zone, at) * MINUTE === wall).sort((a, b) => a - b);
}

interface TimeChange {
  readonly zone: string;
  readonly at: Instant;
}

let found: readonly TimeChange[] | undefined;

function allChanges(): readonly TimeChange[] {
  return (found ??= ZONES.flatMap((zone) => changesOf(zone).map((at) => ({ zone, at }))));
}

/** One zone for each way in which an offset changes: the other zones have the same clock on that night. */
function changes(): readonly TimeChange[] {
  const each = allChanges().map((one) => {
    const { zone, at } = one;
    return [`${at} ${offsetAt(zone, at - MINUTE)} ${offsetAt(zone, at)}`, one] as const;
  });
  return [...new Map(each).values()];
}

describe('local time, with luxon as the judge', () => {
  test('there are time changes to try', () => {
    expect(new Set(allChanges().map(({ zone }) => zone)).size).toBeGreaterThan(100);
    expect(changes().length).toBeGreaterThan(30);
  });

  test('the wall clock of every zone is read as luxon reads it, around every time change', () => {
    for (const { zone, at } of allChanges()) {
      for (const shift of [-DAY, -HOUR, -MINUTE, -1_000, 0, 1_000, HOUR, DAY]) {
        const instant = at + shift;
        expect([zone, wallTime(zone, instant)]).toEqual([zone, instant + offsetAt(zone, instant) * MINUTE]);
      }
    }
  });

  test('each quarter of an hour on both nights has the first and last instant that luxon finds; a skipped one the jump', () => {
    for (const { zone, at } of changes()) {
      const around = at + offsetAt(zone, at - MINUTE) * MINUTE;
      const quarter = Math.floor(around / (15 * MINUTE)) * 15 * MINUTE;
      for (let wall = quarter - 3 * HOUR; wall <= quarter + 3 * HOUR; wall += 15 * MINUTE) {
        const found = instantsOf(zone, wall, at);
        const wanted = { first: found[0] ?? at, last: found.at(-1) ?? at };
        expect([zone, wall, localTimeAt(zone, wall)]).toEqual([zone, wall, wanted]);
      }
    }
  });

  test('zones without a change are read right too', () => {
    for (const zone of ZONES) {
      const noon = Date.parse('2026-07-01T12:00:00Z');
      const { first, last } = localTimeAt(zone, noon);
      expect([zone, wallTime(zone, first), last]).toEqual([zone, noon, first]);
    }
  });

  test('an unknown zone throws', () => {
    expect(() => wallTime('Mars/Olympus', 0)).toThrow(RangeError);
  });
});

describe('windows', () => {
  const at = (zone: string, local: string): Instant => DateTime.fromISO(local, { zone }).toMillis();
  const hoursOf = (windows: Calendar, from: string, to: string): number =>
    hoursOverlap(
      { calendar: windows, side: 'during' },
      { from: at(windows.timezone, from), to: at(windows.timezone, to) },
    ) / HOUR;

  test('open and close at local time in summer and in winter', () => {
    const chicago = calendar('America/Chicago', ['07:00-19:00']);
    for (const day of ['2026-01-15', '2026-07-15']) {
      const start = at('America/Chicago', `${day}T00:00`);
      expect(windowsIn(chicago, { from: start, to: start + DAY })).toEqual([
        { from: start + 7 * HOUR, to: start + 19 * HOUR },
      ]);
    }
  });

  test('that lie in a skipped hour are as short as it is, and one in a repeated hour is as long', () => {
    const night = calendar('Europe/Berlin', ['01:00-04:00']);
    expect(hoursOf(night, '2026-03-28T00:00', '2026-03-29T00:00')).toBe(3);
    expect(hoursOf(night, '2026-03-29T00:00', '2026-03-30T00:00')).toBe(2);
    expect(hoursOf(night, '2026-10-25T00:00', '2026-10-26T00:00')).toBe(4);
  });

  test('open at the first occurrence of a repeated start and close at the last of a repeated end', () => {
    const inside = calendar('Europe/Berlin', ['02:15-02:45']);
    expect(hoursOf(inside, '2026-10-25T00:00', '2026-10-26T00:00')).toBe(1.5);
    expect(hoursOf(inside, '2026-03-29T00:00', '2026-03-30T00:00')).toBe(0);
  });

  test('that cross midnight belong to the day they start on', () => {
    const friday = calendar('Europe/Berlin', ['22:00-06:00'], { weekdays: [5] });
    expect(hoursOf(friday, '2026-05-08T00:00', '2026-05-09T00:00')).toBe(2);
    expect(hoursOf(friday, '2026-05-09T00:00', '2026-05-10T00:00')).toBe(6);
    expect(hoursOf(friday, '2026-05-10T00:00', '2026-05-15T00:00')).toBe(0);
  });

  test('of a day that is excepted do not start, also not the part after midnight; the day before still ends', () => {
    const nights = calendar('America/New_York', ['22:00-06:00'], { except: ['2026-12-25'] });
    expect(hoursOf(nights, '2026-12-25T00:00', '2026-12-25T12:00')).toBe(6);
    expect(hoursOf(nights, '2026-12-25T12:00', '2026-12-26T12:00')).toBe(0);
    expect(hoursOf(nights, '2026-12-26T12:00', '2026-12-27T12:00')).toBe(8);
  });

  test('from a time to itself are a whole day, and meet', () => {
    const always = calendar('Europe/Berlin', ['00:00-00:00']);
    expect(hoursOf(always, '2026-10-20T00:00', '2026-10-30T00:00')).toBe(241);
    const span = {
      from: at('Europe/Berlin', '2026-10-20T00:00'),
      to: at('Europe/Berlin', '2026-10-30T00:00'),
    };
    expect(windowsIn(always, span)).toHaveLength(1);
  });

  test('that overlap count once', () => {
    expect(
      hoursOf(calendar('UTC', ['08:00-12:00', '10:00-14:00']), '2026-05-08T00:00', '2026-05-09T00:00'),
    ).toBe(6);
  });

  test('begin with their first instant and end before their last', () => {
    const hours: Hours = { calendar: calendar('UTC', ['08:00-12:00']), side: 'during' };
    const inside = ['07:59:59.999', '08:00:00', '11:59:59.999', '12:00:00'].map((time) =>
      insideHours(hours, Date.parse(`2026-05-08T${time}Z`)),
    );
    expect(inside).toEqual([false, true, true, false]);
    expect(insideHours({ ...hours, side: 'outside' }, Date.parse('2026-05-08T12:00:00Z'))).toBe(true);
  });

  test('that end as a span begins, or begin as it ends, are not in it', () => {
    const span = { from: at('UTC', '2026-05-08T12:00'), to: at('UTC', '2026-05-09T08:00') };
    expect(windowsIn(calendar('UTC', ['08:00-12:00']), span)).toEqual([]);
  });

  test('are found to their last hour, also of a day that began long before in a zone far behind UTC', () => {
    const friday = calendar('Pacific/Pago_Pago', ['23:00-23:00'], { weekdays: [5] });
    const from = Date.parse('2026-05-10T09:00:00Z');
    const [first] = windowsIn(friday, { from, to: from + 40 * DAY });
    expect(first?.to).toBe(from + HOUR);
  });

  test('of days from one year into the next do not start, each year', () => {
    const days = calendar('UTC', ['09:00-17:00'], { except: ['12-24..01-02'] });
    const open = ['12-23', '12-24', '12-31', '01-01', '01-02', '01-03', '06-15'].map((date) =>
      insideHours({ calendar: days, side: 'during' }, Date.parse(`2026-${date}T12:00:00Z`)),
    );
    expect(open).toEqual([true, false, false, false, false, true, true]);
  });

  test('of zones of every kind, on both nights and across midnight, are those that luxon would draw', () => {
    for (const { zone, at: change } of changes()) {
      for (const [start, end] of [
        ['01:30', '03:30'],
        ['22:00', '02:30'],
        ['23:30', '00:30'],
        ['09:00', '17:00'],
      ] as const) {
        const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
        const wanted: { from: Instant; to: Instant }[] = [];
        const day = Math.floor((change + offsetAt(zone, change) * MINUTE) / DAY) * DAY;
        for (let date = day - DAY; date <= day + DAY; date += DAY) {
          const last = date + (end <= start ? DAY : 0) + minutes(end) * MINUTE;
          const from = instantsOf(zone, date + minutes(start) * MINUTE, change)[0] ?? change;
          wanted.push({ from, to: instantsOf(zone, last, change).at(-1) ?? change });
        }
        const span = { from: wanted[0]!.from, to: wanted[2]!.to };
        expect([zone, start, windowsIn(calendar(zone, [`${start}-${end}`]), span)]).toEqual([
          zone,
          start,
          wanted,
        ]);
      }
    }
  });
});

describe('exceptions, with luxon as the judge', () => {
  const WINDOWS = [
    '08:00-12:00',
    '01:30-03:30',
    '22:00-02:30',
    '00:00-24:00',
    '23:30-00:30',
    '02:15-02:45',
  ] as const;
  const WEEKLY = '09:00-17:00';
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

  /** The windows that start on a local day, as luxon would draw them. */
  function drawn(zone: string, day: number, texts: readonly string[], change: Instant): Interval[] {
    return texts.map((text) => {
      const [start = 0, end = 0] = text.split('-').map(minutes);
      const last = day + (end <= start ? DAY : 0) + end * MINUTE;
      return {
        from: instantsOf(zone, day + start * MINUTE, change)[0] ?? change,
        to: instantsOf(zone, last, change).at(-1) ?? change,
      };
    });
  }

  const isoOf = (day: number): string => DateTime.fromMillis(day, { zone: 'UTC' }).toISODate() ?? '';
  const exceptionOf = (
    day: number,
    length: number,
    yearly: boolean,
    windows: readonly string[],
  ): [string, ...string[]] => {
    const [from, to] = [isoOf(day), isoOf(day + length * DAY)].map((text) => (yearly ? text.slice(5) : text));
    return [`${from}..${to}`, ...windows];
  };

  test('replace the windows of just their days, in zones of every kind, on both nights', () => {
    const one = fc.record({
      shift: fc.integer({ min: -2, max: 2 }),
      length: fc.integer({ min: 0, max: 3 }),
      yearly: fc.boolean(),
      windows: fc.subarray([...WINDOWS], { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...changes()), fc.array(one, { maxLength: 3 }), ({ zone, at }, written) => {
        const night = Math.floor((at + offsetAt(zone, at) * MINUTE) / DAY) * DAY;
        const except = written.map(({ shift, length, yearly, windows }) =>
          exceptionOf(night + shift * DAY, length, yearly, windows),
        );
        const wanted = [-2, -1, 0, 1, 2].flatMap((shift) => {
          const found = written.find((each) => each.shift <= shift && shift <= each.shift + each.length);
          return drawn(zone, night + shift * DAY, found?.windows ?? [WEEKLY], at);
        });
        const span = { from: at - 30 * HOUR, to: at + 30 * HOUR };
        const cut = hoursOverlapOf(wanted, span);
        const hours: Hours = { calendar: calendar(zone, [WEEKLY], { except }), side: 'during' };
        expect([zone, except, hoursOverlap(hours, span)]).toEqual([zone, except, cut]);
      }),
      { numRuns: 400 },
    );
  });

  /** How much of `span` is covered, what overlaps once. */
  function hoursOverlapOf(windows: readonly Interval[], span: Interval): number {
    let open = 0;
    let reached = span.from;
    for (const { from, to } of windows.toSorted((a, b) => a.from - b.from)) {
      const start = Math.max(from, reached);
      const end = Math.min(to, span.to);
      if (end > start) open += end - start;
      reached = Math.max(reached, end);
    }
    return open;
  }
});

describe('walking through hours', () => {
  const ZONES_OF_EACH_KIND = [
    'America/Chicago',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'UTC',
  ] as const;
  const windows = fc.constantFrom(
    ['07:00-19:00'],
    ['22:00-06:00'],
    ['01:30-02:30', '12:00-13:00'],
    ['00:00-00:00'],
  );
  const weekdays = fc.constantFrom([1, 2, 3, 4, 5] as const, [7] as const, [1, 2, 3, 4, 5, 6, 7] as const);
  const side = fc.constantFrom<Hours['side'][]>('during', 'outside');
  const minutes = (min: number, max: number): fc.Arbitrary<number> =>
    fc.integer({ min, max }).map((minute) => minute * MINUTE);

  /** A zone and an instant, half of them within two days before the clocks of the zone are changed. */
  function places(): fc.Arbitrary<{ readonly zone: string; readonly at: Instant }> {
    const any = fc.record({
      zone: fc.constantFrom(...ZONES_OF_EACH_KIND),
      at: minutes(YEARS.from / MINUTE, YEARS.to / MINUTE),
    });
    const near = fc
      .tuple(fc.constantFrom(...changes()), minutes(0, 48 * 60))
      .map(([{ zone, at }, before]) => ({ zone, at: at - before }));
    return fc.oneof(any, near);
  }

  test('is measuring turned round', () => {
    const amount = minutes(0, 40 * 60);
    fc.assert(
      fc.property(places(), windows, weekdays, side, amount, ({ zone, at }, daily, days, which, wanted) => {
        const hours: Hours = { calendar: calendar(zone, daily, { weekdays: days }), side: which };
        const reached = walkHours(hours, at, wanted);
        if (reached === undefined) {
          expect(hoursOverlap(hours, { from: at, to: at + 400 * DAY })).toBeLessThanOrEqual(wanted);
          return;
        }
        expect(hoursOverlap(hours, { from: at, to: reached })).toBe(wanted);
        expect(insideHours(hours, reached)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('splits any span into during and outside without a rest', () => {
    fc.assert(
      fc.property(
        places(),
        windows,
        weekdays,
        minutes(0, 20 * 1_440),
        ({ zone, at }, daily, days, length) => {
          const [during, outside] = (['during', 'outside'] as const).map((which) =>
            hoursOverlap(
              { calendar: calendar(zone, daily, { weekdays: days }), side: which },
              { from: at, to: at + length },
            ),
          );
          expect((during ?? 0) + (outside ?? 0)).toBe(length);
          expect(Math.min(during ?? 0, outside ?? 0)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('comes to the same whatever was asked before', () => {
    const question = fc.record({ after: fc.nat(60).map((n) => n * 12 * HOUR), amount: minutes(0, 40 * 60) });
    const questions = fc.array(question, { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(places(), windows, weekdays, side, questions, ({ zone, at }, daily, days, which, all) => {
        const fresh = (): Hours => ({ calendar: calendar(zone, daily, { weekdays: days }), side: which });
        const answers = (hours: Hours, { after, amount }: (typeof all)[number]): unknown => {
          const from = at + after;
          return [
            insideHours(hours, from),
            walkHours(hours, from, amount),
            hoursOverlap(hours, { from, to: from + amount }),
          ];
        };
        const asked = fresh();
        for (const each of all) expect(answers(asked, each)).toEqual(answers(fresh(), each));
      }),
      { numRuns: 40 },
    );
  });
});
