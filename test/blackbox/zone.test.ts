/** The schedule in the hour that comes twice: cron is read in UTC, whatever the zone of the machine is. */
import { expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Organisation } from './organisation.ts';
import { Trial, until } from './program.ts';

/** A quarter of a minute before the clocks of Vienna go from 03:00 back to 02:00. */
const BEFORE = Date.parse('2026-10-25T00:59:45Z');

test('in Vienna, on the night in autumn, a schedule of seconds sweeps on, and without haste', async () => {
  const org = new Organisation();
  const trial = new Trial();
  const ahead = BEFORE - Date.now();
  org.headerSkew = ahead;
  const clock = join(trial.folder, 'clock.mjs');
  writeFileSync(
    clock,
    `const Real = Date;
     globalThis.Date = class extends Real {
       constructor(...parts) { parts.length === 0 ? super(Real.now() + ${ahead}) : super(...parts); }
       static now() { return Real.now() + ${ahead}; }
     };`,
  );
  try {
    trial.write(await org.open(), { mode: 'observe' });
    const run = trial.start(['run'], { TZ: 'Europe/Vienna' }, { flags: ['--import', clock] });
    const times = (): readonly string[] => run.lines('sweep done').map(({ time }) => String(time));
    const after = (): readonly string[] => times().filter((time) => time > '2026-10-25T01:00:05');
    expect(await until(() => after().length > 4, 60_000)).toBe(true);
    // Its own hour, and no busy waiting for it.
    expect(after()[0]).toMatch(/^2026-10-25T01:00/);
    const cpu = Number(/^process_cpu_seconds_total (\S+)/m.exec(await run.get('/metrics'))?.[1]);
    await until(() => after().length > 9, 60_000);
    const later = Number(/^process_cpu_seconds_total (\S+)/m.exec(await run.get('/metrics'))?.[1]);
    expect(later - cpu).toBeLessThan(3);
  } finally {
    await trial.close();
    await org.close();
  }
}, 150_000);
