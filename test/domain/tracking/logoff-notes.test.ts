/** What is noted of a log-off on its way, and of readings that cannot be used. */
import { describe, expect, test } from '@jest/globals';
import type { Action } from '../../../src/domain/policy/policy.ts';
import {
  beginLogoff,
  endLogoff,
  finishLogoff,
  knownDone,
  noteDone,
  noteOfflineAgain,
  noteUnread,
  type Intended,
} from '../../../src/domain/tracking/own-logoff.ts';
import { departureOf, type AgentState } from '../../../src/domain/tracking/state.ts';
import type { Unknown } from '../../../src/domain/agent.ts';
import { HOUR, SECOND } from '../../../src/domain/time/time.ts';
import { clockTime, RETURNS } from '../build.ts';
import { story, type Change, type Story } from '../story.ts';

const AT = clockTime('10:00');
const ALL: readonly Action[] = ['off_queue', 'offline', 'revoke_tokens'];

const DUE: Intended = {
  actions: ALL,
  cause: {
    ruleId: 'gone',
    clock: 'since_sign',
    measured: HOUR,
    state: { presence: 'AVAILABLE', presenceId: undefined, routing: 'OFF_QUEUE' },
  },
  rung: undefined,
};

/** A log-off begins at 10:00. */
function begun(): Story {
  const s = story().until('10:00');
  return s.put(beginLogoff(s.state(), AT, DUE, RETURNS));
}

/** The same, and it is seen to take effect while it still goes on. */
function seen(change: Change = { presence: 'OFFLINE' }): Story {
  return begun().at('10:00:02', change).look('10:00:03');
}

describe('a departure that is seen while the log-off still goes on', () => {
  test('left the session alone unless the log-off turns out to have revoked the tokens', () => {
    const quiet = (done: readonly Action[]): boolean | undefined =>
      departureOf(finishLogoff(seen().state(), AT + 4 * SECOND, done))?.quiet;
    expect([quiet(['offline']), quiet(ALL)]).toEqual([true, false]);
  });

  test('is told so of an agent in a call as well', () => {
    const s = seen({ presence: 'OFFLINE', calls: 1 });
    const finished = finishLogoff(s.state(), AT + 4 * SECOND, ALL);
    expect(finished.session).toMatchObject({ kind: 'engaged', departure: { by: 'enforcer', quiet: false } });
  });

  test('is another one where it was seen before the log-off began, or was none of ours', () => {
    const quiet = story()
      .until('10:00')
      .logOff({ due: { actions: ['offline'] } })
      .until('10:01')
      .state();
    const again = beginLogoff(quiet, clockTime('10:01'), DUE, RETURNS);
    expect(departureOf(finishLogoff(again, clockTime('10:02'), ALL))?.quiet).toBe(true);
    const platforms = begun().at('10:20', { presence: 'OFFLINE' }).until('10:20').state();
    expect(finishLogoff(platforms, clockTime('10:21'), ['offline']).session).toBe(platforms.session);
  });

  test('is none where the agent is still there', () => {
    const { session } = begun().state();
    expect(finishLogoff(begun().state(), AT + SECOND, ALL).session).toEqual(session);
  });
});

describe('a log-off', () => {
  const logoffOf = ({ logoff }: AgentState) => logoff;

  test('that has ended, or has been seen, stays so when it is known what it did', () => {
    const ended = endLogoff(begun().state(), AT + SECOND);
    const known = { isKnown: true, done: ['offline'], to: AT + 4 * SECOND };
    expect(logoffOf(ended)).toMatchObject({ kind: 'ended', isKnown: false });
    expect(logoffOf(finishLogoff(ended, AT + 4 * SECOND, ['offline']))).toMatchObject({
      kind: 'ended',
      ...known,
    });
    expect(logoffOf(finishLogoff(seen().state(), AT + 4 * SECOND, ['offline']))).toMatchObject({
      kind: 'seen',
      ...known,
    });
    expect(logoffOf(endLogoff(seen().state(), AT + 4 * SECOND))).toMatchObject({
      kind: 'seen',
      isKnown: false,
    });
  });

  test.each([
    ['10:00:06', '10:00:06'],
    ['09:59:50', '10:00'],
    ['10:05', '10:00:30'],
  ])('that ends at %s has had its effects by %s', (at, to) => {
    expect(logoffOf(endLogoff(begun().state(), clockTime(at)))?.to).toBe(clockTime(to));
  });

  test('that sets Offline once more did so once, and until then', () => {
    const done = noteDone(begun().state(), ['off_queue', 'offline']);
    expect(logoffOf(noteOfflineAgain(done, AT + 9 * SECOND))).toMatchObject({
      done: ['off_queue', 'offline'],
      to: AT + 9 * SECOND,
    });
    expect(logoffOf(noteOfflineAgain(begun().state(), AT))?.done).toEqual(['offline']);
  });

  test('that was never begun has nothing noted of it', () => {
    const idle = story().until('09:30').state();
    expect([finishLogoff(idle, AT, ALL), endLogoff(idle, AT), noteDone(idle, ALL)]).toEqual([
      idle,
      idle,
      idle,
    ]);
  });
});

describe('of a log-off that broke off is known', () => {
  test.each<[string, readonly Action[]]>([
    ['09:59:58', ['offline']],
    ['09:59:57', []],
    ['10:00:30', ['offline']],
    ['10:00:31', []],
  ])('by an Offline that is stamped %s: %j', (presenceSince, done) => {
    const { last } = begun().state();
    const state = {
      ...begun().state(),
      last: { ...last, presence: 'OFFLINE', presenceSince: clockTime(presenceSince) },
    } as const;
    expect(knownDone(state, AT)).toEqual(done);
  });

  test('nothing by an Offline without a stamp, or by another presence', () => {
    const state = begun().state();
    const without = {
      ...state,
      last: { ...state.last, presence: 'OFFLINE', presenceSince: undefined },
    } as const;
    const busy = { ...state, last: { ...state.last, presence: 'BUSY', presenceSince: AT } } as const;
    expect([knownDone(without, AT), knownDone(busy, AT), knownDone(undefined, AT)]).toEqual([[], [], []]);
  });

  test('what was noted, once, and nothing more where all of it is noted', () => {
    expect(knownDone(noteDone(seen().state(), ['offline']), AT)).toEqual(['offline']);
    expect(knownDone(finishLogoff(seen().state(), AT, ['off_queue']), AT)).toEqual(['off_queue']);
    expect(knownDone(story().until('09:30').state(), AT)).toEqual([]);
  });
});

describe('readings that cannot be used, one after the other', () => {
  const first: Unknown = { part: 'presence', why: 'malformed', said: 'a' };

  test('are one story while the same of them is unknown', () => {
    const once = noteUnread(story().until('09:30').state(), [first], AT);
    expect(noteUnread(once, [{ ...first }], AT + SECOND)).toBe(once);
  });

  test.each<[string, readonly Unknown[]]>([
    ['another part', [{ ...first, part: 'routingStatus' }]],
    ['another reason', [{ ...first, why: 'missing' }]],
    ['another word', [{ ...first, said: 'b' }]],
    ['one more part', [first, { part: 'groups', why: 'missing' }]],
    ['nothing', []],
  ])('tell of %s from then on, and since when none can be used', (_, unknown) => {
    const once = noteUnread(story().until('09:30').state(), [first], AT);
    expect(noteUnread(once, unknown, AT + SECOND).unread).toEqual({ since: AT, unknown });
    const both = noteUnread(once, [first, ...unknown], AT);
    expect(noteUnread(both, unknown, AT + SECOND).unread?.unknown).toEqual(unknown);
  });
});
