/** `run`: the unattended worker. */
import process from 'node:process';
import { realClock } from '../../app/clock.ts';
import { SECOND, type Duration } from '../../domain/time/time.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../domain/tracking/platform-behaviour.ts';
import type { Store } from '../../ports/store.ts';
import { createLog } from '../../app/logging.ts';
import { Metrics } from '../../server/metrics.ts';
import { cached } from '../../server/cached.ts';
import { startServer, type RunningServer, type Document } from '../../server/server.ts';
import { askedSources } from '../../policy-file/asked-sources.ts';
import { statusOf, type StatusFacts } from '../../server/status.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { jsonText } from '../../texts/clean.ts';
import { Redactor } from '../../texts/redactor.ts';
import { assemble, openStoreOf, type Assembly, type Surroundings } from '../../app/compose.ts';
import { explainError } from '../shared/exit.ts';
import { openLog, type LogOption } from '../shared/log.ts';
import type { Output } from '../shared/output.ts';
import { configPath, listenAddress, loadTestedConfig, type ConfigOption } from '../shared/options.ts';
import { untilSignalled, type Ending } from '../shared/signals.ts';
import { VERSION } from '../../app/version.ts';
import { work } from './worker.ts';

/** What people were to be told may take so long to leave after that; the rest waits in the store. */
const FAREWELL_TIME: Duration = SECOND;

export interface RunOptions extends ConfigOption, LogOption {}

/** Runs until a signal comes. Answers the exit code. */
export async function run(options: RunOptions, { redactor }: Pick<Output, 'redactor'>): Promise<number> {
  const { loaded, files } = await loadTestedConfig(options, { redactor });
  const stream = await openLog('stdout', options);
  const log = createLog(loaded.settings.log.level, stream, redactor);
  const { mode, held } = loaded.settings;
  log.info({ version: VERSION, policy: loaded.hash, mode, modeHeldBy: held?.by }, 'the idle enforcer starts');
  stream.mustWork();
  let ending: Ending | undefined;
  let assembly: Assembly | undefined;
  let server: RunningServer | undefined;
  let store: Store | undefined;
  try {
    store = await openStoreOf(loaded.settings, { clock: realClock, log });
    log.info({ store: store.place }, 'the store is open');
    // Not before: while a large store is looked through this process hears nothing, and the system ends it at once.
    ending = untilSignalled();
    const { signal } = ending;
    const around = { clock: realClock, log, metrics: new Metrics().withProcess(VERSION), redactor, signal };
    server = await serve(loaded, around, () => assembly, store);
    assembly = await assemble(loaded, store, around);
    return await work(assembly, { path: configPath(options), files }, around, ending.code);
  } catch (error) {
    if (ending?.signal.aborted === true) return await ending.code;
    const { code, text } = explainError(error);
    // For readers of the log alone: what is written to standard error is for the person at the terminal.
    log.error({ code, why: text }, 'the idle enforcer cannot continue');
    throw error;
  } finally {
    await server?.close();
    await assembly?.release(FAREWELL_TIME);
    await store?.close();
    log.info({}, 'the idle enforcer has stopped');
    ending?.close();
  }
}

/** Serves health, metrics and status, also while there is no worker yet. Rejects when the address cannot be had. */
export function serve(
  loaded: LoadedPolicy,
  { clock, metrics, log, redactor = new Redactor() }: Surroundings,
  assembly: () => Assembly | undefined,
  store: Pick<Store, 'pause' | 'learnt'>,
): Promise<RunningServer> {
  const { port } = loaded.settings.server;
  const host = listenAddress(loaded.settings.server.host, process.env);
  const starting = { ok: false, why: 'starting: the platform has not been reached yet' };
  const startedAt = clock.now();
  const inForce = (): Pick<StatusFacts, 'organisation' | 'mode' | 'modeHeldBy' | 'policy' | 'evidence'> => {
    const { settings, hash } = assembly()?.reload.current ?? loaded;
    const { organisation, mode, held, evidence } = settings;
    return { organisation, mode, modeHeldBy: held?.by, policy: hash, evidence: askedSources(evidence) };
  };
  const metricsTold = async (): Promise<Document> => ({
    text: Buffer.from(await metrics.text()),
    type: metrics.registry.contentType,
  });
  const statusTold = async (): Promise<Document> => {
    const status = statusOf({
      version: VERSION,
      startedAt,
      now: clock.now(),
      ...inForce(),
      pause: await store.pause(),
      learnt: (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN,
      lease: assembly()?.worker.lease ?? { standing: 'unknown', epoch: undefined },
      lastSweep: assembly()?.lastReport(),
    });
    const text = Buffer.from(`${redactor.hide(jsonText(status, 2))}\n`);
    return { text, type: 'application/json; charset=utf-8' };
  };
  return startServer(host, port, {
    alive: () => assembly()?.health.alive(clock.now()) ?? { ok: true, why: 'starting' },
    ready: () => assembly()?.health.ready(clock.now()) ?? starting,
    metrics: cached(metricsTold, () => clock.now()),
    status: cached(statusTold, () => clock.now()),
  }).then((server) => {
    log.info({ host, port: server.port }, 'serving health, metrics and status');
    return server;
  });
}
