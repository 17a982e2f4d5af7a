/** `once`, as an outside scheduler calls it: a process for each sweep, and nothing between them but the store. */
import { expect, test } from '@jest/globals';
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
    for (let n = 0; n < AT_MOST && gone.presence !== 'Offline'; n += 1) {
      codes.add(await trial.start(['once', '--deadline', '60s']).wait());
      checked.add(trial.rows(`SELECT value FROM fact WHERE name = 'checked_at'`)[0]?.['value']);
    }
    expect([gone.presence, [...codes]]).toEqual(['Offline', [0]]);
    expect(org.people.disturbed).toEqual([]);
    expect([...checked]).toEqual([expect.stringMatching(/^\d+$/)]);
    const kinds = trial.rows(`SELECT kind FROM event WHERE agent_name = 'Gone Home'`).map(({ kind }) => kind);
    expect(kinds).toEqual(['intent', 'verified']);
  } finally {
    cast.stop();
    await trial.close();
    await org.close();
  }
}, 120_000);
