/** CSV holds what it was given, and nothing in it acts on a spreadsheet. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Papa from 'papaparse';
import { csvText } from '../../src/texts/csv.ts';
import { oneLine } from '../../src/texts/clean.ts';
import { anyCharacter } from './any-character.ts';

describe('a cell', () => {
  test.each([
    ['=cmd|"/C calc"!A1', `"'=cmd|""/C calc""!A1"`],
    ['+1', "'+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', `\\t=1`],
    ['  =1', "'  =1"],
    ['＝1+1', "'＝1+1"],
    ['a,b;c', '"a,b;c"'],
    ['a\r\nb,c', '"a\\r\\nb,c"'],
    ['Ana', 'Ana'],
  ])('of CSV is no formula and no further cell or line: %j', (text, cell) => {
    expect(csvText([[text]])).toBe(`${cell}\r\n`);
  });

  test('of CSV that is a number stays one', () => {
    expect(csvText([[-3, 'x', 0.5]])).toBe('-3,x,0.5\r\n');
  });
});

test('every row has its end, and no rows are no text', () => {
  expect(
    csvText([
      ['a', 'b'],
      ['', 1],
    ]),
  ).toBe('a,b\r\n,1\r\n');
  expect(csvText([])).toBe('');
});

test('a reader of CSV finds the same rows and cells again, whatever stands in them', () => {
  // A first character that begins no formula, so that the cell stays as it is.
  const cell = fc.string({ unit: anyCharacter }).map((text) => `x${text}`);
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
  fc.assert(
    fc.property(table, (rows) => {
      const { data } = Papa.parse<string[]>(csvText(rows), { delimiter: ',', newline: '\r\n' });
      expect(data.slice(0, -1)).toEqual(rows.map((row) => row.map(oneLine)));
    }),
  );
});
