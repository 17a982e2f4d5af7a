import { describe, expect, it } from '@jest/globals';
import {
  answered,
  beforeAsking,
  isBelieved,
  standingOf,
  tried,
  UNASKED,
  UNTRIED,
  type SourceFacts,
} from '../../../src/domain/evidence/calibration.ts';
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

  it('log-offs of one moment count once: a source that mixes agents up would be right of each', () => {
    const batch = ['10:00:00', '10:00:01', '10:00:04', '10:00:09'].map(at);
    expect(batch.reduce((so, time) => tried(so, true, time), UNTRIED).right).toBe(1);
    expect(tried(tried(UNTRIED, true, at('10:00:00')), true, at('10:00:10')).right).toBe(2);
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

  it('a source whose first answer is wrong is tried by later log-offs all the same', () => {
    const wrong = tried(UNTRIED, false, at('10:00'));
    expect([wrong.triedTo, tried(wrong, true, at('10:01')).right]).toEqual([at('10:00'), 1]);
  });

  it('a log-off that counted once does not count again after a wrong answer about an older one', () => {
    const wrong = tried(thrice, false, at('10:01'));
    expect(tried(wrong, true, at('10:02')).right).toBe(0);
    expect(tried(wrong, true, at('10:03')).right).toBe(1);
  });
});

describe('how a source stands', () => {
  const refused = { permission: 'audits:audit:view', at: at('10:00') };
  const thrice = { ...UNASKED, right: 3, triedTo: at('10:02') };

  it.each<[string, SourceFacts, boolean, string]>([
    ['a policy that does not ask it', thrice, false, 'off'],
    ['no answer so far', UNASKED, true, 'untried'],
    ['an answer about a change, and no log-off of ours yet', answered(UNASKED, 'none'), true, 'tried'],
    ['two log-offs shown rightly', { ...thrice, right: 2 }, true, 'tried'],
    ['a wrong answer after three right ones', { ...thrice, right: 0, wrong: 1 }, true, 'tried'],
    ['three log-offs shown rightly', thrice, true, 'believed'],
    ['a last question that was refused', { ...thrice, refused }, true, 'refused'],
  ])('with %s is told in one word', (_, facts, isOn, standing) => {
    expect(standingOf(facts, isOn)).toBe(standing);
  });
});

describe('before a sweep asks', () => {
  const believed: SourceFacts = { ...UNASKED, right: 3, wrong: 1, triedTo: at('10:00') };
  const anew: SourceFacts = { ...believed, right: 0, triedTo: undefined };

  it.each<[string, SourceFacts, boolean, SourceFacts]>([
    ['a source that is on stands as it stood', believed, true, believed],
    ['one that is off is tried anew later', believed, false, anew],
    ['so is one that was only wrong', { ...believed, right: 0 }, false, anew],
    ['so is one that never had its time noted', { ...anew, right: 3 }, false, anew],
    [
      'a log-off of a clock that ran ahead is not later than now',
      { ...believed, triedTo: at('11:00') },
      true,
      believed,
    ],
  ])('%s', (_, facts, isOn, standing) => {
    expect(beforeAsking(facts, isOn, at('10:00'))).toEqual(standing);
  });

  it('nothing is new of a source that stands so already', () => {
    expect(beforeAsking(believed, true, at('10:00'))).toBe(believed);
    expect(beforeAsking(UNASKED, true, at('10:00'))).toBe(UNASKED);
    expect(beforeAsking(UNASKED, false, at('10:00'))).toBe(UNASKED);
  });
});
