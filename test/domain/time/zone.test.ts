import { describe, expect, test } from '@jest/globals';
import { isZone, meantZone, offsetText } from '../../../src/domain/time/zone.ts';

describe('a time zone', () => {
  test.each([
    'UTC',
    'utc',
    'Europe/Berlin',
    'europe/berlin',
    'America/Argentina/Buenos_Aires',
    'America/North_Dakota/New_Salem',
    'America/Port-au-Prince',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Atlantic/Azores',
    'Antarctica/Troll',
  ])('is written by its place, or is UTC: %s', (zone) => {
    expect(isZone(zone)).toBe(true);
  });

  test('is any that the engine lists', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((zone) => !isZone(zone))).toEqual([]);
  });

  test.each([
    ['BST', 'Europe/London'],
    ['bst', 'Europe/London'],
    ['EST', 'America/New_York'],
    ['EDT', 'America/New_York'],
    ['EST5EDT', 'America/New_York'],
    ['CST', 'America/Chicago'],
    ['MST', 'America/Denver'],
    ['PDT', 'America/Los_Angeles'],
    ['CET', 'Europe/Berlin'],
    ['CEST', 'Europe/Berlin'],
    ['IST', 'Asia/Kolkata'],
    ['GMT', 'UTC'],
    [' CET ', 'Europe/Berlin'],
    ['Z', 'UTC'],
    ['Zulu', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['Etc/GMT+5', undefined],
    ['US/Eastern', 'America/New_York'],
    ['Canada/Atlantic', 'America/Halifax'],
    ['Japan', 'Asia/Tokyo'],
    ['GB', 'Europe/London'],
    ['+02:00', undefined],
    ['UTC+2', undefined],
    ['Europe', undefined],
    ['Europe/', undefined],
    ['Europe/Berln', undefined],
    ['Mars/Olympus', undefined],
    ['posix/Europe/Berlin', undefined],
    ['constructor', undefined],
    ['', undefined],
  ])('is not an abbreviation, an old name or an offset: %s', (zone, meant) => {
    expect([zone, isZone(zone), meantZone(zone)]).toEqual([zone, false, meant]);
  });

  test.each([
    ['America/Chicago', '2026-01-15T12:00:00Z', 'UTC-06:00'],
    ['America/Chicago', '2026-07-15T12:00:00Z', 'UTC-05:00'],
    ['America/Chicago', '2026-03-08T07:59:59Z', 'UTC-06:00'],
    ['America/Chicago', '2026-03-08T08:00:00Z', 'UTC-05:00'],
    ['America/St_Johns', '2026-01-15T12:34:56.789Z', 'UTC-03:30'],
    ['Asia/Kolkata', '2026-01-15T12:34:56.789Z', 'UTC+05:30'],
    ['Pacific/Kiritimati', '2026-01-15T12:00:00Z', 'UTC+14:00'],
    ['Europe/London', '2026-01-15T12:00:00Z', 'UTC+00:00'],
  ])('%s is at %s as far from UTC as %s says', (zone, at, text) => {
    expect(offsetText(zone, Date.parse(at))).toBe(text);
  });
});
