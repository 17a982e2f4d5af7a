/** What one reading, or one change, leaves in the state of an agent, beside the clocks. */
import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../src/domain/agent.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import type { AgentState, Departure, Logoff, Stay } from '../../../src/domain/tracking/state.ts';
import { takeStay, track, type Tracked } from '../../../src/domain/tracking/track.ts';
import type { TrackingContext } from '../../../src/domain/tracking/compare.ts';
import { apply, checkpointOf, eventOf, type Change } from '../../../src/domain/tracking/transitions.ts';
import { agent, clockTime, foldContext, profile, RETURNS, rule } from '../build.ts';
import { story, type Story } from '../story.ts';

const LONG_AGO = clockTime('08:00');
const STAY: Stay = { seq: 5, at: clockTime('09:30'), until: clockTime('10:00') };

function reading(time: string, parts: Partial<Observation> = {}): Observation {
  return {
    agentId: agent().id,
    at: clockTime(time),
    presence: { system: 'AVAILABLE', definitionId: undefined, since: LONG_AGO },
    routing: { status: 'OFF_QUEUE', since: LONG_AGO },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: LONG_AGO,
    missing: [],
    ...parts,
  };
}

function offline(since: string | undefined): Partial<Observation> {
  const stamp = since === undefined ? undefined : clockTime(since);
  return { presence: { system: 'OFFLINE', definitionId: undefined, since: stamp } };
}

function sight(o: Observation, parts: Partial<TrackingContext> = {}): AgentState {
  return track(undefined, o, foldContext(parts))!.state;
}

describe('the first sight of an agent', () => {
  const rules = [
    rule({ id: 'here', clock: 'in_state' }),
    rule({ id: 'meal', clock: 'in_state', when: { presence: ['MEAL'] } }),
    rule({ id: 'gone', when: { presence: ['AVAILABLE'] } }),
  ];

  test('begins the clocks of the conditions that hold, and of no other rule', () => {
    const { inState } = sight(reading('09:00'), { profile: profile({ rules }) }).episode.clocks;
    expect(inState).toStrictEqual({ [rules[0]!.whenKey]: clockTime('09:00') });
  });

  test('of one who is Offline begins none, and takes the stamp for the time of going, as far as it is past', () => {
    const went = (since: string | undefined): unknown => {
      const { session, episode } = sight(reading('09:00', offline(since)), { profile: profile({ rules }) });
      expect(episode.clocks.inState).toStrictEqual({});
      return session.kind === 'offline' ? session.departure.at : session.kind;
    };
    expect([went('08:30'), went('09:00:01'), went(undefined)]).toEqual(
      ['08:30', '09:00', '09:00'].map(clockTime),
    );
  });

  test('takes in the stay that is on record', () => {
    expect(sight(reading('09:30'), { stay: STAY }).stays).toEqual([STAY]);
    expect(sight(reading('09:30')).stays).toEqual([]);
  });
});

describe('a stay', () => {
  const before = sight(reading('09:00'));

  test('is new with the look that brings it, and tells of no return', () => {
    const tracked = track(before, reading('09:31'), foldContext({ stay: STAY }))!;
    expect([tracked.changed, tracked.state.stays, tracked.events.length]).toEqual([true, [STAY], 0]);
    const again = track(tracked.state, reading('09:32'), foldContext({ stay: STAY }))!;
    expect([again.changed, again.state.stays]).toEqual([false, [STAY]]);
  });

  test('tells of an agent who came back silently before it', () => {
    const returned = returnedSilently().state();
    const told = track(returned, reading('09:33', { missing: ['groups'] }), foldContext({ stay: STAY }))!;
    expect(told.events).toMatchObject([{ kind: 'person_back', sign: 'stay' }]);
  });

  test('is taken in once without a reading, too', () => {
    const stayed = takeStay(before, STAY, clockTime('09:31'));
    expect(stayed.stays).toEqual([STAY]);
    expect(takeStay(stayed, STAY, clockTime('09:32'))).toBe(stayed);
  });
});

describe('an agent whom no profile matches', () => {
  test('is tracked like everyone else', () => {
    const context = foldContext({ profile: undefined });
    const busy = { system: 'BUSY', definitionId: undefined, since: clockTime('09:00:30') } as const;
    const tracked = track(sight(reading('09:00')), reading('09:01', { presence: busy }), context)!;
    expect(tracked.state.episode.sign).toEqual({ kind: 'presence', at: clockTime('09:00:30') });
  });

  test('whose reading cannot be used begins an interaction that it shows, and tells of no return', () => {
    const context = foldContext({ profile: undefined });
    const works = reading('09:01', {
      presence: undefined,
      conversations: { contactCentre: 1, enterprise: 0 },
    });
    const tracked: Tracked = track(sight(reading('09:00')), works, context)!;
    expect([tracked.state.session.kind, tracked.changed, tracked.events.length]).toEqual([
      'engaged',
      true,
      0,
    ]);
  });
});

