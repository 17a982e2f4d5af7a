/** Who may see and do what on the page, at a real OpenID Connect provider; and what others try. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { HOUR, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { pageFetch } from '../../../src/commands/run/page-fetch.ts';
import { ownPlace, SESSION_LASTS } from '../../../src/server/page/access.ts';
import type { PageParts } from '../../../src/server/page/page-parts.ts';
import type { SignInParts } from '../../../src/server/page/provider.ts';
import { Seal } from '../../../src/server/page/seal.ts';
import type { RunningServer } from '../../../src/server/server.ts';
import { factsAt, NOON, PEOPLE, PlayedSource, served } from './centre.ts';
import { CLIENT, freePort, IdentityProvider, tokenIn, Visitor } from './identity-provider.ts';

const SECRET = 'a secret of the page that is long enough';
let provider: IdentityProvider;
let source: PlayedSource;
let server: RunningServer;
let now: Instant;
let url = '';
let log: string[];

async function open(
  prefix = '',
  more: Partial<PageParts> = {},
  roles: Partial<SignInParts> = {},
  sources: readonly PlayedSource[] = [source],
): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}${prefix}`;
  const issuer = await provider.open(`${url}/callback`);
  const signIn = {
    ...CLIENT,
    issuer,
    claim: 'groups',
    scope: 'openid email groups',
    viewers: ['Supervisors'],
    operators: ['Ops leads'],
    organisations: {},
    fetch: pageFetch({}),
    ...roles,
  };
  const stream = { write: (line: string) => log.push(line) };
  const parts = {
    url,
    access: { url, secret: SECRET, signIn },
    now: () => now,
    log: pino({}, stream),
    ...more,
  };
  ({ server } = await served(sources, parts, port));
}

beforeEach(() => {
  // The provider has the machine's clock, and so have its tokens.
  now = Date.now();
  log = [];
  provider = new IdentityProvider();
  source = new PlayedSource(factsAt(NOON, { people: PEOPLE }));
});
afterEach(async () => {
  await server.close();
  await provider.close();
});

/** Signs in as somebody with these groups. */
async function signedIn(
  groups: unknown,
  visitor = new Visitor(),
): Promise<{ visitor: Visitor; html: string }> {
  provider.account = { sub: 'vera', claims: { email: 'vera@example.com', groups } };
  const { text } = await visitor.get(`${url}/sign-in`);
  return { visitor, html: text };
}

const NAMES = /Jane|Joe|Sam|conversation-7|jane-id/;

