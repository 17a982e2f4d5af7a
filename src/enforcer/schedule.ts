/** When to sweep: node-cron, with its messages in our log and its missed and overlapping runs counted. */
import { createTask, type Logger } from 'node-cron';
import type { Instant } from '../domain/time.ts';
import type { Log } from './ports.ts';

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
  return {
    next: () => task.getNextRun()?.getTime(),
    stop: async () => {
      await task.destroy();
    },
  };
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
