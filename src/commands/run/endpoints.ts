/** Health, metrics and status of a process, whatever number of organisations it watches. */
import process from 'node:process';
import type { Logger } from 'pino';
import { VERSION } from '../../app/version.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { cached } from '../../server/cached.ts';
import type { Probe } from '../../server/health.ts';
import { joinedMetrics, processMetrics, type Metrics } from '../../server/metrics.ts';
import type { PageSource } from '../../server/page/latest.ts';
import { pageServer } from '../../server/page/page-server.ts';
import { startServer, type Document, type RunningServer } from '../../server/server.ts';
import { jsonText } from '../../texts/clean.ts';
import type { Redactor } from '../../texts/redactor.ts';
import type { PageSettings } from '../../policy-file/draft.ts';
import { listenAddress } from '../shared/options.ts';
import { pageAccess } from './page-access.ts';

/** What is told of. */
export interface Watched {
  readonly alive: (now: Instant) => Probe;
  readonly ready: (now: Instant) => Probe;
  readonly status: (now: Instant) => Promise<object>;
  /** Of each organisation; no two with the same name. */
  readonly metrics: () => readonly Metrics[];
  /** Of each organisation, what the page shows. */
  readonly pages: () => readonly PageSource[];
}

/** Where it is served, and who may see what on the page. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly page: PageSettings;
}

/** Serves until it is closed. Rejects when the address cannot be had. */
export async function serve(
  { host: wanted, port, page }: Address,
  watched: Watched,
  { clock, log, redactor }: { readonly clock: Clock; readonly log: Logger; readonly redactor: Redactor },
): Promise<RunningServer> {
  const host = listenAddress(wanted, process.env);
  const own = processMetrics(VERSION);
  const metricsTold = async (): Promise<Document> => ({
    text: Buffer.from((await joinedMetrics(watched.metrics())) + (await own.metrics())),
    type: own.contentType,
  });
  const statusTold = async (): Promise<Document> => {
    const text = redactor.hide(jsonText(await watched.status(clock.now()), 2));
    return { text: Buffer.from(`${text}\n`), type: 'application/json; charset=utf-8' };
  };
  const server = await startServer(host, port, {
    alive: () => watched.alive(clock.now()),
    ready: () => watched.ready(clock.now()),
    metrics: cached(metricsTold, () => clock.now()),
    status: cached(statusTold, () => clock.now()),
    page: pageServer({
      sources: () => watched.pages(),
      hide: (text) => redactor.hide(text),
      log,
      now: () => clock.now(),
      ...pageAccess(page, process.env),
    }),
  });
  log.info({ host, port: server.port }, 'serving health, metrics and status');
  return server;
}
