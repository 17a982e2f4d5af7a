/** A policy text as it was read: its values, and for each of them where in the file it stands. */
import type { CompareEffort } from './nearest.ts';
import { isHarmless, isSlip } from './quoting.ts';

/** Keys and places in lists, from the root. */
export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const START: Place = { line: 1, column: 1 };

/** A place as one number: there are many of them, and they go from thread to thread. */
type Packed = number;

/** No line is as long as this. */
const LONGEST_LINE = 2 ** 20;

function packed({ line, column }: Place): Packed {
  return line * LONGEST_LINE + column;
}

function unpacked(place: Packed): Place {
  return { line: Math.floor(place / LONGEST_LINE), column: place % LONGEST_LINE };
}

/** Keys whose values are secrets: never shown, never hashed. */
export const SECRET_KEYS: ReadonlySet<string> = new Set([
  'client_secret',
  'api_token',
  'private_key',
  'secret',
  'url',
]);

function keyOf(path: Path): string {
  return JSON.stringify(path);
}

/** A value that is not there on this machine. */
export interface Absent {
  readonly path: Path;
  /** What is missing, as sentences without a full stop. */
  readonly why: readonly string[];
  /** It is there, but holds nothing, which may be meant. */
  readonly isEmpty: boolean;
}

/** The tree of values of one file, with places. */
export class Source {
  readonly file: string;
  /** The whole text. */
  text = '';
  /** With `${…}` filled in. */
  value: unknown = undefined;
  /** As written; only while it is checked. */
  raw: unknown = undefined;
  readonly #values: Map<string, Packed>;
  readonly #keys: Map<string, Packed>;
  readonly #origins: Map<string, string>;
  readonly #absent = new Map<string, Absent>();
  #spoken: ReadonlySet<string> | undefined;

  constructor(file: string, places?: Pick<SourceSnapshot, 'values' | 'keys' | 'origins'>) {
    this.file = file;
    this.#values = places?.values ?? new Map<string, Packed>();
    this.#keys = places?.keys ?? new Map<string, Packed>();
    this.#origins = places?.origins ?? new Map<string, string>();
  }

  noteValue(path: Path, place: Place): void {
    this.#values.set(keyOf(path), packed(place));
  }

  noteKey(path: Path, place: Place): void {
    this.#keys.set(keyOf(path), packed(place));
  }

  /** Notes that a value came from outside the file, and from which variables: its text must not be shown. */
  noteOrigin(path: Path, names: string): void {
    this.#origins.set(keyOf(path), names);
  }

  /** Notes a value that something has to stand in for. */
  noteAbsent(path: Path, absent: Omit<Absent, 'path'>): void {
    this.#absent.set(keyOf(path), { path, ...absent });
  }

  /** The value counts after all. */
  forgetAbsent(path: Path): void {
    this.#absent.delete(keyOf(path));
  }

  get absent(): readonly Absent[] {
    return [...this.#absent.values()];
  }

  /** Whether something stands in for the value: nothing can be said of it. */
  isAbsent(path: Path): boolean {
    return this.#absent.size > 0 && this.#absent.has(keyOf(path));
  }

  /** Replaces a value that is there. */
  put(path: Path, value: unknown): void {
    const last = path.at(-1);
    const block = this.at(path.slice(0, -1));
    if (last === undefined || typeof block !== 'object' || block === null) return;
    (block as Record<string | number, unknown>)[last] = value;
  }

  /** As it is written. */
  rawAt(path: Path): unknown {
    return valueAt(this.raw, path);
  }

  /** Where a value stands; of one that is not there, where its surroundings do. */
  place(path: Path): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const key = keyOf(path.slice(0, length));
      // What is missing is looked for at the key of the block that should hold it.
      const place =
        length < path.length ? (this.#keys.get(key) ?? this.#values.get(key)) : this.#values.get(key);
      if (place !== undefined) return unpacked(place);
    }
    return START;
  }

