import { describe, expect, test } from '@jest/globals';
import { createLog, logOf } from '../../src/app/logging.ts';
import { HIDDEN, Redactor } from '../../src/texts/redactor.ts';

const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
const T = Date.parse('2026-03-02T14:00:00Z');

/** The one line that a log writes of these fields. */
function lineOf(fields: object, message = 'said'): { text: string; json: Record<string, unknown> } {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.know(SECRET);
  createLog('info', { write: (line: string) => void lines.push(line) }, redactor).info(fields, message);
  const [text = ''] = lines;
  expect(lines).toHaveLength(1);
  expect(text.endsWith('\n')).toBe(true);
  return { text, json: JSON.parse(text) as Record<string, unknown> };
}

describe('a line of the log', () => {
  const hex = Buffer.from(SECRET).toString('hex');

  test.each([
    ['a field', { code: SECRET }],
    ['a field within', { deep: { list: [{ code: `x${SECRET}x` }] } }],
    ['the name of a field', { [SECRET]: 1 }],
    ['an error’s message', { err: new Error(`401: ${SECRET}`) }],
    ['lower-case percent codes', { code: Buffer.from(SECRET).toString('hex').replace(/../g, '%$&') }],
    ['base64url', { code: Buffer.from(`a:${SECRET}`).toString('base64url') }],
    ['hex', { code: hex.toUpperCase() }],
    ['two fields', { code: SECRET.slice(0, 16), message: SECRET.slice(16) }],
  ])('does not show a secret in %s', (_, fields) => {
    const { text } = lineOf(fields);
    expect(text).toContain(HIDDEN);
    for (const part of [SECRET.slice(0, 12), SECRET.slice(-12), hex.slice(0, 24), hex.slice(-24)])
      expect(text.toLowerCase()).not.toContain(part.toLowerCase());
  });

  test('does not show a secret in its sentence', () => {
    expect(lineOf({}, `said ${SECRET}`).json['msg']).toBe(`said ${HIDDEN}`);
  });

  test('shows what cannot be seen, even to those who print its texts raw', () => {
    const { text, json } = lineOf({ agent: 'A\u001b[31mna\u202e\u009b\u200b\r\nB\t"C\\u202e' });
    expect(json['agent']).toBe('A\\u001b[31mna\\u202e\\u009b\\u200b\\r\nB\t"C\\u202e');
    expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('tells instants as ISO times, lengths in seconds, and rungs from 1', () => {
    const { json } = lineOf({ startedAt: T, took: 1_500, measured: 3_720_000, rung: 0 });
    expect(json).toMatchObject({
      startedAt: '2026-03-02T14:00:00.000Z',
      took_seconds: 1.5,
      measured_seconds: 3_720,
      rung: 1,
    });
  });

  test('keeps what it says of an error', () => {
    const { json } = lineOf({
      err: Object.assign(new Error('no answer'), { code: 'ECONNRESET' }),
      sweepId: 's1',
    });
    expect(json).toMatchObject({
      err: { message: 'no answer', code: 'ECONNRESET' },
      sweepId: 's1',
      msg: 'said',
    });
  });
});

test('the log of an organisation has its name in each line, as it is then, and a level of its own', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('info', {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  let name = 'north';
  const own = logOf(log, () => name);
  own.info({ agents: 3 }, 'first');
  name = 'North East';
  own.error({ err: new Error('why') }, 'second');
  own.level = 'error';
  own.info({}, 'not said');
  log.info({}, 'of the process');
  expect(lines).toMatchObject([
    { organisation: 'north', agents: 3, msg: 'first' },
    { organisation: 'North East', err: { message: 'why' }, msg: 'second' },
    { msg: 'of the process' },
  ]);
  expect(lines[2]).not.toHaveProperty('organisation');
});
