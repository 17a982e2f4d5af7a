/** `init`: reads the organisation by its credentials alone, and writes a first policy that observes, with tests beside it. */
import { lstat, open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import { connect } from '../../app/compose.ts';
import { createLog } from '../../app/logging.ts';
import { MINUTE, type Duration } from '../../domain/time/time.ts';
import { REGIONS } from '../../domain/region.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead } from '../../policy-file/files-read.ts';
import { loadPolicyText } from '../../policy-file/load.ts';
import { Metrics } from '../../server/metrics.ts';
import type { Platform } from '../../genesys/platform.ts';
import { counted } from '../../texts/counted.ts';
import { oneLine } from '../../texts/clean.ts';
import { makeFile } from '../backup/new-file.ts';
import { asked, wantsOf } from '../doctor/command.ts';
import { permissionFindings } from '../doctor/permissions.ts';
import type { Finding } from '../doctor/ports.ts';
import { reconnectFinding, timeoutFindings } from '../doctor/settings.ts';
import { parseTestFile } from '../policy-test/test-file.ts';
import { runTests } from '../policy-test/policy-tests.ts';
import { EXIT, UsageError } from '../shared/exit.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import { configPath, known, type ConfigOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { orRefused } from '../shared/private-file.ts';
import { byWhatWasGiven, refusalOfGiven } from './given.ts';
import { firstPolicy, type FirstPolicy, type Place } from './policy.ts';
import { readSeen, type Counted, type Seen } from './seen.ts';
import { shellWord } from '../shared/shell-word.ts';

export interface InitOptions extends ConfigOption, LogOption {
  /** AWS region or host; from `GENESYS_REGION` unless given. */
  readonly region?: string;
  readonly apiUrl?: string;
  readonly loginUrl?: string;
  readonly json?: boolean;
}

/** A person waits for the answer. */
const MOST: Duration = 5 * MINUTE;

/** Writes both files, or none. Asks nothing. Throws `UsageError`, and what the platform does. */
export async function init(options: InitOptions, output: Output): Promise<number> {
  const path = configPath(options);
  const tests = testsBeside(path);
  for (const file of [path, tests]) await orRefused(file, mustBeFree(file));
  const place = placeOf(options);
  const files = { policy: oneLine(path), tests: basename(tests) };
  const start = loadedFrom(firstPolicy(NOTHING_SEEN, place, [], files), path, tests, options.region);
  known(start, output.redactor);
  const log = createLog('fatal', await openLog('stderr', options), output.redactor);
  const around = { clock: realClock, log, metrics: new Metrics(), redactor: output.redactor };
  const platform = connect(start.settings, around);
  const signal = AbortSignal.timeout(MOST);
  try {
    await platform.checkCredentials(signal);
    const seen = await readSeen(platform, signal);
    const findings = await findingsOf(platform, start, signal);
    const written = firstPolicy(seen, place, findings, files);
    await proven(written, path, tests, options.region);
    await writeBoth(written, path, tests);
    tell({ path, tests, seen, findings }, options, output);
    return EXIT.fine;
  } catch (error) {
    if (!signal.aborted) throw refusalOfGiven(error, options.region);
    throw new UsageError('The platform did not answer within five minutes. Nothing was written.');
  } finally {
    await platform.close();
  }
}

const NOTHING_SEEN: Seen = { organisation: undefined, agents: 0, groups: undefined, labels: undefined };

/** `idle-enforcer.yaml` has its tests in `idle-enforcer.tests.yaml`. */
function testsBeside(path: string): string {
  return join(dirname(path), `${basename(path).replace(/\.ya?ml$/, '')}.tests.yaml`);
}

/** Before anything is asked of the platform. The files are made anew or not at all in any case. */
async function mustBeFree(path: string): Promise<void> {
  const ifMissing = (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  };
  if ((await stat(dirname(path)).catch(ifMissing))?.isDirectory() !== true)
    throw new UsageError(
      `There is no folder ${oneLine(dirname(path))}: create it, or name a file with --config.`,
    );
  if ((await lstat(path).catch(ifMissing)) === undefined) return;
  throw new UsageError(
    `${oneLine(path)} is there already, and nothing is overwritten: name another file with --config, or move it away.`,
  );
}

function placeOf({ region = process.env['GENESYS_REGION'], apiUrl, loginUrl }: InitOptions): Place {
  const missing = ['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET'].filter(
    (name) => (process.env[name] ?? '') === '',
  );
  if (missing.length > 0)
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set: init reads the organisation by an OAuth client of the kind "client credentials", whose id and secret stand in the environment.`,
    );
  if (region === undefined || region === '')
    throw new UsageError(
      `Which region is the organisation in? Give --region, or set GENESYS_REGION, to one of ${REGIONS.join(', ')}, or to the host, such as mypurecloud.ie.`,
    );
  return { region, apiUrl, loginUrl };
}

/** As a loader takes it. What the user gave, such as the region, may be refused: in words of their own, for there is no file yet. */
function loadedFrom(
  { policy }: FirstPolicy,
  path: string,
  tests: string,
  region: string | undefined,
): LoadedPolicy {
  try {
    return loadPolicyText(policy.replace(/^tests: .*$/m, ''), path, process.env, new FilesRead());
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    const why = error.faults.map(({ path: key, message }) => byWhatWasGiven(`${key}: ${message}`, region));
    throw new UsageError(
      `A policy for this cannot be written to ${oneLine(path)} and ${oneLine(tests)}:\n${why.join('\n')}`,
    );
  }
}

/** What `doctor` finds that decides how the first policy does. */
async function findingsOf(
  platform: Platform,
  loaded: LoadedPolicy,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const doctor = asked(platform, signal);
  const wants = wantsOf(loaded);
  const permissions = await permissionFindings(doctor, wants);
  return [
    ...(await timeoutFindings(doctor, wants)),
    await reconnectFinding(doctor, wants),
    ...permissions.filter(({ verdict }) => verdict !== 'ok'),
  ];
}

/** No file is written that the program would refuse, whatever the platform's names are. */
async function proven(
  written: FirstPolicy,
  path: string,
  tests: string,
  region: string | undefined,
): Promise<void> {
  const loaded = loadedFrom(written, path, tests, region);
  const results = await runTests(parseTestFile(written.tests, tests, process.env), loaded);
  const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
  if (failed.length > 0) throw new Error(`tests of the first policy fail: ${failed.join(', ')}`);
}

async function writeBoth({ policy, tests }: FirstPolicy, path: string, testPath: string): Promise<void> {
  await orRefused(
    testPath,
    makeFile(testPath, (temporary) => filled(temporary, tests)),
  );
  try {
    await orRefused(
      path,
      makeFile(path, (temporary) => filled(temporary, policy)),
    );
  } catch (error) {
    await rm(testPath, { force: true });
    throw error;
  }
}

async function filled(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

interface Told {
  readonly path: string;
  readonly tests: string;
  readonly seen: Seen;
  readonly findings: readonly Finding[];
}

function tell({ path, tests, seen, findings }: Told, { json }: InitOptions, output: Output): void {
  if (json === true) {
    output.json({ policy: path, tests, ...seen, findings }, 2);
    return;
  }
  const { line } = output;
  const whose = seen.organisation === undefined ? '' : ` of ${oneLine(seen.organisation)}`;
  line(
    `${counted(seen.agents, 'agent')}${whose}, ${summary('group', seen.groups)}, ${summary('presence label', seen.labels)}.`,
  );
  for (const { check, verdict, found, advice } of findings) {
    line(`${verdict}  ${check}: ${found}`);
    if (advice !== undefined) line(`    what to do: ${advice}`);
  }
  line();
  line(`Written: ${oneLine(path)}, which observes, and its tests, ${oneLine(tests)}.`);
  line(`Next: idle-enforcer validate --online --config ${oneLine(shellWord(path))}`);
}

function summary(what: string, things: readonly Counted[] | undefined): string {
  return things === undefined ? `${what}s could not be read` : counted(things.length, what);
}
