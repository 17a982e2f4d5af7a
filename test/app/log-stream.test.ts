/** The log, when the disk is full or its reader has gone. */
import { beforeEach, expect, test } from '@jest/globals';
import { LogStream } from '../../src/app/log-stream.ts';

/** What the system does with the next writes: takes so many bytes of it, or throws. */
let next: (number | string)[];
let written: string;
let complaints: string[];
let stream: LogStream;
let tries: number;
let now: number;

beforeEach(() => {
  next = [];
  tries = 0;
  now = 0;
  written = '';
  complaints = [];
  const write = (bytes: Buffer): number => {
    tries += 1;
    const what = next.shift() ?? bytes.length;
    if (typeof what === 'string') throw Object.assign(new Error(what), { code: what });
    written += bytes.subarray(0, what).toString();
    return Math.min(what, bytes.length);
  };
  const complain = (sentence: string): void => void complaints.push(sentence);
  stream = new LogStream('standard output', write, complain, {
    now: () => now,
    wait: (length) => (now += length),
  });
});

test('a line is written whole, however little the system takes at a time', () => {
  next = [1, 2, 3];
  stream.write('{"msg":"ä long line"}\n');
  expect(written).toBe('{"msg":"ä long line"}\n');
  stream.mustWork();
});

test('a full disk is said once, the program goes on, and later the log says how much of it is missing', () => {
  next = ['ENOSPC', 'ENOSPC', 'ENOSPC'];
  for (const n of [1, 2, 3, 4]) stream.write(`{"n":${n}}\n`);
  expect(complaints).toEqual([
    'The log cannot be written to standard output (ENOSPC). The program continues without its log.',
  ]);
  const [lost = '', line] = written.split('\n');
  expect(JSON.parse(lost)).toMatchObject({
    level: 'warn',
    lost: 3,
    msg: 'lines of the log could not be written',
  });
  expect(line).toBe('{"n":4}');
  next = ['ENOSPC'];
  stream.write('{"n":5}\n');
  expect(complaints).toHaveLength(2);
});

test('a line that broke off in the middle is ended before the next begins', () => {
  next = [4, 'ENOSPC'];
  stream.write('{"n":1}\n');
  stream.write('{"n":2}\n');
  const lines = written.split('\n');
  expect(lines[0]).toBe('{"n"');
  expect(lines.slice(1, 3).map((line) => JSON.parse(line) as unknown)).toMatchObject([{ lost: 1 }, { n: 2 }]);
});

test('a pipe that is full for a moment is waited for', () => {
  next = ['EAGAIN', 3, 'EAGAIN'];
  stream.write('{"n":1}\n');
  expect([written, complaints]).toEqual(['{"n":1}\n', []]);
});

/** The pipe takes nothing for the next writes. */
function full(writes = 1_000): void {
  next = Array<string>(writes).fill('EAGAIN');
}

test('a pipe without a reader is waited for a fifth of a second once, and not for each line', () => {
  full();
  for (const n of [1, 2, 3, 4, 5]) stream.write(`{"n":${n}}\n`);
  expect(tries).toBe(1 + 20 + 4);
  next = [];
  stream.write('{"n":6}\n');
  expect(JSON.parse(written.split('\n')[0] ?? '')).toMatchObject({ lost: 5 });
});

test('a pipe that takes a line now and then is waited for a second in each minute', () => {
  const triesOfTenLines = (): number => {
    tries = 0;
    for (let n = 0; n < 10; n += 1) {
      full();
      stream.write('{"n":1}\n');
      next = [];
      stream.write('{"n":2}\n');
    }
    return tries;
  };
  expect(triesOfTenLines()).toBe(20 + 100);
  expect(triesOfTenLines()).toBe(20);
  now += 60_000;
  expect(triesOfTenLines()).toBe(20 + 100);
});

test('a first line that cannot be written is an error that says what to do', () => {
  next = ['EPIPE'];
  stream.write('{"n":1}\n');
  expect(() => {
    stream.mustWork();
  }).toThrow(/^The log cannot be written to standard output \(EPIPE\)\. /);
});
