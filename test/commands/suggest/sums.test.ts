/** What log-offs add up to: by agent, and by how long after them a sign came. */
import { describe, expect, test } from '@jest/globals';
import type { ReplayedLogoff } from '../../../src/commands/backtest/stand.ts';
import { Sums } from '../../../src/commands/suggest/sums.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { agent, clockTime } from '../../domain/build.ts';

interface Facts {
  readonly id?: string;
  readonly rule?: string;
  /** Minutes after the log-off. */
  readonly sign?: number;
  readonly left?: number;
  readonly browser?: boolean;
}

const AT = clockTime('09:00');

function sumsOf(...facts: readonly Facts[]): Sums {
  const sums = new Sums(
    'gone',
    90 * MINUTE,
    new Map([
      ['ann', 0],
      ['bob', 1],
    ]),
  );
  for (const { id = 'ann', rule = 'gone', sign, left, browser = false } of facts) {
    const logoff: ReplayedLogoff = {
      ...{ agent: agent({ id }), profile: 'agents', rule, at: AT, measured: HOUR, limit: HOUR },
      ...{ recovered: HOUR, perhapsBrowser: browser, worked: false },
      signAt: sign === undefined ? undefined : AT + sign * MINUTE,
      leftAt: left === undefined ? undefined : AT + left * MINUTE,
    };
    sums.tally.over?.(logoff);
  }
  return sums;
}

const many = (count: number, facts: Facts): readonly Facts[] => Array.from({ length: count }, () => facts);

test('log-offs of the rule stand apart from those of all, and each agent has their own', () => {
  const sums = sumsOf(
    { sign: 5 },
    { id: 'bob', sign: 5, browser: true },
    { id: 'bob' },
    { rule: 'other', sign: 1 },
  );
  expect(sums.own).toEqual({ logoffs: 3, regret: 2, perhapsBrowser: 1, recovered: 3 * HOUR });
  expect(sums.all).toEqual({ logoffs: 4, regret: 3, perhapsBrowser: 1, recovered: 4 * HOUR });
  expect([[...sums.logoffsBy], [...sums.regretBy], sums.people]).toEqual([[1, 2], [1, 0], 2]);
});

test('who came back before long, and who went Offline by themselves', () => {
  const sums = sumsOf(
    { sign: 90 },
    { sign: 91 },
    { sign: 20, browser: true },
    { left: 5, sign: 80 },
    { left: 5 },
  );
  expect([sums.returned, sums.left]).toEqual([2, 2]);
});

describe('the regret of later minutes', () => {
  test.each<[string, readonly Facts[], number]>([
    ['a sign exactly ten minutes after it is one of now', many(9, { sign: 10 }), 0],
    ['a moment later it is one of later', [...many(9, { sign: 10.1 }), {}], 0.9],
    [
      'those who showed a sign before are no longer idle',
      [...many(5, { sign: 5 }), ...many(5, { sign: 55 })],
      1,
    ],
    ['nor are those who went Offline', [...many(6, { left: 12 }), ...many(3, { sign: 55 }), {}], 0.75],
    ['whoever went first is not there at the sign', many(9, { left: 12, sign: 55 }), 0],
    ['a browser is no person', many(9, { sign: 55, browser: true }), 0],
    ['two may be an accident', many(2, { sign: 55 }), 0],
    ['up to one and a half hours after the ten minutes', [...many(5, { sign: 100 }), ...many(5, {})], 0.5],
    ['and no further', [...many(5, { sign: 101 }), ...many(5, {})], 0],
  ])('%s', (_, facts, expected) => {
    expect(sumsOf(...facts).later).toBe(expected);
  });
});
