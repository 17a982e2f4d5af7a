/** CSV as RFC 4180 has it. Whatever stands in a cell stays in it, and is no formula to the spreadsheet that opens it. */
import Papa from 'papaparse';
import { oneLine } from './clean.ts';

export type CsvRow = readonly (string | number)[];

/** Rows as CSV, each with the end of its line. A text that a spreadsheet would read as a formula is made a text. */
export function csvText(rows: readonly CsvRow[]): string {
  let text = '';
  for (const row of rows) text += `${lineOf(row)}\r\n`;
  return text;
}

/** Nearly all rows need nothing done: of a record of a million events that is half of the time. */
function lineOf(row: CsvRow): string {
  return row.every(isPlain) ? row.join(',') : Papa.unparse([fitCells(row)], OPTIONS);
}

/** A cell that stays as it is, whoever reads it: it begins like a word or a number, and has no comma, semicolon or quote in it. */
const PLAIN = /^(?:[0-9A-Za-z_.:(][\x20\x23-\x2b\x2d-\x3a\x3c-\x7e]*)?$/;

function isPlain(cell: string | number): boolean {
  return typeof cell === 'number' || (PLAIN.test(cell) && !cell.endsWith(' '));
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
