/** Instants on the page: in the organisation's zone for all, in the reader's own where a script may run. */
import { MINUTE, type Instant } from '../../domain/time/time.ts';
import { wallTime } from '../../domain/time/zone.ts';

/** Writes an instant as HTML. */
export interface PageTimes {
  /** `15:42`, or with the date in front when it is another day. */
  readonly short: (at: Instant) => string;
  /** `2026-03-02 15:42`. */
  readonly full: (at: Instant) => string;
  /** `15:42`, whatever the day. */
  readonly clock: (at: Instant) => string;
}

/** The times of a page that is made at `today`. Throws RangeError for an unknown zone. */
export function pageTimes(zone: string, today: Instant): PageTimes {
  const text = (at: Instant): string =>
    new Date(wallTime(zone, Math.floor(at / MINUTE) * MINUTE)).toISOString().slice(0, 16).replace('T', ' ');
  const date = text(today).slice(0, 10);
  const element = (at: Instant, form: string, shown: string): string =>
    `<time datetime="${new Date(at).toISOString()}" data-form="${form}">${shown}</time>`;
  return {
    short: (at) => {
      const full = text(at);
      return element(at, 'short', full.startsWith(date) ? full.slice(11) : full);
    },
    full: (at) => element(at, 'full', text(at)),
    clock: (at) => element(at, 'clock', text(at).slice(11)),
  };
}
