/** Signing out: here, on every replica, and at the provider. */
import type { FastifyInstance } from 'fastify';
import { htmlText } from '../../texts/clean.ts';
import type { Access } from './access.ts';
import { tick } from './page-routes.ts';
import { HTML_TYPE, type Site } from './site.ts';
import { readForm, refused } from './user-routes.ts';

/** Of one address in a minute. */
const RATE = { config: { rateLimit: { max: 60, timeWindow: '1 minute' } } } as const;

/** Adds the address. */
export function signOutRoutes(app: FastifyInstance, site: Site, access: Access): void {
  const { log, sources } = site.parts;
  app.post('/sign-out', RATE, async (request, reply) => {
    const sent = await readForm(site, access, request);
    if (sent === undefined) return refused(reply);
    const hint = await access.hintOf(request);
    access.end(reply, sent.session);
    await site.signOuts.end(sent.session, sources());
    log.info({ user: sent.session.who }, 'a user signed out on the page');
    // Ends what this session has open here; the user waits for no other organisation.
    void tick(site);
    const there = await access.provider.logout(hint, access.front).catch((error: unknown) => {
      log.warn({ err: error }, 'the provider could not be asked where its own session ends');
      return undefined;
    });
    if (there === undefined) return reply.redirect(`${site.prefix}/`, 303);
    return reply.type(HTML_TYPE).send(onwards(there, site.prefix));
  });
}

/** A page that leads on by itself: a form may lead to this site alone, and browsers hold its redirects to that too. */
function onwards({ href }: URL, prefix: string): string {
  const address = htmlText(href);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Signed out</title>
<link rel="stylesheet" href="${prefix}/page.css">
<link rel="icon" href="data:,">
</head>
<body class="stay">
<main>
<h1>Signed out</h1>
<p>You are signed out of this page. <a href="${address}">Sign out at the provider</a> as well, where this page does not lead there by itself.</p>
</main>
</body>
</html>
`;
}
