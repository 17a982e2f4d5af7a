/** What all checks of a policy share: what is known of the whole, and how parts are looked at one by one. */
import type { z } from 'zod';
import { normaliseName } from '../domain/name.ts';
import type { Duration } from '../domain/time/time.ts';
import type { FaultList } from './faults.ts';
import { writePath } from './quoting.ts';
import type { Path, Source } from './source.ts';

/** Further warnings are counted as one. */
const MOST_WARNINGS = 100;

/** What the single checks need to know of the whole. What could not be read is `undefined`: what depends on it is not checked. */
export interface Checking {
  readonly source: Source;
  readonly faults: FaultList;
  /** Sentences about what works, but was perhaps not meant. */
  readonly warnings: string[];
  /** The longest time between two sweeps. */
  readonly interval: Duration | undefined;
  /** Names of calendars, as `normaliseName` gives them. */
  readonly calendars: ReadonlySet<string>;
  /** Name of the identity connector; some other word when its part could not be read. */
  readonly connector: string | undefined;
  /** Whether some channel that is on tells agents of log-offs to come. */
  readonly warns: boolean;
  /** Whether some channel lists what the action `notify` sends, be it on or off. */
  readonly reported: boolean;
  /** Calendars that are open at all times, as `normaliseName` gives them. */
  readonly alwaysOpen: ReadonlySet<string>;
  /** Calendars that are each agent's own shift. */
  readonly shifts: ReadonlySet<string>;
}

/** Adds a warning with its place. Like a fault it quotes nothing that the author wrote freely (see `quoting.ts`). */
export function warn(
  { source, warnings }: Pick<Checking, 'source' | 'warnings'>,
  path: Path,
  sentence: string,
): void {
  if (warnings.length > MOST_WARNINGS || source.isAbsent(path)) return;
  if (warnings.length === MOST_WARNINGS) {
    warnings.push('there are more warnings than these');
    return;
  }
  warnings.push(warningAt(source, path, sentence));
}

/** A warning as one line: `file:line:column: path: sentence`. */
export function warningAt(source: Source, path: Path, sentence: string): string {
  const { line, column } = source.place(path);
  return `${source.file}:${line}:${column}: ${writePath(path, source.spoken)}: ${sentence}`;
}

/** A part by itself, `undefined` when it does not fit its schema. */
export function part<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  const { data, success } = schema.safeParse(value);
  return success ? data : undefined;
}

/** What stands in for the keys of a block that do not fit: as written, or made from what was written there. */
type StandIns = Readonly<Record<string, unknown>>;

/**
 * A block with a fault of its own, as far as it can be read: each key that does not fit is replaced by a stand-in that no
 * check minds, or left out, so that one run tells also of what is wrong with the others. `undefined` when that is not enough.
 */
export function readable<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  standIns: StandIns = {},
): z.output<Schema> | undefined {
  const { data, success, error } = schema.safeParse(value);
  if (success) return data;
  return isBlock(value) ? part(schema, withoutFaults(value, error.issues, standIns)) : undefined;
}

/** The same as written, to stand in for a block inside another; `undefined` where nothing of it can be read. */
export function readableText(schema: z.ZodType, value: unknown, standIns: StandIns): unknown {
  if (!isBlock(value)) return undefined;
  const { success, error } = schema.safeParse(value);
  if (success) return value;
  const rest = withoutFaults(value, error.issues, standIns);
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function withoutFaults(
  value: object,
  issues: readonly z.core.$ZodIssue[],
  standIns: StandIns,
): Record<string, unknown> {
  const bad = new Set<string>();
  for (const issue of issues) {
    const [first] = issue.path;
    if (first !== undefined) bad.add(String(first));
    else if (issue.code === 'unrecognized_keys') for (const key of issue.keys) bad.add(key);
  }
  const kept = Object.entries(value).filter(([key]) => !bad.has(key));
  return Object.fromEntries([...kept, ...Object.entries(standIns).filter(([key]) => bad.has(key))]);
}

/** Whether a value is a block of keys. */
export function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a list, none when it is not one. */
export function entriesAt(source: Source, path: Path): readonly unknown[] {
  const value = source.at(path);
  return Array.isArray(value) ? value : [];
}

/** Faults a name that was used before. */
export function noteOnce(
  { source, faults }: Checking,
  seen: Map<string, Path>,
  name: string,
  path: Path,
  kind: string,
): void {
  const form = normaliseName(name);
  const before = seen.get(form);
  if (before === undefined) seen.set(form, path);
  else faults.add(path, `another ${kind} has this name already, in line ${source.place(before).line}`);
}
