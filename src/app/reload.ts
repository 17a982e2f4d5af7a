/**
 * Takes up a changed policy while the worker runs: its names are resolved beside the sweeps, and it comes into force
 * between two of them. Until then, and whenever anything is wrong with it, the newest valid one before it goes on.
 */
import type { Policy } from '../domain/policy/policy.ts';
import type { RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import type { Alarm } from '../ports/alarms.ts';
import type { Log } from '../ports/log.ts';
import { diffPolicies, needRestart } from '../policy-file/diff.ts';
import type { LoadedPolicy } from '../policy-file/draft.ts';
import type { PolicyChangeNote } from '../store/policy-note.ts';
import { faultLine, PolicyRefused } from '../policy-file/faults.ts';
import type { PolicyChange } from '../policy-file/watch.ts';

/** Faults that a notification names; the log has them all. */
const FAULTS_TOLD = 5;
/** Policies that wait for a platform that cannot be asked; the oldest of more are forgotten. */
const MOST_WANTED = 10;

export interface ReloadParts {
  /** What is in force at the beginning. */
  readonly loaded: LoadedPolicy;
  /** Resolves names on the platform. Rejects with `PolicyRefused` for unknown ones; with anything else it is tried again. */
  readonly resolve: (loaded: LoadedPolicy) => Promise<Policy>;
  /** Whether a sweep is under way. */
  readonly busy: () => boolean;
  /** Puts into force at once. Without a policy only settings have changed. */
  readonly takeUp: (loaded: LoadedPolicy, policy: Policy | undefined) => void;
  readonly record: (event: RecordEvent) => Promise<void>;
  /** Is told what differs, in words, once for each policy that comes into force. */
  readonly differs?: (change: PolicyChangeNote) => void;
  readonly alarm: (alarm: Alarm) => void;
  /** Counts how each change of the file ended. */
  readonly onChange: (outcome: 'taken_up' | 'refused') => void;
  readonly clock: { now(): Instant };
  readonly log: Log;
}

/** One worker's way from policy to policy. No method throws. */
export class Reload {
  readonly #parts: ReloadParts;
  readonly #listeners: ((loaded: LoadedPolicy) => void)[] = [];
  #current: LoadedPolicy;
  /** Valid by themselves, their names not resolved yet; newest last. */
  readonly #wanted: LoadedPolicy[] = [];
  #ready: { readonly loaded: LoadedPolicy; readonly policy: Policy | undefined } | undefined;
  #resolving: Promise<void> | undefined;
  /** Changes that a failing store did not take. */
  #unrecorded: RecordEvent[] = [];

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#current = parts.loaded;
  }

  /** What is in force. */
  get current(): LoadedPolicy {
    return this.#current;
  }

  /** `listener` is told of each policy that comes into force. */
  subscribe(listener: (loaded: LoadedPolicy) => void): void {
    this.#listeners.push(listener);
  }

  /** The file has changed. Resolves when what it says now has been tried. */
  async changed(change: PolicyChange): Promise<void> {
    if (change.kind === 'refused') {
      this.#refuse(change.refusal);
      return;
    }
    this.#wanted.push(change.loaded);
    if (this.#wanted.length > MOST_WANTED) this.#wanted.shift();
    await this.#resolve();
  }

  /** Between two sweeps: puts into force what is ready, and tries again what could not be resolved or recorded. */
  betweenSweeps(): void {
    for (const event of this.#unrecorded.splice(0)) this.#record(event);
    this.#apply();
    if (this.#wanted.length > 0) void this.#resolve();
  }

  #resolve(): Promise<void> {
    this.#resolving ??= this.#resolveNewest().finally(() => {
      this.#resolving = undefined;
    });
    return this.#resolving;
  }

  /** The newest first: once it is resolved the older ones do not matter any more, and when it is refused they do. */
  async #resolveNewest(): Promise<void> {
    for (let tried: LoadedPolicy | undefined; ;) {
      const loaded = this.#wanted.at(-1);
      if (loaded === undefined || loaded === tried) return;
      tried = loaded;
      try {
        const policy = loaded.hash === this.#current.hash ? undefined : await this.#parts.resolve(loaded);
        this.#wanted.splice(0, this.#wanted.indexOf(loaded) + 1);
        this.#ready = { loaded, policy };
        this.#apply();
      } catch (error) {
        this.#unresolved(loaded, error);
      }
    }
  }

  #unresolved(loaded: LoadedPolicy, error: unknown): void {
    if (!(error instanceof PolicyRefused)) {
      const fields = { err: error, policy: loaded.hash };
      this.#parts.log.warn(fields, 'the changed policy cannot be resolved yet: the old one stays in force');
      return;
    }
    this.#wanted.splice(this.#wanted.indexOf(loaded), 1);
    this.#refuse(error);
  }

  #apply(): void {
    if (this.#ready === undefined || this.#parts.busy()) return;
    const { loaded, policy } = this.#ready;
    this.#ready = undefined;
    const before = this.#current;
    this.#current = loaded;
    this.#parts.takeUp(loaded, policy);
    this.#parts.onChange('taken_up');
    this.#tell(before, loaded);
    for (const listener of this.#listeners) listener(loaded);
  }

  #tell(before: LoadedPolicy, after: LoadedPolicy): void {
    const { log, clock, loaded: started } = this.#parts;
    const changes = diffPolicies(before, after);
    const restart = needRestart(started, after);
    if (restart.length > 0)
      log.warn({ settings: restart }, 'these settings have changed and come into force only with a restart');
    if (changes.length > 0) log.info({ policy: after.hash, was: before.hash, changes }, sentenceOf(after));
    else if (restart.length === 0)
      log.info({ policy: after.hash }, 'the policy file means what is in force already');
    if (before.hash === after.hash) return;
    const at = clock.now();
    this.#parts.differs?.({ at, was: before.hash, is: after.hash, changes });
    const event = { kind: 'policy', at, reason: `${before.hash} → ${after.hash}` } as const;
    this.#record(event, (error) => {
      log.error({ err: error }, 'the change of the policy could not be recorded yet');
    });
  }

  /** What fails is tried again between sweeps; `failed` is told of the first failure. */
  #record(event: RecordEvent, failed: (error: unknown) => void = () => undefined): void {
    this.#parts.record(event).catch((error: unknown) => {
      this.#unrecorded = [...this.#unrecorded, event].slice(-MOST_WANTED);
      failed(error);
    });
  }

  #refuse({ faults, count }: PolicyRefused): void {
    const { log, alarm, onChange } = this.#parts;
    const told = (most: number): readonly string[] => {
      const lines = faults.slice(0, most).map(faultLine);
      return count > lines.length ? [...lines, `and ${count - lines.length} more`] : lines;
    };
    log.error({ faults: told(faults.length) }, 'the changed policy file is refused, with these faults');
    onChange('refused');
    alarm({
      kind: 'policy_refused',
      message: 'the changed policy file was refused: the old policy stays in force',
      fields: { policy: this.#current.hash, faults: told(FAULTS_TOLD) },
    });
  }
}

/** With steps of a rollout, the record tells for how many agents the policy is in force. */
function sentenceOf({ draft }: LoadedPolicy): string {
  return draft.content.rollout === undefined
    ? 'the changed policy is in force'
    : 'the changed policy is taken up: its profiles, rules and returns are brought out step by step';
}
