/** `backtest`: what up to four policies would have done in the organisation's own past. No agent is logged off. */
import { basename } from 'node:path';
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import type { Interval } from '../../domain/time/time.ts';
import type { RecordedOrganisation } from './recording.ts';
import { replay } from './replay.ts';
import { compare, type ReplayedPolicy } from './summary.ts';
import { backtestJson, backtestLines } from './text.ts';
import { naming } from '../../app/naming.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { loadPolicyFile } from '../../policy-file/load.ts';
import { NAME_KINDS, type NameKind } from '../../domain/policy/policy.ts';
import { namesNeeded } from '../../policy-file/names.ts';
import type { Named } from '../../domain/policy/named.ts';
import { needsOf } from '../../policy-file/needs.ts';
import { resolvePolicy } from '../../policy-file/resolve.ts';
import { fromPlatform, fromRecording, type HistorySource } from './source.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { momentOption, spanOption } from '../shared/instants.ts';
import { configPath, known, loadConfig, zoneOption, type ConfigOption } from '../shared/options.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';

export interface BacktestOptions extends ConfigOption, LogOption {
  readonly from?: string;
  readonly to?: string;
  /** Policies to compare; the one of `--config` without any. */
  readonly policy?: readonly string[];
  /** Keep what is read in this file. */
  readonly record?: string;
  /** Read this file instead of the platform. */
  readonly replay?: string;
  /** IANA zone of billing months. */
  readonly tz?: string;
  readonly json?: boolean;
}

const MOST_POLICIES = 4;
/** Without `--from` so many days. */
const DAYS = 30;

interface NamedPolicy {
  readonly name: string;
  readonly loaded: LoadedPolicy;
}

/** Prints the comparison. Throws `UsageError`, `PolicyRefused` or `PlatformError`. */
export async function backtest(options: BacktestOptions, output: Output): Promise<number> {
  const zone = zoneOption(options.tz);
  if (options.record !== undefined && options.replay !== undefined)
    throw new UsageError('--record reads the platform, --replay reads a file: give one of them.');
  const policies = loadPolicies(options, output);
  const { history, organisation } = await sourceOf(options, policies, output);
  const { span } = history;
  const columns = policies.map(({ name, loaded }): ReplayedPolicy => {
    const { interval } = loaded.settings.sweep;
    const policy = { ...resolved(name, loaded, organisation, span), mode: 'enforce' as const };
    return {
      name,
      hash: loaded.hash,
      interval,
      observes: loaded.settings.mode === 'observe',
      warns: policy.profiles.some(({ rules }) => rules.some(({ warn }) => warn !== undefined)),
      replayed: replay(history, { policy, interval, span }),
    };
  });
  if (history.agents.length === 0)
    throw new UsageError(
      'This history holds no records of agents in the directory: there is nothing to replay.',
    );
  const result = compare(history, span, zone, columns);
  const called = naming(policies[0]?.loaded.settings.log.identities ?? 'name');
  const name = (regret: { readonly agentId: string; readonly agentName: string }): string =>
    called({ id: regret.agentId, name: regret.agentName });
  if (options.json === true) output.write(backtestJson(result, name));
  else for (const line of backtestLines(result, name)) output.line(line);
  return EXIT.fine;
}

function loadPolicies(options: BacktestOptions, { redactor }: Output): NamedPolicy[] {
  const paths = options.policy ?? [configPath(options)];
  if (paths.length > MOST_POLICIES)
    throw new UsageError(
      `At most ${MOST_POLICIES} policies can be compared by --policy, not ${paths.length}.`,
    );
  const env = options.replay === undefined ? process.env : offlineEnv();
  return paths.map((path) => ({
    name: nameOf(path, paths),
    loaded: known(loadPolicyFile(path, env), redactor),
  }));
}

/** Replaying a file needs no credentials. */
function offlineEnv(): NodeJS.ProcessEnv {
  return { GENESYS_CLIENT_ID: 'not-used', GENESYS_CLIENT_SECRET: 'not-used', ...process.env };
}

/** The file's name, or its path where two files have the same. */
function nameOf(path: string, all: readonly string[]): string {
  const name = basename(path);
  return all.filter((other) => basename(other) === name).length > 1 ? path : name;
}

async function sourceOf(
  options: BacktestOptions,
  policies: readonly NamedPolicy[],
  output: Output,
): Promise<HistorySource> {
  const now = realClock.now();
  if (options.replay !== undefined) {
    const wanted = {
      ...(options.from === undefined ? {} : { from: momentOption('--from', options.from, now) }),
      ...(options.to === undefined ? {} : { to: momentOption('--to', options.to, now) }),
    };
    return await fromRecording(options.replay, wanted);
  }
  const span = spanOption(options, now, DAYS);
  if (span.to > now) throw new UsageError('--to lies in the future: there is no history of it.');
  const own =
    options.config === undefined && options.policy !== undefined
      ? policies[0]?.loaded
      : loadConfig(options, output);
  if (own === undefined) throw new UsageError('There is no policy to compare.');
  const loaded = policies.map((each) => each.loaded);
  const exact = [options.from, options.to].every((text) => text !== undefined && /^\d{4}-/.test(text));
  const log = await openLog('stderr', options);
  return await fromPlatform(own, loaded, { span, exact, record: options.record, log }, output.redactor);
}

/** The policy with the ids of the organisation whose history it is. Throws `UsageError` for what was not recorded. */
function resolved(
  name: string,
  { draft }: LoadedPolicy,
  { agents, names, read }: RecordedOrganisation,
  span: Interval,
): ReturnType<typeof resolvePolicy>['policy'] {
  const users = agents.map(({ id, name, email, username }) => ({
    id,
    names: [email, username],
    ownNames: [name],
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
    `${name} names ${kind} that this history was read without: record again with --policy ${name}.`,
  );
}
