/**
 * The connection to the database breaks while a transaction ends. It may have been committed, and the worker does not hear of it: an
 * intention is then as good as none, and what was done is on record once.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventKind } from '../../src/domain/record.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { emptyDatabase, NO_POSTGRES, type EmptyDatabase } from '../postgres/server.ts';
import { Way, type End } from '../postgres/way.ts';
import { endings, intendedTwice, linesTwice, logoffs, tornIntents } from './record.ts';
import { policyText, Shift, type ShiftOptions } from './shift.ts';

/** One person who goes home and stays away. */
const GONE = { agents: 1, cast: ['went-home'], shiftMs: 75 * MINUTE, seed: 5 } as const;
const ENDS = 80;
const NOTHING_DONE = 'unverified: told after an interruption; not known to be done: offline, revoke_tokens';

let database: EmptyDatabase;
let way: Way;
let shift: Shift | undefined;

async function begin(more: ShiftOptions = {}): Promise<Shift> {
  const policy = policyText().replace('{ sqlite: "{DB}" }', `{ postgres: "${way.url}" }`);
  shift = await Shift.begin({ ...GONE, policy, ...more });
  return shift;
}

/** Sweeps until the transaction that puts such an event on record has ended so. */
async function breakOff(played: Shift, kind: EventKind, end: End): Promise<void> {
  const broken: End[] = [];
  void way
    .breakOff(new RegExp(`INSERT INTO idle_enforcer.event [^]*"${kind}"`), end)
    .then(() => broken.push(end));
  while (broken.length === 0 && played.minute < ENDS) await played.until(played.minute + 2);
  expect(broken).toEqual([end]);
}

const here = NO_POSTGRES === undefined ? describe : describe.skip;

here('a transaction whose end is not heard of', () => {
  beforeEach(async () => {
    database = await emptyDatabase();
    way = await Way.to(database.url);
  });
  afterEach(async () => {
    await shift?.end();
    shift = undefined;
    await way.cut();
    await database.drop();
  });

  test.each<[string, EventKind, End, readonly string[]]>([
    ['an intention and was not committed', 'intent', 'not_asked', ['verified']],
    ['an intention and was committed', 'intent', 'not_heard', [NOTHING_DONE, 'verified']],
    ['an outcome and was not committed', 'verified', 'not_asked', ['verified']],
    ['an outcome and was committed', 'verified', 'not_heard', ['verified']],
  ])(
    'with %s: each log-off has one outcome, and the agent is logged off once',
    async (_, kind, end, told) => {
      const played = await begin();
      await breakOff(played, kind, end);
      await played.until(ENDS);
      const events = await played.events();
      expect({ endings: endings(events), torn: tornIntents(events), twice: linesTwice(events) }).toEqual({
        ...{ endings: told, torn: [], twice: [] },
      });
      expect(logoffs(events)).toHaveLength(told.length);
      expect(intendedTwice(events)).toEqual([]);
      expect(played.done('patchUserPresencesPurecloud')).toBe(1);
      expect(played.done('deleteToken')).toBe(1);
      expect(played.truth()).toMatchObject({ disturbed: [], missed: [], loggedOff: 1, logoffs: 1 });
      expect(played.alarms).toEqual(['store']);
    },
  );

  test.each<End>(['not_asked', 'not_heard'])(
    'with an intention (%s) has logged no agent off: no place on the ladder is kept of it',
    async (end) => {
      const played = await begin();
      await breakOff(played, 'intent', end);
      await played.until(played.minute + 2);
      expect(played.reports.at(-1)?.hold).toBe('store');
      const [state] = (await played.store.loadMemories()).values();
      expect({ ladder: state?.episode.ladder, done: state?.logoff?.done }).toEqual({ done: [] });
    },
  );

  test.each<End>(['not_asked', 'not_heard'])(
    'with a return (%s) has it on record once, and its answer is the first rung',
    async (end) => {
      const played = await begin({ cast: ['sso-keeps-returning'] });
      await breakOff(played, 'return', end);
      await played.until(ENDS + 10);
      const events = await played.events();
      expect({ torn: tornIntents(events), twice: linesTwice(events) }).toEqual({ torn: [], twice: [] });
      expect(events.filter(({ kind }) => kind === 'return')[0]).toMatchObject({
        reason: 'silent after our log-off',
      });
      expect(
        events
          .filter(({ kind }) => kind === 'intent')
          .map(({ rung }) => rung)
          .slice(0, 2),
      ).toEqual([undefined, 0]);
    },
  );
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
