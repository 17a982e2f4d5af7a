/** What `sandbox` makes of `--start` and `--speed`, and what it says of it. */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { ListenError } from '../../../src/server/listen-error.ts';
import { sandbox, shiftStart, shiftWords } from '../../../src/commands/sandbox/command.ts';

const NOW = Date.parse('2026-03-02T14:00:00Z');
const at = (text: string): number => Date.parse(text);

describe('the shift', () => {
  test.each([
    ['is three hours old without --start', undefined, 1, '2026-03-02T11:00:00Z'],
    ['is three hours of the people’s time old where they live faster', undefined, 60, '2026-03-02T13:57:00Z'],
    ['begins when --start says', '2026-03-02T13:30:00Z', 1, '2026-03-02T13:30:00Z'],
    ['may begin later', '2026-03-02T15:00:00Z', 60, '2026-03-02T15:00:00Z'],
    ['is today’s where --start is days ago', '2026-02-20T09:00:00Z', 1, '2026-03-02T09:00:00Z'],
    ['is the newest where a day lasts 24 minutes', '2026-03-02T09:00:00Z', 60, '2026-03-02T13:48:00Z'],
  ])('%s', (_, start, speed, expected) => {
    expect(shiftStart(start === undefined ? undefined : at(start), speed, NOW)).toBe(at(expected));
  });

  test.each([
    [
      '2026-03-02T13:57:00Z',
      60,
      / 60 times as fast.*began at 2026-03-02T13:57:00Z and ends at 2026-03-02T14:05:00Z/,
    ],
    ['2026-03-02T13:48:00Z', 60, /13:48:00Z is over; the next begins at 2026-03-02T14:12:00Z/],
    [
      '2026-03-02T15:00:00Z',
      1,
      /^Its clock is that of this machine\..*15:00:00Z; until then everyone is Offline/,
    ],
  ])('of %s at speed %d is told in words', (start, speed, words) => {
    expect(shiftWords(at(start), speed, NOW)).toMatch(words);
  });
});

test('a port that is taken is told in a sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const options = { agents: '1', seed: '1', speed: '1', port: String(port) };
  const output = outputTo(() => undefined);
  try {
    await expect(sandbox(options, output)).rejects.toThrow(
      new ListenError(
        `The address 127.0.0.1 port ${port} cannot be listened on (EADDRINUSE). Is another sandbox running there? ` +
          'Otherwise change --port, which may be 0 for any.',
      ),
    );
  } finally {
    other.close();
  }
});
