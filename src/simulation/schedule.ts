/** What workforce management publishes for the agent of a policy test. */
import { shiftsOf, type Activity, type Published, type Shifts } from '../domain/time/shifts.ts';
import { common, unionOf, without } from '../domain/time/spans.ts';
import type { Instant, Interval } from '../domain/time/time.ts';
import type { Scheduled } from './timeline.ts';

/** One span of a schedule as a test tells it. */
export interface ScheduledSpan extends Interval {
  readonly what: Scheduled;
}

/**
 * The schedule, which is known, and holds, from `from` to `to`. Within a shift the agent is on queue where nothing else is told;
 * time off that lies in no shift is a whole day.
 */
export function scheduleOf(spans: readonly ScheduledSpan[], from: Instant, to: Instant): Shifts {
  const shifts = unionOf(spans.filter(({ what }) => what === 'shift'));
  const parts = spans.flatMap(({ what, ...span }): readonly Activity[] =>
    what === 'shift' || what === 'unknown' ? [] : [{ ...span, category: what }],
  );
  const published: Published = {
    shifts: shifts.map((shift) => ({ ...shift, activities: activitiesOf(shift, parts) })),
    daysOff: parts.filter((part) => part.category === 'time_off' && common([part], shifts).length === 0),
  };
  const told = shiftsOf(published, from, to);
  const unknown = unionOf(spans.filter(({ what }) => what === 'unknown'));
  const untold = unknown.map((span) => ({ ...span, category: 'unknown' as const }));
  return {
    ...told,
    readAt: to,
    known: without(told.known, unknown),
    activities: [...told.activities, ...untold],
  };
}

function activitiesOf(shift: Interval, parts: readonly Activity[]): readonly Activity[] {
  const within = parts.flatMap(({ category, ...part }) =>
    common([shift], [part]).map((span) => ({ ...span, category })),
  );
  const rest = without([shift], unionOf(within)).map((span) => ({
    ...span,
    category: 'on_queue_work' as const,
  }));
  return [...within, ...rest];
}