describe('what each sees', () => {
  test('without sign-in: numbers and the way in, and no name; neither in events, nor on a wall, nor of an agent', async () => {
    await open();
    const visitor = new Visitor();
    const { text } = await visitor.get(url);
    expect(text).toContain('<a href="/sign-in">Sign in</a>');
    expect(text).toContain('412');
    const events = await fetch(`${url}/events`);
    const first = await events.body?.getReader().read();
    const sent = Buffer.from((first?.value ?? new Uint8Array()) as Uint8Array).toString();
    expect(`${text}${sent}${(await visitor.get(`${url}/?wall`)).text}`).not.toMatch(NAMES);
    const agent = await visitor.once(`${url}/agent?id=jane-id`);
    expect([agent.status, agent.headers.get('location')]).toEqual([
      302,
      '/sign-in?to=%2Fagent%3Fid%3Djane-id',
    ]);
  });

  test('viewers: who is next, who comes back, who is stuck, and any agent explained; but they hold nothing', async () => {
    await open();
    const { visitor, html } = await signedIn(['Supervisors']);
    for (const part of [
      'vera@example.com, viewer',
      '<a href="/agent?id=jane-id">Jane Doe</a>',
      '1h of 2h',
      'Joe &lt;b&gt;Bloggs&lt;/b&gt;',
      'conversation-7',
      'Paused by Sam (page): Joe asked.',
    ])
      expect(html).toContain(part);
    expect(html).not.toContain('action="/pause"');
    expect((await visitor.get(`${url}/agent?id=jane-id`)).text).toContain('They are due in 5m.');
    expect((await visitor.get(`${url}/agent?id=nobody`)).status).toBe(404);
    const token = tokenIn(html);
    expect((await visitor.post(`${url}/find`, { name: 'jane', token })).text).toContain('/agent?id=jane-id');
    expect((await visitor.post(`${url}/pause`, { reason: 'x', minutes: '30', token })).status).toBe(403);
    expect(source.told).toEqual([]);
    // On a screen that all can see there is no name, whoever is signed in.
    expect((await visitor.get(`${url}/?wall`)).text).not.toMatch(NAMES);
  });

  test('operators pause and resume, each with a reason and in their own name', async () => {
    await open();
    const { visitor, html } = await signedIn('Ops leads');
    expect(html).toContain('vera@example.com, operator');
    const token = tokenIn(html);
    const paused = await visitor.post(`${url}/pause`, { reason: 'storm', minutes: '30', token });
    expect([paused.status, paused.headers.get('location')]).toEqual([303, '/']);
    expect((await visitor.get(url)).text).toContain('<strong>Paused</strong>');
    await visitor.post(`${url}/resume`, { reason: 'over', token });
    const until = new Date(now + HOUR / 2).toISOString();
    expect(source.told).toEqual([
      `pause ${until} by vera@example.com: storm`,
      'resume by vera@example.com: over',
    ]);
    for (const fields of [{ reason: ' ' }, { reason: 'x'.repeat(201) }, { reason: 'x', minutes: '7' }])
      expect((await visitor.post(`${url}/pause`, { minutes: '30', token, ...fields })).status).toBe(400);
    expect(source.told).toHaveLength(2);
  });

  test.each([
    ['another case', ['supervisors']],
    ['a part of the value', 'Supervisors of the night'],
    ['a text that holds it in a list of its own', '["Supervisors"]'],
    ['no claim at all', undefined],
    ['an object', { Supervisors: true }],
  ])('users with %s see numbers and no name', async (_, groups) => {
    await open();
    const { visitor, html } = await signedIn(groups);
    expect(html).toContain('who may see no names');
    expect(html).not.toMatch(NAMES);
    expect((await visitor.get(`${url}/agent?id=jane-id`)).status).toBe(403);
    expect((await visitor.post(`${url}/find`, { name: 'jane', token: tokenIn(html) })).status).toBe(403);
  });

  test('a claim that the ID token lacks is asked of the user information', async () => {
    provider.isInToken = false;
    await open();
    const { html } = await signedIn(['Supervisors']);
    expect(html).toContain('vera@example.com, viewer');
    expect(provider.asked).toContain('/me');
  });

  test('the log names the user and no agent by name; neither log nor answers hold secrets', async () => {
    await open();
    const { visitor } = await signedIn(['Supervisors']);
    await visitor.get(`${url}/agent?id=jane-id`);
    const all = log.join('');
    expect(all).toContain('an agent was looked at on the page');
    expect(all).not.toMatch(/Jane|page-client|a secret of the page/);
  });
});

