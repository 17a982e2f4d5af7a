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
  if (value instanceof Set) return [...value].map(printed);
  if (Array.isArray(value)) return value.map(printed);
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => entry(key, each)));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function entry(key: string, value: unknown): readonly [string, unknown] {
  const name = LENGTHS[key];
  if (name !== undefined && typeof value === 'number') return [name, secondsOf(value)];
  if (name !== undefined && isNumbers(value)) return [name, value.map(secondsOf)];
  if (typeof value !== 'number') return [key, printed(value)];
  if (INSTANT.test(key)) return [key, Math.abs(value) <= LAST ? new Date(value).toISOString() : null];
  return [key, key === 'rung' ? rungNumber(value) : value];
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
