/** What users who are signed in ask and do: agents explained, pause and resume. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MINUTE } from '../../domain/time/time.ts';
import { htmlText, oneLine } from '../../texts/clean.ts';
import type { Access, Session } from './access.ts';
import { pageHtml, part } from './html.ts';
import { MOST_FOUND, type Deed, type PageSource } from './latest.ts';
import { account, canHoldAll, tick } from './page-routes.ts';
import { explainedHtml } from './explained-html.ts';
import { agentAddress, findForm, PAUSES, type FormFrame } from './people-html.ts';
import { asked, frameOf, HTML_TYPE, seesNames, sourceNamed, TEXT_TYPE, type Site } from './site.ts';

/** Forms, and agents looked at, of one session in a minute: each may look through all agents. */
const RATE = { config: { rateLimit: { max: 60, timeWindow: '1 minute' } } } as const;
const LONGEST_ID = 100;
const LONGEST_TEXT = 200;

/** A form that may be followed. */
interface Sent {
  readonly session: Session;
  readonly source: PageSource;
  readonly fields: URLSearchParams;
}

/** Adds the addresses. */
export function userRoutes(app: FastifyInstance, site: Site, access: Access): void {
  app.get('/agent', { ...RATE, exposeHeadRoute: false }, (request, reply) =>
    showAgent(site, access, request, reply),
  );
  app.post('/find', RATE, async (request, reply) => {
    const sent = await readForm(site, access, request);
    return sent === undefined || !seesNames(sent.session, sent.source.organisation)
      ? refused(reply)
      : find(site, access, sent, reply);
  });
  for (const deed of ['pause', 'resume'] as const)
    app.post(`/${deed}`, RATE, async (request, reply) => {
      const sent = await readForm(site, access, request);
      return sent !== undefined && mayAct(site, sent) ? act(site, deed, sent, reply) : refused(reply);
    });
}

/** A form of a page of this very session; `undefined` of any other. */
export async function readForm(
  site: Site,
  access: Access,
  request: FastifyRequest,
): Promise<Sent | undefined> {
  const { body: fields } = request;
  if (!(fields instanceof URLSearchParams)) return undefined;
  const source = sourceNamed(site, fields.get('organisation') ?? undefined);
  const session = source && (await access.sessionIn(request, source));
  if (source === undefined || session === undefined) return undefined;
  const isOwn = access.isOwnForm(request, session, fields.get('token') ?? undefined);
  return isOwn ? { session, source, fields } : undefined;
}

/** Only with the role in all that is meant. */
function mayAct(site: Site, { session, source, fields }: Sent): boolean {
  return isForAll(fields) ? canHoldAll(site, session) : session.roleIn(source.organisation) === 'operator';
}

function isForAll(fields: URLSearchParams): boolean {
  return fields.get('where') === 'all';
}

/** The same for whatever is wrong. */
export function refused(reply: FastifyReply): FastifyReply {
  return reply.code(403).type(TEXT_TYPE).send('you may not do that: sign in, and load the page again\n');
}

async function act(
  site: Site,
  kind: 'pause' | 'resume',
  { session, source, fields }: Sent,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const reason = oneLine((fields.get('reason') ?? '').trim());
  const known = PAUSES.find(([each]) => String(each) === fields.get('minutes'));
  if (reason === '' || reason.length > LONGEST_TEXT || (kind === 'pause' && known === undefined))
    return reply
      .code(400)
      .type(TEXT_TYPE)
      .send('a reason is needed, of at most 200 characters, and for how long\n');
  const [minutes = 0] = known ?? [];
  const until = minutes === 0 ? undefined : site.parts.now() + minutes * MINUTE;
  const deed = { by: session.who, reason };
  const meant = isForAll(fields) ? site.parts.sources() : [source];
  const done = await Promise.all(
    meant.map((each) =>
      tried(site, each, kind, deed, ({ desk }) =>
        kind === 'resume' ? desk.resume(deed) : desk.pause(until, deed),
      ),
    ),
  );
  // Readers hear of it at once; the operator waits for none of them.
  void tick(site);
  const failed = meant.filter((_, n) => done[n] === false);
  return failed.length === 0 ? reply.redirect(frontOf(site, source), 303) : notDone(kind, failed, reply);
}

