/**
 * Push over real WebSockets, with a native timeout of a quarter of an hour and browsers that come back with the token of before: the
 * whole worker, while sockets break, end with a warning, repeat, overtake and lose. It brings answers sooner, and disturbs nobody.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import type { Faults } from '../../src/sandbox/index.ts';
import { rolloutNotes } from '../../src/store/rollout-note.ts';
import { playShift, policyText, Shift, SLACK, STARTS_AT, type Played, type ShiftOptions } from './shift.ts';

const CAST = [
  'native-bouncer',
  'clicks-back',
  'sso-available',
  'native-bouncer',
  'clicks-back',
  'went-home',
  'comes-back',
  'reader',
] as const;

const OPTIONS: ShiftOptions = {
  seed: 2,
  agents: CAST.length,
  cast: CAST,
  inMemory: true,
  early: true,
  shiftMs: 3 * HOUR,
  switches: { nativeTimeoutMinutes: 15, tokenMovesOnSilentReturn: false },
};

function policyWith(push: 'on' | 'off'): string {
  return `${policyText()}evidence: { timeline: auto, push: ${push} }\n`;
}

function play(push: 'on' | 'off', faults: Partial<Faults> = {}, more: ShiftOptions = {}): Promise<Played> {
  const slack = SLACK + 8 * MINUTE;
  return playShift({ ...OPTIONS, hours: 4, slack, faults, policy: policyWith(push), ...more });
}

/** How long after the return of a browser the ladder answered it, of each answer, in seconds. */
function answersOf({ events }: Played): readonly number[] {
  const answered: number[] = [];
  const returnedAt = new Map<string, number>();
  for (const { kind, at, agentId } of events.toSorted((a, b) => a.at - b.at)) {
    if (agentId === undefined) continue;
    if (kind === 'return') returnedAt.set(agentId, at);
    const returned = returnedAt.get(agentId);
    if (kind !== 'intent' || returned === undefined) continue;
    answered.push(Math.round((at - returned) / 1_000));
    returnedAt.delete(agentId);
  }
  return answered;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

let without: Played;
beforeAll(async () => {
  without = await play('off');
});

describe('with push', () => {
  let played: Played;
  beforeAll(async () => {
    played = await play('on');
  });

  test('answers of the ladder come between sweeps, and no agent is disturbed or missed', () => {
    expect([played.truth.disturbed, played.truth.missed]).toEqual([[], []]);
    expect(mean(answersOf(played))).toBeLessThan(mean(answersOf(without)));
    const seconds = played.events
      .filter(({ kind }) => kind === 'intent')
      .map(({ at }) => (at % MINUTE) / 1_000);
    expect(seconds.some((second) => second > 14)).toBe(true);
  });

  test('no answer comes before its wait is over', () => {
    expect(Math.min(...answersOf(played))).toBeGreaterThanOrEqual(60);
  });

  test('one channel does for all, and what it costs is two requests', () => {
    const { operations } = played.shift.sandbox.requests;
    expect(operations['postNotificationsChannels']).toEqual({ '200': 1 });
    expect(operations['putNotificationsChannelSubscriptions']).toEqual({ '200': 1 });
  });
});

test('an abort of a rollout holds for an answer that falls due before the next sweep', async () => {
  const policy = `${policyWith('on')}rollout: { steps: [95%, 100%], every: 1d }\n`;
  const isEarly = ({ kind, at }: StoredEvent): boolean => kind === 'intent' && at % MINUTE > 14 * SECOND;
  const { events } = await playShift({ ...OPTIONS, policy, hours: 3 });
  const minute = Math.floor((events.find(isEarly)!.at - STARTS_AT) / MINUTE);
  const shift = await Shift.begin({ ...OPTIONS, policy });
  try {
    await shift.until(minute);
    await shift.clock.goOnTo(STARTS_AT + minute * MINUTE);
    await shift.sweep();
    const notes = rolloutNotes(shift.store);
    const { judges } = (await notes.read()).rollout.candidate!;
    await notes.order({ id: 'order', what: 'abort', judges, by: 'lead@floor' });
    await shift.lookEarly(minute);
    const intents = await shift.events('intent');
    expect([intents.length > 0, intents.filter(isEarly)]).toEqual([true, []]);
  } finally {
    await shift.end();
  }
});

describe('without push', () => {
  test('all is done in sweeps', () => {
    const intents = without.events.filter(({ kind }) => kind === 'intent');
    expect(intents.length).toBeGreaterThan(5);
    expect(intents.every(({ at }) => at % MINUTE < 14_000)).toBe(true);
    expect(without.shift.sandbox.requests.operations).not.toHaveProperty('postNotificationsChannels');
  });
});

test.each<[string, Partial<Faults>, ShiftOptions]>([
  [
    'sockets break, and events are lost, repeated and late',
    { pushDropAfterMs: 17 * MINUTE, pushLost: 0.1, pushRepeated: 0.2, pushReordered: 0.1 },
    {},
  ],
  ['sockets end with a warning', { pushClosingAfterMs: 13 * MINUTE }, {}],
  [
    'nothing may be subscribed',
    {},
    { switches: { nativeTimeoutMinutes: 15, tokenMovesOnSilentReturn: false, pushOffersActivity: false } },
  ],
])(
  'while %s no agent is disturbed, and each is logged off who is so without push',
  async (_, faults, more) => {
    const { truth, shift } = await play('on', faults, more);
    expect([truth.disturbed, truth.missed]).toEqual([[], []]);
    const off = ({ perArchetype }: Played['truth']) =>
      Object.fromEntries(perArchetype.map(({ archetype, loggedOff }) => [archetype, loggedOff]));
    expect(off(truth)).toEqual(off(without.truth));
    expect(shift.reports.filter(({ complete }) => !complete)).toEqual([]);
  },
);
