/** How near the organisation's head-count is to the peak that it is billed for: the one fact that `near_peak` asks for. Pure. */
import { DAY, type Duration, type Instant } from '../time/time.ts';
import type { Billing } from './billing.ts';
import type { RunningPeak } from './running-peak.ts';

/** So long a month without an expected peak is only watched: its first peaks say nothing yet. */
export const MONTH_IS_LEARNT_FOR: Duration = 3 * DAY;

/** What is known of the head-count at one moment. */
export interface PeakStanding {
  /** Of the last complete sweep; `undefined` where that is too long ago to say anything. */
  readonly online: number | undefined;
  /** The larger of the billing month's peak so far and the peak that is expected. */
  readonly peak: number;
  /** Until then the month's peak is being learnt, and nothing is near it; `undefined` where it is known. */
  readonly learntAt: Instant | undefined;
}

/** How things stand at `now`, which lies in the month. */
export function peakStanding(running: RunningPeak, { expectedPeak }: Billing, now: Instant): PeakStanding {
  const learntAt = running.knownFrom + MONTH_IS_LEARNT_FOR;
  const isLearnt = expectedPeak !== undefined || now >= learntAt;
  return {
    online: running.countAt(now),
    peak: Math.max(running.peak, expectedPeak ?? 0),
    learntAt: isLearnt ? undefined : learntAt,
  };
}

/** The head-count as a share of the peak; `undefined` where either is not known: then no rule is near it. */
export function peakShareOf(standing: PeakStanding | undefined): number | undefined {
  if (standing === undefined) return undefined;
  const { online, peak, learntAt } = standing;
  return online === undefined || peak <= 0 || learntAt !== undefined ? undefined : online / peak;
}

/** Whether a rule that acts only near the peak may act. A rule without such a bound always may. */
export function isNearPeak(
  { nearPeak }: { readonly nearPeak?: number | undefined },
  share: number | undefined,
): boolean {
  return nearPeak === undefined || (share !== undefined && share >= nearPeak);
}
