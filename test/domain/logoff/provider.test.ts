/** The part of a rung that the identity provider is asked for: what each of its answers makes of the attempt. */
import { describe, expect, test } from '@jest/globals';
import { contextFor, evaluate, type Watch } from '../../../src/domain/judging/evaluate.ts';
import { advance } from '../../../src/domain/logoff/advance.ts';
import {
  begin,
  isSsoPart,
  turnOf,
  wanted,
  type Answer,
  type Attempt,
} from '../../../src/domain/logoff/attempt.ts';
import { endingOf } from '../../../src/domain/logoff/outcome.ts';
import type { ActionFault } from '../../../src/domain/logoff/result.ts';
import { intendSsoEnd } from '../../../src/domain/logoff/sso.ts';
import type { Observation } from '../../../src/domain/agent.ts';
import { ssoEndIn } from '../../../src/domain/tracking/state.ts';
import type { SsoEnd } from '../../../src/domain/tracking/state.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { agent, clockTime, policy, profile, RETURNS } from '../build.ts';
import { story } from '../story.ts';

const AT = clockTime('10:02');
const DONE = AT + 2 * SECOND;
const RETURN_RUNG = { wait: MINUTE, actions: ['end_sso_session', 'offline', 'revoke_tokens'] as const };
const POLICY = policy({ profiles: [profile({ returns: { ...RETURNS, ladder: [RETURN_RUNG] } })] });
const WATCH: Watch = { policy: POLICY, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };

/** Logged off at 10:00, back by single sign-on at 10:00:22; at 10:02 the rung that begins at the provider is due. */
function due(): Attempt {
  const told = story({ returns: { ladder: [RETURN_RUNG] } })
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:01');
  const back = clockTime('10:00:22');
  const observation: Observation = {
    agentId: 'agent-1',
    at: AT,
    presence: { system: 'AVAILABLE', definitionId: undefined, since: back },
    routing: { status: 'OFF_QUEUE', since: clockTime('08:00') },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: back - SECOND,
    missing: [],
  };
  const evaluation = evaluate(told.state(), observation, contextFor(agent(), WATCH), POLICY);
  const attempt = begin({ agent: agent(), observation }, evaluation, POLICY, 'i1');
  if (attempt === undefined) throw new Error(`nothing is due: ${evaluation.verdict.reason}`);
  return attempt;
}

function endIn({ state }: Attempt): SsoEnd | undefined {
  return ssoEndIn(state.episode.ladder);
}

function after(answer: Answer, attempt = intendSsoEnd(due(), AT)): Attempt {
  return advance(attempt, answer, WATCH, DONE).attempt;
}

function refused(fault: ActionFault): Answer {
  return { kind: 'done', result: { ok: false, fault }, askedAt: AT };
}

const NO = { message: 'no', correlationId: undefined };

describe('a rung that begins at the identity provider', () => {
  test('asks the provider alone, within the life of the reading', () => {
    const attempt = due();
    expect([isSsoPart(attempt), attempt.stage.kind]).toEqual([true, 'provider']);
    const want = { kind: 'perform', action: 'end_sso_session', notAfter: AT + 10 * SECOND, begins: true };
    expect(wanted(attempt)).toEqual(want);
  });

  test('is one of the ladder that has the provider among its actions', () => {
    const { due: asks } = due();
    expect(isSsoPart({ due: { ...asks, actions: ['offline', 'revoke_tokens'] } })).toBe(false);
    expect(isSsoPart({ due: { ...asks, rung: undefined } })).toBe(false);
  });

  test('notes which rung that is', () => {
    const attempt = due();
    expect(endIn(intendSsoEnd({ ...attempt, due: { ...attempt.due, rung: 1 } }, AT))?.rung).toBe(1);
  });

  test('notes the end before it is asked for, with the longest delay that a provider documents', () => {
    expect(endIn(intendSsoEnd(due(), AT))).toEqual({
      at: AT,
      heldFrom: AT + 5 * MINUTE,
      rung: 0,
      pending: false,
    });
  });

  test('goes after the places that are given back, and before the actions', () => {
    const at = (kind: 'restore' | 'actions' | 'again'): number => {
      const presence = { kind: 'restore', presenceId: 'p', notAfter: AT, reason: 'engaged' } as const;
      return turnOf({ ...due(), stage: kind === 'restore' ? presence : { kind, left: [], looks: 0 } });
    };
    expect([at('restore') < turnOf(due()), turnOf(due()) < at('actions')]).toEqual([true, true]);
    expect(at('again')).toBe(at('actions'));
  });
});

