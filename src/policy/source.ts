/** A policy text as it was read: its values, and for each of them where in the file it stands. */

/** Keys and places in lists, from the root. */
export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const START: Place = { line: 1, column: 1 };

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

/** The tree of values of one file, with places. */
export class Source {
  readonly file: string;
  /** With `${…}` filled in. */
  value: unknown = undefined;
  /** As written. */
  raw: unknown = undefined;
  readonly #values = new Map<string, Place>();
  readonly #keys = new Map<string, Place>();
  readonly #origins = new Map<string, string>();

  constructor(file: string) {
    this.file = file;
  }

  noteValue(path: Path, place: Place): void {
    this.#values.set(keyOf(path), place);
  }

  noteKey(path: Path, place: Place): void {
    this.#keys.set(keyOf(path), place);
  }

  /** Notes that a value came from outside the file, and from which variables: its text must not be shown. */
  noteOrigin(path: Path, names: string): void {
    this.#origins.set(keyOf(path), names);
  }

  /** Where a value stands; of one that is not there, where its surroundings do. */
  place(path: Path): Place {
    for (let length = path.length; length >= 0; length -= 1) {
      const key = keyOf(path.slice(0, length));
      // What is missing is looked for at the key of the block that should hold it.
      const place =
        length < path.length ? (this.#keys.get(key) ?? this.#values.get(key)) : this.#values.get(key);
      if (place !== undefined) return place;
    }
    return START;
  }

  /** Where a key stands. */
  keyPlace(path: Path): Place {
    return this.#keys.get(keyOf(path)) ?? this.place(path);
  }

  /** The value at a path, `undefined` when there is none. */
  at(path: Path): unknown {
    let node = this.value;
    for (const part of path) {
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return undefined;
      node = (node as Record<string | number, unknown>)[part];
    }
    return node;
  }

  /** How a fault may call a value: quoted as written, or by the variable it came from, or not at all if it is secret. */
  show(path: Path): string {
    const origin = this.#origins.get(keyOf(path));
    if (origin !== undefined) return `the value of ${origin}`;
    if (path.some((part) => typeof part === 'string' && SECRET_KEYS.has(part))) return 'the value';
    const value = this.at(path);
    if (typeof value === 'string') return `"${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'the value';
  }

  /** Whether the text at a path may be shown, or used to guess what was meant. */
  isOwnText(path: Path): boolean {
    return !this.#origins.has(keyOf(path)) && !path.some((p) => typeof p === 'string' && SECRET_KEYS.has(p));
  }
}
