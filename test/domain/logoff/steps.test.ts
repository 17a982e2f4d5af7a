/** Single steps of a log-off: an answer, and what follows from it. `walk.test.ts` checks what holds on every way. */
import { describe, expect, test } from '@jest/globals';
import type { Observation, Sighting } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Watch } from '../../../src/domain/judging/evaluate.ts';
import { advance } from '../../../src/domain/logoff/advance.ts';
import {
  begin,
  intend,
  wanted,
  type Answer,
  type Attempt,
  type Stage,
  type Step,
} from '../../../src/domain/logoff/attempt.ts';
import { endingOf } from '../../../src/domain/logoff/outcome.ts';
import type { ActionFault } from '../../../src/domain/logoff/result.ts';
import type { Action, Policy } from '../../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import type { AgentState, Stay } from '../../../src/domain/tracking/state.ts';
import { agent, clockTime, exemption, policy, profile, rule } from '../build.ts';
import { story } from '../story.ts';

const ACTIONS: readonly Action[] = ['off_queue', 'offline', 'release_station', 'revoke_tokens'];
const POLICY = policyWith(ACTIONS);
const WATCH: Watch = { policy: POLICY, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
const AGENT = agent();
const LONG_AGO = clockTime('08:00');

function policyWith(actions: readonly Action[]): Policy {
  return policy({ profiles: [profile({ rules: [rule({ actions, waitingOnQueue: true })] })] });
}

interface Shows {
  readonly presence?: NonNullable<Observation['presence']>['system'];
  readonly since?: string;
  readonly routing?: NonNullable<Observation['routing']>['status'];
  readonly routingSince?: string;
  readonly talks?: number;
  readonly token?: string;
  /** What the reading lacks, or has in the place of the above. */
  readonly but?: Partial<Observation>;
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
    ...shows.but,
  };
}

/** With a sign and a stay of long ago, which say nothing of now. */
function known(shows: Shows): AgentState {
  const first = { presence: shows.presence ?? 'AVAILABLE', routing: shows.routing ?? 'OFF_QUEUE' } as const;
  const presenceId = `def-${first.presence}`;
  const told = story({ rules: POLICY.profiles[0]!.rules, first: { ...first, presenceId } });
  const state = told.until('09:59').state();
  const episode = { ...state.episode, sign: { kind: 'presence', at: LONG_AGO } } as const;
  return { ...state, episode, stays: [{ seq: 1, at: LONG_AGO, until: LONG_AGO + MINUTE }] };
}

function begun(shows: Shows, actions: readonly Action[] = ACTIONS): Attempt {
  const observation = reading('10:00', shows);
  const judging = policyWith(actions);
  const context = contextFor(AGENT, { ...WATCH, policy: judging });
  const evaluation = evaluate(known(shows), observation, context, judging);
  const attempt = begin({ agent: AGENT, observation }, evaluation, judging, 'i1');
  if (attempt === undefined) throw new Error(`nothing is due: ${evaluation.verdict.reason}`);
  return intend(attempt, judging, clockTime('10:00'));
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
  return look(attempt, time, shows).attempt;
}

function look(attempt: Attempt, time: string, shows: Shows | undefined, watch = WATCH): Step {
  const sighting: Sighting | undefined =
    shows === undefined ? undefined : { agent: AGENT, observation: reading(time, shows) };
  return advance(attempt, { kind: 'seen', sighting }, watch, clockTime(time));
}

const STAY: Stay = { seq: 2, at: clockTime('10:00:02'), until: clockTime('10:30') };
/** The agent's answer to the warning stands on record before a look takes it in. */
const STAYED: Watch = { ...WATCH, stayOf: () => STAY };

