/** Where names are: in no answer to a reader who has not signed in, in no address, in no cache. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { factsAt, NOON, PEOPLE, PlayedSource } from './centre.ts';
import { cookieOf, SignInPage } from './signed-in.ts';

const NAMES = /Jane|Joe|\bSam\b|conversation-7|jane-id/;
const STAY = { url: 'http://127.0.0.1', secret: 'a secret of the page that is long enough' };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'];
const MACHINES = ['/healthz', '/readyz', '/metrics', '/status'];
const PATHS = [
  ...['/', '/?wall', '/?wall=1&organisation=North+Sea+Insurance', '/?organisation=elsewhere', '/events?wall'],
  ...['/events', '/agent', '/agent?id=x', '/find', '/pause', '/resume', '/sign-in', '/sign-out', '/callback'],
  ...[
    '/callback?code=x&state=y',
    '/stay',
    '/stay?link=x',
    '/page.css',
    '/page.js',
    '/nothing',
    '/%ff',
    '//x',
  ],
  ...MACHINES,
];

let page: SignInPage;
beforeEach(async () => {
  page = new SignInPage();
  const source = new PlayedSource(factsAt(NOON, { people: PEOPLE }));
  source.desk.find = () => Promise.resolve([{ called: 'Jane Doe', id: 'jane-id' }]);
  source.desk.explain = () => Promise.resolve({ called: 'Jane Doe', lines: ['Jane Doe is due.'] });
  await page.open([source], { stay: STAY, bounds: { readers: 64, asked: 100_000 } });
});
afterEach(async () => {
  await page.close();
});

interface Told {
  readonly what: string;
  readonly status: number | undefined;
  readonly cache: string | undefined;
  /** All of it; of events the first. */
  readonly text: string;
}

async function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Told> {
  const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
  const asked = request(page.url, { method, path, headers: { ...form, ...headers } });
  asked.end(method === 'POST' ? 'name=jane&reason=x&minutes=0' : undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = JSON.stringify(answer.rawHeaders);
  for await (const part of answer) {
    text += String(part);
    if (path.startsWith('/events') && answer.statusCode === 200) break;
  }
  return {
    what: `${method} ${path}`,
    status: answer.statusCode,
    cache: answer.headers['cache-control'],
    text,
  };
}

test('no answer to a reader who has not signed in holds one, and none is kept', async () => {
  const all: Told[] = [];
  for (const method of METHODS) for (const path of PATHS) all.push(await ask(method, path));
  const long = { cookie: 'x'.repeat(9_000) };
  all.push(await ask('GET', '/', { host: 'evil.example' }), await ask('GET', '/', long));
  expect(all.filter(({ text }) => NAMES.test(text)).map(({ what }) => what)).toEqual([]);
  expect(all.filter(({ cache }) => cache !== 'no-store').map(({ what }) => what)).toEqual([]);
  // Each kind of answer was among them.
  expect([...new Set(all.map(({ status }) => status))].sort()).toEqual([
    200, 302, 400, 403, 404, 405, 421, 431,
  ]);
});

test('what a viewer is shown is kept nowhere, and no address in it holds a name', async () => {
  const { visitor, html, token } = await page.signIn('Supervisors');
  const headers = { cookie: cookieOf(visitor, page.url) };
  const shown = await Promise.all(
    ['/', '/agent?id=jane-id', '/events'].map((path) => ask('GET', path, headers)),
  );
  const found = await visitor.post(`${page.url}/find`, { name: 'jane', token });
  expect(
    [html, ...shown.map(({ text }) => text), found.text].every((text) => text.includes('Jane Doe')),
  ).toBe(true);
  expect([...shown.map(({ cache }) => cache), found.headers.get('cache-control')]).toEqual(
    Array<string>(4).fill('no-store'),
  );
  const addresses = [html, ...shown.map(({ text }) => text), found.text].flatMap((text) =>
    [...text.matchAll(/(?:href|src|action|data-events)=\\?"([^"\\]*)/g)].map(([, address = '']) => address),
  );
  expect(addresses).toContain('/agent?id=jane-id');
  expect(addresses.filter((address) => /Jane|Doe|Joe|Bloggs/.test(address))).toEqual([]);
});
