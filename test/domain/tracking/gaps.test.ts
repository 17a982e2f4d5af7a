import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../../../src/domain/agent.ts';
import { measure } from '../../../src/domain/tracking/clocks.ts';
import { track } from '../../../src/domain/tracking/track.ts';
import { silentReturnOf, type AgentState } from '../../../src/domain/tracking/state.ts';
import { MINUTE, type Duration } from '../../../src/domain/time/time.ts';
import { pulledBack } from '../../../src/domain/tracking/set-back.ts';
import { asClockTime, clockTime, foldContext, rule } from '../build.ts';
import { story, type Change, type Part } from '../story.ts';

const LOCKED = rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state' });

describe('a gap in watching', () => {
  test('of more than three usual intervals does not count', () => {
    const s = story({ rules: [LOCKED], first: { presence: 'IDLE' } })
      .unwatched('09:10', '09:20')
      .until('09:30');
    expect([s.shows('since_sign'), s.shows('since_work'), s.shows({ rule: 'locked' })]).toEqual([
      '20m',
      '20m',
      '20m',
    ]);
  });

  test('of three usual intervals counts', () => {
    expect(story().unwatched('09:10', '09:13').until('09:30').shows('since_sign')).toBe('30m');
    expect(story().unwatched('09:10', '09:14').until('09:30').shows('since_sign')).toBe('26m');
  });

  test('is measured in usual intervals, so that slow sweeps work too', () => {
    expect(story({ every: '10m' }).until('10:00').shows('since_sign')).toBe('1h');
    expect(story({ every: '10m' }).unwatched('09:10', '09:50').until('10:00').shows('since_sign')).toBe(
      '20m',
    );
  });

  test('more than one: all of them are left out', () => {
    const s = story().unwatched('09:10', '09:20').unwatched('09:30', '09:45').unwatched('09:45', '09:50');
    expect(s.until('10:00').shows('since_sign')).toBe('30m');
  });

  test.each<Part>(['presence', 'routing', 'groups', 'conversations'])(
    'opens too while readings come without %s',
    (part) => {
      const s = story().lacking('09:11', '09:19', part);
      expect(s.reason('09:15')).toBe('unknown');
      expect(s.until('09:30').shows('since_sign')).toBe('20m');
    },
  );

  test('opens while a stamp is kept back: the state may have been left and taken up again', () => {
    const s = story().lacking('09:30', '09:31', 'presenceSince').at('09:30:30', { presence: 'AVAILABLE' });
    expect([s.reason('09:30'), s.reason('09:31'), s.reason('09:32')]).toEqual([
      'unknown',
      'unknown',
      'waiting',
    ]);
    expect(s.lastSign()).toBe('presence 09:30:30');
    const queue = story().lacking('09:30', '09:30', 'routingSince');
    expect(queue.reason('09:30')).toBe('unknown');
  });

  test('a stamp that is kept back for good is done without: the clocks start once more, and run', () => {
    const s = story({ rules: [rule(), LOCKED] }).lacking('09:10', '23:00', 'presenceSince', 'routingSince');
    expect([s.reason('09:12'), s.reason('09:13')]).toEqual(['unknown', 'waiting']);
    expect([s.shows('since_sign'), s.reason('10:12'), s.reason('10:13')]).toEqual(['0s', 'waiting', 'due']);
  });

  test('a stamp that comes after all is taken up, and what it tells is not missed', () => {
    const s = story().at('09:30', { presence: 'BUSY' }).lacking('09:30', '09:30', 'presenceSince');
    s.at('09:40:30', { presence: 'BUSY' }).until('09:41');
    expect(s.lastSign()).toBe('presence 09:40:30');
    const soon = story().at('09:30', { presence: 'BUSY' }).lacking('09:30', '09:30', 'presenceSince');
    expect(soon.at('09:30:40', { presence: 'BUSY' }).until('09:31').lastSign()).toBe('presence 09:30:40');
  });

  test('with a newer token alone was a login: the rules judge again, and the place on the ladder is kept', () => {
    const s = story().unwatched('09:30', '09:40');
    s.at('09:36', { token: '09:36', presence: 'AVAILABLE', presenceSince: '08:00' }).until('09:40');
    expect([s.lastSign(), s.shows('since_sign')]).toEqual(['login 09:36', '0s']);
    const back = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    back.until('10:01').unwatched('10:01', '10:20');
    back.at('10:10', { token: '10:10', presence: 'AVAILABLE', presenceSince: '10:00:30' }).until('10:20');
    expect(back.ladder()).toMatchObject({ kind: 'parked' });
    expect(back.verdict().reason).toBe('waiting');
  });

  test('opens for an agent first seen without a stamp, if it is kept back again', () => {
    for (const part of ['presenceSince', 'routingSince'] as const) {
      const s = story().lacking('09:00', '09:00', part).lacking('09:41', '09:41', part);
      const again = part === 'presenceSince' ? { presence: 'AVAILABLE' } : { routing: 'OFF_QUEUE' };
      s.at('09:40:30', again as Change).until('09:42');
      expect(s.lastSign()).toBe(`${part === 'presenceSince' ? 'presence' : 'routing'} 09:40:30`);
    }
  });

  test('opens while a call that came and went without a trace could not be seen', () => {
    const s = story().at('09:30', { calls: 1 }).lacking('09:30', '10:10', 'conversations');
    s.at('10:09', { calls: 0 });
    expect([s.reason('10:11'), s.reason('10:40'), s.reason('10:42')]).toEqual(['waiting', 'waiting', 'due']);
  });

  test('in which a call may have been is not undone by an Offline just after it', () => {
    const s = story({ every: '10s' })
      .at('09:00:20', { calls: 1 })
      .at('09:01:20', { calls: 0 })
      .until('09:50');
    s.at('09:50:05', { presence: 'BUSY' }).until('09:50:10').unwatched('09:50:10', '09:50:50');
    s.until('09:50:50').at('09:50:55', { presence: 'OFFLINE' }).until('09:51');
    s.at('09:51:30', { presence: 'BUSY', token: '09:51:29' }).until('10:20');
    expect(s.shows('since_sign')).toBe('28m35s');
  });

  test('opens while the platform says an unknown word', () => {
    const s = story().at('09:11', { presence: 'UNKNOWN' });
    expect(s.reason('09:15')).toBe('unknown');
    s.at('09:20', { presence: 'AVAILABLE', presenceSince: '08:00' });
    expect(s.until('09:30').shows('since_sign')).toBe('20m');
    const queue = story().at('09:11', { routing: 'UNKNOWN' });
    expect(queue.reason('09:15')).toBe('unknown');
  });

  test('opens when the server’s clock jumps', () => {
    expect(story().clockJumpsAt('09:20').until('09:30').shows('since_sign')).toBe('29m');
  });

  test('keeps no clock from running on after it, and makes no one due early', () => {
    const s = story().unwatched('09:10', '11:00');
    expect(s.reason('11:49')).toBe('waiting');
    expect(s.reason('11:50')).toBe('due');
  });

  test.each<[string, Change, Change, string]>([
    ['presence', {}, { presence: 'BUSY' }, 'presence 09:15'],
    ['presence, even to Idle', {}, { presence: 'IDLE' }, 'presence 09:15'],
    ['presence, even to Offline', {}, { presence: 'OFFLINE' }, 'presence 09:15'],
    ['presence that is the same again', {}, { presence: 'AVAILABLE' }, 'presence 09:15'],
    ['presence after a newer token', {}, { presence: 'AVAILABLE', token: '09:14:59' }, 'presence 09:15'],
    ['routing', {}, { routing: 'IDLE' }, 'routing 09:15'],
    ['routing, even to NOT_RESPONDING', { routing: 'IDLE' }, { routing: 'NOT_RESPONDING' }, 'routing 09:15'],
    ['routing, even off the queue', { routing: 'IDLE' }, { routing: 'OFF_QUEUE' }, 'routing 09:15'],
    ['routing that is the same again', { routing: 'IDLE' }, { routing: 'IDLE' }, 'routing 09:15'],
  ])('in which a stamp of the %s moved, hides a sign', (_, first, change, sign) => {
    const s = story({ first }).unwatched('09:10', '09:20').at('09:15', change).until('09:20');
    expect(s.lastSign()).toBe(sign);
  });

  test('in which the stamp of a listed state moved breaks in_state', () => {
    const here = rule({ id: 'here', when: { presence: ['AVAILABLE', 'BUSY'] }, clock: 'in_state' });
    const s = story({ rules: [here] })
      .unwatched('09:10', '09:20')
      .at('09:15', { presence: 'BUSY' });
    expect(s.until('09:30').shows({ rule: 'here' })).toBe('10m');
  });

  test('in which someone left, who then comes back silently, does not bring the clocks of before', () => {
    const s = story().unwatched('09:50', '10:00').at('09:59:30', { presence: 'OFFLINE' }).until('10:00');
    s.at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    expect(s.reason('10:30')).toBe('waiting');
    expect(s.shows('since_sign')).toBe('29m30s');
  });

  test('in which someone logged in does not count from the login on', () => {
    const s = story({ first: { presence: 'OFFLINE' } })
      .unwatched('09:10', '11:00')
      .at('09:20', { presence: 'AVAILABLE' });
    expect(s.until('11:00').lastSign()).toBe('login 09:20');
    expect([s.shows('since_sign'), s.verdict().reason]).toEqual(['0s', 'waiting']);
    expect(s.until('11:05').shows('since_work')).toBe('5m');
  });

  test('in which our own log-off took effect hides no sign', () => {
    const s = story().until('10:00').logOff({ crash: true }).unwatched('10:00', '10:20').until('10:20');
    expect(s.lastSign()).toBe('none');
    expect(s.ladder()?.kind).toBe('answered');
  });

  test('at whose end a stamp is kept back restarts the clocks, also where that stamp was not known before', () => {
    const s = story().unwatched('09:10', '09:20').lacking('09:20', '09:30', 'presenceSince').until('09:22');
    s.unwatched('09:22', '09:30').at('09:26', { presence: 'AVAILABLE' }).until('09:32');
    expect(s.shows('since_sign')).toBe('2m');
  });

  test('that may hide a sign leaves the answer of the ladder to the rules: the agent may have come back', () => {
    const s = story().until('10:00').logOff().at('10:00:30', { presence: 'AVAILABLE', token: '10:00:29' });
    s.until('10:01').unwatched('10:01', '10:20').lacking('10:20', '10:20', 'presenceSince');
    s.at('10:10', { presence: 'AVAILABLE' });
    expect(s.reason('10:20')).toBe('waiting');
    expect(s.ladder()?.kind).toBe('parked');
    expect([s.reason('11:19'), s.reason('11:20')]).toEqual(['waiting', 'due']);
  });

  test('in which an interaction began shows when the gap ends', () => {
    const s = story().unwatched('09:10', '09:20').at('09:12', { routing: 'INTERACTING', talks: 1 });
    expect(s.reason('09:20')).toBe('engaged');
  });
});

