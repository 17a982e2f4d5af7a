/** Who may see what on the page, as the policy says. */
import type { Env } from '../../http/proxies.ts';
import type { PageSettings } from '../../policy-file/draft.ts';
import type { PageParts } from '../../server/page/page-parts.ts';
import { pageFetch } from './page-fetch.ts';

/** The parts of the page that its settings make. */
export function pageAccess(
  { url, secret, signIn }: PageSettings,
  env: Env,
): Pick<PageParts, 'url' | 'access' | 'stay'> {
  if (url === undefined || secret === undefined) return { url };
  const stay = { url, secret };
  if (signIn === undefined) return { url, stay };
  return { url, stay, access: { url, secret, signIn: { ...signIn, fetch: pageFetch(env) } } };
}
