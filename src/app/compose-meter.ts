/** What the sweeps count and raise, on its way to metrics, health and the outbox. */
import type { Alarms } from '../controller/alarms.ts';
import type { Clock } from '../ports/clock.ts';
import type { Meter, SweepReport } from '../ports/metrics.ts';
import type { Health } from '../server/health.ts';
import type { Metrics } from '../server/metrics.ts';
import type { Telling } from './compose-notify.ts';

interface MeterParts {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly alarms: Alarms;
}

/**
 * Alarms of the sweeps. Some are raised once and never again, and acting may take minutes: a crash before the end of the sweep must
 * not lose them. Those that come together go into the outbox together.
 */
export function keptAtOnce({ alarm, notifier }: Telling): Telling['alarm'] {
  let isKept = true;
  return (raised) => {
    alarm(raised);
    if (!isKept) return;
    isKept = false;
    queueMicrotask(() => {
      isKept = true;
      void notifier.keep();
    });
  };
}

/** What the sweeps count, and who is told of it. */
export function meterOf(
  { metrics, health, clock, alarms }: MeterParts,
  onReport: (report: SweepReport) => void,
): Meter {
  return {
    sweepEnded: (report) => {
      onReport(report);
      metrics.sweepEnded(report);
      health.turned(clock.now());
      if (report.complete) health.completed(clock.now());
    },
    sweepFailed: () => {
      metrics.sweepFailed();
      alarms.unwatched(clock.now(), 'the sweep failed');
    },
    missed: (why, count) => {
      metrics.missed(why, count);
      // A machine that was suspended is no alarm; a sweep that never ends is.
      if (why === 'overlap') alarms.unwatched(clock.now(), 'the sweep before has not ended');
    },
    logoff: (rule, outcome, mode) => {
      metrics.logoff(rule, outcome, mode);
    },
    returned: (kind, delay) => {
      metrics.returned(kind, delay);
    },
    evidence: (source, answer) => {
      metrics.evidence(source, answer);
    },
    alarm: (kind) => {
      metrics.alarm(kind);
    },
  };
}
