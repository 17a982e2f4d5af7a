/** How near the licence peak the head-count is, in words. */
import { peakShareOf, type PeakStanding } from '../../domain/licence/near-peak.ts';
import { percentText } from '../../texts/percent.ts';
import type { Times } from './times.ts';

/** One sentence. */
export function peakSentence(standing: PeakStanding, times: Pick<Times, 'exact'>): string {
  const { online, peak, learntAt } = standing;
  if (online === undefined)
    return 'Head-count: not known, as no complete sweep was made lately; rules with near_peak only observe.';
  const share = peakShareOf(standing);
  if (share !== undefined)
    return `Head-count: ${online}, which is ${percentText(share)} of the licence peak of ${peak}.`;
  const until =
    learntAt === undefined
      ? 'until it has had a licence peak'
      : `until ${times.exact(learntAt)}, while its licence peak is learnt`;
  return `Head-count: ${online}; rules with near_peak only observe ${until} (billing.expected_peak would say it).`;
}

/** The same for programs. */
export function peakFacts(standing: PeakStanding): Readonly<Record<string, unknown>> {
  const { online, peak, learntAt } = standing;
  return { online, peak, learntAt, share: peakShareOf(standing) };
}