describe('the provider', () => {
  test('that ended the session lets the rest follow after the delay that it names', () => {
    const ended = after({
      kind: 'done',
      result: { ok: true, correlationId: undefined, delay: MINUTE },
      askedAt: AT,
    });
    expect([endingOf(ended).outcome, ended.performed]).toEqual(['sso_ended', ['end_sso_session']]);
    expect(endIn(ended)).toEqual({ at: AT, heldFrom: DONE + MINUTE, rung: 0, pending: false });
  });

  test('that ended the session at once lets the rest follow at once', () => {
    const ended = after({ kind: 'done', result: { ok: true, correlationId: undefined }, askedAt: AT });
    expect(endIn(ended)?.heldFrom).toBe(DONE);
  });

  test.each(['ambiguous', 'credentials', 'capped', 'forbidden', 'gone', 'refused'] as const)(
    'that answers %s holds nothing up: the rest follows at once',
    (kind) => {
      const ended = after(refused({ kind, ...NO }));
      expect(endingOf(ended)).toMatchObject({ outcome: 'failed', reason: kind });
      expect([endIn(ended), ended.performed]).toEqual([
        { at: AT, heldFrom: DONE, rung: 0, pending: false },
        [],
      ]);
    },
  );

  test('that may have ended the session before it broke off has its delay waited for', () => {
    const ended = after(refused({ kind: 'transient', delay: 3 * MINUTE, ...NO }));
    expect(endIn(ended)).toEqual({ at: AT, heldFrom: DONE + 3 * MINUTE, rung: 0, pending: false });
  });

  test.each(['late', 'transient'] as const)(
    'that could not be asked (%s) is asked again for five minutes',
    (kind) => {
      const ended = after(refused({ kind, ...NO }));
      expect(endIn(ended)).toEqual({ at: DONE, heldFrom: DONE + 5 * MINUTE, rung: 0, pending: true });
      expect(endingOf(ended).outcome).toBe(kind === 'late' ? 'dropped' : 'failed');
    },
  );

  test('that answers for no agent is asked again for five minutes from the first try', () => {
    const first = after({ kind: 'unreachable' });
    expect(endingOf(first)).toMatchObject({ outcome: 'dropped', reason: 'stopped' });
    const second = intendSsoEnd({ ...due(), state: first.state, knownBefore: first.state }, AT + MINUTE);
    const again = advance(second, { kind: 'unreachable' }, WATCH, AT + MINUTE).attempt;
    expect(endIn(again)).toMatchObject({ heldFrom: DONE + 5 * MINUTE, pending: true });
  });

  test('that is not asked, because no log-off may begin, leaves the place as it was', () => {
    const stopped = after({ kind: 'stopped' });
    expect(endingOf(stopped)).toMatchObject({ outcome: 'dropped', reason: 'stopped' });
    expect(stopped.state).toEqual(due().state);
  });

  test('is not asked about an agent who has answered the warning: the session goes on, off the ladder', () => {
    const stayed = after({ kind: 'stayed', stay: { seq: 1, at: AT, until: AT + 30 * MINUTE } });
    expect(endingOf(stayed)).toMatchObject({ outcome: 'dropped', reason: 'stay' });
    const { performed, state } = stayed;
    expect([performed, state.stays.length, state.episode.ladder]).toEqual([[], 1, undefined]);
  });
});

test('an answer that was not asked for changes nothing', () => {
  const attempt = due();
  expect(advance(attempt, { kind: 'seen', sighting: undefined }, WATCH, AT).attempt).toBe(attempt);
  const verifying: Attempt = { ...attempt, stage: { kind: 'verify', part: undefined, second: false } };
  const done: Answer = { kind: 'done', result: { ok: true, correlationId: undefined }, askedAt: AT };
  expect(advance(verifying, done, WATCH, AT).attempt).toBe(verifying);
});
