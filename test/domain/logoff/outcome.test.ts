/** What an attempt leaves in the record, in the back-off and in what is learnt, by how it ended. */
import { describe, expect, test } from '@jest/globals';
import type { Due } from '../../../src/domain/judging/judge.ts';
import { ending, endingBy, over, type Attempt, type Ending } from '../../../src/domain/logoff/attempt.ts';
import {
  droppedLine,
  endingOf,
  faultOf,
  intentLine,
  isNewlyForbidden,
  lessonOf,
  observedLine,
  outcomeLine,
  reasonOf,
  withEnding,
} from '../../../src/domain/logoff/outcome.ts';
import type { ActionFault } from '../../../src/domain/logoff/result.ts';
import { EMPTY_LEDGER, withOutcome } from '../../../src/domain/planning/plan.ts';
import type { Action } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { agent, clockTime } from '../build.ts';
import { story } from '../story.ts';

const NOW = clockTime('10:00');
const AGENT = agent();

function attempt(parts: Partial<Attempt> = {}): Attempt {
  const told = story().until('10:00');
  const state = told.state();
  const due = dueOf();
  const before = {
    agentId: AGENT.id,
    at: NOW,
    presence: undefined,
    routing: undefined,
    conversations: undefined,
    tokenIssuedAt: undefined,
    missing: [],
  };
  return {
    agent: AGENT,
    due,
    intentId: 'i1',
    before,
    knownBefore: state,
    readAt: NOW,
    state,
    performed: [],
    undone: [],
    stage: { kind: 'actions', left: due.actions, looks: 0 },
    ...parts,
  };
}

function dueOf(): Due {
  const { due } = story().until('10:00').verdict();
  if (due === undefined) throw new Error('the agent is not due');
  return due;
}

function fault(kind: 'forbidden' | 'gone' | 'late' | 'refused' | 'transient'): ActionFault {
  return { kind, message: 'no', correlationId: `of ${kind}` };
}

function ended(end: Ending, parts: Partial<Attempt> = {}): Attempt {
  return over(attempt(parts), end);
}

describe('the record names', () => {
  const facts = {
    at: NOW,
    sweepId: 's1',
    agentId: AGENT.id,
    agentName: AGENT.name,
    rule: 'gone',
    measured: HOUR,
    limit: HOUR,
  };

  test('of an intention what is called for', () => {
    const { actions } = dueOf();
    expect(intentLine(attempt(), NOW, 's1')).toEqual({ ...facts, kind: 'intent', actions, intentId: 'i1' });
  });

  test('of an outcome what was performed, and why it ended so', () => {
    const failed = ended(endingBy(fault('gone')), { performed: ['off_queue'] });
    expect(outcomeLine(failed, NOW, 's1')).toEqual({
      ...facts,
      kind: 'failed',
      actions: ['off_queue'],
      intentId: 'i1',
      reason: 'gone',
      correlationId: 'of gone',
    });
  });

  test('of a log-off that was verified no reason', () => {
    const verified = ended(ending('verified'), { performed: ['offline'] });
    const line = { ...facts, kind: 'verified', actions: ['offline'], intentId: 'i1' };
    expect(outcomeLine(verified, NOW, 's1')).toStrictEqual(line);
  });

  test('of an agent who was dropped that nothing was done', () => {
    const line = { ...facts, kind: 'dropped', reason: 'sign', actions: [] };
    expect(droppedLine(AGENT, dueOf(), 'sign', NOW, 's1')).toStrictEqual(line);
  });

  test('of a log-off that was only observed what would be done, and on which rung', () => {
    const due = { ...dueOf(), rung: 1 };
    const line = { ...facts, kind: 'observed', actions: due.actions, rung: 1 };
    expect(observedLine(AGENT, due, NOW, 's1')).toStrictEqual(line);
  });

  test('of a log-off that waits for the licence peak that it is below', () => {
    const reasons = [true, false].map(
      (belowPeak) => observedLine(AGENT, { ...dueOf(), belowPeak }, NOW, 's1').reason,
    );
    expect(reasons).toEqual(['below_peak', undefined]);
  });
});

describe('an attempt that is not over', () => {
  test('counts as unverified, for no reason that is known', () => {
    expect(endingOf(attempt())).toEqual({ outcome: 'unverified', reason: undefined, fault: undefined });
  });
});

