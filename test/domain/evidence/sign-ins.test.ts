/** The audit log says of a suspect change whether a sign-in stands before it; silent it proves nothing until it has come past. */
import { describe, expect, test } from '@jest/globals';
import { showsSignIn, signInAnswer, type AgentSignIns } from '../../../src/domain/evidence/sign-ins.ts';
import { clockTime } from '../build.ts';

const STAMP = clockTime('10:00:00');

/** Sign-ins of the agent at these times, in a log whose newest entry is of that time. */
function log(knownTo: string | undefined, ...times: readonly string[]): AgentSignIns {
  return {
    entries: times.map((time) => ({ at: clockTime(time), isCertain: true })),
    knownTo: knownTo === undefined ? undefined : clockTime(knownTo),
  };
}

/** With one more of this time, which may be another user's. */
function withDoubtful({ entries, knownTo }: AgentSignIns, time: string): AgentSignIns {
  return { entries: [...entries, { at: clockTime(time), isCertain: false }], knownTo };
}

describe('a change with a sign-in', () => {
  test.each([
    ['seconds before it', '09:59:58'],
    ['a minute and the tolerance of two stamps before it', '09:58:58'],
    ['within the tolerance after it', '10:00:02'],
  ])('%s is a bounce, without an Offline that could be left out', (_, at) => {
    expect(signInAnswer(log('10:00:03', at), STAMP)).toEqual({ kind: 'bounce', offline: undefined });
  });

  test.each([
    ['longer before it', '09:58:57'],
    ['after it', '10:00:03'],
  ])('%s is a person’s, once the log has come past it', (_, at) => {
    expect(signInAnswer(log('10:02', at), STAMP)).toEqual({ kind: 'person' });
  });

  test('before the earliest that it can have been is a bounce', () => {
    expect(signInAnswer(log('10:02', '09:57:30'), STAMP, clockTime('09:58')).kind).toBe('bounce');
  });
});

describe('a log that tells of sign-ins of the agent again and again', () => {
  const before = (at: string): AgentSignIns => log('10:02', at, '09:59:58');

  test.each([
    ['ten seconds before that minute', '09:58:50'],
    ['four minutes before that minute', '09:55:00'],
    ['four minutes and the tolerance before that minute', '09:54:58'],
  ])('as %s, says nothing of a change by one more', (_, at) => {
    expect(signInAnswer(before(at), STAMP)).toEqual({ kind: 'undecided' });
  });

  test('is none where the one before is older than all that is asked about', () => {
    expect(signInAnswer(before('09:54:57'), STAMP).kind).toBe('bounce');
  });

  test('still shows that a person chose a presence, where none of them is near the change', () => {
    expect(signInAnswer(log('10:02', '09:56', '09:58'), STAMP)).toEqual({ kind: 'person' });
  });

  test('shows no return of ours, neither rightly nor wrongly', () => {
    const span = { from: STAMP, to: clockTime('10:00:20') };
    expect(showsSignIn(log('10:03', '09:57', '10:00:18'), span)).toBeUndefined();
  });
});

describe('a sign-in that may be another user’s', () => {
  test.each([
    ['seconds before a change', log('10:02'), '09:59:58'],
    ['beside one that is the agent’s', log('10:02', '09:59:57'), '09:59:58'],
    ['minutes before one that is the agent’s', log('10:02', '09:59:57'), '09:56:00'],
  ])('decides nothing %s', (_, signIns, at) => {
    expect(signInAnswer(withDoubtful(signIns, at), STAMP)).toEqual({ kind: 'undecided' });
  });

  test('does not hide that a person chose a presence, where it is not near the change', () => {
    expect(signInAnswer(withDoubtful(log('10:02'), '09:56:00'), STAMP)).toEqual({ kind: 'person' });
  });

  test('shows no return of ours, neither rightly nor wrongly', () => {
    const span = { from: STAMP, to: clockTime('10:00:20') };
    expect(showsSignIn(withDoubtful(log('10:03'), '10:00:18'), span)).toBeUndefined();
  });
});

describe('a change without a sign-in before it', () => {
  test.each([
    ['is not known of while the log is empty', undefined, 'none'],
    ['is not known of while the log ends before it', '09:59', 'none'],
    ['is not known of while entries may still overtake each other', '10:01:59', 'none'],
    ['is a person’s from two minutes on', '10:02:00', 'person'],
  ])('%s', (_, knownTo, kind) => {
    expect(signInAnswer(log(knownTo), STAMP)).toEqual({ kind });
  });
});

describe('the sign-in behind a silent return after our revocation', () => {
  const span = { from: clockTime('10:00'), to: clockTime('10:00:20') };

  test.each([
    ['within the span is shown', log('10:00:18', '10:00:18'), true],
    ['at its beginning, with the tolerance, is shown', log('10:00:20', '09:59:58'), true],
    ['at its end, with the tolerance, is shown', log('10:00:22', '10:00:22'), true],
    ['before the span alone is not shown', log('10:02:20', '09:59:57'), false],
    ['after the span alone is not shown', log('10:02:20', '10:00:23'), false],
    ['is not known of while the log has not come so far', log('10:02:19'), undefined],
    ['is not known of in an empty log', log(undefined), undefined],
  ])('%s', (_, signIns, shown) => {
    expect(showsSignIn(signIns, span)).toBe(shown);
  });
});
