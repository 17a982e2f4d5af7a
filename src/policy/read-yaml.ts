/** YAML text to plain values with places. Nothing of the parser's own errors goes on: they quote the file, secrets too. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
} from 'yaml';
import { FaultList, wholeFileFault } from './faults.ts';
import { interpolate, type Env } from './interpolate.ts';
import { Source, type Path, type Place } from './source.ts';

/** Aliases can make a small file into a huge tree: what a policy could ever need stays far below these. */
const MOST_NODES = 50_000;
const DEEPEST = 40;
const MOST_ALIASES = 1_000;

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

/** Reads a text. Syntax faults go to the list; what could be read is in the source all the same. */
export function readYaml(text: string, file: string, env: Env): { source: Source; faults: FaultList } {
  const source = new Source(file);
  const faults = new FaultList(source);
  const lines = new LineCounter();
  let doc: Document.Parsed;
  try {
    doc = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    });
  } catch {
    throw wholeFileFault(file, 'cannot be read as YAML: it is nested too deeply or malformed');
  }
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const error of doc.errors) {
    faults.addSyntax(
      placeOf(error.pos[0]),
      SENTENCES[error.code] ??
        'this is not valid YAML; a brace, bracket, quote or comma may be missing or too many',
    );
  }
  for (const warning of doc.warnings) {
    faults.addSyntax(placeOf(warning.pos[0]), 'tags (!name) and directives (%…) have no meaning here');
  }
  new Walk(doc, source, faults, env, placeOf).run();
  return { source, faults };
}

/** Stands for a value that could not be filled in; the loader leaves out faults at such a place. */
export const UNFILLED = Symbol('unfilled');

/** A value twice: as it counts, and as it is written. */
interface Both {
  readonly value: unknown;
  readonly raw: unknown;
}

const NOTHING: Both = { value: null, raw: null };

class Walk {
  readonly #doc: Document.Parsed;
  readonly #source: Source;
  readonly #faults: FaultList;
  readonly #env: Env;
  readonly #placeOf: (offset: number) => Place;
  #nodes = 0;
  #aliases = 0;

  constructor(
    doc: Document.Parsed,
    source: Source,
    faults: FaultList,
    env: Env,
    placeOf: (offset: number) => Place,
  ) {
    this.#doc = doc;
    this.#source = source;
    this.#faults = faults;
    this.#env = env;
    this.#placeOf = placeOf;
  }

  run(): void {
    const { value, raw } = this.#read(this.#doc.contents, [], 0);
    this.#source.value = value;
    this.#source.raw = raw;
  }

  #read(node: unknown, path: Path, depth: number): Both {
    if (node === null || node === undefined) return NOTHING;
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES || this.#aliases > MOST_ALIASES || depth > DEEPEST) {
      throw wholeFileFault(
        this.#source.file,
        'is far too large: too many values, nested too deeply, or aliases of aliases',
      );
    }
    if (isAlias(node)) return this.#follow(node, path, depth);
    const { range } = node as Node;
    if (range) this.#source.noteValue(path, this.#placeOf(range[0]));
    if (isMap(node)) return this.#map(node.items, path, depth);
    if (isSeq(node)) {
      const both = node.items.map((item, i) => this.#read(item, [...path, i], depth + 1));
      return { value: both.map(({ value }) => value), raw: both.map(({ raw }) => raw) };
    }
    return isScalar(node) ? this.#scalar(node.value, path) : NOTHING;
  }

  #follow(alias: Alias, path: Path, depth: number): Both {
    this.#aliases += 1;
    const target = alias.resolve(this.#doc);
    if (alias.range) this.#source.noteValue(path, this.#placeOf(alias.range[0]));
    if (target !== undefined) return this.#read(target, path, depth + 1);
    this.#faults.add(
      path,
      'this alias (*name) names no anchor above it; put text that begins with * in quotes',
    );
    return { value: UNFILLED, raw: null };
  }

  #map(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: Path,
    depth: number,
  ): Both {
    const value: Record<string, unknown> = {};
    const raw: Record<string, unknown> = {};
    for (const item of items) {
      const keyNode = isAlias(item.key) ? item.key.resolve(this.#doc) : item.key;
      const key = isScalar(keyNode) ? String(keyNode.value) : undefined;
      const offset = (item.key as Node | null)?.range?.[0];
      if (key === undefined || key === '__proto__') {
        this.#faults.addSyntax(
          offset === undefined ? this.#source.place(path) : this.#placeOf(offset),
          'a key must be plain text',
        );
        continue;
      }
      const here = [...path, key];
      if (Object.hasOwn(value, key)) {
        const before = this.#source.keyPlace(here).line;
        if (offset !== undefined) this.#source.noteKey(here, this.#placeOf(offset));
        this.#faults.add(here, `the same key stands already in line ${before}`, { atKey: true });
        continue;
      }
      if (offset !== undefined) this.#source.noteKey(here, this.#placeOf(offset));
      const both = this.#read(item.value, here, depth + 1);
      value[key] = both.value;
      raw[key] = both.raw;
    }
    return { value, raw };
  }

  #scalar(value: unknown, path: Path): Both {
    if (typeof value !== 'string' || !value.includes('${')) {
      return { value, raw: value };
    }
    const filled = interpolate(value, this.#env, this.#source.file);
    if (filled.origins.length > 0) this.#source.noteOrigin(path, filled.origins.join(' and '));
    for (const fault of filled.faults) this.#faults.add(path, fault);
    // What could not be filled in is known to be wrong: a stand-in keeps the schema from saying so again.
    return { value: filled.faults.length > 0 ? UNFILLED : filled.text, raw: value };
  }
}
