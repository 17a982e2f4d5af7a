/** Which worker a pause reached: one that has begun a sweep lately, by the measure of its own schedule. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { pause, resume } from '../../../src/commands/pause/command.ts';
import { HOUR, MINUTE, SECOND, type Duration } from '../../../src/domain/time/time.ts';
import { Place, STANDING } from '../../store/sqlite/fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const lines: string[] = [];
const output = outputTo((text) => lines.push(text.replace(/\n$/, '')));

/** A store in which this very process began a sweep so long ago, by a schedule with such an interval. */
async function swept(
  ago: Duration,
  interval: Duration,
  intervals: readonly Duration[] = [],
  path = place.path(),
): Promise<string> {
  const store = await place.open(path, { now: () => Date.now() });
  const at = Date.now();
  const process = { command: 'run', version: '1', startedAt: at - HOUR } as const;
  await store.noteSweep({ holder: 'one', ...process, sweptAt: at - ago, interval });
  const standing = { ...STANDING, intervals };
  await store.saveSweep({ at, changed: [], notSeen: [], standing, events: [] });
  return path;
}

const said = async (path: string, command = pause): Promise<number | string> =>
  command({ store: path }, output).catch((error: unknown) => (error as Error).message);

describe('a pause', () => {
  test.each<[string, Duration, Duration, readonly Duration[]]>([
    ['a moment ago', SECOND, MINUTE, []],
    ['five minutes ago, by a schedule of a minute', 5 * MINUTE - 5 * SECOND, MINUTE, []],
    ['less than three of its intervals ago', 80 * MINUTE, 30 * MINUTE, []],
    ['less than three of the usual intervals ago', 25 * MINUTE, MINUTE, [9, 9, 9].map((n) => n * MINUTE)],
  ])('reaches a worker whose last sweep began %s', async (_, ago, interval, intervals) => {
    expect(await said(await swept(ago, interval, intervals))).toBe(0);
  });

  test.each<[string, Duration, Duration]>([
    ['five minutes ago and a little more', 5 * MINUTE + 5 * SECOND, MINUTE],
    ['more than three of its intervals ago', 91 * MINUTE, 30 * MINUTE],
    ['in a future that no clock here knows', -HOUR, MINUTE],
  ])('is written, and reaches no worker whose last sweep began %s', async (_, ago, interval) => {
    const path = await swept(ago, interval);
    for (const command of [pause, resume]) {
      lines.length = 0;
      expect(await said(path, command)).toMatch(/^No worker was reached: the last sweep began /);
      expect(lines.join('\n')).toContain(`in the store ${path}.`);
      const store = await place.open(path, { readOnly: true });
      expect((await store.pause()) !== undefined).toBe(command === pause);
    }
  });

  test('ends with a resume that says so where nothing was paused', async () => {
    const path = await swept(SECOND, MINUTE);
    lines.length = 0;
    expect([await said(path, resume), await said(path), await said(path, resume)]).toEqual([0, 0, 0]);
    expect(lines.filter((line) => line.startsWith('Resumed'))).toEqual([
      expect.stringMatching(/^Resumed, though nothing was paused, by .* in the store /),
      expect.stringMatching(/^Resumed after \d+s, by .* in the store /),
    ]);
  });

  test('that is over is none to a resume', async () => {
    const path = await swept(SECOND, MINUTE);
    const store = await place.open(path, { now: () => Date.now() });
    const [since, until] = [2, 1].map((n) => Date.now() - n * HOUR);
    const over = { since: since ?? 0, until, reason: undefined };
    await store.setPause(over, { kind: 'pause', at: over.since, reason: 'paused' });
    lines.length = 0;
    expect(await said(path, resume)).toBe(0);
    expect(lines[0]).toMatch(/^Resumed, though nothing was paused, by /);
  });

  test('that is shorter than one in force leaves that as it is, and says so', async () => {
    const path = await swept(SECOND, MINUTE);
    lines.length = 0;
    const asked = (more: object) => pause({ store: path, ...more }, output);
    expect([await asked({ reason: 'audit' }), await asked({ for: '10m', reason: 'storm' })]).toEqual([0, 0]);
    expect(lines.filter((line) => line.startsWith('Paused'))).toEqual([
      expect.stringMatching(/^Paused until resume, by \S+, in the store /),
      expect.stringMatching(
        /^Paused already until resume, by \S+ \(audit\): that is longer, and stands, in the store /,
      ),
    ]);
    const store = await place.open(path, { readOnly: true });
    expect(await store.pause()).toMatchObject({ until: undefined, reason: 'audit' });
    expect((await store.events({ kinds: ['pause'] })).map(({ reason }) => reason)).toEqual([
      'audit',
      'storm',
    ]);
  });

  test('by a policy whose store is not there yet says what that may mean', async () => {
    const config = join(place.directory, 'p.yaml');
    writeFileSync(config, 'version: 1\nstore: { sqlite: ./no/where.db }\n');
    await expect(pause({ config }, output)).rejects.toThrow(
      /^There is no store at \/.*where\.db\. Either no worker has run yet, or it was started in another folder, where \.\/no/,
    );
  });

  test('of a path that leads to no store says from where the path starts', async () => {
    const why =
      /^There is no store at \/.*no\.db\. --store starts at the folder in which this command is run/;
    expect(await said('no/where/no.db')).toMatch(why);
  });

  test('of a fleet is written where it can be, while one store is held by another process', async () => {
    const folder = join(place.directory, 'fleet');
    const [held, free] = [join(folder, 'a.db'), join(folder, 'b.db')];
    for (const path of [held, free]) await swept(SECOND, MINUTE, [], path);
    const other = new DatabaseSync(held);
    other.exec('BEGIN IMMEDIATE');
    // The other process lets go once the pause of the free store is told.
    const told: string[] = [];
    const reading = outputTo((text) => {
      told.push(text);
      if (text.includes(free) && other.isOpen) other.close();
    });
    expect(await pause({ store: folder }, reading)).toBe(0);
    const paused = told.join('').matchAll(/in the store .*(?<name>[ab])\.db/g);
    expect([...paused].map(({ groups }) => groups?.['name'])).toEqual(['b', 'a']);
  });

  test('leaves a standing that is damaged to the worker, and goes by the schedule', async () => {
    const path = await swept(4 * MINUTE, MINUTE, [-1]);
    expect(await said(path)).toBe(0);
    const store = await place.open(path);
    await store.loadStanding();
    expect(store.takeDamage()).toEqual({ standing: 1 });
  });
});
