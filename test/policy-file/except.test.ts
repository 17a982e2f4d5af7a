/** The exceptions of a calendar: what may be written, what it means, and what is refused. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hoursOverlap, type Calendar } from '../../src/domain/time/calendar.ts';
import { DAY, HOUR } from '../../src/domain/time/time.ts';
import { toCalendar } from '../../src/policy-file/calendars.ts';
import type { CalendarText } from '../../src/policy-file/schema-calendar.ts';
import { faultsOf, load, withMore } from './texts.ts';

/** A calendar in UTC, open every day from 08:00 to 18:00 but for these. */
function calendarOf(except: CalendarText['except']): Calendar {
  return toCalendar('c', { timezone: 'UTC', weekly: { daily: '08:00-18:00' }, except });
}

/** How many hours the windows that start on a day are open. */
function hoursOn(except: CalendarText['except'], date: string): number {
  const from = Date.parse(`${date}T00:00:00Z`);
  return hoursOverlap({ calendar: calendarOf(except), side: 'during' }, { from, to: from + DAY }) / HOUR;
}

function textWith(except: string): string {
  return withMore(
    `calendars:\n  c:\n    timezone: UTC\n    weekly: { daily: "08:00-18:00" }\n    except:\n${except}\n`,
  );
}

/** The faults of the exceptions, one a line from line 12 on, without their path. */
function faultsIn(...entries: readonly string[]): readonly string[] {
  const text = textWith(entries.map((entry) => `      - ${entry}`).join('\n'));
  return faultsOf(() => load(text)).map((line) => line.replace(/calendars\.c\.except/, ''));
}

describe('an exception', () => {
  test.each<[string, CalendarText['except'], Readonly<Record<string, number>>]>([
    ['a date has no windows', ['2026-12-24'], { '2026-12-23': 10, '2026-12-24': 0, '2027-12-24': 10 }],
    [
      'a date with hours has these alone',
      [{ '2026-12-24': '08:00-12:00' }],
      { '2026-12-24': 4, '2027-12-24': 10 },
    ],
    [
      'hours may be several',
      [{ '12-24': ['08:00-10:00', '11:00-12:00'] }],
      { '2026-12-24': 3, '2031-12-24': 3 },
    ],
    ['a yearly date is every year', ['12-25'], { '2025-12-25': 0, '2026-12-25': 0, '2026-12-26': 10 }],
    [
      'the 29th of February is in leap years only',
      ['02-29'],
      { '2028-02-29': 0, '2027-02-28': 10, '2027-03-01': 10 },
    ],
    [
      'a range has both its ends',
      ['2026-12-24..2027-01-02'],
      { '2026-12-23': 10, '2026-12-24': 0, '2027-01-02': 0, '2027-01-03': 10, '2027-12-24': 10 },
    ],
    [
      'a yearly range may run over the end of the year',
      ['12-24..01-02'],
      {
        '2026-12-23': 10,
        '2026-12-24': 0,
        '2026-12-31': 0,
        '2027-01-01': 0,
        '2027-01-02': 0,
        '2027-01-03': 10,
      },
    ],
    [
      'a yearly range with the 29th of February in it has it where it is',
      [{ '02-28..03-01': '08:00-09:00' }],
      { '2028-02-29': 1, '2027-02-28': 1, '2027-03-01': 1, '2027-03-02': 10 },
    ],
    [
      'a range may be of one day, and blanks do not matter',
      [' 12-24 .. 12-24 '],
      { '2026-12-24': 0, '2026-12-25': 10 },
    ],
  ])('%s', (_, except, wanted) => {
    for (const [date, hours] of Object.entries(wanted))
      expect([date, hoursOn(except, date)]).toEqual([date, hours]);
  });

  test('of a date beats a range, a range with years one of every year, and any range a yearly date, in any order', () => {
    const entries: CalendarText['except'] = [
      { '12-24': '08:00-09:00' },
      { '12-20..12-31': '08:00-10:00' },
      { '2026-12-23..2026-12-26': '08:00-11:00' },
      { '2026-12-24': '08:00-12:00' },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(entries), (except) => {
        const has = (key: string): boolean => except.some((entry) => Object.keys(entry).includes(key));
        const first = ['2026-12-24', '2026-12-23..2026-12-26', '12-20..12-31', '12-24'].findIndex(has);
        expect(hoursOn(except, '2026-12-24')).toBe([4, 3, 2, 1][first] ?? 10);
      }),
    );
  });

  test('belongs with its windows to the day on which they start', () => {
    const except: CalendarText['except'] = [{ '2026-12-24': '22:00-06:00' }, '2026-12-25'];
    expect(hoursOn(except, '2026-12-24')).toBe(2);
    expect(hoursOn(except, '2026-12-25')).toBe(6);
  });

  test('reads from YAML as it is written, with quotes and without', () => {
    const except = `      - 2026-12-25
      - 12-31
      - { 12-24: "08:00-12:00" }
      - "2026-07-01..2026-07-03": ["08:00-09:00", "10:00-11:00"]`;
    const { draft, warnings } = load(textWith(except));
    expect(warnings).toEqual([]);
    expect(toCalendar('c', draft.content.calendars['c'] as CalendarText).except).toEqual([
      { from: '2026-12-25', to: '2026-12-25', windows: [] },
      {
        from: '2026-07-01',
        to: '2026-07-03',
        windows: [
          { start: 480, end: 540 },
          { start: 600, end: 660 },
        ],
      },
      { from: '12-31', to: '12-31', windows: [] },
      { from: '12-24', to: '12-24', windows: [{ start: 480, end: 720 }] },
    ]);
  });
});

