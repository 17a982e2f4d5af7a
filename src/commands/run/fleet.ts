/**
 * Several organisations in one process, each with everything of its own. What happens in one changes nothing in another: all that is
 * decided here is which ones there are, and that no two are the same.
 */
import { VERSION } from '../../app/version.ts';
import { normaliseName } from '../../domain/name.ts';
import type { Instant } from '../../domain/time/time.ts';
import { faultLine, PolicyRefused } from '../../policy-file/faults.ts';
import { policiesOf, type LoadedFleet } from '../../policy-file/fleet.ts';
import { changedForRestart, type FleetShared } from '../../policy-file/in-fleet.ts';
import type { Digests } from '../../policy-file/files-read.ts';
import { realAfter, watchFile, type After, type Change, type Loading } from '../../policy-file/watch.ts';
import type { PageSource } from '../../server/page/latest.ts';
import { shareDatabase, type SharedDatabase } from '../../store/open.ts';
import type { Probe } from '../../server/health.ts';
import type { Metrics } from '../../server/metrics.ts';
import { oneLine } from '../../texts/clean.ts';
import { counted } from '../../texts/counted.ts';
import type { Check } from '../policy-test/policy-check.ts';
import { Claims } from './claims.ts';
import { FolderWatch, type FolderChange } from './folder-watch.ts';
import type { Fellow, Fellows } from './fellows.ts';
import { Organisation } from './organisation.ts';
import type { ProcessParts } from './process-parts.ts';
import { spreadOf, type Spread } from './spread.ts';
import { Trades } from './trades.ts';
import { aborted } from './worker.ts';

/** What the organisations of a fleet share. */
export interface FleetParts extends Omit<ProcessParts, 'check' | 'database'> {
  /** Reads and checks one policy as part of the fleet; several may be asked for at once. */
  readonly check: (path: string, shared: FleetShared, signal: AbortSignal) => Promise<Check>;
  /** Reads the file of the fleet again. */
  readonly load: () => Loading<LoadedFleet>;
  /** What of the log is the process's own. */
  readonly setLevel: (level: FleetShared['log']['level']) => void;
  /** Timers of the watch over the folder; real ones unless given. */
  readonly after?: After;
}

/** One organisation and the way to end it. */
interface Member {
  readonly organisation: Organisation;
  readonly stop: AbortController;
  ended: Promise<void>;
}

