import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Agent } from '../../../src/domain/agent.ts';
import {
  CLIENT_ID,
  fakePlatform,
  NO_SIGNAL,
  SECRET,
  user,
  type FakeOptions,
  type FakePlatform,
  type Handler,
  type Reply,
} from '../fake-platform.ts';

const ID = String(user(1)['id']);
const AGENT: Agent = {
  id: ID,
  name: '',
  email: '',
  username: '',
  divisionId: '',
  groups: [],
  roles: [],
  queues: [],
  teams: [],
};
const BASIC = Buffer.from(`${CLIENT_ID}:${SECRET}`).toString('base64');

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

/** All that came out of a connection while everything was tried on it: errors, results, events, warnings. */
async function everythingFrom({ platform, events, warnings }: FakePlatform): Promise<string> {
  const caught: unknown[] = [];
  const keep = async (work: Promise<unknown>): Promise<void> => {
    caught.push(await work.catch((error: unknown) => error));
  };
  await keep(platform.checkCredentials());
  await keep(platform.directory.reread([ID], NO_SIGNAL));
  await keep(platform.names('groups'));
  await keep(platform.presenceSettings());
  await keep(platform.effects.perform('revoke_tokens', AGENT, Infinity, NO_SIGNAL));
  await keep(platform.effects.perform('offline', AGENT, Infinity, NO_SIGNAL));
  await keep(platform.directory.sweep(() => undefined, NO_SIGNAL));
  expect(caught.filter((one) => one instanceof Error)).not.toHaveLength(0);
  const all = [caught, events, warnings, platform];
  const chains = caught.flatMap((one) => (one instanceof Error ? [one, one.cause] : []));
  return [
    inspect(all, { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }),
    JSON.stringify(all),
    ...caught.map((one) => JSON.stringify(one, Object.getOwnPropertyNames(one ?? {}))),
    ...chains.map((one) => (one instanceof Error ? String(one.stack) : String(one))),
  ].join('\n');
}

function expectNoSecret(text: string, tokens: readonly string[]): void {
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(BASIC);
  for (const token of tokens) expect(text).not.toContain(token);
  expect(text).not.toMatch(/Basic [A-Za-z0-9+/]{8}/);
}

/** Answers every API call with this; logins are granted. */
function always(reply: Reply): Handler {
  return ({ path }) => (path === '/oauth/token' ? undefined : reply);
}

/** Repeats all it was sent in every place that ends up in an error. */
function echo(status: number): Handler {
  return ({ path, headers }) => {
    const heard = `${headers.authorization ?? ''} ${SECRET}`;
    if (path === '/oauth/token') return undefined;
    return {
      status,
      json: { message: `you sent ${heard}`, code: heard, contextId: heard, details: [heard] },
      headers: { 'inin-correlation-id': heard, 'retry-after': '1' },
    };
  };
}

const nowhere = { settings: { apiUrl: 'http://127.0.0.1:1', loginUrl: 'http://127.0.0.1:1' } };

describe('no token and no secret leaves the connection', () => {
  test.each<[string, Handler, FakeOptions]>([
    ...[400, 401, 403, 404, 409, 429, 500, 503].map((status): [string, Handler, FakeOptions] => [
      `a server that repeats what it was sent, with ${status}`,
      echo(status),
      {},
    ]),
    ['a connection that breaks before the answer', always({ cut: 'before' }), {}],
    ['a connection that breaks within the answer', always({ json: { entities: [] }, cut: 'within' }), {}],
    ['JSON cut short', always({ text: `{"message": "${SECRET}` }), {}],
    ['silence', always({ hang: true }), { settings: { timeout: 30 } }],
    [
      'wrong credentials that are repeated',
      ({ path, headers, body }) =>
        path === '/oauth/token'
          ? {
              status: 400,
              json: { error: SECRET, error_description: `${String(headers.authorization)} ${body}` },
            }
          : undefined,
      {},
    ],
    ['a login that is not JSON', ({ path }) => (path === '/oauth/token' ? { text: SECRET } : undefined), {}],
    ['a login that breaks', ({ path }) => (path === '/oauth/token' ? { cut: 'before' } : undefined), {}],
    ['a host that does not answer', () => undefined, nowhere],
  ])('with %s', async (_, handler, options) => {
    fake = await fakePlatform(handler, options);
    const text = await everythingFrom(fake);
    expectNoSecret(text, fake.tokens);
  });

  test('with a host that does not speak TLS though it should', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    fake = await fakePlatform(() => undefined, { settings: { apiUrl: url, loginUrl: url } });
    try {
      const text = await everythingFrom(fake);
      expect(text).toContain('PlatformUnreachableError');
      expectNoSecret(text, []);
    } finally {
      plain.close();
    }
  });

  test('and what was hidden can be seen to have been there', async () => {
    fake = await fakePlatform(echo(403));
    expect(await everythingFrom(fake)).toContain('[hidden]');
  });
});
