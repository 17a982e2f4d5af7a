import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '../../src/genesys/errors.ts';
import { fakePlatform, NO_SIGNAL, user, type FakePlatform, type Reply } from './fake-platform.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

const ID = String(user(1)['id']);
const LISTING: Reply = { json: { entities: [user(1)] } };

/** Answers the first requests for users with these, later ones properly. */
async function platformWith(...replies: Reply[]): Promise<FakePlatform> {
  return fakePlatform(
    ({ path }, count) => (path === '/api/v2/users' ? (replies[count - 1] ?? LISTING) : undefined),
    {
      settings: { timeout: 300 },
    },
  );
}

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw new Error('did not fail with PlatformError');
}

describe('a request', () => {
  test.each<[string, Reply]>([
    ['408', { status: 408 }],
    ['429', { status: 429, headers: { 'retry-after': '3' } }],
    ['500', { status: 500 }],
    ['502', { status: 502, text: '<html>bad gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a broken connection', { cut: 'before' }],
    ['an answer cut short', { ...LISTING, cut: 'within' }],
    ['JSON cut short', { text: '{"entities": [{"id": ' }],
    ['silence', { hang: true }],
  ])('is repeated after %s', async (_, reply) => {
    fake = await platformWith(reply);
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(fake.of('/api/v2/users')).toHaveLength(2);
  });

  test.each([400, 403, 404, 409, 501])('is not repeated after %s', async (status) => {
    fake = await platformWith({ status, json: { code: 'some.code', contextId: 'ctx-1' } });
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error).toMatchObject({ status, code: 'some.code', contextId: 'ctx-1', operation: 'getUsers' });
    expect(error.correlationId).toBe('c0ffee00-1111-4222-8333-correlation1');
    expect(error.cause).toBeUndefined();
    expect(fake.of('/api/v2/users')).toHaveLength(1);
  });

  test('is given up after four attempts', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { status: 503 } : undefined));
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error.kind).toBe('transient');
    expect(fake.of('/api/v2/users')).toHaveLength(4);
  });

  test('that never gets an answer ends after its deadlines', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { hang: true } : undefined), {
      settings: { timeout: 50 },
    });
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error.kind).toBe('transient');
    expect(fake.events.filter(({ status }) => status === 'timeout')).toHaveLength(4);
  });

  test('waits as long as Retry-After says, and so does everybody else', async () => {
    fake = await platformWith({ status: 429, headers: { 'retry-after': '17' } });
    const before = fake.clock.now();
    const one = fake.platform.directory.reread([ID], NO_SIGNAL);
    await one;
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(17_000);
  });

  test('fails at once when the platform wants to be left alone for longer than a sweep may take', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { status: 429, headers: { 'retry-after': '900' } } : undefined,
    );
    const before = fake.clock.now();
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error.kind).toBe('transient');
    expect((await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL))).kind).toBe('transient');
    expect(fake.of('/api/v2/users')).toHaveLength(1);
    expect(fake.clock.now() - before).toBeLessThan(1_000);
  });

  test('is held back when the platform says that its window is used up', async () => {
    const headers = {
      'inin-ratelimit-allowed': '180',
      'inin-ratelimit-count': '180',
      'inin-ratelimit-reset': '40',
    };
    fake = await platformWith({ ...LISTING, headers });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.platform.budget().remaining).toBe(0);
    const before = fake.clock.now();
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(40_000);
  });

  test('stops with the signal, in flight and in the queue', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { hang: true } : undefined), {
      settings: { requestsPerMinute: 1 },
    });
    const stop = new AbortController();
    const calls = [
      fake.platform.directory.reread([ID], stop.signal),
      fake.platform.directory.reread([ID], stop.signal),
    ];
    const settled = Promise.allSettled(calls);
    while (fake.of('/api/v2/users').length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error('enough'));
    for (const outcome of await settled)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  });

  test('is reported by its operation, without ids', async () => {
    fake = await platformWith({ status: 503 });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(fake.events.map(({ operation, status }) => [operation, status])).toEqual([
      ['loginClientCredentialsGrant', 200],
      ['getUsers', 503],
      ['getUsers', 200],
    ]);
    expect(JSON.stringify(fake.events)).not.toContain(ID);
  });

  test('tells how far the local clock is off', async () => {
    fake = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined), {
      skew: -600_000,
    });
    await fake.platform.directory.reread([ID], NO_SIGNAL);
    expect(Math.abs(fake.clockErrors.at(-1)! - 600_000)).toBeLessThanOrEqual(1_000);
    expect(fake.platform.directory.serverNow()).toBeLessThanOrEqual(fake.clock.now() - 600_000);
  });

  test('fails when the connection to the platform is closed', async () => {
    fake = await platformWith();
    await fake.platform.close();
    expect((await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL))).kind).toBe('transient');
  });
});

describe('a proxy in the environment', () => {
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
  const former = new Map(names.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const [name, value] of former) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  async function proxy(): Promise<{ server: Server; asked: string[]; url: string }> {
    const asked: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const { port } = new URL(fake!.url);
      const onward = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    server.on('request', (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  test('is used for the platform, but never for loopback', async () => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
    fake = await platformWith();
    const { server, asked, url } = await proxy();
    process.env['HTTPS_PROXY'] = url;
    process.env['HTTP_PROXY'] = url;
    const outside = await fakePlatform(() => undefined, {
      settings: { apiUrl: 'http://api.example.test', loginUrl: 'http://login.example.test', timeout: 2_000 },
    });
    const inside = await fakePlatform(({ path }) => (path === '/api/v2/users' ? LISTING : undefined));
    try {
      await errorOf(outside.platform.checkCredentials());
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.every((target) => target.includes('login.example.test'))).toBe(true);
      const before = asked.length;
      expect((await inside.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
      expect(asked.length).toBe(before);
    } finally {
      await outside.close();
      await inside.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
