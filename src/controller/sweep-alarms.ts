/** What is said of a sweep that has ended: the line of the log, and what it is an alarm for. */
import type { SweepReport } from '../ports/metrics.ts';
import type { ActuatorDeps } from './actuator/deps.ts';
import type { Alarms } from './alarms.ts';
import { nonZero } from './sweep-report.ts';
import type { Watched } from './watched.ts';

/** The line of the log. */
export function logSweep(log: ActuatorDeps['log'], report: SweepReport, traceId: string | undefined): void {
  const { verdicts, ...numbers } = report;
  log.info({ ...numbers, traceId, verdicts: nonZero(verdicts) }, 'sweep done');
}

/** Raises and clears. `storeFault` says why the store failed, if it did. */
export function raiseAfter(
  { alarms, log, name }: Pick<ActuatorDeps, 'log' | 'name'> & { readonly alarms: Alarms },
  { now, context, findings, summary }: Watched,
  report: SweepReport,
  storeFault: string | undefined,
): void {
  const { policy } = context;
  const detail = { detail: storeFault };
  alarms.while('store', storeFault !== undefined, now, 'the store failed: observing only', detail);
  alarms.after(report, now, (policy.unsure?.size ?? 0) > 0 ? report.verdicts.names_unsure : 0);
  if (alarms.drifts(summary.clockError, now))
    log.warn({ clockError: summary.clockError }, 'the clocks of this machine and the platform drift apart');
  alarms.engaged(findings, policy.caps.engagedTooLong, now, name);
}
