import { beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { Alarms } from '../../src/controller/alarms.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { agent } from '../domain/build.ts';
import { BASE, report, verdicts } from './parts.ts';

let alarms: Alarms;
let told: string[];

beforeEach(() => {
  told = [];
  alarms = new Alarms(
    ({ kind }) => told.push(kind),
    (kind) => told.push(`${kind} is over`),
  );
});

/** One sweep a minute, from that minute on. */
function sweeps(count: number, parts: Partial<SweepReport>, from = 0): void {
  for (let n = 0; n < count; n += 1) alarms.after(report(parts), BASE + (from + n) * MINUTE);
}

/** A cause that stays, and after how many sweeps it is worth an alarm. */
const CAUSES: readonly (readonly [string, string, Partial<SweepReport>, number])[] = [
  ['blind', 'a page is missing each time', { complete: false }, 10],
  ['blind', 'of all agents who are listed none can be read', { seen: 0 }, 10],
  ['blind', 'the organisation lists no users', { listed: 0, seen: 0, online: 0 }, 10],
  ['ineffective', 'people are overdue and nothing takes effect', { overdue: 3 }, 10],
  ['unknown_share', 'six in a hundred readings cannot be used', { verdicts: verdicts({ unknown: 6 }) }, 1],
  ['clock', 'the clocks are more than five minutes apart', { clockError: -5 * MINUTE - SECOND }, 1],
];

describe.each(CAUSES)('%s: %s', (kind, _, cause, after) => {
  test(`is said with sweep ${after}, and is over with the first that is well`, () => {
    sweeps(after - 1, cause);
    expect(told).toEqual([]);
    sweeps(2, cause, after - 1);
    expect(told).toEqual([kind]);
    sweeps(2, {}, after + 1);
    expect(told).toEqual([kind, `${kind} is over`]);
  });

  test('is said again after an hour, and not before', () => {
    sweeps(after + 59, cause);
    expect(told).toEqual([kind]);
    sweeps(1, cause, after + 59);
    expect(told).toEqual([kind, kind]);
  });
});

test('an alarm that a clock which ran ahead raised is raised again an hour after that was set right, and not only when its time has come', () => {
  alarms.while('store', true, BASE + 9 * HOUR, '', {});
  for (let minute = 0; minute < 120; minute += 1) alarms.while('store', true, BASE + minute * MINUTE, '', {});
  expect(told).toEqual(['store', 'store', 'store']);
});

test('unknown_share tells what is unknown, the most frequent first', () => {
  const raised: object[] = [];
  const loud = new Alarms(
    ({ fields }) => raised.push(fields),
    () => undefined,
  );
  const unknown = { presence: 1, contradiction: 5 };
  loud.after(report({ verdicts: verdicts({ unknown: 6 }), unknown }), BASE);
  expect(raised).toEqual([{ share: 0.06, parts: ['contradiction 5', 'presence 1'] }]);
});

test('ineffective is said too where agents are held for ten sweeps by names that cannot be looked up', () => {
  for (let n = 0; n < 9; n += 1) alarms.after(report(), BASE + n * MINUTE, 2);
  expect(told).toEqual([]);
  alarms.after(report(), BASE + 9 * MINUTE, 2);
  expect(told).toEqual(['ineffective']);
  alarms.after(report(), BASE + 10 * MINUTE, 0);
  expect(told).toEqual(['ineffective', 'ineffective is over']);
});

/** What looks like a cause and is none. */
const HARMLESS: readonly (readonly [string, Partial<SweepReport>])[] = [
  ['an organisation in which everyone is Offline', { online: 0 }],
  ['five in a hundred unknown', { verdicts: verdicts({ unknown: 5 }) }],
  ['people overdue while the policy settles', { overdue: 3, hold: 'settling' }],
  ['people overdue while the kill switch is on', { overdue: 3, hold: 'paused' }],
  ['people whom the breaker holds back', { overdue: 3, deferred: { breaker: 3 } }],
  [
    'one log-off that works among many that do not',
    { overdue: 9, outcomes: { ...report().outcomes, verified: 1 } },
  ],
  ['clocks five minutes apart', { clockError: 5 * MINUTE }],
];

test.each(HARMLESS)('no alarm for %s', (_, parts) => {
  sweeps(30, parts);
  expect(told).toEqual([]);
});

test('one who is overdue beside those whom the breaker holds is still one on whom nothing takes effect', () => {
  sweeps(10, { overdue: 4, deferred: { breaker: 3 } });
  expect(told).toEqual(['ineffective']);
});

test('no agent is watched while there are no sweeps at all, and the first good one ends the alarm', () => {
  alarms.unwatched(BASE, 'no connection', 9);
  expect(told).toEqual([]);
  alarms.unwatched(BASE + MINUTE, 'no connection', 12);
  alarms.unwatched(BASE + 2 * MINUTE, 'the sweep before has not ended');
  expect(told).toEqual(['blind']);
  sweeps(1, { complete: false }, 3);
  expect(told).toEqual(['blind']);
  sweeps(1, {}, 4);
  expect(told).toEqual(['blind', 'blind is over']);
});

test('nine blind sweeps, one good one and nine more raise no alarm', () => {
  sweeps(9, { complete: false });
  sweeps(1, {}, 9);
  sweeps(9, { complete: false }, 10);
  expect(told).toEqual([]);
});

describe('clocks that drift apart', () => {
  test('are warned of beyond thirty seconds, when it begins and every hour', () => {
    const warned = [0, 1, 59, 60, 61].map((minute) => alarms.drifts(31 * SECOND, BASE + minute * MINUTE));
    expect(warned).toEqual([true, false, false, true, false]);
  });

  test('are warned of once more when the clock by which that was said is set back', () => {
    const warned = [9 * 60, 0, 59, 60].map((minute) => alarms.drifts(31 * SECOND, BASE + minute * MINUTE));
    expect(warned).toEqual([true, true, false, true]);
  });

  test('are not warned of at thirty seconds, and are warned of anew after they had come together', () => {
    expect(alarms.drifts(30 * SECOND, BASE)).toBe(false);
    expect(alarms.drifts(-31 * SECOND, BASE)).toBe(true);
    expect(alarms.drifts(SECOND, BASE + MINUTE)).toBe(false);
    expect(alarms.drifts(-31 * SECOND, BASE + 2 * MINUTE)).toBe(true);
  });
});

describe('an agent engaged for too long', () => {
  const ada = agent({ id: 'ada', name: 'Ada' });
  const seen = new Set(['ada']);

  function look(since: number | undefined, now: number, readable = true): void {
    const engaged = since === undefined || !readable ? [] : [{ agent: ada, since }];
    alarms.engaged({ engaged, seen: readable ? seen : new Set() }, 4 * HOUR, now, ({ name }) => name);
  }

  test('is reported once for each interaction', () => {
    look(BASE, BASE + 4 * HOUR);
    expect(told).toEqual([]);
    look(BASE, BASE + 4 * HOUR + MINUTE);
    look(BASE, BASE + 9 * HOUR);
    expect(told).toEqual(['engaged_too_long']);
    look(undefined, BASE + 10 * HOUR);
    look(BASE + 10 * HOUR, BASE + 15 * HOUR);
    expect(told).toEqual(['engaged_too_long', 'engaged_too_long']);
  });

  test('is to be reported until that was done, and anew for another interaction', () => {
    const toReport = (since: number, now: number): number =>
      alarms.toReport({ engaged: [{ agent: ada, since }] }, 4 * HOUR, now).length;
    expect(toReport(BASE, BASE + 4 * HOUR)).toBe(0);
    expect(toReport(BASE, BASE + 5 * HOUR)).toBe(1);
    look(BASE, BASE + 5 * HOUR);
    expect(toReport(BASE, BASE + 6 * HOUR)).toBe(0);
    expect(toReport(BASE + HOUR, BASE + 6 * HOUR)).toBe(1);
  });

  test('is not reported again because a reading in between could not be used', () => {
    look(BASE, BASE + 5 * HOUR);
    look(BASE, BASE + 6 * HOUR, false);
    look(BASE, BASE + 7 * HOUR);
    expect(told).toEqual(['engaged_too_long']);
  });
});
