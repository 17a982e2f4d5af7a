import { describe, expect, test } from '@jest/globals';
import { EMPTY_LEDGER, withLogoff } from '../../src/domain/planning/plan.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import {
  Doubt,
  nextControllerState,
  NO_CONTROLLER_STATE,
  usualInterval,
  type SweepOutcome,
} from '../../src/controller/controller-state.ts';
import { BASE } from './parts.ts';

describe('the usual interval', () => {
  test.each<[string, number, readonly number[], number]>([
    ['the schedule’s longest while there is no history', MINUTE, [], MINUTE],
    ['the schedule’s longest with two sweeps, which say nothing', MINUTE, [5 * MINUTE, 5 * MINUTE], MINUTE],
    ['the median where sweeps are slow', MINUTE, [3 * MINUTE, 2 * MINUTE, 9 * MINUTE], 3 * MINUTE],
    [
      'the schedule’s longest where sweeps are faster',
      MINUTE,
      [10 * SECOND, 10 * SECOND, 10 * SECOND],
      MINUTE,
    ],
    ['not moved by one outage', MINUTE, [MINUTE, MINUTE, 600 * MINUTE], MINUTE],
  ])('is %s', (_, longest, intervals, usual) => {
    expect(usualInterval(longest, intervals)).toBe(usual);
  });
});

describe('a population that fell by more than half', () => {
  test('is doubted for ten sweeps, and then believed', () => {
    const doubt = new Doubt();
    const answers = Array.from({ length: 12 }, () => doubt.believes(49, 100));
    expect(answers).toEqual([...Array.from({ length: 10 }, () => false), true, true]);
  });

  test('is doubted from the beginning again once everyone was there', () => {
    const doubt = new Doubt();
    for (let n = 0; n < 9; n += 1) expect(doubt.believes(0, 100)).toBe(false);
    expect(doubt.believes(100, 100)).toBe(true);
    for (let n = 0; n < 10; n += 1) expect(doubt.believes(0, 100)).toBe(false);
  });

  test('is believed at exactly half, and where no agent was known', () => {
    expect(new Doubt().believes(50, 100)).toBe(true);
    expect(new Doubt().believes(0, 0)).toBe(true);
  });
});

describe('the standing after a sweep', () => {
  const swept: SweepOutcome = {
    policyHash: 'p1',
    complete: true,
    startedAt: BASE,
    listed: 80,
    settleLeft: 2,
    ledger: withLogoff(EMPTY_LEDGER, BASE),
    observedLedger: EMPTY_LEDGER,
  };

  test('a complete one counts as watched', () => {
    const first = nextControllerState(NO_CONTROLLER_STATE, swept);
    expect(first).toMatchObject({ policyHash: 'p1', settleLeft: 1, lastCompleteAt: BASE, population: 80 });
    expect(first.intervals).toEqual([]);
    const second = nextControllerState(first, { ...swept, settleLeft: 0, startedAt: BASE + 61 * SECOND });
    expect(second).toMatchObject({
      settleLeft: 0,
      lastCompleteAt: BASE + 61 * SECOND,
      intervals: [61 * SECOND],
    });
  });

  test('an incomplete one keeps the ledgers and the policy, and counts for nothing else', () => {
    const before = nextControllerState(NO_CONTROLLER_STATE, swept);
    const after = nextControllerState(before, {
      ...swept,
      complete: false,
      policyHash: 'p2',
      settleLeft: 2,
      listed: 3,
      startedAt: BASE + MINUTE,
      ledger: EMPTY_LEDGER,
    });
    expect(after).toEqual({ ...before, policyHash: 'p2', settleLeft: 2, ledger: EMPTY_LEDGER });
  });

  test('the newest fifteen intervals are kept, and a clock that was set back leaves none', () => {
    let standing = nextControllerState(NO_CONTROLLER_STATE, swept);
    for (let n = 1; n <= 20; n += 1)
      standing = nextControllerState(standing, { ...swept, startedAt: BASE + n * n * MINUTE });
    expect(standing.intervals).toHaveLength(15);
    expect(standing.intervals.at(-1)).toBe((20 * 20 - 19 * 19) * MINUTE);
    expect(nextControllerState(standing, { ...swept, startedAt: BASE }).intervals).toEqual(
      standing.intervals,
    );
  });
});
