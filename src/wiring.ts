/** The one place where the parts are put together. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Policy } from './domain/policy.ts';
import type { Duration } from './domain/time.ts';
import { Alarms } from './enforcer/alarms.ts';
import { Enforcer, type InForce } from './enforcer/enforcer.ts';
import type { Clock, Directory, Effects, Meter, SweepReport } from './enforcer/ports.ts';
import type { Store } from './enforcer/store-port.ts';
import { Worker } from './enforcer/worker.ts';
import { connectPlatform, type Platform } from './genesys/platform.ts';
import type { Notifier } from './notify/notifier.ts';
import type { Sender } from './notify/send.ts';
import { needRestart } from './policy/diff.ts';
import type { LoadedPolicy, Settings } from './policy/draft.ts';
import { NAME_KINDS, namesNeeded, type Named, type NameKind, type Names } from './policy/names.ts';
import { needsOf } from './policy/needs.ts';
import { resolvePolicy } from './policy/resolve.ts';
import { secretsInAddress, secretsOf } from './policy/secrets.ts';
import { Health } from './server/health.ts';
import type { Metrics } from './server/metrics.ts';
import { openStore, type SqliteStore } from './store/sqlite-store.ts';
import { Reload } from './reload.ts';
import { proxiesOf, proxyAddresses } from './proxies.ts';
import { Redactor } from './texts/redactor.ts';
import { LiveIdentity, withIdentity } from './wiring-identity.ts';
import { tellingOf, type Telling } from './wiring-notify.ts';
import { untilReached } from './wiring-start.ts';

/** What a command brings along. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Ends whatever is under way while starting. */
  readonly signal: AbortSignal;
  /** Takes the messages to people; HTTP and SMTP unless given. */
  readonly sender?: Sender;
  /** Knows what may be shown nowhere. */
  readonly redactor?: Redactor;
}

/** A worker with everything that it is made of. */
export interface Assembly {
  readonly worker: Worker;
  readonly store: SqliteStore;
  readonly platform: Platform;
  readonly health: Health;
  /** As it was at the start. */
  readonly policy: Policy;
  /** The way from policy to policy, and what is in force. */
  readonly reload: Reload;
  readonly notifier: Notifier;
  /** To be told of each tick of the schedule that brought no sweep. */
  readonly missed: Meter['missed'];
  /** The last sweep of this process. */
  readonly lastReport: () => SweepReport | undefined;
  /** Ends all connections; messages have so much real time to leave, the others wait in the store. */
  readonly release: (farewell?: Duration) => Promise<void>;
  /** The same, and the store. */
  readonly close: () => Promise<void>;
}

/** Opens the store of a policy; see `StoreOptions` for `trusted`. Rejects with `StoreError`. */
export function openStoreOf(
  settings: Settings,
  { clock, log }: Pick<Surroundings, 'clock' | 'log'>,
  trusted?: Duration,
): Promise<SqliteStore> {
  return openStore(settings.store.sqlite, { now: () => clock.now(), log, ...(trusted && { trusted }) });
}