describe('in a fleet, roles of single organisations', () => {
  const HARBOUR = 'organisation=Harbour';
  let harbour: PlayedSource;
  beforeEach(async () => {
    harbour = new PlayedSource(factsAt(NOON, { organisation: 'Harbour', people: PEOPLE }));
    const organisations = {
      harbour: { viewers: ['Harbour desk'], operators: ['Harbour leads'] },
      'North Sea Insurance': { viewers: [], operators: ['North leads'] },
    };
    await open('', {}, { viewers: ['Auditors'], operators: [], organisations }, [source, harbour]);
  });

  test('give names and pause there, and numbers alone elsewhere: in pages, events, and of agents', async () => {
    const { visitor, html } = await signedIn(['Harbour leads']);
    expect(html).toContain('who may see no names');
    expect(html).not.toMatch(NAMES);
    const own = (await visitor.get(`${url}/?${HARBOUR}`)).text;
    expect(own).toContain('vera@example.com, operator');
    expect(own).toMatch(NAMES);
    expect((await visitor.get(`${url}/agent?${HARBOUR}&id=jane-id`)).status).toBe(200);
    expect((await visitor.get(`${url}/agent?id=jane-id`)).status).toBe(403);
    const [cookie] = [...(visitor.cookies.get(new URL(url).origin) ?? [])].map((pair) => pair.join('='));
    for (const [query, sees] of [
      ['', false],
      [`?${HARBOUR}`, true],
    ] as const) {
      const events = await fetch(`${url}/events${query}`, { headers: { cookie: cookie ?? '' } });
      const first = await events.body?.getReader().read();
      expect(NAMES.test(Buffer.from((first?.value ?? new Uint8Array()) as Uint8Array).toString())).toBe(sees);
    }
    const token = tokenIn(own);
    const fields = { reason: 'storm', minutes: '30', token };
    const organisation = 'North Sea Insurance';
    expect((await visitor.post(`${url}/pause`, { ...fields, organisation })).status).toBe(403);
    expect((await visitor.post(`${url}/find`, { name: 'jane', token, organisation })).status).toBe(403);
    expect((await visitor.post(`${url}/pause`, { ...fields, organisation: 'Harbour' })).status).toBe(303);
    expect([source.told.length, harbour.told.length]).toEqual([0, 1]);
  });

  test('go beside those that hold for all', async () => {
    const { visitor, html } = await signedIn(['Auditors', 'Harbour leads']);
    expect(html).toContain('vera@example.com, viewer');
    expect((await visitor.get(`${url}/?${HARBOUR}`)).text).toContain('vera@example.com, operator');
  });

  test('pause all at once only where they are held in each', async () => {
    const one = await signedIn(['Harbour leads']);
    const page = (await one.visitor.get(`${url}/?${HARBOUR}`)).text;
    expect(page).not.toContain('all 2 organisations');
    const fields = { reason: 'storm', minutes: '30', where: 'all', organisation: 'Harbour' };
    const refused = await one.visitor.post(`${url}/pause`, { ...fields, token: tokenIn(page) });
    expect([refused.status, source.told, harbour.told]).toEqual([403, [], []]);
    const both = await signedIn(['Harbour leads', 'North leads']);
    expect(both.html).toContain('<option value="all">all 2 organisations</option>');
    const done = await both.visitor.post(`${url}/pause`, { ...fields, token: tokenIn(both.html) });
    expect([done.status, source.told.length, harbour.told.length]).toEqual([303, 1, 1]);
  });

  test('an organisation that cannot be paused keeps none of the others from it, and is named', async () => {
    const { visitor, html } = await signedIn(['Harbour leads', 'North leads']);
    harbour.desk.pause = () => Promise.reject(new Error('the store is not open'));
    const fields = { reason: 'storm', minutes: '30', where: 'all', token: tokenIn(html) };
    const { status, text } = await visitor.post(`${url}/pause`, fields);
    expect([status, source.told.length]).toEqual([503, 1]);
    expect(text).toContain('NOT paused: Harbour.');
  });
});

