/** The log as a person at a terminal reads it. */
import { describe, expect, test } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prettyLines } from '../../src/app/log-format.ts';
import { LogStream } from '../../src/app/log-stream.ts';
import { createLog } from '../../src/app/logging.ts';
import { wantsColour } from '../../src/texts/colour.ts';
import { HIDDEN, Redactor } from '../../src/texts/redactor.ts';

const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
const ESCAPE = '\u001b';

/** What a pretty log writes of these fields. */
async function shown(fields: object, message = 'sweep done', coloured = false): Promise<string> {
  let text = '';
  const write = (bytes: Buffer): number => {
    text += bytes.toString();
    return bytes.length;
  };
  const stream = new LogStream('a terminal', write, () => undefined, undefined, await prettyLines(coloured));
  const redactor = new Redactor();
  redactor.know(SECRET);
  createLog('info', stream, redactor).info(fields, message);
  return text;
}

describe('a pretty line of the log', () => {
  test('has time, level, sentence and facts on one line', async () => {
    const line = await shown({ sweepId: 'a1b2', took: 1_500 });
    expect(line).toMatch(
      /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] INFO: sweep done \{"sweepId":"a1b2","took_seconds":1.5\}\n$/,
    );
  });

  test.each([
    ['a field', { code: SECRET }],
    ['the name of a field', { [SECRET]: 1 }],
    ['an error’s message', { err: new Error(`401: ${SECRET}`) }],
    ['hex', { code: Buffer.from(SECRET).toString('hex') }],
    ['base64url', { code: Buffer.from(`a:${SECRET}`).toString('base64url') }],
    ['two fields', { code: SECRET.slice(0, 16), message: SECRET.slice(16) }],
  ])('does not show a secret in %s', async (_, fields) => {
    const line = await shown(fields);
    expect(line).toContain(HIDDEN);
    for (const part of [
      SECRET.slice(0, 12),
      SECRET.slice(-12),
      Buffer.from(SECRET).toString('hex').slice(0, 24),
    ])
      expect(line).not.toContain(part);
  });

  test.each([
    ['a name', { agent: `Ada\n[2026-03-02 08:00:00] INFO: forged${ESCAPE}[31m\u202e` }, 'sweep done'],
    ['a sentence', {}, `sweep\n[2026-03-02 08:00:00] INFO: forged${ESCAPE}[31m`],
  ])('is one line without codes of the terminal, whatever stands in %s', async (_, fields, message) => {
    const text = await shown(fields, message);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('has the stack of an unexpected error behind it, each line indented and clean', async () => {
    const err = new Error('one');
    err.stack = `Error: one\n    at here\n[2026-03-02 08:00:00] INFO: forged${ESCAPE}[31m`;
    const [first = '', ...stack] = (await shown({ err })).trimEnd().split('\n');
    expect(first).toContain('"message":"one"');
    expect(stack).toHaveLength(3);
    for (const line of stack) expect(line).toMatch(/^ {4}[^\p{Cc}\p{Cf}]*$/u);
  });

  test('has colours only where they are wanted', async () => {
    expect(await shown({}, 'sweep done', true)).toContain(`${ESCAPE}[`);
    expect(await shown({}, 'sweep done', false)).not.toContain(ESCAPE);
  });

  test('is also that of lines that were lost', async () => {
    let text = '';
    let fails = true;
    const write = (bytes: Buffer): number => {
      if (fails) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      text += bytes.toString();
      return bytes.length;
    };
    const stream = new LogStream('a terminal', write, () => undefined, undefined, await prettyLines(false));
    const log = createLog('info', stream);
    log.info({}, 'first');
    fails = false;
    log.info({}, 'second');
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^\[.*\] WARN: lines of the log could not be written \{"lost":1\}$/);
    expect(lines[1]).toMatch(/INFO: second$/);
  });
});

test('the library for pretty lines is loaded where it is used, and nowhere else', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const naming = globSync('**/*.ts', { cwd: src })
    .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }))
    .filter(({ text }) => text.includes("'pino-pretty'"));
  expect(naming.map(({ path }) => path)).toEqual(['app/log-format.ts']);
  expect(naming[0]?.text.match(/^import .*pino-pretty/m)).toBeNull();
});

test.each<[boolean, Record<string, string>, boolean]>([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { FORCE_COLOR: 'false' }, false],
])('colours on a terminal: %s, with %j in the environment: %s', (isTerminal, env, wanted) => {
  expect(wantsColour(isTerminal, env)).toBe(wanted);
});