describe('a reading that cannot be used', () => {
  test('at first sight starts no memory', () => {
    const s = story().lacking('09:00', '09:10', 'presence');
    expect(s.reason('09:10')).toBe('unknown');
    expect(s.verdict().detail).toBe('presence');
    expect(s.until('09:12').shows('since_sign')).toBe('1m');
  });

  test.each<[Part, string]>([
    ['presence', 'presence'],
    ['routing', 'routingStatus'],
    ['groups', 'groups'],
    ['conversations', 'conversationSummary'],
  ])('for want of %s never makes anyone due, and is named', (part, detail) => {
    const s = story().lacking('10:30', '10:30', part).until('10:30');
    expect([s.verdict().reason, s.verdict().detail]).toEqual(['unknown', detail]);
    expect(s.reason('10:31')).toBe('due');
  });

  test('for want of conversations is no watched time either where the presence moves every other minute: a call may have been hidden all along', () => {
    const s = story().until('09:29').lacking('09:30', '10:30', 'conversations');
    for (let minute = 30; minute < 90; minute += 2)
      s.at(asClockTime(clockTime('09:00:20') + minute * MINUTE), {
        presence: minute % 4 === 0 ? 'BUSY' : 'AWAY',
      });
    expect(s.until('10:31').shows('since_work')).toBe('29m');
  });

  test('for an unheard-of word never makes anyone due', () => {
    const s = story().until('10:30').at('10:31', { presence: 'UNKNOWN' }).until('10:31');
    expect([s.verdict().reason, s.verdict().detail]).toEqual(['unknown', 'an unheard-of presence']);
    s.at('10:32', { presence: 'AVAILABLE', routing: 'UNKNOWN' }).until('10:32');
    expect([s.verdict().reason, s.verdict().detail]).toEqual(['unknown', 'an unheard-of routing status']);
  });

  test('leaves memory as it was', () => {
    const s = story().until('09:30');
    const before = s.state();
    expect(s.lacking('09:31', '09:31', 'routing').until('09:31').state()).toEqual(before);
  });

  test('without stamps dates a change by its sighting', () => {
    const s = story().lacking('09:31', '09:40', 'presenceSince').at('09:30:10', { presence: 'BUSY' });
    expect(s.until('09:31').lastSign()).toBe('presence 09:31');
    const queue = story().lacking('09:31', '09:40', 'routingSince').at('09:30:10', { routing: 'IDLE' });
    expect(queue.until('09:31').lastSign()).toBe('routing 09:31');
  });

  test('without the token waits with a moved presence until it can be told', () => {
    const s = story()
      .at('10:10:20', { presence: 'AVAILABLE', token: '10:10:19' })
      .lacking('10:11', '10:12', 'token');
    expect(s.reason('10:12')).toBe('unknown');
    expect(s.until('10:13').eventsOf('silent_return')).toEqual(['10:10:20']);
  });

  test('without the token for very long takes the move for a person’s', () => {
    const s = story()
      .at('09:30:20', { presence: 'AVAILABLE', token: '09:30:19' })
      .lacking('09:31', '09:59', 'token');
    expect(s.until('09:33').lastSign()).toBe('none');
    expect(s.until('09:40').lastSign()).toBe('presence 09:30:20');
  });
});

