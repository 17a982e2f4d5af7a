/** What `explain` says of a change that a browser or a person may have made. */
import { describe, expect, test } from '@jest/globals';
import { explainAgent, type ExplainInput } from '../../../src/commands/explain/explain.ts';
import { sentencesOf } from '../../../src/commands/explain/sentences.ts';
import { timesIn } from '../../../src/commands/shared/times.ts';
import { NO_CONTROLLER_STATE } from '../../../src/controller/controller-state.ts';
import { UNASKED, type EvidenceSource } from '../../../src/domain/evidence/calibration.ts';
import type { Answer } from '../../../src/domain/evidence/timeline.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { noteEvidence, withAnswer } from '../../../src/domain/tracking/suspects.ts';
import { clockTime, RETURNS, rule } from '../../domain/build.ts';
import { story, type Story } from '../../domain/story.ts';

const GONE = rule({ id: 'gone', limit: '60m' });
const TIMELINE = { known: NO_BEHAVIOUR_KNOWN.evidence, asked: ['timeline'] } as const;
const REFUSED = { ...UNASKED, refused: { permission: 'audits:audit:view', at: clockTime('09:00') } };

/** Available again without a newer token, after the session may have timed out unseen. */
function bounced(): Story {
  return story({ rules: [GONE], nativeTimeouts: ['15m'] })
    .at('09:20:07', { presence: 'AVAILABLE' })
    .until('09:21');
}

/** Available without a newer token, soon after our quiet Offline. */
function clicked(): Story {
  return story({ rules: [GONE] })
    .until('10:00')
    .logOff({ due: { actions: ['offline'] } })
    .at('10:00:50', { presence: 'AVAILABLE' })
    .until('10:01');
}

function explained(
  told: Story,
  memory: AgentState,
  parts: Partial<ExplainInput> = {},
): ReturnType<typeof explainAgent> {
  const { id, name, email } = told.agent;
  return explainAgent({
    agent: { id, name, email, profile: told.policy.profiles[0]?.name },
    ...{ memory, policy: told.policy, pause: undefined, events: [], learnt: [], sources: TIMELINE },
    standing: { ...NO_CONTROLLER_STATE, policyHash: told.policy.hash },
    interval: MINUTE,
    now: told.now + 20 * SECOND,
    ...parts,
  });
}

/** The sentences that follow that of the last sign. */
function words(told: Story, memory = told.state(), parts: Partial<ExplainInput> = {}): readonly string[] {
  const explanation = explained(told, memory, parts);
  const all = sentencesOf(explanation, timesIn('UTC', explanation.now));
  const after = all.slice(all.findIndex((sentence) => /^(The last|No) sign of a person/.test(sentence)) + 1);
  return after.filter(
    (sentence) => !/^(A log-off is held back|The agent has not been observed)/.test(sentence),
  );
}

/** The state after a source said this, where it is believed. */
function said(told: Story, answer: Answer['kind'], isUsed: boolean): AgentState {
  const state = told.state();
  const stamp = state.undo.at(-1)!.suspect!.stamp;
  const noted = noteEvidence(state, { stamp, source: 'timeline', answer, at: clockTime('09:21:02'), isUsed });
  const full: Answer = answer === 'bounce' ? { kind: answer, offline: undefined } : { kind: answer };
  return isUsed ? withAnswer(noted, full, RETURNS).state : noted;
}

const OPEN =
  'The change to available at 09:20:07 counts as a sign of a person, although a browser may have made it whose session the native timeout had ended: no newer token tells the two apart. Evidence may tell until 09:30:07; then the sign stands.';

