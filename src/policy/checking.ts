/** What all checks of a policy share: what is known of the whole, and how parts are looked at one by one. */
import type { z } from 'zod';
import { normaliseName } from '../domain/name.ts';
import type { Duration } from '../domain/time.ts';
import { writePath, type FaultList } from './faults.ts';
import type { Path, Source } from './source.ts';

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
}

/** Adds a warning with its place. */
export function warn(
  { source, warnings }: Pick<Checking, 'source' | 'warnings'>,
  path: Path,
  sentence: string,
): void {
  const { line, column } = source.place(path);
  warnings.push(`${source.file}:${line}:${column}: ${writePath(path)}: ${sentence}`);
}

/** A part by itself, `undefined` when it does not fit its schema. */
export function part<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> | undefined {
  const { data, success } = schema.safeParse(value);
  return success ? data : undefined;
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