function stays(attempt: Attempt, time: string): Attempt {
  return then(attempt, time, { kind: 'stayed', stay: STAY });
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
    const restored = ok(slipped, '10:00:04');
    expect(endingOf(restored)).toMatchObject({ outcome: 'dropped', reason: 'engaged' });
    expect(restored.state.episode.ladder).toBeUndefined();
  });

  test('who cannot be read by then gets it back within ten seconds of the answer', () => {
    const unread = sees(ok(onQueue(), '10:00:01'), '10:00:04', undefined);
    expect(wanted(unread)).toMatchObject({ kind: 'restore', notAfter: within('10:00:04') });
    expect(endingOf(ok(unread, '10:00:05')).reason).toBe('unread');
  });

  test.each(['presence', 'routing', 'conversations'] as const)(
    'whose %s is not known by then gets it back',
    (part) => {
      const unknown = sees(ok(onQueue(), '10:00:01'), '10:00:03', { ...LEFT, but: { [part]: undefined } });
      expect([wanted(unknown)?.kind, endingOf(ok(unknown, '10:00:04')).reason]).toEqual([
        'restore',
        'unknown',
      ]);
    },
  );

  test('who has answered the warning by then gets it back', () => {
    const { attempt } = look(ok(onQueue(), '10:00:01'), '10:00:03', LEFT, STAYED);
    expect([wanted(attempt)?.kind, endingOf(ok(attempt, '10:00:04')).reason]).toEqual(['restore', 'stay']);
  });

  test('whose stamps contradict the clock goes on, and that look changes nothing of what is known', () => {
    const left = ok(onQueue(), '10:00:01');
    const { attempt, seen } = look(left, '10:00:03', { since: '10:00:01', routingSince: '10:00:30' });
    expect([wanted(attempt), seen]).toMatchObject([
      { action: 'offline', notAfter: within('10:00:03') },
      undefined,
    ]);
    expect(attempt.state).toBe(left.state);
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

  test.each<[string, Observation['routing'], string]>([
    ['at a time that is not known', { status: 'OFF_QUEUE', since: undefined }, 'sign'],
    ['perhaps, for a look does not show it', undefined, 'unknown'],
  ])('because it was left %s does not count as done', (_, routing, reason) => {
    const asked = fails(onQueue(), '10:00:01', 'refused', 'already');
    const next = sees(asked, '10:00:03', { since: '10:00:01', but: { routing } });
    expect([next.performed, endingOf(next)]).toMatchObject([[], { outcome: 'dropped', reason }]);
  });

  test('because the browser came back off the queue leaves the agent to the ladder', () => {
    const asked = fails(begun({ routing: 'NOT_RESPONDING' }), '10:00:01', 'refused', 'already');
    const next = sees(asked, '10:00:03', { since: '09:59:50', token: '09:59:40' });
    expect([next.performed, endingOf(next)]).toMatchObject([
      [],
      { outcome: 'dropped', reason: 'ladder_waiting' },
    ]);
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

  test('is only looked at where leaving the queue is all that is called for', () => {
    expect(wanted(begun({}, ['off_queue']))).toEqual({ kind: 'look', together: true });
  });

  test('is told of by people’s channels as one of the actions', () => {
    expect(wanted(begun({}, ['notify', 'offline']))).toEqual({ kind: 'tell', begins: true });
    const off = ok(begun({}, ['offline', 'notify']), '10:00:01');
    expect(wanted(off)).toEqual({ kind: 'tell', begins: false });
  });

  test('whose station is not released first has a log-off that has begun all the same', () => {
    const next = fails(begun({}, ['release_station', 'offline']), '10:00:01', 'refused');
    expect(wanted(next)).toMatchObject({ action: 'offline', begins: false });
  });

  test('whose station would be released too late is dropped where nothing was done yet', () => {
    const ended = fails(begun({}, ['release_station', 'offline']), '10:00:11', 'late');
    expect(endingOf(ended)).toMatchObject({ outcome: 'dropped', reason: 'late' });
  });

  test.each([
    ['on queue', onQueue],
    ['off the queue', offQueue],
  ])('or one %s is left alone where no log-off may begin any more', (_, attempt) => {
    const ended = then(attempt(), '10:00:01', { kind: 'stopped' });
    expect([wanted(ended), endingOf(ended)]).toMatchObject([
      undefined,
      { outcome: 'dropped', reason: 'stopped' },
    ]);
    expect([ended.state.episode.ladder, ended.state.logoff?.kind]).toEqual([undefined, 'ended']);
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
    expect([wanted(asked), asked.state.logoff?.kind]).toEqual([{ kind: 'look', together: true }, 'ended']);
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
    ['is back by the browser', { since: '10:00:08', token: '10:00:07' }, 'returned'],
    [
      'may be back and in an interaction',
      { since: '10:00:08', but: { conversations: undefined } },
      'unknown',
    ],
  ])('is not sent to an agent who %s', (_, shows, reason) => {
    const ended = sees(late(), '10:00:13', shows);
    expect([wanted(ended), endingOf(ended)]).toMatchObject([undefined, { outcome: 'unverified', reason }]);
  });

  test('ends as dropped where nothing but the queue was left', () => {
    const left = sees(ok(onQueue(), '10:00:01'), '10:00:03', LEFT);
    const ended = sees(fails(left, '10:00:14', 'late'), '10:00:15', undefined);
    expect(endingOf(ended)).toMatchObject({ outcome: 'dropped', reason: 'unread' });
  });

  test('ends as unverified where the agent on queue was set Offline', () => {
    const left = sees(ok(onQueue(), '10:00:01'), '10:00:03', LEFT);
    const ended = sees(fails(ok(left, '10:00:04'), '10:00:15', 'late'), '10:00:16', undefined);
    expect(endingOf(ended)).toMatchObject({ outcome: 'unverified', reason: 'unread' });
  });

  test('is not sent to an agent who has answered the warning by the look', () => {
    const ended = look(late(), '10:00:13', OFFLINE, STAYED).attempt;
    expect([wanted(ended), endingOf(ended).reason]).toEqual([undefined, 'stay']);
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
    ['finds one that came back without a new token', { since: '10:00:08' }, 'unverified', 'returned'],
    ['finds one that shows nothing but a new token', { token: '10:00:07' }, 'unverified', 'returned'],
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

  test.each<[string, Shows]>([
    ['the conversations', { but: { conversations: undefined } }],
    ['the presence', { ...OFFLINE, but: { presence: undefined } }],
    ['the token', { ...OFFLINE, but: { tokenIssuedAt: undefined } }],
    [
      'the time of the presence',
      { but: { presence: { system: 'AVAILABLE', definitionId: 'def-AVAILABLE', since: undefined } } },
    ],
  ])('cannot tell without %s', (_, shows) => {
    const second = sees(done(), '10:00:05', shows);
    expect(wanted(second)).toEqual({ kind: 'look', together: true });
    expect(endingOf(sees(second, '10:00:07', shows)).reason).toBe('unread');
  });

  test('cannot tell of an agent who became exempt and may be in an interaction', () => {
    const exempt: Watch = { ...WATCH, policy: { ...POLICY, exempt: [exemption({})] } };
    const second = look(done(), '10:00:05', { but: { conversations: undefined } }, exempt).attempt;
    expect(wanted(second)).toEqual({ kind: 'look', together: true });
    const { attempt } = look(second, '10:00:07', {}, exempt);
    expect(endingOf(attempt)).toMatchObject({ outcome: 'unverified', reason: 'exempt' });
  });

  test('tells without the token of an agent whose token has never been known', () => {
    const attempt = done();
    const { logoff } = attempt.state;
    const former = { ...logoff!.former, tokenAt: undefined };
    const tokenless: Attempt = { ...attempt, state: { ...attempt.state, logoff: { ...logoff!, former } } };
    const gone = sees(tokenless, '10:00:05', { ...OFFLINE, but: { tokenIssuedAt: undefined } });
    expect(endingOf(gone).outcome).toBe('verified');
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

describe('an answer to the warning', () => {
  const setOffline = (attempt: Attempt): Attempt => ok(attempt, '10:00:04');
  const leftQueue = (): Attempt => sees(ok(onQueue(), '10:00:01'), '10:00:03', LEFT);
  const noEffect = (): Attempt =>
    sees(ok(ok(ok(offQueue(), '10:00:01'), '10:00:02'), '10:00:03'), '10:00:05', {});

  test.each<[string, () => Attempt, string | undefined, string, string]>([
    ['before the queue is left ends it', onQueue, undefined, 'dropped', 'ended'],
    ['before the first action ends it', offQueue, undefined, 'dropped', 'ended'],
    ['after the queue was left gives it back', leftQueue, 'restore', 'dropped', 'ended'],
    ['after Offline ends it there', () => setOffline(offQueue()), undefined, 'unverified', 'ended'],
    [
      'after queue and Offline ends it there',
      () => setOffline(leftQueue()),
      undefined,
      'unverified',
      'ended',
    ],
    ['before Offline is set once more ends it there', noEffect, undefined, 'unverified', 'ended'],
  ])('%s', (_, attempt, want, outcome, logoff) => {
    const told = stays(attempt(), '10:00:06');
    expect(wanted(told)?.kind).toBe(want);
    const ended = want === undefined ? told : ok(told, '10:00:07');
    expect(endingOf(ended)).toMatchObject({ outcome, reason: 'stay' });
    const { state } = ended;
    expect([state.stays.at(-1)?.seq, state.episode.ladder, state.logoff?.kind]).toEqual([
      2,
      undefined,
      logoff,
    ]);
  });

  test('before Offline is set once more changes nothing of what was the log-off’s doing', () => {
    const { logoff } = stays(noEffect(), '10:00:06').state;
    expect([logoff?.done, logoff?.to]).toEqual([
      ['offline', 'release_station', 'revoke_tokens'],
      clockTime('10:00:03'),
    ]);
  });

  test.each([
    ['while the queue is given back', (): Attempt => sees(ok(onQueue(), '10:00:01'), '10:00:04', undefined)],
    ['before the look after the log-off', (): Attempt => ok(begun({}, ['offline']), '10:00:01')],
  ])('changes nothing %s', (_, attempt) => {
    const before = attempt();
    expect(stays(before, '10:00:06')).toBe(before);
  });
});

describe('each look that counts', () => {
  test.each<[string, Step]>([
    ['after the queue was left', look(ok(onQueue(), '10:00:01'), '10:00:03', LEFT)],
    [
      'after leaving it was refused',
      look(fails(onQueue(), '10:00:01', 'refused', 'already'), '10:00:03', {
        since: '09:59:56',
        routingSince: '09:59:56',
      }),
    ],
    ['in the middle', look(fails(ok(offQueue(), '10:00:01'), '10:00:12', 'late'), '10:00:13', OFFLINE)],
    [
      'in the middle, where it protects',
      look(fails(ok(offQueue(), '10:00:01'), '10:00:12', 'late'), '10:00:13', { ...OFFLINE, talks: 1 }),
    ],
    ['after the log-off', look(ok(begun({}, ['offline']), '10:00:01'), '10:00:05', OFFLINE)],
  ])('%s is handed on with what it made of the agent', (_, { attempt, seen }) => {
    expect(seen?.agent).toBe(AGENT);
    expect(seen?.evaluation.state?.last).toBe(attempt.state.last);
  });
});

describe('an attempt', () => {
  const observation = reading('10:00', {});
  const evaluation = evaluate(known({}), observation, contextFor(AGENT, WATCH), POLICY);
  const sighting = { agent: AGENT, observation };

  test.each([
    ['is no longer due', { ...evaluation, verdict: { ...evaluation.verdict, due: undefined } }, POLICY],
    ['has never been read', { ...evaluation, state: undefined }, POLICY],
    ['has no profile any more', evaluation, policy({ profiles: [] })],
  ])('is not begun on an agent who %s', (_, judged, judging) => {
    expect(begin(sighting, evaluation, POLICY, 'i1')).toBeDefined();
    expect(begin(sighting, judged, judging, 'i1')).toBeUndefined();
  });

  test('is not intended by a policy that has no profile for the agent', () => {
    const attempt = begin(sighting, evaluation, POLICY, 'i1')!;
    expect(intend(attempt, policy({ profiles: [] }), clockTime('10:00'))).toBe(attempt);
  });

  const DONE: Answer = { kind: 'done', result: { ok: true, correlationId: undefined }, askedAt: 0 };
  const SEEN: Answer = { kind: 'seen', sighting };
  const over: Stage = { kind: 'over', outcome: 'verified', reason: undefined, fault: undefined };
  const verify: Stage = { kind: 'verify', part: undefined, second: false };
  test.each<[Stage, Answer]>([
    [{ kind: 'slipped', refused: undefined }, DONE],
    [{ kind: 'again', left: ['offline'], looks: 1 }, DONE],
    [verify, DONE],
    [over, DONE],
    [{ kind: 'queue' }, SEEN],
    [{ kind: 'restore', presenceId: 'p', notAfter: 0, reason: 'engaged' }, SEEN],
    [{ kind: 'actions', left: ['offline'], looks: 0 }, SEEN],
    [{ kind: 'once_more', notAfter: 0 }, SEEN],
    [{ kind: 'provider' }, SEEN],
    [over, SEEN],
  ])('in the stage %j is not changed by an answer that was not asked for', (stage, answer) => {
    const attempt: Attempt = { ...offQueue(), stage };
    expect(advance(attempt, answer, WATCH, clockTime('10:01'))).toEqual({ attempt });
  });
});
