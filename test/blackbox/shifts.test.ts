/** Rules by the agents' own shifts, on an organisation that answers by the published description of workforce management. */
import { expect, test } from '@jest/globals';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import type { Person } from './people.ts';
import { Trial, until } from './program.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const RULES = `      - { id: after-shift, when: { routing: [off_queue] }, outside: shift, limit: 4s }
      - { id: in-shift, when: { presence: [away] }, during: shift, limit: 6s }`;
const MORE = `calendars: { shift: { source: wfm, late: 1m } }`;

/** The minute in which the trial takes place. */
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;

type Name = 'off' | 'on' | 'late' | 'none' | 'away' | 'meets';

/** People who left, each with another schedule. All but two must be left alone. */
function hire(org: Organisation, cast: Cast): Readonly<Record<Name, Person>> {
  const { shifts } = org.api.workforce;
  const gone = (name: string, presence: 'Available' | 'Away' = 'Available'): Person =>
    cast.gone(name, 0, { presence });
  const people = {
    off: gone('Gone Home'),
    on: gone('In Shift'),
    late: gone('Just After'),
    none: gone('No Schedule'),
    away: gone('Away In Shift', 'Away'),
    meets: gone('In Meeting', 'Away'),
  };
  const now = { from: NOW - 4 * HOUR, to: NOW + 4 * HOUR };
  shifts.set(people.off.id, [{ from: NOW - 9 * HOUR, to: NOW - HOUR }]);
  shifts.set(people.on.id, [now]);
  shifts.set(people.late.id, [{ from: NOW - 8 * HOUR, to: NOW + MINUTE }]);
  shifts.set(people.away.id, [now]);
  shifts.set(people.meets.id, [{ ...now, meeting: { from: NOW - HOUR, to: NOW + HOUR } }]);
  return people;
}

test.each([
  ['run, and large answers', ['run'], true],
  ['once, a process for each sweep', ['once', '--deadline', '60s'], false],
])(
  'with %s agents who left are logged off by their own shift, and an agent whose schedule does not tell is left alone',
  async (_, command, isLarge) => {
    const org = new Organisation();
    const elsewhere = new Organisation();
    const url = await org.open();
    // A large answer: it is not fetched from a host that the policy does not name, but asked for again in parts.
    if (isLarge) org.api.workforce.downloadUrl = `${await elsewhere.open()}/schedules.json`;
    const cast = new Cast(org.people);
    const trial = new Trial();
    try {
      const exempt = '{ scheduled: [meeting, training], reason: planned }';
      trial.write(url, {
        rules: RULES,
        more: MORE,
        exempt,
        every: command[0] === 'run' ? '* * * * * *' : '*/2 * * * * *',
      });
      const { off, away, on, late, none, meets } = hire(org, cast);
      const areGone = (): boolean => off.presence === 'Offline' && away.presence === 'Offline';
      if (command[0] === 'run') {
        const run = trial.start(command);
        expect(await until(areGone, 40_000)).toBe(true);
        expect((await run.terminate()).code).toBe(143);
      } else for (let n = 0; n < 30 && !areGone(); n += 1) await trial.start(command).wait();
      expect([off, away, on, late, none, meets].map(({ presence }) => presence)).toEqual([
        ...['Offline', 'Offline', 'Available', 'Available', 'Available', 'Away'],
      ]);
      expect(org.api.unknown).toEqual([]);
      // Hourly, also where each sweep is a process of its own.
      expect([org.api.workforce.searches, elsewhere.requests]).toEqual([isLarge ? 2 : 1, 0]);
      const rules = trial.rows(`SELECT DISTINCT agent_name AS name, rule FROM event WHERE kind = 'verified'`);
      expect(rules.map(({ name, rule }) => `${String(name)}: ${String(rule)}`).sort()).toEqual([
        'Away In Shift: in-shift',
        'Gone Home: after-shift',
      ]);
    } finally {
      cast.stop();
      await trial.close();
      await org.close();
      if (isLarge) await elsewhere.close();
    }
  },
  120_000,
);
