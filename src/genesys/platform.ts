/** The way to Genesys Cloud: puts the parts of this folder together for one set of credentials. */
import { createHash } from 'node:crypto';
import type { Directory } from '../ports/agents.ts';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import { unlessAborted } from '../http/abort.ts';
import type { Effort } from './http/call.ts';
import { CursorOffer } from './listing/cursor-offer.ts';
import { OfflineDefinition } from './listing/definitions.ts';
import { PlatformDirectory, type DirectoryParts, type FirstPage, type Needs } from './listing/directory.ts';
import { platformEffects } from './effects/effects.ts';
import type { Effects } from '../ports/agents.ts';
import type { EvidenceParts } from './evidence/asking.ts';
import { openInteractionsOf } from './evidence/open-interactions.ts';
import { pushOf, type PushParts } from './evidence/push.ts';
import { signInsOf } from './evidence/sign-ins.ts';
import { timelineOf } from './evidence/timeline.ts';
import { CredentialsError, PlatformError, PlatformUnreachableError } from './http/errors.ts';
import { AT_ONCE, Gate } from './http/gate.ts';
import type { Clock } from '../ports/clock.ts';
import type { PushSource, SignInSource, TimelineSource } from '../ports/evidence.ts';
import type { OpenInteractions } from '../ports/open-interactions.ts';
import { historyOf, type HistoryReader } from './history/history.ts';
import { inspectionOf, type Inspection } from './inspection/inspection.ts';
import { Memberships, queueMembers, teamMembers } from './listing/memberships.ts';
import { listNames } from './listing/names.ts';
import type { Named } from '../domain/policy/named.ts';
import type { NameKind } from '../domain/policy/policy.ts';
import { NativeTimeouts } from './inspection/native-timeouts.ts';
import { Schedules, type SchedulesParts } from './schedules/schedules.ts';
import { RateBudget, type Priority } from './http/rate-budget.ts';
import { hostsBelow, resolveHosts, type Hosts } from './http/regions.ts';
import { Scrubber } from './http/scrub.ts';
import { openSdk, type Sdk } from './http/sdk.ts';
import { ServerClock } from './http/server-clock.ts';
import {
  readPresenceSettings,
  readTokenTimeout,
  type PresenceSettings,
  type TokenTimeout,
} from './inspection/settings-reads.ts';
import { Transport, type PlatformHooks } from './http/transport.ts';
import { UserPages } from './listing/user-pages.ts';
import { HttpClient } from '../http/client.ts';

/** A sweep does without the answer rather than wait for it. */
const SIDE_EFFORT: Effort = { tries: 3, within: 10 * SECOND, timeout: 10 * SECOND };

export interface PlatformSettings {
  /** AWS region or host. */
  readonly region: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** For a gateway or the sandbox; otherwise from the region. */
  readonly apiUrl?: string | undefined;
  readonly loginUrl?: string | undefined;
  readonly requestsPerMinute: number;
  /** Hosts from which large answers may be downloaded; none unless given. */
  readonly downloadHosts?: readonly string[] | undefined;
  /** For each request, in ms of real time. */
  readonly timeout: Duration;
}

