/** What the tests of the enforcer's parts share: reports of sweeps, and a log that can be read. */
import { REASONS, type Reason } from '../../src/domain/judging/judge.ts';
import type { Instant } from '../../src/domain/time/time.ts';
import type { Log } from '../../src/ports/log.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';

export const BASE: Instant = Date.parse('2026-03-02T14:00:00Z');

/** A sweep of a hundred people in which nothing happened. */
export function report(parts: Partial<SweepReport> = {}): SweepReport {
  return {
    sweepId: 'a1b2c3d4',
    startedAt: BASE,
    took: 300,
    complete: true,
    fault: undefined,
    hold: undefined,
    listed: 100,
    seen: 100,
    online: 60,
    clockError: 0,
    verdicts: verdicts(),
    deferred: {},
    outcomes: { verified: 0, unverified: 0, failed: 0, dropped: 0, observed: 0 },
    unknown: {},
    breakerHolds: 0,
    overdue: 0,
    engagedTooLong: 0,
    left: 0,
    nextDueAt: undefined,
    ...parts,
  };
}

/** So many agents of each verdict; none of all others. */
export function verdicts(some: Partial<Record<Reason, number>> = {}): Record<Reason, number> {
  return { ...(Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>), ...some };
}

/** A log that keeps its sentences, each with its level before it. */
export class Sentences implements Log {
  readonly said: string[] = [];

  debug(_: object, message: string): void {
    this.said.push(`debug: ${message}`);
  }

  info(_: object, message: string): void {
    this.said.push(`info: ${message}`);
  }

  warn(_: object, message: string): void {
    this.said.push(`warn: ${message}`);
  }

  error(_: object, message: string): void {
    this.said.push(`error: ${message}`);
  }
}
