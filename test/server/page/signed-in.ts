/** A page at which users sign in, at a real provider, for tests that start there. */
import { pino } from 'pino';
import { pageFetch } from '../../../src/commands/run/page-fetch.ts';
import type { PageParts } from '../../../src/server/page/page-parts.ts';
import type { SignInParts } from '../../../src/server/page/provider.ts';
import type { PlayedSource } from './centre.ts';
import { served } from './centre.ts';
import { CLIENT, freePort, IdentityProvider, tokenIn, Visitor } from './identity-provider.ts';

/** Operators of all organisations are `Ops leads`, viewers `Supervisors`. */
export class SignInPage {
  readonly provider = new IdentityProvider();
  readonly log: string[] = [];
  now = Date.now();
  /** At which the page is reached; the same for readers unless it is opened with another. */
  local = '';
  url = '';
  #close: () => Promise<void> = () => Promise.resolve();

  /** `url` is what readers know, where that is another address. */
  async open(
    sources: readonly PlayedSource[],
    { url, roles = {}, ...more }: Partial<PageParts> & { readonly roles?: Partial<SignInParts> } = {},
  ): Promise<this> {
    const port = await freePort();
    this.local = `http://127.0.0.1:${port}`;
    this.url = url ?? this.local;
    const issuer = await this.provider.open(`${this.url.replace(/\/+$/, '')}/callback`);
    const signIn = {
      ...{ ...CLIENT, issuer, claim: 'groups', scope: 'openid groups', fetch: pageFetch({}) },
      ...{ viewers: ['Supervisors'], operators: ['Ops leads'], organisations: {}, ...roles },
    };
    const access = { url: this.url, secret: 'a secret of the page that is long enough', signIn };
    const stream = { write: (line: string) => this.log.push(line) };
    const parts = { url: this.url, access, now: () => this.now, log: pino({}, stream), ...more };
    const { server } = await served(sources, parts, port);
    this.#close = server.close;
    return this;
  }

  async close(): Promise<void> {
    await this.#close();
    await this.provider.close();
  }

  /** Somebody with these groups, what they see first, and the token of its forms. */
  async signIn(
    ...groups: readonly string[]
  ): Promise<{ readonly visitor: Visitor; readonly html: string; readonly token: string }> {
    this.provider.account = { sub: 'vera', claims: { groups } };
    const visitor = new Visitor();
    const { text: html } = await visitor.get(`${this.url}/sign-in`);
    return { visitor, html, token: tokenIn(html) };
  }
}

/** What a browser sends with each request. */
export function cookieOf(visitor: Visitor, url: string): string {
  return [...(visitor.cookies.get(new URL(url).origin) ?? [])].map((pair) => pair.join('=')).join('; ');
}

/** The events of a page that is open, one by one. */
export async function* eventsOf(url: string, visitor: Visitor): AsyncGenerator<string> {
  const { body } = await fetch(url, { headers: { cookie: cookieOf(visitor, url) } });
  let text = '';
  for await (const part of body ?? []) {
    text += Buffer.from(part).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      if (text.startsWith('data: ')) yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}