export interface Platform {
  /** The addresses that are asked. */
  readonly hosts: Hosts;
  /** Tells this client at this address from every other. */
  readonly askedAs: string;
  readonly directory: Directory;
  readonly effects: Effects;
  /** What the policy asks about; to be called before the first sweep and after each change. */
  setNeeds(needs: Needs): void;
  /** Lists what a policy may name; as part of an action it is not held up by sweeps. Throws `PlatformError`. */
  names(kind: NameKind, signal?: AbortSignal, priority?: Priority): Promise<readonly Named[]>;
  /** See `PlatformDirectory`. */
  readMembers(signal: AbortSignal): Promise<void>;
  freshen(since: Instant, signal: AbortSignal): Promise<readonly ('queues' | 'teams')[]>;
  /**
   * Logs in and reads the presence definitions. Throws `CredentialsError`, which waiting does not cure, or
   * `PlatformUnreachableError`, which it may.
   */
  checkCredentials(signal?: AbortSignal): Promise<void>;
  /** How many requests could be started right now. */
  budget(): { readonly remaining: number };
  /** Throw `PlatformError`. */
  presenceSettings(signal?: AbortSignal): Promise<PresenceSettings>;
  tokenTimeout(signal?: AbortSignal): Promise<TokenTimeout>;
  /** As `directory` knows them, read now unless that has just been tried. Does not throw. */
  nativeTimeouts(signal: AbortSignal): Promise<readonly Duration[] | undefined>;
  /** One page of agents as a sweep begins with it. Throws `PlatformError`. */
  firstPage(signal?: AbortSignal): Promise<FirstPage>;
  /** What `doctor` asks about. */
  readonly inspection: Inspection;
  /** What `backtest` replays. */
  readonly history: HistoryReader;
  /** What tells a browser's return from a person's click. */
  readonly timeline: TimelineSource;
  readonly push: PushSource;
  readonly signIns: SignInSource;
  readonly openInteractions: OpenInteractions;
  /** Who is scheduled when, by workforce management. */
  readonly schedules: Schedules;
  /** The client's secret has been renewed: the next login uses it. */
  useSecret(clientSecret: string): void;
  /** Ends all connections; calls under way fail. */
  close(): Promise<void>;
}

/** Prepares a connection; nothing is sent before the first call. Throws `PlatformSettingsError`. */
export function connectPlatform(settings: PlatformSettings, clock: Clock, hooks: PlatformHooks): Platform {
  const hosts = resolveHosts(settings.region, settings.apiUrl, settings.loginUrl);
  const now = (): Instant => clock.now();
  const scrubber = new Scrubber(hooks.redactor);
  scrubber.hide(settings.clientSecret);
  const serverClock = new ServerClock();
  const budget = new RateBudget(settings.requestsPerMinute);
  const gate = new Gate(budget, clock);
  const client = new HttpClient({ timeout: settings.timeout, env: process.env, connections: AT_ONCE });
  const transport = new Transport({ client, gate, clock, serverClock, scrubber, hooks, random: Math.random });
  const { clientId, clientSecret } = settings;
  const sdk = openSdk({ hosts, clientId, clientSecret }, transport, scrubber, now);
  const offline = new OfflineDefinition(sdk, now);
  const warn = hooks.warn.bind(hooks);
  const tokenTimeout = (signal?: AbortSignal): Promise<TokenTimeout> =>
    readTokenTimeout(sdk, { priority: 'read', signal, effort: SIDE_EFFORT });
  const nativeTimeouts = new NativeTimeouts(tokenTimeout, now, warn);
  const offer = new CursorOffer(warn);
  const roots = { sdk, scrubber, gate, client, serverClock, hosts, now, warn };
  const schedules = schedulesOf(roots, settings.downloadHosts);
  const directory = directoryOf({ ...roots, nativeTimeouts, offline, schedules }, offer);
  const evidence = evidenceOf({ ...roots, directory }, settings.region, now, warn);
  // Without expands larger pages may do than in a sweep.
  const namePages = new UserPages(sdk, now, offer, warn);
  return {
    hosts,
    askedAs: createHash('sha256').update(`${hosts.apiUrl} ${clientId}`).digest('hex').slice(0, 12),
    directory,
    effects: platformEffects(sdk, offline, () => gate.room()),
    setNeeds: directory.setNeeds.bind(directory),
    names: (kind, signal, priority = 'read') => listNames(sdk, namePages, kind, { priority, signal }),
    readMembers: (signal) => directory.readMembers(signal),
    freshen: (since, signal) => directory.freshen(since, signal),
    checkCredentials: (signal) => checkCredentials(sdk, offline, hooks, signal),
    budget: () => ({ remaining: gate.remaining() }),
    presenceSettings: (signal) => readPresenceSettings(sdk, { priority: 'read', signal }),
    tokenTimeout,
    firstPage: (signal) => directory.firstPage(signal),
    nativeTimeouts: async (signal) => {
      await nativeTimeouts.refresh(signal);
      return nativeTimeouts.all;
    },
    inspection: inspectionOf(sdk, {
      clockError: () => (serverClock.synced ? serverClock.error() : undefined),
      allowed: () => budget.allowed,
    }),
    history: historyOf(sdk, clock),
    ...evidence,
    schedules,
    useSecret: (clientSecret) => {
      scrubber.hide(clientSecret);
      sdk.useSecret(clientSecret);
    },
    close: async () => {
      evidence.push.rest();
      transport.close();
      gate.close();
      await client.close();
    },
  };
}

