/** The licence peak of a month that is not over: head-counts are added as they come, and nothing is kept but what may still matter. */
import { DAY, type Duration, type Instant, type Interval } from '../time/time.ts';
import { COUNT_LASTS, IGNORED_BELOW, type HeadCount } from './head-counts.ts';

/** More usual intervals than this without a count are a gap, as for the clocks of agents. */
const GAP = 3;

/** What a month is known to have had outlasts a gap of a day; after a longer one it is learnt again. */
const MAY_BE_MISSED: Duration = DAY;

/**
 * Follows one billing month. Its peak is the stricter reading of the published method, `Peak.atOrAbove`: where the top is ragged no
 * single head-count lasts, and a peak that is too low would make rules act too early. Mutable; has one owner.
 */
export class RunningPeak {
  readonly month: Interval;
  /** Counts further apart do not speak for the time between them. */
  readonly #lasts: Duration;
  readonly #usual: Duration;
  #peak = 0;
  /** How long each head-count above the peak lasted so far: together less than half an hour. */
  readonly #above = new Map<number, Duration>();
  #last: HeadCount | undefined;
  #knownFrom: Instant;

  /** `usualInterval` is the usual time between two counts. */
  constructor(month: Interval, usualInterval: Duration) {
    this.month = month;
    this.#lasts = Math.max(COUNT_LASTS, GAP * usualInterval);
    this.#usual = Math.min(this.#lasts, usualInterval);
    this.#knownFrom = month.from;
  }

  /** The largest head-count at or above which the month has spent half an hour; 0 while there is none. */
  get peak(): number {
    return this.#peak;
  }

  /**
   * Since when nobody has to guess: the beginning of the month, unless more than a day passed without a count since. What was before may
   * have had a higher peak.
   */
  get knownFrom(): Instant {
    return this.#knownFrom;
  }

  /** The newest count. */
  get last(): HeadCount | undefined {
    return this.#last;
  }

  /** The newest count, while it still speaks for `now`. */
  countAt(now: Instant): number | undefined {
    const last = this.#last;
    return last === undefined || now < last.at || now - last.at > this.#lasts ? undefined : last.online;
  }

  /** Adds the next count; nothing where it is not later than the last. */
  add(count: HeadCount): void {
    const last = this.#last;
    if (last !== undefined && count.at <= last.at) return;
    if (last !== undefined) this.#spend(last, count.at);
    const before = Math.max(this.month.from, last?.at ?? this.month.from);
    if (count.at - before > Math.max(MAY_BE_MISSED, this.#lasts)) this.#knownFrom = count.at;
    this.#last = count;
  }

  /** A count is good until the next; where that is far away, for the usual time. */
  #spend({ at, online }: HeadCount, next: Instant): void {
    if (online <= this.#peak) return;
    const until = next - at <= this.#lasts ? next : at + this.#usual;
    const length = Math.min(until, this.month.to) - Math.max(at, this.month.from);
    if (length <= 0) return;
    this.#above.set(online, (this.#above.get(online) ?? 0) + length);
    this.#raise();
  }

  #raise(): void {
    let sum = 0;
    for (const [online, length] of [...this.#above].sort(([a], [b]) => b - a)) {
      sum += length;
      if (sum >= IGNORED_BELOW) this.#peak = Math.max(this.#peak, online);
    }
    for (const online of this.#above.keys()) if (online <= this.#peak) this.#above.delete(online);
  }
}