  /** Every place that is known: of keys, and of values. */
  *places(): Generator<{ readonly place: Place; readonly isKey: boolean; readonly path: () => Path }> {
    const path = (key: string) => (): Path => JSON.parse(key) as Path;
    for (const [key, place] of this.#values) yield { place: unpacked(place), isKey: false, path: path(key) };
    for (const [key, place] of this.#keys) yield { place: unpacked(place), isKey: true, path: path(key) };
  }

  /** Where a key stands. */
  keyPlace(path: Path): Place {
    const place = this.#keys.get(keyOf(path));
    return place === undefined ? this.place(path) : unpacked(place);
  }

  /** The value at a path, `undefined` when there is none. */
  at(path: Path): unknown {
    return valueAt(this.value, path);
  }

  /**
   * How a fault may call a value: by the variable it came from, quoted where that can give no secret away (see
   * `quoting.ts`; `known` are words that may have been meant), else just "this". `value` may be a part of it.
   */
  show(path: Path, known: Iterable<string> = [], effort?: CompareEffort, value = this.at(path)): string {
    const origin = this.#origins.get(keyOf(path));
    if (origin !== undefined) return `the value of ${origin}`;
    if (this.isSecret(path)) return 'this';
    if (isHarmless(value)) return typeof value === 'string' ? `"${value}"` : String(value);
    return typeof value === 'string' && isSlip(value, known, effort) ? `"${value}"` : 'this';
  }

  /** How a sentence may call a name that the platform is known to have or to have had: quoted, but not at any length. */
  showName(path: Path): string {
    const origin = this.#origins.get(keyOf(path));
    if (origin !== undefined) return `the value of ${origin}`;
    const value = this.at(path);
    if (typeof value !== 'string' || this.isSecret(path)) return 'of this place';
    return `"${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`;
  }

  /** Whether anything under these keys of the file comes out of other files, which may be made for secrets. */
  isFromFiles(keys: readonly string[]): boolean {
    const isMeant = (key: string): boolean => keys.includes(String((JSON.parse(key) as Path)[0]));
    return [...this.#origins].some(([key, names]) => names.includes('${file:') && isMeant(key));
  }

  /** Whether the text at a path stands in the file itself, in a place that is not made for secrets: good to guess from. */
  isOwnText(path: Path): boolean {
    return !this.#origins.has(keyOf(path)) && !this.isSecret(path);
  }

  /** Names of the author's own that stand in two places, so that they can be shown: calendars that rules refer to. */
  get spoken(): ReadonlySet<string> {
    this.#spoken ??= calendarsReferredTo(this.value);
    return this.#spoken;
  }

  /** What is asked of it once it was checked, as plain data for another thread: all but what is written. */
  toSnapshot(): SourceSnapshot {
    return {
      file: this.file,
      text: this.text,
      value: this.value,
      values: this.#values,
      keys: this.#keys,
      origins: this.#origins,
    };
  }

  /** What was another's snapshot, which belongs to the new source from then on. */
  static from(snapshot: SourceSnapshot): Source {
    const source = new Source(snapshot.file, snapshot);
    source.value = snapshot.value;
    source.text = snapshot.text;
    return source;
  }

  /** Whether a place is made for secrets. */
  isSecret(path: Path): boolean {
    return path.some((part) => typeof part === 'string' && SECRET_KEYS.has(part));
  }
}

/** A source as plain data. */
export interface SourceSnapshot {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly values: Map<string, Packed>;
  readonly keys: Map<string, Packed>;
  readonly origins: Map<string, string>;
}

function calendarsReferredTo(policy: unknown): ReadonlySet<string> {
  const rules = listOf(keyIn(policy, 'profiles')).flatMap((profile) => listOf(keyIn(profile, 'rules')));
  const names = rules.flatMap((rule) => [keyIn(rule, 'during'), keyIn(rule, 'outside')]);
  return new Set(names.filter((name) => typeof name === 'string'));
}

function valueAt(tree: unknown, path: Path): unknown {
  let node = tree;
  for (const part of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return undefined;
    node = (node as Record<string | number, unknown>)[part];
  }
  return node;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyIn(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
