/** What commands print for people. */
import process from 'node:process';
import { createColors } from 'picocolors';
import { EXIT } from './exit-codes.ts';

export interface Output {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colours: ReturnType<typeof createColors>;
  /** Writes lines as they are. */
  readonly write: (text: string) => void;
  readonly line: (text?: string) => void;
}

/** Standard output, with colours where it is a terminal that wants them. */
export function standardOutput(): Output {
  const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  const colours = createColors(isTerminal && process.env['NO_COLOR'] === undefined);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader may have seen enough, as `head` has.
    if (code === 'EPIPE') process.exit(process.exitCode);
    process.stderr.write(`Standard output cannot be written (${code ?? 'unknown error'}).\n`);
    process.exit(EXIT.unexpected);
  });
  // An error that cannot be written has no other place to go.
  process.stderr.on('error', () => undefined);
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  return {
    isTerminal,
    columns: process.stdout.columns,
    colours,
    write,
    line: (text = '') => {
      write(`${text}\n`);
    },
  };
}

/** A table with aligned columns; columns that hold numbers only are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const numeric = head.map((_, column) => rows.every((row) => /^[\d.,%–-]*$/.test(row[column] ?? '')));
  return all.map((row) =>
    row
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}
