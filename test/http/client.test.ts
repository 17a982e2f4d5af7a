import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpClient, type HttpRequest } from '../../src/http/client.ts';

let server: Server;
let client: HttpClient;
let received: number;
/** Begins an answer and never ends it. */
let dawdle: boolean;

beforeEach(async () => {
  received = 0;
  dawdle = false;
  client = new HttpClient({ timeout: 5_000, env: {} });
  server = createServer((_, response) => {
    received += 1;
    if (dawdle) response.write('{');
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function get(more: Partial<HttpRequest> = {}): HttpRequest {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { method: 'GET', url, headers: {}, body: undefined, ...more };
}

describe('an exchange', () => {
  test('is called off before its first byte when it may not start, and the next one is not harmed', async () => {
    await expect(client.exchange(get({ mayStart: () => false }), undefined)).rejects.toMatchObject({
      reason: 'late',
    });
    expect(received).toBe(0);
    expect((await client.exchange(get({ mayStart: () => true }), undefined)).text).toBe('{}');
    expect(received).toBe(1);
  });

  test('is asked whether it may start when its connection is open, not before', async () => {
    let isOpen = false;
    server.on('connection', () => {
      isOpen = true;
    });
    let wasOpen: boolean | undefined;
    const mayStart = (): boolean => {
      wasOpen = isOpen;
      return true;
    };
    await client.exchange(get({ mayStart }), undefined);
    expect(wasOpen).toBe(true);
  });

  test('ends at its deadline though the answer has begun', async () => {
    dawdle = true;
    const impatient = new HttpClient({ timeout: 200, env: {} });
    await expect(impatient.exchange(get(), undefined)).rejects.toMatchObject({ reason: 'timeout' });
    await impatient.close();
  });

  test('ends with its signal though the answer has begun', async () => {
    dawdle = true;
    const stop = new AbortController();
    server.on('request', () => {
      stop.abort();
    });
    await expect(client.exchange(get(), stop.signal)).rejects.toMatchObject({ reason: 'aborted' });
  });

  test('ends when the client is closed, and none begins after that', async () => {
    dawdle = true;
    const under = client.exchange(get(), undefined);
    while (received === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([expect(under).rejects.toMatchObject({ reason: 'closed' }), client.close()]);
    await expect(client.exchange(get(), undefined)).rejects.toMatchObject({ reason: 'closed' });
    expect(received).toBe(1);
  });
});
