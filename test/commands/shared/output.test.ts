/** Many lines at once: what `line` protects from, `lines` does too. */
import { expect, test } from '@jest/globals';
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
