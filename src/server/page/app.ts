/** The page on fastify: what a browser may do with it, its addresses, and its readers. */
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from './access.ts';
import { SCRIPT, STYLE } from './assets.ts';
import type { PageFacts } from './facts.ts';
import { partsHtml } from './html.ts';
import { Latest, type PageSource } from './latest.ts';
import { prefixOf } from './own-address.ts';
import { PAGE_BOUNDS, type PageParts } from './page-parts.ts';
import { follow, showPage, tick } from './page-routes.ts';
import { peopleHtml } from './people-html.ts';
import { Readers } from './readers.ts';
import { SignOuts } from './sign-outs.ts';
import { signOutRoutes } from './sign-out-routes.ts';
import { frameOf, HTML_TYPE, TEXT_TYPE, type MadePage, type Site } from './site.ts';
import { stayRoutes } from './stay-routes.ts';
import { userRoutes } from './user-routes.ts';

/** In bytes: no form of the page is larger. */
const MOST_BODY = 8 * 1_024;

/** The page, ready to answer. */
export interface App {
  readonly answer: (request: IncomingMessage, response: ServerResponse, lasts: () => void) => void;
  /** Tells readers what is new; is called every few seconds. */
  readonly tick: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Builds it. Nothing listens: the door of the process hands requests in. */
export async function createApp(parts: PageParts): Promise<App> {
  const bounds = { ...PAGE_BOUNDS, ...parts.bounds };
  const signIn = parts.access === undefined ? undefined : await signInOf(parts.access, parts.now);
  const site = siteOf(parts, bounds.readers, signIn?.access);
  const loggerInstance: FastifyBaseLogger = parts.log;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MOST_BODY,
    frameworkErrors: (_error, _request, { raw }) => {
      raw.writeHead(400, { 'content-type': TEXT_TYPE, 'cache-control': 'no-store' });
      raw.end('the address cannot be read\n');
    },
  });
  await app.register(helmet, HEADERS);
  await app.register(cookie);
  await app.register(rateLimit, {
    max: bounds.asked,
    timeWindow: '1 minute',
    // Behind a proxy all have one address: readers without a session must not use up what an operator needs to pause.
    keyGenerator: async (request) => (await site.access?.sessionOf(request))?.id ?? request.ip,
  });
  guard(app, site);
  answersOf(app, site);
  if (parts.stay !== undefined) stayRoutes(app, site, parts.stay);
  if (signIn !== undefined) {
    signIn.routes(app, site, signIn.access);
    userRoutes(app, site, signIn.access);
    signOutRoutes(app, site, signIn.access);
  }
  await app.ready();
  const ticking = setInterval(() => {
    void tick(site);
  }, bounds.tick);
  ticking.unref();
  return {
    answer: (request, response, lasts) => {
      site.lasting.set(request, lasts);
      request.url = withoutPrefix(request.url ?? '/', site.prefix);
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

/** What signs users in; a page that names no agent has no need of its libraries. */
async function signInOf(access: NonNullable<PageParts['access']>, now: PageParts['now']): Promise<SignIn> {
  const [{ Access: Made }, { signInRoutes: routes }] = await Promise.all([
    import('./access.ts'),
    import('./sign-in-routes.ts'),
  ]);
  return { access: new Made(access, now), routes };
}

interface SignIn {
  readonly access: Access;
  readonly routes: (app: FastifyInstance, site: Site, access: Access) => void;
}

function siteOf(parts: PageParts, readers: number, access: Access | undefined): Site {
  const made = new WeakMap<PageSource, Latest<MadePage>>();
  const prefix = prefixOf(parts.url);
  const latest = (source: PageSource): Latest<MadePage> => {
    const make = (facts: PageFacts): MadePage => ({
      facts,
      parts: parts.hide(partsHtml(facts)),
      people: parts.hide(peopleHtml(facts, frameOf(site, false))),
    });
    const known = made.get(source) ?? new Latest(source, make, parts.now);
    made.set(source, known);
    return known;
  };
  const site: Site = {
    parts,
    prefix,
    access,
    latest,
    readers: new Readers(readers),
    signOuts: new SignOuts(parts.now, parts.log),
    ticks: 0,
    lasting: new WeakMap(),
  };
  return site;
}

/** A proxy may leave its path in front, or take it away. */
function withoutPrefix(url: string, prefix: string): string {
  if (prefix === '' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

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
  // With `no-referrer` browsers send forms with the origin `null`, by which they could not be told from others.
  referrerPolicy: { policy: 'same-origin' },
  // Whether the address is reached by HTTPS alone is for what stands in front to say.
  strictTransportSecurity: false,
} as const;

/** What holds for every request and every answer. */
function guard(app: FastifyInstance, site: Site): void {
  const { url } = site.parts;
  const host = url === undefined ? undefined : new URL(url).host;
  app.addHook('onRequest', async (request, reply) => {
    if (host !== undefined && !isHost(request.headers.host, url ?? '', host))
      await reply
        .code(421)
        .type(TEXT_TYPE)
        .send(`the page is at ${url ?? ''}\n`);
  });
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    return Promise.resolve();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    },
  );
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type(TEXT_TYPE)
      .send('there are the page at /, /healthz, /readyz, /metrics and /status\n'),
  );
  app.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) site.parts.log.error({ err: error }, 'the page could not be made');
    const text = `${REFUSED[statusCode] ?? 'failed'}\n`;
    return reply.code(statusCode).type(TEXT_TYPE).send(text);
  });
}

/** What a request is told that is not answered. */
const REFUSED: Readonly<Record<number, string>> = {
  413: 'the form is too long: a reason has at most 200 characters',
  415: 'only forms of the page itself are taken',
  429: 'too many requests: wait a minute',
};

/** Another site whose name leads here may not ask in its readers' names. */
function isHost(given: string | undefined, url: string, wanted: string): boolean {
  const { protocol } = new URL(url);
  const whole = `${protocol}//${given ?? ''}`;
  return URL.canParse(whole) && new URL(whole).host === wanted;
}

function answersOf(app: FastifyInstance, site: Site): void {
  app.get('/page.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  app.get('/page.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(SCRIPT));
  app.get('/', async (request, reply) => {
    const html = await showPage(site, request);
    if (html !== undefined) return reply.type(HTML_TYPE).send(html);
    reply.callNotFound();
    return reply;
  });
  app.get('/events', { exposeHeadRoute: false }, (request, reply) => follow(site, request, reply));
}
