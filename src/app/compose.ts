/** The one place where the parts are put together. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Policy } from '../domain/policy/policy.ts';
import type { Duration } from '../domain/time/time.ts';
import { Alarms } from '../controller/alarms.ts';
import { Controller } from '../controller/sweep.ts';
import type { InForce } from '../controller/in-force.ts';
import type { Directory, Effects, ObservationSource } from '../ports/agents.ts';
import { uptimeOf } from '../ports/clock.ts';
import type { SweepReport } from '../ports/metrics.ts';
import type { EvidenceSources } from '../ports/evidence.ts';
import type { Store } from '../ports/store.ts';
import { shareOf } from '../domain/rollout/rollout.ts';
import { isPaused } from '../domain/planning/holds.ts';
import { Worker, type WorkerParts } from '../controller/worker.ts';
import { PUT_AWAY, unlessTooLate } from '../controller/unless-over.ts';
import { writtenUnder } from '../controller/written-under.ts';
import { connectPlatform, type Platform } from '../genesys/platform.ts';
import { askedSources } from '../policy-file/asked-sources.ts';
import { LONGEST_EFFECT } from '../genesys/effects/effects.ts';
import { LONGEST_CALL } from '../http/retrying.ts';
import { needRestart } from '../policy-file/diff.ts';
import type { LoadedPolicy, Settings } from '../policy-file/draft.ts';
import { secretsOf } from '../policy-file/secrets.ts';
import { secretsInAddress } from '../texts/secret-address.ts';
import { Health } from '../server/health.ts';
import type { Metrics } from '../server/metrics.ts';
import { NamesInUse } from './names-in-use.ts';
import { watchedBy } from './floor.ts';
import { notePolicy } from './note-policy.ts';
import { noteSweep } from './note-sweep.ts';
import { keptOf, takesFromFiles } from '../policy-file/before.ts';
import { rolloutIn, rolloutNotes } from '../store/rollout-note.ts';
import { locationOf, openStore, type OpenOptions } from '../store/open.ts';
import { Reload } from './reload.ts';
import { proxiesOf, proxyAddresses } from './proxies.ts';
import { Redactor } from '../texts/redactor.ts';
import { VERSION } from './version.ts';
import { LiveIdentity, withIdentity } from './compose-identity.ts';
import { evidenceOf } from './compose-evidence.ts';
import type { Assembly, Surroundings } from './assembly.ts';
import { keptAtOnce, meterOf } from './compose-meter.ts';
import { tellingOf, type Telling } from './compose-notify.ts';
import { untilReached } from './startup.ts';
import { signedIn } from './store-owner.ts';
import { flushTraces, openTelemetry } from './tracing.ts';

export type { Assembly, Surroundings } from './assembly.ts';

/** Opens the store of a policy. Rejects with `StoreError`. */
export function openStoreOf(
  settings: Settings,
  { clock, log }: Pick<Surroundings, 'clock' | 'log'>,
  options: Pick<OpenOptions, 'trusted' | 'busyTimeout' | 'shared'> = {},
): Promise<Store> {
  return openStore(locationOf(settings), { now: () => clock.now(), log, ...options });
}

/** Connects to the platform; nothing is sent yet. Throws `PlatformSettingsError` or `ProxySettingsError`. */
export function connect(
  { genesys }: Settings,
  { clock, log, metrics, redactor = new Redactor() }: Omit<Surroundings, 'signal'>,
): Platform {
  const proxies = proxiesOf(process.env);
  for (const address of proxyAddresses(process.env).flatMap(secretsInAddress)) redactor.know(address);
  const platform = connectPlatform(genesys, clock, {
    redactor,
    onRequest: ({ operation, status }) => {
      metrics.request(operation, String(status));
    },
    warn: (message, fields) => {
      log.warn(fields, message);
    },
  });
  metrics.watchBudget(() => platform.budget().remaining);
  log.info({ ...platform.hosts, ...proxies }, 'the platform is asked at these addresses');
  return platform;
}

/**
 * Puts a worker together: logs in, resolves the policy's names, and retries for as long as it takes when the platform
 * cannot be reached. Rejects with `CredentialsError`, `PolicyRefused` or the signal's reason.
 */
export async function assemble(loaded: LoadedPolicy, store: Store, around: Surroundings): Promise<Assembly> {
  const { clock, signal } = around;
  // A store may hang, and heeds no signal. It is closed next: what is on its way notes its messages there before.
  return await unlessTooLate(
    assembled(loaded, store, around),
    signal,
    ({ release }) => release(0),
    (ended) => clock.sleep(PUT_AWAY, ended),
  );
}

