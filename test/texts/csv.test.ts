/** Texts from outside in CSV, as spreadsheets read it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvText } from '../../src/texts/csv.ts';

describe('a text from outside', () => {
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

test('rows of plain cells are written as the library writes them', () => {
  const cell = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constantFrom(
      '',
      'a',
      '2026-03-02T10:00:00.000Z',
      'off_queue offline',
      ' a',
      'a ',
      '-1',
      'a-b',
      'a@b.c',
      '1+1',
    ),
  );
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (row) => {
      // One cell that is not plain sends the whole row through the library.
      const careful = csvText([[...row, ';']]);
      const plain = csvText([row]);
      // A row of one empty cell would be an empty line: the library quotes nothing there either.
      expect(`${plain.slice(0, -2)},";"\r\n`).toBe(careful);
    }),
  );
});
