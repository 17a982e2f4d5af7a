/** Single steps of a log-off: an answer, and what follows from it. `walk.test.ts` checks what holds on every way. */
import { describe, expect, test } from '@jest/globals';
import type { Observation, Sighting } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Watch } from '../../../src/domain/judging/evaluate.ts';
import { advance } from '../../../src/domain/logoff/advance.ts';
import { begin, intend, wanted, type Answer, type Attempt } from '../../../src/domain/logoff/attempt.ts';
import { endingOf } from '../../../src/domain/logoff/outcome.ts';
import type { ActionFault } from '../../../src/domain/logoff/result.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { agent, clockTime, policy, profile, rule } from '../build.ts';
import { story } from '../story.ts';

const ACTIONS: readonly Action[] = ['off_queue', 'offline', 'release_station', 'revoke_tokens'];
const RULE = rule({ actions: ACTIONS, waitingOnQueue: true });
const POLICY = policy({ profiles: [profile({ rules: [RULE] })] });
const WATCH: Watch = { policy: POLICY, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
const AGENT = agent();
const LONG_AGO = clockTime('08:00');

interface Shows {
  readonly presence?: NonNullable<Observation['presence']>['system'];
  readonly since?: string;
  readonly routing?: NonNullable<Observation['routing']>['status'];
  readonly routingSince?: string;
  readonly talks?: number;
  readonly token?: string;
}

function reading(time: string, shows: Shows): Observation {
  const presence = shows.presence ?? 'AVAILABLE';
  const since = shows.since === undefined ? LONG_AGO : clockTime(shows.since);
  const routingSince = shows.routingSince === undefined ? LONG_AGO : clockTime(shows.routingSince);
  return {
    agentId: AGENT.id,
    at: clockTime(time),
    presence: { system: presence, definitionId: `def-${presence}`, since },
    routing: { status: shows.routing ?? 'OFF_QUEUE', since: routingSince },
    conversations: { contactCentre: shows.talks ?? 0, enterprise: 0 },
    tokenIssuedAt: shows.token === undefined ? LONG_AGO - MINUTE : clockTime(shows.token),
    missing: [],
  };
}

function begun(shows: Shows): Attempt {
  const first = { presence: shows.presence ?? 'AVAILABLE', routing: shows.routing ?? 'OFF_QUEUE' } as const;
  const presenceId = `def-${first.presence}`;
  const known = story({ rules: [RULE], first: { ...first, presenceId } })
    .until('09:59')
    .state();
  const observation = reading('10:00', shows);
  const evaluation = evaluate(known, observation, contextFor(AGENT, WATCH), POLICY);
  const attempt = begin({ agent: AGENT, observation }, evaluation, POLICY, 'i1');
  if (attempt === undefined) throw new Error(`nothing is due: ${evaluation.verdict.reason}`);
  return intend(attempt, POLICY, clockTime('10:00'));
}

const ON_QUEUE: Shows = { presence: 'ON_QUEUE', routing: 'IDLE' };
const LEFT: Shows = { since: '10:00:01', routingSince: '10:00:01' };
const OFFLINE: Shows = { presence: 'OFFLINE', since: '10:00:02' };

function onQueue(): Attempt {
  return begun(ON_QUEUE);
}

function offQueue(): Attempt {
  return begun({});
}

/** What comes of an answer that is there at this time. */
function then(attempt: Attempt, time: string, answer: Answer): Attempt {
  return advance(attempt, answer, WATCH, clockTime(time)).attempt;
}

function ok(attempt: Attempt, time: string): Attempt {
  const result = { ok: true, correlationId: undefined } as const;
  return then(attempt, time, { kind: 'done', result, askedAt: clockTime(time) });
}

function fails(
  attempt: Attempt,
  time: string,
  kind: 'refused' | 'forbidden' | 'transient' | 'late',
  perhapsSo?: 'already' | 'by_us',
): Attempt {
  const facts = { message: 'no', correlationId: undefined };
  const fault: ActionFault = kind === 'refused' ? { kind, perhapsSo, ...facts } : { kind, ...facts };
  return then(attempt, time, { kind: 'done', result: { ok: false, fault }, askedAt: clockTime(time) });
}

function sees(attempt: Attempt, time: string, shows: Shows | undefined): Attempt {
  const sighting: Sighting | undefined =
    shows === undefined ? undefined : { agent: AGENT, observation: reading(time, shows) };
  return then(attempt, time, { kind: 'seen', sighting });
}

function within(time: string): Instant {
  return clockTime(time) + 10 * SECOND;
}

describe('an agent on queue', () => {
  test('is taken off it first, and looked at before all else', () => {
    expect(wanted(onQueue())).toMatchObject({ action: 'off_queue', notAfter: within('10:00'), begins: true });
    const left = ok(onQueue(), '10:00:01');
    expect([wanted(left), left.performed]).toEqual([{ kind: 'look', together: true }, ['off_queue']]);
  });

  test('who did nothing since is set Offline on the strength of that look', () => {
    const next = sees(ok(onQueue(), '10:00:01'), '10:00:03', LEFT);
    const want = { kind: 'perform', action: 'offline', notAfter: within('10:00:03'), begins: false };
    expect(wanted(next)).toEqual(want);
  });

  test('who is in an interaction by then gets the presence of before, within ten seconds of the look', () => {
    const slipped = sees(ok(onQueue(), '10:00:01'), '10:00:03', { ...LEFT, talks: 1 });
    const want = { kind: 'restore', presenceId: 'def-ON_QUEUE', notAfter: within('10:00:03') };
    expect(wanted(slipped)).toEqual(want);
    const ended = endingOf(ok(slipped, '10:00:04'));
    expect(ended).toMatchObject({ outcome: 'dropped', reason: 'engaged' });
  });

  test('who cannot be read by then gets it back within ten seconds of the answer', () => {
    const unread = sees(ok(onQueue(), '10:00:01'), '10:00:04', undefined);
    expect(wanted(unread)).toMatchObject({ kind: 'restore', notAfter: within('10:00:04') });
  });

  test.each<[string, Shows]>([
    ['chose another presence', { presence: 'BUSY', since: '10:00:02', routingSince: '10:00:01' }],
    ['went back to the queue', { ...ON_QUEUE, since: '10:00:02', routingSince: '10:00:02' }],
  ])('who %s is left as they are', (_, shows) => {
    const chosen = sees(ok(onQueue(), '10:00:01'), '10:00:03', shows);
    expect([wanted(chosen), endingOf(chosen)]).toMatchObject([
      undefined,
      { outcome: 'dropped', reason: 'sign' },
    ]);
  });

  test('whose label is not known cannot get it back', () => {
    const attempt = onQueue();
    const presence = { system: 'ON_QUEUE', definitionId: undefined, since: LONG_AGO } as const;
    const unlabelled: Attempt = { ...attempt, before: { ...attempt.before, presence } };
    const slipped = sees(ok(unlabelled, '10:00:01'), '10:00:03', { ...LEFT, talks: 1 });
    expect([wanted(slipped), endingOf(slipped).reason]).toEqual([undefined, 'engaged']);
  });
});

describe('leaving the queue that is refused', () => {
  test('ends the log-off, and the place on the ladder is as before', () => {
    const ended = fails(onQueue(), '10:00:01', 'refused');
    expect(endingOf(ended)).toMatchObject({ outcome: 'failed', reason: 'refused' });
    expect(ended.state.episode.ladder).toBeUndefined();
  });

  test('ends it too where the agent is still on queue, although it might have been left', () => {
    const asked = fails(onQueue(), '10:00:01', 'refused', 'already');
    expect(wanted(asked)).toEqual({ kind: 'look', together: true });
    expect(endingOf(sees(asked, '10:00:03', ON_QUEUE))).toMatchObject({
      outcome: 'failed',
      reason: 'refused',
    });
  });

  test.each<[string, 'already' | 'by_us', string, readonly Action[]]>([
    ['by our own try counts as done, whenever that was', 'by_us', '09:59:50', ['off_queue']],
    ['three seconds before the log-off counts as done', 'already', '09:59:57', ['off_queue']],
  ])('because it was left already %s', (_, perhapsSo, leftAt, performed) => {
    const asked = fails(onQueue(), '10:00:01', 'refused', perhapsSo);
    const next = sees(asked, '10:00:03', { since: leftAt, routingSince: leftAt });
    expect([next.performed, wanted(next)]).toMatchObject([performed, { action: 'offline' }]);
  });

  test('because the agent left it themselves is a sign of a person', () => {
    const asked = fails(onQueue(), '10:00:01', 'refused', 'already');
    const next = sees(asked, '10:00:03', { since: '09:59:56', routingSince: '09:59:56' });
    expect([next.performed, endingOf(next)]).toMatchObject([[], { outcome: 'dropped', reason: 'sign' }]);
  });
});

describe('an agent off the queue', () => {
  test('goes through the actions in their order, each noted as done', () => {
    const first = offQueue();
    const second = ok(first, '10:00:01');
    const third = ok(second, '10:00:02');
    const wants = [first, second, third].map((each) => wanted(each));
    expect(wants).toMatchObject([
      { action: 'offline' },
      { action: 'release_station' },
      { action: 'revoke_tokens' },
    ]);
    expect(ok(third, '10:00:03').state.logoff).toMatchObject({
      kind: 'acted',
      done: ['offline', 'release_station', 'revoke_tokens'],
      to: clockTime('10:00:03'),
    });
  });

  test('whose station is not released has the other actions all the same', () => {
    const next = fails(ok(offQueue(), '10:00:01'), '10:00:02', 'refused');
    expect(wanted(next)).toMatchObject({ action: 'revoke_tokens' });
    expect(next.undone.map(({ action }) => action)).toEqual(['release_station']);
  });

  test('is dropped where the first request came too late', () => {
    const ended = fails(offQueue(), '10:00:11', 'late');
    expect(endingOf(ended)).toMatchObject({ outcome: 'dropped', reason: 'late' });
    expect(ended.state.episode.ladder).toBeUndefined();
  });

  test('is not set Offline where that is forbidden, and the place on the ladder is as before', () => {
    const ended = fails(offQueue(), '10:00:01', 'forbidden');
    expect([endingOf(ended).outcome, wanted(ended), ended.state.episode.ladder]).toEqual([
      'failed',
      undefined,
      undefined,
    ]);
  });

  test('keeps the place on the ladder where the last action failed for good', () => {
    const off = ok(ok(offQueue(), '10:00:01'), '10:00:02');
    const ended = fails(off, '10:00:03', 'forbidden');
    expect([endingOf(ended).outcome, ended.state.episode.ladder?.kind]).toEqual(['failed', 'answered']);
  });

  test('is looked at where the platform did not take the last action, for they may be off', () => {
    const off = ok(ok(offQueue(), '10:00:01'), '10:00:02');
    const asked = fails(off, '10:00:03', 'transient');
    expect(wanted(asked)).toEqual({ kind: 'look', together: true });
    const gone = endingOf(sees(asked, '10:00:05', OFFLINE));
    expect(gone).toMatchObject({ outcome: 'verified', reason: 'transient', fault: { kind: 'transient' } });
    expect(endingOf(sees(asked, '10:00:05', {}))).toMatchObject({ outcome: 'failed', reason: 'transient' });
  });
});

describe('a request that comes too late after something was done', () => {
  const off = (): Attempt => ok(offQueue(), '10:00:01');
  const late = (): Attempt => fails(off(), '10:00:12', 'late');

  test('is sent again after one more look, at once', () => {
    expect(wanted(late())).toEqual({ kind: 'look', together: false });
    const again = sees(late(), '10:00:13', OFFLINE);
    expect(wanted(again)).toMatchObject({ action: 'release_station', notAfter: within('10:00:13') });
  });

  test('is given up after three such looks', () => {
    let attempt = off();
    for (const time of ['10:00:12', '10:00:24', '10:00:36'])
      attempt = sees(fails(attempt, time, 'late'), time, OFFLINE);
    const last = fails(attempt, '10:00:48', 'late');
    expect(last.undone).toMatchObject([{ action: 'release_station', fault: { kind: 'transient' } }]);
    expect(wanted(last)).toMatchObject({ action: 'revoke_tokens' });
  });

  test.each<[string, Shows | undefined, string]>([
    ['cannot be read', undefined, 'unread'],
    ['took an interaction while Offline', { ...OFFLINE, talks: 1 }, 'sign'],
    ['is back and in an interaction', { since: '10:00:08', talks: 1 }, 'engaged'],
    ['chose a presence', { presence: 'BUSY', since: '10:00:06' }, 'sign'],
  ])('is not sent to an agent who %s', (_, shows, reason) => {
    const ended = sees(late(), '10:00:13', shows);
    expect([wanted(ended), endingOf(ended)]).toMatchObject([undefined, { outcome: 'unverified', reason }]);
  });

  test('ends as dropped where nothing but the queue was left', () => {
    const left = sees(ok(onQueue(), '10:00:01'), '10:00:03', LEFT);
    const ended = sees(fails(left, '10:00:14', 'late'), '10:00:15', undefined);
    expect(endingOf(ended)).toMatchObject({ outcome: 'dropped', reason: 'unread' });
  });
});

describe('the look after the log-off', () => {
  const done = (): Attempt => ok(ok(ok(offQueue(), '10:00:01'), '10:00:02'), '10:00:03');

  test.each<[string, Shows, string, string | undefined]>([
    ['verifies an agent who is Offline', OFFLINE, 'verified', undefined],
    [
      'does not verify one with a newer token',
      { ...OFFLINE, token: '10:00:04' },
      'unverified',
      'newer_token',
    ],
    ['finds a person who chose a presence', { presence: 'BUSY', since: '10:00:40' }, 'unverified', 'sign'],
    ['finds a browser that came back', { since: '10:00:08', token: '10:00:07' }, 'unverified', 'returned'],
  ])('%s', (_, shows, outcome, reason) => {
    const ended = sees(done(), '10:00:45', shows);
    expect([wanted(ended), endingOf(ended)]).toMatchObject([undefined, { outcome, reason }]);
  });

  test('is made once more where it cannot tell, and then no more', () => {
    const second = sees(done(), '10:00:05', undefined);
    expect(wanted(second)).toEqual({ kind: 'look', together: true });
    expect(endingOf(sees(second, '10:00:07', OFFLINE)).outcome).toBe('verified');
    expect(endingOf(sees(second, '10:00:07', undefined))).toMatchObject({
      outcome: 'unverified',
      reason: 'unread',
    });
  });

  test('that shows no effect has Offline set once more, within ten seconds', () => {
    const asked = sees(done(), '10:00:05', {});
    const want = { kind: 'perform', action: 'offline', notAfter: within('10:00:05'), begins: false };
    expect(wanted(asked)).toEqual(want);
    const once = ok(asked, '10:00:06');
    expect(endingOf(once)).toMatchObject({ outcome: 'unverified', reason: 'no_effect' });
    expect(once.state.logoff?.to).toBe(clockTime('10:00:06'));
    expect(fails(asked, '10:00:06', 'transient').state.logoff?.kind).toBe('ended');
  });
});