/** Connects to the platform; nothing is sent yet. Throws `PlatformSettingsError` or `ProxySettingsError`. */
export function connect(
  { genesys }: Settings,
  { clock, log, metrics, redactor = new Redactor() }: Omit<Surroundings, 'signal'>,
): Platform {
  const { requestsPerMinute, timeout, region, clientId, clientSecret, apiUrl, loginUrl } = genesys;
  const settings = { region, clientId, clientSecret, apiUrl, loginUrl, requestsPerMinute, timeout };
  const proxies = proxiesOf(process.env);
  for (const address of proxyAddresses(process.env).flatMap(secretsInAddress)) redactor.know(address);
  const platform = connectPlatform(settings, clock, {
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
export async function assemble(
  loaded: LoadedPolicy,
  store: SqliteStore,
  around: Surroundings,
): Promise<Assembly> {
  const { clock, metrics } = around;
  const platform = connect(loaded.settings, around);
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
  const start = { ...around, alarms, startedAt: clock.now(), interval, failed };
  try {
    tellOfDamage(store, telling);
    await untilReached(start, () => platform.checkCredentials(around.signal));
    const policy = await untilReached(start, () => resolveNames(loaded, platform, store, around));
    platform.setNeeds(needsOf(policy));
    metrics.policyInForce(policy);
    const { redactor = new Redactor() } = around;
    const identity = await LiveIdentity.connect(loaded.settings, store, {
      clock,
      env: process.env,
      redactor,
    });
    const parts: Parts = { ...around, store, platform, identity, health, telling, alarms };
    const inForce = inForceOf(policy, loaded.settings);
    const { worker, lastReport, missed, between } = workerOf(inForce, parts);
    const reload = reloadOf(loaded, inForce, worker, parts);
    reload.subscribe(({ settings }) => {
      ({ interval } = settings.sweep);
    });
    between(reload);
    const { notifier } = telling;
    const release = async (farewell?: Duration): Promise<void> => {
      await notifier.close(farewell);
      await identity.close();
      await platform.close();
    };
    const close = async (): Promise<void> => {
      await release();
      await store.close();
    };
    const made = { worker, store, platform, health, policy, reload, notifier };
    return { ...made, missed, lastReport, release, close };
  } catch (error) {
    await telling.notifier.close(0);
    await platform.close();
    throw error;
  }
}

function inForceOf(policy: Policy, { sweep, store }: Settings): InForce {
  return { policy, longestInterval: sweep.interval, retention: store.retention };
}

/** What a worker and its reloading are made of. */
interface Parts extends Surroundings {
  readonly store: SqliteStore;
  readonly platform: Platform;
  readonly identity: LiveIdentity;
  readonly health: Health;
  readonly telling: Telling;
  readonly alarms: Alarms;
}

function tellOfDamage({ setAside }: SqliteStore, { alarm }: Telling): void {
  if (setAside === undefined) return;
  const message = 'the store was damaged: kept aside, a new one was begun';
  alarm({ kind: 'store', message, fields: { setAside } });
}

function workerOf(
  inForce: InForce,
  { clock, log, metrics, store, platform, identity, health, telling, alarms }: Parts,
): Pick<Assembly, 'worker' | 'lastReport' | 'missed'> & { readonly between: (reload: Reload) => void } {
  let last: SweepReport | undefined;
  let reload: Reload | undefined;
  const meter = meterOf({ metrics, health, clock, alarms }, (report) => {
    last = report;
  });
  const directory: Directory = platform.directory;
  const effects: Effects = withIdentity(platform.effects, () => identity.current, directory);
  const port: Store = store;
  const { alarm, name, warner, notifier } = telling;
  const parts = { clock, directory, effects, store: port, log, meter, alarm, alarms, name, warner };
  const load = (wanted: InForce): Promise<Enforcer> => Enforcer.load(parts, wanted);
  let { setAside } = store;
  const hooks = {
    beforeSweep: () => {
      reload?.betweenSweeps();
    },
    afterSweep: () => {
      reload?.betweenSweeps();
      if (store.setAside !== setAside) tellOfDamage(store, telling);
      ({ setAside } = store);
      // Beside the sweeps: a receiver that hangs holds up nobody.
      if (!worker.waiting) void notifier.flush();
    },
  };
  const worker = new Worker(
    { clock, store: port, log, meter, holder: randomUUID(), load, ...hooks },
    inForce,
  );
  return {
    worker,
    lastReport: () => last,
    missed: (why) => {
      meter.missed(why);
    },
    between: (wanted) => {
      reload = wanted;
    },
  };
}

function meterOf(
  { metrics, health, clock, alarms }: Pick<Parts, 'metrics' | 'health' | 'clock' | 'alarms'>,
  onReport: (report: SweepReport) => void,
): Meter {
  return {
    sweepEnded: (report) => {
      onReport(report);
      metrics.sweepEnded(report);
      health.turned(clock.now());
      if (report.complete) health.completed(clock.now());
    },
    sweepFailed: () => {
      metrics.sweepFailed();
      alarms.unwatched(clock.now(), 'the sweep failed');
    },
    missed: (why) => {
      metrics.missed(why);
      // Whoever was suspended has nobody to tell; a sweep that never ends has.
      if (why === 'overlap') alarms.unwatched(clock.now(), 'the sweep before has not ended');
    },
    logoff: (rule, outcome, mode) => {
      metrics.logoff(rule, outcome, mode);
    },
    returned: (kind, delay) => {
      metrics.returned(kind, delay);
    },
    alarm: (kind) => {
      metrics.alarm(kind);
    },
  };
}

/** With any of these changed, the client secret belongs to a client or a place that this process does not speak to. */
const SECRET_IS_FOR: ReadonlySet<string> = new Set(
  ['region', 'client_id', 'api_url', 'login_url'].map((key) => `genesys.${key}`),
);

function reloadOf(loaded: LoadedPolicy, first: InForce, worker: Worker, parts: Parts): Reload {
  const { clock, log, metrics, store, platform, identity, telling, redactor } = parts;
  let { policy: inForce } = first;
  return new Reload({
    loaded,
    clock,
    log,
    resolve: (wanted) => {
      for (const secret of secretsOf(wanted.settings)) redactor?.know(secret);
      return resolveNames(wanted, platform, store, parts);
    },
    busy: () => worker.busy,
    takeUp: (wanted, policy = inForce) => {
      const { settings } = wanted;
      // Where only secrets have changed there was nothing to resolve.
      for (const secret of secretsOf(settings)) redactor?.know(secret);
      inForce = policy;
      worker.use(inForceOf(policy, settings));
      platform.setNeeds(needsOf(policy));
      if (!needRestart(loaded, wanted).some((setting) => SECRET_IS_FOR.has(setting)))
        platform.useSecret(settings.genesys.clientSecret);
      identity.use(settings);
      telling.use(settings);
      log.level = settings.log.level;
      metrics.policyInForce(policy);
    },
    record: (event) => store.saveStep([], [event]),
    alarm: (alarm) => {
      telling.alarm(alarm);
      if (!worker.waiting) void telling.notifier.flush();
    },
    onChange: (outcome) => {
      metrics.policyChanged(outcome);
    },
  });
}

/** Reads what the policy names, resolves it and remembers the ids for the day on which a name vanishes. */
async function resolveNames(
  loaded: LoadedPolicy,
  platform: Platform,
  store: SqliteStore,
  { clock, log, signal }: Surroundings,
): Promise<Policy> {
  const names = await readNames(loaded, platform, signal);
  const { policy, warnings, learnt } = resolvePolicy(
    loaded.draft,
    names,
    await knownNames(store),
    clock.now(),
  );
  for (const warning of [...loaded.warnings, ...warnings]) log.warn({ warning }, 'the policy has a warning');
  await store.setFacts(new Map([...learnt].map(([name, id]) => [`name:${name}`, id])));
  return policy;
}

/** Lists of all that the policy names. Rejects with `PlatformError`. */
export async function readNames(
  loaded: LoadedPolicy,
  platform: Platform,
  signal: AbortSignal,
): Promise<Names> {
  const needed = namesNeeded(loaded.draft);
  const names: Partial<Record<NameKind, readonly Named[]>> = {};
  for (const kind of NAME_KINDS) {
    if (needed[kind].length > 0) names[kind] = await platform.names(kind, signal);
  }
  return names;
}

/** What earlier resolutions learnt. */
export async function knownNames(store: Pick<Store, 'facts'>): Promise<ReadonlyMap<string, string>> {
  const facts = [...(await store.facts())];
  return new Map(facts.filter(([name]) => name.startsWith('name:')).map(([name, id]) => [name.slice(5), id]));
}
