/** Watching only. */
import { expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { EVERYONE } from './casts.ts';
import { playShift, policyText } from './shift.ts';

const SHORT = {
  agents: EVERYONE.length,
  cast: EVERYONE,
  shiftMs: 2 * HOUR,
  hours: 3,
  seed: 4,
  inMemory: true,
} as const;

test('observe mode writes nothing to the platform, and tells of each idle episode once', async () => {
  const { shift, events, truth, metrics } = await playShift({
    ...SHORT,
    policy: policyText({ mode: 'observe' }),
  });
  expect(shift.writes).toEqual([]);
  expect(truth.logoffs).toBe(0);
  const kinds = new Set(events.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(['observed']));
  for (const kind of ['intent', 'verified', 'unverified', 'failed', 'dropped', 'held'] as const)
    expect(kinds).not.toContain(kind);
  const observed = events.filter(({ kind }) => kind === 'observed');
  expect(observed.every(({ rung }) => rung === undefined)).toBe(true);
  // Whoever went home and never came back had one idle episode.
  const gone = shift.sandbox.world.journals().filter(({ person }) => person.archetype.name === 'went-home');
  for (const { person } of gone)
    expect(observed.filter(({ agentId }) => agentId === person.id)).toHaveLength(1);
  expect(metrics).toMatch(/logoffs_total\{[^}]*mode="observe"/);
  expect(metrics).not.toMatch(/logoffs_total\{[^}]*mode="enforce"/);
});

test('a rule that only observes does so inside an enforcing policy', async () => {
  const rules = `
      - { id: watched, when: { presence: [available] }, limit: 20m, mode: observe }
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m }`;
  const { events, shift, truth } = await playShift({
    policy: policyText({ rules }),
    agents: 3,
    cast: ['went-home'],
    shiftMs: 2 * HOUR,
    hours: 3,
  });
  for (const { person } of shift.sandbox.world.journals()) {
    const mine = events.filter(({ agentId }) => agentId === person.id);
    expect(mine.map(({ kind, rule }) => `${kind} ${rule ?? ''}`)).toEqual([
      'observed watched',
      'intent gone',
      'verified gone',
    ]);
    expect((mine[1]?.at ?? 0) - (mine[0]?.at ?? 0)).toBe(40 * MINUTE);
  }
  expect(truth.disturbed).toEqual([]);
});
