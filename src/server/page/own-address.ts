/** The page's own address, as readers know it. It stands apart from what signs users in, which is loaded only where they can. */
import type { FastifyRequest } from 'fastify';

/** Whether a browser says that a form came from a page of ours: one of any other site cannot make it say so. */
export function isFromPage({ headers }: Pick<FastifyRequest, 'headers'>, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === origin && (site === undefined || site === 'same-origin');
}

/** The path of the page's address, without a slash at its end. */
export function prefixOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).pathname.replace(/\/+$/, '');
}