describe('of exceptions there are refused', () => {
  test.each([
    [
      'other notations',
      '25.12.2026',
      '[0]: "25.12.2026" is not a day; write 2026-12-25, every year 12-25, or a range such as 12-24..01-02',
    ],
    ['days that are not', '2027-02-29', '[0]: "2027-02-29" names 2027-02-29, which no calendar has'],
    ['yearly days that are not', '02-30', '[0]: "02-30" names 02-30, which no calendar has'],
    [
      'days of a range that are not',
      '12-24..13-01',
      '[0]: "12-24..13-01" names 13-01, which no calendar has',
    ],
    [
      'ranges of half a kind',
      '2026-12-24..01-02',
      '[0]: "2026-12-24..01-02" mixes years: write both ends with their year, or both without',
    ],
    [
      'ranges with three dots',
      '12-24...12-26',
      '[0]: this is not a day; write 2026-12-25, every year 12-25, or a range such as 12-24..01-02',
    ],
    [
      'reversed ranges',
      '2026-12-27..2026-12-24',
      '[0]: "2026-12-27..2026-12-24" ends before it begins; write 2026-12-24..2026-12-27',
    ],
    [
      'hours that are not',
      '{ 12-24: "8-12" }',
      '[0].12-24: must be hours such as "07:00-19:00", in quotes; "00:00-24:00" is the whole day',
    ],
    ['an empty list of hours', '{ 12-24: [] }', '[0].12-24: is an empty list'],
    [
      'a day without its hours',
      '{ 12-24: }',
      '[0]: must be a day such as 2026-12-25, 12-25 or 12-24..01-02, or one with hours such as { 12-24: "08:00-12:00" }',
    ],
    [
      'mistyped days with hours, at the day',
      '{ 12.24: "08:00-12:00" }',
      '[0].12.24: "12.24" is not a day; write 2026-12-25, every year 12-25, or a range such as 12-24..01-02',
    ],
    [
      'two days in one entry',
      '{ 12-24: "08:00-12:00", 12-31: "08:00-12:00" }',
      '[0]: must have one day, or range of days, with its hours: give each an entry of its own',
    ],
    [
      'numbers',
      '1225',
      '[0]: must be a day such as 2026-12-25, 12-25 or 12-24..01-02, or one with hours such as { 12-24: "08:00-12:00" }',
    ],
  ])('%s', (_, entry, fault) => {
    expect(faultsIn(entry).map((line) => line.replace(/^12:\d+: /, ''))).toEqual([fault]);
  });

  test('the same days twice, however they are spelled', () => {
    expect(
      faultsIn('12-24..12-26', '{ 12-24 .. 12-26: "08:00-12:00" }', '12-25', '2026-12-25', '12-25'),
    ).toEqual([
      '13:9: [1]: "12-24 .. 12-26" stands twice: first in line 12',
      '16:9: [4]: "12-25" stands twice: first in line 14',
    ]);
  });

  test('all of them at once, also where another part of the calendar is wrong', () => {
    const text = textWith('      - 12-25\n      - 02-30\n      - 12-25').replace(
      'timezone: UTC',
      'timezone: CST',
    );
    expect(faultsOf(() => load(text)).map((line) => line.slice(0, 60))).toEqual([
      '9:15: calendars.c.timezone: "CST" is not a time zone as Area/Location'.slice(0, 60),
      '13:9: calendars.c.except[1]: "02-30" names 02-30, which no c',
      '14:9: calendars.c.except[2]: "12-25" stands twice: first in ',
    ]);
  });

  test('ranges of one kind that overlap with different windows, wherever they stand', () => {
    expect(faultsIn('{ 12-20..12-31: "08:00-12:00" }', '01-01..01-06', '12-31..01-02')).toEqual([
      '14:9: [2]: "12-31..01-02" and "12-20..12-31" in line 12 overlap with different windows: which of them counts?',
    ]);
    expect(faultsIn('{ 2027-01-02..2027-01-09: "08:00-12:00" }', '2026-12-24..2027-01-02')).toEqual([
      '13:9: [1]: "2026-12-24..2027-01-02" and "2027-01-02..2027-01-09" in line 12 overlap with different windows: which of them counts?',
    ]);
    expect(
      faultsIn('12-20..12-31', '12-24..01-02', '2026-12-01..2026-12-30', '2026-12-30..2027-01-03'),
    ).toEqual([]);
    expect(faultsIn('{ 12-20..12-31: "08:00-12:00" }', '2026-12-24..2027-01-02')).toEqual([]);
  });
});

describe('an exception that is probably a slip', () => {
  const warningsOf = (...entries: readonly string[]): readonly string[] =>
    load(textWith(entries.map((entry) => `      - ${entry}`).join('\n'))).warnings.map((line) =>
      line.replace(/^p.yaml:(\d+):9: calendars.c.except/, '$1'),
    );

  test('is a yearly range of more than half a year: it is warned of', () => {
    expect(warningsOf('12-27..12-20', '2026-12-27..2027-12-20')).toEqual([
      '12[0]: "12-27..12-20" has 360 days of each year: is it written the wrong way round?',
    ]);
  });

  test('is a yearly date within a yearly range, which beats it: it is warned of', () => {
    expect(
      warningsOf('12-24..01-02', '{ 12-31: "08:00-12:00" }', '01-01', '{ 07-04: "08:00-12:00" }'),
    ).toEqual([
      '13[1]: "12-31" never counts: a range beats a yearly date, and "12-24..01-02" in line 12 has this day',
    ]);
  });
});
