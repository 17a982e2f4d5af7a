/** The life of the unattended worker between its start and the signal that ends it. */
import { SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { startSchedule, type Schedule } from '../../controller/schedule.ts';
import { runsIn } from '../../policy-file/cron.ts';
import type { Assembly, Surroundings } from '../../app/compose.ts';

/** How long sweeps under way may take after SIGTERM. */
export const DRAIN: Duration = 8 * SECOND;
/** How often messages that wait are looked at beside the sweeps. */
const OUTBOX_INTERVAL: Duration = 15 * SECOND;
/** How often answers are carried out that fall due between two sweeps, where push is believed. */
const EARLY_INTERVAL: Duration = 10 * SECOND;

/** Sweeps by the schedule until `signal` is aborted, and ends what is under way. */
export async function work(assembly: Assembly, around: Surroundings, signal: AbortSignal): Promise<void> {
  const { worker, health, notifier } = assembly;
  const beat = Beat.start(assembly, around);
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
  await aborted(signal);
  around.log.info({}, 'told to stop: finishing the current work');
  clearInterval(posting);
  clearInterval(early);
  health.drain();
  await beat.stop();
  await worker.drain(DRAIN);
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => {
    resolve(undefined);
  });
  await promise;
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
