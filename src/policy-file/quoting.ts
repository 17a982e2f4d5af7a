/**
 * What a fault or a warning may quote of a policy. A slip can put a secret anywhere: into a key, a list, a limit. So what
 * the author wrote freely is never quoted, wherever it stands; its line and column are told instead. Quoted are only:
 * keys and words that the format itself has, and slips of them by two letters at most; numbers, lengths of time, dates and
 * cron expressions; and texts so short that they can be no secret.
 */
import { fleetFileSchema, jsonSchema, testFileSchema } from './json-schema.ts';
import { findNear, type CompareEffort } from './nearest.ts';

/** No secret is as short as this. */
const SHORT = 4;
/** Nor can it be told from a known word that differs by so many letters. */
const SLIP = 2;

const NUMBER = String.raw`[-+]?\d{1,6}(?:[.,]\d{1,6})?`;
const UNIT = String.raw`(?:%|ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)`;
const DATE = String.raw`\d{1,4}[./-]\d{1,2}[./-]\d{1,4}`;
const DAYS_OF_YEAR = String.raw`(?:${DATE}|\d{1,2}-\d{1,2})`;
const TIME = String.raw`\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d{1,3})?)?`;
const ZONE = String.raw`(?:Z|[-+]\d{2}:?\d{2})`;
const CRON_FIELD = String.raw`[*?\d/,#-]{1,14}`;

/** Texts that cannot be secrets, whatever they say. */
const HARMLESS = [
  new RegExp(`^${NUMBER} ?${UNIT}?$`, 'i'),
  /^(?:\d{1,6}[dhms]){1,4}$/i,
  new RegExp(`^${DATE}(?:[T ]${TIME}${ZONE}?)?$`),
  new RegExp(`^${DAYS_OF_YEAR}(?:\\.\\.${DAYS_OF_YEAR})?$`),
  new RegExp(`^${TIME}(?: ?- ?${TIME})?$`),
  new RegExp(`^${CRON_FIELD}(?: ${CRON_FIELD}){4,5}$`),
];

/** Whether a value of a policy may be shown as it is. */
export function isHarmless(value: unknown): boolean {
  if (typeof value === 'boolean') return true;
  if (typeof value === 'number') return String(value).length <= 6;
  if (typeof value !== 'string' || value.length > 90) return false;
  if (Array.from(value).length <= SHORT) return true;
  return !/\d{7}/.test(value) && HARMLESS.some((pattern) => pattern.test(value));
}

/** Whether a text is a known word but for a slip of one or two letters. */
export function isSlip(text: string, known: Iterable<string>, effort?: CompareEffort): boolean {
  if (text.length > 40 || !/^[\p{L}\p{M}\p{N} _./+-]+$/u.test(text)) return false;
  const near = findNear(text, known, effort);
  return near !== undefined && near.distance <= SLIP && Math.abs(text.length - near.word.length) <= SLIP;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'daily'];
const DAYS_WRITTEN_OUT = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

let keys: ReadonlySet<string> | undefined;

/** Every key that a policy or a file of tests may have. */
function knownKeys(): ReadonlySet<string> {
  if (keys === undefined) {
    const found = new Set([...DAYS, ...DAYS_WRITTEN_OUT]);
    gatherKeys(jsonSchema(), found);
    gatherKeys(testFileSchema(), found);
    gatherKeys(fleetFileSchema(), found);
    keys = found;
  }
  return keys;
}

/** Whether a key is one of the format's own. */
export function isKnownKey(key: string): boolean {
  return knownKeys().has(key);
}

let words: ReadonlySet<string> | undefined;

/** Whether a text is a word of one of the format's closed lists, such as a presence. */
export function isKnownWord(text: string): boolean {
  if (words === undefined) {
    const found = new Set<string>();
    gatherWords(jsonSchema(), found);
    gatherWords(testFileSchema(), found);
    words = found;
  }
  return words.has(text.toLowerCase());
}

function gatherWords(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) for (const one of node) gatherWords(one, found);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const {
    enum: listed,
    examples,
    const: one,
  } = node as { enum?: unknown; examples?: unknown; const?: unknown };
  for (const word of [listed, examples, [one]].flat())
    if (typeof word === 'string') found.add(word.toLowerCase());
  for (const inner of Object.values(node)) gatherWords(inner, found);
}

function gatherKeys(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) for (const one of node) gatherKeys(one, found);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  for (const [name, inner] of Object.entries(node)) {
    if (name === 'properties') for (const key of Object.keys(inner as object)) found.add(key);
    if (name === 'propertyNames') for (const key of (inner as { enum?: string[] }).enum ?? []) found.add(key);
    gatherKeys(inner, found);
  }
}

/**
 * Writes a path as in the file: keys with dots, places in a list in brackets; the root is `policy`. Keys that the format
 * does not have are left out, unless they are among `spoken`.
 */
export function writePath(
  path: readonly (string | number)[],
  spoken: ReadonlySet<string> = new Set(),
  effort?: CompareEffort,
): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') {
      text += `[${part}]`;
      continue;
    }
    const key = spoken.has(part) ? part : shownKey(part, effort);
    text += text === '' ? key : `.${key}`;
  }
  return text === '' ? 'policy' : text;
}

function shownKey(key: string, effort?: CompareEffort): string {
  const known = knownKeys();
  if (known.has(key) || isHarmless(key) || isSlip(key, known, effort)) return key;
  // The blank after the colon is missing, and the value has become a part of the key.
  const begin = /^(\w+)\W/.exec(key)?.[1] ?? '';
  return known.has(begin) ? `${begin}…` : '…';
}
