/**
 * When to sweep. node-cron reads the expression, knows when it is next due, runs the task and tells what went wrong with
 * it. Its own heart beat is not used: it goes by the local zone, so that in the hour that comes twice in autumn it spins
 * without a tick; it goes through every tick that was missed one by one; and when the clock is set back it waits until the
 * clock has come up again.
 */
import { createTask, type Logger, type ScheduledTask } from 'node-cron';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Log } from '../ports/log.ts';

/** How often the machine's clock is looked at: it may have been set, or the machine suspended. */
const LOOK: Duration = 10 * SECOND;
/** A tick that comes later than this is left out; one that is later by less is better than none. */
const LATEST: Duration = LOOK;

export interface ScheduleHooks {
  readonly onTick: () => Promise<void>;
  /**
   * So many ticks that were due did not happen: the process was busy or suspended, or the clock was set, or the last sweep
   * was still going.
   */
  readonly onMissed: (why: 'late' | 'overlap', count: number) => void;
}

/** A cron expression, read in UTC, where no hour is skipped or repeated. */
export interface Cron {
  readonly expression: string;
  /** How many ticks there are from one instant to another, both of which belong to the span. */
  readonly ticksIn: (from: Instant, to: Instant) => number;
}

export interface Schedule {
  /** When the next sweep is due, in local time. */
  readonly next: () => Instant | undefined;
  /** No tick begins any more; one that is under way goes on. */
  readonly stop: () => Promise<void>;
}

/** Starts ticking. The expression has been validated with the policy. */
export function startSchedule(cron: Cron, log: Log, hooks: ScheduleHooks): Schedule {
  return new Heart(cron, log, hooks);
}

/** What is to be done at `now` of ticks that were due from `due` on: whether one is still made, and how many are missed. */
export function ticksAt(
  now: Instant,
  due: Instant,
  ticksIn: Cron['ticksIn'],
): { readonly tick: boolean; readonly missed: number } {
  if (now < due) return { tick: false, missed: 0 };
  // The second that all but every tick comes in has no other tick.
  if (now - due < SECOND) return { tick: true, missed: 0 };
  const tick = ticksIn(Math.max(due, now - LATEST), now) > 0;
  return { tick, missed: ticksIn(due, now) - (tick ? 1 : 0) };
}

class Heart implements Schedule {
  readonly #cron: Cron;
  readonly #log: Log;
  readonly #hooks: ScheduleHooks;
  readonly #task: ScheduledTask;
  #due: Instant | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #stopped = false;

  constructor(cron: Cron, log: Log, hooks: ScheduleHooks) {
    this.#cron = cron;
    this.#log = log;
    this.#hooks = hooks;
    this.#task = createTask(cron.expression, () => hooks.onTick(), {
      timezone: 'UTC',
      logger: cronLogger(log),
    });
    this.#arm();
  }

  next(): Instant | undefined {
    return this.#due;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#task.destroy();
  }

  /** Waits for the next tick from now on. */
  #arm(): void {
    this.#due = this.#task.getNextRuns(1)[0]?.getTime();
    this.#wait();
  }

  #wait(): void {
    const rest = (this.#due ?? Infinity) - Date.now();
    this.#timer = setTimeout(
      () => {
        this.#beat();
      },
      Math.min(Math.max(0, rest), LOOK),
    );
  }

  #beat(): void {
    if (this.#stopped) return;
    const now = Date.now();
    const due = this.#due ?? Infinity;
    if (now < due) {
      this.#waitOn(due);
      return;
    }
    const { tick, missed } = ticksAt(now, due, this.#cron.ticksIn);
    if (missed > 0) this.#hooks.onMissed('late', missed);
    this.#arm();
    if (tick) this.#tick();
  }

  /** Nothing is due yet, unless the clock was set back: then something else is due sooner. */
  #waitOn(due: Instant): void {
    const next = this.#task.getNextRuns(1)[0]?.getTime() ?? Infinity;
    if (next < due) {
      this.#log.warn({}, 'the clock of this machine was set back: the schedule begins anew');
      this.#due = next;
    }
    this.#wait();
  }

  #tick(): void {
    if (this.#running) {
      this.#hooks.onMissed('overlap', 1);
      return;
    }
    this.#running = true;
    // What the task throws is told to the logger.
    this.#task
      .execute()
      .catch(() => undefined)
      .finally(() => {
        this.#running = false;
      });
  }
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
