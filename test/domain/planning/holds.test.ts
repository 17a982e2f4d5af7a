import { describe, expect, test } from '@jest/globals';
import {
  holdOnAll,
  holdOnOne,
  isPaused,
  sweepHold,
  type OwnHold,
  type Seen,
} from '../../../src/domain/planning/holds.ts';
import { enforcedIn, observedIn } from '../../../src/domain/planning/candidates.ts';
import { EMPTY_LEDGER, withOutcome, type Ledger } from '../../../src/domain/planning/plan.ts';
import type { ControllerState } from '../../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { clockTime, policy, rule } from '../build.ts';
import { story, type Story } from '../story.ts';

const NOW = clockTime('12:00');

describe('a whole sweep is held', () => {
  const fine: Seen = {
    complete: true,
    listed: 100,
    clockError: 0,
    storeLost: false,
    paused: false,
    settleLeft: 0,
  };

  test.each<[string, Partial<Seen>, boolean, string | undefined]>([
    ['not, when all is well', {}, true, undefined],
    [
      'by the kill switch before all else',
      { paused: true, clockError: 9 * MINUTE, complete: false },
      true,
      'paused',
    ],
    [
      'by clocks more than five minutes apart',
      { clockError: 5 * MINUTE + 1, storeLost: true },
      true,
      'clock',
    ],
    ['by clocks apart the other way', { clockError: -5 * MINUTE - 1 }, true, 'clock'],
    ['not by clocks five minutes apart', { clockError: 5 * MINUTE }, true, undefined],
    ['by a lost store', { storeLost: true, complete: false }, true, 'store'],
    ['by a missing page', { complete: false, settleLeft: 2 }, true, 'incomplete'],
    ['by a population that is not believed', {}, false, 'incomplete'],
    ['by settling last', { settleLeft: 1 }, true, 'settling'],
  ])('%s', (_, seen, believed, hold) => {
    expect(sweepHold({ ...fine, ...seen }, believed)).toBe(hold);
  });
});

test('a pause holds until it is taken back, or until its time is up', () => {
  const since = clockTime('09:00');
  expect(isPaused(undefined, NOW)).toBe(false);
  expect(isPaused({ since, until: undefined, reason: undefined }, NOW + 999 * MINUTE)).toBe(true);
  expect(isPaused({ since, until: NOW, reason: undefined }, NOW - 1)).toBe(true);
  expect(isPaused({ since, until: NOW, reason: undefined }, NOW)).toBe(false);
});

const POLICY = policy();
const STANDING: ControllerState = {
  policyHash: POLICY.hash,
  settleLeft: 0,
  lastCompleteAt: NOW - MINUTE,
  population: 100,
  forgottenAt: undefined,
  intervals: [],
  ledger: EMPTY_LEDGER,
  observedLedger: EMPTY_LEDGER,
};
const BETWEEN = { policy: POLICY, standing: STANDING, pause: undefined, interval: MINUTE, now: NOW };

describe('between two sweeps all agents are held', () => {
  test('not, after a sweep that saw all of them', () => {
    expect(holdOnAll(BETWEEN)).toBeUndefined();
  });

  test('not, before the first sweep, of which nothing is known', () => {
    expect(holdOnAll({ ...BETWEEN, standing: undefined })).toBeUndefined();
  });

  test('by a pause', () => {
    const pause = { since: NOW - HOUR, until: undefined, reason: undefined };
    expect(holdOnAll({ ...BETWEEN, pause })).toBe('paused');
  });

  test('by sweeps that are still to be watched', () => {
    expect(holdOnAll({ ...BETWEEN, standing: { ...STANDING, settleLeft: 1 } })).toBe('settling');
  });

  test('by another policy than the one that was watched', () => {
    expect(holdOnAll({ ...BETWEEN, policy: { ...POLICY, hash: 'another' } })).toBe('settling');
  });

  test('by an outage of more than three usual intervals, and not by three', () => {
    const since = (minutes: number): ControllerState => {
      return { ...STANDING, lastCompleteAt: NOW - minutes * MINUTE };
    };
    expect(holdOnAll({ ...BETWEEN, standing: since(3) })).toBeUndefined();
    expect(holdOnAll({ ...BETWEEN, standing: since(4) })).toBe('settling');
  });
});

