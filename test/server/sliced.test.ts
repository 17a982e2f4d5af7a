import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Sliced } from '../../src/server/sliced.ts';

let server: Server;
let client: Socket;
let sliced: Sliced;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  sliced = new Sliced((await accepted)[0]);
});

afterEach(async () => {
  client.destroy();
  sliced.destroy();
  await new Promise((done) => server.close(done));
});

const SENT = Buffer.from('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4_000));

test('what is sent at once is handed on whole, in order, in small slices, with others having their turn between', async () => {
  const slices: Buffer[] = [];
  let turns = 0;
  let isOver = false;
  const other = (): void => {
    turns += 1;
    if (!isOver) setImmediate(other);
  };
  other();
  sliced.on('data', (slice: Buffer) => slices.push(slice));
  client.end(SENT);
  await once(sliced, 'end');
  isOver = true;
  expect(Buffer.concat(slices).equals(SENT)).toBe(true);
  expect(Math.max(...slices.map((slice) => slice.length))).toBeLessThanOrEqual(2_048);
  expect(turns).toBeGreaterThanOrEqual(SENT.length / 2_048 / 2);
});

test('a client that ends it after the first slice is given no other, and the connection ends with it', async () => {
  let slices = 0;
  sliced.on('data', () => {
    slices += 1;
    sliced.destroy();
  });
  client.write(SENT);
  await new Promise((resolve) => client.once('close', resolve).resume());
  expect([slices, sliced.destroyed]).toEqual([1, true]);
});

test('what is written arrives, and its end', async () => {
  const received: Buffer[] = [];
  client.on('data', (part: Buffer) => received.push(part));
  sliced.resume();
  sliced.write('HTTP/1.1 200 OK\r\n');
  sliced.end('\r\n');
  await once(client, 'end');
  expect(Buffer.concat(received).toString()).toBe('HTTP/1.1 200 OK\r\n\r\n');
});

test('a connection that breaks ends it, too', async () => {
  sliced.on('error', () => undefined);
  sliced.resume();
  client.resetAndDestroy();
  await new Promise((resolve) => sliced.once('close', resolve));
  expect(sliced.destroyed).toBe(true);
});