describe('sessions', () => {
  test('end when they are signed out: the cookie that was kept opens nothing any more', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const stolen = new Visitor();
    for (const [origin, jar] of visitor.cookies) stolen.cookies.set(origin, new Map(jar));
    expect((await stolen.get(url)).text).toMatch(NAMES);
    expect((await visitor.post(`${url}/sign-out`, { token: tokenIn(html) })).status).toBe(200);
    expect((await visitor.get(url)).text).not.toMatch(NAMES);
    expect((await stolen.get(url)).text).not.toMatch(NAMES);
  });

  /** Another process with the same secret, at the address of the first; `ended` is what both find in their store. */
  async function replica(
    sources: readonly PlayedSource[] = [source],
  ): Promise<RunningServer & { readonly url: string }> {
    const at = url;
    const signIn = { ...CLIENT, issuer: provider.issuer, claim: 'groups', scope: 'openid email groups' };
    const roles = {
      viewers: ['Supervisors'],
      operators: ['Ops leads'],
      organisations: {},
      fetch: pageFetch({}),
    };
    const access = { url: at, secret: SECRET, signIn: { ...signIn, ...roles } };
    const site = await served(sources, { access, now: () => now, log: pino({ level: 'silent' }) });
    return { ...site.server, url: site.url };
  }

  function cookieOf(visitor: Visitor): string {
    return [...(visitor.cookies.get(new URL(url).origin) ?? [])].map((pair) => pair.join('=')).join('; ');
  }

  test('that are signed out open nothing on another replica, nor after a restart, and end what is open there', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const cookie = cookieOf(visitor);
    const other = await replica();
    try {
      const there = async (): Promise<string> =>
        await (await fetch(other.url, { headers: { cookie } })).text();
      expect(await there()).toMatch(NAMES);
      const events = await fetch(`${other.url}/events`, { headers: { cookie } });
      const reader = events.body?.getReader();
      await reader?.read();
      await visitor.post(`${url}/sign-out`, { token: tokenIn(html) });
      expect(await there()).not.toMatch(NAMES);
      expect(await there()).toContain('Sign in');
    } finally {
      await other.close();
    }
    const restarted = await replica();
    expect(await (await fetch(restarted.url, { headers: { cookie } })).text()).not.toMatch(NAMES);
    await restarted.close();
  });

  test('that are signed out while a store fails are written to it as soon as it is back', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const { endSession } = source.desk;
    source.desk.endSession = () => Promise.reject(new Error('the store is not open'));
    await visitor.post(`${url}/sign-out`, { token: tokenIn(html) });
    expect([source.ended.size, log.join('').includes('a sign-out could not be written')]).toEqual([0, true]);
    source.desk.endSession = endSession;
    const next = await signedIn(['Ops leads']);
    await next.visitor.post(`${url}/sign-out`, { token: tokenIn(next.html) });
    expect(source.ended.size).toBe(2);
  });

  test('of which the store cannot tell give no role meanwhile, and go on when it is back', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const { isSessionEnded } = source.desk;
    source.desk.isSessionEnded = () => Promise.reject(new Error('the store is not open'));
    const { text } = await visitor.get(url);
    expect([NAMES.test(text), text.includes('who may see no names')]).toEqual([false, true]);
    const fields = { reason: 'x', minutes: '0', token: tokenIn(html) };
    expect((await visitor.post(`${url}/pause`, fields)).status).toBe(403);
    source.desk.isSessionEnded = isSessionEnded;
    expect((await visitor.get(url)).text).toMatch(NAMES);
  });

  test('end after eight hours, whatever their users do', async () => {
    await open();
    const { visitor } = await signedIn(['Supervisors']);
    now += SESSION_LASTS - 2 * SECOND;
    expect((await visitor.get(url)).text).toMatch(NAMES);
    now += 3 * SECOND;
    expect((await visitor.get(url)).text).not.toMatch(NAMES);
  });

  test('are new with each sign-in: one that an attacker planted is not gone on with', async () => {
    await open();
    const attacker = await signedIn(['nothing']);
    const victim = new Visitor();
    const { origin } = new URL(url);
    victim.cookies.set(origin, new Map(attacker.visitor.cookies.get(origin)));
    await signedIn(['Ops leads'], victim);
    expect((await attacker.visitor.get(url)).text).not.toMatch(NAMES);
  });

  test('no other page, no other host and no script reads the cookie', async () => {
    await open('/team/idle');
    const visitor = new Visitor();
    provider.account = { sub: 'v', claims: { groups: 'Supervisors' } };
    const first = await visitor.once(`${url}/sign-in`);
    const [line = ''] = first.headers.getSetCookie();
    expect(line).toMatch(
      /^idle_enforcer_sign_in_[\w-]{8}=\S+; Max-Age=600; Path=\/team\/idle; HttpOnly; SameSite=Lax$/,
    );
    const { text } = await visitor.get(`${url}/sign-in`);
    expect(text).toMatch(NAMES);
    // A proxy may have taken its path away.
    const bare = await visitor.once(url.replace('/team/idle', '/page.css'));
    expect([bare.status, text.includes('href="/team/idle/page.css"')]).toEqual([200, true]);
  });

  test('forged, changed, cut, of another purpose, of another secret: nothing opens, in the same words', async () => {
    await open();
    const { visitor } = await signedIn(['Ops leads']);
    const { origin } = new URL(url);
    const good = visitor.cookies.get(origin)?.get('idle_enforcer_session') ?? '';
    const value = { id: 'x', who: 'mallory', roles: 'o' };
    const until = now + HOUR;
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const bad = [
      ...Array.from({ length: 40 }, (_, n) => {
        const at = Math.floor((good.length * (n + 0.5)) / 40);
        return `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`;
      }),
      ...Array.from({ length: 20 }, (_, n) => good.slice(0, Math.floor((good.length * n) / 20))),
      await new Seal(SECRET, 'sign-in').seal(value, until),
      await new Seal(SECRET, 'session ').seal(value, until),
      await new Seal('another secret', 'session').seal(value, until),
      `${none}.${Buffer.from(JSON.stringify({ value })).toString('base64url')}.`,
      'x'.repeat(7_000),
    ];
    const answers = new Set<string>();
    for (const text of bad) {
      const { text: html, status } = await visitor.once(url, {
        headers: { cookie: `idle_enforcer_session=${text}` },
      });
      answers.add(`${status} ${html}`);
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).not.toMatch(NAMES);
    expect((await visitor.get(url)).text).toMatch(NAMES);
  });
});

