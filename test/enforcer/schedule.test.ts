import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time.ts';
import { startSchedule, type Schedule } from '../../src/enforcer/schedule.ts';
import { BASE, Sentences } from './parts.ts';

let log: Sentences;
let ticks: number[];
let missed: string[];
/** What a tick waits for. */
let work: Promise<void>;
let schedule: Schedule;

beforeEach(async () => {
  jest.useFakeTimers({ now: BASE + 30 * SECOND });
  log = new Sentences();
  ticks = [];
  missed = [];
  work = Promise.resolve();
  schedule = await startSchedule('0 * * * * *', log, {
    onTick: () => {
      ticks.push((Date.now() - BASE) / SECOND);
      return work;
    },
    onMissed: (why) => missed.push(why),
  });
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
  expect(missed).toEqual(['overlap']);
  resolve(undefined);
  await jest.advanceTimersByTimeAsync(MINUTE);
  expect(ticks).toEqual([60, 180]);
});

test('ticks that fell into a suspension of the machine are counted, and it goes on', async () => {
  jest.setSystemTime(BASE + 5 * MINUTE + 20 * SECOND);
  await jest.advanceTimersByTimeAsync(2 * MINUTE);
  expect(missed).toContain('late');
  expect(ticks.at(-1)).toBeGreaterThan(300);
  expect(schedule.next()).toBeGreaterThan(BASE + 6 * MINUTE);
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
