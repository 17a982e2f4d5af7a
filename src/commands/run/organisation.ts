/**
 * One organisation: its policy file, and while that can be used its store and its worker, whatever becomes of others. Alone it ends with
 * what is not cured by waiting; among others it says so, and tries again.
 */
import type { Logger } from 'pino';
import { Floor } from '../../app/floor.ts';
import { logOf } from '../../app/logging.ts';
import { assemble, openStoreOf, type Assembly, type Surroundings } from '../../app/compose.ts';
import { unlessTooLate } from '../../controller/unless-over.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { needRestart } from '../../policy-file/diff.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { PolicyRefused } from '../../policy-file/faults.ts';
import { isThere } from '../../policy-file/fleet.ts';
import { watchPolicy, type PolicyChange, type PolicyWatch } from '../../policy-file/watch.ts';
import type { Store } from '../../ports/store.ts';
import type { Probe } from '../../server/health.ts';
import { Metrics } from '../../server/metrics.ts';
import type { PageSource } from '../../server/page/latest.ts';
import type { Check } from '../policy-test/policy-check.ts';
import { known } from '../shared/options.ts';
import { amongOf, type Fellow, type Fellows } from './fellows.ts';
import { NameInFile } from './name-in-file.ts';
import { pageSourceOf } from './page-facts.ts';
import type { ProcessParts } from './process-parts.ts';
import { pageSubjectOf, statusTold, type Subject } from './subject.ts';
import { isPassing, pauseAfter, Troubles } from './trouble.ts';
import { work } from './worker.ts';

/** What people were to be told may take so long to leave at the end; the rest waits in the store. */
const FAREWELL_TIME: Duration = SECOND;
/** After a failure an organisation is tried again: at first after the one, doubling up to the other. */
const [SHORTEST_PAUSE, LONGEST_PAUSE]: readonly [Duration, Duration] = [MINUTE, 5 * MINUTE];

export class Organisation implements Fellow {
  readonly path: string;
  readonly metrics = new Metrics();
  /** What the page shows of it. */
  readonly page: PageSource;
  readonly #process: ProcessParts;
  readonly #fellows: Fellows | undefined;
  readonly #log: Logger;
  readonly #startedAt: Instant;
  readonly #nameInFile: NameInFile;
  /** What its file says: the policy that is wanted in force, or why there is none. */
  #wanted: PolicyChange;
  #files: Check['files'];
  /** A valid change that is refused because of another organisation. */
  #held: PolicyChange | undefined;
  #round = new AbortController();
  /** Resolves when the round is over. */
  #over = Promise.withResolvers<undefined>();
  /** The next round begins together with those of others. */
  #together: Promise<unknown> | undefined;
  #store: Store | undefined;
  #assembly: Assembly | undefined;
  #floor: Floor | undefined;
  #started: LoadedPolicy | undefined;
  readonly #troubles: Troubles;

