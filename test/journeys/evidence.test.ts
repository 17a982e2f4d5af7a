/**
 * A native timeout of a quarter of an hour, browsers that come back within seconds with the token of before, and people who click: with
 * the presence timeline the browsers are told from the people. The same shift is played with sources that are worse and worse.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { isBelieved, type SourceFacts } from '../../src/domain/evidence/calibration.ts';
import type { Faults } from '../../src/sandbox/index.ts';
import { playShift, policyText, Shift, SLACK, type Played, type ShiftOptions } from './shift.ts';

/** The first log-offs are what the timeline is tried by. */
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
const BOUNCERS = 'native-bouncer';
/** Grace after the last bounce, and the sweeps in which the timeline is asked. */
const A_FEW_MINUTES_MORE = SLACK + 8 * MINUTE;
const WRONG = { timelineShifted: 0.1, timelineSwapped: 0.1, timelineContradicting: 0.1 };

interface OnMinute {
  readonly onMinute: ((minute: number, shift: Shift) => unknown) | undefined;
}

function play(
  timeline: 'auto' | 'off',
  faults: Partial<Faults> = {},
  onMinute?: OnMinute['onMinute'],
  more: Pick<ShiftOptions, 'nextIn'> = {},
): Promise<Played> {
  return playWith(`{ timeline: ${timeline} }`, { faults, ...more, onMinute });
}

/** Evidence as the policy says it. */
function playWith(
  evidence: string,
  { switches, onMinute, ...more }: Pick<ShiftOptions, 'nextIn' | 'faults' | 'switches'> & OnMinute,
): Promise<Played> {
  return playShift({
    ...more,
    ...(onMinute === undefined ? {} : { onMinute }),
    seed: 2,
    agents: CAST.length,
    cast: CAST,
    inMemory: true,
    shiftMs: 3 * HOUR,
    hours: 4,
    slack: A_FEW_MINUTES_MORE,
    switches: { nativeTimeoutMinutes: 15, tokenMovesOnSilentReturn: false, ...switches },
    policy: `${policyText()}evidence: ${evidence}\n`,
  });
}

/** What the timeline has answered so far: as it was counted, and as it is stored. */
async function answersOf({ metrics, store }: Shift): Promise<readonly [number, number]> {
  const counted =
    (await metrics.registry.getSingleMetric('idle_enforcer_evidence_total')?.get())?.values ?? [];
  const stored = Object.values((await store.learnt())?.evidence.timeline.answers ?? {});
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return [sum(counted.map(({ value }) => value)), sum(stored)];
}

async function signInsIn({ store }: Shift): Promise<SourceFacts | undefined> {
  return (await store.learnt())?.evidence.sign_ins;
}

/** How many of the agents whose browser bounces were logged off. */
function bouncersOff({ truth }: Played): number {
  return truth.perArchetype.find(({ archetype }) => archetype === BOUNCERS)?.loggedOff ?? 0;
}

function linesOf({ shift }: Played, begin: string): number {
  return shift.log.filter(({ level, msg }) => level === 'warn' && msg.startsWith(begin)).length;
}

let without: Played;
beforeAll(async () => {
  without = await play('off');
});

describe('without evidence', () => {
  test('absent agents whose browser bounces unseen are never logged off, and no agent is disturbed', () => {
    expect([bouncersOff(without), without.truth.disturbed]).toEqual([0, []]);
    expect(without.truth.missed.map(({ archetype }) => archetype)).toEqual([BOUNCERS, BOUNCERS]);
    expect(without.shift.done('postAnalyticsUsersDetailsQuery')).toBe(0);
  });
});

describe('with the timeline', () => {
  let played: Played;
  const answers: (readonly [number, number])[] = [];
  beforeAll(async () => {
    played = await play('auto', {}, async (_, shift) => {
      answers.push(await answersOf(shift));
    });
  });

  test('what it answers is stored with the sweep that asked: another sweep may never come', () => {
    expect(answers.filter(([counted, stored]) => counted !== stored)).toEqual([]);
    expect(answers.at(-1)?.[0]).toBeGreaterThan(10);
  });

  test('they are logged off within limit, grace and a few minutes, and no agent is disturbed', () => {
    const { disturbed, missed } = played.truth;
    expect([bouncersOff(played), disturbed, missed]).toEqual([2, [], []]);
  });

  test('each bounce that was shown is on record once, with its source, and counted', () => {
    const shown = played.events.filter(({ reason }) => reason?.endsWith(', shown by timeline') === true);
    expect(shown.length).toBeGreaterThan(4);
    expect(new Set(shown.map(({ agentId, at }) => `${agentId} ${at}`)).size).toBe(shown.length);
    expect(played.metrics).toMatch(
      /^idle_enforcer_evidence_total\{source="timeline",answer="bounce".*\} \d+$/m,
    );
  });

  test('it is asked no more than once a sweep', () => {
    const asked = played.shift.done('postAnalyticsUsersDetailsQuery');
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(played.shift.reports.length);
  });
});

