/** Plain tables for terminals and Markdown. Whatever stands in a cell stays in it. */
import stringWidth from 'string-width';
import { markdownCell, oneLine } from './clean.ts';

/** A table with aligned columns; columns that hold numbers only are aligned right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  return tableLines(all, widthsOf(all), numericColumns(head, rows));
}

/** How wide each column has to be. */
export function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, shownWidth(oneLine(cell)));
  }
  return widths;
}

/** Letters that take one place each in every terminal, as nearly all do. */
const NARROW = /^[\x20-\x7e\xa1-\xac\xae-\u02ff]*$/;

/** How many places of a terminal a text takes: names of East Asia and emoji take two for each letter, accents none. */
function shownWidth(text: string): number {
  return NARROW.test(text) ? text.length : stringWidth(text);
}

/** As much of a text as fits into so many places of a terminal, with a mark where something is left out. */
export function clipToWidth(text: string, places: number): string {
  if (shownWidth(text) <= places) return text;
  let shown = '';
  let left = places - 1;
  for (const { segment } of CHARACTERS.segment(text)) {
    left -= shownWidth(segment);
    if (left < 0) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** As people count them: a letter with its accents is one. */
const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Rows as lines of columns so wide; wider cells push on what stands behind them. */
export function tableLines(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  numeric: readonly boolean[] = [],
): string[] {
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const text = oneLine(cell);
        const missing = (widths[column] ?? 0) - shownWidth(text);
        if (missing <= 0) return text;
        return numeric[column] === true ? ' '.repeat(missing) + text : text + ' '.repeat(missing);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The same in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(' | ')} |`;
  const numeric = numericColumns(head, rows);
  const rule = head.map((_, column) => (numeric[column] === true ? '--:' : '---'));
  return [line(head), line(rule), ...rows.map(line)];
}

function numericColumns(head: readonly string[], rows: readonly (readonly string[])[]): boolean[] {
  return head.map((_, column) => rows.every((row) => /^[\d.,%–-]*$/.test(row[column] ?? '')));
}
