import { describe, expect, it } from '@jest/globals';
import { isBelieved, tried, UNTRIED } from '../../../src/domain/evidence/calibration.ts';
import { clockTime as at } from '../build.ts';

describe('whether a source of evidence is believed', () => {
  const thrice = ['10:00', '10:01', '10:02'].reduce((so, time) => tried(so, true, at(time)), UNTRIED);

  it('not before it has shown three log-offs of ours', () => {
    expect(isBelieved(UNTRIED)).toBe(false);
    expect(isBelieved(tried(tried(UNTRIED, true, at('10:00')), true, at('10:01')))).toBe(false);
    expect(isBelieved(thrice)).toBe(true);
  });

  it('one log-off counts once, however often it is asked for', () => {
    const often = [1, 2, 3, 4].reduce((so) => tried(so, true, at('10:00')), UNTRIED);
    expect(often.right).toBe(1);
  });

  it('a wrong answer about another log-off of the same moment ends the belief too', () => {
    expect(isBelieved(tried(thrice, false, at('10:02')))).toBe(false);
    expect(isBelieved(tried(thrice, false, at('10:01')))).toBe(false);
  });

  it('a wrong answer ends the belief, and three right ones bring it back', () => {
    const wrong = tried(thrice, false, at('10:03'));
    expect(isBelieved(wrong)).toBe(false);
    expect(wrong.wrong).toBe(1);
    const again = ['10:04', '10:05', '10:06'].reduce((so, time) => tried(so, true, at(time)), wrong);
    expect(isBelieved(again)).toBe(true);
  });
});
