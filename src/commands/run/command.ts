/** `run`: the unattended worker of one organisation, or of several. */
import process from 'node:process';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { realClock } from '../../app/clock.ts';
import { createLog } from '../../app/logging.ts';
import { VERSION } from '../../app/version.ts';
import { levelHere } from '../../policy-file/environment.ts';
import { PolicyRefused } from '../../policy-file/faults.ts';
import { FilesRead, type Digests } from '../../policy-file/files-read.ts';
import { isFleetFile, loadFleetFile, type LoadedFleet } from '../../policy-file/fleet.ts';
import { strangeRoles } from '../../policy-file/in-fleet.ts';
import { secretsOfPage } from '../../policy-file/secrets.ts';
import type { Loading } from '../../policy-file/watch.ts';
import type { RunningServer } from '../../server/server.ts';
import type { LogStream } from '../../app/log-stream.ts';
import { checkPolicy } from '../policy-test/policy-check.ts';
import { explainError } from '../shared/exit.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';
import { configPath, loadTestedConfig, type ConfigOption } from '../shared/options.ts';
import { untilSignalled, type Ending } from '../shared/signals.ts';
import { serve, type Address, type Watched } from './endpoints.ts';
import { Fleet } from './fleet.ts';
import { Organisation } from './organisation.ts';
import { isPassing } from './trouble.ts';

/** So many policies that have changed are checked at once, each in a thread of its own. */
const CHECKS_AT_ONCE = 2;

export interface RunOptions extends ConfigOption, LogOption {}

/** What a process watches, ready to begin. */
interface Watch {
  readonly watched: Watched;
  readonly server: Address;
  /** Where the process itself logs. */
  readonly log: Logger;
  /** Opens what has to be open before signals are heard. */
  readonly open: () => Promise<void>;
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/** Runs until a signal comes. Answers the exit code. */
export async function run(options: RunOptions, { redactor }: Pick<Output, 'redactor'>): Promise<number> {
  const of = isFleetFile(configPath(options)) ? fleetOf : organisationOf;
  const { watched, server: address, log, open, work } = await of(options, redactor);
  let ending: Ending | undefined;
  let server: RunningServer | undefined;
  try {
    await open();
    // Not before: while a large store is looked through this process hears nothing, and the system ends it at once.
    ending = untilSignalled();
    server = await serve(address, watched, { clock: realClock, log, redactor });
    await work(ending.signal);
    return await ending.code;
  } catch (error) {
    if (ending?.signal.aborted === true) return await ending.code;
    const { code, text } = explainError(error);
    // For readers of the log alone: what is written to standard error is for the person at the terminal.
    log.error({ code, why: text }, 'the idle enforcer cannot continue');
    throw error;
  } finally {
    await server?.close();
    log.info({}, 'the idle enforcer has stopped');
    ending?.close();
  }
}

/** One policy. */
async function organisationOf(options: RunOptions, redactor: Output['redactor']): Promise<Watch> {
  const path = configPath(options);
  const check = await loadTestedConfig(options, { redactor });
  const { settings, hash } = check.loaded;
  const stream = await openLog('stdout', options);
  const organisation = new Organisation(path, check, {
    ...{ clock: realClock, redactor, log: createLog(settings.log.level, stream, redactor) },
    check: (file, signal) => checkPolicy(file, process.env, { signal }),
    namesAgents: settings.page.signIn !== undefined,
  });
  const { log } = organisation;
  const { mode, held, server, page } = settings;
  started(log, stream, { policy: hash, mode, modeHeldBy: held?.by });
  const watched: Watched = {
    alive: (now) => organisation.alive(now),
    ready: (now) => organisation.ready(now),
    status: (now) => organisation.status(now),
    metrics: () => [organisation.metrics],
    pages: () => [organisation.page],
  };
  // What passes is tried again by the organisation, which says so.
  const open = (): Promise<void> =>
    organisation.open().catch((error: unknown) => {
      if (!isPassing(error)) throw error;
    });
  const address = { ...server, page };
  return { watched, server: address, log, open, work: (signal) => organisation.work(signal) };
}

/** Several. */
async function fleetOf(options: RunOptions, redactor: Output['redactor']): Promise<Watch> {
  const path = configPath(options);
  const { loaded, files } = loadingFleet(path);
  const { server, page, log: wanted } = loaded.shared;
  for (const secret of secretsOfPage(page)) redactor.know(secret);
  const stream = await openLog('stdout', options);
  const log = createLog(levelHere(wanted.level, process.env), stream, redactor);
  started(log, stream, { fleet: path });
  const atOnce = pLimit(CHECKS_AT_ONCE);
  // While nothing is watched yet, no sweep waits for this thread.
  let smallHere = true;
  const fleet = await Fleet.load(loaded, files, {
    ...{ clock: realClock, redactor, log, namesAgents: page.signIn !== undefined },
    check: (file, shared, signal) =>
      atOnce(() => checkPolicy(file, process.env, { shared, signal, smallHere })),
    load: () => loadAgain(path),
    setLevel: (level) => {
      log.level = levelHere(level, process.env);
    },
  });
  const names = fleet.organisations.map(({ wantedName }) => wantedName);
  for (const organisation of strangeRoles(loaded.shared, names))
    log.warn(
      { organisation },
      'page.sign_in.organisations names an organisation that the fleet does not have',
    );
  smallHere = false;
  const open = (): Promise<void> => fleet.open();
  const address = { ...server, page };
  return { watched: fleet, server: address, log, open, work: (signal) => fleet.work(signal) };
}

function started(log: Logger, stream: LogStream, facts: object): void {
  log.info({ version: VERSION, ...facts }, 'the idle enforcer starts');
  stream.mustWork();
}

function loadingFleet(path: string): { readonly loaded: LoadedFleet; readonly files: Digests } {
  const files = new FilesRead();
  return { loaded: loadFleetFile(path, process.env, files), files: files.digests };
}

function loadAgain(path: string): Loading<LoadedFleet> {
  const files = new FilesRead();
  try {
    return { kind: 'valid', loaded: loadFleetFile(path, process.env, files), files: files.digests };
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return { kind: 'refused', refusal: error, files: files.digests };
  }
}
