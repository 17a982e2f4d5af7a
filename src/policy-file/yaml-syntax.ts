/**
 * YAML text to a document with places, and what is wrong with the text itself. Nothing of the parser's own errors goes on:
 * they quote the file, secrets too.
 */
import process from 'node:process';
import { Lexer, parseDocument, type Document } from 'yaml';
import { PolicyRefused, wholeFileFault, type FaultList } from './faults.ts';
import type { Place } from './source.ts';

/** The parser's error codes that deserve a sentence of their own. */
const SENTENCES: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias (*name) cannot have an anchor or a tag',
  BAD_ALIAS: 'this alias (*name) is not valid; put text that begins with * in quotes',
  BAD_INDENT: 'the indentation does not fit the lines above, or a bracket is not closed',
  BAD_SCALAR_START: 'a text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a key and its block cannot stand on the line of another key',
  BAD_DQ_ESCAPE: 'an unknown escape (\\) in double quotes; use single quotes for plain text',
  MISSING_CHAR: 'a character is missing here, such as a closing quote, bracket, comma or colon',
  MULTIPLE_DOCS: 'a policy is one document: remove the second "---"',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon or a quote missing?',
  TAB_AS_INDENT: 'indent with spaces, not tabs',
  UNEXPECTED_TOKEN: 'unexpected text here; texts with ${…}, {, }, [, ], #, or ": " need quotes',
};

/** Said of texts that no policy could ever need. */
export const FAR_TOO_LARGE = 'is far too large: too many values, nested too deeply, or aliases of aliases';

/** Places by offset in the text. */
export type PlaceOf = (offset: number) => Place;

/**
 * Parses a text. Faults of syntax go to the list; what could be read is in the document all the same. Throws
 * `PolicyRefused` for what is no text of a policy at all.
 */
export function parseYaml(
  text: string,
  file: string,
  faults: FaultList,
): { readonly doc: Document.Parsed; readonly placeOf: PlaceOf } {
  const placeOf = placesIn(text);
  refuseControls(text, file, placeOf);
  const doc = documentOf(text);
  // Both say that the stack was not deep enough for it.
  if (doc === undefined || doc.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION'))
    throw wholeFileFault(file, FAR_TOO_LARGE);
  addErrors(doc, text, placeOf, faults);
  return { doc, placeOf };
}

function addErrors(doc: Document.Parsed, text: string, placeOf: PlaceOf, faults: FaultList): void {
  const first = Math.min(...firstOffsets(doc));
  const quote = first === Infinity ? undefined : openQuote(text, first);
  if (quote !== undefined) {
    const { start, end } = quote;
    const closed = end === undefined ? 'never closed' : `closed only in line ${placeOf(end).line}`;
    faults.addSyntax(placeOf(start), `the quote that opens here is ${closed}: close it where its text ends`);
    return;
  }
  for (const { pos, code } of doc.errors) {
    const sentence =
      SENTENCES[code] ??
      'this is not valid YAML; a brace, bracket, quote or comma may be missing or too many';
    faults.addSyntax(placeOf(pos[0]), sentence);
  }
  for (const { pos } of doc.warnings) {
    faults.addSyntax(placeOf(pos[0]), 'tags (!name) and directives (%…) have no meaning here');
  }
}

/** Where errors are: the first few are enough, because they come nearly in order. */
function firstOffsets({ errors }: Document.Parsed): readonly number[] {
  return errors.slice(0, 1_000).map(({ pos }) => pos[0]);
}

/**
 * The quoted text that runs on over its line's end and is what the first error comes from: it has no end at all, or it ends
 * at the next quote, which was meant to open another text, so that the error comes right after it.
 */
function openQuote(text: string, firstError: number): { start: number; end: number | undefined } | undefined {
  let glued: Quoted | undefined;
  for (const quoted of quotedTexts(text)) {
    if (glued !== undefined && text.slice(glued.end, quoted.start).includes('\n')) glued = undefined;
    const { start } = glued ?? quoted;
    if (start > firstError) return undefined;
    if (!quoted.isClosed) return { start, end: undefined };
    if (quoted.goesOn && firstError <= lineEnd(text, quoted.end)) return { start, end: quoted.end - 1 };
    if (quoted.isGlued && !quoted.goesOn) glued ??= quoted;
  }
  return undefined;
}

/** A text in quotes, from the first of them to behind the last. */
interface Quoted {
  readonly start: number;
  readonly end: number;
  readonly isClosed: boolean;
  /** Over its line's end. */
  readonly goesOn: boolean;
  /** Something follows it without a blank, as if it had ended before. */
  readonly isGlued: boolean;
}

function* quotedTexts(text: string): Generator<Quoted> {
  let start = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // Marks of the lexer, which stand for no text.
    if (lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f') continue;
    const end = start + lexeme.length;
    const quote = lexeme.charAt(0);
    if (quote === '"' || quote === "'") {
      const isClosed = lexeme.length > 1 && lexeme.endsWith(quote);
      const isGlued = /[^\s,\]}:#]/.test(text.charAt(end));
      yield { start, end, isClosed, goesOn: lexeme.includes('\n'), isGlued };
    }
    start = end;
  }
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** Characters that no text file has. A lone CR is a line's end to YAML, but not to those who count lines. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/;

function refuseControls(text: string, file: string, placeOf: PlaceOf): void {
  const found = CONTROL.exec(text);
  if (found === null) return;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const message =
    found[0] === '\r'
      ? 'a carriage return without a line feed: save the file with LF or CRLF line ends'
      : `a control character (U+${code}), which no policy has: is this a text file in UTF-8?`;
  throw new PolicyRefused([{ file, ...placeOf(found.index), path: 'policy', message }]);
}

/** Columns count characters, as editors do: what takes two places in memory is one character all the same. */
function placesIn(text: string): PlaceOf {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const wide = Array.from(text.matchAll(/[\u{10000}-\u{10ffff}]/gu), ({ index }) => index);
  return (offset) => {
    const line = countBelow(starts, offset + 1);
    const start = starts[line - 1] ?? 0;
    const columns = offset - start - (countBelow(wide, offset) - countBelow(wide, start));
    return { line, column: columns + 1 };
  };
}

/** How many of the sorted numbers are below a bound. */
function countBelow(sorted: readonly number[], bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** With these in the environment the parser prints all that it reads on standard output, secrets too. */
const PRINTING = ['LOG_STREAM', 'LOG_TOKENS'];

/** A text as a document, whatever is wrong with it; `undefined` when the parser gives up. */
export function documentOf(text: string): Document.Parsed | undefined {
  // The parser makes an error for each slip: a hundred thousand of them with stacks would take seconds.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const hidden = PRINTING.map((name) => [name, process.env[name]] as const);
  for (const [name] of hidden) Reflect.deleteProperty(process.env, name);
  try {
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch {
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    for (const [name, value] of hidden) if (value !== undefined) process.env[name] = value;
  }
}
