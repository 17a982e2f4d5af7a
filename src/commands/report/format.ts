/** In which format a report is written: as asked for, else by the ending of the file, else text for the terminal. */
import { extname } from 'node:path';
import { UsageError } from '../shared/exit.ts';

/** Text for terminals, and documents for people and programs. */
export type Format = 'text' | 'md' | 'csv' | 'json' | 'html';

const FORMATS: readonly Format[] = ['text', 'md', 'csv', 'json', 'html'];

const ENDINGS: Readonly<Record<string, Format>> = {
  '.txt': 'text',
  '.md': 'md',
  '.markdown': 'md',
  '.csv': 'csv',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.html': 'html',
  '.htm': 'html',
};
/** Endings of files that hold one object a line, which a report is not. */
const LINES = new Set(['.jsonl', '.ndjson']);

export interface FormatOptions {
  readonly format?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly events?: boolean;
}

/** Throws `UsageError` for what cannot be, or where two options say different things. */
export function formatOf({ format, json, out, events }: FormatOptions): Format {
  if (json === true && format !== undefined && format !== 'json')
    throw new UsageError('--json is --format json: give one of them.');
  const asked = json === true ? 'json' : askedFor(format);
  const found = asked ?? (out === undefined ? 'text' : byEnding(out));
  if (out !== undefined) mustFit(out, found, events === true);
  if (events === true && found === 'html')
    throw new UsageError('--events are a table, csv or json; html is the report that they add up to.');
  return found;
}

function askedFor(format: string | undefined): Format | undefined {
  if (format === undefined) return undefined;
  const found = FORMATS.find((one) => one === format);
  if (found !== undefined) return found;
  throw new UsageError(`--format is ${FORMATS.join(', ')}, not "${format}".`);
}

function byEnding(out: string): Format {
  const found = ENDINGS[extname(out).toLowerCase()];
  if (found !== undefined) return found;
  const ending = extname(out);
  const what = ending === '' ? 'has no ending' : `ends with ${ending}, which is no format of a report`;
  const pdf = ending.toLowerCase() === '.pdf' ? ' For a PDF write .html, and print it from a browser.' : '';
  throw new UsageError(
    `--out: ${out} ${what}: use ${Object.keys(ENDINGS).join(', ')}, or give --format.${pdf}`,
  );
}

/** A file whose name promises something else would be opened by the wrong program. */
function mustFit(out: string, format: Format, events: boolean): void {
  const ending = extname(out).toLowerCase();
  const promised = ENDINGS[ending];
  if (promised !== undefined && promised !== format)
    throw new UsageError(`--out: ${out} promises ${promised}, and --format is ${format}: they must agree.`);
  if (ending === '.pdf')
    throw new UsageError(`--out: ${out} would hold no PDF: write .html, and print it from a browser.`);
  if (LINES.has(ending) && !events)
    throw new UsageError(
      `--out: ${out} promises one object a line, which --events has; for the report use .json.`,
    );
}
