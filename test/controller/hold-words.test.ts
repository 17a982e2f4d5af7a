/** The log says in words what holds agents back: once when it begins, and once when it is over. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { HoldWords } from '../../src/controller/hold-words.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { report, Sentences } from './parts.ts';

let log: Sentences;
let words: HoldWords;

beforeEach(() => {
  log = new Sentences();
  words = new HoldWords(log);
});

const OVER = 'info: what held agents back is over';

describe('a hold of the whole sweep', () => {
  test.each([
    ['paused', 'warn: no action is taken: the kill switch is on; "resume" ends it'],
    ['clock', /^warn: no action is taken: the clocks .* more than five minutes apart$/],
    ['store', 'warn: no action is taken: the store cannot be used'],
    ['incomplete', 'warn: no action is taken: the sweep did not see all agents'],
    ['settling', /^info: no action is taken yet: the first sweeps .* only observe$/],
  ] as const)('%s is said once, and once more when it is over', (hold, sentence) => {
    for (let n = 0; n < 3; n += 1) words.after(report({ hold, deferred: { [hold]: 2 } }), undefined);
    expect(log.said).toEqual([expect.stringMatching(sentence)]);
    words.after(report(), undefined);
    words.after(report(), undefined);
    expect(log.said.slice(1)).toEqual([OVER]);
  });

  test('that follows another one is said too', () => {
    words.after(report({ hold: 'settling' }), undefined);
    words.after(report({ hold: 'paused' }), undefined);
    expect(log.said).toHaveLength(3);
    expect(log.said[1]).toContain('kill switch');
    expect(log.said[2]).toBe(OVER);
  });
});

test.each([['breaker'], ['per_sweep'], ['per_hour']] as const)(
  'agents whom %s holds back are said once, however many they are',
  (hold) => {
    words.after(report({ deferred: { [hold]: 3 } }), undefined);
    words.after(report({ deferred: { [hold]: 5 } }), undefined);
    expect(log.said).toEqual([expect.stringMatching(/^warn: agents are held back: /)]);
  },
);

test('agents who cannot be touched or wait after a failure are no news: their failures are in the log', () => {
  words.after(report({ deferred: { forbidden: 1, backoff: 2 } }), undefined);
  expect(log.said).toEqual([]);
});

test('clocks that jump with every sweep are said once', () => {
  for (let n = 0; n < 3; n += 1) words.after(report(), 9 * MINUTE);
  expect(log.said).toEqual([expect.stringMatching(/^warn: time is not counted: the clock .* jumped/)]);
});
