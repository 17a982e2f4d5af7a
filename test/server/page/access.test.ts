/** Cookies of the page: by which names and for which paths browsers keep them, of several tabs, and when what is open ends. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { SECOND } from '../../../src/domain/time/time.ts';
import { SESSION_LASTS } from '../../../src/server/page/access.ts';
import type { SignInParts } from '../../../src/server/page/provider.ts';
import { factsAt, NOON, PEOPLE, PlayedSource } from './centre.ts';
import { Visitor } from './identity-provider.ts';
import { cookieOf, eventsOf, SignInPage } from './signed-in.ts';

let page: SignInPage;
let source: PlayedSource;
beforeEach(() => {
  page = new SignInPage();
  page.provider.account = { sub: 'vera', claims: { groups: ['Ops leads'] } };
  source = new PlayedSource(factsAt(NOON, { people: PEOPLE }));
});
afterEach(async () => {
  await page.close();
});

/** Up to where the provider sends the browser back, and not there. */
async function begun(url: string, visitor: Visitor, to = '/'): Promise<string> {
  let at = `${url}/sign-in?to=${encodeURIComponent(to)}`;
  while (!at.includes('/callback?'))
    at = new URL((await visitor.once(at)).headers.get('location') ?? '', at).href;
  return at;
}

describe('cookies', () => {
  /** As a proxy asks for it, by the name that readers know. */
  async function cookiesOf(url: string, path: string): Promise<readonly string[]> {
    const asked = request(`${page.local}${path}`, { headers: { host: new URL(url).host } });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.headers['set-cookie'] ?? [];
  }

  test.each([
    [
      'https://idle.example.com',
      /^__Host-idle_enforcer_sign_in_[\w-]{8}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ],
    [
      'https://idle.example.com/',
      /^__Host-idle_enforcer_sign_in_[\w-]{8}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ],
    [
      'https://tools.example.com/idle/',
      /^__Secure-idle_enforcer_sign_in_[\w-]{8}=.*; Path=\/idle; HttpOnly; Secure; SameSite=Lax$/,
    ],
  ])('of %s are for this host, this path and HTTPS alone', async (url, form) => {
    await page.open([source], { url });
    const lines = await cookiesOf(url, '/sign-in');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(form);
  });
});

test('a session opens nothing once the policy gives roles to others: users sign in anew', async () => {
  const { url } = await page.open([source]);
  const { visitor } = await page.signIn('Ops leads');
  const headers = { host: new URL(url).host, cookie: cookieOf(visitor, url) };
  /** The page after a restart, as this user sees it. */
  const restarted = async (roles: Partial<SignInParts>): Promise<string> => {
    const other = new SignInPage();
    await other.open([source], { url, roles: { issuer: page.provider.issuer, ...roles } });
    const asked = request(other.local, { headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const text = await textOf(answer);
    await other.close();
    return text;
  };
  expect(await restarted({})).toContain('vera, operator');
  expect(await restarted({ operators: ['Others'] })).toContain('Sign in');
});

test('a user whose many groups have roles in many organisations is signed in, with a cookie that browsers keep', async () => {
  const groups = Array.from(
    { length: 100 },
    (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  );
  const organisations = Object.fromEntries(
    groups.map((group, n) => [
      n === 0 ? source.organisation : `Organisation ${n}`,
      { viewers: [group], operators: [] },
    ]),
  );
  const { url } = await page.open([source], { roles: { organisations } });
  const { visitor, html } = await page.signIn(...groups);
  expect(html).toContain('vera, viewer');
  expect(visitor.cookies.get(url)?.get('idle_enforcer_session')?.length).toBeLessThan(1_000);
});

describe('a user with several tabs', () => {
  test('signs in in each of them, in any order, and comes to where each wanted to go', async () => {
    const { url } = await page.open([source], { bounds: { tick: 10 } });
    const visitor = new Visitor();
    const [one, two] = [await begun(url, visitor), await begun(url, visitor, '/agent?id=jane-id')];
    const ends = [await visitor.once(two), await visitor.once(one)];
    expect(ends.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
      [303, '/agent?id=jane-id'],
      [303, '/'],
    ]);
    expect((await visitor.get(url)).text).toContain('vera, operator');
    expect([...(visitor.cookies.get(url)?.keys() ?? [])].filter((name) => name.includes('sign_in'))).toEqual(
      [],
    );
  });

  test('who begins again and again keeps the newest four, so that what a browser sends stays small', async () => {
    const { url } = await page.open([source], { bounds: { tick: 10 } });
    const visitor = new Visitor();
    const all: string[] = [];
    for (let n = 0; n < 9; n += 1) all.push(await begun(url, visitor));
    expect(cookieOf(visitor, url).length).toBeLessThan(3_000);
    const statuses: number[] = [];
    for (const at of all) statuses.push((await visitor.once(at)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 303, 303, 303, 303]);
  });

  test('is not locked out by links of others that lead to sign in and on to an endless address', async () => {
    const { url } = await page.open([source]);
    const { visitor } = await page.signIn('Ops leads');
    const endless = encodeURIComponent(`/agent?id=${'a'.repeat(2_600)}`);
    for (let n = 0; n < 4; n += 1) await visitor.once(`${url}/sign-in?to=${endless}`);
    expect((await visitor.get(url)).text).toContain('vera, operator');
  });
});

describe('a page that is open', () => {
  test('ends with its session, and is sent no name after that', async () => {
    const { url } = await page.open([source], { bounds: { tick: 10 } });
    const { visitor } = await page.signIn('Ops leads');
    const events = eventsOf(`${url}/events`, visitor);
    expect((await events.next()).value).toContain('Jane Doe');
    page.now += SESSION_LASTS + SECOND;
    source.change({ mode: 'observe' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('ends when its user signs out in another tab; that of another user goes on', async () => {
    const { url } = await page.open([source], { bounds: { tick: 10 } });
    const { visitor, token } = await page.signIn('Ops leads');
    const [own, others] = [
      eventsOf(`${url}/events`, visitor),
      eventsOf(`${url}/events`, (await page.signIn('Ops leads')).visitor),
    ];
    for (const events of [own, others]) expect((await events.next()).value).toContain('Jane Doe');
    await visitor.post(`${url}/sign-out`, { token });
    expect((await own.next()).done).toBe(true);
    page.now += 3 * SECOND;
    source.change({ mode: 'observe' });
    expect((await others.next()).value).toContain('Jane Doe');
  });
});
