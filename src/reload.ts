/**
 * Takes up a changed policy while the worker runs: its names are resolved beside the sweeps, and it comes into force
 * between two of them. Until then, and whenever anything is wrong with it, the old one goes on.
 */
import type { Policy } from './domain/policy.ts';
import type { RecordEvent } from './domain/record.ts';
import type { Instant } from './domain/time.ts';
import type { Alarm, Log } from './enforcer/ports.ts';
import { diffPolicies, needRestart } from './policy/diff.ts';
import type { LoadedPolicy } from './policy/draft.ts';
import { faultLine, PolicyRefused } from './policy/faults.ts';
import type { PolicyChange } from './policy/watch.ts';

/** Faults that a notification names; the log has them all. */
const FAULTS_TOLD = 5;

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
  readonly alarm: (alarm: Alarm) => void;
  readonly clock: { now(): Instant };
  readonly log: Log;
}

/** One worker's way from policy to policy. No method throws. */
export class Reload {
  readonly #parts: ReloadParts;
  readonly #listeners: ((loaded: LoadedPolicy) => void)[] = [];
  #current: LoadedPolicy;
  /** Valid by itself, its names not resolved yet. */
  #wanted: LoadedPolicy | undefined;
  #ready: { readonly loaded: LoadedPolicy; readonly policy: Policy | undefined } | undefined;
  #resolving: Promise<void> | undefined;

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

  /** The file has changed. Whatever was on its way before is given up for the newer one. Resolves when it has been tried. */
  async changed(change: PolicyChange): Promise<void> {
    if (change.kind === 'refused') {
      this.#refuse(change.refusal);
      return;
    }
    this.#wanted = change.loaded;
    this.#ready = undefined;
    await this.#resolve();
  }

  /** Between two sweeps: puts into force what is ready, and tries again what could not be resolved. */
  betweenSweeps(): void {
    this.#apply();
    void this.#resolve();
  }

  #resolve(): Promise<void> {
    this.#resolving ??= this.#resolveNewest().finally(() => {
      this.#resolving = undefined;
    });
    return this.#resolving;
  }

  async #resolveNewest(): Promise<void> {
    for (let tried: LoadedPolicy | undefined; this.#wanted !== undefined && this.#wanted !== tried;) {
      const loaded = this.#wanted;
      tried = loaded;
      try {
        const policy = loaded.hash === this.#current.hash ? undefined : await this.#parts.resolve(loaded);
        if (this.#wanted !== loaded) continue;
        this.#wanted = undefined;
        this.#ready = { loaded, policy };
        this.#apply();
      } catch (error) {
        this.#unresolved(loaded, error);
      }
    }
  }

  #unresolved(loaded: LoadedPolicy, error: unknown): void {
    const { log } = this.#parts;
    if (!(error instanceof PolicyRefused)) {
      log.warn(
        { err: error, policy: loaded.hash },
        'the changed policy cannot be resolved yet: the old one goes on',
      );
      return;
    }
    if (this.#wanted !== loaded) return;
    this.#wanted = undefined;
    this.#refuse(error);
  }

  #apply(): void {
    if (this.#ready === undefined || this.#parts.busy()) return;
    const { loaded, policy } = this.#ready;
    this.#ready = undefined;
    const before = this.#current;
    this.#current = loaded;
    this.#parts.takeUp(loaded, policy);
    this.#tell(before, loaded);
    for (const listener of this.#listeners) listener(loaded);
  }

  #tell(before: LoadedPolicy, after: LoadedPolicy): void {
    const { log, record, clock } = this.#parts;
    const changes = diffPolicies(before, after);
    const restart = needRestart(before, after);
    if (restart.length > 0) log.warn({ settings: restart }, 'these settings change only with a restart');
    log.info({ policy: after.hash, was: before.hash, changes }, 'the changed policy is in force');
    if (before.hash === after.hash) return;
    record({ kind: 'policy', at: clock.now(), reason: `${before.hash} → ${after.hash}` }).catch(
      (error: unknown) => {
        log.error({ err: error }, 'the change of the policy could not be recorded');
      },
    );
  }

  #refuse({ faults }: PolicyRefused): void {
    // A file that is refused must not be followed by an older one that still waits.
    this.#wanted = undefined;
    const lines = faults.map(faultLine);
    const { log, alarm } = this.#parts;
    log.error({ faults: lines }, 'the changed policy file is refused, with these faults');
    const more = lines.length > FAULTS_TOLD ? [`and ${lines.length - FAULTS_TOLD} more`] : [];
    alarm({
      kind: 'policy_refused',
      message: 'the changed policy file was refused: the old policy goes on',
      fields: { policy: this.#current.hash, faults: [...lines.slice(0, FAULTS_TOLD), ...more] },
    });
  }
}