/** Whether it was done; what keeps one organisation from being paused must not keep the others. */
async function tried(
  { parts: { log }, latest }: Site,
  source: PageSource,
  kind: 'pause' | 'resume',
  { by, reason }: Deed,
  work: (source: PageSource) => Promise<void>,
): Promise<boolean> {
  const { organisation } = source;
  try {
    await work(source);
    log.warn({ organisation, kind, by, reason }, 'an operator acted on the page');
    latest(source).expire();
    return true;
  } catch (error) {
    log.error(
      { organisation, kind, by, err: error },
      'what an operator asked for on the page could not be done',
    );
    return false;
  }
}

/** Nobody may believe that an organisation is paused which is not. */
function notDone(kind: 'pause' | 'resume', failed: readonly PageSource[], reply: FastifyReply): FastifyReply {
  const names = failed.map(({ organisation }) => oneLine(organisation)).join(', ');
  const word = kind === 'pause' ? 'paused' : 'resumed';
  return reply
    .code(503)
    .type(TEXT_TYPE)
    .send(`NOT ${word}: ${names}. The store could not be written: try again, or use the command ${kind}.\n`);
}

function frontOf(site: Site, { organisation }: PageSource): string {
  const several = site.parts.sources().length > 1;
  return `${site.prefix}/${several ? `?${new URLSearchParams({ organisation }).toString()}` : ''}`;
}

async function find(
  site: Site,
  access: Access,
  { session, source, fields }: Sent,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const text = (fields.get('name') ?? '').trim().slice(0, LONGEST_TEXT);
  const found = text === '' ? [] : await source.desk.find(text);
  const frame = frameOf(site, false);
  const links = found
    .slice(0, MOST_FOUND)
    .flatMap(({ called, id }) =>
      id === undefined
        ? []
        : [`<li><a href="${agentAddress(frame, source.organisation, id)}">${htmlText(called)}</a></li>`],
    );
  const list =
    links.length > 0
      ? `<ul>${links.join('')}</ul>${found.length > MOST_FOUND ? '<p>More agents fit: give more of the name.</p>' : ''}`
      : `<p>${found.length === 0 ? 'No agent that was ever seen fits.' : 'The policy lets no single agent be explained: log.identities is hash.'}</p>`;
  return sendPart(site, access, { session, source }, part('found', 'Agents found', list), reply);
}

async function showAgent(
  site: Site,
  access: Access,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const source = sourceNamed(site, asked(request, 'organisation'));
  const session = await (source === undefined
    ? access.sessionOf(request)
    : access.sessionIn(request, source));
  const id = asked(request, 'id');
  if (session === undefined) {
    const to = new URLSearchParams({ to: request.url }).toString();
    return reply.redirect(`${site.prefix}/sign-in?${to}`, 302);
  }
  if (source !== undefined && !seesNames(session, source.organisation)) return refused(reply);
  const isId = typeof id === 'string' && id !== '' && id.length <= LONGEST_ID;
  const explained = isId ? await source?.desk.explain(id) : undefined;
  if (source === undefined || !isId || explained === undefined) {
    reply.callNotFound();
    return reply;
  }
  site.parts.log.info(
    { user: session.who, agent: source.desk.inLog(id) },
    'an agent was looked at on the page',
  );
  const html = part('agent', htmlText(explained.called), explainedHtml(explained));
  return sendPart(site, access, { session, source }, html, reply);
}

/** A page of one part, which stands still. */
async function sendPart(
  site: Site,
  access: Access,
  { session, source }: Pick<Sent, 'session' | 'source'>,
  html: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { facts } = (await site.latest(source).get()).value;
  const frame = { ...frameOf(site, false), isStill: true };
  const form: FormFrame = { frame, organisation: source.organisation, token: access.formToken(session) };
  const back = `<p><a href="${htmlText(frontOf(site, source))}">Back to the floor</a></p>`;
  const parts = site.parts.hide(`${back}\n${html.replace(' data-part', '')}\n${findForm(form)}`);
  return reply.type(HTML_TYPE).send(pageHtml(facts, parts, frame, account(session, form)));
}
