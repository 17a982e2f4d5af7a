/** Parts of a worker that tell people nothing and count nothing: for workers that live in a simulation. */
import type { Agent } from '../domain/agent.ts';
import type { Alarm } from '../ports/alarms.ts';
import type { Log } from '../ports/log.ts';
import type { Meter } from '../ports/metrics.ts';
import type { NameLookups } from '../ports/names.ts';

/** See `QUIET`. */
export interface QuietParts {
  readonly log: Log;
  readonly meter: Meter;
  readonly alarm: (alarm: Alarm) => void;
  /** Names stand for what they stood for at the start. */
  readonly names: NameLookups;
  readonly name: (agent: Agent) => string;
}

/** Does nothing. */
export function nothing(): void {
  return undefined;
}

/** Nothing of a simulation is told. */
export const QUIET: QuietParts = {
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  meter: {
    sweepEnded: nothing,
    sweepFailed: nothing,
    missed: nothing,
    logoff: nothing,
    returned: nothing,
    evidence: nothing,
    alarm: nothing,
  },
  alarm: nothing,
  names: { latest: (policy) => Promise.resolve(policy) },
  name: ({ id }) => id,
};
