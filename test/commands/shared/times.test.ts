/** Instants as people read them: the zone is asked once a minute, and no reader may notice. */
import { describe, expect, test } from '@jest/globals';
import { timesIn } from '../../../src/commands/shared/times.ts';

function at(iso: string): number {
  return new Date(iso).getTime();
}

describe('Times of a zone', () => {
  test('tell two instants of the same minute apart by their seconds', () => {
    const times = timesIn('Europe/London', at('2026-03-02T12:00:00Z'));
    expect(times.full(at('2026-03-02T15:42:07.999Z'))).toBe('2026-03-02 15:42:07');
    expect(times.full(at('2026-03-02T15:42:59Z'))).toBe('2026-03-02 15:42:59');
    expect(times.full(at('2026-03-02T15:43:00Z'))).toBe('2026-03-02 15:43:00');
  });

  test('follow the clocks when summer time begins and when it ends', () => {
    const times = timesIn('Europe/London', at('2026-03-02T12:00:00Z'));
    expect(times.full(at('2026-03-29T00:59:59Z'))).toBe('2026-03-29 00:59:59');
    expect(times.full(at('2026-03-29T01:00:00Z'))).toBe('2026-03-29 02:00:00');
    expect(times.full(at('2026-10-25T00:59:59Z'))).toBe('2026-10-25 01:59:59');
    expect(times.full(at('2026-10-25T01:00:00Z'))).toBe('2026-10-25 01:00:00');
  });

  test('follow zones that are not a whole hour from UTC', () => {
    const times = timesIn('Asia/Kathmandu', at('2026-03-02T12:00:00Z'));
    expect(times.full(at('2026-03-02T15:42:07Z'))).toBe('2026-03-02 21:27:07');
  });

  test('are right before 1970 and for a stamp with half a millisecond', () => {
    const times = timesIn('UTC', at('2026-03-02T12:00:00Z'));
    expect(times.full(at('1969-12-31T23:59:58.500Z') + 0.5)).toBe('1969-12-31 23:59:58');
  });

  test('stay right when more minutes are asked for than are kept', () => {
    const times = timesIn('UTC', at('2026-03-02T12:00:00Z'));
    for (let minute = 0; minute < 10_050; minute += 1) times.full(minute * 60_000);
    expect(times.exact(at('2026-03-02T08:15:30Z'))).toBe('08:15:30');
    expect(times.short(at('2026-03-03T08:15:30Z'))).toBe('2026-03-03 08:15');
  });
});
