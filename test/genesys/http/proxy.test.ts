import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformUnreachableError } from '../../../src/genesys/http/errors.ts';
import { HttpClient } from '../../../src/http/client.ts';
import { fakePlatform, NO_SIGNAL, user, type FakePlatform, type Reply } from '../fake-platform.ts';

const NAMES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
const ID = String(user(1)['id']);
const LISTING: Reply = { json: { entities: [user(1)] } };

let fake: FakePlatform | undefined;
let server: Server;
let proxyUrl: string;
/** What the proxy was asked for: an address, or host and port of a tunnel. */
let asked: string[];
/** Where the proxy sends everything on to. */
let onwardPort: number;
let former: Map<string, string | undefined>;

beforeEach(async () => {
  former = new Map(NAMES.map((name) => [name, process.env[name]]));
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
  asked = [];
  server = createServer((incoming, response) => {
    asked.push(incoming.url ?? '');
    const { method, headers } = incoming;
    const path = new URL(incoming.url ?? '/', 'http://x').pathname;
    const onward = request({ host: '127.0.0.1', port: onwardPort, method, headers, path }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    asked.push(incoming.url ?? '');
    const onward = connect(onwardPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const [name, value] of former) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await fake?.close();
  fake = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A platform that is reached by this address, whose requests the proxy sends on to the fake one. */
async function platformAt(scheme: string): Promise<FakePlatform> {
  fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined), {
    settings: {
      apiUrl: `${scheme}://api.example.test`,
      loginUrl: `${scheme}://login.example.test`,
      timeout: 2_000,
    },
  });
  onwardPort = Number(new URL(fake.url).port);
  return fake;
}

describe('a proxy in the environment', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('named by %s takes login and API on', async (name) => {
    process.env[name] = proxyUrl;
    const { platform } = await platformAt('http');
    expect((await platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(asked).toEqual([
      'http://login.example.test/oauth/token',
      expect.stringContaining('http://api.example.test/api/v2/users?'),
    ]);
  });

  test.each(['HTTPS_PROXY', 'https_proxy'])(
    'named by %s is asked for a tunnel, in which it sees nothing',
    async (name) => {
      process.env[name] = proxyUrl;
      const { platform, requests } = await platformAt('https');
      // Behind the tunnel nobody speaks TLS here: what matters is where the connection went, and that it was given up.
      await expect(platform.checkCredentials()).rejects.toBeInstanceOf(PlatformUnreachableError);
      expect(new Set(asked)).toEqual(new Set(['login.example.test:443']));
      expect(requests).toEqual([]);
    },
  );

  test('is never used for loopback', async () => {
    process.env['HTTP_PROXY'] = proxyUrl;
    process.env['HTTPS_PROXY'] = proxyUrl;
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined));
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(asked).toEqual([]);
  });

  test('is not used for hosts that NO_PROXY names', async () => {
    onwardPort = 1;
    const client = new HttpClient({
      timeout: 2_000,
      env: { HTTP_PROXY: proxyUrl, NO_PROXY: 'direct.invalid' },
    });
    const get = (host: string): Promise<unknown> =>
      client.exchange({ method: 'GET', url: `http://${host}/`, headers: {}, body: undefined }, undefined);
    try {
      await get('direct.invalid').catch(() => undefined);
      expect(asked).toEqual([]);
      await get('other.invalid').catch(() => undefined);
      expect(asked).toEqual(['http://other.invalid/']);
    } finally {
      await client.close();
    }
  });
});
