/** Careful steps into answers of which nothing is certain. */

import { parseJson as parseWithin, SMALL_BOUNDS } from '../http/json.ts';

/** A JSON text as whatever it holds; `undefined` when it is none, or more than a provider says of a user. */
export function parseProviderJson(text: string): unknown {
  const parsed = parseWithin(text, SMALL_BOUNDS);
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

/** A text that is not empty. */
export function textAt(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A list of anything. */
export function listAt(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}
