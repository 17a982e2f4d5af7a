/** Texts from outside in CSV, as spreadsheets read it. */
import { describe, expect, test } from '@jest/globals';
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
