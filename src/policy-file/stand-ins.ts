/**
 * Values that stand in for variables and files that this machine does not have, so that a policy can be checked without its
 * secrets. What stands in fits the schema, and is never acted on.
 */
import type { z } from 'zod';
import type { FaultList } from './faults.ts';
import { hasJudged } from './hash.ts';
import { UNFILLED } from './read-yaml.ts';
import type { Absent, Path, Source } from './source.ts';

/** More of them are faults again: no policy leaves so much open. */
const MOST = 1_000;

/** Tried in this order, in judged parts after the text as it is written. One of them fits whatever a policy may say. */
const STAND_INS = [
  'not-set',
  'not-set, and as long as a secret has to be',
  'https://not-set.invalid',
  'smtps://not-set.invalid:465',
  'postgres://not-set@not-set.invalid/not-set',
  'not-set@example.invalid',
  '1h',
  '1m',
  '30d',
  '100',
  '10',
  '1',
  '25%',
  'false',
  'eu-west-1',
  'away',
  'off_queue',
  'UTC',
  'email',
  '0 * * * * *',
  '07:00-19:00',
  '12-25',
  '2099-12-31',
] as const;

/** What stands first for what is not judged. */
const NOT_SET = 'value-not-set';

/** Whether a text is one of those above. None of them is a secret: parts of them stand in sentences. */
export function isStandIn(text: string): boolean {
  return text === NOT_SET || (STAND_INS as readonly string[]).includes(text);
}

/** A fault for each value that is not there, but for those under these keys of the file. */
export function refuseAbsent(source: Source, faults: FaultList, mayBeAbsent: ReadonlySet<unknown>): void {
  for (const one of source.absent) if (!mayBeAbsent.has(one.path[0])) refuse(source, faults, one);
}

/** What is said of the values that are not there. */
export interface StoodIn {
  /** One sentence for each, with its path. */
  readonly remarks: readonly { readonly path: Path; readonly sentence: string }[];
  /** Judging depends on one of them, so that neither the fingerprint nor the tests of the policy are what they would be. */
  readonly judged: boolean;
}

/** Puts something in the place of each value that is not there. What nothing can stand in for becomes a fault. */
export function standIn(source: Source, schema: z.ZodType, faults: FaultList): StoodIn {
  if (source.absent.length === 0) return { remarks: [], judged: false };
  const absent = absentIn(source, schema);
  if (absent.length > MOST) for (const one of absent) refuse(source, faults, one);
  else tryAll(source, schema, faults, absent);
  const left = source.absent;
  return {
    remarks: left.map((one) => ({ path: one.path, sentence: remarkOn(source, one) })),
    judged: left.some(({ path }) => hasJudged(path)),
  };
}

/** A value that is empty is not there only where an empty one is no value. */
function absentIn(source: Source, schema: z.ZodType): readonly Absent[] {
  const issues = issuesOf(schema, source);
  for (const { path, isEmpty } of source.absent)
    if (isEmpty && !isFaulted(path, issues)) source.forgetAbsent(path);
  return source.absent;
}

function tryAll(source: Source, schema: z.ZodType, faults: FaultList, absent: readonly Absent[]): void {
  // What stands elsewhere may be taken for a secret, of which not even the variable's name would be shown.
  for (const { path } of absent) source.put(path, hasJudged(path) ? source.rawAt(path) : NOT_SET);
  let open = absent;
  for (const next of STAND_INS) {
    const issues = issuesOf(schema, source);
    open = open.filter(({ path }) => isFaulted(path, issues));
    if (open.length === 0) return;
    for (const { path } of open) source.put(path, wordFor(path, issues) ?? next);
  }
  const issues = issuesOf(schema, source);
  for (const one of open) if (isFaulted(one.path, issues)) refuse(source, faults, one);
}

type Issue = z.core.$ZodIssue;

function issuesOf(schema: z.ZodType, source: Source): readonly Issue[] {
  return schema.safeParse(source.value).error?.issues ?? [];
}

/** At the value itself, or at a list or block of which it is one form. */
function isFaulted(path: Path, issues: readonly Issue[]): boolean {
  return issues.some(
    (issue) =>
      issue.code !== 'unrecognized_keys' &&
      issue.path.length > 0 &&
      issue.path.length <= path.length &&
      issue.path.every((part, i) => part === path[i]),
  );
}

/** A word of a closed list, for what is filled in is text. Of the actions it is the one that makes sense alone. */
function wordFor(path: Path, issues: readonly Issue[]): string | undefined {
  const issue = issues.find((one) => one.path.length === path.length && isFaulted(path, [one]));
  if (issue?.code !== 'invalid_value') return undefined;
  const words = issue.values.filter((value) => typeof value === 'string');
  return words.includes('offline') ? 'offline' : words[0];
}

function refuse(source: Source, faults: FaultList, { path, why }: Absent): void {
  source.forgetAbsent(path);
  source.put(path, UNFILLED);
  for (const sentence of why) faults.add(path, sentence);
}

function remarkOn(source: Source, { path, why }: Absent): string {
  const value = source.at(path);
  const shown =
    value === source.rawAt(path) || !hasJudged(path) ? '' : `, and is described as ${String(value)}`;
  return `${why.join(', ')}: the value was not checked${shown}`;
}
