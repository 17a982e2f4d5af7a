/** Suggestions from short histories: the numbers are those of `backtest`, and the best limit is one that an operator would choose. */
import { PLAIN_BILLING } from '../../../src/domain/licence/billing.ts';
import { describe, expect, test } from '@jest/globals';
import { replay } from '../../../src/commands/backtest/replay.ts';
import { isRegret } from '../../../src/commands/backtest/stand.ts';
import {
  suggest,
  type RuleSuggestion,
  type Suggestions,
  type Wanted,
} from '../../../src/commands/suggest/suggest.ts';
import { withLimits } from '../../../src/commands/suggest/variations.ts';
import type { Policy, Rule } from '../../../src/domain/policy/policy.ts';
import { formatDuration, HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { CAPS, duration, matcher, policy, profile, rule } from '../../domain/build.ts';
import { historyOf, SPAN, type Story } from '../backtest/stories.ts';

const limitsOf = (...texts: string[]): number[] => texts.map(duration);

function suggested(
  stories: Readonly<Record<string, Story>>,
  wanted: Policy,
  parts: Partial<Wanted> = {},
): Suggestions {
  return suggest(historyOf(stories), wanted, {
    interval: MINUTE,
    span: SPAN,
    calendar: PLAIN_BILLING,
    regret: 0.02,
    limits: limitsOf('10m', '20m', '45m', '60m', '2h'),
    isWanted: () => true,
    onProgress: () => undefined,
    ...parts,
  });
}

const ruleOf = ({ rules }: Suggestions, id: string): RuleSuggestion =>
  rules.find((each) => each.rule === id)!;

/**
 * Thirty who walk away at nine for four hours, and thirty who lock the screen for a quarter of an hour, one minute after the other, so
 * that no sweep has a crowd.
 */
function floor(): Record<string, Story> {
  const stories: Record<string, Story> = {};
  for (let i = 0; i < 30; i += 1) {
    stories[`gone-${i}`] = [
      '08:00 ON_QUEUE/INTERACTING',
      `${at(i)} AVAILABLE`,
      `${at(240 + i)} ON_QUEUE/INTERACTING`,
    ];
    stories[`locks-${i}`] = [
      '08:00 ON_QUEUE/INTERACTING',
      `${at(i)} IDLE`,
      `${at(15 + i)} AVAILABLE`,
      `${at(16 + i)} ON_QUEUE/INTERACTING`,
    ];
  }
  return stories;
}

/** So many minutes after nine. */
function at(minutes: number): string {
  const [hour, minute] = [9 + Math.floor(minutes / 60), minutes % 60];
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** Thirty who locked the screen before eight, and are back at three. */
function away(): Record<string, Story> {
  const story: Story = ['08:00 IDLE', '15:00 ON_QUEUE/INTERACTING'];
  return Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`away-${i}`, story]));
}

const RULES: readonly Rule[] = [
  rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state', limit: '2h' }),
  rule({ id: 'gone', when: { presence: ['AVAILABLE'], routing: ['OFF_QUEUE'] }, limit: '60m' }),
];
const FLOOR = policy({
  profiles: [profile({ rules: RULES })],
  caps: { ...CAPS, breaker: { ...CAPS.breaker, atLeast: 100 } },
});

describe('the floor', () => {
  const stories = { ...floor(), ...away() };
  const result = suggested(stories, FLOOR);

  test('locked screens are given as long as people take who come back', () => {
    const { best, points } = ruleOf(result, 'locked');
    expect(
      points.map(({ limit, standing, own }) => [formatDuration(limit), standing, own.logoffs, own.regret]),
    ).toEqual([
      ['10m', 'regret', 60, 30],
      ['20m', 'fits', 30, 0],
      ['45m', 'fits', 30, 0],
      ['1h', 'fits', 30, 0],
      ['2h', 'fits', 30, 0],
    ]);
    expect(best).toBe(duration('20m'));
  });

  test('agents who walk away are logged off as soon as no agent is hit', () => {
    expect(ruleOf(result, 'gone').best).toBe(duration('10m'));
  });

  test('every number is that of a backtest with that limit alone', () => {
    for (const { rule: id, points } of result.rules)
      for (const { limit, own, all, people } of points) {
        const alone = withLimits(FLOOR, new Map([[id, limit]]));
        const { logoffs } = replay(historyOf(stories), { policy: alone, interval: MINUTE, span: SPAN });
        const mine = logoffs.filter((logoff) => logoff.rule === id);
        const hours = (list: typeof logoffs): number =>
          list.reduce((sum, { recovered }) => sum + recovered, 0) / HOUR;
        expect([own.logoffs, own.regret, own.recovered / HOUR, all.recovered / HOUR, people]).toEqual([
          mine.length,
          mine.filter(isRegret).length,
          hours(mine),
          hours(logoffs),
          new Set(mine.map(({ agent }) => agent.id)).size,
        ]);
      }
  });

  test('all suggested limits are replayed together', () => {
    const together = withLimits(
      FLOOR,
      new Map([
        ['locked', duration('20m')],
        ['gone', duration('10m')],
      ]),
    );
    const { logoffs } = replay(historyOf(stories), { policy: together, interval: MINUTE, span: SPAN });
    expect(result.together).toMatchObject({ logoffs: logoffs.length, regret: 0 });
    expect(result.together?.recovered).toBe(logoffs.reduce((sum, { recovered }) => sum + recovered, 0));
    expect(result.together!.recovered).toBeGreaterThan(result.now.recovered);
    expect(result.together!.peak).toBeLessThanOrEqual(result.now.peak);
  });

  test('how sure it is stands beside the best limit and the present one', () => {
    const named = ruleOf(result, 'gone').points.filter(({ sure }) => sure !== undefined);
    expect(named.map(({ limit }) => formatDuration(limit))).toEqual(['10m', '1h']);
    expect(named[0]?.sure?.share?.high).toBeCloseTo(1 - 0.05 ** (1 / 30), 5);
  });
});