describe('what is remembered of the last reading', () => {
  test('is a stamp that the next one keeps back, as long as nothing has moved', () => {
    const s = story().lacking('09:05', '09:05', 'presenceSince').at('09:04:30', { token: '09:04:30' });
    expect(s.until('09:05').state().last.presenceSince).toBe(LONG_AGO);
  });

  test('is the token of before where one lacks it, and the first that is shown', () => {
    const late = story().lacking('09:00', '09:02', 'token').at('09:02:30', { routing: 'NOT_RESPONDING' });
    expect(late.until('09:02').state().last.tokenAt).toBeUndefined();
    expect(late.until('09:03').state().last.tokenAt).toBe(clockTime('07:59'));
    const lost = story().at('09:02:30', { routing: 'NOT_RESPONDING' }).lacking('09:03', '09:03', 'token');
    expect(lost.until('09:03').state().last.tokenAt).toBe(clockTime('07:59'));
  });

  test('is whether a token of the agent has ever moved', () => {
    const s = story().at('09:02:30', { presence: 'BUSY' }).until('09:03');
    expect(s.state().tokenMoved).toBe(false);
    expect(s.at('09:03:30', { token: '09:03:30' }).until('09:04').state().tokenMoved).toBe(true);
    expect(s.at('09:04:30', { presence: 'AWAY' }).until('09:05').state().tokenMoved).toBe(true);
  });

  test('is whether the interaction goes on outside the contact centre', () => {
    const s = story({ first: { routing: 'INTERACTING', talks: 1 } }).until('09:01');
    expect(s.state().session).toMatchObject({ kind: 'engaged', outside: false });
    s.at('09:01:30', { talks: 0, calls: 1 }).until('09:02');
    expect(s.state().session).toMatchObject({ kind: 'engaged', outside: true });
    expect(s.state().outsideCallAt).toBe(clockTime('09:02'));
  });

  test('are the spans that do not count, until every clock began after them', () => {
    const s = story().unwatched('09:10', '09:20').at('09:30', { presence: 'BUSY' }).until('09:40');
    const gap = { from: clockTime('09:10'), to: clockTime('09:20') };
    expect(s.state().leftOut).toEqual([gap]);
    s.at('09:40:30', { calls: 1 }).at('09:41:30', { calls: 0 });
    expect(s.until('09:50').at('09:50:30', { presence: 'AWAY' }).until('09:52').state().leftOut).toEqual([]);
  });
});

/** Gone at 09:30, back by the browser half a minute later. */
function returnedSilently(): Story {
  const s = story().at('09:30', { presence: 'OFFLINE' }).until('09:30');
  return s.at('09:30:30', { presence: 'AVAILABLE', token: '09:30:29' }).until('09:32');
}

describe('an interaction', () => {
  test('in which the agent went Offline leaves them gone when it ends', () => {
    const s = story({ first: { routing: 'INTERACTING', talks: 1 } }).until('09:01');
    s.at('09:01:30', { presence: 'OFFLINE', routing: 'OFF_QUEUE' }).until('09:02');
    expect(s.state().session.kind).toBe('engaged');
    s.at('09:02:30', { talks: 0 }).until('09:03');
    expect(s.state().session).toMatchObject({ kind: 'offline', before: undefined });
    expect(s.departure()?.at).toBe(clockTime('09:01:30'));
  });
});

describe('a sign', () => {
  test('ends a silent return from which the agent has gone again, and leaves them gone', () => {
    const s = returnedSilently().at('09:33', { presence: 'OFFLINE' }).until('09:34');
    const { session } = s.state();
    expect(session).toMatchObject({ kind: 'offline', before: { at: clockTime('09:30:30') } });
    const stayed = takeStay(s.state(), STAY, clockTime('09:35')).session;
    expect(stayed).toEqual({ ...session, before: undefined });
  });

  test('lets the grace of a return go on, and a late login ends it', () => {
    const returned = returnedSilently().state();
    const { graceFrom } = returned.episode;
    expect(graceFrom).toBe(clockTime('09:30:30'));
    const sign = { kind: 'presence', at: clockTime('09:33') } as const;
    const signed = apply(returned, { kind: 'sign', sign, movedAt: sign.at }, RETURNS);
    expect(signed.episode.graceFrom).toBe(graceFrom);
    const login = loggedIn(left('platform', '09:34'));
    expect(apply(returned, login, RETURNS).episode.graceFrom).toBeUndefined();
  });
});

function left(by: Departure['by'], at: string): Departure {
  return { at: clockTime(at), by, quiet: false, former: sight(reading('09:00')).last };
}

function loggedIn(departure: Departure): Extract<Change, { kind: 'logged_in' }> {
  const sign = { kind: 'login', at: clockTime('10:30') } as const;
  return { kind: 'logged_in', departure, quietHeld: undefined, delay: HALF_AN_HOUR, sign };
}

