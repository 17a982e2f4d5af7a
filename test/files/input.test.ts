/** What another program hands over, such as standard input. */
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { readInput } from '../../src/files/input.ts';
import { FileFault } from '../../src/files/plain-file.ts';

function endless(): Readable {
  return new Readable({
    read() {
      this.push(Buffer.alloc(64, 'a'));
    },
  });
}

test('input is read to its end, whatever the pieces are that it comes in', async () => {
  const bytes = Buffer.from('\ufeffnäme: ü\n');
  const pieces = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
  expect(await readInput(pieces, 100)).toBe('näme: ü\n');
});

test('input of exactly the allowed size is read, and one byte more is refused', async () => {
  expect(await readInput(Readable.from([Buffer.alloc(1_024, 'a')]), 1_024)).toHaveLength(1_024);
  await expect(readInput(Readable.from([Buffer.alloc(1_025, 'a')]), 1_024)).rejects.toThrow(
    new FileFault('it is larger than 1 KiB'),
  );
});

test('input without an end is read no further than allowed, and closed', async () => {
  const input = endless();
  await expect(readInput(input, 2_048)).rejects.toThrow('it is larger than 2 KiB');
  expect(input.destroyed).toBe(true);
});

test('input that sends nothing ends with the signal', async () => {
  const silent = new Readable({ read: () => undefined });
  const ended = new AbortController();
  const reading = readInput(silent, 100, ended.signal);
  ended.abort();
  await expect(reading).rejects.toThrow('it does not end');
  await expect(readInput(new Readable({ read: () => undefined }), 100, ended.signal)).rejects.toThrow(
    'it does not end',
  );
});

test('input that is no UTF-8, or breaks off, is refused with a reason', async () => {
  await expect(readInput(Readable.from([Buffer.from([0xff, 0xfe, 0x41])]), 100)).rejects.toThrow('UTF-16');
  const broken = new Readable({
    read() {
      this.destroy(new Error('secret details'));
    },
  });
  await expect(readInput(broken, 100)).rejects.toThrow(new FileFault('reading it failed'));
});
