/** The fingerprint of a policy: the same for the same meaning, whatever its comments, its order of keys and its secrets. */
import { createHash } from 'node:crypto';
import { SECRET_KEYS, type Path, type Source } from './source.ts';

/** What judging depends on counts as it is in force; the rest counts as written, so that no secret goes in. */
const JUDGED = new Set([
  'version',
  'mode',
  'sweep',
  'exempt',
  'profiles',
  'returns',
  'caps',
  'calendars',
  'stay',
  'billing',
  'rollout',
]);

/** Whether judging depends on what stands at this place. */
export function hasJudged(path: Path): boolean {
  return JUDGED.has(String(path[0]));
}

/** Twelve hex digits; `inPlace` are keys that have another value in force than the one written. */
export function hashOf(source: Source, inPlace: Readonly<Record<string, unknown>> = {}): string {
  const { raw } = source;
  const value = isBlock(source.value) ? { ...source.value, ...inPlace } : source.value;
  if (!isBlock(value) || !isBlock(raw)) return createHash('sha256').digest('hex').slice(0, 12);
  const parts = Object.keys(raw)
    .sort()
    .map((key) => [key, canonical(JUDGED.has(key) ? value[key] : raw[key])]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value whose order of keys does not matter, without secrets. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isBlock(value)) return value;
  return Object.keys(value)
    .filter((key) => !SECRET_KEYS.has(key))
    .sort()
    .map((key) => [key, canonical(value[key])]);
}
