/** The organisation's head-count in a policy test, which has one agent: what the timeline says of it. */
import { PLAIN_BILLING } from '../../domain/licence/billing.ts';
import type { PeakStanding } from '../../domain/licence/near-peak.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { HeadCountWords } from '../../simulation/timeline.ts';

/** From then on. */
export interface HeadCountAt extends HeadCountWords {
  readonly at: Instant;
}

/** How it stands to the peak; `undefined` before the timeline says. A peak that is not said is that which the policy expects. */
export function peakAt(
  headCounts: readonly HeadCountAt[],
  { billing = PLAIN_BILLING }: Policy,
  now: Instant,
): PeakStanding | undefined {
  const said = headCounts.findLast(({ at }) => at <= now);
  if (said === undefined) return undefined;
  const { online, peak = 0 } = said;
  return { online, peak: Math.max(peak, billing.expectedPeak ?? 0), learntAt: undefined };
}
