/** Plain tables for terminals and Markdown. Whatever stands in a cell stays in it. */
import { markdownCell, oneLine } from '../texts/clean.ts';

/** A table with aligned columns; columns that hold numbers only are aligned right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows.map((row) => row.map(oneLine))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const numeric = numericColumns(head, rows);
  return all.map((row) =>
    row
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
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