describe('the reason of an attempt', () => {
  const undone = [
    { action: 'release_station' as const, fault: fault('refused') },
    { action: 'notify' as const, fault: fault('transient') },
  ];
  const performed: readonly Action[] = ['offline'];
  const inPart = 'not done: release_station (refused), notify (transient)';

  test.each<[string, Ending, Partial<Attempt>, string | undefined]>([
    ['that did all of it is the one it ended by', ending('dropped', 'sign'), { performed }, 'sign'],
    [
      'that did a part is what was not done, where verified',
      ending('verified'),
      { performed, undone },
      inPart,
    ],
    [
      'that did a part is what was not done, where failed',
      endingBy(fault('gone')),
      { performed, undone },
      inPart,
    ],
    ['that was dropped is why', ending('dropped', 'engaged'), { performed, undone }, 'engaged'],
    ['that did nothing is the fault', endingBy(fault('gone')), { undone }, 'gone'],
  ])('%s', (_, end, parts, reason) => {
    expect(reasonOf(ended(end, parts))).toBe(reason);
  });

  test('is told with the fault that ended it, or else with the first one', () => {
    expect(faultOf(ended(endingBy(fault('gone')), { performed, undone }))?.kind).toBe('gone');
    expect(faultOf(ended(ending('verified'), { performed, undone }))?.kind).toBe('refused');
    expect(faultOf(ended(ending('verified'), { performed }))).toBeUndefined();
  });
});

describe('the back-off', () => {
  const failedBefore = withOutcome(EMPTY_LEDGER, AGENT.id, 'failed', NOW - MINUTE);

  test.each<[string, Ending, number | undefined]>([
    ['ends with a log-off that was verified', ending('verified'), undefined],
    ['ends where a person came back', ending('unverified', 'sign'), undefined],
    ['ends with an answer of the identity provider', ending('sso_ended'), undefined],
    ['grows with a failure', endingBy(fault('gone')), 2],
    ['grows with a log-off without effect', ending('unverified', 'no_effect'), 2],
    ['grows where the agent cannot be read', ending('unverified', 'unread'), 2],
    ['grows where the agent cannot be read before anything was done', ending('dropped', 'unread'), 2],
    ['stays as it is where the log-off was dropped', ending('dropped', 'sign'), 1],
    ['stays as it is where the request came too late', endingBy(fault('late')), 1],
  ])('%s', (_, end, count) => {
    const after = withEnding(failedBefore, ended(end), NOW);
    expect(after.failures.get(AGENT.id)?.count).toBe(count);
  });

  test('calls an agent forbidden whom the platform forbids to touch, and is told of it the first time alone', () => {
    const forbidden = ended(endingBy(fault('forbidden')));
    const once = withEnding(EMPTY_LEDGER, forbidden, NOW);
    expect(once.failures.get(AGENT.id)).toEqual({ at: NOW, count: 1, forbidden: true });
    expect(isNewlyForbidden(once, forbidden)).toBe(true);
    expect(isNewlyForbidden(withEnding(once, forbidden, NOW + HOUR), forbidden)).toBe(false);
  });

  test('does not call an agent forbidden whose log-off failed otherwise, or is not over', () => {
    const gone = ended(endingBy(fault('gone')));
    const once = withEnding(EMPTY_LEDGER, gone, NOW);
    expect(once.failures.get(AGENT.id)?.forbidden).toBe(false);
    expect(isNewlyForbidden(once, gone)).toBe(false);
    expect(isNewlyForbidden(EMPTY_LEDGER, ended(endingBy(fault('forbidden'))))).toBe(false);
    expect(isNewlyForbidden(once, attempt())).toBe(false);
    expect(isNewlyForbidden(once, ended({ ...endingBy(fault('forbidden')), outcome: 'dropped' }))).toBe(
      false,
    );
  });
});

describe('the platform’s behaviour is learnt', () => {
  const performed: readonly Action[] = ['offline'];

  test.each<[string, Ending, boolean | undefined]>([
    ['from a log-off that held', ending('verified'), true],
    ['from one without any effect', ending('unverified', 'no_effect'), false],
    ['not from one after which a person came back', ending('unverified', 'sign'), undefined],
    ['not from one that failed', endingBy(fault('gone')), undefined],
  ])('%s', (_, end, offline) => {
    const lesson = offline === undefined ? undefined : { done: performed, offline };
    expect(lessonOf(ended(end, { performed }))).toEqual(lesson);
  });
});