async function assembled(loaded: LoadedPolicy, store: Store, around: Surroundings): Promise<Assembly> {
  const { clock, metrics, among: { refused } = {} } = around;
  tellMode(metrics, loaded.settings, around.log);
  watchControls(metrics, store, clock);
  const platform = (around.connect ?? connect)(loaded.settings, around);
  let { interval } = loaded.settings.sweep;
  const health = new Health(clock.now(), () => interval);
  const telling = tellingOf(loaded.settings, { ...around, outbox: store.outbox });
  const alarms = new Alarms(telling.alarm, (kind) => {
    around.log.info({ alarm: kind }, 'the cause of an alarm has gone');
  });
  const failed = (): void => {
    health.turned(clock.now());
    void telling.notifier.flush();
  };
  const start = { ...around, alarms, startedAt: uptimeOf(clock), interval, failed, refused };
  try {
    tellOfDamage(store, telling);
    await untilReached(start, () => signedIn(platform, store, loaded.settings, around));
    const names = new NamesInUse({ platform, store, clock, log: around.log });
    const policy = await untilReached(start, () => names.resolve(loaded, around.signal));
    alarms.while('policy_refused', false, clock.now(), '', {});
    await names.use(policy);
    metrics.policyInForce(policy);
    metrics.asksEvidence(askedSources(loaded.settings.evidence));
    const { redactor = new Redactor() } = around;
    const identity = await LiveIdentity.connect(loaded.settings, store, {
      clock,
      env: process.env,
      redactor,
    });
    const parts: Parts = { ...around, store, platform, names, identity, health, telling, alarms };
    const inForce = inForceOf(policy, loaded, redactor, around.log);
    const { worker, lastReport, missed, onTaken, between } = begun(workerOf(inForce, parts), parts);
    const reload = reloadOf(loaded, inForce, worker, parts);
    reload.subscribe(({ settings }) => {
      ({ interval } = settings.sweep);
    });
    between(reload);
    const { notifier } = telling;
    const release = async (farewell?: Duration): Promise<void> => {
      worker.end();
      await Promise.all([notifier.close(farewell), flushTraces(around.log, farewell)]);
      await identity.close();
      await platform.close();
    };
    const close = async (): Promise<void> => {
      await release();
      await store.close();
    };
    const made = { worker, store, platform, health, policy, reload, notifier };
    return { ...made, missed, lastReport, onTaken, release, close };
  } catch (error) {
    await telling.notifier.close(0);
    await platform.close();
    throw error;
  }
}

/** The same; its lease is watched, and schedules are read before its first sweep. `once` reads them itself. */
function begun<Made extends { readonly worker: Worker }>(made: Made, parts: Parts): Made {
  const { metrics, health, platform, command, signal } = parts;
  metrics.watchLease(() => made.worker.lease);
  health.watchLease(() => made.worker.lease.standing);
  if (command !== 'once') void platform.schedules.refresh(signal);
  return made;
}

/** The log is told once, at the start: the environment does not change. */
function tellMode(metrics: Metrics, { organisation, mode, held }: Settings, log?: Logger): void {
  metrics.organisationIs(organisation, mode, held !== undefined);
  if (held === undefined) return;
  log?.info({ by: held.by, policySays: held.policySays }, 'the environment holds the mode at observe');
}

const NOT_KEPT =
  'the policy holds a secret or is too long, and is not kept: its next change leaves the agents alone whom it has not reached';

/** What operators and rollouts have set is asked of the store, so that workers which wait tell the same. */
function watchControls(metrics: Metrics, store: Store, clock: Pick<Surroundings['clock'], 'now'>): void {
  metrics.watchPause(async () => isPaused(await store.pause(), clock.now()));
  metrics.watchRollout(async () => {
    const rollout = rolloutIn(await store.facts());
    return { share: shareOf(rollout), isStopped: rollout.candidate?.stopped !== undefined };
  });
}

function inForceOf(
  policy: Policy,
  { settings, draft }: LoadedPolicy,
  redactor: Redactor,
  log: Logger,
): InForce {
  const { sweep, store, genesys } = settings;
  const longestRequest = Math.max(genesys.timeout, LONGEST_EFFECT, LONGEST_CALL);
  const kept = keptOf(draft, (text) => redactor.hide(text));
  // What comes out of files is warned of in the policy itself.
  if (policy.rollout !== undefined && kept.content === undefined && !takesFromFiles(draft.source))
    log.warn({ policy: kept.hash }, NOT_KEPT);
  return { policy, longestInterval: sweep.interval, retention: store.retention, longestRequest, kept };
}

/** What a worker and its reloading are made of. */
interface Parts extends Surroundings {
  readonly store: Store;
  readonly platform: Platform;
  readonly names: NamesInUse;
  readonly identity: LiveIdentity;
  readonly health: Health;
  readonly telling: Telling;
  readonly alarms: Alarms;
}

function tellOfDamage({ setAside }: Store, { alarm }: Telling): void {
  if (setAside === undefined) return;
  const message = 'the store was damaged: kept aside, a new one was begun';
  alarm({ kind: 'store', message, fields: { setAside } });
}

/** Rows that could not be used: agents begin anew with clocks at zero, the worker with what the record tells. */
function tellOfRows(store: Store, { alarm }: Telling): void {
  const rows = store.takeDamage();
  if (rows === undefined) return;
  const message = 'rows of the store could not be used: put aside, and what they told is forgotten';
  alarm({ kind: 'store', message, fields: { ...rows } });
}