function schedulesOf(
  {
    gate,
    serverClock,
    hosts,
    now,
    ...parts
  }: Omit<SchedulesParts, 'hosts' | 'isPlain' | 'serverNow' | 'room'> & {
    readonly gate: Gate;
    readonly serverClock: ServerClock;
    readonly hosts: Hosts;
  },
  downloadHosts: readonly string[] = [],
): Schedules {
  return new Schedules({
    ...parts,
    now,
    serverNow: () => serverClock.earliest(now()),
    room: () => gate.roomForEvidence(),
    hosts: downloadHosts.map((host) => host.toLowerCase()),
    isPlain: hosts.apiUrl.startsWith('http:'),
  });
}

/** What evidence is made of, beside the SDK. */
interface EvidenceRoots extends Pick<PushParts, 'sdk' | 'scrubber'> {
  readonly gate: Gate;
  readonly client: HttpClient;
  readonly directory: Directory;
  readonly hosts: Hosts;
}

function evidenceOf(
  { sdk, scrubber, gate, client, directory, hosts }: EvidenceRoots,
  region: string,
  now: () => Instant,
  warn: (message: string, fields: object) => void,
): Pick<Platform, 'timeline' | 'push' | 'signIns' | 'openInteractions'> {
  const parts: EvidenceParts = { sdk, room: () => gate.roomForEvidence() };
  return {
    push: pushOf({
      ...{ ...parts, scrubber, isPlain: hosts.apiUrl.startsWith('http:') },
      hosts: hostsBelow(region, hosts),
      open: (url, told) => client.socket(url, told),
      now: () => directory.serverNow(),
    }),
    timeline: timelineOf(parts),
    signIns: signInsOf(parts),
    openInteractions: openInteractionsOf(parts, now, warn),
  };
}

function directoryOf(
  parts: Omit<DirectoryParts, 'pages' | 'queues' | 'teams'>,
  offer: CursorOffer,
): PlatformDirectory {
  const { sdk, now, warn } = parts;
  return new PlatformDirectory({
    ...parts,
    pages: new UserPages(sdk, now, offer, warn),
    queues: new Memberships(queueMembers(sdk), now, warn),
    teams: new Memberships(teamMembers(sdk), now, warn),
  });
}

/**
 * The login service alone does not tell whether the API takes requests from this address, so one read follows that is
 * needed anyway. A missing permission is not the credentials' fault: it is said, and found again where it matters.
 */
async function checkCredentials(
  sdk: Sdk,
  offline: OfflineDefinition,
  hooks: PlatformHooks,
  signal?: AbortSignal,
): Promise<void> {
  await unlessAborted(sdk.login(), signal);
  try {
    await offline.load(signal);
  } catch (error) {
    if (!(error instanceof PlatformError) || error instanceof CredentialsError) throw error;
    if (error instanceof PlatformUnreachableError) throw error;
    const { message, kind, operation, status, code, contextId, correlationId } = error;
    const facts = { operation, status, code, contextId, correlationId };
    if (kind === 'transient' || kind === 'malformed')
      throw new PlatformUnreachableError(message, { kind, ...facts });
    hooks.warn('the presence definitions could not be read', facts);
  }
}
