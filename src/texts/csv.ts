/** CSV as RFC 4180 has it. Whatever stands in a cell stays in it, and is no formula to the spreadsheet that opens it. */
import Papa from 'papaparse';
import { oneLine } from './clean.ts';

export type CsvRow = readonly (string | number)[];

/** Rows as CSV, each with the end of its line. A text that a spreadsheet would read as a formula is made a text. */
export function csvText(rows: readonly CsvRow[]): string {
  if (rows.length === 0) return '';
  return `${Papa.unparse(rows.map(fitCells), OPTIONS)}\r\n`;
}

/** Some spreadsheets take a semicolon for the end of a cell. */
const OPTIONS: Papa.UnparseConfig = {
  newline: '\r\n',
  quotes: (cell: unknown) => typeof cell === 'string' && cell.includes(';'),
};

/** What a formula begins with, in the wide forms of East Asia too. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function fitCells(cells: CsvRow): (string | number)[] {
  return cells.map((cell) => {
    if (typeof cell === 'number') return cell;
    const text = oneLine(cell);
    return FORMULA.test(text) ? `'${text}` : text;
  });
}