const HALF_AN_HOUR = 30 * MINUTE;

function returnedFrom(departure: Departure): Extract<Change, { kind: 'returned' }> {
  const { at, by, former } = departure;
  const back = at + 20 * SECOND;
  const silent = { at: back, earliest: back, delay: 20 * SECOND, after: by, former, tokenAt: former.tokenAt };
  return { kind: 'returned', departure, quietHeld: undefined, silent, graceFrom: back };
}

describe('a departure', () => {
  const state = sight(reading('09:00'));
  const facts = {
    from: clockTime('10:00'),
    to: clockTime('10:00:05'),
    actions: ['offline'] as const,
    done: ['offline'] as const,
    former: state.last,
  };
  const logoffs = {
    intended: { kind: 'intended', ...facts },
    acted: { kind: 'acted', ...facts },
    ended: { kind: 'ended', isKnown: false, ...facts },
  } as const satisfies Record<string, Logoff>;
  const departed = (departure: Departure): Change => ({ kind: 'departed', departure, undo: undefined });

  test.each<[string, keyof typeof logoffs, Change, Logoff['kind'], boolean | undefined]>([
    ['of our making is seen', 'acted', departed(left('enforcer', '10:00:02')), 'seen', true],
    ['of our making in a crash is seen', 'intended', departed(left('enforcer', '10:00:02')), 'seen', false],
    [
      'of the platform, as the log-off began, ends it',
      'acted',
      departed(left('platform', '09:59:57')),
      'seen',
      true,
    ],
    [
      'of the platform before it leaves it nothing',
      'acted',
      departed(left('platform', '09:59:56')),
      'ended',
      true,
    ],
    [
      'that a return tells of leaves it open',
      'acted',
      returnedFrom(left('platform', '10:00:02')),
      'acted',
      undefined,
    ],
    [
      'of our making that a return tells of is seen',
      'acted',
      returnedFrom(left('enforcer', '10:00:02')),
      'seen',
      true,
    ],
    [
      'after one that failed is its effect all the same',
      'ended',
      returnedFrom(left('platform', '09:59:57')),
      'seen',
      false,
    ],
    [
      'before one that failed is not its effect',
      'ended',
      returnedFrom(left('platform', '09:59:56')),
      'ended',
      false,
    ],
  ])('%s', (_, logoff, change, kind, isKnown) => {
    const after = apply({ ...state, logoff: logoffs[logoff] }, change, RETURNS).logoff;
    expect(after).toEqual(isKnown === undefined ? logoffs[logoff] : { ...facts, kind, isKnown });
  });
});

describe('a late login', () => {
  const departure = left('enforcer', '10:00');

  test('that a browser may have made keeps how things stood before, and nothing older', () => {
    const state = sight(reading('09:00'));
    const before = checkpointOf(state, clockTime('10:30'));
    const older = { ...state, undo: [checkpointOf(state, clockTime('10:29'))] };
    expect(apply(older, { ...loggedIn(departure), before }, RETURNS).undo).toEqual([before]);
    expect(apply(older, loggedIn(departure), RETURNS).undo).toEqual([]);
  });

  test.each(['enforcer', 'platform'] as const)('is told with whose doing the departure was: %s', (by) => {
    const event = eventOf(sight(reading('09:00')), loggedIn(left(by, '10:00')), undefined);
    expect(event).toEqual({
      kind: 'late_return',
      at: clockTime('10:30'),
      delay: HALF_AN_HOUR,
      own: by === 'enforcer',
    });
  });
});

describe('a silent return', () => {
  test.each<[string, number | undefined, number | undefined, boolean | undefined]>([
    ['with a newer token', LONG_AGO, LONG_AGO + MINUTE, true],
    ['with the token of before', LONG_AGO, LONG_AGO, false],
    ['without a token', LONG_AGO, undefined, undefined],
    ['of an agent whose token was not known', undefined, LONG_AGO, undefined],
  ])('%s is told with what is known of it', (_, formerToken, tokenAt, tokenMoved) => {
    const departure = left('enforcer', '10:00');
    const former = { ...departure.former, tokenAt: formerToken };
    const change = returnedFrom({ ...departure, former });
    expect(eventOf(sight(reading('09:00')), change, tokenAt)).toHaveProperty('tokenMoved', tokenMoved);
  });

  test('of an agent who logged in late before leaves the place on the ladder as it is', () => {
    const state = sight(reading('09:00'));
    const { last } = state;
    const cause = { ruleId: 'gone', clock: 'since_sign', measured: 0, state: last } as const;
    const ladder = {
      kind: 'parked',
      cause,
      rung: 1,
      lastLogoffAt: clockTime('09:30'),
      quietHeld: false,
    } as const;
    const parked = { ...state, episode: { ...state.episode, ladder } };
    expect(apply(parked, returnedFrom(left('platform', '10:00')), RETURNS).episode.ladder).toEqual(ladder);
  });
});
