/** Columns stand under each other on the terminal, in whatever script the names are. */
import { expect, test } from '@jest/globals';
import stringWidth from 'string-width';
import { textTable } from '../../src/texts/table.ts';

test('a column begins at the same place in each line, whatever the names before it are made of', () => {
  const names = ['Ana', '山田太郎', 'Jürgen', 'Zoe\u0301', '김민준', '😀 Ben'];
  const lines = textTable(
    ['agent', 'rule'],
    names.map((name) => [name, 'gone']),
  );
  const places = lines.slice(1).map((line) => stringWidth(line.slice(0, line.indexOf('gone'))));
  expect(new Set(places)).toEqual(new Set([10]));
});

test('numbers are aligned to the right, also under a head that is wide', () => {
  expect(
    textTable(
      ['時間', 'rule'],
      [
        ['7', 'gone'],
        ['120', 'gone'],
      ],
    ),
  ).toEqual(['時間  rule', '   7  gone', ' 120  gone']);
});
