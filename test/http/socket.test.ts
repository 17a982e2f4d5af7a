/** One WebSocket of the HTTP client, to a server on loopback. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocketServer, type WebSocket } from 'ws';
import { HttpClient } from '../../src/http/client.ts';
import { LONGEST_MESSAGE, type Socket } from '../../src/http/socket.ts';

let server: WebSocketServer;
let client: HttpClient;
let told: string[];
let closed: PromiseWithResolvers<undefined>;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  client = new HttpClient({ timeout: 60_000, env: {} });
  told = [];
  closed = Promise.withResolvers();
});

afterEach(async () => {
  await client.close();
  server.close();
});

async function opened(): Promise<{ readonly here: Socket; readonly there: WebSocket }> {
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const { port } = server.address() as AddressInfo;
  const open = Promise.withResolvers<undefined>();
  const here = client.socket(`ws://127.0.0.1:${port}/channels/one`, {
    opened: () => {
      open.resolve(undefined);
    },
    text: (text) => told.push(text),
    closed: () => {
      told.push('closed');
      closed.resolve(undefined);
    },
  });
  const [there] = await connected;
  await open.promise;
  return { here, there };
}

test('texts go both ways, and a message that is no text is dropped', async () => {
  const { here, there } = await opened();
  const heard = once(there, 'message');
  here.send('ping');
  expect(String((await heard)[0])).toBe('ping');
  there.send(Buffer.from('bytes'));
  there.send('text');
  there.close();
  await closed.promise;
  expect(told).toEqual(['text', 'closed']);
});

test('a message that is longer than may be ends the socket', async () => {
  const { there } = await opened();
  there.send('x'.repeat(LONGEST_MESSAGE + 1));
  await closed.promise;
  expect(told).toEqual(['closed']);
});

test('a message of that length is taken', async () => {
  const { there } = await opened();
  there.send('x'.repeat(LONGEST_MESSAGE));
  there.close();
  await closed.promise;
  expect(told).toEqual(['x'.repeat(LONGEST_MESSAGE), 'closed']);
});

test('a socket ends with the client, and says so once', async () => {
  const { here, there } = await opened();
  const gone = once(there, 'close');
  await client.close();
  await gone;
  here.close();
  expect(told).toEqual(['closed']);
});

test('an address that is none is told as closed', async () => {
  client.socket('no address', {
    opened: () => told.push('opened'),
    text: (text) => told.push(text),
    closed: () => {
      told.push('closed');
      closed.resolve(undefined);
    },
  });
  await closed.promise;
  expect(told).toEqual(['closed']);
});
