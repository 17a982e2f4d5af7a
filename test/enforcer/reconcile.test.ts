import { describe, expect, test } from '@jest/globals';
import type { Memory } from '../../src/domain/memory.ts';
import type { Action } from '../../src/domain/policy.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND } from '../../src/domain/time.ts';
import { Population } from '../../src/enforcer/population.ts';
import { gapEvent, outcomesOf } from '../../src/enforcer/reconcile.ts';
import { NO_STANDING } from '../../src/enforcer/standing.ts';
import { memoryOf } from '../store/fixtures.ts';
import { BASE } from './parts.ts';

const ACTIONS: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];
const INTENT: StoredEvent = {
  seq: 7,
  kind: 'intent',
  at: BASE,
  sweepId: 'before',
  agentId: 'ada',
  rule: 'gone',
  intentId: 'intent-1',
  actions: ACTIONS,
};

/** Ada as she is remembered after the sweep that follows the interruption. */
function ada(presence: 'OFFLINE' | 'AVAILABLE', tokenAt = BASE): Memory {
  const state = { presence, presenceId: undefined, routing: 'OFF_QUEUE' } as const;
  const own = { from: BASE, to: BASE + SECOND, actions: ACTIONS, former: state, tokenAt: BASE, open: false };
  return memoryOf('ada', BASE + MINUTE, { state, tokenAt, own });
}

function outcome(memory: Memory | undefined, intent: StoredEvent = INTENT): unknown {
  const population = new Population(new Map(memory === undefined ? [] : [['ada', memory]]));
  return outcomesOf([intent], population, BASE + MINUTE, 'after')[0];
}

describe('an intention without an outcome', () => {
  test('was carried out when the agent is Offline and has no newer token', () => {
    expect(outcome(ada('OFFLINE'))).toEqual({
      kind: 'verified',
      at: BASE + MINUTE,
      sweepId: 'after',
      agentId: 'ada',
      rule: 'gone',
      intentId: 'intent-1',
      actions: ACTIONS,
      reason: 'told after an interruption',
    });
  });

  test.each<[string, Memory | undefined, StoredEvent]>([
    ['he is online', ada('AVAILABLE'), INTENT],
    ['he is Offline with a newer token', ada('OFFLINE', BASE + 30 * SECOND), INTENT],
    ['he is not known any more', undefined, INTENT],
    ['it was about the identity provider', ada('OFFLINE'), { ...INTENT, actions: ['end_sso_session'] }],
  ])('is not known to have been when %s', (_, memory, intent) => {
    expect(outcome(memory, intent)).toMatchObject({ kind: 'unverified', intentId: 'intent-1' });
  });
});

describe('a gap', () => {
  const before = { ...NO_STANDING, lastCompleteAt: BASE };

  test('is on record when nobody was watched for more than three usual intervals', () => {
    const at = BASE + 3 * MINUTE + SECOND;
    expect(gapEvent(before, at, MINUTE, 'after')).toEqual({
      kind: 'gap',
      at,
      sweepId: 'after',
      measured: 3 * MINUTE + SECOND,
    });
  });

  test('is none before, nor at the very first sweep', () => {
    expect(gapEvent(before, BASE + 3 * MINUTE, MINUTE, 'after')).toBeUndefined();
    expect(gapEvent(NO_STANDING, BASE, MINUTE, 'after')).toBeUndefined();
  });
});
