/** The endpoints over real connections, asked by those who mean no good. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BOUNDS } from '../../src/server/connections.ts';
import { startServer, type RunningServer } from '../../src/server/server.ts';

const LARGE = Buffer.from('idle_enforcer_agents{state="online"} 1\n'.repeat(25_000));

let server: RunningServer;
let rendered = 0;
const open: Socket[] = [];

beforeEach(async () => {
  rendered = 0;
  server = await startServer('127.0.0.1', 0, {
    alive: () => ({ ok: true, why: 'the loop makes progress' }),
    ready: () => ({ ok: true, why: 'the last complete sweep is recent' }),
    metrics: () => {
      rendered += 1;
      return Promise.resolve({ text: LARGE, type: 'text/plain' });
    },
    status: () => Promise.resolve({ text: '{}\n', type: 'application/json; charset=utf-8' }),
  });
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await server.close();
});

async function dial(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  // Being cut off is what most of these are about.
  socket.on('error', () => undefined);
  open.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes as they are and reads until the server ends the connection. */
async function say(text: string): Promise<string> {
  const socket = await dial();
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(text);
  await closed;
  return Buffer.concat(parts).toString('latin1');
}

/** The status of each answer in a stream of them. */
function statuses(stream: string): string[] {
  return stream.match(/^HTTP\/1\.1 \d{3}/gm)?.map((line) => line.slice(9)) ?? [];
}

const health = async (): Promise<number> =>
  (await fetch(`http://127.0.0.1:${server.port}/healthz`, { headers: { connection: 'close' } })).status;

const asked = (target: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: a.example\r\n${more}Connection: close\r\n\r\n`;

describe('every answer', () => {
  test.each([
    ['a probe', asked('/healthz'), '200'],
    ['metrics', asked('/metrics'), '200'],
    ['status', asked('/status'), '200'],
    ['nothing there', asked('/nothing'), '404'],
    ['a target that cannot be read', asked('//'), '400'],
    ['another method', 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '405'],
    ['no method at all', 'FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n', '400'],
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ['a tunnel', 'CONNECT db.example:5432 HTTP/1.1\r\nHost: a\r\n\r\n', '405'],
    ['a huge address', asked(`/${'a'.repeat(100_000)}`), '431'],
    ['huge headers', asked('/healthz', `X-Long: ${'a'.repeat(100_000)}\r\n`), '431'],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
    ['two hosts', asked('/healthz', 'Host: b\r\n'), '400'],
    ['two lengths', asked('/healthz', 'Content-Length: 1\r\nContent-Length: 2\r\n'), '400'],
  ])('to %s must not be cached or taken for another type', async (_, request, status) => {
    const answer = await say(request);
    expect(statuses(answer)).toEqual([status]);
    const [head = ''] = answer.split('\r\n\r\n', 1);
    expect(head.toLowerCase()).toContain('\r\nx-content-type-options: nosniff');
    expect(head.toLowerCase()).toContain('\r\ncache-control: no-store');
  });
});

describe('a target', () => {
  test.each([
    '//',
    '//evil.example/healthz',
    '/healthz#part',
    '/%zz',
    '/a\\b',
    'healthz',
    '*',
    '?x',
    'ftp://a/',
  ])('"%s" is refused as one that cannot be read', async (target) => {
    expect(statuses(await say(asked(target)))).toEqual(['400']);
  });

  test.each([
    '/healthz',
    '/healthz?from=probe&x=%2F',
    'http://10.0.0.7:8080/healthz',
    'HTTP://[::1]/healthz',
  ])('"%s" is that of the probe', async (target) => {
    expect(await say(asked(target))).toContain('the loop makes progress');
  });

  test.each(['10.0.0.7:8080', 'evil.example', '', 'localhost'])(
    'is answered whatever host is asked for: "%s"',
    async (host) => {
      const answer = await say(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(statuses(answer)).toEqual(['200']);
    },
  );
});

describe('old and odd clients', () => {
  test('of HTTP/1.0 get the length of the answer and its end', async () => {
    const answer = await say('GET /healthz HTTP/1.0\r\n\r\n');
    expect(answer).toContain('content-length: 24');
    expect(answer.toLowerCase()).not.toContain('transfer-encoding');
  });

  test('that ask for the head alone get no body', async () => {
    const answer = await say('HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
    expect(answer).toContain('content-length: 24');
  });

  test('that would switch protocols stay with this one', async () => {
    const upgrade = 'Upgrade: websocket\r\nSec-WebSocket-Key: a\r\n';
    expect(statuses(await say(asked('/healthz', upgrade)))).toEqual(['200']);
  });

  test.each(['100-continue', 'a miracle'])('that expect "%s" get their answer at once', async (what) => {
    const body = `Expect: ${what}\r\nContent-Length: 1000000000\r\n`;
    expect(statuses(await say(`GET /healthz HTTP/1.1\r\nHost: a\r\n${body}\r\n`))).toEqual(['200']);
  });

  test('that send a body with a request are answered, and heard no further', async () => {
    const answer = await say(`GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n`);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test('are answered in order when they send some requests at once, on one connection', async () => {
    const answer = await say(
      'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n' + asked('/readyz'),
    );
    expect(statuses(answer)).toEqual(['200', '404', '200']);
  });
});

describe('floods', () => {
  test('340 kB of requests that are sent at once get no more answers than may be in flight, and the end', async () => {
    const stream = await say('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(9_500));
    expect(statuses(stream).length).toBeLessThanOrEqual(BOUNDS.inFlight);
    expect(rendered).toBeLessThanOrEqual(BOUNDS.inFlight);
    expect(await health()).toBe(200);
  });

  test('readers of metrics who read nothing keep no probe from its answer', async () => {
    for (let n = 0; n < 50; n += 1) {
      const socket = await dial();
      socket.pause();
      socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(9_500));
    }
    expect(await health()).toBe(200);
    expect(rendered).toBeLessThanOrEqual(50 * BOUNDS.inFlight);
  });

  test('more connections than may be open, none of which ever asks, keep no probe from its answer', async () => {
    const idle: Socket[] = [];
    for (let n = 0; n < BOUNDS.connections + 50; n += 1) idle.push((await dial()).resume());
    expect(await health()).toBe(200);
    // Those that came first had to go.
    if (!idle[0]!.destroyed) await once(idle[0]!, 'close');
    expect(idle.at(-1)!.destroyed).toBe(false);
  });
});