function workerOf(
  inForce: InForce,
  parts: Parts,
): Pick<Assembly, 'worker' | 'lastReport' | 'missed' | 'onTaken'> & {
  readonly between: (reload: Reload) => void;
} {
  const { clock, log, metrics, store, platform, names, identity, health, telling, alarms } = parts;
  const { command = 'run', redactor = new Redactor(), floor, signal } = parts;
  let last: SweepReport | undefined;
  let reload: Reload | undefined;
  const meter = meterOf({ metrics, health, clock, alarms }, (report) => {
    last = report;
    if (report.complete) floor?.swept(report.startedAt);
    if (reload !== undefined) noteSweep(report, reload.current, store, redactor);
  });
  const directory: Directory = names.listening(platform.directory);
  const effects: Effects = withIdentity(platform.effects, () => identity.current, directory);
  const { name, warner, notifier } = telling;
  const { tracer = openTelemetry({ name, redactor }) } = parts;
  const alarm = keptAtOnce(telling);
  // Another source of observations is one more entry here.
  const sources: readonly ObservationSource[] = [directory];
  const tools = { clock, log, meter, alarm, alarms, name, warner, tracer };
  const evidence = (): EvidenceSources => evidenceOf(platform, reload?.current.settings.evidence);
  const asked = { evidence, askedAs: platform.askedAs, ...watchedBy(floor, platform.openInteractions) };
  const made = { ...tools, ...asked, sources, directory, effects, store, names };
  const load: WorkerParts['load'] = async (wanted, isAfterAnother, isOver) => {
    if (isAfterAnother) await readAgain(parts);
    const written = writtenUnder(store, isOver);
    return await Controller.load({ ...made, store: written, rollouts: rolloutNotes(written) }, wanted);
  };
  let { setAside } = store;
  const hooks = {
    beforeSweep: () => {
      reload?.betweenSweeps();
    },
    afterSweep: () => {
      reload?.betweenSweeps();
      if (store.setAside !== setAside) tellOfDamage(store, telling);
      ({ setAside } = store);
      tellOfRows(store, telling);
      // Beside the sweeps: a receiver that hangs does not delay them, and neither does workforce management.
      if (worker.waiting) return;
      void notifier.flush();
      if (command === 'run') void platform.schedules.refresh(signal);
    },
  };
  const process = { command, version: VERSION, startedAt: clock.now() };
  const late = lateCall();
  const { patience } = parts.among ?? {};
  const own = { holder: randomUUID(), process, load, onTaken: late.call, ...(patience && { patience }) };
  const worker = new Worker({ clock, store, log, meter, ...own, ...hooks }, inForce);
  return {
    worker,
    lastReport: () => last,
    missed: meter.missed.bind(meter),
    onTaken: late.use,
    between: (wanted) => {
      reload = wanted;
    },
  };
}

/** Another worker may have written the store since these were read. */
async function readAgain({ names, identity, store }: Parts): Promise<void> {
  await names.restart();
  await identity.restart(store);
}

/** A call of what is not known yet. */
function lateCall(): { readonly call: () => void; readonly use: (work: () => void) => void } {
  let work: () => void = () => undefined;
  return {
    call: () => {
      work();
    },
    use: (known) => {
      work = known;
    },
  };
}

/** With any of these changed, the client secret belongs to a client or a place that this process does not speak to. */
const SECRET_IS_FOR: ReadonlySet<string> = new Set(
  ['region', 'client_id', 'api_url', 'login_url'].map((key) => `genesys.${key}`),
);

function reloadOf(loaded: LoadedPolicy, first: InForce, worker: Worker, parts: Parts): Reload {
  const { clock, log, metrics, signal, store, platform, names, identity, telling } = parts;
  const { redactor = new Redactor() } = parts;
  let { policy: inForce } = first;
  return new Reload({
    loaded,
    clock,
    log,
    resolve: (wanted) => {
      for (const secret of secretsOf(wanted.settings)) redactor.know(secret);
      return names.resolve(wanted, signal);
    },
    busy: () => worker.busy,
    takeUp: (wanted, resolved) => {
      const { settings } = wanted;
      // Where only secrets have changed there was nothing to resolve.
      for (const secret of secretsOf(settings)) redactor.know(secret);
      const policy = resolved ?? inForce;
      inForce = policy;
      if (resolved !== undefined) void names.use(resolved);
      worker.use(inForceOf(policy, wanted, redactor, log));
      if (!needRestart(loaded, wanted).some((setting) => SECRET_IS_FOR.has(setting)))
        platform.useSecret(settings.genesys.clientSecret);
      identity.use(settings);
      telling.use(settings);
      log.level = settings.log.level;
      tellMode(metrics, settings);
      metrics.policyInForce(policy);
      metrics.asksEvidence(askedSources(settings.evidence));
    },
    record: (event) => store.saveStep([], [event]),
    differs: (change) => void notePolicy(change, store, redactor),
    alarm: (alarm) => {
      telling.alarm(alarm);
      if (!worker.waiting) void telling.notifier.flush();
    },
    onChange: (outcome) => {
      metrics.policyChanged(outcome);
    },
  });
}
