/** Who asks: sessions in sealed cookies, what their users may do, and whether a form was sent from the page itself. */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSameName } from '../../domain/name.ts';
import { HOUR, MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import type { PageSource } from './latest.ts';
import { isFromPage, prefixOf } from './own-address.ts';
import { Provider, type Pending, type SignedIn, type SignInParts } from './provider.ts';
import { Seal } from './seal.ts';

/** What a cookie is for; the hint of the provider goes to the way out alone. */
type Purpose = 'session' | 'sign_in' | 'sign_out';

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
/** Sign-ins that one browser may have begun and not finished, each in a tab of its own; those that were begun first are forgotten. */
const MOST_PENDING = 4;
/** Sessions that this process knows to be ended; the oldest of more are asked for again. */
const MOST_ENDED = 10_000;
/** Browsers keep no cookie of more than 4,096, its name and attributes with it. */
const LONGEST_HINT = 3_800;

/**
 * The cookies, sealed and told apart by their purpose. Sessions that were signed out are on record in the stores, which all processes share;
 * those that this process knows of it need not ask for.
 */
export class Access {
  readonly provider: Provider;
  readonly #url: URL;
  readonly #parts: AccessParts;
  readonly #sessions: Seal;
  readonly #pending: Seal;
  readonly #hints: Seal;
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
    this.#hints = new Seal(secret, 'sign-out');
    this.#forms = new Uint8Array(hkdfSync('sha256', secret, '', 'idle-enforcer page: forms', 32));
    this.#now = now;
    this.provider = new Provider(signIn, `${this.#url.origin}${prefixOf(url)}/callback`, now);
  }

  /**
   * Who asks for this organisation; `undefined` of a reader who is not signed in, or has signed out anywhere. While the store cannot be
   * asked the user has no role.
   */
  async sessionIn(request: FastifyRequest, source: PageSource): Promise<Session | undefined> {
    const session = await this.sessionOf(request);
    if (session === undefined) return undefined;
    const stands = await this.standing(session, source);
    if (stands === 'ended') return undefined;
    return stands === 'goes_on' ? session : { ...session, roleIn: () => 'none' };
  }

  /** Whether a session goes on, by what the store of this organisation knows; `unknown` where it cannot be asked. */
  async standing(session: Session, { desk }: PageSource): Promise<'goes_on' | 'ended' | 'unknown'> {
    const { id, until } = session;
    if (this.#now() >= until || this.#ended.has(id)) return 'ended';
    const isEnded = await desk.isSessionEnded(id).catch(() => undefined);
    if (isEnded === true) this.#noteEnded(session);
    return isEnded === undefined ? 'unknown' : isEnded ? 'ended' : 'goes_on';
  }

  /** The address of the page's front. */
  get front(): string {
    return `${this.#url.origin}${prefixOf(this.#parts.url)}/`;
  }

  /** Whose cookie it is, as far as this process knows; for what depends on it the store is asked. */
  async sessionOf({ cookies }: FastifyRequest): Promise<Session | undefined> {
    const opened = await this.#sessions.open(cookies[this.#name('session')], this.#now());
    const value = opened?.value;
    if (opened === undefined || !isSession(value) || this.#ended.has(value.id)) return undefined;
    return {
      id: value.id,
      who: value.who,
      roleIn: (organisation) => this.#roleIn(organisation, value.roles),
      until: opened.until,
    };
  }

  /** A new session, whatever there was before: no other browser knows it. */
  async begin(reply: FastifyReply, { who, values, idToken }: SignedIn): Promise<void> {
    const until = this.#now() + SESSION_LASTS;
    const id = randomBytes(16).toString('base64url');
    const sealed = await this.#sessions.seal({ id, who, roles: this.#rolesOf(values) }, until);
    this.#keep(reply, 'session', sealed, SESSION_LASTS);
    const hint = await this.#hints.seal(idToken, until);
    // Of users with many groups it may be longer than a browser keeps: then the provider asks whose session is meant.
    if (hint.length <= LONGEST_HINT) this.#keep(reply, 'sign_out', hint, SESSION_LASTS);
  }

  /** In this browser and this process; the stores are for the caller. */
  end(reply: FastifyReply, session: Session): void {
    this.#noteEnded(session);
    this.#drop(reply, 'session');
    this.#drop(reply, 'sign_out');
  }

  #noteEnded({ id, until }: Session): void {
    this.#ended.set(id, until);
    for (const [each, over] of this.#ended)
      if (over <= this.#now() || this.#ended.size > MOST_ENDED) this.#ended.delete(each);
  }

  /** What the provider knows its session by, where the browser has kept it. */
  async hintOf({ cookies }: FastifyRequest): Promise<string | undefined> {
    const value = (await this.#hints.open(cookies[this.#name('sign_out')], this.#now()))?.value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** Notes in the browser what it has to bring back, and where its user wanted to go: for each tab by itself. */
  async leave(request: FastifyRequest, reply: FastifyReply, pending: Pending, to: string): Promise<void> {
    const begun = Object.keys(request.cookies).filter((name) => {
      const front = this.#name('sign_in');
      return name.startsWith(front) && /^[\w-]*$/.test(name.slice(front.length));
    });
    // Browsers send those first that they have had for longest.
    for (const name of begun.slice(0, Math.max(0, begun.length - MOST_PENDING + 1)))
      void reply.clearCookie(name, this.#cookie('sign_in'));
    const sealed = await this.#pending.seal({ ...pending, to }, this.#now() + SIGN_IN_LASTS);
    this.#keep(reply, 'sign_in', sealed, SIGN_IN_LASTS, pending.state);
  }

  /** What `leave` noted in this browser with this state; a second time there is nothing. */
  async left(
    { cookies }: FastifyRequest,
    reply: FastifyReply,
    state: unknown,
  ): Promise<(Pending & { readonly to: string }) | undefined> {
    const name = this.#name('sign_in', typeof state === 'string' ? state : '');
    const value = (await this.#pending.open(cookies[name], this.#now()))?.value;
    if (!isPending(value) || value.state !== state) return undefined;
    void reply.clearCookie(name, this.#cookie('sign_in'));
    return value;
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

  /** A letter for the role in all organisations, and one for each that is named: of many groups the names would be too long for a cookie. */
  #rolesOf(values: readonly string[]): string {
    const { signIn } = this.#parts;
    const has = (names: readonly string[]): boolean => names.some((each) => values.includes(each));
    return [signIn, ...Object.values(signIn.organisations)]
      .map(({ viewers, operators }) => (has(operators) ? 'o' : has(viewers) ? 'v' : '-'))
      .join('');
  }

  #roleIn(organisation: string, roles: string): Role {
    const names = Object.keys(this.#parts.signIn.organisations);
    const own = roles.charAt(names.findIndex((name) => isSameName(name, organisation)) + 1);
    const all = roles.charAt(0) + own;
    if (all.includes('o')) return 'operator';
    return all.includes('v') ? 'viewer' : 'none';
  }

  /**
   * With `__Host-` a browser takes it from this host alone and by HTTPS alone, so that no neighbour in the domain plants one; the former is
   * only for cookies of the whole host. Of sign-ins there is one for each state.
   */
  #name(purpose: Purpose, state = ''): string {
    const whole = this.#cookie(purpose).path === '/' ? '__Host-' : '__Secure-';
    const of = purpose === 'sign_in' ? `_${state.slice(0, 8)}` : '';
    return `${this.#isSecure ? whole : ''}idle_enforcer_${purpose}${of}`;
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  #keep(reply: FastifyReply, purpose: Purpose, text: string, lasts: Duration, state = ''): void {
    void reply.setCookie(this.#name(purpose, state), text, {
      ...this.#cookie(purpose),
      maxAge: lasts / 1_000,
    });
  }

  #drop(reply: FastifyReply, purpose: Purpose): void {
    void reply.clearCookie(this.#name(purpose), this.#cookie(purpose));
  }

  /** `lax`: it has to come along when the provider sends the browser back. */
  #cookie(purpose: Purpose): { httpOnly: true; secure: boolean; sameSite: 'lax'; path: string } {
    const prefix = prefixOf(this.#parts.url);
    const path = purpose === 'sign_out' ? `${prefix}/sign-out` : prefix === '' ? '/' : prefix;
    return { httpOnly: true, secure: this.#isSecure, sameSite: 'lax', path };
  }
}

/**
 * A place of the page to go to after signing in; its front where the text is none, for it may lead anywhere, or is longer than any: a link
 * of others must not fill the browser with cookies.
 */
export function ownPlace(text: unknown): string {
  const front = '/';
  if (typeof text !== 'string' || !/^\/(?![/\\])[\x21-\x7e]{0,511}$/.test(text) || text.includes('\\'))
    return front;
  const { origin, pathname, search } = new URL(text, 'http://page.invalid');
  return origin === 'http://page.invalid' && ['/', '/agent'].includes(pathname)
    ? `${pathname}${search}`
    : front;
}

function isSession(value: unknown): value is { id: string; who: string; roles: string } {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Readonly<Record<string, unknown>>;
  return ['id', 'who', 'roles'].every((key) => typeof given[key] === 'string');
}

function isPending(value: unknown): value is Pending & { readonly to: string } {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Readonly<Record<string, unknown>>;
  return ['state', 'nonce', 'verifier', 'to'].every((key) => typeof given[key] === 'string');
}
