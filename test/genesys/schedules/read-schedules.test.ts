/** What is made of an answer with schedules: each agent whole, or not known. */
import { describe, expect, test } from '@jest/globals';
import { readCategories, readSchedules } from '../../../src/genesys/schedules/read-schedules.ts';
import type { Shifts } from '../../../src/domain/time/shifts.ts';
import { HOUR } from '../../../src/domain/time/time.ts';

const READ_AT = Date.parse('2026-10-24T08:00:00Z');
const CONTEXT = {
  readAt: READ_AT,
  to: READ_AT + 18 * HOUR,
  categories: readCategories([
    { id: '0', category: 'OnQueueWork' },
    { id: '1', category: 'Meeting' },
    { id: '2', category: 'SomethingNew' },
    { category: 'Break' },
    null,
  ]),
};
const SHIFT = { startDate: '2026-10-24T07:00:00.000Z', lengthMinutes: 480, activities: [] };

function read(agentSchedules: unknown, more: object = {}): ReadonlyMap<string, Shifts> | undefined {
  return readSchedules({ agentSchedules, businessUnitTimeZone: 'Europe/Vienna', ...more }, CONTEXT);
}

function one(entry: object, more: object = {}): Shifts | undefined {
  return read([{ user: { id: 'a' }, ...entry }], more)?.get('a');
}

const iso = (at: number): string => new Date(at).toISOString();
const UNREADABLE = { work: [], known: [], activities: [{ category: 'unknown' }] };

test('shifts are instants, whatever their zone, and activities have the categories of their codes', () => {
  const activities = [
    { startDate: '2026-10-24T09:00:00+02:00', lengthMinutes: 60, activityCodeId: '0' },
    { startDate: '2026-10-24T08:00:00Z', lengthMinutes: 30, activityCodeId: '1' },
    { startDate: '2026-10-24T08:30:00Z', lengthMinutes: 390, activityCodeId: '2' },
  ];
  const shifts = one({ shifts: [{ ...SHIFT, activities }] })!;
  expect(shifts.work.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
    ['2026-10-24T07:00:00.000Z', '2026-10-24T15:00:00.000Z'],
  ]);
  expect(shifts.activities.map(({ from, category }) => [iso(from).slice(11, 16), category])).toEqual([
    ['08:00', 'meeting'],
    ['08:30', 'unknown'],
  ]);
});

test('a whole day off is the day of the business unit, also where summer time ends on it', () => {
  const shifts = one({ fullDayTimeOffMarkers: [{ businessUnitDate: '2026-10-25' }] })!;
  expect(
    shifts.activities.map(({ from, to, category }) => [iso(from), (to - from) / HOUR, category]),
  ).toEqual([['2026-10-24T22:00:00.000Z', 25, 'time_off']]);
});

test('of an agent who comes twice all counts', () => {
  const later = { ...SHIFT, startDate: '2026-10-24T17:00:00Z', lengthMinutes: 60 };
  const twice = read([
    { user: { id: 'a' }, shifts: [later, SHIFT] },
    { user: { id: 'b' } },
    { user: { id: 'a' }, shifts: [SHIFT] },
  ]);
  expect(twice?.get('a')?.work).toHaveLength(2);
  expect(twice?.get('b')).toMatchObject({ work: [], known: [], activities: [] });
});

test('published weeks bound what is known', () => {
  const weeks = (...publishedSchedules: unknown[]): string[] =>
    one({ shifts: [SHIFT] }, { publishedSchedules })!.known.map(({ to }) => iso(to));
  expect(weeks()).toEqual(['2026-10-25T02:00:00.000Z']);
  // From Monday to Sunday by the business unit's clock.
  expect(weeks({ weekDate: '2026-10-12', weekCount: 2 })).toEqual(['2026-10-25T02:00:00.000Z']);
  expect(weeks({ weekDate: '2026-10-11', weekCount: 1 }, { weekDate: '2026-10-18' })).toEqual([
    '2026-10-24T22:00:00.000Z',
  ]);
  expect(weeks({ weekDate: 'soon', weekCount: 1 })).toEqual([]);
});

describe('an agent of whom a part cannot be understood is not known', () => {
  const noon = { startDate: '2026-10-24T12:00:00Z', lengthMinutes: 60, activityCodeId: '0' };
  test.each<[string, object]>([
    ['a length below zero', { shifts: [{ ...SHIFT, lengthMinutes: -1 }] }],
    ['a length of days', { shifts: [{ ...SHIFT, lengthMinutes: 5_000 }] }],
    ['a length that is none', { shifts: [{ ...SHIFT, lengthMinutes: 'long' }] }],
    ['a start without its zone', { shifts: [{ ...SHIFT, startDate: '2026-10-24T07:00:00' }] }],
    ['no start', { shifts: [{ lengthMinutes: 60 }] }],
    ['shifts that are no list', { shifts: {} }],
    ['more shifts than anybody has', { shifts: Array.from({ length: 51 }, () => SHIFT) }],
    [
      'an activity without its length',
      { shifts: [{ ...SHIFT, activities: [{ ...noon, lengthMinutes: null }] }] },
    ],
    [
      'activities without end',
      { shifts: [{ ...SHIFT, activities: Array.from({ length: 301 }, () => noon) }] },
    ],
    ['a day off that is no date', { fullDayTimeOffMarkers: [{ businessUnitDate: '25.10.2026' }] }],
  ])('%s', (_, entry) => {
    expect(one(entry)).toMatchObject(UNREADABLE);
    const rest = read([
      { user: { id: 'a' }, ...entry },
      { user: { id: 'b' }, shifts: [SHIFT] },
    ]);
    expect(rest?.get('b')?.work).toHaveLength(1);
  });

  test('a day off where the zone is none', () => {
    const entry = { fullDayTimeOffMarkers: [{ businessUnitDate: '2026-10-25' }] };
    for (const zone of [undefined, 'EST', 'Mars/Base', 7])
      expect(one(entry, { businessUnitTimeZone: zone })).toMatchObject(UNREADABLE);
  });

  test('and so is one whose second entry cannot be', () => {
    const twice = read([
      { user: { id: 'a' }, shifts: [SHIFT] },
      { user: { id: 'a' }, shifts: [{}] },
    ]);
    expect(twice?.get('a')).toMatchObject(UNREADABLE);
  });
});

test('an entry without an agent may be of any agent: the answer is none', () => {
  expect(read([{ user: { id: 'a' }, shifts: [SHIFT] }, { shifts: [SHIFT] }])).toBeUndefined();
  expect(read('none')).toBeUndefined();
  expect(readSchedules(undefined, CONTEXT)).toBeUndefined();
  expect(read(Array.from({ length: 20_001 }, (_, i) => ({ user: { id: String(i) } })))).toBeUndefined();
});
