/** Records kept in few bytes: what they say is what was put in. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { timelineOf } from '../../../src/commands/backtest/history.ts';
import { SpanList } from '../../../src/commands/backtest/span-list.ts';
import { DAY, HOUR } from '../../../src/domain/time/time.ts';

type Span = readonly [from: number, to: number, state: number];

function kept(spans: readonly Span[]): readonly number[] {
  const list = new SpanList();
  for (const [from, to, state] of spans) list.push(from, to, state);
  return list.spans();
}

test('records in a row come back as they were, with the gaps between them', () => {
  const spans: Span[] = [
    [1, 5, 1],
    [5, 7, 2],
    [9, 12, 0],
    [12, Infinity, 3],
  ];
  expect(kept(spans)).toEqual(spans.flat());
  expect(kept([])).toEqual([]);
});

test('many of them too', () => {
  const spans = Array.from({ length: 1_000 }, (_, i): Span => [i * 3, i * 3 + (i % 2 === 0 ? 3 : 1), i % 7]);
  expect(kept(spans)).toEqual(spans.flat());
});

test.each<[string, Span[], Span[]]>([
  [
    'one read twice',
    [
      [1, 5, 1],
      [1, 5, 1],
    ],
    [[1, 5, 1]],
  ],
  [
    'one read again after its end',
    [
      [1, Infinity, 1],
      [1, 5, 1],
    ],
    [[1, 5, 1]],
  ],
  [
    'one read again before its end',
    [
      [1, 5, 1],
      [1, Infinity, 1],
    ],
    [[1, 5, 1]],
  ],
  [
    'one that comes late',
    [
      [5, 7, 2],
      [1, 5, 1],
    ],
    [
      [5, 7, 2],
      [1, 5, 1],
    ],
  ],
  [
    'one over another',
    [
      [1, 9, 1],
      [4, 5, 2],
    ],
    [
      [1, 9, 1],
      [4, 5, 2],
    ],
  ],
  [
    'one that is read again after another one of the same moment',
    [
      [1, Infinity, 1],
      [1, 2, 2],
      [1, 2, 1],
    ],
    [
      [1, Infinity, 1],
      [1, 2, 2],
      [1, 2, 1],
    ],
  ],
])('%s', (_, spans, expected) => {
  expect(kept(spans)).toEqual(expected.flat());
});

test('whatever comes twice, late or over another: the line of changes is the same', () => {
  const span = fc
    .tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.option(fc.integer({ min: 1, max: 30 }), { nil: Infinity }),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([from, length, state]): Span => [from * HOUR, (from + length) * HOUR, state]);
  const within = { from: 0, to: 3 * DAY };
  const stateAt = ({ at, state }: ReturnType<typeof timelineOf>, time: number): number | undefined =>
    state[at.findLastIndex((each) => each <= time)];
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), fc.boolean(), (spans, inOrder) => {
      const put = inOrder ? spans.toSorted((a, b) => a[0] - b[0]) : spans;
      const [compact, plain] = [timelineOf(kept(put), within), timelineOf(put.flat(), within)];
      for (let hour = 0; hour < 72; hour += 1)
        expect([hour, stateAt(compact, hour * HOUR)]).toEqual([hour, stateAt(plain, hour * HOUR)]);
    }),
    { numRuns: 300 },
  );
});
