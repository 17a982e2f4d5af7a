/** What is said of a sweep that has ended: the line of the log, and what it is an alarm for. */
import { areApart } from '../domain/planning/holds.ts';
import type { SweepReport } from '../ports/metrics.ts';
import type { OpenInteractions } from '../ports/open-interactions.ts';
import type { ActuatorDeps } from './actuator/deps.ts';
import type { Alarms } from './alarms.ts';
import { nonZero } from './sweep-report.ts';
import type { Watched } from './watched.ts';

/** The line of the log. */
export function logSweep(log: ActuatorDeps['log'], report: SweepReport, traceId: string | undefined): void {
  const { verdicts, ...numbers } = report;
  log.info({ ...numbers, traceId, verdicts: nonZero(verdicts) }, 'sweep done');
}

/** Of so many agents in one sweep it is asked which conversations they have open. */
const MOST_ASKED = 10;

/** Adds the conversations of agents who are to be reported as engaged for too long. Never rejects: without them it is reported too. */
export async function withConversations(
  { alarms, openInteractions }: { readonly alarms: Alarms; readonly openInteractions?: OpenInteractions },
  watched: Watched,
  signal: AbortSignal,
): Promise<Watched> {
  const { findings, now, context, summary } = watched;
  if (openInteractions === undefined || areApart(summary.clockError)) return watched;
  const stuck = alarms.toReport(findings, context.policy.caps.engagedTooLong, now).slice(0, MOST_ASKED);
  if (stuck.length === 0) return watched;
  const ask = async (id: string): Promise<readonly (readonly [string, readonly string[]])[]> => {
    const found = await openInteractions.of(id, signal).catch(() => undefined);
    return found === undefined || found.length === 0 ? [] : [[id, found]];
  };
  const asked = await Promise.all(stuck.map(({ agent }) => ask(agent.id)));
  return { ...watched, conversations: new Map(asked.flat()) };
}

/** Raises and clears. `storeFault` says why the store failed, if it did. */
export function raiseAfter(
  { alarms, log, name }: Pick<ActuatorDeps, 'log' | 'name'> & { readonly alarms: Alarms },
  { now, context, findings, summary, conversations }: Watched,
  report: SweepReport,
  storeFault: string | undefined,
): void {
  const { policy } = context;
  const detail = { detail: storeFault };
  alarms.while('store', storeFault !== undefined, now, 'the store failed: observing only', detail);
  alarms.after(report, now, (policy.unsure?.size ?? 0) > 0 ? report.verdicts.names_unsure : 0);
  if (alarms.drifts(summary.clockError, now))
    log.warn({ clockError: summary.clockError }, 'the clocks of this machine and the platform drift apart');
  // By a wrong clock every interaction is a long one.
  if (!areApart(summary.clockError))
    alarms.engaged(findings, policy.caps.engagedTooLong, now, name, conversations);
}