describe('what others try', () => {
  test('forms of other pages, without their token or with that of another session, do nothing', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const other = await signedIn(['Ops leads']);
    const token = tokenIn(html);
    const fields = { reason: 'x', minutes: '0' };
    const tries = [
      await visitor.post(`${url}/pause`, fields),
      await visitor.post(`${url}/pause`, { ...fields, token: tokenIn(other.html) }),
      await visitor.post(`${url}/pause`, { ...fields, token }, 'https://evil.example'),
      await visitor.post(`${url}/pause`, { ...fields, token }, 'null'),
      await visitor.once(`${url}/pause`, { method: 'POST', body: new URLSearchParams({ ...fields, token }) }),
      await new Visitor().post(`${url}/pause`, { ...fields, token }),
      await visitor.post(`${url}/sign-out`, { token: 'x' }),
    ];
    expect(tries.map(({ status }) => status)).toEqual(tries.map(() => 403));
    const json = await visitor.once(`${url}/pause`, {
      method: 'POST',
      body: JSON.stringify({ ...fields, token }),
      headers: { 'content-type': 'application/json', origin: new URL(url).origin },
    });
    expect(json.status).toBe(415);
    expect((await visitor.once(`${url}/pause?reason=x&minutes=0&token=${token}`)).status).toBe(404);
    expect(source.told).toEqual([]);
  });

  test('a callback that was not begun in this browser, or whose state is another one, signs no user in', async () => {
    await open();
    provider.account = { sub: 'mallory', claims: { groups: 'Ops leads' } };
    const attacker = new Visitor();
    let at = `${url}/sign-in`;
    while (!at.includes('/callback?'))
      at = new URL((await attacker.once(at)).headers.get('location') ?? '', at).href;
    const victim = new Visitor();
    expect((await victim.get(at)).status).toBe(400);
    await victim.once(`${url}/sign-in`);
    expect((await victim.get(at)).status).toBe(400);
    expect((await victim.get(url)).text).not.toMatch(NAMES);
    // In the browser that began it, with its own code, but with another state.
    const state = /state=([^&]+)/.exec(at)?.[1] ?? '';
    for (const forged of ['another', `${state.slice(0, 8)}another`, `${state}&state=${state}`])
      expect((await attacker.get(at.replace(state, forged))).status).toBe(400);
    // As it is, once.
    expect((await attacker.get(at)).text).toMatch(NAMES);
    expect((await attacker.get(at)).status).toBe(400);
  });

  test.each([
    ['//evil.example/', '/'],
    ['https://evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['/agent/../../evil', '/'],
    ['/agent?id=jane-id', '/agent?id=jane-id'],
    ['/sign-out', '/'],
    ['/\t/evil.example', '/'],
    [['/agent'], '/'],
    [`/agent?id=${'a'.repeat(600)}`, '/'],
    [undefined, '/'],
  ])('after signing in %j leads to %s', (text, to) => {
    expect(ownPlace(text)).toBe(to);
  });

  test('another host that leads here is told where the page is, and nothing else', async () => {
    await open();
    const { request } = await import('node:http');
    const ask = (path: string, host: string): Promise<number | undefined> => {
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      request(`${url}${path}`, { headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
      return promise;
    };
    const { host } = new URL(url);
    expect(await ask('/', host)).toBe(200);
    for (const path of ['/', '/events', '/agent', '/callback'])
      expect(await ask(path, 'evil.example')).toBe(421);
    // Probes and Prometheus ask by the address of the pod.
    expect(await ask('/healthz', '10.0.0.7')).toBe(200);
  });

  test('tries to sign in without end are told to wait, and the page is there', async () => {
    await open();
    const statuses: number[] = [];
    for (let n = 0; n < 602; n += 1) statuses.push((await fetch(`${url}/callback?code=${n}`)).status);
    expect(new Set(statuses.slice(0, 600))).toEqual(new Set([400]));
    expect(statuses.slice(600)).toEqual([429, 429]);
    expect((await fetch(url)).status).toBe(200);
  });

  test('a shift that signs in at once from one address, as behind a proxy, is let in', async () => {
    await open();
    provider.account = { sub: 'vera', claims: { groups: ['Supervisors'] } };
    const all = Array.from({ length: 100 }, () => new Visitor());
    for (const visitor of all) expect((await visitor.get(`${url}/sign-in`)).text).toMatch(NAMES);
  });

  test('a flood from the address that operators have as well, as behind a proxy, keeps none of them from pausing', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const statuses = new Set<number>();
    for (let n = 0; n < 62; n += 1) statuses.add((await fetch(`${url}/pause`, { method: 'POST' })).status);
    expect(statuses).toEqual(new Set([403, 429]));
    const paused = await visitor.post(`${url}/pause`, {
      reason: 'storm',
      minutes: '30',
      token: tokenIn(html),
    });
    expect(paused.status).toBe(303);
    expect((await visitor.get(url)).text).toContain('<strong>Paused</strong>');
  });
});

describe('signing out', () => {
  /** Where the page of the way out leads. */
  function leadsTo(html: string): URL {
    const address = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(html)?.[1] ?? '';
    expect(html).toContain(`<a href="${address}">`);
    return new URL(address.replaceAll('&amp;', '&'));
  }

  test('leads to the provider, where the session ends as well, and back: the next sign-in asks who it is', async () => {
    await open('/team');
    const { visitor, html } = await signedIn(['Ops leads']);
    const { text } = await visitor.post(`${url}/sign-out`, { token: tokenIn(html) });
    const there = leadsTo(text);
    expect(there.origin).toBe(provider.issuer);
    expect(there.searchParams.get('post_logout_redirect_uri')).toBe(`${url}/`);
    expect(there.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3);
    const asked = await visitor.get(there.href);
    expect(asked.status).toBe(200);
    const form = /action="([^"]+)"[\s\S]*?name="xsrf" value="([^"]+)"/.exec(asked.text);
    const confirmed = await visitor.once(form?.[1] ?? '', {
      method: 'POST',
      body: new URLSearchParams({ xsrf: form?.[2] ?? '', logout: 'yes' }),
    });
    expect(confirmed.headers.get('location')).toBe(`${url}/`);
    const before = provider.asked.filter((path) => path.startsWith('/interaction/')).length;
    await visitor.get(`${url}/sign-in`);
    expect(provider.asked.filter((path) => path.startsWith('/interaction/')).length).toBe(before + 1);
  });

  test('at a provider that ends no session ends it here', async () => {
    provider.hasLogout = false;
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    const answer = await visitor.post(`${url}/sign-out`, { token: tokenIn(html) });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(source.ended.size).toBe(1);
  });

  test('while the provider is down ends it here, and says so in the log', async () => {
    await open();
    const { visitor, html } = await signedIn(['Ops leads']);
    now += 2 * HOUR;
    await provider.close();
    expect((await visitor.post(`${url}/sign-out`, { token: tokenIn(html) })).status).toBe(303);
    expect((await visitor.get(url)).text).not.toMatch(NAMES);
    expect(log.join('')).toContain('the provider could not be asked where its own session ends');
  });

  test('of a user whose ID token is longer than a browser keeps still leads to the provider', async () => {
    await open();
    provider.account = {
      sub: 'vera',
      claims: {
        email: 'vera@example.com',
        groups: ['Ops leads', ...Array.from({ length: 300 }, (_, n) => `group ${n}`)],
      },
    };
    const visitor = new Visitor();
    const { text: html } = await visitor.get(`${url}/sign-in`);
    const { text } = await visitor.post(`${url}/sign-out`, { token: tokenIn(html) });
    const there = leadsTo(text);
    expect([there.searchParams.get('id_token_hint'), there.searchParams.get('client_id')]).toEqual([
      null,
      'idle-enforcer',
    ]);
  });

  test('the ID token goes to the way out alone, and stands in no log', async () => {
    await open('/team');
    provider.account = { sub: 'v', claims: { groups: 'Supervisors' } };
    const visitor = new Visitor();
    let at = `${url}/sign-in`;
    let lines: readonly string[] = [];
    while (at !== '') {
      const answer = await visitor.once(at);
      lines = [...lines, ...answer.headers.getSetCookie()];
      const to = answer.headers.get('location');
      at = to === null ? '' : new URL(to, at).href;
    }
    const hint = lines.find((line) => line.startsWith('idle_enforcer_sign_out='));
    expect(hint).toMatch(/; Path=\/team\/sign-out; HttpOnly; SameSite=Lax$/);
    expect(log.join('')).not.toContain('eyJ');
  });
});

describe('the provider', () => {
  test('that is down is said to be so, and asked anew by the next user', async () => {
    await open();
    const { issuer } = provider;
    await provider.close();
    const answer = await new Visitor().get(`${url}/sign-in`);
    expect(answer.status).toBe(502);
    expect((await fetch(url)).status).toBe(200);
    expect(log.join('')).toContain('a user could not sign in on the page');
    expect(issuer).not.toBe('');
  });

  test('that has not verified an address is not quoted with it, and its own id of each user is in the log', async () => {
    await open();
    provider.account = {
      sub: 'vera',
      claims: { email: 'boss@example.com', email_verified: false, groups: ['Ops leads'] },
    };
    const { text } = await new Visitor().get(`${url}/sign-in`);
    expect(text).toContain('vera, operator');
    expect(text).not.toContain('boss@example.com');
    expect(log.join('')).toContain('"subject":"vera"');
  });

  test('that has renewed its keys, the old one gone, is believed, and sessions of before go on', async () => {
    await open();
    const { visitor } = await signedIn(['Supervisors']);
    provider.renewKeys();
    expect((await visitor.get(url)).text).toMatch(NAMES);
    // Its keys were read a moment ago: the first who comes with the new one is asked to try again.
    expect((await signedIn(['Supervisors'])).html).toContain('the sign-in failed: try again');
    expect((await signedIn(['Supervisors'])).html).toMatch(NAMES);
    expect((await visitor.get(url)).text).toMatch(NAMES);
  });
});
