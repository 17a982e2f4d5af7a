import { expect, test } from '@jest/globals';
import {
  learnFromLogoff,
  learnFromReturn,
  NO_BEHAVIOUR_KNOWN,
} from '../../../src/domain/tracking/platform-behaviour.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { learntSentences } from '../../../src/commands/explain/behaviour-words.ts';

const AT = Date.parse('2026-03-02T09:30:00Z');

test('nothing is said of what has not been seen', () => {
  expect(learntSentences(NO_BEHAVIOUR_KNOWN, 2 * MINUTE)).toEqual([]);
});

test('what has been seen is told in sentences, with a window that would fit', () => {
  let learnt = learnFromLogoff(NO_BEHAVIOUR_KNOWN, ['revoke_tokens'], false);
  learnt = learnFromLogoff(learnt, ['offline'], true);
  for (let i = 0; i < 18; i += 1) {
    const event = { kind: 'silent_return', at: AT, delay: 8 * SECOND, own: true, quiet: false } as const;
    learnt = learnFromReturn(learnt, { ...event, tokenMoved: i > 0 });
  }
  for (let i = 0; i < 2; i += 1) {
    learnt = learnFromReturn(learnt, { kind: 'late_return', at: AT, delay: 4 * MINUTE, own: true });
  }
  expect(learntSentences(learnt, 2 * MINUTE)).toEqual([
    'Of 20 returns, half came within 10s and 95 % within 5m.',
    'A return brought a newer token in 17 of 18 returns.',
    'Revoking tokens alone set Offline in 0 of 1 log-off.',
    'A client whose session was left alone came back from Offline in 0 of 1 quiet log-off.',
    'Many returns come later than returns.window, 2m, and count as logins: 5m would fit.',
  ]);
});

test.each([
  [0, 19, false],
  [0, 20, true],
  [1, 40, false],
])(
  'after %d returns with a newer token and %d without, that bounces look like clicks is said: %s',
  (yes, no, said) => {
    const words = learntSentences({ ...NO_BEHAVIOUR_KNOWN, tokenMoves: { yes, no } }, 2 * MINUTE);
    expect(words.some((sentence) => sentence.includes('switch that timeout off'))).toBe(said);
  },
);
