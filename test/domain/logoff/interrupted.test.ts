/** A log-off that a crash or an outage interrupted: what the record says of it later, and whether the queue is given back. */
import { describe, expect, test } from '@jest/globals';
import { interruptedLine } from '../../../src/domain/logoff/interrupted.ts';
import { presenceToRestore } from '../../../src/domain/logoff/revalidate.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import type { RecordEvent, StoredEvent } from '../../../src/domain/record.ts';
import { beginLogoff, finishLogoff, noteDone } from '../../../src/domain/tracking/own-logoff.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { clockTime, RETURNS, rule } from '../build.ts';
import { story, type Story } from '../story.ts';

const AT = clockTime('10:00');
const ACTIONS: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];
const RULE = rule({ waitingOnQueue: true, actions: ACTIONS });

function intent(parts: Partial<StoredEvent> = {}): StoredEvent {
  return {
    seq: 7,
    kind: 'intent',
    at: AT,
    sweepId: 's1',
    agentId: 'agent-1',
    intentId: 'i1',
    actions: ACTIONS,
    ...parts,
  };
}

/** An agent off the queue, on whom a log-off began at 10:00 and broke off. */
function brokenOff(): Story {
  return story({ rules: [RULE] })
    .until('10:00')
    .logOff({ effect: 'none', crash: true });
}

function told(
  state: AgentState | undefined,
  parts: Partial<StoredEvent> = {},
  isRestored = false,
): RecordEvent {
  return interruptedLine(intent(parts), state, isRestored, AT + 9 * MINUTE, 's9');
}

describe('the record of an interrupted log-off', () => {
  test('is that of its intention, told later, without its place', () => {
    expect(told(undefined)).toStrictEqual({
      kind: 'unverified',
      at: AT + 9 * MINUTE,
      sweepId: 's9',
      agentId: 'agent-1',
      intentId: 'i1',
      actions: [],
      reason: 'told after an interruption; not known to be done: off_queue, offline, revoke_tokens',
    });
  });

  test('is that of an agent of whom no log-off is known, who is Offline now', () => {
    const gone = story().at('09:30', { presence: 'OFFLINE' }).until('10:00').state();
    expect(told(gone)).toMatchObject({ kind: 'unverified', actions: [] });
    expect(told(story().until('10:00').state()).reason).toBe(told(undefined).reason);
  });

  test('of an intention without actions asks for none', () => {
    const { actions: unused, ...plain } = intent();
    expect(unused).toBe(ACTIONS);
    const line = interruptedLine(plain, undefined, false, AT + 9 * MINUTE, 's9');
    expect(line).toMatchObject({ actions: [], reason: 'told after an interruption' });
    expect(presenceToRestore(plain, slippedIn(), AT + MINUTE)).toBeUndefined();
  });

  test('asks nothing of the queue of an agent who was not on it', () => {
    const reason = 'told after an interruption; not known to be done: offline, revoke_tokens';
    expect(told(brokenOff().state())).toMatchObject({ kind: 'unverified', actions: [], reason });
  });

  test('names what was noted as done', () => {
    const state = noteDone(brokenOff().state(), ['offline', 'revoke_tokens']);
    expect(told(state)).toMatchObject({
      kind: 'unverified',
      actions: ['offline', 'revoke_tokens'],
      reason: 'told after an interruption',
    });
  });

  test('is verified where the agent is Offline since the log-off', () => {
    const gone = brokenOff().at('10:00:01', { presence: 'OFFLINE' }).until('10:02').state();
    expect(told(gone)).toMatchObject({ kind: 'verified', actions: ['offline'] });
  });

  test('is not verified where an agent who is Offline has a newer token', () => {
    const gone = brokenOff()
      .at('10:00:01', { presence: 'OFFLINE', token: '10:00:40' })
      .until('10:02')
      .state();
    expect(told(gone).kind).toBe('unverified');
  });

  test('is not verified where an agent who is Offline went long after', () => {
    const gone = brokenOff().at('10:05', { presence: 'OFFLINE' }).until('10:06').state();
    expect(told(gone)).toMatchObject({ kind: 'unverified', actions: [] });
  });

  test('does not count Offline as set where revoking tokens comes first and is not known to be done', () => {
    const actions: readonly Action[] = ['revoke_tokens', 'offline'];
    const gone = (done: readonly Action[]): RecordEvent => {
      const s = story({ rules: [rule({ actions })] })
        .until('10:00')
        .logOff({ effect: 'none', crash: true });
      s.put(noteDone(s.state(), done)).at('10:00:02', { presence: 'OFFLINE' }).until('10:02');
      return told(s.state(), { actions });
    };
    expect([gone([]).actions, gone(['revoke_tokens']).actions]).toEqual([[], ['revoke_tokens', 'offline']]);
  });

  test('does not take the log-off of another time for this one', () => {
    const state = noteDone(brokenOff().state(), ['offline']);
    expect(told(state, { at: AT - 2 * SECOND }).actions).toEqual([]);
    expect(told(state, { at: AT - SECOND }).actions).toEqual(['offline']);
  });

  test('says nothing of the identity provider, of which the platform shows nothing', () => {
    const state = noteDone(brokenOff().state(), ['offline']);
    expect(told(state, { actions: ['end_sso_session'] })).toMatchObject({
      actions: [],
      reason: 'told after an interruption; not known to be done: end_sso_session',
    });
  });

  test('of an agent who has the queue back says that it had been taken', () => {
    const state = noteDone(brokenOff().state(), ['off_queue']);
    for (const known of [state, undefined])
      expect(told(known, {}, true)).toMatchObject({
        kind: 'dropped',
        reason: 'engaged',
        actions: ['off_queue'],
      });
  });
});

