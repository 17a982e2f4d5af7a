/**
 * Whether a source is believed. What it shows is documented nowhere in detail, so it is tried by what is known: our own log-offs.
 * Until it has shown enough of them rightly its answers are counted and not used. Pure.
 */
import type { Instant } from '../time/time.ts';

/** Where evidence comes from. */
export const EVIDENCE_SOURCES = ['timeline', 'push', 'sign_ins'] as const;
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** How a source stood its trials. */
export interface Calibration {
  /** Log-offs of ours that it showed rightly since it was wrong last. */
  readonly right: number;
  /** How often it was wrong. */
  readonly wrong: number;
  /** The newest log-off that it was tried by: each counts once. */
  readonly triedTo: Instant | undefined;
}

/** So many log-offs of ours must be shown rightly, and none wrongly, before a source is believed. */
export const RIGHT_TO_BE_BELIEVED = 3;

export const UNTRIED: Calibration = { right: 0, wrong: 0, triedTo: undefined };

/** Whether its answers are used. */
export function isBelieved({ right }: Calibration): boolean {
  return right >= RIGHT_TO_BE_BELIEVED;
}

/** After one more trial: the source showed our log-off of this time rightly, or wrongly. A wrong answer begins the trials anew. */
export function tried(calibration: Calibration, isRight: boolean, at: Instant): Calibration {
  const { right, wrong, triedTo = -Infinity } = calibration;
  // Log-offs of one moment count as one where they are shown rightly; one that is shown wrongly always counts.
  if (!isRight) return { right: 0, wrong: wrong + 1, triedTo: Math.max(triedTo, at) };
  return at > triedTo ? { right: right + 1, wrong, triedTo: at } : calibration;
}
