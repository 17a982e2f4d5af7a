import { describe, expect, test } from '@jest/globals';
import { rule } from '../build.ts';
import { story } from '../story.ts';

describe('a gap in watching', () => {
  test('may hide a call outside the contact centre, which leaves no trace: the clock of an agent who makes such calls starts anew', () => {
    const caller = story().at('09:05', { calls: 1 }).at('09:10', { calls: 0 }).unwatched('09:30', '09:50');
    expect(caller.until('09:51').shows('since_sign')).toBe('1m');
    expect(caller.until('10:05').shows('since_work')).toBe('15m');
  });

  test('hides no contact-centre work: that would have moved the routing status', () => {
    const talker = story().at('09:05', { talks: 1 }).at('09:10', { talks: 0 }).unwatched('09:30', '09:50');
    expect(talker.until('09:51').shows('since_sign')).toBe('21m');
  });

  test('hides no call of an agent whose last one was more than twelve hours before', () => {
    const s = story({ every: '10m', rules: [rule({ id: 'gone', limit: '30h' })] });
    s.at('09:10', { calls: 1 }).at('09:20', { calls: 0 });
    expect(s.until('21:20').unwatched('21:20', '22:50').until('23:00').shows('since_sign')).toBe('10m');
    expect(s.until('23:10').unwatched('23:10', '23:50').until('24:00').shows('since_sign')).toBe('30m');
  });

  test('in the middle of such a call begins with it, and ends it when it is over', () => {
    const s = story().at('09:05', { calls: 1 }).unwatched('09:20', '09:50').at('09:30', { calls: 0 });
    expect(s.until('10:00').shows('since_sign')).toBe('10m');
  });
});