interface Slip {
  readonly first?: 'AVAILABLE';
  readonly talks?: 0;
  readonly off?: string;
  readonly talk?: string;
  readonly token?: string;
  readonly presence?: 'BUSY';
}

/** On queue until a log-off took the agent off it at 10:00:01 and broke off; an interaction began at 10:00:00. */
function slippedIn(parts: Slip = {}): AgentState {
  const before = story({
    rules: [RULE],
    first: {
      presence: parts.first ?? 'ON_QUEUE',
      presenceId: 'def-on-queue',
      routing: parts.first === undefined ? 'IDLE' : 'OFF_QUEUE',
    },
  }).until('10:00');
  const { due } = before.verdict();
  if (due === undefined) throw new Error('the agent is not due');
  return before
    .put(beginLogoff(before.state(), AT, due, RETURNS))
    .at('10:00:05', {
      presence: parts.presence ?? 'AVAILABLE',
      routing: parts.talks === 0 ? 'OFF_QUEUE' : 'INTERACTING',
      talks: parts.talks ?? 1,
      asIs: true,
      presenceSince: parts.off ?? '10:00:01',
      routingSince: parts.talk ?? '10:00',
      ...(parts.token === undefined ? {} : { token: parts.token }),
    })
    .until('10:01')
    .state();
}

describe('the queue is given back after an interruption', () => {
  test('to an agent whose interaction began just before the log-off took them off it', () => {
    expect(presenceToRestore(intent(), slippedIn(), AT + 5 * MINUTE)).toBe('def-on-queue');
  });

  test.each<[string, string | undefined, Slip, Partial<StoredEvent>]>([
    ['when the interaction began ten seconds before', 'def-on-queue', { talk: '09:59:50' }, {}],
    ['not when it began longer ago', undefined, { talk: '09:59:49' }, {}],
    ['when it began in the moment of leaving', 'def-on-queue', { talk: '10:00:01' }, {}],
    ['not when it began after the queue was left', undefined, { talk: '10:00:02' }, {}],
    ['when the queue was left 13 seconds later', 'def-on-queue', { off: '10:00:13' }, {}],
    ['not when it was left later than our request may take', undefined, { off: '10:00:14' }, {}],
    ['when it was left 3 seconds before', 'def-on-queue', { off: '09:59:57', talk: '09:59:55' }, {}],
    ['not when it was left before that', undefined, { off: '09:59:56', talk: '09:59:55' }, {}],
    ['not to an agent who chose another presence', undefined, { presence: 'BUSY' }, {}],
    ['not to an agent with a newer token', undefined, { token: '10:00:03' }, {}],
    ['not to an agent who is in no interaction', undefined, { talks: 0 }, {}],
    ['not to an agent whose presence was not that of the queue', undefined, { first: 'AVAILABLE' }, {}],
    ['not for a log-off that does not take the queue', undefined, {}, { actions: ['offline'] }],
    ['not for an intention without actions', undefined, {}, { actions: [] }],
    ['not for the log-off of another time', undefined, {}, { at: AT + 2 * SECOND }],
    ['for one that differs by a second', 'def-on-queue', {}, { at: AT + SECOND }],
  ])('%s', (_, presence, slip, parts) => {
    expect(presenceToRestore(intent(parts), slippedIn(slip), AT + MINUTE)).toBe(presence);
  });

  test('not later than five minutes after, when it would take the agent by surprise', () => {
    expect(presenceToRestore(intent(), slippedIn(), AT + 5 * MINUTE + 1)).toBeUndefined();
  });

  test.each(['presenceSince', 'routingSince'] as const)('not where %s is not known', (stamp) => {
    const state = slippedIn();
    const without = { ...state, last: { ...state.last, [stamp]: undefined } };
    expect(presenceToRestore(intent(), without, AT + MINUTE)).toBeUndefined();
  });

  test('not where it is known what came of the log-off', () => {
    const settled = finishLogoff(slippedIn(), AT + SECOND, ['off_queue']);
    expect(presenceToRestore(intent(), settled, AT + MINUTE)).toBeUndefined();
  });

  test('not to an agent who was not on queue, is not known, or was never logged off', () => {
    expect(presenceToRestore(intent(), brokenOff().state(), AT + MINUTE)).toBeUndefined();
    expect(presenceToRestore(intent(), undefined, AT + MINUTE)).toBeUndefined();
    expect(presenceToRestore(intent(), story().until('09:30').state(), AT + MINUTE)).toBeUndefined();
  });
});
