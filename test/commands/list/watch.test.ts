/** The list that redraws itself. */
import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import { outputTo } from '../../../src/commands/shared/output.ts';
import stringWidth from 'string-width';
import { screenOf, watching } from '../../../src/commands/list/watch.ts';

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[?0-9]*[A-Za-z]`, 'g');
const seen = (screen: string): readonly string[] => screen.replaceAll(ESCAPES, '').trimEnd().split('\r\n');
const terminal = (columns: number, rows: number): ReturnType<typeof outputTo> =>
  outputTo(() => undefined, { isTerminal: true, size: () => ({ columns, rows }) });

describe('a screen', () => {
  test('has as many lines as the terminal has room for, none of them broken, and says how many more there are', () => {
    const lines = Array.from({ length: 30 }, (_, n) => `agent ${n} ${'x'.repeat(100)}`);
    const shown = seen(screenOf(lines, terminal(40, 10)));
    expect(shown).toHaveLength(9);
    expect(shown[7]).toHaveLength(40);
    expect(shown[7]).toMatch(/^agent 7 x+…$/);
    expect(shown[8]).toBe('… and 22 more lines');
  });

  test.each([
    [10, 4],
    [1, 1],
    [3, 2],
  ])('of %d by %d places is never wider or longer than that', (columns, rows) => {
    const screen = screenOf(['a long line', 'another', 'third', 'fourth'], terminal(columns, rows));
    const shown = seen(screen);
    expect(shown.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(columns);
  });

  test('cuts names of letters that take two places each where they end', () => {
    const [line = ''] = seen(screenOf(['山田太郎 agents available'], terminal(8, 10)));
    expect(line).toBe('山田太…');
    expect(stringWidth(line)).toBe(7);
  });

  test('shows all where there is room, and forgets what was drawn before', () => {
    const screen = screenOf(['one', 'two'], terminal(80, 24));
    expect(seen(screen)).toEqual(['one', 'two']);
    expect(screen.startsWith('\u001b[H\u001b[Kone\r\n')).toBe(true);
    expect(screen.endsWith('\u001b[J')).toBe(true);
  });

  test('shows a name that would move the cursor with its codes written out, and no secret', () => {
    const output = terminal(80, 24);
    output.redactor.know('a-very-secret-text');
    const [line] = seen(screenOf(['evil \u001b[2J name a-very-secret-text'], output));
    expect(line).toBe('evil \\u001b[2J name [hidden]');
  });

  test('of a terminal that does not say how large it is has the usual size', () => {
    expect(seen(screenOf(['x'.repeat(200)], terminal(0, 0)))[0]).toHaveLength(80);
  });
});

describe('watching', () => {
  test('ends at Ctrl-C with its code, and leaves the terminal as it was found', async () => {
    const written: string[] = [];
    const output = outputTo((text) => written.push(text), { isTerminal: true });
    const before = process.listenerCount('SIGINT');
    let drawn = 0;
    const code = await watching(output, () => {
      drawn += 1;
      setImmediate(() => process.emit('SIGINT'));
      return Promise.resolve(['an agent']);
    });
    expect([code, drawn, process.listenerCount('SIGINT')]).toEqual([130, 1, before]);
    expect([written.at(0), written.at(-1)]).toEqual(['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l']);
  });

  test('does not leave the shell’s screen where the first list cannot be made', async () => {
    const written: string[] = [];
    const output = outputTo((text) => written.push(text), { isTerminal: true });
    await expect(watching(output, () => Promise.reject(new Error('no store')))).rejects.toThrow('no store');
    expect(written).toEqual([]);
  });
});
