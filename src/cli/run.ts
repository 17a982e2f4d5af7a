/** `run`: the unattended worker. `once`: one sweep for an outside scheduler. */
import process from 'node:process';
import { realClock } from '../clock.ts';
import type { Mode } from '../domain/policy.ts';
import { DAY, SECOND, type Duration } from '../domain/time.ts';
import { learntFrom } from '../domain/learnt.ts';
import { LEARNT_FACT } from '../enforcer/learner.ts';
import type { SqliteStore } from '../store/sqlite-store.ts';
import type { SweepReport } from '../enforcer/ports.ts';
import { createLog } from '../logging.ts';
import { Metrics } from '../server/metrics.ts';
import { cached } from '../server/cached.ts';
import { startServer, type RunningServer, type Told } from '../server/server.ts';
import { statusOf } from '../server/status.ts';
import type { LoadedPolicy } from '../policy/draft.ts';
import { policyFingerprint } from '../policy/watch.ts';
import { jsonText } from '../texts/clean.ts';
import { Redactor } from '../texts/redactor.ts';
import { assemble, openStoreOf, type Assembly, type Surroundings } from '../wiring.ts';
import { EXIT, explainError } from './exit.ts';
import { configPath, listenAddress, loadTestedConfig, type ConfigOption } from './options.ts';
import type { Output } from './output.ts';
import { VERSION } from './version.ts';
import { DRAIN, work } from './worker.ts';

/** What people were to be told may take so long to leave after that; the rest waits in the store. */
const FAREWELL: Duration = SECOND;
/** Nobody waits for `once` but an outside scheduler, and the next process may be far away. */
const LONGEST_FAREWELL: Duration = 10 * SECOND;

/** Runs until a signal comes. Answers the exit code. */
export async function run(options: ConfigOption, { redactor }: Pick<Output, 'redactor'>): Promise<number> {
  // Taken before the file is read: what changes from here on is news.
  const fingerprint = policyFingerprint(configPath(options));
  const loaded = loadTestedConfig(options, { redactor });
  const stop = new AbortController();
  const signalled = waitForSignal(stop);
  const log = createLog(loaded.settings.log.level, 'stdout', redactor);
  const metrics = new Metrics().withProcess();
  const around = { clock: realClock, log, metrics, redactor, signal: stop.signal };
  log.info({ version: VERSION, policy: loaded.hash, mode: loaded.settings.mode }, 'the idle enforcer starts');
  let assembly: Assembly | undefined;
  let server: RunningServer | undefined;
  let store: SqliteStore | undefined;
  try {
    store = await openStoreOf(loaded.settings, around);
    server = await serve(loaded, around, () => assembly, store);
    assembly = await assemble(loaded, store, around);
    return await work(assembly, { path: configPath(options), fingerprint }, around, signalled);
  } catch (error) {
    if (stop.signal.aborted) return await signalled;
    const { code, text } = explainError(error);
    // For whoever collects the log alone: what is written to standard error is for the person at the terminal.
    log.error({ code, why: text }, 'the idle enforcer cannot go on');
    throw error;
  } finally {
    await server?.close();
    await assembly?.release(FAREWELL);
    await store?.close();
    log.info({}, 'the idle enforcer has stopped');
  }
}

function waitForSignal(stop: AbortController): Promise<number> {
  return new Promise((resolve) => {
    const on = (signal: NodeJS.Signals, code: number): void => {
      process.once(signal, () => {
        resolve(code);
        stop.abort(new Error(`stopped by ${signal}`));
      });
    };
    on('SIGTERM', EXIT.terminated);
    on('SIGINT', EXIT.interrupted);
  });
}

/** Serves health, metrics and status, also while there is no worker yet. Rejects when the address cannot be had. */
export function serve(
  loaded: LoadedPolicy,
  { clock, metrics, log, redactor = new Redactor() }: Surroundings,
  assembly: () => Assembly | undefined,
  store: Pick<SqliteStore, 'pause' | 'facts'>,
): Promise<RunningServer> {
  const { port } = loaded.settings.server;
  const host = listenAddress(loaded.settings.server.host, process.env);
  const starting = { ok: false, why: 'starting: the platform has not been reached yet' };
  const startedAt = clock.now();
  const inForce = (): { mode: Mode; policy: string } => {
    const { settings, hash } = assembly()?.reload.current ?? loaded;
    return { mode: settings.mode, policy: hash };
  };
  const { registry } = metrics;
  const metricsTold = async (): Promise<Told> => ({
    text: Buffer.from(await registry.metrics()),
    type: registry.contentType,
  });
  const statusTold = async (): Promise<Told> => {
    const status = statusOf({
      version: VERSION,
      startedAt,
      now: clock.now(),
      ...inForce(),
      pause: await store.pause(),
      learnt: learntFrom((await store.facts()).get(LEARNT_FACT)),
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

export interface OnceOptions extends ConfigOption {
  readonly json?: boolean;
}

/** Makes one sweep. Answers the exit code: 3 when an action failed. */
export async function once(options: OnceOptions, output: Output): Promise<number> {
  const { redactor } = output;
  const loaded = loadTestedConfig(options, output);
  const stop = new AbortController();
  const signalled = waitForSignal(stop);
  const log = createLog(loaded.settings.log.level, options.json === true ? 'stderr' : 'stdout', redactor);
  const around = { clock: realClock, log, metrics: new Metrics(), redactor, signal: stop.signal };
  // Reading a file of years from end to end, each minute, would be most of what this does.
  const store = await openStoreOf(loaded.settings, around, DAY);
  let assembly: Assembly | undefined;
  try {
    assembly = await assemble(loaded, store, around);
    const { worker } = assembly;
    const sweep = worker.tick();
    const ended = await Promise.race([sweep, signalled]);
    await worker.drain(DRAIN);
    if (typeof ended === 'number') return ended;
    if (options.json === true) output.json(ended ?? null, 2);
    return codeOf(ended);
  } catch (error) {
    if (stop.signal.aborted) return await signalled;
    throw error;
  } finally {
    await assembly?.release(LONGEST_FAREWELL);
    await store.close();
  }
}

/** A sweep that could not be made, or not whole, is a failure as well. */
function codeOf(report: SweepReport | undefined): number {
  if (report === undefined) return EXIT.unexpected;
  return report.outcomes.failed > 0 || !report.complete ? EXIT.failedActions : EXIT.fine;
}
