/**
 * Where the store is, by a policy file that need not be good for anything else: an operator who stops a worker must not have
 * to mend its policy first. It says so only where it is certain, and never guesses: a pause that went to another store would
 * stop nothing.
 */
import { isAlias, isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { FileFault, readTextFile } from '../files/plain-file.ts';
import { FilesRead, LARGEST_FILE } from './files-read.ts';
import { interpolate, type Env } from './interpolate.ts';
import { UNNAMED } from './draft.ts';
import { isDatabaseUrl, isUrl } from '../shapes/database-url.ts';
import { isOwnKey } from './read-yaml.ts';
import { fleetRoot } from './schema-fleet.ts';
import { root } from './schema.ts';

/**
 * The path of the store, or the URL of its database, as the policy gives it, with its variables filled in; or why it cannot be told. In a
 * database the store is that of the organisation which the policy names.
 */
export type StorePlace =
  | { readonly known: true; readonly path: string; readonly organisation: string }
  | { readonly known: false; readonly why: string };

/** No path of a policy is longer, and no address. */
const LONGEST_PATH = 500;
const LONGEST_ADDRESS = 2_000;
/** A merge that was left undone makes two or three of them. */
const MOST_BLOCKS = 20;

/** Which kind of file names the store. */
interface Kind {
  readonly root: typeof root | typeof fleetRoot;
  /** Without these a file is a part of one, and the part with the store may be missing. */
  readonly needed: readonly string[];
}

const POLICY: Kind = { root, needed: ['version', 'genesys', 'profiles'] };
const FLEET: Kind = { root: fleetRoot, needed: ['version', 'organisations'] };
/** A block of the file that begins with the key `store`; nothing else may stand so far to the left. */
const NAME_LINE = /^(?:name|"name"|'name')\s*:/;
const STORE_LINE = /^(?:store|"store"|'store')\s*:/;

/** Reads a file. Never throws. */
export function readStorePlace(file: string, env: Env): StorePlace {
  return readPlace(file, env, POLICY);
}

/** The same of the file of a fleet: the place is a folder. */
export function readFleetStores(file: string, env: Env): StorePlace {
  return readPlace(file, env, FLEET);
}

function readPlace(file: string, env: Env, kind: Kind): StorePlace {
  try {
    return storePlaceIn(readTextFile(file, LARGEST_FILE), file, env, kind);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return unknown(`the policy ${file} cannot be read: ${error.why}`);
  }
}

/** Reads a text; `file` is where relative `${file:…}` start. Never throws. */
export function storePlaceIn(text: string, file: string, env: Env, kind = POLICY): StorePlace {
  const values = valuesIn(text, kind);
  if ('why' in values) return unknown(values.why);
  const [first, ...others] = values.found;
  if (first === undefined) return unknown('it names no store');
  const key = `store.${first.kind}`;
  if (others.some(({ kind, text: other }) => kind !== first.kind || other !== first.text))
    return unknown('it names more than one store');
  const from = { env, policyFile: file, files: new FilesRead() };
  const { text: filled, faults, absent } = interpolate(first.text, from);
  const [fault] = [...faults, ...absent];
  if (fault !== undefined) return unknown(`its ${key} cannot be filled in: ${fault}`);
  return placed(first.kind, filled.trim(), nameIn(text, from));
}

/** `organisation` is `undefined` where the name cannot be read. */
function placed(kind: Value['kind'], path: string, organisation: string | undefined): StorePlace {
  if (kind === 'sqlite') {
    if (path === '' || path.length > LONGEST_PATH || isUrl(path)) return unknown('store.sqlite is no path');
    return { known: true, path, organisation: organisation ?? UNNAMED };
  }
  if (!isDatabaseUrl(path) || path.length > LONGEST_ADDRESS) return unknown('store.postgres is no address');
  if (organisation === undefined) return unknown('its name, by which the store is kept, cannot be read');
  return { known: true, path, organisation };
}

/** The name of the organisation, which need not stand there; `undefined` where it does and cannot be read. */
function nameIn(text: string, from: Parameters<typeof interpolate>[1]): string | undefined {
  const lines = text.split(/\r?\n/).filter((line) => NAME_LINE.test(line));
  if (lines.length === 0) return UNNAMED;
  const block = parsed(lines[0] ?? '');
  const name = isMap(block?.contents) ? block.contents.items[0]?.value : undefined;
  if (lines.length > 1 || block === undefined || block.errors.length > 0 || !isScalar(name)) return undefined;
  const { text: filled, faults, absent } = interpolate(String(name.value), from);
  return faults.length + absent.length > 0 || filled.trim() === '' ? undefined : filled.trim();
}

function unknown(why: string): StorePlace {
  return { known: false, why };
}

/** What stands under `store.sqlite` and `store.postgres`, as written, or the default that holds in their place. */
type Values = { readonly found: readonly Value[] } | { readonly why: string };

interface Value {
  readonly kind: 'sqlite' | 'postgres';
  readonly text: string;
}

function valuesIn(text: string, kind: Kind): Values {
  const doc = parsed(text);
  if (doc === undefined || doc.errors.length > 0) return valuesInBlocks(text, kind);
  const top = doc.contents;
  if (!isMap(top)) return { why: 'the policy holds no keys' };
  const keys = keysOf(top);
  const stores = top.items.filter((item) => keyOf(item) === 'store');
  if (stores.length > 0) return valuesUnder(stores, doc, kind);
  // A key that is mistyped may be that of the store, and what was cut off may have been.
  const strange = keys.find((key) => !Object.hasOwn(kind.root.shape, key) && !isOwnKey(key));
  if (strange !== undefined) return { why: `it has no key "store", but ${unknownKey(strange)}` };
  return kind.needed.every((key) => keys.includes(key))
    ? { found: [defaultOf(kind)] }
    : { why: `it has no key "store", and is not a whole ${kind === POLICY ? 'policy' : 'file of a fleet'}` };
}

/** The parser only guesses what was meant behind a mistake: each block of the store is read by itself. */
function valuesInBlocks(text: string, kind: Kind): Values {
  const lines = text.split(/\r?\n/);
  const found: Value[] = [];
  for (const [n, line] of lines.entries()) {
    if (!STORE_LINE.test(line)) continue;
    if (found.length > MOST_BLOCKS) return { why: 'its key "store" stands there again and again' };
    const rest = lines.slice(n + 1);
    const end = rest.findIndex((next) => /^[^\s#]/.test(next));
    const block = parsed([line, ...(end < 0 ? rest : rest.slice(0, end))].join('\n'));
    if (block === undefined || block.errors.length > 0 || !isMap(block.contents))
      return { why: 'its key "store" cannot be read' };
    const values = valuesUnder(block.contents.items, block, kind);
    if ('why' in values) return values;
    found.push(...values.found);
  }
  return found.length > 0
    ? { found }
    : { why: 'it cannot be read as YAML, and no line of it begins with "store:"' };
}

/** One value for each path that stands there, and the default for each block that leaves it out. */
function valuesUnder(stores: readonly Pair[], doc: Document.Parsed, kind: Kind): Values {
  const found: Value[] = [];
  for (const { value } of stores) {
    const block = resolved(value, doc);
    if (!isMap(block)) return { why: 'its key "store" holds no keys' };
    const strange = keysOf(block).find((key) => !Object.hasOwn(kind.root.shape.store.unwrap().shape, key));
    if (strange !== undefined) return { why: `its key "store" has ${unknownKey(strange)}` };
    const before = found.length;
    for (const item of block.items) {
      const key = keyOf(item);
      if (key !== 'sqlite' && key !== 'postgres') continue;
      const path = resolved(item.value, doc);
      if (!isScalar(path) || typeof path.value !== 'string') return { why: `store.${key} is no text` };
      found.push({ kind: key, text: path.value });
    }
    if (found.length === before) found.push(defaultOf(kind));
  }
  return { found };
}

/** Without a blank after its colon a secret is a part of its key: only what looks like a key is shown. */
function unknownKey(key: string): string {
  return /^[a-z_]{1,30}$/i.test(key) ? `the unknown key "${key}"` : 'an unknown key';
}

function defaultOf(kind: Kind): Value {
  return { kind: 'sqlite', text: kind.root.shape.store.parse(undefined).sqlite };
}

function parsed(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function keysOf({ items }: YAMLMap): readonly string[] {
  return items.map((item) => keyOf(item) ?? '');
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/** An alias stands for what it names. */
function resolved(node: unknown, doc: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(doc) : node;
}
