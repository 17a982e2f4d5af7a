/**
 * A hundred thousand links of warnings and as many cookies of sessions, none of them good, against the worker as it is shipped: each is
 * refused, and all answers have one shape, so that nobody learns from them how near they came.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { DAY, HOUR, MINUTE, type Instant } from '../src/domain/time/time.ts';
import { Seal } from '../src/server/page/seal.ts';
import { StayLinks, type StayTicket } from '../src/server/page/stay-link.ts';
import { freePort, IdentityProvider, tokenIn, Visitor } from '../test/server/page/identity-provider.ts';
import { ended, firstMatch, startCentre, startWorker } from './centre.ts';
import type { Row } from './measure.ts';

const EACH = 100_000;
/** Each post takes a connection. */
const POSTS = 20_000;
const SECRET = 'a secret of the page that is long enough';
const AT_ONCE = 16;
/** Requests of one address: it may ask 600 times a minute, and comes by one connection. */
const OF_ONE_ADDRESS = 500;

export async function benchForged(): Promise<readonly Row[]> {
  const [port, provider] = [await freePort(), new IdentityProvider()];
  const url = `http://127.0.0.1:${port}`;
  const issuer = await provider.open(`${url}/callback`);
  const centre = await startCentre(50, { rules: rulesOf(url, issuer), port });
  const worker = startWorker(centre);
  try {
    await firstMatch(worker, /(sweep done)/);
    const good = await sessionThatWas(provider, url);
    const asked = new Crowd(url);
    return [
      await refused('bad links of warnings, opened', EACH, asked, linkRequests(url, 'opened')),
      await refused('bad links of warnings, posted', POSTS, asked, linkRequests(url, 'posted')),
      await refused('bad cookies of sessions', EACH, asked, cookieRequests(good)),
      await replayed(asked, url),
    ];
  } finally {
    await ended(worker);
    await centre.close();
    await provider.close();
  }
}

function rulesOf(url: string, issuer: string): string {
  return `name: bench
sweep: { every: "0 * * * * *" }
profiles:
  - name: everyone
    rules:
      - { id: gone, when: { presence: [away] }, limit: 60m, warn: 5m }
notify: [{ name: mail, type: email, url: "smtp://127.0.0.1:9", from: idle@example.com, on: [warning] }]
stay: { for: 30m, per_day: 2 }
page:
  url: ${url}
  secret: ${SECRET}
  sign_in: { issuer: "${issuer}", client_id: idle-enforcer, client_secret: page-client~secret~42, scope: openid groups, operators: [Ops leads] }
`;
}

/** The cookie of an operator who has signed in, and out. */
async function sessionThatWas(provider: IdentityProvider, url: string): Promise<string> {
  provider.account = { sub: 'vera', claims: { groups: ['Ops leads'] } };
  const visitor = new Visitor();
  const { text } = await visitor.get(`${url}/sign-in`);
  const cookie = visitor.cookies.get(url)?.get('idle_enforcer_session') ?? '';
  if (!text.includes('vera, operator') || cookie === '') throw new Error('the operator could not sign in');
  await visitor.post(`${url}/sign-out`, { token: tokenIn(text) });
  return cookie;
}

/** One request: of a number, so that each is another. */
type Asking = (n: number) => Promise<Asked> | Asked;