describe('stamps that contradict', () => {
  test('a stamp older than the last look is not believed', () => {
    const s = story().at('09:30:20', { presence: 'BUSY', presenceSince: '08:10' });
    expect(s.until('09:31').lastSign()).toBe('presence 09:31');
  });

  test('a stamp of the whole second before the last look is its rounding', () => {
    const s = story().at('09:30:20', { presence: 'BUSY', presenceSince: '09:29:59' });
    expect(s.until('09:31').lastSign()).toBe('presence 09:30');
  });

  test('a stamp of the future is cut to a minute, and no clock shows less than nothing', () => {
    const s = story().at('09:30:20', { presence: 'BUSY', presenceSince: '15:00' });
    expect(s.until('09:31').lastSign()).toBe('presence 09:32');
    expect(s.shows('since_sign')).toBe('0s');
  });

  test('a sign never turns a clock back that a later one has set', () => {
    const s = story().at('09:30:20', { presence: 'BUSY', presenceSince: '15:00' }).until('09:31');
    expect(s.at('09:31:10', { routing: 'IDLE' }).until('09:32').lastSign()).toBe('routing 09:32');
  });

  function older(memory: AgentState, by: Duration): Observation {
    return {
      agentId: memory.agentId,
      at: memory.seenAt - by,
      presence: { system: 'AVAILABLE', definitionId: undefined, since: memory.last.presenceSince },
      routing: { status: 'OFF_QUEUE', since: memory.last.routingSince },
      conversations: { contactCentre: 0, enterprise: 0 },
      tokenIssuedAt: memory.last.tokenAt,
      missing: [],
    };
  }

  test('a reading overtaken by a later one moves no time backwards', () => {
    const memory = story().until('09:30').state();
    const context = foldContext();
    expect(track(memory, older(memory, 20_000), context)?.state).toEqual(memory);
  });

  test('a sign of the time in which the clock ran ahead does not hold the clocks back once it is set right', () => {
    const ahead = story().at('10:20', { presence: 'BUSY' }).until('10:30').state();
    const context = foldContext();
    const right = track(ahead, older(ahead, 60 * 60_000), context)?.state;
    const later = track(right, older(ahead, 58 * 60_000), context)?.state;
    // Its stamp is of the future, which is a sign of a minute ahead at most.
    expect(measure(later!, rule(), later!.seenAt)).toBe(60_000);
  });

  test('nor does a return of that time explain what comes after', () => {
    const ahead = story().at('10:20', { presence: 'OFFLINE' }).until('10:21');
    const memory = ahead.at('10:21:30', { presence: 'AVAILABLE', token: '10:21:29' }).until('10:22').state();
    const context = foldContext();
    const right = { ...older(memory, 60 * 60_000), tokenIssuedAt: undefined };
    const { state } = track(
      memory,
      { ...right, presence: { ...right.presence!, since: undefined } },
      context,
    )!;
    const silent = silentReturnOf(state);
    expect([silent?.at, silent?.earliest]).toEqual([state.seenAt, state.seenAt]);
  });

  test('a reading from well before the last one says that the clock ran ahead: memory is pulled back to it', () => {
    const memory = story().until('09:30').state();
    const context = foldContext();
    const folded = track(memory, older(memory, 20 * 60_000), context);
    expect(folded?.state.seenAt).toBe(memory.seenAt - 20 * 60_000);
    expect(folded?.state.leftOut).toEqual([]);
  });

  test('then forgets what it left out of a time that is still to come, and keeps the rest', () => {
    const state = story().until('10:00').state();
    const spans = [
      { from: clockTime('09:10'), to: clockTime('09:20') },
      { from: clockTime('09:40'), to: clockTime('09:50') },
    ];
    const pulled = (to: string): readonly (readonly [string, string])[] =>
      pulledBack({ ...state, leftOut: spans }, clockTime(to)).leftOut.map(
        ({ from, to: end }) => [asClockTime(from), asClockTime(end)] as const,
      );
    expect([pulled('09:45'), pulled('09:40')]).toEqual([
      [
        ['09:10', '09:20'],
        ['09:40', '09:45'],
      ],
      [['09:10', '09:20']],
    ]);
  });
});
