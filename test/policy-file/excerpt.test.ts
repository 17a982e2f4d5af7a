/** The line below a fault, with a mark under its place: nothing in it can be a secret. */
import { describe, expect, test } from '@jest/globals';
import { explainError } from '../../src/commands/shared/exit.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { load, withGenesys, withMore, withRule } from './texts.ts';

/** The lines under the first fault, without what is left of the bar. */
function excerptOf(text: string): readonly string[] {
  return linesOf(text)
    .slice(1, 3)
    .map((line) => line.replace(/^ *\d* \| /, ''));
}

function linesOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof PolicyRefused) return explainError(error).text.split('\n');
    throw error;
  }
  throw new Error('the policy is fine');
}

describe('a fault shows its line', () => {
  test('with its number and a mark under the place', () => {
    expect(linesOf(withRule('{ id: gone, when: { presence: [idle] }, limit: 60 }')).slice(1)).toEqual([
      '    6 |       - { id: gone, when: { presence: [idle] }, limit: 60 }',
      '      |                                                        ^',
      'The policy is refused: 1 fault.',
    ]);
  });

  test.each([
    [
      'words of the format and the mistyped word that the fault tells',
      withRule('{ id: gone-home, when: { presence: [available, meeeting] }, limit: 1h }'),
      ['      - { id: …, when: { presence: [available, meeeting] }, limit: 1h }', 47],
    ],
    [
      'variables by their names, but not in a place for secrets',
      withGenesys('genesys: { region: no, client_id: "${CLIENT_ID}", client_secret: "${CLIENT_SECRET}" }'),
      ['genesys: { region: no, client_id: ${CLIENT_ID}, client_secret: … }', 19],
    ],
    [
      'no more than the place where wide characters stand before it',
      withRule('{ id: "😀😀 läng", when: { presence: [idle] }, limit: 60 }'),
      ['      - { id: …, when: { presence: [idle] }, limit: 60 }', 14],
    ],
    [
      'the text before a quote that is never closed, and nothing behind it',
      withGenesys('genesys: { region: eu-west-1, client_id: ab, client_secret: "12, idle }'),
      ['genesys: { region: …, client_id: …, client_secret: "…', 51],
    ],
    ['of what a block of text holds nothing', withMore('notify: |\n  - idle\n  - 12\n'), ['notify: |', 8]],
  ] as const)('with %s', (_, text, [line, caret]) => {
    expect(excerptOf(text)).toEqual([line, `${' '.repeat(caret)}^`]);
  });

  test('cut on both sides where it is long', () => {
    const many = Array.from({ length: 2_000 }, () => 'idle').join(', ');
    const [line = '', mark = ''] = excerptOf(withMore(`exempt: [{ presence: [${many}, 77, ${many}] }]\n`));
    expect(line).toHaveLength(102);
    expect(line.slice(mark.indexOf('^')).startsWith('77')).toBe(true);
  });

  test('but not beyond the first fault of syntax, where nothing can be told from a secret', () => {
    const text = withMore('mode: [\ncaps: ]\nnotify: }\n');
    const shown = linesOf(text).filter((line) => /^ +\d+ \|/.test(line));
    expect(linesOf(text).some((line) => line.startsWith('p.yaml:9:'))).toBe(true);
    expect(shown.filter((line) => line.startsWith('    9 |'))).toEqual([]);
  });
});

describe('the line of a fault holds nothing that may be a secret', () => {
  test.each([
    [
      'in a place for secrets, however short',
      'genesys: { region: no, client_id: a, client_secret: "x1" }',
      'x1',
    ],
    [
      'in a place for secrets that looks like a word of the format',
      'genesys: { region: no, client_id: a, client_secret: available }',
      'available',
    ],
    ['in a comment', 'genesys: { region: no, client_id: a, client_secret: b } # 12', '12'],
    ['in a key', 'genesys: { region: no, client_id: a, client_secret: b, swordfish: 1 }', 'swordfish'],
    [
      'in a key without its blank',
      'genesys: { region: no, client_id: a, client_secret:swordfish }',
      'swordfish',
    ],
    [
      'in an anchor, an alias or a tag',
      'genesys: { region: no, client_id: &swordfish a, client_secret: *swordfish }',
      'swordfish',
    ],
    ['of several words', 'genesys: { region: no, client_id: a b c, client_secret: d e f }', 'b c'],
  ])('%s', (_, line, secret) => {
    const shown = linesOf(withGenesys(line)).filter((each) => /^ +\d+ \|/.test(each));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.join('\n').split('|').slice(1).join('|')).not.toContain(secret);
  });

  test('that an alias brings to another place as well', () => {
    const text = withGenesys('genesys: { region: no, client_secret: &s idle, client_id: *s }');
    expect(excerptOf(text)[0]).toBe('genesys: { region: no, client_secret: &… …, client_id: *… }');
  });
});
