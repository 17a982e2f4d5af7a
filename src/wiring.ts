/** The one place where the parts are put together. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Policy } from './domain/policy.ts';
import { MINUTE, SECOND, type Duration, type Instant } from './domain/time.ts';
import { Enforcer, type InForce } from './enforcer/enforcer.ts';
import type { Alarm, Clock, Directory, Effects, Meter, SweepReport } from './enforcer/ports.ts';
import type { Store } from './enforcer/store-port.ts';
import { Worker } from './enforcer/worker.ts';
import { CredentialsError, PlatformError } from './genesys/errors.ts';
import { connectPlatform, type Platform } from './genesys/platform.ts';
import type { Identity } from './identity/ports.ts';
import { naming } from './logging.ts';
import type { LoadedPolicy, Settings } from './policy/draft.ts';
import { NAME_KINDS, namesNeeded, type Named, type NameKind, type Names } from './policy/names.ts';
import { needsOf } from './policy/needs.ts';
import { resolvePolicy } from './policy/resolve.ts';
import { Health } from './server/health.ts';
import type { Metrics } from './server/metrics.ts';
import { openStore, type SqliteStore } from './store/sqlite-store.ts';
import { connectIdentity, withIdentity } from './wiring-identity.ts';

/** Between two tries to reach the platform at start: doubling up to this. */
const LONGEST_PAUSE: Duration = MINUTE;

/** What a command brings along. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Ends whatever is under way while starting. */
  readonly signal: AbortSignal;
}

/** A worker with everything that it is made of. */
export interface Assembly {
  readonly worker: Worker;
  readonly store: SqliteStore;
  readonly platform: Platform;
  readonly health: Health;
  readonly policy: Policy;
  /** The last sweep of this process. */
  readonly lastReport: () => SweepReport | undefined;
  readonly close: () => Promise<void>;
}

/** Opens the store of a policy. Rejects with `StoreError`. */
export async function openStoreOf(
  settings: Settings,
  { clock, log }: Pick<Surroundings, 'clock' | 'log'>,
): Promise<SqliteStore> {
  const store = await openStore(settings.store.sqlite, { now: () => clock.now(), log });
  if (store.setAside !== undefined) {
    log.error(
      { alarm: 'store', setAside: store.setAside },
      'the store was damaged: kept aside, a new one was begun',
    );
  }
  return store;
}

/** Connects to the platform; nothing is sent yet. Throws `PlatformSettingsError`. */
export function connect(
  { genesys }: Settings,
  { clock, log, metrics }: Omit<Surroundings, 'signal'>,
): Platform {
  const { requestsPerMinute, timeout, region, clientId, clientSecret, apiUrl, loginUrl } = genesys;
  const settings = { region, clientId, clientSecret, apiUrl, loginUrl, requestsPerMinute, timeout };
  const platform = connectPlatform(settings, clock, {
    onRequest: ({ operation, status }) => {
      metrics.request(operation, String(status));
    },
    warn: (message, fields) => {
      log.warn(fields, message);
    },
  });
  metrics.watchBudget(() => platform.budget().remaining);
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
  const health = new Health(clock.now(), () => loaded.settings.sweep.interval);
  try {
    await untilReached(around, health, () => platform.checkCredentials(around.signal));
    const policy = await untilReached(around, health, () => resolveNames(loaded, platform, store, around));
    const inForce: InForce = { policy, longestInterval: loaded.settings.sweep.interval };
    metrics.policyInForce(policy.hash);
    const identity = await connectIdentity(loaded.settings, store, around.clock, process.env);
    const parts = { ...around, store, platform, identity, health };
    return { ...workerOf(loaded.settings, inForce, parts), store, platform, health, policy };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

interface WorkerSurroundings extends Surroundings {
  readonly store: SqliteStore;
  readonly platform: Platform;
  readonly identity: Identity | undefined;
  readonly health: Health;
}

function workerOf(
  settings: Settings,
  inForce: InForce,
  { clock, log, metrics, store, platform, identity, health }: WorkerSurroundings,
): Pick<Assembly, 'worker' | 'lastReport' | 'close'> {
  let last: SweepReport | undefined;
  const meter: Meter = {
    sweepEnded: (report) => {
      last = report;
      metrics.sweepEnded(report);
      health.turned(clock.now());
      if (report.complete) health.completed(clock.now());
    },
    sweepFailed: () => {
      metrics.sweepFailed();
    },
    missed: (why) => {
      metrics.missed(why);
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
  const alarm = ({ kind, message, fields }: Alarm): void => {
    log.error({ alarm: kind, ...fields }, message);
    metrics.alarm(kind);
  };
  const directory: Directory = platform.directory;
  const effects: Effects = withIdentity(platform.effects, identity, directory);
  const port: Store = store;
  const name = naming(settings.log.identities);
  const parts = { clock, directory, effects, store: port, log, meter, alarm, name };
  const load = (wanted: InForce): Promise<Enforcer> => Enforcer.load(parts, wanted);
  const worker = new Worker({ clock, store: port, log, meter, holder: randomUUID(), load }, inForce);
  return {
    worker,
    lastReport: () => last,
    close: async () => {
      await identity?.close();
      await platform.close();
      await store.close();
    },
  };
}

/** Asks the platform again and again. Wrong credentials and a refused policy are not a matter of waiting. */
async function untilReached<T>(around: Surroundings, health: Health, ask: () => Promise<T>): Promise<T> {
  for (let pause = SECOND; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof PlatformError) || error instanceof CredentialsError) throw error;
      around.signal.throwIfAborted();
      around.log.warn({ err: error, pause }, 'the platform cannot be asked yet: trying again');
      health.turned(around.clock.now());
      await around.clock.sleep(pause, around.signal);
    }
  }
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
  platform.setNeeds(needsOf(policy));
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

/** When the store's old events and people are forgotten next. */
export async function prune(store: SqliteStore, retention: Duration, now: Instant): Promise<void> {
  await store.prune(now - retention);
}
