/** The past that `backtest` and `suggest` replay: read from the platform or from a recording, and policies made fit for it. */
import { basename } from 'node:path';
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import { PLAIN_BILLING, type BillingCalendar } from '../../domain/licence/billing.ts';
import type { Named } from '../../domain/policy/named.ts';
import { NAME_KINDS, type NameKind, type Policy } from '../../domain/policy/policy.ts';
import type { Interval } from '../../domain/time/time.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import { namesNeeded } from '../../policy-file/names.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { resolvePolicy } from '../../policy-file/resolve.ts';
import { toBilling } from '../../policy-file/schema-billing.ts';
import { UsageError } from '../shared/exit.ts';
import { momentOption, spanOption } from '../shared/instants.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import { known, loadConfig, sharedOf, zoneOption, type ConfigOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import type { RecordedOrganisation } from './recording.ts';
import { fromPlatform, fromRecording, type HistorySource } from './source.ts';

/** Which past. */
export interface PastOptions extends ConfigOption, LogOption {
  readonly from?: string;
  readonly to?: string;
  /** Keep what is read in this file. */
  readonly record?: string;
  /** Read this file instead of the platform. */
  readonly replay?: string;
}

/** A policy, and how the user calls it. */
export interface NamedPolicy {
  readonly name: string;
  readonly loaded: LoadedPolicy;
}

/** Without `--from` so many days. */
const DAYS = 30;

/** Loads policies that may be replayed: a recording needs no credentials. Throws `PolicyRefused`. */
export function loadForPast(
  paths: readonly string[],
  options: PastOptions,
  { redactor }: Output,
): NamedPolicy[] {
  const env = options.replay === undefined ? process.env : offlineEnv();
  return paths.map((path) => ({
    name: nameOf(path, paths),
    loaded: known(loadPolicyFile(path, env, new FilesRead(), sharedOf(options)), redactor),
  }));
}

/** The billing months of the first policy that says; calendar months where none does, or a zone was asked for. Throws `UsageError`. */
export function calendarFor(policies: readonly NamedPolicy[], zone: string | undefined): BillingCalendar {
  if (zone !== undefined) return { startsOn: 1, zone: zoneOption(zone) };
  const [billing] = policies.flatMap(({ loaded }) => loaded.draft.content.billing ?? []);
  return billing === undefined ? PLAIN_BILLING : toBilling(billing);
}

/** The environment, in which credentials need not be set. */
export function offlineEnv(): NodeJS.ProcessEnv {
  return { GENESYS_CLIENT_ID: 'not-used', GENESYS_CLIENT_SECRET: 'not-used', ...process.env };
}

/** The file's name, or its path where two files have the same. */
function nameOf(path: string, all: readonly string[]): string {
  const name = basename(path);
  return all.filter((other) => basename(other) === name).length > 1 ? path : name;
}

/**
 * Reads the past for these policies; `asks` is the one by which the platform is asked, that of `--config` where left out. Throws
 * `UsageError` or `PlatformError`.
 */
export async function readPast(
  options: PastOptions,
  policies: readonly NamedPolicy[],
  output: Output,
  asks?: LoadedPolicy,
): Promise<HistorySource> {
  if (options.record !== undefined && options.replay !== undefined)
    throw new UsageError('--record reads the platform, --replay reads a file: give one of them.');
  const source =
    options.replay === undefined ? await live(options, policies, output, asks) : await kept(options);
  if (source.history.agents.length === 0)
    throw new UsageError(
      'This history holds no records of agents in the directory: there is nothing to replay.',
    );
  return source;
}

async function kept({ replay = '', from, to }: PastOptions): Promise<HistorySource> {
  const now = realClock.now();
  return await fromRecording(replay, {
    ...(from === undefined ? {} : { from: momentOption('--from', from, now) }),
    ...(to === undefined ? {} : { to: momentOption('--to', to, now) }),
  });
}

async function live(
  options: PastOptions,
  policies: readonly NamedPolicy[],
  output: Output,
  asks: LoadedPolicy | undefined,
): Promise<HistorySource> {
  const now = realClock.now();
  const span = spanOption(options, now, DAYS);
  if (span.to > now) throw new UsageError('--to lies in the future: there is no history of it.');
  const own = asks ?? loadConfig(options, output);
  const exact = [options.from, options.to].every((text) => text !== undefined && /^\d{4}-/.test(text));
  const log = await openLog('stderr', options);
  const wanted = { span, exact, record: options.record, log };
  return await fromPlatform(
    own,
    policies.map(({ loaded }) => loaded),
    wanted,
    output.redactor,
  );
}

/** The policy with the ids of the organisation whose past it is. Throws `UsageError` for what was not recorded. */
export function resolvedForPast(
  { name, loaded: { draft } }: NamedPolicy,
  { agents, names, read }: RecordedOrganisation,
  span: Interval,
): Policy {
  const users = agents.map(({ id, name: ownName, email, username }) => ({
    id,
    names: [email, username],
    ownNames: [ownName],
  }));
  const found: Partial<Record<NameKind, readonly Named[]>> = { ...names, users };
  const needed = namesNeeded(draft);
  for (const kind of NAME_KINDS)
    if (needed[kind].length > 0 && found[kind] === undefined) throw notRecorded(name, kind);
  const { policy } = resolvePolicy(draft, found, new Map(), span.from);
  const needs = needsOf(policy);
  if (needs.groups && !read.groups) throw notRecorded(name, 'groups');
  if (needs.roles && !read.roles) throw notRecorded(name, 'roles');
  for (const kind of ['queues', 'teams'] as const)
    if (needs[kind].some((id) => !read[kind].includes(id))) throw notRecorded(name, kind);
  return policy;
}

function notRecorded(name: string, kind: string): UsageError {
  return new UsageError(
    `${name} names ${kind} that this history was read without: record it again with this policy.`,
  );
}
