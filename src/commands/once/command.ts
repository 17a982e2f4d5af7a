/** `once`: one sweep for an outside scheduler, which is told how it ended, and before the next is due. */
import { realClock } from '../../app/clock.ts';
import { DAY, formatDuration, SECOND, type Duration } from '../../domain/time/time.ts';
import type { SweepReport } from '../../ports/metrics.ts';
import { createLog, logOf } from '../../app/logging.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { Metrics } from '../../server/metrics.ts';
import type { Store } from '../../ports/store.ts';
import { assemble, openStoreOf, type Assembly } from '../../app/compose.ts';
import { Deadline } from './deadline.ts';
import { readSchedules } from './schedules.ts';
import { EXIT, Incomplete } from '../shared/exit.ts';
import { durationOption, loadTestedConfig, type ConfigOption } from '../shared/options.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';
import { untilSignalled, type Ending } from '../shared/signals.ts';
import { workerWords } from '../shared/worker-words.ts';
import { DRAIN } from '../run/worker.ts';

export interface OnceOptions extends ConfigOption, LogOption {
  readonly json?: boolean;
  /** By when it must have ended; one interval of the schedule unless given. */
  readonly deadline?: string;
}

/** A start alone takes a second or two: a schedule of seconds is no deadline. */
const SHORTEST_DEADLINE: Duration = 10 * SECOND;
/** Only an outside scheduler waits for `once`, and the next process may be far away. */
const LONGEST_FAREWELL: Duration = 10 * SECOND;
/** Another process may hold the store for so long, or for this part of the deadline. */
const LONGEST_WAIT: Duration = 5 * SECOND;
const PART_FOR_WAIT = 8;
/** The sweep has the rest. */
const PART_FOR_SCHEDULES = 4;

/** Makes one sweep. Answers the exit code: 3 when an action failed, or when the deadline came first. */
export async function once(options: OnceOptions, output: Output): Promise<number> {
  const asked = options.deadline === undefined ? undefined : durationOption('--deadline', options.deadline);
  const loaded = await loadedWithin(asked, options, output);
  if (loaded === undefined) return EXIT.late;
  const { settings } = loaded;
  const length = asked ?? Math.max(SHORTEST_DEADLINE, settings.sweep.interval);
  const stream = await openLog(options.json === true ? 'stderr' : 'stdout', options);
  const log = logOf(createLog(settings.log.level, stream, output.redactor), () => settings.organisation);
  const busyTimeout = Math.min(LONGEST_WAIT, length / PART_FOR_WAIT);
  // Reading a file of years from end to end, each minute, would be most of what this does.
  const store = await openStoreOf(settings, { clock: realClock, log }, { trusted: DAY, busyTimeout });
  const ending = untilSignalled();
  const deadline = new Deadline(length);
  const signal = AbortSignal.any([ending.signal, deadline.signal]);
  const around = {
    clock: realClock,
    log,
    metrics: new Metrics(),
    redactor: output.redactor,
    signal,
    command: 'once',
  } as const;
  let assembly: Assembly | undefined;
  try {
    assembly = await assemble(loaded, store, around);
    stream.mustWork();
    await readSchedules(assembly, deadline.untilEnding() / PART_FOR_SCHEDULES, signal);
    return await swept(assembly, deadline, ending, options, output);
  } catch (error) {
    if (ending.signal.aborted) return await ending.code;
    if (!deadline.signal.aborted) throw error;
    tell(SKIPPED_LATE, options, output);
    return EXIT.late;
  } finally {
    if (deadline.signal.aborted)
      log.error({ deadline: formatDuration(length) }, 'the deadline has passed before the end of the sweep');
    await assembly?.release(deadline.forOneStep(LONGEST_FAREWELL));
    await store.close();
    deadline.clear();
    ending.close();
  }
}

/** The policy; `undefined`, which has been said, where checking it with its tests leaves no time for a sweep. */
async function loadedWithin(
  length: Duration | undefined,
  options: OnceOptions,
  output: Output,
): Promise<LoadedPolicy | undefined> {
  if (length === undefined) return (await loadTestedConfig(options, output)).loaded;
  const deadline = new Deadline(length);
  try {
    return (await loadTestedConfig(options, output, deadline.signal)).loaded;
  } catch (error) {
    if (!deadline.signal.aborted || error instanceof PolicyRefused) throw error;
    const stream = await openLog(options.json === true ? 'stderr' : 'stdout', options);
    const log = createLog('error', stream, output.redactor);
    log.error({ deadline: formatDuration(length) }, 'the deadline has passed before the policy was checked');
    tell(SKIPPED_LATE, options, output);
    return undefined;
  } finally {
    deadline.clear();
  }
}

/** One sweep, as far as there is time for it. */
async function swept(
  { worker, store, lastReport }: Assembly,
  deadline: Deadline,
  ending: Ending,
  options: OnceOptions,
  output: Output,
): Promise<number> {
  const sweep = worker.tick(realClock.now() + deadline.untilEnding());
  const first = await Promise.race([sweep, ending.code, deadline.passed]);
  await worker.drain(deadline.forOneStep(DRAIN));
  if (typeof first === 'number') return first;
  if (worker.waiting) return await skipped(store, options, output);
  if (first === 'late') {
    tell(lastReport() ?? SKIPPED_LATE, options, output);
    return EXIT.late;
  }
  tell(first ?? null, options, output);
  return codeOf(first);
}

/** Says which worker it is that holds the store. Rejects with the sentence, after the JSON. */
async function skipped(store: Store, options: OnceOptions, output: Output): Promise<never> {
  tell({ skipped: 'lease' }, options, output);
  const worker = await store.worker();
  const who = worker === undefined ? 'Another worker' : `The worker ${workerWords(worker)}`;
  throw new Incomplete(`${who} holds the store ${store.place}: no sweep was made.`);
}

/** Why no sweep was made; `null` in its place says that one failed. */
interface Skipped {
  readonly skipped: 'lease' | 'deadline';
}
const SKIPPED_LATE: Skipped = { skipped: 'deadline' };

function tell(what: SweepReport | Skipped | null, { json }: OnceOptions, output: Output): void {
  if (json !== true) return;
  const isShort = what === null || 'skipped' in what;
  output.json(what, isShort ? undefined : 2);
}

/** A sweep that could not be made, or not whole, is a failure as well. */
function codeOf(report: SweepReport | undefined): number {
  if (report === undefined) return EXIT.unexpected;
  return report.outcomes.failed > 0 || !report.complete ? EXIT.failedActions : EXIT.fine;
}
