/** Who asks: sessions in sealed cookies, what their users may do, and whether a form was sent from the page itself. */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSameName } from '../../domain/name.ts';
import { HOUR, MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { Provider, type Pending, type SignedIn, type SignInParts } from './provider.ts';
import { Seal } from './seal.ts';

/** Where readers reach the page, and where they sign in. */
export interface AccessParts {
  readonly url: string;
  readonly secret: string;
  readonly signIn: SignInParts;
}

/** What a user may do. Operators see what viewers see. */
export type Role = 'viewer' | 'operator' | 'none';

/** A user who is signed in. */
export interface Session {
  readonly id: string;
  readonly who: string;
  /** What the user may do in the organisation of this name. */
  readonly roleIn: (organisation: string) => Role;
  readonly until: Instant;
}

/** A session is over after so long, whatever its user does: what a provider says of a user changes. */
export const SESSION_LASTS: Duration = 8 * HOUR;
/** From leaving for the provider to coming back. */
const SIGN_IN_LASTS: Duration = 10 * MINUTE;
/** Sessions that were ended before their time; the oldest of more are forgotten, and open again until it. */
const MOST_ENDED = 10_000;

/** The cookies, sealed and told apart by their purpose. Ended sessions are known to this process alone. */
export class Access {
  readonly provider: Provider;
  readonly #url: URL;
  readonly #parts: AccessParts;
  readonly #sessions: Seal;
  readonly #pending: Seal;
  readonly #forms: Uint8Array;
  readonly #now: () => Instant;
  readonly #ended = new Map<string, Instant>();

  constructor(parts: AccessParts, now: () => Instant) {
    const { url, secret, signIn } = parts;
    const { issuer, clientId, claim, viewers, operators, organisations } = signIn;
    // With other roles everyone signs in anew.
    const roles = createHash('sha256').update(
      JSON.stringify([issuer, clientId, claim, viewers, operators, organisations]),
    );
    this.#url = new URL(url);
    this.#parts = parts;
    this.#sessions = new Seal(secret, `session ${roles.digest('hex')}`);
    this.#pending = new Seal(secret, 'sign-in');
    this.#forms = new Uint8Array(hkdfSync('sha256', secret, '', 'idle-enforcer page: forms', 32));
    this.#now = now;
    this.provider = new Provider(signIn, `${this.#url.origin}${prefixOf(url)}/callback`, now);
  }

  /** Who asks; `undefined` of a reader who is not signed in. */
  async sessionOf({ cookies }: FastifyRequest): Promise<Session | undefined> {
    const opened = await this.#sessions.open(cookies[this.#name('session')], this.#now());
    const value = opened?.value;
    if (opened === undefined || !isSession(value) || this.#ended.has(value.id)) return undefined;
    return {
      id: value.id,
      who: value.who,
      roleIn: (organisation) => this.#roleIn(organisation, value.values),
      until: opened.until,
    };
  }

  /** Whether a session goes on. */
  goesOn({ id, until }: Session): boolean {
    return this.#now() < until && !this.#ended.has(id);
  }

  /** A new session, whatever there was before: no other browser knows it. */
  async begin(reply: FastifyReply, { who, values }: SignedIn): Promise<void> {
    const until = this.#now() + SESSION_LASTS;
    const sealed = await this.#sessions.seal(
      { id: randomBytes(16).toString('base64url'), who, values },
      until,
    );
    this.#keep(reply, 'session', sealed, SESSION_LASTS);
    this.#drop(reply, 'sign_in');
  }

  end(reply: FastifyReply, { id, until }: Session): void {
    this.#ended.set(id, until);
    for (const [each, over] of this.#ended)
      if (over <= this.#now() || this.#ended.size > MOST_ENDED) this.#ended.delete(each);
    this.#drop(reply, 'session');
  }

  /** Notes in the browser what it has to bring back, and where its user wanted to go. */
  async leave(reply: FastifyReply, pending: Pending, to: string): Promise<void> {
    const sealed = await this.#pending.seal({ ...pending, to }, this.#now() + SIGN_IN_LASTS);
    this.#keep(reply, 'sign_in', sealed, SIGN_IN_LASTS);
  }

  /** What `leave` noted in this browser. */
  async left({ cookies }: FastifyRequest): Promise<(Pending & { readonly to: string }) | undefined> {
    const value = (await this.#pending.open(cookies[this.#name('sign_in')], this.#now()))?.value;
    return isPending(value) ? value : undefined;
  }

  /** A browser sends it with a form of this session's own pages, and no other page knows it. */
  formToken({ id }: Session): string {
    return createHmac('sha256', this.#forms).update(id).digest('base64url');
  }

  /** Whether a form came from the page itself: by its origin, and by its token. */
  isOwnForm(request: FastifyRequest, session: Session, token: string | undefined): boolean {
    if (!isFromPage(request, this.#url.origin)) return false;
    const [given, wanted] = [Buffer.from(token ?? ''), Buffer.from(this.formToken(session))];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Roles that hold for all organisations, and those that hold for this one. */
  #roleIn(organisation: string, values: readonly string[]): Role {
    const { signIn } = this.#parts;
    const own = Object.entries(signIn.organisations).find(([name]) => isSameName(name, organisation));
    const has = (role: 'viewers' | 'operators'): boolean =>
      [...signIn[role], ...(own?.[1][role] ?? [])].some((each) => values.includes(each));
    if (has('operators')) return 'operator';
    return has('viewers') ? 'viewer' : 'none';
  }

  /** With the prefix, a browser takes it from this host alone and by HTTPS alone. */
  #name(purpose: 'session' | 'sign_in'): string {
    return `${this.#isSecure ? '__Secure-' : ''}idle_enforcer_${purpose}`;
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  #keep(reply: FastifyReply, purpose: 'session' | 'sign_in', text: string, lasts: Duration): void {
    void reply.setCookie(this.#name(purpose), text, { ...this.#cookie(), maxAge: lasts / 1_000 });
  }

  #drop(reply: FastifyReply, purpose: 'session' | 'sign_in'): void {
    void reply.clearCookie(this.#name(purpose), this.#cookie());
  }

  /** `lax`: it has to come along when the provider sends the browser back. */
  #cookie(): { httpOnly: true; secure: boolean; sameSite: 'lax'; path: string } {
    return {
      httpOnly: true,
      secure: this.#isSecure,
      sameSite: 'lax',
      path: prefixOf(this.#parts.url) === '' ? '/' : prefixOf(this.#parts.url),
    };
  }
}

/** Whether a browser says that a form came from a page of ours: one of any other site cannot make it say so. */
export function isFromPage({ headers }: Pick<FastifyRequest, 'headers'>, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin === origin && (site === undefined || site === 'same-origin');
}

/** The path of the page's address, without a slash at its end. */
export function prefixOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).pathname.replace(/\/+$/, '');
}

/** A place of the page to go to after signing in; its front where the text is none, for it may lead anywhere. */
export function ownPlace(text: unknown): string {
  const front = '/';
  if (typeof text !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\'))
    return front;
  const { origin, pathname, search } = new URL(text, 'http://page.invalid');
  return origin === 'http://page.invalid' && ['/', '/agent'].includes(pathname)
    ? `${pathname}${search}`
    : front;
}

function isSession(value: unknown): value is { id: string; who: string; values: readonly string[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { id, who, values } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof who === 'string' && Array.isArray(values);
}

function isPending(value: unknown): value is Pending & { readonly to: string } {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Readonly<Record<string, unknown>>;
  return ['state', 'nonce', 'verifier', 'to'].every((key) => typeof given[key] === 'string');
}
