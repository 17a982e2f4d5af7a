/** The page behind the link of a warning: what answers it, what does not, and what the agent is told. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { stayAtDesk } from '../../../src/commands/run/page-stay.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { StayLinks, type StayTicket } from '../../../src/server/page/stay-link.ts';
import type { RunningServer } from '../../../src/server/server.ts';
import { MemoryContents } from '../../../src/store/memory/contents.ts';
import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { stateOf } from '../../store/examples.ts';
import { factsAt, NOON, PlayedSource, served } from './centre.ts';

const SECRET = 'of-the-page-and-as-long-as-a-secret-has-to-be';
/** As people reach it; what is asked here goes to the port. */
const URL_OF_PAGE = 'https://idle.example.com/tools';
const ORIGIN = 'https://idle.example.com';
const AGENT = '11111111-2222-3333-4444-555555555555';
const SENT = NOON - MINUTE;
const SIGN = NOON - HOUR;

let now = NOON;
let contents = new MemoryContents();
let store = new MemoryStore({ now: () => now, contents });
let server: RunningServer | undefined;
beforeEach(() => {
  now = NOON;
  contents = new MemoryContents();
  store = new MemoryStore({ now: () => now, contents });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

function ticket(more: Partial<StayTicket> = {}): StayTicket {
  return {
    ...{ organisation: 'North Sea Insurance', agentId: AGENT, ruleId: 'gone', sinceSign: SIGN },
    ...{ sentAt: SENT, dueAt: SENT + 5 * MINUTE, length: 30 * MINUTE },
    ...more,
  };
}

function tokenFor(more: Partial<StayTicket> = {}, secret = SECRET): string {
  const link = new StayLinks({ url: URL_OF_PAGE, secret }).linkFor(ticket(more));
  return new URL(link).searchParams.get('link') ?? '';
}

/** The agent as the worker has stored them. */
async function remembered(more: Partial<AgentState> = {}): Promise<void> {
  const state = stateOf(AGENT, SENT, { firstSeenAt: SIGN, ...more });
  const clocks = { ...state.episode.clocks, sinceSign: SIGN };
  await store.saveStep([{ ...state, episode: { ...state.episode, clocks } }], []);
  await store.saveAgents([{ id: AGENT, name: 'Ana Example', email: 'ana@example.com', profile: undefined }]);
}

async function open(...sources: readonly PlayedSource[]): Promise<string> {
  const all = sources.length === 0 ? [new PlayedSource()] : sources;
  const subject = { loaded: () => undefined, now: () => now };
  for (const source of all) source.stay = (asked, deed) => stayAtDesk(subject, store, asked, deed);
  const site = await served(all, {
    url: URL_OF_PAGE,
    stay: { url: URL_OF_PAGE, secret: SECRET },
    now: () => now,
  });
  ({ server } = site);
  return site.url;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As a browser that was led to the port by another name. */
async function ask(
  url: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const form = body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request(`${url}${path}`, {
    method,
    headers: { host: 'idle.example.com', ...form, ...headers },
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, text: await textOf(answer) };
}

const look = (url: string, token: string): Promise<Answer> => ask(url, `/stay?link=${token}`);

function press(
  url: string,
  token: string,
  headers: Record<string, string> = { origin: ORIGIN },
): Promise<Answer> {
  return ask(url, '/stay', {
    method: 'POST',
    headers,
    body: new URLSearchParams({ link: token }).toString(),
  });
}

const stays = (): Promise<readonly RecordEvent[]> => store.events({ kinds: ['stay'] });

describe('the link of a warning', () => {
  test('holds no name, no address and no id that could be read, and is short enough for a line of mail', () => {
    const link = new StayLinks({ url: `${URL_OF_PAGE}/`, secret: SECRET }).linkFor(ticket());
    expect(link).toMatch(/^https:\/\/idle\.example\.com\/tools\/stay\?link=[\w-]+$/);
    const read = Buffer.from(new URL(link).searchParams.get('link') ?? '', 'base64url').toString('latin1');
    for (const word of ['North', AGENT, '1111', 'gone']) expect(read).not.toContain(word);
    expect(link.length).toBeLessThan(350);
  });

  test('is another one each time, and opens with the same secret in any process, until a day after the log-off', () => {
    const [one, two] = [tokenFor(), tokenFor()];
    expect(one).not.toBe(two);
    const replica = new StayLinks({ url: URL_OF_PAGE, secret: SECRET });
    const end = ticket().dueAt + DAY;
    expect([replica.open(one, NOON), replica.open(two, end), replica.open(one, end + 1)]).toEqual([
      ticket(),
      ticket(),
      undefined,
    ]);
    expect(new StayLinks({ url: URL_OF_PAGE, secret: `${SECRET}2` }).open(one, NOON)).toBeUndefined();
  });

  test('is made of times of a server, which have fractions: nothing of before counts as later', () => {
    const exact = { sinceSign: SIGN + 0.29, sentAt: SENT + 0.71, dueAt: SENT + 5 * MINUTE + 0.71 };
    const opened = new StayLinks({ url: URL_OF_PAGE, secret: SECRET }).open(tokenFor(exact), NOON);
    expect(opened).toEqual(ticket({ sinceSign: SIGN + 1 }));
  });

  test('is not opened in any of 20,000 other forms', () => {
    const links = new StayLinks({ url: URL_OF_PAGE, secret: SECRET });
    const token = tokenFor();
    const bytes = Buffer.from(token, 'base64url');
    let opened = 0;
    for (let n = 0; n < 20_000; n += 1) {
      const other = Buffer.from(bytes);
      if (n % 2 === 0) other[n % other.length] = (other[n % other.length] ?? 0) ^ (1 + (n % 255));
      else randomBytes(8).copy(other, n % (other.length - 8));
      if (links.open(other.toString('base64url'), NOON) !== undefined) opened += 1;
    }
    for (let length = 0; length < token.length; length += 1)
      if (links.open(token.slice(0, length), NOON) !== undefined) opened += 1;
    const longer = ['=', '==', 'A', 'x', 'AA', ' ', '.', '%'].map((more) => `${token}${more}`);
    const odd = ['', ' ', ...longer, token.repeat(9), ['a'], undefined, 7, '../stay', '%00'];
    for (const each of odd) if (links.open(each, NOON) !== undefined) opened += 1;
    expect(opened).toBe(0);
  });
});

describe('looking at the page', () => {
  test('tells when and why, and has one button; no agent is named', async () => {
    await remembered();
    const url = await open();
    const { status, text } = await look(url, tokenFor());
    expect(status).toBe(200);
    expect(text).toContain('<h1>Are you there?</h1>');
    expect(text).toContain('You have been idle for long (gone)');
    expect(text).toContain(`datetime="${new Date(SENT + 5 * MINUTE).toISOString()}"`);
    expect(text.match(/<button/g)).toHaveLength(1);
    expect(text).toContain('With it you are left alone for 30 minutes.');
    expect(text).toContain('<form method="post" action="/tools/stay">');
    expect(text).not.toMatch(/Ana|ana@|1111|<script(?! src=)|\son[a-z]+=|<style/);
  });

  test('answers nothing, by whatever method: a scanner of mail may follow every link in it', async () => {
    await remembered();
    const url = await open();
    const { text } = await look(url, tokenFor());
    const links = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, address = '']) => address);
    for (const address of [`/stay?link=${tokenFor()}`, `/stay/?link=${tokenFor()}`, ...links])
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
        if (address.startsWith('/')) await ask(url, address.replace('/tools', ''), { method });
    expect(await stays()).toEqual([]);
  });

  test('is kept nowhere, tells no other site where it was, stands in no frame, and is found by no search', async () => {
    await remembered();
    const url = await open();
    for (const answer of [
      await look(url, tokenFor()),
      await look(url, 'forged'),
      await press(url, tokenFor()),
    ]) {
      const told = ['cache-control', 'referrer-policy', 'x-frame-options'].map(
        (name) => answer.headers[name],
      );
      expect(told).toEqual(['no-store', 'same-origin', 'DENY']);
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    }
  });
});

describe('pressing the button', () => {
  test('puts the answer on record, and leads to a page that tells until when the agent is left alone, each time it is loaded', async () => {
    await remembered();
    const url = await open();
    const answer = await press(url, tokenFor(), { origin: ORIGIN, 'sec-fetch-site': 'same-origin' });
    expect([answer.status, answer.headers.location?.slice(0, 17)]).toEqual([303, '/tools/stay?link=']);
    expect(await stays()).toMatchObject([
      { agentId: AGENT, agentName: 'Ana Example', rule: 'gone', at: NOON, limit: 30 * MINUTE },
    ]);
    now += 10 * MINUTE;
    for (let n = 0; n < 2; n += 1) {
      const { status, text } = await look(url, tokenFor());
      expect([status, text.includes('<button')]).toEqual([200, false]);
      expect(text).toContain('<h1>Thank you</h1>');
      expect(text).toContain(`datetime="${new Date(NOON + 30 * MINUTE).toISOString()}"`);
      expect(text).not.toContain('A log-off had begun');
    }
  });

  test('works once, also for another warning that was given before it', async () => {
    await remembered();
    const url = await open();
    const [one, other] = [tokenFor(), tokenFor({ ruleId: 'other', sentAt: SENT + SECOND })];
    const all = await Promise.all([one, one, other, one].map((token) => press(url, token)));
    expect(all.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    expect(await stays()).toHaveLength(1);
    expect((await look(url, other)).text).toContain('Thank you');
  });

  test('a warning that is given later may be answered again', async () => {
    await remembered();
    const url = await open();
    await press(url, tokenFor());
    now += HOUR;
    await remembered();
    await press(url, tokenFor({ sentAt: now - MINUTE, dueAt: now + MINUTE }));
    expect(await stays()).toHaveLength(2);
  });

  test.each<[string, Partial<AgentState>, string]>([
    [
      'who went Offline',
      { last: { ...stateOf(AGENT, SENT).last, presence: 'OFFLINE' } },
      'You are logged off',
    ],
    [
      'who was logged off',
      {
        logoff: {
          ...{ kind: 'acted', from: NOON - SECOND, to: NOON, actions: ['offline'], done: ['offline'] },
          former: stateOf(AGENT, SENT).last,
        },
      },
      'You are logged off',
    ],
  ])('of an agent %s does nothing, and says so kindly', async (_, more, title) => {
    await remembered(more);
    const url = await open();
    expect((await press(url, tokenFor())).status).toBe(303);
    const { status, text } = await look(url, tokenFor());
    expect([status, text.includes(`<h1>${title}</h1>`), text.includes('Nothing was changed')]).toEqual([
      200,
      true,
      true,
    ]);
    expect(await stays()).toEqual([]);
  });

  test('of an agent who has shown a sign since, or of whom nothing is remembered, does nothing, and says so', async () => {
    const url = await open();
    await press(url, tokenFor());
    expect((await look(url, tokenFor())).text).toContain('<h1>Nothing to do</h1>');
    await remembered();
    await press(url, tokenFor({ sinceSign: SIGN - 1 }));
    expect(await stays()).toEqual([]);
  });

  test('while the log-off has just begun is taken all the same, and says what may have happened', async () => {
    const former = stateOf(AGENT, SENT).last;
    const times = { from: NOON - SECOND, to: NOON + MINUTE };
    await remembered({ logoff: { kind: 'intended', ...times, actions: ['offline'], done: [], former } });
    const url = await open();
    await press(url, tokenFor());
    expect(await stays()).toHaveLength(1);
    expect((await look(url, tokenFor())).text).toContain('A log-off had begun a moment before');
  });

  test('on a machine whose clock is behind is an answer to this warning, and not older than it', async () => {
    await remembered();
    now = SENT - 2 * MINUTE;
    const url = await open();
    await press(url, tokenFor());
    expect(await stays()).toMatchObject([{ at: SENT }]);
    expect((await look(url, tokenFor())).text).toContain('Thank you');
  });

  test('while the store fails changes nothing, says so, and can be tried again', async () => {
    await remembered();
    const source = new PlayedSource();
    const url = await open(source);
    const { stay } = source;
    source.stay = () => Promise.reject(new Error('the store is not open'));
    for (const answer of [await press(url, tokenFor()), await look(url, tokenFor())]) {
      expect([answer.status, answer.text.includes('Please try again')]).toEqual([503, true]);
      expect(answer.text).toContain('nothing was changed');
    }
    source.stay = stay;
    expect((await press(url, tokenFor())).status).toBe(303);
    expect(await stays()).toHaveLength(1);
  });
});

describe('a link or a form that is not ours', () => {
  test('is answered alike, to the byte, whatever is wrong with it', async () => {
    await remembered();
    const url = await open();
    const good = tokenFor();
    const tokens = {
      forged: tokenFor({}, 'another-secret-that-is-as-long-as-it-must-be'),
      cut: good.slice(0, -9),
      changed: `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`,
      old: tokenFor({ dueAt: NOON - DAY - 1 }),
      elsewhere: tokenFor({ organisation: 'another organisation' }),
      none: '',
      markup: encodeURIComponent('"><script>alert(1)</script>'),
    };
    const answers: Answer[] = [];
    for (const token of Object.values(tokens)) answers.push(await look(url, token), await press(url, token));
    answers.push(await ask(url, '/stay'), await press(url, good, { origin: 'https://evil.example.com' }));
    const shapes = answers.map(({ status, text, headers }) =>
      JSON.stringify([status, headers.location, text]),
    );
    expect(new Set(shapes).size).toBe(1);
    expect([answers[0]?.status, answers[0]?.text.includes('This link cannot be used')]).toEqual([404, true]);
    expect(await stays()).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example.com' }],
    ['a page without an origin, as in a sandboxed frame', { origin: 'null' }],
    ['no page at all', {}],
    ['another site, as the browser says', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }],
    ['a page of a neighbour', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
  ])('sent by %s answers nothing', async (_, headers) => {
    await remembered();
    const url = await open();
    expect((await press(url, tokenFor(), headers)).status).toBe(404);
    expect(await stays()).toEqual([]);
  });

  test('for another host is not looked at', async () => {
    await remembered();
    const url = await open();
    const headers = { host: 'evil.example.com', origin: 'https://evil.example.com' };
    expect((await press(url, tokenFor(), headers)).status).toBe(421);
  });

  test('is not there where warnings carry no links', async () => {
    const site = await served([new PlayedSource()]);
    ({ server } = site);
    expect((await fetch(`${site.url}/stay?link=${tokenFor()}`)).status).toBe(404);
  });
});

test('of several organisations each link finds its own, and no other', async () => {
  await remembered();
  const other = new PlayedSource(factsAt(NOON, { organisation: 'Harbour & Sons' }));
  const asked: string[] = [];
  const url = await open(new PlayedSource(), other);
  const { stay } = other;
  other.stay = (...parts) => {
    asked.push(parts[0].organisation);
    return stay(...parts);
  };
  await press(url, tokenFor());
  await press(url, tokenFor({ organisation: 'Harbour & Sons' }));
  expect(asked).toEqual(['Harbour & Sons']);
});

test('a whole floor behind one address may answer in a minute', async () => {
  await remembered();
  const url = await open();
  const answers = await Promise.all(Array.from({ length: 150 }, () => press(url, tokenFor())));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]));
});
