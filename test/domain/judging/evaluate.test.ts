/** What one reading leaves in an agent's state beside what tracking takes in. */
import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Evaluation } from '../../../src/domain/judging/evaluate.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { agent, clockTime, exemption, matcher, policy, profile, RETURNS } from '../build.ts';
import { story } from '../story.ts';

const UNREADABLE = { presence: undefined } as const;

/** An idle agent is looked at. */
function look(
  state: AgentState | undefined,
  at: string,
  parts: Partial<Observation> = {},
  by: Policy = policy(),
): Evaluation {
  const observation: Observation = {
    agentId: agent().id,
    at: clockTime(at),
    presence: { system: 'AVAILABLE', definitionId: undefined, since: clockTime('08:00') },
    routing: { status: 'OFF_QUEUE', since: clockTime('08:00') },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: clockTime('07:59'),
    missing: [],
    ...parts,
  };
  const watch = { policy: by, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
  return evaluate(state, observation, contextFor(agent(), watch), by);
}

test('of an agent of whom no whole reading has been had nothing is remembered', () => {
  expect(look(undefined, '09:00', UNREADABLE)).toMatchObject({
    state: undefined,
    verdict: { reason: 'unknown' },
    changed: false,
    events: [],
  });
});

test('a reading that shows nothing new changes nothing that is worth storing', () => {
  const first = look(undefined, '09:00');
  expect([first.changed, look(first.state, '09:01').changed]).toEqual([true, false]);
  const busy = { system: 'BUSY', definitionId: undefined, since: clockTime('09:00') } as const;
  expect(look(first.state, '09:01', { presence: busy }).changed).toBe(true);
});

test('the first of several readings that cannot be used is remembered, with what of it is unknown', () => {
  const first = look(look(undefined, '09:00').state, '09:01', UNREADABLE);
  const unread = { since: clockTime('09:01'), unknown: [{ part: 'presence', why: 'missing' }] };
  expect([first.changed, first.state?.unread]).toEqual([true, unread]);
  const second = look(first.state, '09:02', UNREADABLE);
  expect([second.changed, second.state?.unread]).toEqual([false, unread]);
  expect(look(second.state, '09:03').state?.unread).toBeUndefined();
});

test('an exemption takes the agent off the ladder with the look that finds it', () => {
  const s = story().until('10:00').logOff().at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' });
  const back = s.until('10:01').state();
  const { last } = back;
  const as = {
    presence: { system: last.presence, definitionId: undefined, since: last.presenceSince },
    routing: { status: last.routing, since: last.routingSince },
    tokenIssuedAt: last.tokenAt,
  };
  expect(look(back, '10:02', as).state?.episode.ladder).toBeDefined();
  const exempt = look(back, '10:02', as, policy({ exempt: [exemption({})] }));
  expect([exempt.changed, exempt.verdict.reason]).toEqual([true, 'exempt']);
  expect(exempt.state?.episode.ladder).toBeUndefined();
});

describe('while a policy with another window of returns is brought out to half of the agents', () => {
  const returning = (window: number, groups?: readonly string[]): Policy['profiles'] => [
    profile({
      returns: { ...RETURNS, window: window * MINUTE },
      match: groups === undefined ? undefined : matcher({ groups }),
    }),
  ];

  test.each<[string, string, Policy['profiles'], Policy['profiles'], number | undefined]>([
    ['a shorter one of before is known of those who have it', 'user-1', returning(5), returning(2), 2],
    ['a longer one of before is not', 'user-1', returning(2), returning(5), undefined],
    ['one as long is not', 'user-1', returning(2), returning(2), undefined],
    ['none is known of the others, who have that of before', 'user-4', returning(5), returning(2), undefined],
    [
      'none is known where no profile of before matches',
      'user-1',
      returning(5),
      returning(2, ['a']),
      undefined,
    ],
    ['none is known where no profile of now matches', 'user-1', returning(5, ['a']), returning(2), undefined],
  ])('%s', (_, id, profiles, former, minutes) => {
    const both = policy({ profiles, others: { share: 0.5, profiles: former } });
    const watch = { policy: both, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
    const { windowBefore } = contextFor(agent({ id }), watch);
    expect(windowBefore).toBe(minutes === undefined ? undefined : minutes * MINUTE);
  });

  test('no window of before is known of a policy that is in force for all', () => {
    const watch = { policy: policy(), usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
    expect(contextFor(agent(), watch).windowBefore).toBeUndefined();
  });
});

test('a sign within ten minutes of a log-off is told as a regret, after what tracking tells of it, and it is noted that it was', () => {
  const s = story().until('10:00').logOff().until('10:01');
  const busy = { system: 'BUSY', definitionId: undefined, since: clockTime('10:02:30') } as const;
  const { state, events } = look(s.state(), '10:03', {
    presence: busy,
    tokenIssuedAt: clockTime('10:02:29'),
  });
  expect(events.map(({ kind }) => kind)).toEqual(['late_return', 'regret']);
  expect([s.state().logoff?.isRegretted, state?.logoff?.isRegretted]).toEqual([undefined, true]);
  const idle = look(s.state(), '10:03', { presence: { ...busy, system: 'OFFLINE' } });
  expect(idle.events).toHaveLength(0);
});