function due(mode: 'enforce' | 'observe' = 'enforce'): Story {
  return story({ rules: [rule({ limit: '60m', mode })] }).until('10:30');
}

/** An agent with one entry in a ledger, asked of with the verdict of a story, or without one. */
function heldWith(
  ledger: Partial<Ledger>,
  told: Story | undefined,
  which: 'ledger' | 'observedLedger' = 'ledger',
): OwnHold | undefined {
  const standing = { ...STANDING, [which]: { ...EMPTY_LEDGER, ...ledger } };
  return holdOnOne('agent-1', told?.verdict(), { ...BETWEEN, standing });
}

describe('between two sweeps one agent is held', () => {
  const failed = withOutcome(EMPTY_LEDGER, 'agent-1', 'failed', NOW - MINUTE);
  const broken = { broken: new Map([['agent-1', NOW + 20 * MINUTE]]) };

  test('not, without an entry of their own', () => {
    expect(heldWith({}, due())).toBeUndefined();
    expect(heldWith(withOutcome(EMPTY_LEDGER, 'agent-2', 'failed', NOW - MINUTE), due())).toBeUndefined();
  });

  test('not, before the first sweep', () => {
    expect(holdOnOne('agent-1', due().verdict(), { ...BETWEEN, standing: undefined })).toBeUndefined();
  });

  test('after a failed try, whether or not they are due yet', () => {
    const held = { hold: 'backoff', failure: { at: NOW - MINUTE, count: 1, forbidden: false } };
    expect(heldWith(failed, due())).toEqual({ ...held, brokenUntil: undefined });
    expect(heldWith(failed, undefined)).toEqual({ ...held, brokenUntil: undefined });
  });

  test('by the breaker, with the time until which it holds', () => {
    const held = { hold: 'breaker', failure: undefined, brokenUntil: NOW + 20 * MINUTE };
    expect(heldWith(broken, due())).toEqual(held);
    expect(heldWith(broken, undefined)).toEqual(held);
  });

  test('not by the breaker while a silent return waits for its answer', () => {
    const returned = story({ rules: [rule({ limit: '60m' })] })
      .enforced()
      .at('10:00:10', { presence: 'OFFLINE' })
      .at('10:01:30', { presence: 'AVAILABLE' })
      .until('10:02');
    expect(returned.verdict().reason).toBe('ladder_waiting');
    expect(heldWith(broken, returned)).toBeUndefined();
  });

  test('by caps of the hour that others have spent', () => {
    const logoffs = Array.from({ length: POLICY.caps.perHour }, () => NOW - MINUTE);
    expect(heldWith({ logoffs }, due())).toMatchObject({ hold: 'per_hour' });
  });

  test('by what was imagined only where their rule, or the whole policy, only observes', () => {
    expect(heldWith(failed, due('observe'), 'observedLedger')).toMatchObject({ hold: 'backoff' });
    expect(heldWith(failed, due('observe'))).toBeUndefined();
    expect(heldWith(failed, due(), 'observedLedger')).toBeUndefined();
    const standing = { ...STANDING, observedLedger: failed };
    const observing = { ...BETWEEN, standing, policy: { ...POLICY, mode: 'observe' as const } };
    expect(holdOnOne('agent-1', undefined, observing)).toMatchObject({ hold: 'backoff' });
  });
});

describe('what a verdict hands to the plan', () => {
  test('is the log-off of a rule that enforces', () => {
    expect(enforcedIn(due().verdict())).toMatchObject({ ruleId: 'gone', mode: 'enforce' });
  });

  test('is no log-off of a rule that only observes, and none where nothing is due', () => {
    expect(enforcedIn(due('observe').verdict())).toBeUndefined();
    expect(enforcedIn(story().until('09:10').verdict())).toBeUndefined();
  });

  test('is each rule that only observes, once in an idle episode', () => {
    const told = due('observe');
    const state = told.state();
    expect(observedIn(told.verdict(), state).map(({ ruleId }) => ruleId)).toEqual(['gone']);
    const episode = { ...state.episode, observedRules: ['gone'] };
    expect(observedIn(told.verdict(), { ...state, episode })).toEqual([]);
    expect(observedIn(told.verdict(), undefined)).toEqual([]);
  });
});
