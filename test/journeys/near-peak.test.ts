/** Rules that act only near the licence peak, in the whole worker: it observes, tells why, and acts once the peak is near. */
import { expect, test } from '@jest/globals';
import { SWEEP_NOTE, sweepNoteOf } from '../../src/store/sweep-note.ts';
import { logoffs } from './record.ts';
import { policyText, Shift } from './shift.ts';

/** Eight people who have all gone home by the end of the first hour, and are still online. */
const GONE = { agents: 8, cast: ['went-home'], shiftMs: 90 * 60_000, seed: 5 } as const;
/** By then they are all away for more than forty minutes. */
const ALL_AWAY = 85;

const RULE = `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 40m, near_peak: 50% }`;

/** No more than three may become due at once, whatever the peak. */
const CAPS = `
  settle: 2
  breaker: { at_least: 3, share: 1%, hold: 5m }`;

function expecting(peak: number): string {
  const returns = '\n  ladder: [{ wait: 30m, actions: [offline] }]';
  return `${policyText({ rules: RULE, returns, caps: CAPS })}billing: { expected_peak: ${peak} }\n`;
}

test('far from the peak no agent is logged off, which the record, the metrics and the note of the sweep tell', async () => {
  const shift = await Shift.begin({ ...GONE, policy: expecting(80), inMemory: true });
  try {
    await shift.until(ALL_AWAY);
    expect(shift.writes).toEqual([]);
    const observed = await shift.events('observed');
    expect(new Set(observed.map(({ reason }) => reason))).toEqual(new Set(['below_peak']));
    expect(new Set(observed.map(({ agentId }) => agentId)).size).toBe(8);
    expect(shift.reports.at(-1)).toMatchObject({
      peak: { online: 8, peak: 80, learntAt: undefined },
      verdicts: { observed: 8, due: 0 },
    });
    const note = sweepNoteOf((await shift.store.facts()).get(SWEEP_NOTE));
    expect(note?.peak).toEqual({ online: 8, peak: 80 });
    expect(await shift.metrics.registry.metrics()).toMatch(
      /^idle_enforcer_verdicts\{reason="observed"[^}]*\} 8$/m,
    );
  } finally {
    await shift.end();
  }
});

test('near it agents are, also right after a restart, which knows the head-count from the record', async () => {
  const shift = await Shift.begin({ ...GONE, policy: expecting(80) });
  try {
    await shift.until(ALL_AWAY);
    await shift.stop();
    await shift.open(expecting(10));
    await shift.until(ALL_AWAY + 2);
    expect(shift.reports.at(-1)).toMatchObject({ hold: 'settling', peak: { online: 8, peak: 10 } });
    await shift.until(ALL_AWAY + 5);
    // The breaker counted them when their limit was reached: together they would be too many.
    expect(await shift.events('breaker')).toEqual([]);
    expect(logoffs(await shift.events()).length).toBe(8);
    expect(shift.reports.at(-1)?.peak?.online).toBe(0);
  } finally {
    await shift.end();
  }
});

test('in a month without an expected peak the worker watches for three days first', async () => {
  const policy = policyText({ rules: RULE }) + 'billing: { starts_on: 2, timezone: America/Chicago }\n';
  const shift = await Shift.begin({ ...GONE, policy, inMemory: true });
  try {
    await shift.until(ALL_AWAY);
    expect(shift.writes).toEqual([]);
    expect(shift.reports.at(-1)?.peak).toEqual({
      online: 8,
      peak: 8,
      learntAt: Date.parse('2026-03-05T06:00:00Z'),
    });
  } finally {
    await shift.end();
  }
});

test('a sweep that did not see all agents counts none, and the one before stands in for it', async () => {
  const shift = await Shift.begin({ ...GONE, policy: expecting(80), inMemory: true });
  try {
    await shift.until(10);
    const { online } = shift.reports.at(-1)!;
    expect(online).toBeGreaterThan(0);
    shift.sandbox.setFaults({ serverError: 1 });
    await shift.until(13);
    expect(shift.reports.at(-1)).toMatchObject({ complete: false, online: 0, peak: { online } });
    await shift.until(27);
    // What was counted a quarter of an hour ago says nothing any more.
    expect(shift.reports.at(-1)?.peak?.online).toBeUndefined();
    shift.sandbox.setFaults({ serverError: 0 });
    await shift.until(29);
    expect(shift.reports.at(-1)).toMatchObject({ complete: true, peak: { peak: 80 } });
    expect(shift.reports.at(-1)?.peak?.online).toBe(shift.reports.at(-2)?.online);
  } finally {
    await shift.end();
  }
});
