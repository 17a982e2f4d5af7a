/** What commands print for people, and for programs. All of it passes here: see `texts/` for what that means. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';
import { styleText } from 'node:util';
import { jsonText, oneLine } from '../../texts/clean.ts';
import { wantsColour } from '../../texts/colour.ts';
import { printed } from '../../texts/printed.ts';
import { Redactor } from '../../texts/redactor.ts';
import { EXIT } from './exit-codes.ts';

export interface Output {
  readonly isTerminal: boolean;
  /** Of the terminal as it is now: it may be made larger or smaller. */
  readonly columns: number;
  readonly rows: number;
  /** To be printed by `line` alone. */
  readonly colours: Colours;
  /** Knows the secrets that may not be printed. */
  readonly redactor: Redactor;
  /** Writes a document as it is: whatever in it came from outside has been made fit to be shown. */
  readonly write: (text: string) => void;
  /** The same piece by piece, no faster than it is read. */
  readonly document: (pieces: AsyncIterable<string> | Iterable<string>) => Promise<void>;
  /** Writes one line, whatever stands in it: nothing in it breaks it, moves the cursor, or is a secret. */
  readonly line: (text?: string) => void;
  /** Writes many lines in one piece, each as `line` would: a write for each costs more than the line. */
  readonly lines: (texts: readonly string[]) => void;
  /** Writes facts as JSON, see `printed`: indented, or on one line. */
  readonly json: (value: unknown, indent?: number) => void;
  /** The same of very many rows: `head`, which is not empty, with one more part, a list with a line for each row. */
  readonly jsonRows: (head: object, part: string, rows: Iterable<unknown>) => Promise<void>;
}

/** The colours that are used. */
export type Colours = Readonly<
  Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string | number) => string>
>;

/** Standard output, with colours where it is a terminal that wants them. */
export function standardOutput(): Output {
  const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader may have seen enough, as `head` has.
    if (code === 'EPIPE') process.exit(process.exitCode);
    process.stderr.write(`Standard output cannot be written (${code ?? 'unknown error'}).\n`);
    process.exit(EXIT.unexpected);
  });
  // An error that cannot be written has no other place to go.
  process.stderr.on('error', () => undefined);
  return outputTo(
    (text) => {
      process.stdout.write(text);
    },
    {
      drained: async () => {
        if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
      },
      isTerminal,
      size: () => process.stdout,
      coloured: wantsColour(isTerminal, process.env),
    },
  );
}

/** What is no terminal has no size, and some terminals say that theirs is nothing. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** How the place is that output goes to; a file, unless something else is said. */
export interface OutputOptions {
  readonly isTerminal?: boolean;
  readonly size?: () => { readonly columns: number; readonly rows: number };
  readonly coloured?: boolean;
  /** Resolves when more can be taken. */
  readonly drained?: () => Promise<void>;
}

/** Rows that are written in one piece: a write for each costs more than the row, and one of all takes their memory twice. */
const ROWS_A_WRITE = 500;

/** Output to anything that takes text. */
export function outputTo(
  write: (text: string) => void,
  {
    isTerminal = false,
    size = () => USUAL_SIZE,
    coloured = false,
    drained = () => Promise.resolve(),
  }: OutputOptions = {},
): Output {
  const redactor = new Redactor();
  const { colours, shown } = palette(coloured);
  const lineOf = (text: string): string => `${shown(redactor.hide(text))}\n`;
  const document: Output['document'] = async (pieces) => {
    for await (const piece of pieces) {
      write(piece);
      await drained();
    }
  };
  return {
    isTerminal,
    get columns() {
      return size().columns || USUAL_SIZE.columns;
    },
    get rows() {
      return size().rows || USUAL_SIZE.rows;
    },
    colours,
    redactor,
    write,
    document,
    line: (text = '') => {
      write(lineOf(text));
    },
    lines: (texts) => {
      if (texts.length > 0) write(texts.map(lineOf).join(''));
    },
    json: (value, indent) => {
      write(`${redactor.hide(jsonText(printed(value), indent))}\n`);
    },
    jsonRows: (head, part, rows) => document(rowsAsJson(head, part, rows, redactor)),
  };
}

/** Each row is looked at for secrets by itself: a row is one line, and none of another is a part of it. */
function* rowsAsJson(
  head: object,
  part: string,
  rows: Iterable<unknown>,
  redactor: Redactor,
): Generator<string> {
  const textOf = (value: unknown, indent?: number): string => redactor.hide(jsonText(printed(value), indent));
  yield `${textOf(head, 2).slice(0, -'\n}'.length)},\n  "${part}": [`;
  let lines: string[] = [];
  let isFirst = true;
  for (const row of rows) {
    lines.push(`${isFirst ? '' : ','}\n    ${textOf(row)}`);
    isFirst = false;
    if (lines.length < ROWS_A_WRITE) continue;
    yield lines.join('');
    lines = [];
  }
  yield `${lines.join('')}${isFirst ? '' : '\n  '}]\n}\n`;
}

/**
 * Colours as marks that no text from outside can contain, and lines in which nothing else acts on the terminal. A name with the codes
 * of a terminal in it is shown with them written out.
 */
function palette(coloured: boolean): { readonly colours: Colours; readonly shown: (text: string) => string } {
  const mark = `\u0001${randomUUID()}`;
  const marked =
    (style: keyof Colours) =>
    (text: string | number): string => {
      if (!coloured) return String(text);
      // Whether the place takes colours is known by now.
      const [open = '', close = ''] = styleText(style, '|', { validateStream: false }).split('|');
      return `${mark}${open.slice(1)}${String(text)}${mark}${close.slice(1)}`;
    };
  return {
    colours: {
      bold: marked('bold'),
      dim: marked('dim'),
      red: marked('red'),
      green: marked('green'),
      yellow: marked('yellow'),
    },
    shown: (text) => {
      const [first = '', ...rest] = text.split(mark);
      const painted = rest.map((part) => {
        const [code = ''] = /^\[\d+m/.exec(part) ?? [];
        return `\u001b${code}${oneLine(part.slice(code.length))}`;
      });
      return oneLine(first) + painted.join('');
    },
  };
}