test('what one client was told is not believed when another one asks, of the same organisation or of another', async () => {
  const shift = await Shift.begin({ agents: 2, policy: `${policyText()}evidence: { timeline: auto }\n` });
  const right = async (): Promise<number | undefined> =>
    (await shift.store.learnt())?.evidence.timeline.right;
  try {
    await shift.until(1);
    const learnt = await shift.store.learnt();
    const evidence = { ...learnt!.evidence, timeline: { ...learnt!.evidence.timeline, right: 3 } };
    const after: (number | undefined)[] = [];
    for (const askedAs of [learnt!.askedAs, 'another client']) {
      await shift.store.saveLearnt({ ...learnt!, evidence, askedAs });
      await shift.kill();
      await shift.open();
      await shift.until(shift.minute + 2);
      after.push(await right());
    }
    expect([learnt!.askedAs, after]).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/), [3, 0]]);
  } finally {
    await shift.end();
  }
});

test('a sweep with no time left before the next one asks for no evidence, and logs off all the same', async () => {
  const { shift, truth } = await play('auto', {}, undefined, { nextIn: 3 * SECOND });
  expect(shift.done('postAnalyticsUsersDetailsQuery')).toBe(0);
  expect(truth.perArchetype.map(({ loggedOff }) => loggedOff)).toEqual(
    without.truth.perArchetype.map(({ loggedOff }) => loggedOff),
  );
});

describe.each<[string, Partial<Faults>]>([
  [
    'that comes a quarter of an hour late, with holes',
    { ...WRONG, timelineDelayMs: 15 * MINUTE, timelineHoles: 0.5 },
  ],
  ['with holes', { ...WRONG, timelineHoles: 0.5 }],
  ['that is of others, shifted or contradictory at times', WRONG],
  ['that invents an Offline at times', { ...WRONG, timelineInvented: 0.1 }],
  ['that may not be asked', { forbidden: { share: 1, operations: ['postAnalyticsUsersDetailsQuery'] } }],
])('with a timeline %s', (_, faults) => {
  let played: Played;
  beforeAll(async () => {
    played = await play('auto', faults);
  });

  test('no agent is disturbed, and each absent agent is logged off who is so without it', () => {
    expect(played.truth.disturbed).toEqual([]);
    const off = (from: Played) =>
      Object.fromEntries(from.truth.perArchetype.map(({ archetype, loggedOff }) => [archetype, loggedOff]));
    const [now, before] = [off(played), off(without)];
    for (const archetype of CAST)
      expect([archetype, (now[archetype] ?? 0) >= (before[archetype] ?? 0)]).toEqual([archetype, true]);
    expect(played.truth.missed.length).toBeLessThanOrEqual(without.truth.missed.length);
  });

  test('a refusal is said once, and an answer never leaves the sweep incomplete', () => {
    expect(linesOf(played, 'a source of evidence may not be asked')).toBe('forbidden' in faults ? 1 : 0);
    expect(played.shift.reports.filter(({ complete }) => !complete)).toEqual([]);
  });
});

describe.each(['address', 'actor', 'target'] as const)('with an audit log that names users by %s', (by) => {
  let facts: SourceFacts | undefined;
  const askLog = (faults: Partial<Faults>): Promise<Played> =>
    playWith('{ timeline: off, sign_ins: on }', {
      faults,
      switches: { auditsNameUsersBy: by },
      onMinute: async (_, shift) => {
        facts = await signInsIn(shift);
      },
    });

  test('it is believed, absent agents are logged off, and no agent is disturbed', async () => {
    const played = await askLog({});
    expect([isBelieved(facts!), facts!.wrong]).toEqual([true, 0]);
    expect([bouncersOff(played), played.truth.disturbed]).toEqual([2, []]);
  });

  test('and another user as who acted in each entry, it is not believed, and all is as without it', async () => {
    const { truth } = await askLog({ auditOtherActors: 1 });
    expect(facts).toMatchObject({ right: 0, wrong: 0, answers: { bounce: 0 } });
    expect(truth.perArchetype.map(({ loggedOff }) => loggedOff)).toEqual(
      without.truth.perArchetype.map(({ loggedOff }) => loggedOff),
    );
    expect(truth.disturbed).toEqual([]);
  });
});
