/** Many lines at once: what `line` protects from, `lines` does too. */
import { describe, expect, test } from '@jest/globals';
import { outputTo } from '../../../src/commands/shared/output.ts';

const TEXTS = ['Ada \u001b[2JLovelace', 'two\nlines', 'a token: s3cret-of-the-client', 'plain'];

function writes(print: (output: ReturnType<typeof outputTo>) => void): readonly string[] {
  const written: string[] = [];
  const output = outputTo((text) => {
    written.push(text);
  });
  output.redactor.know('s3cret-of-the-client');
  print(output);
  return written;
}

test('Lines that are written in one piece are what they are one by one, without secrets and codes of a terminal', () => {
  const single = writes((output) => {
    for (const text of TEXTS) output.line(text);
  });
  const together = writes((output) => {
    output.lines(TEXTS);
  });
  expect(together).toEqual([single.join('')]);
  expect(together.join('')).toBe('Ada \\u001b[2JLovelace\ntwo\\nlines\na token: [hidden]\nplain\n');
});

test('No lines are no write', () => {
  expect(
    writes((output) => {
      output.lines([]);
    }),
  ).toEqual([]);
});

describe('Very many rows as JSON', () => {
  const HEAD = { now: Date.parse('2026-03-02T09:00:00Z'), caveats: ['a token: s3cret-of-the-client'] };

  function rowsOf(count: number): readonly object[] {
    return Array.from({ length: count }, (_, n) => ({ agent: TEXTS[n % TEXTS.length], measured: n * 1_000 }));
  }

  async function rowsWritten(count: number): Promise<readonly string[]> {
    const written: string[] = [];
    const output = outputTo((text) => {
      written.push(text);
    });
    output.redactor.know('s3cret-of-the-client');
    await output.jsonRows(HEAD, 'agents', rowsOf(count));
    return written;
  }

  test.each([0, 1, 500, 1_201])('%d rows mean what they mean in one piece', async (count) => {
    const whole = writes((output) => {
      output.json({ ...HEAD, agents: rowsOf(count) }, 2);
    });
    const text = (await rowsWritten(count)).join('');
    expect(JSON.parse(text)).toEqual(JSON.parse(whole.join('')));
    expect(text).not.toContain('s3cret');
    expect(text).toContain('[hidden]');
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('Each row has a line, and no write holds all of them', async () => {
    const pieces = await rowsWritten(1_201);
    expect(pieces.join('').match(/^ {4}\{/gm)).toHaveLength(1_201);
    for (const piece of pieces) expect(piece.match(/^ {4}\{/gm)?.length ?? 0).toBeLessThanOrEqual(500);
  });
});
