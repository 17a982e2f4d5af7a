/** YAML text to plain values with places: references are filled in, aliases followed, merge keys taken apart. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Node } from 'yaml';
import { FaultList, wholeFileFault } from './faults.ts';
import { FilesRead } from './files-read.ts';
import { interpolate, type Env, type Filled, type Outside } from './interpolate.ts';
import { Source, type Path } from './source.ts';
import { FAR_TOO_LARGE, parseYaml, type PlaceOf } from './yaml-syntax.ts';

/** Aliases can make a small file into a huge tree: what a policy could ever need stays far below these. */
const MOST_NODES = 50_000;
const DEEPEST = 40;
const MOST_ALIASES = 1_000;
/** What aliases make of texts from files and variables, in characters altogether. */
const MOST_FILLED = 4 * 1024 * 1024;

/**
 * Reads a text. Syntax faults go to the list; what could be read is in the source all the same. With `mayBeAbsent` a variable or file
 * that is not there is noted in the source and is no fault: see `stand-ins.ts`.
 */
export function readYaml(
  text: string,
  file: string,
  env: Env,
  files = new FilesRead(),
  mayBeAbsent = false,
): { source: Source; faults: FaultList } {
  const source = new Source(file);
  source.text = text;
  const faults = new FaultList(source);
  const { doc, placeOf } = parseYaml(text, file, faults);
  const walk = new Walk(source, faults, { env, policyFile: file, files }, placeOf, mayBeAbsent);
  walk.run(doc.contents);
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

/** A block's keys while it is read. */
interface Block {
  readonly value: Record<string, unknown>;
  readonly raw: Record<string, unknown>;
}

interface Item {
  readonly key: unknown;
  readonly value: unknown;
}

/** Whether a key of the whole file is only there to be referred to. */
export function isOwnKey(key: string): boolean {
  return key.startsWith('x-');
}

const MERGE_KEY = '<<';

class Walk {
  readonly #source: Source;
  readonly #faults: FaultList;
  readonly #outside: Outside;
  readonly #placeOf: PlaceOf;
  readonly #mayBeAbsent: boolean;
  /** What each alias stands for. */
  readonly #targets = new Map<Alias, Node>();
  #nodes = 0;
  #aliases = 0;
  #filled = 0;

  constructor(source: Source, faults: FaultList, outside: Outside, placeOf: PlaceOf, mayBeAbsent: boolean) {
    this.#source = source;
    this.#faults = faults;
    this.#outside = outside;
    this.#placeOf = placeOf;
    this.#mayBeAbsent = mayBeAbsent;
  }

  run(contents: unknown): void {
    this.#findTargets(contents, new Map(), 0);
    this.#nodes = 0;
    const { value, raw } = this.#read(contents, [], 0);
    this.#source.value = value;
    this.#source.raw = raw;
  }

  #read(node: unknown, path: Path, depth: number): Both {
    if (node === null || node === undefined) return NOTHING;
    this.#count(depth);
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

  #count(depth: number): void {
    this.#nodes += 1;
    const tooMuch =
      this.#nodes > MOST_NODES ||
      this.#aliases > MOST_ALIASES ||
      depth > DEEPEST ||
      this.#filled > MOST_FILLED;
    if (!tooMuch) return;
    this.#faults.throwIfUnreadable();
    throw wholeFileFault(this.#source.file, FAR_TOO_LARGE);
  }

  /** An alias stands for the last anchor of its name before it, so they are gone through once, in the order of the text. */
  #findTargets(node: unknown, anchors: Map<string, Node>, depth: number): void {
    if (typeof node !== 'object' || node === null) return;
    this.#count(depth);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) this.#targets.set(node, target);
      return;
    }
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, node as Node);
    if (isSeq(node)) for (const item of node.items) this.#findTargets(item, anchors, depth + 1);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      this.#findTargets(key, anchors, depth + 1);
      this.#findTargets(value, anchors, depth + 1);
    }
  }

  #follow(alias: Alias, path: Path, depth: number): Both {
    const target = this.#target(alias);
    if (alias.range) this.#source.noteValue(path, this.#placeOf(alias.range[0]));
    if (target !== undefined) return this.#read(target, path, depth + 1);
    this.#faults.add(
      path,
      'this alias (*name) names no anchor above it; put text that begins with * in quotes',
    );
    return { value: UNFILLED, raw: null };
  }

  #target(alias: Alias): Node | undefined {
    this.#aliases += 1;
    return this.#targets.get(alias);
  }

  #map(items: readonly Item[], path: Path, depth: number): Both {
    const block: Block = { value: {}, raw: {} };
    const merges: Item[] = [];
    for (const item of items) {
      const key = this.#keyOf(item, path);
      if (key === undefined) continue;
      if (key === MERGE_KEY) merges.push(item);
      else if (depth > 0 || !isOwnKey(key)) this.#entry(block, key, item, path, depth);
    }
    // The block's own keys go first, wherever the others are merged in.
    for (const { key, value } of merges) this.#merge(block, value, key, path, depth);
    return block;
  }

  /** A key as text; `undefined` and a fault when it is none. */
  #keyOf(item: Item, path: Path): string | undefined {
    const node = isAlias(item.key) ? this.#target(item.key) : item.key;
    const key = isScalar(node) ? String(node.value) : undefined;
    if (key !== undefined && key !== '__proto__') return key;
    const offset = offsetOf(item.key);
    this.#faults.addSyntax(
      offset === undefined ? this.#source.place(path) : this.#placeOf(offset),
      'a key must be plain text',
    );
    return undefined;
  }

  #entry(block: Block, key: string, item: Item, path: Path, depth: number): void {
    const here = [...path, key];
    const offset = offsetOf(item.key);
    const before = Object.hasOwn(block.value, key) ? this.#source.keyPlace(here).line : undefined;
    if (offset !== undefined) this.#source.noteKey(here, this.#placeOf(offset));
    if (before !== undefined) {
      this.#faults.add(here, `the same key stands already in line ${before}`, { atKey: true });
      return;
    }
    const { value, raw } = this.#read(item.value, here, depth + 1);
    block.value[key] = value;
    block.raw[key] = raw;
  }

  /** `<<: *name` takes the keys of another block where there are none of their own; of several the first has them. */
  #merge(block: Block, value: unknown, key: unknown, path: Path, depth: number): void {
    this.#count(depth);
    const node = isAlias(value) ? this.#target(value) : value;
    if (isMap(node)) {
      for (const item of node.items) this.#mergeItem(block, item, path, depth);
    } else if (isSeq(node) && depth < DEEPEST) {
      for (const one of node.items) this.#merge(block, one, key, path, depth + 1);
    } else {
      const offset = offsetOf(key);
      const place = offset === undefined ? this.#source.place(path) : this.#placeOf(offset);
      this.#faults.addSyntax(place, '"<<" takes the keys of another block: write <<: *name, or [*one, *two]');
    }
  }

  #mergeItem(block: Block, item: Item, path: Path, depth: number): void {
    const key = this.#keyOf(item, path);
    if (key === MERGE_KEY) this.#merge(block, item.value, item.key, path, depth + 1);
    else if (key !== undefined && !Object.hasOwn(block.value, key))
      this.#entry(block, key, item, path, depth);
  }

  #scalar(value: unknown, path: Path): Both {
    if (typeof value !== 'string' || !value.includes('${')) return { value, raw: value };
    const filled = interpolate(value, this.#outside);
    this.#filled += filled.text.length;
    if (filled.origins.length > 0) this.#source.noteOrigin(path, filled.origins.slice(0, 10).join(' and '));
    if (this.#mayBeAbsent && filled.faults.length === 0) this.#noteAbsent(path, filled);
    else for (const fault of [...filled.faults, ...filled.absent]) this.#faults.add(path, fault);
    // What could not be filled in is known to be wrong: a stand-in keeps the schema from saying so again.
    const isWhole = filled.faults.length + filled.absent.length === 0;
    return { value: isWhole ? filled.text : UNFILLED, raw: value };
  }

  /** A variable may be empty where its secret is not to be had, as for a pull request from a fork: also then it is not there. */
  #noteAbsent(path: Path, { text, absent, origins }: Filled): void {
    if (absent.length > 0) this.#source.noteAbsent(path, { why: absent, isEmpty: false });
    else if (text.trim() === '' && origins.length > 0)
      this.#source.noteAbsent(path, {
        why: [`${origins.slice(0, 10).join(' and ')} is empty`],
        isEmpty: true,
      });
  }
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
