/** The page itself, and the events of those that are open. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Session } from './access.ts';
import { address, pageHtml } from './html.ts';
import { accountHtml, findForm, operatorForms, type FormFrame } from './people-html.ts';
import type { PageSource } from './latest.ts';
import { eventOf, HEARTBEAT } from './readers.ts';
import {
  asked,
  frameOf,
  seesNames,
  sourceNamed,
  TEXT_TYPE,
  type MadePage,
  type Reader,
  type Site,
} from './site.ts';

/** Every so many ticks a reader hears that the connection is alive. */
const BEATS = 4;

/** The page as HTML; `undefined` where there is no such organisation. */
export async function showPage(site: Site, request: FastifyRequest): Promise<string | undefined> {
  const source = sourceNamed(site, asked(request, 'organisation'));
  if (source === undefined) return undefined;
  const { value } = await site.latest(source).get();
  const isWall = asked(request, 'wall') !== undefined;
  const session = isWall ? undefined : await site.access?.sessionIn(request, source);
  const frame = frameOf(site, isWall);
  if (site.access === undefined || isWall) return pageHtml(value.facts, value.parts, frame);
  if (session === undefined) {
    const query = {
      to:
        frame.organisations.length > 1
          ? address({ prefix: '' }, '', { organisation: source.organisation })
          : undefined,
    };
    const link = `<p><a href="${address(site, 'sign-in', query)}">Sign in</a> to see names.</p>`;
    return pageHtml(value.facts, value.parts, frame, link);
  }
  const { organisation } = source;
  const form: FormFrame = { frame, organisation, token: site.access.formToken(session) };
  return pageHtml(
    value.facts,
    partsFor(session, value, form, canHoldAll(site, session)),
    frame,
    account(session, form),
  );
}

/** Who is signed in, and as what. */
export function account({ who, roleIn }: Session, form: FormFrame): string {
  const role = roleIn(form.organisation);
  return accountHtml(form, who, role === 'none' ? 'who may see no names' : role);
}

/** Whether a user may pause all organisations at once: only with the role in each. */
export function canHoldAll({ parts }: Pick<Site, 'parts'>, { roleIn }: Session): boolean {
  return parts.sources().every(({ organisation }) => roleIn(organisation) === 'operator');
}

function partsFor(session: Session, { parts, people }: MadePage, form: FormFrame, canAll: boolean): string {
  const role = session.roleIn(form.organisation);
  return [
    // First: it may be night, and the screen that of a telephone.
    ...(role === 'operator' ? [operatorForms(form, canAll)] : []),
    parts,
    ...(role !== 'none' ? [people, findForm(form)] : []),
  ].join('\n');
}

/** Hands the answer over to the readers; it ends when the reader goes, the session is over, or the process ends. */
export async function follow(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const source = sourceNamed(site, asked(request, 'organisation'));
  if (source === undefined) {
    reply.callNotFound();
    return reply;
  }
  const { version, value } = await site.latest(source).get();
  const isWall = asked(request, 'wall') !== undefined;
  const user = isWall ? undefined : await site.access?.sessionIn(request, source);
  if (!site.readers.hasRoom) return reply.code(503).type(TEXT_TYPE).send('too many readers at a time\n');
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
  const session = seesNames(user, source.organisation) ? user : undefined;
  site.readers.add(raw, { organisation: source.organisation, session, sent: version });
  raw.write(eventFor(session, value));
  return reply;
}

function eventFor(session: Session | undefined, { parts, people }: MadePage): string {
  return eventOf(session === undefined ? parts : `${parts}\n${people}`);
}

/** Ends the pages of sessions that are over, and sends the others what is new: each organisation by itself. Does not reject. */
export async function tick(site: Site): Promise<void> {
  site.ticks += 1;
  if (site.ticks % BEATS === 0) site.readers.send(() => HEARTBEAT);
  const read = new Set(site.readers.all.map(({ organisation }) => organisation));
  await Promise.all([site.signOuts.again(), ...[...read].map((organisation) => refresh(site, organisation))]);
}

async function refresh(site: Site, organisation: string): Promise<void> {
  const source = sourceNamed(site, organisation);
  await closeEnded(site, organisation, source);
  if (source !== undefined) await tellNews(site, source);
}

/** Ends the pages of sessions that are over, and all of an organisation that has gone. */
async function closeEnded(site: Site, organisation: string, source: PageSource | undefined): Promise<void> {
  const over = new Set<Reader>();
  const look = async (reader: Reader): Promise<void> => {
    const { session } = reader;
    if (source !== undefined && session === undefined) return;
    const stands = source && session && (await site.access?.standing(session, source));
    // While the store cannot be asked there is no news either.
    if (stands === 'ended' || stands === undefined) over.add(reader);
  };
  await Promise.all(site.readers.all.filter((reader) => reader.organisation === organisation).map(look));
  if (over.size > 0) site.readers.close((reader) => over.has(reader));
}

/** Where the store of an organisation fails, its readers hear nothing new, and the others all that is. */
async function tellNews(site: Site, source: PageSource): Promise<void> {
  const { organisation } = source;
  try {
    const { version, value } = await site.latest(source).get();
    // Made once for all readers.
    const events = new Map<boolean, string>();
    site.readers.send((reader) => {
      if (reader.organisation !== organisation || reader.sent === version) return undefined;
      reader.sent = version;
      const isViewer = reader.session !== undefined;
      const event = events.get(isViewer) ?? eventFor(reader.session, value);
      events.set(isViewer, event);
      return event;
    });
  } catch (error) {
    site.parts.log.warn({ organisation, err: error }, 'the page could not be brought up to date');
  }
}
