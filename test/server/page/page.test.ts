/** The page as a browser without a script, and its readers, get it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { createApp } from '../../../src/server/page/app.ts';
import { Latest } from '../../../src/server/page/latest.ts';
import { pino } from 'pino';
import { Readers, type Stream } from '../../../src/server/page/readers.ts';
import { startServer, type RunningServer } from '../../../src/server/server.ts';
import { factsAt, NOON, PlayedSource, served } from './centre.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function opened(...sources: readonly PlayedSource[]): Promise<string> {
  const site = await served(sources);
  ({ server } = site);
  return site.url;
}

describe('the page', () => {
  test('tells mode, numbers, the day and the policy, whole without a script', async () => {
    const url = await opened(new PlayedSource());
    const answer = await fetch(url);
    const html = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(html).toContain('<strong>Enforce.</strong> Agents who are due are logged off.');
    expect(html).toContain('<div data-count="online"><dt>online</dt><dd>412</dd></div>');
    expect(html).toContain('<div data-count="recovered"><dt>hours recovered</dt><dd>26.4</dd></div>');
    expect(html).toContain('Profile &quot;agents&quot; covers everyone else.');
    expect(html).toContain('0a1b2c3d4e5f → 67188257211d: mode: observe → enforce');
    // Noon in Chicago, as people there read it, and exactly for those who do not.
    expect(html).toContain('<time datetime="2026-03-02T18:04:00.000Z" data-form="short">12:04</time>');
    expect(html).toContain('Times in <span data-zone>America/Chicago</span>');
  });

  test('says one log-off and one return as one to readers who do not see the chart', async () => {
    const today = { ...factsAt().today, logoffs: 1, returns: 1 };
    const html = await (await fetch(await opened(new PlayedSource(factsAt(NOON, { today }))))).text();
    expect(html).toContain('Log-offs and returns by hour. 1 log-off, 4 observed, 1 silent return.');
  });

  test('may load only what is its own, be in no frame, and be kept nowhere', async () => {
    const url = await opened(new PlayedSource());
    const { headers } = await fetch(url);
    const told = ['content-security-policy', 'x-frame-options', 'referrer-policy', 'cache-control'];
    expect(told.map((name) => headers.get(name))).toEqual([
      "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';img-src data:;form-action 'self';frame-ancestors 'none';base-uri 'none'",
      'DENY',
      'same-origin',
      'no-store',
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('has nothing in it that its own policy forbids: no script, no style, no handler', async () => {
    const html = await (await fetch(await opened(new PlayedSource()))).text();
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=)/i);
  });

  test('writes out what would be HTML in names of organisations, rules and warnings', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    const { policy } = factsAt();
    const facts = factsAt(NOON, {
      organisation: evil,
      warnings: [evil],
      policy: { ...policy, lines: [evil], changes: [{ at: NOON, was: evil, is: evil, changes: [evil] }] },
    });
    const html = await (await fetch(await opened(new PlayedSource(facts), new PlayedSource()))).text();
    expect(html).not.toContain('<img');
    expect(html.match(/&lt;img src=x/g)?.length).toBeGreaterThanOrEqual(5);
  });

  test('of several organisations offers all, shows the one that is asked for, and no other', async () => {
    const other = new PlayedSource(factsAt(NOON, { organisation: 'Harbour & Sons', mode: 'observe' }));
    const url = await opened(new PlayedSource(), other);
    const html = await (await fetch(`${url}/?organisation=Harbour+%26+Sons`)).text();
    expect(html).toContain('<h1>Harbour &amp; Sons</h1>');
    expect(html).toContain('<a href="/?organisation=North+Sea+Insurance">');
    expect(html).toContain('data-events="/events?organisation=Harbour+%26+Sons"');
    expect((await fetch(`${url}/?organisation=elsewhere`)).status).toBe(404);
  });

  test('is asked for with other methods, by other addresses and with large bodies in vain', async () => {
    const url = await opened(new PlayedSource());
    const ask = async (path: string, method = 'GET', body?: string): Promise<number> =>
      (await fetch(`${url}${path}`, { method, ...(body === undefined ? {} : { body }) })).status;
    expect(await ask('/nothing')).toBe(404);
    expect(await ask('/%ff')).toBe(400);
    expect(await ask('/', 'DELETE')).toBe(405);
    expect(await ask('/', 'POST', 'x'.repeat(100_000))).toBeGreaterThanOrEqual(404);
    expect(await ask('/healthz', 'POST')).toBe(405);
    expect(await ask('/', 'HEAD')).toBe(200);
  });

  test.each([
    ['/', 200],
    ['/tools', 200],
    ['/tools/', 200],
    ['/tools?wall', 200],
    ['http://idle.example.com/tools/', 200],
    ['https://idle.example.com/tools/?wall', 200],
    ['/toolsx', 404],
    ['/tools//evil', 404],
    ['/tools/%2e%2e/', 404],
    ['/tools/..%2f', 404],
    ['http:///tools/', 400],
  ])('behind a proxy with a path of its own is asked for %s: %i', async (target, status) => {
    const site = await served([new PlayedSource()], { url: 'https://idle.example.com/tools/' });
    ({ server } = site);
    const headers = { host: 'idle.example.com' };
    const asked = request(site.url, { path: target, headers }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(status);
    if (status === 200) expect(await textOf(answer)).toContain('href="/tools/page.css"');
    else answer.resume();
  });

  test('that cannot be made is a 500 that says no more, and the next one is made anew', async () => {
    const source = new PlayedSource();
    const { organisation, version, facts, desk } = source;
    let isBroken = true;
    const failing = {
      ...{ organisation, version, desk },
      facts: () => (isBroken ? Promise.reject(new Error('secret')) : facts()),
    };
    const site = await served([failing]);
    ({ server } = site);
    const answer = await fetch(site.url);
    expect([answer.status, await answer.text()]).toEqual([500, 'failed\n']);
    isBroken = false;
    expect((await fetch(site.url)).status).toBe(200);
  });

  test('an address that asks without end is told to wait', async () => {
    const site = await served([new PlayedSource()], { bounds: { readers: 1, asked: 2 } });
    ({ server } = site);
    const ask = async (path: string): Promise<number> => (await fetch(`${site.url}${path}`)).status;
    expect([await ask('/'), await ask('/'), await ask('/'), await ask('/healthz')]).toEqual([
      200, 200, 429, 200,
    ]);
  });
});

describe('what is shown', () => {
  test('is made once for all who ask, and anew when it has changed', async () => {
    let now = NOON;
    const source = new PlayedSource();
    const latest = new Latest(
      source,
      ({ mode }) => mode,
      () => now,
    );
    await Promise.all(Array.from({ length: 50 }, () => latest.get()));
    now += MINUTE / 4;
    expect((await latest.get()).value).toBe('enforce');
    expect(source.made).toBe(1);
    source.change({ mode: 'observe' });
    now += MINUTE / 4;
    expect((await latest.get()).value).toBe('observe');
    expect(source.made).toBe(2);
  });

  test('is made anew each minute, for a day begins without a sweep', async () => {
    let now = NOON;
    const source = new PlayedSource();
    const latest = new Latest(
      source,
      ({ mode }) => mode,
      () => now,
    );
    await latest.get();
    now += MINUTE;
    await latest.get();
    expect(source.made).toBe(2);
  });
});

describe('readers of the page', () => {
  /** A page whose clock stands still until it is told, with a connection that lasts. */
  async function live(
    source: PlayedSource,
  ): Promise<{ readonly url: string; readonly later: () => Promise<void> }> {
    let now = NOON;
    const app = await createApp({
      sources: () => [source],
      hide: (text) => text,
      log: pino({ level: 'silent' }),
      now: () => now,
      bounds: { readers: 3, asked: 1_000_000 },
    });
    const page = {
      answer: (...all: Parameters<typeof app.answer>): Promise<void> => {
        app.answer(...all);
        return Promise.resolve();
      },
      close: app.close,
    };
    const nothing = (): Promise<never> => Promise.reject(new Error('not asked'));
    const probe = (): { ok: boolean; why: string } => ({ ok: true, why: '' });
    // No answer may take longer than no time at all: only those that last remain.
    server = await startServer(
      '127.0.0.1',
      0,
      { alive: probe, ready: probe, metrics: nothing, status: nothing, page },
      { bounds: { answer: 0 } },
    );
    return {
      url: `http://127.0.0.1:${server.port}`,
      later: async () => {
        now += 5_000;
        await app.tick();
      },
    };
  }

  /** The events of one reader, one by one. */
  async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
    let text = '';
    for await (const part of body) {
      text += Buffer.from(part).toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        yield text.slice(0, end);
        text = text.slice(end + 2);
      }
    }
  }

  async function read(url: string): Promise<AsyncGenerator<string>> {
    const { body, status } = await fetch(`${url}/events`);
    if (body === null || status !== 200) throw new Error(`no events: ${status}`);
    return eventsOf(body);
  }

  test('are sent what is there, then what is new, each once, and between that they are there', async () => {
    const source = new PlayedSource();
    const { url, later } = await live(source);
    const events = await read(url);
    expect((await events.next()).value).toContain('<dd>412</dd>');
    source.change({ mode: 'observe' });
    await later();
    expect((await events.next()).value).toContain('<strong>Observe.</strong>');
    for (let n = 0; n < 4; n += 1) await later();
    // A heartbeat, and nothing before it: nothing has changed.
    expect((await events.next()).value).toBe(':');
    expect(source.made).toBe(2);
  });

  test('a reader who comes later takes no news from one who was there before', async () => {
    const source = new PlayedSource();
    const { url, later } = await live(source);
    const first = await read(url);
    await first.next();
    await later();
    source.change({ mode: 'observe' });
    await later();
    expect((await first.next()).value).toContain('<strong>Observe.</strong>');
    const second = await read(url);
    expect((await second.next()).value).toContain('<strong>Observe.</strong>');
  });

  test('are so many at a time; the place of one who goes is free again', async () => {
    const { url } = await live(new PlayedSource());
    const leaving = new AbortController();
    const readers = await Promise.all(
      Array.from({ length: 3 }, (_, n) => fetch(`${url}/events`, n === 0 ? { signal: leaving.signal } : {})),
    );
    expect(readers.every(({ status }) => status === 200)).toBe(true);
    expect((await fetch(`${url}/events`)).status).toBe(503);
    leaving.abort();
    for (;;) if ((await fetch(`${url}/events`)).status === 200) break;
  });

  test('hear the end when the process stops', async () => {
    const { url } = await live(new PlayedSource());
    const events = await read(url);
    await events.next();
    await server?.close();
    expect((await events.next()).done).toBe(true);
  });

  test('who read nothing are cut off, and the others are sent on', () => {
    const readers = new Readers<string>(2);
    const told: string[] = [];
    const stream = (name: string, writableLength: number): Stream => ({
      writableLength,
      write: (text) => told.push(`${name} is sent ${text}`) > 0,
      end: () => undefined,
      destroy: () => told.push(`${name} is cut`),
      once: () => undefined,
    });
    readers.add(stream('one', 0), 'one');
    readers.add(stream('other', 1_000_000), 'other');
    expect(readers.hasRoom).toBe(false);
    readers.send((name) => `for ${name}`);
    expect(told).toEqual(['one is sent for one', 'other is cut']);
    expect(readers.all).toEqual(['one']);
  });
});