interface Asked {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function linkRequests(url: string, how: 'opened' | 'posted'): Asking {
  const now = Date.now();
  const [own, foreign] = [
    new StayLinks({ url, secret: SECRET }),
    new StayLinks({ url, secret: `${SECRET}!` }),
  ];
  const good = tokenOf(own, ticket(now));
  const kinds: readonly ((n: number) => string)[] = [
    () => randomBytes(180).toString('base64url'),
    () => tokenOf(foreign, ticket(now)),
    (n) => changed(good, n),
    (n) => good.slice(0, n % good.length),
    (n) => tokenOf(own, { ...ticket(now), dueAt: now - DAY - MINUTE - n }),
    () => tokenOf(own, { ...ticket(now), organisation: 'another' }),
  ];
  return (n) => {
    const link = kinds[n % kinds.length]?.(n) ?? '';
    return how === 'posted' ? posted(url, link) : { path: `/stay?link=${link}`, headers: {} };
  };
}

function ticket(now: Instant): StayTicket {
  const times = { sinceSign: now - HOUR, sentAt: now - MINUTE, dueAt: now + 5 * MINUTE, length: 30 * MINUTE };
  return { organisation: 'bench', agentId: 'nobody', ruleId: 'gone', ...times };
}

function tokenOf(links: StayLinks, of: StayTicket): string {
  return new URL(links.linkFor(of)).searchParams.get('link') ?? '';
}

function posted(url: string, link: string): Asked {
  const headers = { origin: url, 'content-type': 'application/x-www-form-urlencoded' };
  return { path: '/stay', headers, body: new URLSearchParams({ link }).toString() };
}

/** With another sign in one place. */
function changed(text: string, n: number): string {
  const at = n % text.length;
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}

function cookieRequests(good: string): Asking {
  const value = { id: 'x', who: 'mallory', values: ['Ops leads'] };
  const [other, foreign] = [new Seal(SECRET, 'sign-in'), new Seal(`${SECRET}!`, 'session')];
  const until = Date.now() + HOUR;
  const kinds: readonly ((n: number) => Promise<string> | string)[] = [
    () => good,
    (n) => changed(good, n),
    (n) => good.slice(0, n % good.length),
    () => randomBytes(200).toString('base64url'),
    () => other.seal(value, until),
    () => foreign.seal(value, until),
    () => `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ value })).toString('base64url')}.`,
  ];
  return async (n) => ({
    path: '/agent?id=x',
    headers: { cookie: `idle_enforcer_session=${(await kinds[n % kinds.length]?.(n)) ?? ''}` },
  });
}

async function refused(what: string, many: number, crowd: Crowd, asking: Asking): Promise<Row> {
  const { shapes, each } = await crowd.ask(many, asking);
  const [[shape, count] = ['', 0]] = [...shapes];
  return {
    what: `${many} ${what}`,
    measured: `${shapes.size} shape of answer, ${shape.slice(0, 3)}; ${each.toFixed(2)} ms each`,
    target: '1 shape',
    met: shapes.size === 1 && count === many && !shape.startsWith('2'),
  };
}

/** A link that was good, again and again: led to the page that tells what became of it, and takes nothing. */
async function replayed(crowd: Crowd, url: string): Promise<Row> {
  const form = posted(url, tokenOf(new StayLinks({ url, secret: SECRET }), ticket(Date.now())));
  const { shapes } = await crowd.ask(POSTS, () => form);
  return {
    what: `${POSTS} posts of one good link, whose warning is over`,
    measured: `${shapes.size} shape of answer, ${[...shapes.keys()][0]?.slice(0, 3) ?? ''}`,
    target: '1 shape',
    met: shapes.size === 1,
  };
}

/** Askers at many addresses of this machine. */
class Crowd {
  readonly #url: string;
  #address = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** So many requests; how often each shape of answer came, and how long an answer took, in ms. */
  async ask(many: number, asking: Asking): Promise<{ shapes: ReadonlyMap<string, number>; each: number }> {
    const shapes = new Map<string, number>();
    const begun = performance.now();
    let next = 0;
    const asker = async (): Promise<void> => {
      while (next < many) {
        const [from, to] = [next, Math.min(many, next + OF_ONE_ADDRESS)];
        next = to;
        const agent = this.#someone();
        for (let n = from; n < to; n += 1) {
          const shape = await this.#shapeOf(await asking(n), agent);
          shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
        }
        agent.destroy();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, asker));
    return { shapes, each: (performance.now() - begun) / many };
  }

  #someone(): Agent {
    this.#address += 1;
    const localAddress = `127.1.${this.#address >> 8}.${this.#address & 255}`;
    return new Agent({ keepAlive: true, maxSockets: 1, localAddress });
  }

  /** Status, headers and length of the answer; without the time, and without what is left of the minute's requests. */
  async #shapeOf({ path, headers, body }: Asked, agent: Agent): Promise<string> {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request(`${this.#url}${path}`, { method, headers, agent });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let length = 0;
    for await (const part of answer) length += (part as Buffer).byteLength;
    const passing = ['date', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
    const told = Object.entries(answer.headers).filter(([name]) => !passing.includes(name));
    return `${answer.statusCode ?? 0} ${length} ${JSON.stringify(told)}`;
  }
}
