/** CSV (RFC 4180), the one place that writes it. A cell that a spreadsheet would read as a formula is made a text. */
import { stringify } from 'csv-stringify/sync';
import { oneLine } from './clean.ts';

export type CsvRow = readonly (string | number)[];

/** Lines end as the standard has it. Blanks at the ends of a cell, and semicolons, which some programs part cells at, are quoted too. */
const OPTIONS = { record_delimiter: 'windows', quoted_match: /;|^\s|\s$/ } as const;

/** Rows as text, each with its line end. */
export function csvText(rows: readonly CsvRow[]): string {
  return stringify(
    rows.map((row) => row.map(safe)),
    OPTIONS,
  );
}

/** What a formula begins with, in the wide forms of East Asia too. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function safe(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  const text = oneLine(cell);
  return FORMULA.test(text) ? `'${text}` : text;
}
