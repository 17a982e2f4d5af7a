/** When to sweep: node-cron, with its messages in our log and its missed and overlapping runs counted. */
import { createTask, type Logger, type ScheduledTask } from 'node-cron';
import { SECOND, type Duration, type Instant } from '../domain/time.ts';
import type { Log } from './ports.ts';

/** How often the machine's clock is looked at, and by how much it must have been set back to matter. */
const LOOK: Duration = 10 * SECOND;
const SET_BACK: Duration = 2 * SECOND;

export interface ScheduleHooks {
  readonly onTick: () => Promise<void>;
  /** A run that was due did not happen: the process was busy or suspended, or the last sweep was still going. */
  readonly onMissed: (why: 'late' | 'overlap') => void;
}

export interface Schedule {
  /** When the next sweep is due, in local time. */
  readonly next: () => Instant | undefined;
  /** No tick begins any more; one that is under way goes on. */
  readonly stop: () => Promise<void>;
}

/** Starts ticking. `cron` has been validated with the policy; it is read in UTC, where no hour is skipped or repeated. */
export async function startSchedule(cron: string, log: Log, hooks: ScheduleHooks): Promise<Schedule> {
  let task = await startTask(cron, log, hooks);
  let changing = Promise.resolve();
  const begunAnew = async (): Promise<void> => {
    await task.destroy();
    task = await startTask(cron, log, hooks);
  };
  // The scheduler waits until the clock has reached the next tick: after it was set back, for so long again.
  const endWatch = watchClock(() => {
    log.warn({}, 'the clock of this machine was set back: the schedule begins anew');
    changing = changing.then(begunAnew);
  });
  return {
    next: () => task.getNextRun()?.getTime(),
    stop: async () => {
      endWatch();
      await changing;
      await task.destroy();
    },
  };
}

/** Calls when the wall clock falls behind the one that nobody sets. */
function watchClock(onSetBack: () => void): () => void {
  const ahead = (): Duration => Date.now() - performance.now();
  let last = ahead();
  const timer = setInterval(() => {
    const now = ahead();
    if (now < last - SET_BACK) onSetBack();
    last = now;
  }, LOOK);
  return () => {
    clearInterval(timer);
  };
}

async function startTask(cron: string, log: Log, hooks: ScheduleHooks): Promise<ScheduledTask> {
  const task = createTask(cron, () => hooks.onTick(), {
    timezone: 'UTC',
    noOverlap: true,
    suppressMissedWarning: true,
    logger: cronLogger(log),
  });
  task.on('execution:missed', () => {
    hooks.onMissed('late');
  });
  task.on('execution:overlap', () => {
    hooks.onMissed('overlap');
  });
  await task.start();
  return task;
}

function cronLogger(log: Log): Logger {
  const text = (message: string | Error): object => ({
    detail: message instanceof Error ? message.message : message,
  });
  const sentence = 'the scheduler says';
  return {
    info: (message) => {
      log.debug(text(message), sentence);
    },
    debug: (message) => {
      log.debug(text(message), sentence);
    },
    warn: (message) => {
      log.warn(text(message), sentence);
    },
    error: (message) => {
      log.error(text(message), sentence);
    },
  };
}
