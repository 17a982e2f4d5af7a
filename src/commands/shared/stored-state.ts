/** What the store tells between two sweeps, and who writes it: the ground of `status` and `list`. */
import { usualInterval } from '../../controller/controller-state.ts';
import type { ControllerState, Pause, WorkerTrace } from '../../domain/record.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { SWEEP_NOTE, sweepNoteOf, type SweepNote } from '../../store/sweep-note.ts';
import type { PolicyForReading } from './policy-for-reading.ts';
import { agoWords, workerFault, workerWords } from './worker-words.ts';
import type { Store } from '../../ports/store.ts';

/** As of one moment. */
export interface StoredState {
  readonly path: string;
  readonly now: Instant;
  readonly worker: WorkerTrace | undefined;
  /** Why it cannot be said that a worker sweeps this store; `undefined` when one does. */
  readonly workerFault: string | undefined;
  readonly standing: ControllerState | undefined;
  readonly pause: Pause | undefined;
  readonly facts: ReadonlyMap<string, string>;
  /** The last sweep in numbers; earlier versions left none. */
  readonly sweep: SweepNote | undefined;
  /** The usual time between two sweeps. */
  readonly interval: Duration;
}

/** A worker that has never swept, of a policy that cannot be read. */
const USUAL: Duration = MINUTE;

/** Reads it. Rejects with `StoreError`. */
export async function storedState(
  store: Store,
  { loaded }: PolicyForReading,
  now: Instant,
): Promise<StoredState> {
  const [worker, standing, facts] = [await store.worker(), await store.loadStanding(), await store.facts()];
  const intervals = standing?.intervals ?? [];
  const longest = loaded?.settings.sweep.interval ?? worker?.interval ?? USUAL;
  return {
    path: store.place,
    now,
    worker,
    workerFault: workerFault(worker, intervals, now),
    standing,
    pause: await store.pause(),
    facts,
    sweep: sweepNoteOf(facts.get(SWEEP_NOTE)),
    interval: usualInterval(longest, intervals),
  };
}

/** The worker in one sentence. */
export function workerSentence({ worker, workerFault: fault, now }: StoredState): string {
  if (worker === undefined || fault !== undefined) return `No worker sweeps this store: ${fault ?? ''}.`;
  return `Worker: ${workerWords(worker)}; its last sweep began ${agoWords(worker.sweptAt, now)}.`;
}

/** The same for programs. */
export function workerJson({ worker, workerFault: fault }: StoredState): unknown {
  if (worker === undefined) return { running: false, why: fault ?? null };
  const { command, version, host, pid, startedAt, sweptAt, interval } = worker;
  return {
    running: fault === undefined,
    why: fault ?? null,
    ...{ command, version, host, pid, startedAt, sweptAt, interval },
  };
}

/** The hash of the policy of the last sweep; `undefined` where none was made. */
export function usedPolicy({ sweep, standing }: StoredState): string | undefined {
  return sweep?.policy ?? standing?.policyHash;
}

/** Why the policy of this shell is not what the worker goes by; `undefined` when it is. */
export function policyCaveat(state: StoredState, { loaded, fault }: PolicyForReading): string | undefined {
  if (loaded === undefined) return `The policy cannot be used here: ${fault}.`;
  const used = state.standing?.policyHash;
  if (used === undefined || used === loaded.hash) return undefined;
  return `The policy here (${loaded.hash}) is not the one of the last sweep (${used}): what is due may differ.`;
}
