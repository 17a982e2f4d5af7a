/**
 * Readers of the endpoints who mean no good, in a process of their own: some ask for `/metrics` as fast as they are
 * answered, some send requests without end and read nothing, some open connections and say nothing.
 *   node bench/readers.ts PORT SECONDS
 */
import { connect } from 'node:net';
import process from 'node:process';

const [port = 0, seconds = 0] = process.argv.slice(2).map(Number);
const REQUEST = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';
const until = performance.now() + seconds * 1_000;
const isOver = (): boolean => performance.now() > until;
let answers = 0;

/** One request after the other, on one connection for as long as that lasts. */
function reader(): void {
  if (isOver()) return;
  const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST));
  socket.on('data', (part: Buffer) => {
    const ends = part.includes('HTTP/1.1 ') ? 1 : 0;
    answers += ends;
    if (isOver()) socket.destroy();
    else if (ends > 0) socket.write(REQUEST);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(reader, 1));
}

/** 340 kB of requests, and not a byte read of the answers. */
function flooder(): void {
  if (isOver()) return;
  const socket = connect(port, '127.0.0.1', () => socket.write(REQUEST.repeat(9_200)));
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(flooder, 100));
  setTimeout(() => socket.destroy(), 2_000);
}

/** Opens a connection, says half a word, and stays. */
function idler(): void {
  if (isOver()) return;
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /met'));
  socket.resume();
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(idler, 1_000));
}

for (let n = 0; n < 16; n += 1) reader();
for (let n = 0; n < 16; n += 1) flooder();
for (let n = 0; n < 1_000; n += 1) idler();
setTimeout(() => {
  process.stdout.write(`${answers}\n`);
  process.exit(0);
}, seconds * 1_000);
