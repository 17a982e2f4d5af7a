/** What users who are signed in ask and do: agents explained, pause and resume. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MINUTE } from '../../domain/time/time.ts';
import { htmlText, oneLine } from '../../texts/clean.ts';
import type { Access, Session } from './access.ts';
import { pageHtml, part } from './html.ts';
import type { PageSource } from './latest.ts';
import { account, tick } from './page-routes.ts';
import { agentAddress, findForm, PAUSES, type FormFrame } from './people-html.ts';
import { asked, frameOf, HTML_TYPE, seesNames, sourceNamed, TEXT_TYPE, type Site } from './site.ts';

/** Forms of one address in a minute. */
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
  app.get('/agent', { exposeHeadRoute: false }, (request, reply) => showAgent(site, access, request, reply));
  app.post('/sign-out', RATE, async (request, reply) => {
    const sent = await read(site, access, request);
    if (sent === undefined) return refused(reply);
    access.end(reply, sent.session);
    await tick(site);
    return reply.redirect(`${site.prefix}/`, 303);
  });
  app.post('/find', RATE, async (request, reply) => {
    const sent = await read(site, access, request);
    return sent === undefined || !seesNames(sent.session) ? refused(reply) : find(site, access, sent, reply);
  });
  for (const deed of ['pause', 'resume'] as const)
    app.post(`/${deed}`, RATE, async (request, reply) => {
      const sent = await read(site, access, request);
      return sent?.session.role === 'operator' ? act(site, deed, sent, reply) : refused(reply);
    });
}

/** A form of a page of this very session; `undefined` of any other. */
async function read(site: Site, access: Access, request: FastifyRequest): Promise<Sent | undefined> {
  const { body: fields } = request;
  const session = await access.sessionOf(request);
  if (session === undefined || !(fields instanceof URLSearchParams)) return undefined;
  if (!access.isOwnForm(request, session, fields.get('token') ?? undefined)) return undefined;
  const source = sourceNamed(site, fields.get('organisation') ?? undefined);
  return source === undefined ? undefined : { session, source, fields };
}

/** The same for whatever is wrong. */
function refused(reply: FastifyReply): FastifyReply {
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
  const deed = { by: session.who, reason };
  const [minutes = 0] = known ?? [];
  if (kind === 'resume') await source.desk.resume(deed);
  else await source.desk.pause(minutes === 0 ? undefined : site.parts.now() + minutes * MINUTE, deed);
  site.parts.log.warn(
    { organisation: source.organisation, kind, by: deed.by, reason },
    'an operator acted on the page',
  );
  site.latest(source).expire();
  await tick(site);
  return reply.redirect(frontOf(site, source), 303);
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
  const links = found.flatMap(({ called, id }) =>
    id === undefined
      ? []
      : [`<li><a href="${agentAddress(frame, source.organisation, id)}">${htmlText(called)}</a></li>`],
  );
  const list = links.length === 0 ? '<p>No agent that was ever seen fits.</p>' : `<ul>${links.join('')}</ul>`;
  return sendPart(site, access, { session, source }, part('found', 'Agents found', list), reply);
}

async function showAgent(
  site: Site,
  access: Access,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await access.sessionOf(request);
  const source = sourceNamed(site, asked(request, 'organisation'));
  const id = asked(request, 'id');
  if (session === undefined) {
    const to = new URLSearchParams({ to: request.url }).toString();
    return reply.redirect(`${site.prefix}/sign-in?${to}`, 302);
  }
  if (!seesNames(session)) return refused(reply);
  const isId = typeof id === 'string' && id !== '' && id.length <= LONGEST_ID;
  const explained = isId ? await source?.desk.explain(id) : undefined;
  if (source === undefined || explained === undefined) {
    reply.callNotFound();
    return reply;
  }
  site.parts.log.info({ user: session.who, agentId: id }, 'an agent was looked at on the page');
  const words = `<pre tabindex="0">${explained.lines.map(htmlText).join('\n')}</pre>`;
  return sendPart(site, access, { session, source }, part('agent', htmlText(explained.called), words), reply);
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