  constructor(path: string, check: Check, parts: ProcessParts, fellows?: Fellows) {
    this.path = path;
    this.#nameInFile = new NameInFile(path);
    this.#wanted = check;
    this.#files = check.files;
    this.#process = parts;
    this.#fellows = fellows;
    this.#startedAt = parts.clock.now();
    this.#log = logOf(parts.log, () => this.name);
    const { clock, redactor, sender } = parts;
    const voice = { clock, redactor, sender, log: this.#log, metrics: this.metrics };
    this.#troubles = new Troubles(voice, () => ({ name: this.name, settings: this.policy?.settings }));
    this.page = pageSourceOf(() => this.name, pageSubjectOf(this.#subject()));
    if (check.kind === 'valid') this.#log.level = known(check.loaded, parts.redactor).settings.log.level;
  }

  /**
   * In logs, messages, metrics and at `/status`. Where it is not watched it is called by its file, unless no other organisation has
   * the name that stands there.
   */
  get name(): string {
    const current = this.#assembly?.reload.current ?? this.#started;
    if (current !== undefined) return current.settings.organisation;
    const { wantedName: name } = this;
    return name !== undefined && this.#fellows?.isCalled(this, name) !== true ? name : this.path;
  }

  /** What its file says that it is called, where that can be told. */
  get wantedName(): string | undefined {
    return this.policy?.settings.organisation ?? this.#nameInFile.in(this.#wanted);
  }

  /** The log of this organisation. */
  get log(): Logger {
    return this.#log;
  }

  /** The policy in force, or that is to be; `undefined` where none can be used. */
  get policy(): LoadedPolicy | undefined {
    if (this.#assembly !== undefined) return this.#assembly.reload.current;
    return this.#wanted.kind === 'valid' ? this.#wanted.loaded : undefined;
  }

  /** Its worker; `undefined` until the platform was reached. */
  get worker(): Assembly['worker'] | undefined {
    return this.#assembly?.worker;
  }

  /** What was admitted beside the others and is watched, or about to be, as it was at its start. A start that was called off ends. */
  get started(): LoadedPolicy | undefined {
    const isCalledOff = this.#assembly === undefined && this.#round.signal.aborted;
    return isCalledOff ? undefined : this.#started;
  }

  /** What its file says, where that is good and held back because of another organisation. */
  get held(): LoadedPolicy | undefined {
    return this.#held?.kind === 'valid' ? this.#held.loaded : undefined;
  }

  /** Why its file cannot be used by itself. */
  get refusal(): PolicyRefused | undefined {
    return this.#wanted.kind === 'refused' ? this.#wanted.refusal : undefined;
  }

  /** Opens the store. Rejects with `StoreError`, or once `stop` is aborted. */
  async open(stop = new AbortController().signal): Promise<void> {
    const { policy } = this;
    if (policy === undefined || this.#store !== undefined) return;
    const { clock, database: shared } = this.#process;
    const opening = openStoreOf(policy.settings, { clock, log: this.#log }, { shared });
    this.#store = await unlessTooLate(opening, stop, (store) => store.close());
    this.#log.info({ store: this.#store.place }, 'the store is open');
  }

  /** Watches the organisation until `signal` is aborted. Alone, it rejects with what waiting does not cure. */
  async work(signal: AbortSignal): Promise<void> {
    const watch = this.#fellows === undefined ? undefined : this.#watch();
    try {
      for (let pause = SHORTEST_PAUSE; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        [this.#round, this.#over] = [new AbortController(), Promise.withResolvers<undefined>()];
        const stop = AbortSignal.any([signal, this.#round.signal]);
        const failure = await this.#tried(stop);
        this.#over.resolve(undefined);
        if (failure === undefined || stop.aborted) pause = SHORTEST_PAUSE / 2;
        else if (this.#fellows === undefined && !isPassing(failure.error)) throw failure.error;
        else await this.#failed(failure.error, pause, stop);
      }
    } finally {
      watch?.close();
      await this.#closeStore();
    }
  }

  /** Looks again whether what was refused because of another organisation is good now. */
  reconsider(): void {
    const held = this.#held;
    if (held?.kind !== 'valid' || this.#fellows?.refusal(this, held.loaded) !== undefined) return;
    this.#changed(held);
  }

  /** Looks at its file now; nothing is said where that means what is in force. Never rejects. */
  async lookAgain(signal: AbortSignal): Promise<void> {
    const check = await this.#check(signal).catch(() => undefined);
    if (check?.kind === 'valid' && check.loaded.hash !== this.policy?.hash) this.#changed(check);
  }

  /** Ends what is under way and takes up what is held back, once `together` has resolved. Resolves when it has ended. */
  async takeHeld(together: Promise<unknown>): Promise<void> {
    this.#wanted = this.#held ?? this.#wanted;
    this.#held = undefined;
    this.#together = together;
    this.#log.info(
      { name: this.wantedName },
      'the organisation exchanges its name or client with others, and starts anew',
    );
    this.#round.abort(new Error('the policy has changed'));
    await this.#over.promise;
  }

  /** The file says the same as before, and what it is read with has changed. Never rejects. */
  async recheck(signal: AbortSignal): Promise<void> {
    const check = await this.#check(signal).catch(() => undefined);
    this.#files = check?.files ?? this.#files;
    if (check !== undefined) this.#changed(check);
  }

  /** `/healthz`. */
  alive(now: Instant): Probe {
    return this.#assembly?.health.alive(now) ?? { ok: true, why: 'starting' };
  }

  /** `/readyz`. */
  ready(now: Instant): Probe {
    if (this.#assembly !== undefined) return this.#assembly.health.ready(now);
    const { why = 'starting: the platform has not been reached yet' } = this.#troubles.current ?? {};
    return { ok: false, why };
  }

  /** `/status`. */
  status(now: Instant): Promise<object> {
    return statusTold({ ...this.#subject(), name: this.name, startedAt: this.#startedAt }, now);
  }

  /** What is told of it, as it is at the moment. */
  #subject(): Subject {
    return {
      loaded: () => this.policy,
      store: () => this.#store,
      assembly: () => this.#assembly,
      floor: () => this.#floor,
      ready: (now) => this.ready(now),
      now: () => this.#process.clock.now(),
    };
  }

  /** What keeps it from being watched, for `/status`. */
  get faults(): readonly string[] {
    return this.#troubles.current?.faults ?? [];
  }

  async #tried(stop: AbortSignal): Promise<{ readonly error: unknown } | undefined> {
    return await this.#oneRound(stop).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  }

  /** One policy from its start until it ends, or until the file says something that needs another start. */
  async #oneRound(stop: AbortSignal): Promise<void> {
    await this.#together;
    const wanted = this.#wanted;
    const refusal = wanted.kind === 'refused' ? wanted.refusal : this.#fellows?.refusal(this, wanted.loaded);
    if (wanted.kind === 'refused' || refusal !== undefined) {
      this.#held = wanted;
      if (refusal !== undefined) await this.#troubles.refused(refusal, stop);
      return;
    }
    const { loaded } = wanted;
    this.#started = loaded;
    this.#held = undefined;
    try {
      await this.open(stop);
      await this.#watched(loaded, stop);
    } finally {
      this.#started = undefined;
      await this.#assembly?.release(FAREWELL_TIME);
      this.#assembly = undefined;
      await this.#closeStore();
      this.#fellows?.changed();
    }
  }

  async #watched(loaded: LoadedPolicy, stop: AbortSignal): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    const { clock, redactor, sender, tracer, connect, namesAgents } = this.#process;
    this.#floor = namesAgents === true ? new Floor() : undefined;
    const around: Surroundings = {
      ...{ clock, redactor, metrics: this.metrics, log: this.#log, signal: stop },
      ...(this.#floor !== undefined && { floor: this.#floor }),
      ...(sender !== undefined && { sender }),
      ...(tracer !== undefined && { tracer }),
      ...(connect !== undefined && { connect }),
      ...(this.#fellows !== undefined && { among: amongOf(this.#fellows, this, loaded, this.#troubles) }),
    };
    this.#assembly = await assemble(loaded, store, around);
    this.#troubles.over();
    const watch = this.#fellows === undefined ? this.#watch() : undefined;
    try {
      await work(this.#assembly, around, stop);
    } finally {
      watch?.close();
    }
  }

  #watch(): PolicyWatch {
    const changed = (change: PolicyChange): void => {
      this.#changed(change);
    };
    return watchPolicy(this.path, changed, { load: (signal) => this.#check(signal), files: this.#files });
  }

  /** Rejects among others where the file is gone: that is no faulty policy, for the organisation ends with its file. */
  async #check(signal: AbortSignal): Promise<Check> {
    const check = await this.#process.check(this.path, signal);
    if (this.#fellows !== undefined && !isThere(this.path)) throw new Error('the file is gone');
    return check;
  }

  #changed(change: PolicyChange): void {
    if (change.kind === 'valid') known(change.loaded, this.#process.redactor);
    const assembly = this.#assembly;
    if (this.#fellows === undefined) {
      // The address of a database that is waited for may have been the mistake.
      if (assembly !== undefined) void assembly.reload.changed(change);
      else if (change.kind === 'valid') this.#wanted = change;
      return;
    }
    const refusal = change.kind === 'valid' ? this.#fellows.refusal(this, change.loaded) : undefined;
    this.#held = refusal === undefined ? undefined : change;
    if (refusal === undefined) this.#follow(change, change);
    else void this.#refusedBeside(change, refusal, this.#fellows);
  }

  /** What is in the way may be about to go as well. */
  async #refusedBeside(change: PolicyChange, refusal: PolicyRefused, fellows: Fellows): Promise<void> {
    await fellows.trade();
    if (this.#held === change) this.#follow(change, { kind: 'refused', refusal });
  }

  /** `lasting`: what becomes of the change while the policy in force stays. */
  #follow(change: PolicyChange, lasting: PolicyChange): void {
    const assembly = this.#assembly;
    if (assembly !== undefined && !this.#isAnother(lasting)) {
      void assembly.reload.changed(lasting);
      return;
    }
    this.#wanted = change;
    this.#round.abort(new Error('the policy has changed'));
    this.#fellows?.changed();
  }

  /** Whether the change needs another start: another name has another memory, another client another connection. */
  #isAnother(change: PolicyChange): boolean {
    const started = this.#started;
    if (change.kind === 'refused' || started === undefined) return false;
    const { organisation } = change.loaded.settings;
    const restart = needRestart(started, change.loaded);
    if (organisation === started.settings.organisation && restart.length === 0) return false;
    this.#log.info({ settings: restart, name: organisation }, 'the organisation starts anew');
    return true;
  }

  async #failed(error: unknown, pause: Duration, stop: AbortSignal): Promise<void> {
    await this.#troubles.failed(error);
    await this.#process.clock.sleep(pauseAfter(error, pause), stop).catch(() => undefined);
    if (this.#fellows === undefined) await this.recheck(stop);
  }

  async #closeStore(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }
}
