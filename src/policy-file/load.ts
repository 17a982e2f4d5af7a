/** A policy file from disk to settings and draft, or a refusal that lists every fault. */
import { FileFault } from '../files/plain-file.ts';
import { chosenConnector } from '../identity/connectors/registry.ts';
import type { Channel } from '../notify/channels/registry.ts';
import { checkAll } from './check.ts';
import { warningAt } from './checking.ts';
import { longestInterval } from './cron.ts';
import {
  UNNAMED,
  type Draft,
  type LoadedPolicy,
  type PageSettings,
  type RoleSettings,
  type Settings,
} from './draft.ts';
import { wholeFileFault } from './faults.ts';
import type { Source } from './source.ts';
import { FilesRead, LARGEST_FILE } from './files-read.ts';
import { checkInFleet, placed, type FleetShared } from './in-fleet.ts';
import { hashOf } from './hash.ts';
import type { Env } from './interpolate.ts';
import { addIssues } from './issues.ts';
import { readYaml } from './read-yaml.ts';
import { root, type Content } from './schema.ts';
import { isOfShifts } from './schema-calendar.ts';
import type { FleetPage } from './schema-page.ts';
import type { ChannelText } from './schema-notify.ts';
import { standIn } from './stand-ins.ts';

export interface LoadOptions {
  /**
   * Variables and files that are not there are warned of, and something stands in for them: good for looking at a policy, not for
   * running it.
   */
  readonly mayBeAbsent?: boolean;
  /** The policy is one of a fleet, which has these settings in its place. */
  readonly shared?: FleetShared;
}

/** Reads and checks a file. Throws `PolicyRefused`. */
export function loadPolicyFile(
  path: string,
  env: Env,
  files = new FilesRead(),
  options: LoadOptions = {},
): LoadedPolicy {
  return loadPolicyText(readPolicyText(path, files), path, env, files, options);
}

/** The text of a policy file. Throws `PolicyRefused`. */
export function readPolicyText(path: string, files: FilesRead): string {
  try {
    return files.text(path, LARGEST_FILE);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw wholeFileFault(path, error.tooLarge ? TOO_LARGE : `the policy cannot be read: ${error.why}`);
  }
}

const TOO_LARGE = `is larger than ${LARGEST_FILE / 1024} KiB, which no policy is`;

/** Reads and checks a text; `fileName` is how faults call it, and where relative `${file:…}` start. Throws `PolicyRefused`. */
export function loadPolicyText(
  text: string,
  fileName: string,
  env: Env,
  files = new FilesRead(),
  { mayBeAbsent = false, shared }: LoadOptions = {},
): LoadedPolicy {
  if (text.length > LARGEST_FILE) throw wholeFileFault(fileName, TOO_LARGE);
  const { source, faults } = readYaml(text.replace(/^\ufeff/, ''), fileName, env, files, mayBeAbsent);
  if (source.value === null || source.value === undefined) {
    faults.throwIfAny();
    throw wholeFileFault(fileName, 'the file is empty; config/idle-enforcer.yaml is a good start');
  }
  mustNotBeTests(source, fileName);
  const { remarks, judged } = standIn(source, root, faults);
  const result = root.safeParse(source.value);
  if (!result.success) addIssues(result.error.issues, source, faults);
  const warnings: string[] = [];
  checkAll(source, faults, warnings, shared && { ...shared.page, file: shared.file });
  if (shared !== undefined) checkInFleet(source, faults, shared);
  faults.throwIfAny();
  if (!result.success) throw wholeFileFault(fileName, 'does not fit the schema');
  warnings.push(...remarks.map(({ path, sentence }) => warningAt(source, path, sentence)));
  const content = result.data;
  const hash = hashOf(source);
  const settings = { ...toSettings(content), ...(shared && placed(content.name, shared)) };
  const draft = { hash, source, content: toDraft(content, settings) };
  return {
    settings,
    draft,
    hash,
    warnings,
    isWhole: !judged,
  };
}

/** In a policy `tests` are names of files. */
function mustNotBeTests(source: Source, fileName: string): void {
  const isPolicy = ['genesys', 'profiles'].some((key) => source.at([key]) !== undefined);
  if (isPolicy || source.at(['tests', 0, 'timeline']) === undefined) return;
  throw wholeFileFault(fileName, 'it holds policy tests, and no policy: "idle-enforcer test" runs them');
}

/** What judging depends on. Without an address no warning can carry a link. */
function toDraft(content: Content, { page }: Settings): Draft['content'] {
  const { mode, exempt, profiles, returns, caps, rollout, calendars, billing, stay } = content;
  const judged = { mode, exempt, profiles, returns, caps, rollout, calendars, billing };
  return page.url === undefined ? judged : { ...judged, stay };
}

function toSettings(content: Content): Settings {
  const { name, mode, genesys, sweep, notify, identity, evidence, store, server, page, log, tests } = content;
  return {
    organisation: name ?? UNNAMED,
    mode,
    genesys: {
      region: genesys.region,
      clientId: genesys.client_id,
      clientSecret: genesys.client_secret,
      apiUrl: genesys.api_url,
      loginUrl: genesys.login_url,
      requestsPerMinute: genesys.requests_per_minute,
      downloadHosts: genesys.download_hosts,
      timeout: genesys.timeout,
    },
    zone: commonZone(content.calendars),
    sweep: { every: sweep.every, interval: longestInterval(sweep.every) },
    notify: notify.map(toChannel),
    identity: chosenConnector(identity) === undefined ? undefined : identity,
    evidence: { timeline: evidence.timeline, push: evidence.push, signIns: evidence.sign_ins },
    store,
    server,
    page: toPage(page),
    log,
    tests,
  };
}

/** That of the calendars, where all have the same; else UTC. */
function commonZone(calendars: Content['calendars']): string {
  const zones = new Set(
    Object.values(calendars).flatMap((calendar) => (isOfShifts(calendar) ? [] : [calendar.timezone])),
  );
  const [zone] = zones;
  return zones.size === 1 && zone !== undefined ? zone : 'UTC';
}

/** The page as its parts need it. */
export function toPage({ url, secret, sign_in: signIn }: FleetPage | Content['page']): PageSettings {
  if (signIn === undefined) return { url, secret, signIn };
  const { issuer, claim, scope } = signIn;
  const client = { clientId: signIn.client_id, clientSecret: signIn.client_secret };
  const own = 'organisations' in signIn ? Object.entries(signIn.organisations ?? {}) : [];
  const organisations = Object.fromEntries(own.map(([name, roles]) => [name, toRoles(roles)]));
  return { url, secret, signIn: { issuer, ...client, claim, scope, ...toRoles(signIn), organisations } };
}

function toRoles({
  viewers = [],
  operators = [],
}: {
  readonly viewers?: string[] | undefined;
  readonly operators?: string[] | undefined;
}): RoleSettings {
  return { viewers, operators };
}

function toChannel(channel: ChannelText): Channel {
  return { ...channel, on: new Set(channel.on), enabled: channel.url !== '' };
}
