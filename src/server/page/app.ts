/** The page on fastify: its addresses, what a browser may do with it, and its readers. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SCRIPT, STYLE } from './assets.ts';
import { pageHtml, partsHtml } from './html.ts';
import { Latest, type PageSource } from './latest.ts';
import type { PageFacts } from './facts.ts';
import { PAGE_BOUNDS, type PageParts } from './page-server.ts';
import { eventOf, HEARTBEAT, Readers } from './readers.ts';

/** In bytes: no form of the page is larger. */
const MOST_BODY = 8 * 1_024;
/** Every so many ticks a reader hears that the connection is alive. */
const BEATS = 4;

/** The page, ready to answer. */
export interface App {
  readonly answer: (request: IncomingMessage, response: ServerResponse, lasts: () => void) => void;
  /** Tells readers what is new; is called every few seconds. */
  readonly tick: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What is made of the facts of one organisation. */
interface MadePage {
  readonly facts: PageFacts;
  readonly parts: string;
  /** Whole pages around these parts, by their frame. */
  readonly pages: Map<string, string>;
}

/** Of an open page. */
interface Reader {
  readonly organisation: string;
  /** The version that it was sent last. */
  sent: string;
}

/** What all answers share. */
interface Site {
  readonly parts: PageParts;
  readonly latest: (source: PageSource) => Latest<MadePage>;
  readonly readers: Readers<Reader>;
  ticks: number;
  readonly lasting: WeakMap<IncomingMessage, () => void>;
}

/** Builds it. Nothing listens: the door of the process hands requests in. */
export async function createApp(parts: PageParts): Promise<App> {
  const bounds = { ...PAGE_BOUNDS, ...parts.bounds };
  const made = new WeakMap<PageSource, Latest<MadePage>>();
  const latest = (source: PageSource): Latest<MadePage> => {
    const make = (facts: PageFacts): MadePage => ({
      facts,
      parts: parts.hide(partsHtml(facts)),
      pages: new Map(),
    });
    const known = made.get(source) ?? new Latest(source, make, parts.now);
    made.set(source, known);
    return known;
  };
  const site: Site = {
    parts,
    latest,
    readers: new Readers(bounds.readers),
    ticks: 0,
    lasting: new WeakMap(),
  };
  const loggerInstance: FastifyBaseLogger = parts.log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MOST_BODY,
    frameworkErrors: (_error, _request, { raw }) => {
      raw.writeHead(400, { 'content-type': TEXT, 'cache-control': 'no-store' });
      raw.end('the address cannot be read\n');
    },
  });
  await app.register(helmet, HEADERS);
  await app.register(rateLimit, { max: bounds.asked, timeWindow: '1 minute' });
  await app.register(cookie);
  answersOf(app, site);
  await app.ready();
  const ticking = setInterval(() => {
    tick(site).catch((error: unknown) => {
      parts.log.warn({ err: error }, 'the page could not be brought up to date');
    });
  }, bounds.tick);
  ticking.unref();
  return {
    answer: (request, response, lasts) => {
      site.lasting.set(request, lasts);
      app.routing(request, response);
    },
    tick: () => tick(site),
    close: async () => {
      clearInterval(ticking);
      site.readers.close();
      await app.close();
    },
  };
}

const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

/** A page may load only what comes from its own address, be in no frame, and tell no other site where its reader was. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ['data:'],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
  },
  frameguard: { action: 'deny' },
  referrerPolicy: { policy: 'no-referrer' },
  // Whether the address is reached by HTTPS alone is for what stands in front to say.
  strictTransportSecurity: false,
} as const;

function answersOf(app: FastifyInstance, site: Site): void {
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return Promise.resolve();
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type(TEXT).send('there are the page at /, /healthz, /readyz, /metrics and /status\n'),
  );
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) site.parts.log.error({ err: error }, 'the page could not be made');
    const text = statusCode === 429 ? 'too many requests: wait a minute\n' : 'failed\n';
    return reply.code(statusCode).type(TEXT).send(text);
  });
  app.get('/page.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  app.get('/page.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
  app.get('/', (request, reply) => showPage(site, request, reply));
  app.get('/events', { exposeHeadRoute: false }, (request, reply) => follow(site, request, reply));
}

async function showPage(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const source = sourceOf(site, request);
  if (source === undefined) return notFound(reply);
  const { value } = await site.latest(source).get();
  const frame = {
    prefix: '',
    isWall: isAsked(request, 'wall'),
    organisations: site.parts.sources().map(({ organisation }) => organisation),
  };
  const key = JSON.stringify(frame);
  const page = value.pages.get(key) ?? site.parts.hide(pageHtml(value.facts, value.parts, frame));
  value.pages.set(key, page);
  return reply.type(HTML).send(page);
}

/** Hands the answer over to the readers; it ends when the reader goes, or the process. */
async function follow(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const source = sourceOf(site, request);
  if (source === undefined) return notFound(reply);
  const { version, value } = await site.latest(source).get();
  if (!site.readers.hasRoom) return reply.code(503).type(TEXT).send('too many readers at a time\n');
  reply.hijack();
  site.lasting.get(request.raw)?.();
  const { raw } = reply;
  // A reader who has gone meanwhile would hold a place for ever.
  if (raw.destroyed) return reply;
  for (const [name, text] of Object.entries(reply.getHeaders()))
    if (text !== undefined) raw.setHeader(name, text);
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  site.readers.add(raw, { organisation: source.organisation, sent: version });
  raw.write(eventOf(value.parts));
  return reply;
}

async function tick(site: Site): Promise<void> {
  const wanted = new Set(site.readers.all.map(({ organisation }) => organisation));
  for (const source of site.parts.sources()) {
    if (!wanted.has(source.organisation)) continue;
    const { version, value } = await site.latest(source).get();
    const event = eventOf(value.parts);
    site.readers.send((reader) => {
      if (reader.organisation !== source.organisation || reader.sent === version) return undefined;
      reader.sent = version;
      return event;
    });
  }
  site.ticks += 1;
  if (site.ticks % BEATS === 0) site.readers.send(() => HEARTBEAT);
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

/** Which organisation is asked for: the first unless it is named. */
function sourceOf({ parts }: Site, { query }: FastifyRequest): PageSource | undefined {
  const sources = parts.sources();
  const asked = (query as Readonly<Record<string, unknown>>)['organisation'];
  if (asked === undefined) return sources[0];
  return sources.find(({ organisation }) => organisation === asked);
}

function isAsked({ query }: FastifyRequest, name: string): boolean {
  return (query as Readonly<Record<string, unknown>>)[name] !== undefined;
}
