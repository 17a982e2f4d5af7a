import { describe, expect, test } from '@jest/globals';
import { isZone, meantZone } from '../../../src/domain/time/zone.ts';

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
});
