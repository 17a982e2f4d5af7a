/**
 * The page behind the link of a warning: one button, "I am here". Looking at it answers nothing, so that no scanner of mail does; the
 * button is a form of the page's own. Whatever is wrong with a link is answered alike.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFromPage } from './own-address.ts';
import type { PageSource, StayFound } from './latest.ts';
import { asked, HTML_TYPE, sourceNamed, type Site } from './site.ts';
import { stayHtml, type StayShown } from './stay-html.ts';
import { StayLinks, type StayParts, type StayTicket } from './stay-link.ts';

/** Of one address in a minute, each: a whole floor may be warned at once, and sit behind one address. */
const RATE = { config: { rateLimit: { max: 1_200, timeWindow: '1 minute' } } } as const;

/** A link of ours, and whose warning it answers. */
interface Opened {
  readonly token: string;
  readonly ticket: StayTicket;
  readonly source: PageSource;
}

/** Adds the addresses. */
export function stayRoutes(app: FastifyInstance, site: Site, parts: StayParts): void {
  const links = new StayLinks(parts);
  const { origin } = new URL(parts.url);
  const open = (token: unknown): Opened | undefined => {
    const ticket = links.open(token, site.parts.now());
    const source = ticket && sourceNamed(site, ticket.organisation);
    return ticket === undefined || source === undefined
      ? undefined
      : { token: String(token), ticket, source };
  };
  app.get('/stay', RATE, async (request, reply) => {
    const opened = open(asked(request, 'link'));
    return opened === undefined ? useless(site, reply) : show(site, opened, reply);
  });
  app.post('/stay', RATE, async (request, reply) => {
    const opened = isFromPage(request, origin) ? open(linkIn(request)) : undefined;
    return opened === undefined ? useless(site, reply) : answer(site, opened, reply);
  });
}

function linkIn({ body }: FastifyRequest): string | undefined {
  return body instanceof URLSearchParams ? (body.get('link') ?? undefined) : undefined;
}

async function show(
  site: Site,
  { token, ticket, source }: Opened,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await tried(site, source, ticket, 'look');
  return send(site, found === undefined ? { kind: 'failed' } : { ...found, token, ticket }, reply);
}

async function answer(
  site: Site,
  { token, ticket, source }: Opened,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const found = await tried(site, source, ticket, 'answer');
  if (found === undefined) return send(site, { kind: 'failed' }, reply);
  const { organisation } = ticket;
  const agent = source.desk.inLog(ticket.agentId);
  site.parts.log.info({ organisation, agent, found: found.kind }, 'an agent answered a warning on the page');
  site.latest(source).expire();
  // Loading the page again asks, and answers nothing.
  return reply.redirect(`${site.prefix}/stay?link=${token}`, 303);
}

/** `undefined` where the store could not be asked. */
async function tried(
  { parts: { log } }: Site,
  { desk, organisation }: PageSource,
  ticket: StayTicket,
  deed: 'look' | 'answer',
): Promise<StayFound | undefined> {
  try {
    return await desk.stay(ticket, deed);
  } catch (error) {
    log.error({ organisation, err: error }, 'the answer of an agent to a warning could not be taken');
    return undefined;
  }
}

/** The same for a link that is forged, changed, cut or too old, and for a form of another site. */
function useless(site: Site, reply: FastifyReply): FastifyReply {
  return send(site, { kind: 'useless' }, reply);
}

const STATUS: Readonly<Partial<Record<StayShown['kind'], number>>> = { useless: 404, failed: 503 };

function send({ prefix, parts: { hide } }: Site, shown: StayShown, reply: FastifyReply): FastifyReply {
  return reply
    .code(STATUS[shown.kind] ?? 200)
    .header('x-robots-tag', 'noindex')
    .type(HTML_TYPE)
    .send(hide(stayHtml(shown, prefix)));
}
