import { describe, expect, test } from '@jest/globals';
import type { AgentState, Logoff } from '../../src/domain/tracking/state.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import type { RecordEvent, StoredEvent } from '../../src/domain/record.ts';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { gapEvent, outcomesOf } from '../../src/controller/reconcile.ts';
import { NO_CONTROLLER_STATE } from '../../src/controller/controller-state.ts';
import { stateOf } from '../store/sqlite/fixtures.ts';
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

type OwnParts = Partial<Extract<Logoff, { readonly kind: 'ended' }>>;

/** The memory of Ada after the sweep that follows the interruption. */
function ada(
  presence: 'OFFLINE' | 'AVAILABLE',
  tokenAt = BASE,
  parts: OwnParts = {},
  since = BASE + SECOND,
): AgentState {
  const stamps = { presenceSince: undefined, routingSince: undefined, tokenAt: BASE };
  const former = { presence: 'ON_QUEUE', presenceId: 'on-queue', routing: 'IDLE', ...stamps } as const;
  const logoff: Logoff = {
    kind: 'ended',
    from: BASE,
    to: BASE + 30 * SECOND,
    actions: ACTIONS,
    done: [],
    isKnown: false,
    former,
    ...parts,
  };
  const last = { ...former, presence, presenceId: undefined, routing: 'OFF_QUEUE' } as const;
  return stateOf('ada', BASE + MINUTE, { last: { ...last, tokenAt, presenceSince: since }, logoff });
}

function outcome(memory: AgentState | undefined, intent: StoredEvent = INTENT): RecordEvent | undefined {
  const population = new Tracker(new Map(memory === undefined ? [] : [['ada', memory]]));
  return outcomesOf([intent], population, BASE + MINUTE, 'after')[0];
}

const TOLD = 'told after an interruption';

describe('an intention without an outcome', () => {
  test('was carried out when everything was noted, and the agent is Offline without a newer token', () => {
    expect(outcome(ada('OFFLINE', BASE, { done: ACTIONS }))).toEqual({
      kind: 'verified',
      at: BASE + MINUTE,
      sweepId: 'after',
      agentId: 'ada',
      rule: 'gone',
      intentId: 'intent-1',
      actions: ACTIONS,
      reason: TOLD,
    });
  });

  test.each<[string, OwnParts, readonly Action[], string]>([
    [
      'the tokens are not known to be revoked',
      { done: ['off_queue', 'offline'] },
      ['off_queue', 'offline'],
      'revoke_tokens',
    ],
    [
      'Offline was not noted, but is stamped while the log-off went on',
      { done: ['off_queue'] },
      ['off_queue', 'offline'],
      'revoke_tokens',
    ],
    ['nothing was noted', {}, ['offline'], 'off_queue, revoke_tokens'],
    [
      'the queue need not be left',
      { former: { ...stateOf('ada', BASE).last, presence: 'AWAY', tokenAt: BASE } },
      ['offline'],
      'revoke_tokens',
    ],
  ])('names only what is known to have been done: %s', (_, own, actions, open) => {
    expect(outcome(ada('OFFLINE', BASE, own))).toMatchObject({
      kind: 'verified',
      actions,
      reason: `${TOLD}; not known to be done: ${open}`,
    });
  });

  test('belongs to no trace of an earlier sweep', () => {
    const traced = { ...INTENT, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
    expect(outcome(ada('OFFLINE'), traced)).not.toHaveProperty('traceId');
  });

  test('is told from what this process remembers where only the store was lost', () => {
    const own = { isKnown: true, done: ['offline', 'revoke_tokens'] } as const;
    expect(outcome(ada('OFFLINE', BASE, own))).toMatchObject({
      kind: 'verified',
      actions: ['offline', 'revoke_tokens'],
    });
  });

  test.each<[string, AgentState | undefined, StoredEvent, readonly Action[]]>([
    ['they are online', ada('AVAILABLE'), INTENT, []],
    [
      'they are online though Offline was set',
      ada('AVAILABLE', BASE, { done: ['offline'] }),
      INTENT,
      ['offline'],
    ],
    ['they went Offline minutes later', ada('OFFLINE', BASE, {}, BASE + 5 * MINUTE), INTENT, []],
    ['they had been Offline before', ada('OFFLINE', BASE, {}, BASE - MINUTE), INTENT, []],
    [
      'their tokens came first, which may set Offline as well',
      ada('OFFLINE', BASE, { actions: ['revoke_tokens', 'offline'] }),
      INTENT,
      [],
    ],
    ['they are Offline with a newer token', ada('OFFLINE', BASE + 30 * SECOND), INTENT, ['offline']],
    ['they are not known any more', undefined, INTENT, []],
    ['it is of another log-off', ada('OFFLINE', BASE, { from: BASE - 10 * SECOND }), INTENT, []],
    ['it was about the identity provider', ada('OFFLINE'), { ...INTENT, actions: ['end_sso_session'] }, []],
  ])('is not known to have been carried out when %s', (_, memory, intent, actions) => {
    expect(outcome(memory, intent)).toMatchObject({ kind: 'unverified', intentId: 'intent-1', actions });
  });
});

describe('a gap', () => {
  const before = { ...NO_CONTROLLER_STATE, lastCompleteAt: BASE };

  test('is on record when no agent was watched for more than three usual intervals', () => {
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
    expect(gapEvent(NO_CONTROLLER_STATE, BASE, MINUTE, 'after')).toBeUndefined();
  });
});
