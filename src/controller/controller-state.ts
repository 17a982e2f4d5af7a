/** The enforcer's own standing between two sweeps: what it was before, and what one sweep makes of it. Pure. */
import { EMPTY_LEDGER, type Ledger } from '../domain/planning/plan.ts';
import type { ControllerState } from '../domain/record.ts';
import type { Duration, Instant } from '../domain/time/time.ts';

/** So many intervals between sweeps are remembered: enough for a median, few enough to follow a change of pace. */
const INTERVALS_KEPT = 15;
/** Below this many a median says nothing. */
const INTERVALS_NEEDED = 3;
/** After so many sweeps in a row that agree on a much smaller population, it is believed. */
const BELIEVED_AFTER = 10;

export const NO_CONTROLLER_STATE: ControllerState = {
  policyHash: undefined,
  settleLeft: 0,
  lastCompleteAt: undefined,
  population: 0,
  forgottenAt: undefined,
  intervals: [],
  ledger: EMPTY_LEDGER,
  observedLedger: EMPTY_LEDGER,
};

/** The larger of the schedule's longest interval and the recent median, so that slow sweeps and `once` work too. */
export function usualInterval(longest: Duration, intervals: readonly Duration[]): Duration {
  if (intervals.length < INTERVALS_NEEDED) return longest;
  const sorted = [...intervals].sort((a, b) => a - b);
  return Math.max(longest, sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/**
 * Doubts a population that fell by more than half, until so many sweeps agree that it is so. Keeps count itself; one
 * for each run of the program.
 */
export class Doubt {
  #sweeps = 0;

  believes(listed: number, before: number): boolean {
    this.#sweeps = listed < before / 2 ? this.#sweeps + 1 : 0;
    return this.#sweeps === 0 || this.#sweeps > BELIEVED_AFTER;
  }
}

/** Adds the distance between two sweeps that followed each other. */
function withInterval(intervals: readonly Duration[], interval: Duration): readonly Duration[] {
  return interval <= 0 ? intervals : [...intervals, interval].slice(-INTERVALS_KEPT);
}

/** What one sweep leaves behind for the next. */
export interface SweepOutcome {
  readonly policyHash: string;
  /** Everyone was read, and the number is believed. */
  readonly complete: boolean;
  readonly startedAt: Instant;
  readonly listed: number;
  /** This sweep included. */
  readonly settleLeft: number;
  readonly ledger: Ledger;
  readonly observedLedger: Ledger;
}

/** The standing after a sweep whose plans are made and not carried out yet. Only a complete one counts as watching. */
export function nextControllerState(last: ControllerState, swept: SweepOutcome): ControllerState {
  const { policyHash, complete, startedAt, listed, ledger, observedLedger } = swept;
  const same: ControllerState = { ...last, policyHash, settleLeft: swept.settleLeft, ledger, observedLedger };
  if (!complete) return same;
  const interval = last.lastCompleteAt === undefined ? 0 : startedAt - last.lastCompleteAt;
  return {
    ...same,
    settleLeft: Math.max(0, swept.settleLeft - 1),
    lastCompleteAt: startedAt,
    population: listed,
    intervals: withInterval(last.intervals, interval),
  };
}
