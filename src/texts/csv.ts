/** CSV (RFC 4180), the one place that writes it. A cell that a spreadsheet would read as a formula is made a text. */
import { stringify } from 'csv-stringify/sync';
import { oneLine } from './clean.ts';

export type CsvRow = readonly (string | number)[];

/** Lines end as the standard has it. Blanks at the ends of a cell, and semicolons, which some programs part cells at, are quoted too. */
const OPTIONS = { record_delimiter: 'windows', quoted_match: /;|^\s|\s$/ } as const;

/** What nearly every cell is: nothing in it means anything to CSV or to a spreadsheet. */
const PLAIN = /^(?:[A-Za-z0-9\u00c0-\u024f](?:[\w\u00c0-\u024f .:@/-]*[\w\u00c0-\u024f.:@/-])?)?$/;

/** Rows as text, each with its line end. A record has a million of them: those of plain cells alone are written without ado. */
export function csvText(rows: readonly CsvRow[]): string {
  let text = '';
  for (const row of rows)
    text += row.every(isPlain) ? `${row.join(',')}\r\n` : stringify([row.map(safe)], OPTIONS);
  return text;
}

function isPlain(cell: string | number): boolean {
  return typeof cell === 'number' || PLAIN.test(cell);
}

/** What a formula begins with, in the wide forms of East Asia too. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function safe(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const text = oneLine(cell);
  return FORMULA.test(text) ? `'${text}` : text;
}