describe('a suspect change', () => {
  test('is told with its time, what it may be, until when evidence may tell, and that no source was asked yet', () => {
    expect(words(bounced())).toEqual([OPEN, 'Not asked about it yet: timeline.']);
  });

  test('after our quiet Offline says that only the sign-ins could tell, and that they are switched off', () => {
    expect(words(clicked())).toEqual([
      'The change to available at 10:00:50 counts as a sign of a person, although a browser may have made it after our quiet Offline: no newer token tells the two apart. Evidence may tell until 10:10:50; then the sign stands.',
      'No source that could tell is asked: sign_ins is switched off.',
    ]);
  });

  test('that no source may be asked about says so', () => {
    const known = { ...NO_BEHAVIOUR_KNOWN.evidence, sign_ins: REFUSED };
    const asked: readonly EvidenceSource[] = ['timeline', 'sign_ins'];
    expect(words(clicked(), undefined, { sources: { known, asked } })).toContain(
      'No source that could tell is asked: sign_ins may not be asked.',
    );
  });

  test('is no longer open once the time is over, also where no sweep came since', () => {
    expect(words(bounced(), undefined, { now: clockTime('09:30:07') })).toContain(OPEN);
    expect(words(bounced(), undefined, { now: clockTime('09:30:08') })).toEqual([]);
  });

  test.each<[Answer['kind'], boolean, number, string]>([
    [
      'none',
      true,
      3,
      'timeline was asked at 09:21:02 and does not show the change yet: it is asked again after the next sweep.',
    ],
    [
      'undecided',
      true,
      3,
      'timeline was asked at 09:21:02, and what it shows has holes or contradicts what was seen: it decides nothing.',
    ],
    [
      'bounce',
      false,
      1,
      'timeline was asked at 09:21:02 and says that a browser, and no person, made it. It is not believed yet (1 of 3 log-offs of ours shown rightly): the answer is counted and not used, and the sign stands.',
    ],
    [
      'person',
      false,
      3,
      'timeline was asked at 09:21:02 and says that a person made it. It was not believed then: the answer is counted and not used, and the sign stands.',
    ],
  ])('answered with %s (believed: %s) stays open, with the answer', (answer, isUsed, right, sentence) => {
    const known = { ...NO_BEHAVIOUR_KNOWN.evidence, timeline: { ...UNASKED, right } };
    const told = bounced();
    const sources = { known, asked: ['timeline'] } as const;
    expect(words(told, said(told, answer, isUsed), { sources })).toEqual([OPEN, sentence]);
  });

  test('that a believed source gave to a browser is a return, and the clocks of before go on', () => {
    const told = bounced();
    const text = words(told, said(told, 'bounce', true));
    expect(text).toEqual([
      'timeline showed at 09:21:02 that a browser, and no person, made the change of 09:20:07: it counts as a return of the browser, and the clocks of before it went on.',
    ]);
  });

  test('that a believed source gave to a person is a sign that stands', () => {
    const told = bounced();
    expect(words(told, said(told, 'person', true))).toEqual([
      'timeline showed at 09:21:02 that a person made the change of 09:20:07: the sign stood.',
    ]);
  });

  test.each<[EvidenceSource, string]>([
    ['timeline', 'has holes or contradicts what was seen'],
    ['push', 'has holes or contradicts what was seen'],
    ['sign_ins', 'may be of another user, or of one of many sign-ins'],
  ])('that %s cannot decide says why, also once its time is over', (source, why) => {
    const told = bounced();
    const note = { stamp: clockTime('09:20:07'), answer: 'undecided', at: clockTime('09:21:02') } as const;
    const memory = noteEvidence(told.state(), { ...note, source, isUsed: true });
    expect(words(told, memory)).toEqual([
      OPEN,
      `${source} was asked at 09:21:02, and what it shows ${why}: it decides nothing.`,
    ]);
    expect(words(told, memory, { now: clockTime('09:40') })).toEqual([
      `${source} was asked about the change of 09:20:07 and decided nothing, for what it showed ${why} (last at 09:21:02): it stays a sign of a person.`,
    ]);
  });

  test.each<[Answer['kind'], string]>([
    [
      'bounce',
      'timeline said at 09:21:02 that a browser, and no person, made the change of 09:20:07. It was not believed yet: the answer was counted and not used, and the sign stood.',
    ],
    [
      'none',
      'timeline was asked about the change of 09:20:07 and did not show it (last at 09:21:02): it stays a sign of a person.',
    ],
  ])('whose time is over with %s stays a sign', (answer, sentence) => {
    const told = bounced();
    const memory = said(told, answer, false);
    expect(words(told, memory, { now: clockTime('09:40') })).toContain(sentence);
  });
});

test('programs get the open change, the last answer and how each source stands', () => {
  const told = bounced();
  expect(explained(told, said(told, 'none', false)).evidence).toEqual({
    open: {
      kind: 'bounce',
      changedAt: clockTime('09:20:07'),
      presence: 'AVAILABLE',
      until: clockTime('09:30:07'),
    },
    last: {
      changedAt: clockTime('09:20:07'),
      at: clockTime('09:21:02'),
      source: 'timeline',
      answer: 'none',
      used: false,
    },
    sources: {
      timeline: { standing: 'untried', right: 0 },
      push: { standing: 'off', right: 0 },
      sign_ins: { standing: 'off', right: 0 },
    },
  });
});

test('an agent of whom nothing was ever in question is told without evidence', () => {
  expect(words(story({ rules: [GONE] }).until('09:30'))).toEqual([]);
});
