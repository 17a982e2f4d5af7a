/** Says in the log what holds agents back, once when it begins and once when it is over: a worker that only watches says why. */
import type { Hold } from '../domain/planning/plan.ts';
import type { Duration } from '../domain/time/time.ts';
import type { Log } from '../ports/log.ts';
import type { SweepReport } from '../ports/metrics.ts';

/** Beside the counts of a plan, what keeps clocks from running. */
type Said = Exclude<Hold, 'forbidden' | 'backoff'> | 'clock_jumped';

/** `forbidden` and `backoff` concern single agents: their failed log-offs are in the log already. */
const SENTENCES = {
  paused: 'no action is taken: the kill switch is on; "resume" ends it',
  clock: 'no action is taken: the clocks of this machine and the platform are more than five minutes apart',
  clock_jumped:
    'time is not counted: the clock of this machine or of the platform jumped, or runs at another speed than the other',
  store: 'no action is taken: the store cannot be used',
  incomplete: 'no action is taken: the sweep did not see all agents',
  settling:
    'no action is taken yet: the first sweeps after a start, an outage or a changed policy only observe',
  breaker: 'agents are held back: too many became due at once; "resume" lets them go',
  per_sweep: 'agents are held back: more are due than caps.per_sweep allows',
  per_hour: 'agents are held back: the log-offs of caps.per_hour are used up',
} as const satisfies Record<Said, string>;

const OVER = 'what held agents back is over';

/** One for each run of the program. */
export class HoldWords {
  readonly #log: Pick<Log, 'info' | 'warn'>;
  #current: ReadonlySet<Said> = new Set();

  constructor(log: Pick<Log, 'info' | 'warn'>) {
    this.#log = log;
  }

  /** Looks at one sweep; `jumped` is by how much the clocks moved against each other since the last one, if that is too much. */
  after({ sweepId, hold, deferred }: SweepReport, jumped: Duration | undefined): void {
    const now = saidOf(hold, deferred, jumped);
    for (const each of now) {
      if (this.#current.has(each)) continue;
      const jump = each === 'clock_jumped' ? { jumped } : {};
      // Watching after a start is the usual course of things.
      this.#log[each === 'settling' ? 'info' : 'warn']({ sweepId, hold: each, ...jump }, SENTENCES[each]);
    }
    for (const each of this.#current) if (!now.has(each)) this.#log.info({ sweepId, hold: each }, OVER);
    this.#current = now;
  }
}

function saidOf(
  hold: SweepReport['hold'],
  deferred: SweepReport['deferred'],
  jumped: Duration | undefined,
): ReadonlySet<Said> {
  const all = Object.keys(SENTENCES) as Said[];
  return new Set(
    all.filter((each) => {
      if (each === 'clock_jumped') return jumped !== undefined;
      return each === hold || (deferred[each] ?? 0) > 0;
    }),
  );
}
