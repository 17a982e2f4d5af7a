/** Careful steps into answers of which nothing is certain: the value if it has the wanted shape, else `undefined`. */
import { parseJson, SMALL_BOUNDS } from './json.ts';

/** A JSON text as whatever it holds; `undefined` when it is none, or larger than `SMALL_BOUNDS`. */
export function parseSmallJson(text: string): unknown {
  const parsed = parseJson(text, SMALL_BOUNDS);
  return parsed.is === 'json' ? parsed.value : undefined;
}

/** A member of an object, at any depth; `undefined` where there is none. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A JSON object, of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A list of anything. */
export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** A text that is not empty. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
