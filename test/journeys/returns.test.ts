/** Returns are counted, recorded and learnt from once each, wherever in a sweep they are first seen. */
import { expect, test } from '@jest/globals';
import { NO_BEHAVIOUR_KNOWN, returnsSeen } from '../../src/domain/tracking/platform-behaviour.ts';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { createRandom } from '../../src/sandbox/random.ts';
import { RETURNING } from './casts.ts';
import { policyText, Shift } from './shift.ts';

const CAST = [...RETURNING, 'went-home-on-queue', 'comes-back'] as const;
const POLICY = policyText({
  rules: `
      - { id: gone, when: { presence: [available, away, break, busy, on_queue, idle] }, limit: 20m, waiting_on_queue: true }`,
});

function metric(text: string, kind: string): number {
  return Number(
    new RegExp(`^idle_enforcer_returns_total\\{[^}]*kind="${kind}"[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1],
  );
}

function reasons(events: readonly StoredEvent[], begin: string): number {
  return events.filter(({ kind, reason }) => kind === 'return' && reason?.startsWith(begin)).length;
}

test.each([1, 2, 3])(
  'metric, record and what is learnt agree though returns show in the middle of log-offs (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const shift = await Shift.begin({
      agents: 18,
      cast: CAST,
      shiftMs: 1 * HOUR,
      seed,
      policy: POLICY,
      inMemory: true,
    });
    try {
      // Each look in the middle of a log-off may come a good while after what was done, so that browsers are back by then.
      shift.beforeReading(() => {
        shift.clock.windTo(shift.clock.now() + Math.floor(random() * 25) * SECOND);
      });
      await shift.until(150);
      const events = await shift.events();
      const text = await shift.metrics.registry.metrics();
      expect(reasons(events, 'silent')).toBe(metric(text, 'silent'));
      expect(reasons(events, 'late after our')).toBe(metric(text, 'late'));
      expect(reasons(events, 'silent')).toBeGreaterThan(10);
      const dated = events.filter(
        ({ kind, delay }) => kind === 'return' && delay !== undefined && delay <= 10 * MINUTE,
      );
      expect(returnsSeen((await shift.store.learnt()) ?? NO_BEHAVIOUR_KNOWN)).toBe(dated.length);
      const places = dated.map(({ agentId, at }) => `${agentId} ${at}`);
      expect(new Set(places).size).toBe(places.length);
      // Some were first seen by the look after a log-off.
      expect(events.some(({ reason }) => reason === 'returned')).toBe(true);
    } finally {
      await shift.end();
    }
  },
);
