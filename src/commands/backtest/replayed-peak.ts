/**
 * The licence peak in a replay. Whether it is near depends on all agents, so it is known for the sweep that is being replayed and for none
 * after it. Mutable; belongs to one policy of one replay.
 */
import { billingMonthAt, PLAIN_BILLING, type Billing } from '../../domain/licence/billing.ts';
import { peakShareOf, peakStanding } from '../../domain/licence/near-peak.ts';
import { RunningPeak } from '../../domain/licence/running-peak.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';

/** The peak of the billing month under one policy, from the head-counts that the replay comes to. */
export class ReplayedPeak {
  readonly #billing: Billing;
  readonly #interval: Duration;
  /** The least share with which a rule acts; `undefined` where no rule asks. */
  readonly #least: number | undefined;
  #running: RunningPeak | undefined;
  #share: number | undefined;

  constructor({ billing = PLAIN_BILLING, profiles }: Policy, interval: Duration) {
    this.#billing = billing;
    this.#interval = interval;
    const asked = profiles.flatMap(({ rules }) => rules.flatMap(({ nearPeak }) => nearPeak ?? []));
    this.#least = asked.length === 0 ? undefined : Math.min(...asked);
  }

  /** The head-count as a share of the peak, in the sweep that is being replayed: that of the sweep before. */
  get share(): number | undefined {
    return this.#share;
  }

  /** Some rule may act. */
  get isNear(): boolean {
    return this.#least !== undefined && this.#share !== undefined && this.#share >= this.#least;
  }

  /** Begins a sweep; `online` were online in the one before, which is `undefined` for the first. */
  begin(now: Instant, online: number | undefined): void {
    if (this.#least === undefined) return;
    if (online !== undefined) this.#running?.add({ at: now - this.#interval, online });
    if (this.#running === undefined || now >= this.#running.month.to) this.#running = this.#next(now, online);
    this.#share = peakShareOf(peakStanding(this.#running, this.#billing, now));
  }

  /** The month of `now`, which begins with what was online before it. */
  #next(now: Instant, online: number | undefined): RunningPeak {
    const running = new RunningPeak(billingMonthAt(now, this.#billing), this.#interval);
    if (online !== undefined) running.add({ at: now - this.#interval, online });
    return running;
  }
}
