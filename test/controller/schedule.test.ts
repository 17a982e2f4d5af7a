import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { startSchedule, ticksAt, type Schedule } from '../../src/controller/schedule.ts';
import { runsIn } from '../../src/policy-file/cron.ts';
import { BASE, Sentences } from './parts.ts';

let log: Sentences;
let ticks: number[];
let missed: string[];
/** What a tick waits for. */
let work: Promise<void>;
let schedule: Schedule;

function start(expression: string): Schedule {
  const ticksIn = (from: number, to: number): number => runsIn(expression, from, to);
  return startSchedule({ expression, ticksIn }, log, {
    onTick: () => {
      ticks.push((Date.now() - BASE) / SECOND);
      return work;
    },
    onMissed: (why, count) => missed.push(`${why} ${count}`),
  });
}

beforeEach(() => {
  jest.useFakeTimers({ now: BASE + 30 * SECOND });
  log = new Sentences();
  ticks = [];
  missed = [];
  work = Promise.resolve();
  schedule = start('0 * * * * *');
});

afterEach(async () => {
  await schedule.stop();
  jest.useRealTimers();
});

test('ticks when the policy says, and tells when it will next', async () => {
  expect(schedule.next()).toBe(BASE + MINUTE);
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(ticks).toEqual([60, 120]);
  expect(schedule.next()).toBe(BASE + 3 * MINUTE);
  expect(missed).toEqual([]);
});

test('a tick that is due while the last is still going is left out and counted', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  work = promise.then(() => undefined);
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(ticks).toEqual([60]);
  expect(missed).toEqual(['overlap 1']);
  resolve(undefined);
  await jest.advanceTimersByTimeAsync(MINUTE);
  expect(ticks).toEqual([60, 180]);
});

test('ticks that fell into a suspension of the machine are counted in one go, and it goes on', async () => {
  jest.setSystemTime(BASE + 5 * MINUTE + 20 * SECOND);
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(missed).toEqual(['late 5']);
  expect(ticks).toEqual([360, 420]);
  expect(schedule.next()).toBe(BASE + 8 * MINUTE);
});

test('a tick that comes some seconds too late, because the clock was set, is made all the same', async () => {
  jest.setSystemTime(BASE + MINUTE - SECOND);
  await jest.advanceTimersByTimeAsync(10 * SECOND);
  expect([ticks.length, missed]).toEqual([1, []]);
});

test('an hour without a process is one line, also where each second was due', async () => {
  await schedule.stop();
  schedule = start('* * * * * *');
  jest.setSystemTime(BASE + HOUR + 30 * SECOND);
  await jest.advanceTimersByTimeAsync(5 * SECOND);
  expect(missed).toHaveLength(1);
  expect(Number(missed[0]?.split(' ')[1])).toBeGreaterThan(3_590);
  expect(ticks.length).toBeGreaterThan(3);
});

test('a clock that is set from 1970 to today is no reason to count for hours', async () => {
  await schedule.stop();
  jest.setSystemTime(5_000);
  schedule = start('0 * * * * *');
  jest.setSystemTime(BASE + 30 * SECOND);
  await jest.advanceTimersByTimeAsync(MINUTE);
  expect(missed).toHaveLength(1);
  expect(ticks).toEqual([60]);
});

test.each([
  ['on time', 60_000, { tick: true, missed: 0 }],
  ['not yet', 59_999, { tick: false, missed: 0 }],
  ['late by the time allowed', 70_000, { tick: true, missed: 0 }],
  ['late by more', 70_001, { tick: false, missed: 1 }],
  ['when the next one is due as well', 120_500, { tick: true, missed: 1 }],
  ['hours later', 60_000 + 3 * HOUR - 1, { tick: false, missed: 180 }],
])('a tick of a minute that is due at its end is looked at %s', (_, after, wanted) => {
  const ticksIn = (from: number, to: number): number => runsIn('0 * * * * *', from, to);
  expect(ticksAt(BASE + after, BASE + MINUTE, ticksIn)).toEqual(wanted);
});

test.each([
  ['* * * * * *', HOUR, 3_601],
  ['0 */15 8-17 * * 1-5', 7 * DAY, 5 * 40 + 1],
  ['30 0 12 29 2 *', 366 * DAY, 0],
  ['0 0 0 * * *', 3 * DAY, 3],
])('%s is counted over %i ms', (expression, length, count) => {
  expect(runsIn(expression, BASE, BASE + length)).toBe(count);
  expect(runsIn(expression, BASE, BASE - 1)).toBe(0);
});

test('a clock that is set back by hours holds nothing up', async () => {
  await jest.advanceTimersByTimeAsync(MINUTE);
  jest.setSystemTime(BASE - 2 * HOUR);
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(ticks).toEqual([60, -7140, -7080]);
  expect(log.said.filter((line) => line.includes('was set back'))).toHaveLength(1);
  expect(schedule.next()).toBe(BASE - 2 * HOUR + 3 * MINUTE);
});

test('begins nothing once it is stopped, while what is under way goes on', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let ended = false;
  work = promise.then(() => {
    ended = true;
  });
  await jest.advanceTimersByTimeAsync(30 * SECOND);
  await schedule.stop();
  await jest.advanceTimersByTimeAsync(10 * MINUTE);
  expect(ticks).toEqual([60]);
  resolve(undefined);
  await promise;
  await Promise.resolve();
  expect(ended).toBe(true);
});

test('nothing that the scheduler says reaches the console: it stands in the log', async () => {
  const written = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  work = Promise.reject(new Error('a sweep never throws, but who knows'));
  await jest.advanceTimersByTimeAsync(MINUTE);
  expect(log.said).toContain('error: the scheduler says');
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
});
