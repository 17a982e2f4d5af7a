/** Signing in and out: to the provider, back from it, and the end. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ownPlace, type Access } from './access.ts';
import { SignInError } from './provider.ts';
import { asked, TEXT_TYPE, type Site } from './site.ts';

/** Tries of one address in a minute: behind a proxy all users have one, and a shift signs in at once. Nothing can be guessed here. */
const RATE = { config: { rateLimit: { max: 600, timeWindow: '1 minute' } } } as const;

/** Adds the addresses. */
export function signInRoutes(app: FastifyInstance, site: Site, access: Access): void {
  const { log } = site.parts;
  app.get('/sign-in', { ...RATE, exposeHeadRoute: false }, async (request, reply) => {
    try {
      const { address, pending } = await access.provider.begin();
      await access.leave(request, reply, pending, ownPlace(asked(request, 'to')));
      return await reply.redirect(address.href, 302);
    } catch (error) {
      return failed(reply, error, site);
    }
  });
  app.get('/callback', { ...RATE, exposeHeadRoute: false }, async (request, reply) => {
    const pending = await access.left(request, reply, asked(request, 'state'));
    const query = /\?.*$/.exec(request.url)?.[0];
    if (pending === undefined || query === undefined)
      return reply
        .code(400)
        .type(TEXT_TYPE)
        .send('this sign-in was not begun in this browser, or is over: begin again\n');
    try {
      const user = await access.provider.finish(query, pending);
      await access.begin(reply, user);
      const { who, subject, values } = user;
      log.info({ user: who, subject, values }, 'a user signed in on the page');
      return await reply.redirect(`${site.prefix}${pending.to}`, 303);
    } catch (error) {
      return failed(reply, error, site);
    }
  });
}

/** What a provider said is for the log: what a browser is told is the same for all. */
function failed(reply: FastifyReply, error: unknown, { parts }: Site): FastifyReply {
  if (!(error instanceof SignInError)) throw error;
  parts.log.warn({ why: error.message }, 'a user could not sign in on the page');
  return reply
    .code(502)
    .type(TEXT_TYPE)
    .send('the sign-in failed: try again, and if it fails again ask your operator\n');
}
