/** What was pushed beside what looks show. */
import { beforeEach, expect, test } from '@jest/globals';
import { SHOWN_TO_BE_WHOLE, type PushedChange } from '../../../src/domain/evidence/push.ts';
import type { SystemPresence } from '../../../src/domain/agent.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { PushComparison } from '../../../src/genesys/evidence/push-comparison.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');

let comparison: PushComparison;
let changes: PushedChange[];
let from: number | undefined;
let at: number;

beforeEach(() => {
  [comparison, changes, from, at] = [new PushComparison(), [], T0, T0];
  for (let i = 0; i <= SHOWN_TO_BE_WHOLE; i += 1) change(i % 2 === 0 ? 'AWAY' : 'BUSY');
});

/** The presence changes, which is pushed or not; a look half a minute later shows it. */
function change(presence: SystemPresence, isPushed = true): void {
  at += 30 * SECOND;
  const since = at;
  if (isPushed) changes.push({ at, presence });
  at += 30 * SECOND;
  look(presence, since);
}

function look(presence: SystemPresence, since = at): void {
  const told = { changes, from, to: at };
  comparison.compare({ agentId: 'a', presence, since, seenAt: at }, told, at);
}

test('a hundred changes that looks showed and that were pushed are whole', () => {
  expect(comparison.isWhole(at)).toBe(true);
});

test('one that has not arrived after half a minute is lost, and not before', () => {
  change('MEAL', false);
  const since = at - 30 * SECOND;
  at += 29 * SECOND;
  look('MEAL', since);
  expect(comparison.isWhole(at)).toBe(true);
  at += SECOND;
  look('MEAL', since);
  expect(comparison.isWhole(at)).toBe(false);
});

test('one that arrives within half a minute is not lost', () => {
  change('MEAL', false);
  const since = at - 30 * SECOND;
  changes.push({ at: since, presence: 'MEAL' });
  at += MINUTE;
  look('MEAL', since);
  expect(comparison.isWhole(at)).toBe(true);
});

test('one that happened in a gap of the listening is not lost', () => {
  from = at + 40 * SECOND;
  change('MEAL', false);
  const since = at - 30 * SECOND;
  at += MINUTE;
  look('MEAL', since);
  at += MINUTE;
  look('MEAL', since);
  expect(comparison.isWhole(at)).toBe(true);
});

test('a presence that is stamped anew need not be pushed', () => {
  for (let i = 0; i < 3; i += 1) {
    at += MINUTE;
    look('AWAY');
  }
  expect(comparison.isWhole(at)).toBe(true);
});

test('after all is forgotten nothing is whole', () => {
  comparison.clear();
  expect(comparison.isWhole(at)).toBe(false);
});
