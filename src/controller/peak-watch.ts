/**
 * Follows the licence peak of the billing month for rules that act only near it. What counts are the head-counts of complete sweeps, which
 * are on record: after a start, a taking over, a change of the policy or of the clock the month is read from there again, and nothing
 * has to be remembered beside it. Where no rule asks, nothing is read.
 */
import { billingMonthAt, PLAIN_BILLING, type Billing } from '../domain/licence/billing.ts';
import type { HeadCount } from '../domain/licence/head-counts.ts';
import { peakStanding, type PeakStanding } from '../domain/licence/near-peak.ts';
import { RunningPeak } from '../domain/licence/running-peak.ts';
import { everyRule } from '../domain/policy/when.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { DAY, type Duration, type Instant } from '../domain/time/time.ts';
import type { Store } from '../ports/store.ts';

/** Whoever knows how many are online. */
export interface HeadCountSource {
  /** How the head-count stands to the peak, by sweeps that are so far apart at most; `undefined` where no rule asks for it, or it cannot be told. */
  standing(policy: Policy, now: Instant, longestInterval: Duration): Promise<PeakStanding | undefined>;
  /** A complete sweep saw so many. */
  counted(count: HeadCount): void;
}

/** A count of the day before tells how the month began. */
const READ_BEFORE: Duration = DAY;

/** What a running peak is good for. */
interface Followed {
  readonly running: RunningPeak;
  /** Of the policy: with another one the month, or the pace of the sweeps, may be another. */
  readonly hash: string;
}

/** Head-counts of the sweeps on record. One for each run of a controller. */
export class PeakWatch implements HeadCountSource {
  readonly #store: Pick<Store, 'countPages'>;
  #followed: Followed | undefined;

  constructor(store: Pick<Store, 'countPages'>) {
    this.#store = store;
  }

  /** Never rejects: with a store that cannot be read nothing is near the peak, and the next sweep tries again. */
  async standing(policy: Policy, now: Instant, longestInterval: Duration): Promise<PeakStanding | undefined> {
    const { billing = PLAIN_BILLING } = policy;
    if (!asksForPeak(policy)) {
      this.#followed = undefined;
      return undefined;
    }
    try {
      const running = await this.#follow(policy.hash, billing, now, longestInterval);
      return peakStanding(running, billing, now);
    } catch {
      this.#followed = undefined;
      return undefined;
    }
  }

  counted(count: HeadCount): void {
    this.#followed?.running.add(count);
  }

  async #follow(
    hash: string,
    billing: Billing,
    now: Instant,
    longestInterval: Duration,
  ): Promise<RunningPeak> {
    const followed = this.#followed;
    if (followed?.hash === hash && isWithin(followed.running, now)) return followed.running;
    const month = billingMonthAt(now, billing);
    const running = new RunningPeak(month, longestInterval);
    for await (const page of this.#store.countPages(month.from - READ_BEFORE, now + 1))
      for (const count of page) running.add(count);
    this.#followed = { running, hash };
    return running;
  }
}

/** Whether the month goes on at `now`. Where a clock went back, what was counted belongs to a time that is still to come. */
function isWithin({ month, last }: RunningPeak, now: Instant): boolean {
  return now >= (last?.at ?? month.from) && now < month.to;
}

/** Whether a rule of the policy acts only near the peak. */
function asksForPeak(policy: Policy): boolean {
  return everyRule(policy).some(({ nearPeak }) => nearPeak !== undefined);
}
