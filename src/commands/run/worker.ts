/** The life of the unattended worker between its start and the signal that ends it. */
import process from 'node:process';
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { startSchedule, type Schedule } from '../../controller/schedule.ts';
import { runsIn } from '../../policy-file/cron.ts';
import { watchPolicy } from '../../policy-file/watch.ts';
import { checkPolicy } from '../policy-test/policy-check.ts';
import type { Digests } from '../../policy-file/files-read.ts';
import type { Assembly, Surroundings } from '../../app/compose.ts';

/** How long sweeps under way may take after SIGTERM. */
export const DRAIN: Duration = 8 * SECOND;
/** How often messages that wait are looked at beside the sweeps. */
const OUTBOX_INTERVAL: Duration = 15 * SECOND;
/** How often answers are carried out that fall due between two sweeps, where push is believed. */
const EARLY_INTERVAL: Duration = 10 * SECOND;

/** Where the policy stands, and all the files that it was read from, as they were then. */
export interface PolicyFile {
  readonly path: string;
  readonly files: Digests;
}

/** Sweeps by the schedule and takes up changed policies. Resolves after `signalled`, with its code. */
export async function work(
  assembly: Assembly,
  file: PolicyFile,
  around: Surroundings,
  signalled: Promise<number>,
): Promise<number> {
  const { worker, health, reload, notifier } = assembly;
  const { log } = around;
  const beat = Beat.start(assembly, around);
  const watch = watchPolicy(file.path, (change) => void reload.changed(change), {
    load: (signal) => checkPolicy(file.path, process.env, { signal }),
    files: file.files,
  });
  assembly.onTaken(() => {
    beat.now();
  });
  beat.now();
  const posting = setInterval(() => {
    if (!worker.waiting) void notifier.flush();
  }, OUTBOX_INTERVAL);
  const early = setInterval(() => {
    beat.lookEarly();
  }, EARLY_INTERVAL);
  const code = await signalled;
  log.info({ code }, 'told to stop: finishing the current work');
  watch.close();
  clearInterval(posting);
  clearInterval(early);
  health.drain();
  await beat.stop();
  await worker.drain(DRAIN);
  return code;
}

/** The schedule of the policy in force: another policy may have another. */
class Beat {
  readonly #assembly: Assembly;
  readonly #around: Surroundings;
  #every: string;
  #schedule: Schedule | undefined;
  #changing: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(assembly: Assembly, around: Surroundings) {
    this.#assembly = assembly;
    this.#around = around;
    this.#every = assembly.reload.current.settings.sweep.every;
  }

  static start(assembly: Assembly, around: Surroundings): Beat {
    const beat = new Beat(assembly, around);
    beat.#begin();
    assembly.reload.subscribe(({ settings }) => {
      beat.#follow(settings.sweep.every);
    });
    return beat;
  }

  /** One sweep at once. */
  now(): void {
    void this.#assembly.worker.tick(this.#schedule?.next());
  }

  /** What has fallen due since the last sweep. */
  lookEarly(): void {
    const next = this.#schedule?.next();
    if (next !== undefined) void this.#assembly.worker.lookEarly(next);
  }

  /** No tick begins any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#changing;
    await this.#schedule?.stop();
  }

  #follow(every: string): void {
    if (every === this.#every) return;
    this.#every = every;
    this.#changing = this.#changing.then(async () => {
      if (this.#stopped) return;
      await this.#schedule?.stop();
      this.#begin();
    });
  }

  #begin(): void {
    const { clock, log } = this.#around;
    const { worker, health, missed } = this.#assembly;
    const expression = this.#every;
    const ticksIn = (from: Instant, to: Instant): number => runsIn(expression, from, to);
    this.#schedule = startSchedule({ expression, ticksIn }, log, {
      onTick: async () => {
        health.turned(clock.now());
        await worker.tick(this.#schedule?.next());
      },
      onMissed: (why, count) => {
        missed(why, count);
        log.warn({ why, count }, 'sweeps were missed');
      },
    });
  }
}