test('a meeting of an hour is no reason for a limit of ten minutes', () => {
  const meet = (i: number): Story => [
    '08:00 ON_QUEUE/INTERACTING',
    `09:${String(i).padStart(2, '0')} MEETING`,
    `10:${String(i + 5).padStart(2, '0')} ON_QUEUE/INTERACTING`,
  ];
  const stories = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`agent-${i}`, meet(i)]));
  const wanted = policy({
    profiles: [profile({ rules: [rule({ id: 'meeting', when: { presence: ['MEETING'] }, limit: '4h' })] })],
    caps: FLOOR.caps,
  });
  const { best, why, points } = ruleOf(suggested(stories, wanted), 'meeting');
  expect([best, why]).toEqual([undefined, 'unfit']);
  expect(points.map(({ standing, share, later }) => [standing, share, later])).toEqual([
    ['later', 0, 1],
    ['later', 0, 1],
    ['later', 0, 1],
    ['regret', 1, 0],
    ['none', 0, 0],
    ['none', 0, 0],
  ]);
});

test('people who watch all day without a click, and log out, are not told from people who left', () => {
  const watch = (i: number): Story => [
    `08:${String(i).padStart(2, '0')} AVAILABLE`,
    `17:${String(i).padStart(2, '0')} OFFLINE`,
  ];
  const stories = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`agent-${i}`, watch(i)]));
  expect(ruleOf(suggested(stories, FLOOR), 'gone')).toMatchObject({ best: undefined, why: 'silent' });
});

test('a rule in observe mode is tried as if it enforced, and does nothing while others are tried', () => {
  const pilot = policy({
    ...FLOOR,
    profiles: [profile({ rules: [RULES[0]!, { ...RULES[1]!, mode: 'observe' }] })],
  });
  const result = suggested(floor(), pilot);
  expect(result.now.logoffs).toBe(0);
  expect(ruleOf(result, 'gone')).toMatchObject({ observes: true, best: duration('10m') });
  expect(ruleOf(result, 'locked').points.at(-1)?.all.logoffs).toBe(0);
  // Together it enforces too.
  expect(result.together?.logoffs).toBeGreaterThan(0);
});

test('rules of all profiles are tried, each on its own people', () => {
  const two = policy({
    ...FLOOR,
    profiles: [
      profile({ name: 'nobody', match: matcher({ users: ['nobody'] }), rules: [rule({ id: 'other' })] }),
      profile({ name: 'rest', rules: RULES }),
    ],
  });
  const result = suggested(floor(), two, { isWanted: ({ id }) => id !== 'locked' });
  expect(result.rules.map(({ rule: id, profile: name, why }) => [id, name, why])).toEqual([
    ['other', 'nobody', 'none'],
    ['gone', 'rest', undefined],
  ]);
});

test('a limit has to be longer than the warning, and than two sweeps', () => {
  const warns = policy({
    ...FLOOR,
    profiles: [profile({ rules: [rule({ id: 'told', warn: '20m', limit: '60m' })] })],
  });
  const { points, refused } = ruleOf(
    suggested(floor(), warns, { limits: limitsOf('1m', '20m', '21m') }),
    'told',
  );
  expect(points.map(({ limit }) => formatDuration(limit))).toEqual(['21m', '1h']);
  expect(refused.map(formatDuration)).toEqual(['1m', '20m']);
});

test('progress rises from nothing to all', () => {
  const shares: number[] = [];
  suggested(floor(), FLOOR, { onProgress: (share) => shares.push(share) });
  expect(shares[0]).toBe(0);
  expect(shares.toSorted((a, b) => a - b)).toEqual(shares);
  expect(shares.at(-1)).toBeGreaterThan(0.95);
  expect(shares.at(-1)).toBeLessThanOrEqual(1);
});
