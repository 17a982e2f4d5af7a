/** The log, when the disk is full or its reader has gone. */
import { beforeEach, expect, test } from '@jest/globals';
import { LogStream } from '../../src/app/log-stream.ts';

/** What the system does with the next writes: takes so many bytes of it, or throws. */
let next: (number | string)[];
let written: string;
let complaints: string[];
let stream: LogStream;

beforeEach(() => {
  next = [];
  written = '';
  complaints = [];
  const write = (bytes: Buffer): number => {
    const what = next.shift() ?? bytes.length;
    if (typeof what === 'string') throw Object.assign(new Error(what), { code: what });
    written += bytes.subarray(0, what).toString();
    return Math.min(what, bytes.length);
  };
  stream = new LogStream('standard output', write, (sentence) => complaints.push(sentence));
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

test('a first line that cannot be written is an error that says what to do', () => {
  next = ['EPIPE'];
  stream.write('{"n":1}\n');
  expect(() => {
    stream.mustWork();
  }).toThrow(/^The log cannot be written to standard output \(EPIPE\)\. /);
});