export class Fleet {
  readonly #parts: FleetParts;
  readonly #startedAt: Instant;
  #loaded: LoadedFleet;
  readonly #files: Digests;
  /** By their paths. */
  readonly #members = new Map<string, Member>();
  readonly #claims = new Claims();
  readonly #trades = new Trades(
    () => this.organisations,
    () => this.#signal,
  );
  #signal: AbortSignal | undefined;
  /** Why the file of the fleet, or its folder, cannot be used as it is now. */
  #fault: string | undefined;
  /** Changes of which files there are, one after the other. */
  #following: Promise<void> = Promise.resolve();
  /** Where the stores are in a database, which other processes may share. */
  readonly #spread: Spread | undefined;
  readonly #database: SharedDatabase | undefined;

  private constructor(
    loaded: LoadedFleet,
    files: Digests,
    parts: FleetParts,
    database: SharedDatabase | undefined,
  ) {
    this.#loaded = loaded;
    this.#files = files;
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#database = database;
    this.#spread = spreadOf(database, parts, () => this.organisations);
  }

  /** Checks the policies of a fleet. Rejects with `PolicyRefused` where not one of them can be used. */
  static async load(loaded: LoadedFleet, files: Digests, parts: FleetParts): Promise<Fleet> {
    const { postgres } = loaded.shared.store;
    const database = postgres === undefined ? undefined : await shareDatabase(postgres);
    const fleet = new Fleet(loaded, files, parts, database);
    await fleet.#begin();
    return fleet;
  }

  get organisations(): readonly Organisation[] {
    return [...this.#members.values()].map(({ organisation }) => organisation);
  }

  /** Opens the stores. One that cannot be opened is tried again later. */
  async open(): Promise<void> {
    const admitted = this.organisations.filter(
      (each) => this.#trades.refusal(each, each.policy) === undefined,
    );
    // At once: a database that hangs is waited for once, and not once for each of them.
    await Promise.all(admitted.map((organisation) => organisation.open().catch(() => undefined)));
  }

  /** Watches all organisations, those that are added as well, until `signal` is aborted. */
  async work(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    // Nothing waits for it: whoever has heard of no other is alone.
    void this.#spread?.start();
    for (const member of this.#members.values()) this.#start(member, signal);
    const folder = this.#watchFolder();
    const { path } = this.#loaded;
    const watching = { load: () => Promise.resolve(this.#parts.load()), files: this.#files };
    const own = watchFile<LoadedFleet>(
      path,
      (change) => {
        this.#next(() => this.#changed(change, signal));
      },
      watching,
    );
    await aborted(signal);
    own.close();
    folder.close();
    await this.#spread?.stop();
    await this.#following;
    await Promise.all([...this.#members.values()].map((member) => member.ended));
    await this.#database?.close();
  }

  /** `/healthz`: a loop that is stuck is cured by a restart alone, which costs the others nothing that they remember. */
  alive(now: Instant): Probe {
    const stuck = this.#told((organisation) => organisation.alive(now));
    return stuck.ok ? { ok: true, why: 'the loops make progress' } : stuck;
  }

  /** `/readyz`: names the organisations that are not ready, and why. */
  ready(now: Instant): Probe {
    const told = this.#told((organisation) => organisation.ready(now));
    if (!told.ok) return told;
    const all = this.organisations.length;
    const standby = this.organisations.filter((organisation) => organisation.ready(now).isStandby).length;
    if (standby === 0) return { ok: true, why: 'the last complete sweep of each organisation is recent' };
    const others = standby === all ? '' : ', and the last complete sweep of the others is recent';
    return {
      ok: true,
      why: `standby: other workers hold the lease of ${standby} of ${counted(all, 'organisation')}${others}`,
    };
  }

  /** The metrics of all organisations. */
  metrics(): readonly Metrics[] {
    return this.organisations.map(({ metrics, name }) => {
      metrics.called(name);
      return metrics;
    });
  }

  /** What the page shows of each organisation. */
  pages(): readonly PageSource[] {
    return this.organisations.map(({ page }) => page);
  }

  /** `/status`: one entry for each organisation. */
  async status(now: Instant): Promise<object> {
    const entries = this.organisations.map(async (organisation) => {
      const { ok: ready, why } = organisation.ready(now);
      const { path: file, faults } = organisation;
      // A store that fails is that of one organisation alone.
      const status = await organisation.status(now).catch(() => ({ organisation: organisation.name }));
      return { ...status, file, ready, why, faults };
    });
    const { ok: ready } = this.ready(now);
    return {
      version: VERSION,
      now: new Date(now).toISOString(),
      startedAt: new Date(this.#startedAt).toISOString(),
      fleet: this.#loaded.path,
      ready,
      fault: this.#fault ?? null,
      ...(this.#spread !== undefined && { replicas: this.#spread.told() }),
      organisations: await Promise.all(entries),
    };
  }

  async #begin(): Promise<void> {
    const { signal } = new AbortController();
    const paths = policiesOf(this.#loaded);
    const checks = await Promise.all(paths.map((path) => this.#check(path, signal)));
    for (const [n, check] of checks.entries()) this.#add(paths[n] ?? '', check);
    const refusals = this.organisations.map(
      (each) => each.refusal ?? this.#trades.refusal(each, each.policy),
    );
    if (refusals.some((refusal) => refusal === undefined)) return;
    const faults = refusals.flatMap((each) => each?.faults ?? []);
    throw new PolicyRefused(
      faults,
      refusals.reduce((sum, each) => sum + (each?.more ?? 0), 0),
    );
  }

  #check(path: string, signal: AbortSignal): Promise<Check> {
    return this.#parts.check(path, this.#loaded.shared, signal);
  }

  #add(path: string, check: Check): Member {
    const fellows: Fellows = {
      refusal: (own, wanted) => this.#trades.refusal(own, wanted),
      trade: () => this.#trades.trade(),
      claim: (own, loaded, id) => {
        this.#claims.claim(own, loaded, id, this.organisations);
      },
      isCalled: (own, name) => this.#isCalled(own, name),
      changed: () => {
        for (const organisation of this.organisations) organisation.reconsider();
      },
      patience: () => this.#spread?.patience(organisation.name) ?? 0,
    };
    const parts = {
      ...this.#parts,
      database: this.#database,
      check: (file: string, signal: AbortSignal) => this.#check(file, signal),
    };
    const organisation = new Organisation(path, check, parts, fellows);
    const member: Member = { organisation, stop: new AbortController(), ended: Promise.resolve() };
    this.#members.set(path, member);
    return member;
  }

  #start(member: Member, signal: AbortSignal): void {
    const { organisation, stop } = member;
    member.ended = organisation.work(AbortSignal.any([signal, stop.signal])).catch((error: unknown) => {
      organisation.log.error({ err: error }, 'the organisation has ended unexpectedly');
    });
  }

  #isCalled(own: Fellow, name: string): boolean {
    const wanted = normaliseName(name);
    return this.organisations.some(
      (other) => other !== own && normaliseName(other.wantedName ?? '') === wanted,
    );
  }

  #told(probe: (organisation: Organisation) => Probe): Probe {
    const all = this.organisations.map((organisation) => ({
      name: organisation.name,
      ...probe(organisation),
    }));
    const faulty = all.filter(({ ok }) => !ok);
    const { redactor } = this.#parts;
    const lines = faulty.map(({ name, why }) => redactor.hide(oneLine(`${name}: ${why}`)));
    const why = [`${faulty.length} of ${counted(all.length, 'organisation')}:`, ...lines].join('\n');
    return { ok: faulty.length === 0, why };
  }

  #watchFolder(): FolderWatch {
    const options = {
      list: () => policiesOf(this.#loaded),
      folder: () => this.#loaded.pattern.folder,
      found: [...this.#members.keys()],
      after: this.#parts.after ?? realAfter,
    };
    return new FolderWatch(options, (change) => {
      this.#next(() => this.#follow(change));
    });
  }

  #next(step: () => Promise<void>): void {
    this.#following = this.#following.then(step).catch((error: unknown) => {
      if (this.#signal?.aborted !== true)
        this.#parts.log.error({ err: error }, 'a change of the fleet could not be taken up');
    });
  }

  /** Ends what was taken away, and then begins what was added: a file that was renamed is both. */
  async #follow(change: FolderChange): Promise<void> {
    const signal = this.#signal;
    if (signal === undefined || signal.aborted) return;
    if (change.kind === 'refused') {
      this.#refuse(change.refusal, 'the policies of the fleet cannot be listed: all organisations continue');
      return;
    }
    this.#fault = undefined;
    const wanted = new Set(change.loaded);
    await Promise.all(
      [...this.#members.keys()].filter((path) => !wanted.has(path)).map((path) => this.#end(path)),
    );
    const added = change.loaded.filter((path) => !this.#members.has(path));
    const checks = await Promise.all(added.map((path) => this.#check(path, signal)));
    for (const [n, check] of checks.entries()) {
      const member = this.#add(added[n] ?? '', check);
      member.organisation.log.info({ file: added[n] }, 'an organisation was added');
      this.#start(member, signal);
    }
  }

  async #end(path: string): Promise<void> {
    const member = this.#members.get(path);
    if (member === undefined) return;
    const { log } = member.organisation;
    log.info({ file: path }, 'an organisation was removed: it ends');
    member.stop.abort(new Error('the organisation was removed'));
    await member.ended;
    log.info({ file: path }, 'the organisation has ended');
    this.#members.delete(path);
    for (const organisation of this.organisations) organisation.reconsider();
  }

  #refuse(refusal: PolicyRefused, sentence: string): void {
    const faults = refusal.faults.map(faultLine);
    this.#fault = faults[0];
    this.#parts.log.error({ alarm: 'policy_refused', faults }, sentence);
  }

  /** The file of the fleet says something else. */
  async #changed(change: Change<LoadedFleet>, signal: AbortSignal): Promise<void> {
    if (change.kind === 'refused') {
      this.#refuse(change.refusal, 'the changed file of the fleet is refused: all organisations continue');
      return;
    }
    this.#fault = undefined;
    const { log, setLevel } = this.#parts;
    const { loaded } = change;
    const { shared: before } = this.#loaded;
    const { store } = loaded.shared;
    const restart = changedForRestart(before, loaded.shared);
    if (restart.length > 0)
      log.warn({ settings: restart }, 'these settings have changed and come into force only with a restart');
    const { sqlite, postgres } = before.store;
    const kept = { store: { ...store, sqlite, postgres }, server: before.server, page: before.page };
    this.#loaded = { ...loaded, shared: { ...loaded.shared, ...kept } };
    setLevel(loaded.shared.log.level);
    log.info({ file: loaded.path }, 'the changed file of the fleet is in force');
    await Promise.all(this.organisations.map((organisation) => organisation.recheck(signal)));
  }
}
