/**
 * Facts as they leave the process, in logs, JSON and messages for programs: instants as ISO texts, lengths of time in seconds
 * with the unit in the key, and rungs of the ladder counted from 1, as people count. Within the process instants and lengths
 * are ms, and a rung is a place in a list.
 */

/** Keys that hold instants. */
const INSTANT = /^(?:at|from|to|since|until|now|asOf)$|(?:At|Since|Until|From)$/;

/** Keys that hold lengths of time, and what they are called with their unit. */
const LENGTHS: Readonly<Record<string, string>> = {
  after: 'after_seconds',
  clockError: 'clock_error_seconds',
  counted: 'counted_seconds',
  delay: 'delay_seconds',
  delays: 'delays_seconds',
  dueIn: 'due_in_seconds',
  interval: 'interval_seconds',
  jumped: 'jumped_seconds',
  length: 'length_seconds',
  limit: 'limit_seconds',
  measured: 'measured_seconds',
  median: 'median_seconds',
  notCounted: 'not_counted_seconds',
  p95: 'p95_seconds',
  pause: 'pause_seconds',
  recovered: 'recovered_seconds',
  took: 'took_seconds',
  watched: 'watched_seconds',
};

/** The latest instant that a date can hold. */
const LAST = 8.64e15;

/** The same facts, to be written down. Anything that is no plain object, list or set stays as it is. */
export function printed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set) return [...value].map(printed);
  if (Array.isArray(value)) return value.map(printed);
  if (!isPlain(value)) return value;
  const facts: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    // It would be taken for the object's prototype.
    if (key === '__proto__') continue;
    const each = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof each === 'string') facts[key] = each;
    else if (typeof each === 'number') note(facts, key, each);
    else facts[isNumbers(each) ? nameOf(key) : key] = listed(key, each);
  }
  return facts;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function note(facts: Record<string, unknown>, key: string, value: number): void {
  const kind = kindOf(key);
  if (kind === 'length') facts[nameOf(key)] = secondsOf(value);
  else if (kind === 'instant') facts[key] = Math.abs(value) <= LAST ? new Date(value).toISOString() : null;
  else facts[key] = kind === 'rung' ? rungNumber(value) : value;
}

/** What a key is called where its unit is told. */
export function nameOf(key: string): string {
  return LENGTHS[key] ?? key;
}

type Kind = 'length' | 'instant' | 'rung' | 'other';

/** Keys are few, and looked at for each of millions of events. */
const KINDS = new Map<string, Kind>();

function kindOf(key: string): Kind {
  const known = KINDS.get(key);
  if (known !== undefined) return known;
  const kind =
    LENGTHS[key] !== undefined ? 'length' : INSTANT.test(key) ? 'instant' : key === 'rung' ? 'rung' : 'other';
  if (KINDS.size < 1_000) KINDS.set(key, kind);
  return kind;
}

/** Lengths may come in lists; other lists are looked into. */
function listed(key: string, value: unknown): unknown {
  return LENGTHS[key] !== undefined && isNumbers(value) ? value.map(secondsOf) : printed(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

/** ms in seconds. */
export function secondsOf(length: number): number {
  return Math.round(length) / 1_000;
}

/** A rung as people count: the first is 1. */
export function rungNumber(rung: number): number {
  return rung + 1;
}
