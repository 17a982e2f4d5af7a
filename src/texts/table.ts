/** Plain tables for terminals and Markdown. Whatever stands in a cell stays in it. */
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
      widths[column] = Math.max(widths[column] ?? 0, oneLine(cell).length);
  }
  return widths;
}

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
        return numeric[column] === true
          ? text.padStart(widths[column] ?? 0)
          : text.padEnd(widths[column] ?? 0);
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
