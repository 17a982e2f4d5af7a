import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerIn, showsOwnOffline, type BetweenLooks } from '../../../src/domain/evidence/timeline.ts';
import type { PresenceRecord } from '../../../src/domain/evidence/records.ts';
import type { SystemPresence } from '../../../src/domain/agent.ts';
import { clockTime as at } from '../build.ts';

/** Records that follow each other; the last one lasts. */
function history(...parts: readonly (readonly [string, SystemPresence])[]): readonly PresenceRecord[] {
  return parts.map(([from, presence], i) => {
    const next = parts[i + 1];
    return { from: at(from), to: next === undefined ? undefined : at(next[0]), presence };
  });
}

/** Break at the look of 10:00, the same Break with a newer stamp at the look of 10:01. */
const LOOK: BetweenLooks = {
  before: at('10:00:00'),
  after: at('10:01:00'),
  former: 'BREAK',
  shown: 'BREAK',
  stamp: at('10:00:40'),
};

describe('what a presence history says of a change between two looks', () => {
  it('an Offline between the looks that ends at the stamp is a bounce, with its span', () => {
    const records = history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK']);
    expect(answerIn(records, LOOK)).toEqual({
      kind: 'bounce',
      offline: { from: at('10:00:37'), to: at('10:00:40') },
    });
  });

  it.each([
    [
      'whose Offline begins with the look before',
      history(['09:30', 'BREAK'], ['10:00:00', 'OFFLINE'], ['10:00:40', 'BREAK']),
    ],
    [
      'with other presences before the look before',
      history(['09:00', 'AWAY'], ['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK']),
    ],
    [
      'that begins two seconds after the look before',
      history(['10:00:02', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK']),
    ],
    [
      'that goes on two seconds before the look after',
      history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK'], ['10:00:58', 'AWAY']),
    ],
    [
      'that goes on after the look after',
      history(
        ['09:30', 'BREAK'],
        ['10:00:37', 'OFFLINE'],
        ['10:00:40', 'BREAK'],
        ['10:05', 'OFFLINE'],
        ['10:06', 'AWAY'],
      ),
    ],
    [
      'whose change stands two seconds later',
      history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:42', 'BREAK']),
    ],
    [
      'whose change stands two seconds earlier',
      history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:38', 'BREAK']),
    ],
  ])('a history %s is read as any other: a bounce', (_, records) => {
    expect(answerIn(records, LOOK).kind).toBe('bounce');
  });

  it('a hole in the history long before the look before does not matter', () => {
    const before: PresenceRecord = { from: at('09:00'), to: at('09:10'), presence: 'AWAY' };
    const records = history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK']);
    expect(answerIn([before, ...records], LOOK).kind).toBe('bounce');
  });

  it('records that follow each other without Offline show a person', () => {
    expect(answerIn(history(['09:30', 'BREAK'], ['10:00:40', 'BREAK']), LOOK)).toEqual({ kind: 'person' });
  });

  it('another presence before or after the Offline was chosen by a person', () => {
    const before = history(
      ['09:30', 'BREAK'],
      ['10:00:20', 'AWAY'],
      ['10:00:37', 'OFFLINE'],
      ['10:00:40', 'BREAK'],
    );
    const twice = history(
      ['09:30', 'BREAK'],
      ['10:00:20', 'OFFLINE'],
      ['10:00:25', 'AWAY'],
      ['10:00:37', 'OFFLINE'],
      ['10:00:40', 'BREAK'],
    );
    expect([before, twice].map((records) => answerIn(records, LOOK).kind)).toEqual(['person', 'person']);
  });

  it('a browser that sets Available and then the former presence within two seconds has bounced', () => {
    const records = history(
      ['09:30', 'BREAK'],
      ['10:00:37', 'OFFLINE'],
      ['10:00:39', 'AVAILABLE'],
      ['10:00:40', 'BREAK'],
    );
    expect(answerIn(records, LOOK).kind).toBe('bounce');
  });

  it.each([
    ['the change is not there yet', history(['09:30', 'BREAK'])],
    ['the change is there with another presence', history(['09:30', 'BREAK'], ['10:00:40', 'AWAY'])],
    [
      'the change stands three seconds later',
      history(['09:30', 'BREAK'], ['10:00:40', 'OFFLINE'], ['10:00:43', 'BREAK']),
    ],
    ['nothing is there', []],
  ])('says nothing while %s', (_, records) => {
    expect(answerIn(records, LOOK)).toEqual({ kind: 'none' });
  });

  it.each([
    [
      'the look before saw another presence',
      history(['09:30', 'AWAY'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK']),
    ],
    [
      'the look after saw another presence',
      history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK'], ['10:00:50', 'AWAY']),
    ],
    [
      'the Offline began before the look before it',
      history(['09:30', 'BREAK'], ['09:59:58', 'OFFLINE'], ['10:00:40', 'BREAK']),
    ],
    [
      'the look after saw another presence, three seconds before it',
      history(['09:30', 'BREAK'], ['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK'], ['10:00:57', 'AWAY']),
    ],
    ['the history begins after the look before', history(['10:00:37', 'OFFLINE'], ['10:00:40', 'BREAK'])],
    ['the history begins three seconds after it', history(['10:00:03', 'BREAK'], ['10:00:40', 'BREAK'])],
    [
      'a record is missing between the looks',
      [
        { from: at('09:30'), to: at('10:00:20'), presence: 'BREAK' },
        { from: at('10:00:37'), to: at('10:00:40'), presence: 'OFFLINE' },
        { from: at('10:00:40'), to: undefined, presence: 'BREAK' },
      ],
    ],
    [
      'the record before the change has no end',
      [
        { from: at('09:30'), to: undefined, presence: 'BREAK' },
        { from: at('10:00:40'), to: undefined, presence: 'BREAK' },
      ],
    ],
    [
      'the Offline overlaps the change',
      [
        { from: at('09:30'), to: at('10:00:10'), presence: 'BREAK' },
        { from: at('10:00:10'), to: at('10:00:50'), presence: 'OFFLINE' },
        { from: at('10:00:40'), to: undefined, presence: 'BREAK' },
      ],
    ],
  ] satisfies [string, readonly PresenceRecord[]][])('is void where %s', (_, records) => {
    expect(answerIn(records, LOOK)).toEqual({ kind: 'undecided' });
  });

  it('is void where the change itself is all that is there, close to the look before it', () => {
    const look = { ...LOOK, stamp: at('10:00:01') };
    expect(answerIn(history(['10:00:01', 'BREAK']), look)).toEqual({ kind: 'undecided' });
  });

  it('is a bounce only where an Offline lies between the looks and ends within two seconds of the stamp', () => {
    const time = fc
      .constantFrom(-5, -1, 0, 3, 36, 38, 40, 42, 43, 59, 64)
      .map((s) => at('10:00:00') + s * 1_000);
    const times = fc.uniqueArray(time, { minLength: 1, maxLength: 5 });
    const presence = fc.constantFrom<SystemPresence>('BREAK', 'OFFLINE', 'AWAY');
    const chain = fc.record({ times, presences: fc.array(presence, { minLength: 5, maxLength: 5 }) });
    let bounces = 0;
    fc.assert(
      fc.property(chain, (found) => {
        const begins = found.times.toSorted((a, b) => a - b);
        const records = begins.map((from, i) => ({
          from,
          to: begins[i + 1],
          presence: found.presences[i] ?? 'BREAK',
        }));
        const answer = answerIn(records, LOOK);
        if (answer.kind !== 'bounce' || answer.offline === undefined) return;
        bounces += 1;
        const { from, to } = answer.offline;
        expect(from).toBeGreaterThanOrEqual(LOOK.before);
        expect(Math.abs(to - LOOK.stamp)).toBeLessThanOrEqual(2_000);
        expect(records).toContainEqual({ from, to, presence: 'OFFLINE' });
      }),
      { numRuns: 5_000 },
    );
    expect(bounces).toBeGreaterThan(0);
  });
});

describe('a source tried by our own log-off', () => {
  const ours = { begunAt: at('10:00:00'), stamp: at('10:00:05'), seenAt: at('10:05:00') };
  it.each([
    [
      'shows it rightly where the Offline begins at its stamp',
      true,
      history(['09:00', 'BREAK'], ['10:00:06', 'OFFLINE']),
    ],
    ['shows nothing while its last record is older', undefined, history(['09:00', 'BREAK'])],
    [
      'is wrong where the agent was Offline before it',
      false,
      history(['09:00', 'BREAK'], ['09:50', 'OFFLINE']),
    ],
    [
      'is wrong where the agent was back before the last look',
      false,
      history(['09:00', 'BREAK'], ['10:00:05', 'OFFLINE'], ['10:01', 'BREAK'], ['10:09', 'AWAY']),
    ],
    [
      'shows nothing where the Offline begins at most two seconds before it',
      undefined,
      history(['09:00', 'BREAK'], ['09:59:58', 'OFFLINE']),
    ],
    [
      'is wrong where the Offline begins three seconds before it',
      false,
      history(['09:00', 'BREAK'], ['09:59:57', 'OFFLINE']),
    ],
    [
      'shows it rightly where an Offline of before lasts two seconds longer',
      true,
      history(['09:50', 'OFFLINE'], ['10:00:02', 'BREAK'], ['10:00:05', 'OFFLINE']),
    ],
    [
      'is wrong where an Offline of before lasts three seconds longer',
      false,
      history(['09:50', 'OFFLINE'], ['10:00:03', 'BREAK'], ['10:00:05', 'OFFLINE']),
    ],
    [
      'shows it rightly where the agent was back, and the next change is within two seconds of the last look',
      true,
      history(['10:00:05', 'OFFLINE'], ['10:01', 'BREAK'], ['10:05:02', 'AWAY']),
    ],
    [
      'is wrong where the agent was back, and the next change is three seconds after the last look',
      false,
      history(['10:00:05', 'OFFLINE'], ['10:01', 'BREAK'], ['10:05:03', 'AWAY']),
    ],
    ['is wrong where the Offline is left out', false, history(['09:00', 'BREAK'], ['10:30', 'AWAY'])],
    [
      'shows nothing where the Offline begins minutes later',
      undefined,
      history(['09:00', 'BREAK'], ['10:02', 'OFFLINE']),
    ],
  ])('%s', (_, expected, records) => {
    expect(showsOwnOffline(records, ours)).toBe(expected);
  });
});
