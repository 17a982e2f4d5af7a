/** What can happen to one agent is walked through, and what must always hold is checked on each step. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { explore, INVARIANTS, type Explored } from './explore.ts';

describe('on every way of two steps from each beginning', () => {
  let explored: Explored;
  beforeAll(() => {
    explored = explore({ depth: 2, most: Infinity });
    const { states, steps, depth } = explored;
    console.log(`${states} states, ${steps} steps, depth ${depth}; ${INVARIANTS.length} invariants`);
  });

  test.each(INVARIANTS)('%s', (invariant) => {
    const broken = explored.violations.filter((violation) => violation.invariant === invariant);
    expect(broken.map(({ way }) => way.join(', then '))).toEqual([]);
  });

  test('the walk is worth its time: it meets every kind of event, and log-offs by rules and by the ladder', () => {
    expect([explored.depth, explored.states > 2_000]).toEqual([2, true]);
    const expected = [
      'due',
      'ladder_due',
      'silent_return',
      'late_return',
      'person_back',
      'unknown',
      'exempt',
      'evidence: bounce',
      'evidence: person',
    ];
    expect(Object.keys(explored.met)).toEqual(expect.arrayContaining(expected));
  });
});
