/** Billing months: from a day of the month to the same day of the next, in the zone of the bill. Pure. */
import type { Instant, Interval } from '../time/time.ts';
import { localTimeAt, wallTime } from '../time/zone.ts';

/** How the organisation is billed for concurrent licences. */
export interface Billing {
  /** Day of the month, 1 to 31. A month that has no such day begins a billing month on its last one. */
  readonly startsOn: number;
  /** IANA zone of the bill. */
  readonly zone: string;
  /** The licence peak that a month is expected to have; `undefined` where the policy does not say. */
  readonly expectedPeak: number | undefined;
}

/** Calendar months in UTC. */
export const PLAIN_BILLING: Billing = { startsOn: 1, zone: 'UTC', expectedPeak: undefined };

/** One billing month. */
export interface BillingMonth extends Interval {
  /** `2026-03`; where it does not begin on the first, the day on which it begins: `2026-03-15`. */
  readonly month: string;
}

/** One billing month, cut to what was asked for. */
export interface BillingPeriod extends BillingMonth {
  /** The whole month lies within what was asked for. */
  readonly whole: boolean;
}

/** What says when billing months begin. */
export type BillingCalendar = Pick<Billing, 'startsOn' | 'zone'>;

/** The billing month in which `at` lies. Throws RangeError for an unknown zone. */
export function billingMonthAt(at: Instant, calendar: BillingCalendar): BillingMonth {
  const local = new Date(wallTime(calendar.zone, at));
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  const from = beginning(year, month, calendar);
  return at < from ? monthFrom(year, month - 1, calendar) : monthFrom(year, month, calendar);
}

/** The billing months that touch `span`, in order. Throws RangeError for an unknown zone. */
export function billingPeriods(span: Interval, calendar: BillingCalendar): readonly BillingPeriod[] {
  const periods: BillingPeriod[] = [];
  let { from } = billingMonthAt(span.from, calendar);
  while (from < span.to) {
    const month = billingMonthAt(from, calendar);
    const cut = { from: Math.max(month.from, span.from), to: Math.min(month.to, span.to) };
    const whole = cut.from === month.from && cut.to === month.to;
    if (cut.to > cut.from) periods.push({ ...cut, month: month.month, whole });
    from = month.to;
  }
  return periods;
}

/** `month` counts from 0, and may be before or after its year. */
function monthFrom(year: number, month: number, calendar: BillingCalendar): BillingMonth {
  const date = new Date(firstDay(year, month, calendar)).toISOString();
  return {
    from: beginning(year, month, calendar),
    to: beginning(year, month + 1, calendar),
    month: calendar.startsOn === 1 ? date.slice(0, 7) : date.slice(0, 10),
  };
}

/** When the clock of the zone first shows the midnight on which the month begins, or the first time after a midnight that is skipped. */
function beginning(year: number, month: number, calendar: BillingCalendar): Instant {
  return localTimeAt(calendar.zone, firstDay(year, month, calendar)).first;
}

/** Midnight as the wall clock shows it. */
function firstDay(year: number, month: number, { startsOn }: BillingCalendar): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(startsOn, lastDay));
}
