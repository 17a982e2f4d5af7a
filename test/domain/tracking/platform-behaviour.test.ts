import { describe, expect, test } from '@jest/globals';
import {
  delayOf,
  learnFromLogoff,
  learnFromReturn,
  NO_BEHAVIOUR_KNOWN,
  returnsSeen,
  tokensStay,
  windowFitting,
  type PlatformBehaviour,
} from '../../../src/domain/tracking/platform-behaviour.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import type { TrackingEvent } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE, SECOND, type Duration } from '../../../src/domain/time/time.ts';

const AT = Date.parse('2026-03-02T09:30:00Z');

function silent(delay: Duration | undefined, more: object = {}): TrackingEvent {
  return { kind: 'silent_return', at: AT, delay, own: true, quiet: false, tokenMoved: true, ...more };
}

function late(delay: Duration, own = true): TrackingEvent {
  return { kind: 'late_return', at: AT, delay, own };
}

function seen(...events: readonly TrackingEvent[]): PlatformBehaviour {
  return events.reduce(learnFromReturn, NO_BEHAVIOUR_KNOWN);
}

function times(count: number, event: TrackingEvent): readonly TrackingEvent[] {
  return Array.from({ length: count }, () => event);
}

describe('how fast returns come', () => {
  test('is told to the next class', () => {
    const learnt = seen(...times(9, silent(8 * SECOND)), silent(40 * SECOND));
    expect([delayOf(learnt, 0.5), delayOf(learnt, 0.95)]).toEqual([10 * SECOND, MINUTE]);
  });

  test('is told by the class that it just reaches', () => {
    const within = (...delays: readonly Duration[]): Duration | undefined =>
      delayOf(seen(...delays.map((delay) => silent(delay))), 0.5);
    expect([within(SECOND), within(10 * SECOND), within(SECOND, MINUTE)]).toEqual([
      SECOND,
      10 * SECOND,
      SECOND,
    ]);
  });

  test('is not known before the first one, nor from one whose departure was not seen', () => {
    expect([delayOf(NO_BEHAVIOUR_KNOWN, 0.5), returnsSeen(seen(silent(undefined)))]).toEqual([undefined, 0]);
  });

  test('counts answers to our own log-offs that came after the window, but no login an hour later', () => {
    expect(returnsSeen(seen(late(4 * MINUTE), late(HOUR), late(4 * MINUTE, false)))).toBe(1);
    expect(returnsSeen(seen(late(10 * MINUTE), late(10 * MINUTE + 1)))).toBe(1);
  });

  test('beyond the last class is endless, and suggests nothing', () => {
    const learnt = seen(...times(30, silent(20 * MINUTE)));
    expect([delayOf(learnt, 0.5), windowFitting(learnt, 2 * MINUTE)]).toEqual([Infinity, undefined]);
  });
});

describe('a window is suggested', () => {
  const slow = [...times(15, silent(8 * SECOND)), ...times(5, late(150 * SECOND))];

  test('that catches nineteen of twenty returns', () => {
    expect(windowFitting(seen(...slow), 2 * MINUTE)).toBe(3 * MINUTE);
  });

  test('only when enough have been seen', () => {
    expect(windowFitting(seen(...slow.slice(1)), 2 * MINUTE)).toBeUndefined();
  });

  test('never shorter than the present one', () => {
    expect([3, 5].map((minutes) => windowFitting(seen(...slow), minutes * MINUTE))).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('open questions of the platform', () => {
  test('whether the token moves is asked of returns that needed a new session, and not where a date is missing', () => {
    const quiet = silent(SECOND, { quiet: true, tokenMoved: false });
    const learnt = seen(
      silent(SECOND),
      silent(SECOND, { tokenMoved: false }),
      silent(SECOND, { tokenMoved: undefined }),
      quiet,
    );
    expect(learnt.tokenMoves).toEqual({ yes: 1, no: 1 });
  });

  test('that no return brings a newer token is said after twenty of them, and no more once one did', () => {
    const same = silent(SECOND, { tokenMoved: false });
    const [few, enough] = [seen(...times(19, same)), seen(...times(20, same))];
    expect([few, enough, learnFromReturn(enough, silent(SECOND))].map(tokensStay)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('a quiet log-off that holds is a client that does not assert its presence, until it does', () => {
    const held = learnFromLogoff(
      learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['off_queue', 'offline'], true),
      ['offline'],
      true,
    );
    expect(held.reasserts).toEqual({ yes: 0, no: 2 });
    expect(learnFromReturn(held, silent(SECOND, { quiet: true })).reasserts).toEqual({ yes: 1, no: 1 });
  });

  test('whether revoking sets Offline is asked only where nothing else was done', () => {
    let learnt = learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['revoke_tokens'], true);
    learnt = learnFromLogoff(learnt, ['off_queue', 'revoke_tokens'], false);
    learnt = learnFromLogoff(learnt, ['offline', 'revoke_tokens'], true);
    expect([learnt.revokeSetsOffline, learnt.reasserts]).toEqual([
      { yes: 1, no: 1 },
      { yes: 0, no: 0 },
    ]);
  });

  test.each<{ done: readonly Action[] }>([
    { done: ['off_queue'] },
    { done: ['offline', 'end_sso_session'] },
    { done: ['offline', 'revoke_tokens'] },
  ])('a log-off that held teaches nothing where it did $done', ({ done }) => {
    expect(learnFromLogoff(NO_BEHAVIOUR_KNOWN, done, true)).toBe(NO_BEHAVIOUR_KNOWN);
  });

  test('a sign of a person teaches nothing', () => {
    expect(seen({ kind: 'person_back', at: AT, sign: 'presence' })).toBe(NO_BEHAVIOUR_KNOWN);
  });
});
