/** `once`, as an outside scheduler calls it: a process for each sweep, and nothing between them but the store. */
import { expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { Trial } from './program.ts';

/** Each takes a second or two. */
const AT_MOST = 30;

test('sweep by sweep agents who left are logged off, no others are, and the store is read from end to end but once a day', async () => {
  const org = new Organisation();
  const url = await org.open();
  const cast = new Cast(org.people);
  const trial = new Trial();
  try {
    // Two seconds between two sweeps, so that a slow start is no gap.
    trial.write(url, { every: '*/2 * * * * *' });
    cast.hirePresent(1);
    const gone = cast.gone('Gone Home', 6_000);
    const checked = new Set<unknown>();
    const codes = new Set<number>();
    const names = new Set<unknown>();
    for (let n = 0; n < AT_MOST && gone.presence !== 'Offline'; n += 1) {
      const run = trial.start(['once', '--deadline', '60s']);
      codes.add(await run.wait());
      for (const line of run.lines('sweep done')) names.add(line['organisation']);
      checked.add(trial.rows(`SELECT value FROM fact WHERE name = 'checked_at'`)[0]?.['value']);
    }
    expect([gone.presence, [...codes]]).toEqual(['Offline', [0]]);
    expect(org.people.disturbed).toEqual([]);
    expect([...names]).toEqual(['default']);
    expect([...checked]).toEqual([expect.stringMatching(/^\d+$/)]);
    const kinds = trial.rows(`SELECT kind FROM event WHERE agent_name = 'Gone Home'`).map(({ kind }) => kind);
    expect(kinds).toEqual(['intent', 'verified']);
  } finally {
    cast.stop();
    await trial.close();
    await org.close();
  }
}, 120_000);

test('a policy whose tests take longer than the deadline leaves no time for a sweep, and it ends in time', async () => {
  const trial = new Trial();
  try {
    const files = Array.from({ length: 20 }, (_, n) => `long-${n}.yaml`);
    const tests = [1, 2, 3, 4, 5].map(
      (n) => `  - { name: long ${n}, timeline: ["09:00 available"], until: "14:20", logoffs: [] }\n`,
    );
    for (const file of files) writeFileSync(join(trial.folder, file), `every: 1s\ntests:\n${tests.join('')}`);
    trial.write('http://127.0.0.1:1', { more: `tests: [${files.join(', ')}]` });
    const run = trial.start(['once', '--deadline', '4s', '--json']);
    expect(await run.wait()).toBe(3);
    expect(run.output).toContain('{"skipped":"deadline"}\n');
    expect(run.lines('the deadline has passed before the policy was checked')).toMatchObject([
      { level: 'error', deadline: '4s' },
    ]);
  } finally {
    await trial.close();
  }
}, 120_000);
