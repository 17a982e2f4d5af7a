/** The schema's findings as sentences with places. */
import type { z } from 'zod';
import type { FaultList } from './faults.ts';
import { nearest, nearestZone } from './nearest.ts';
import { UNFILLED } from './read-yaml.ts';
import type { Path, Source } from './source.ts';

type Issue = z.core.$ZodIssue;

/** Adds a fault for each finding. */
export function addIssues(issues: readonly Issue[], source: Source, faults: FaultList): void {
  for (const issue of issues) {
    const path = pathOf(issue);
    if (source.at(path) === UNFILLED) continue;
    addIssue(issue, path, source, faults);
  }
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function addIssue(issue: Issue, path: Path, source: Source, faults: FaultList): void {
  if (issue.code === 'unrecognized_keys') {
    addUnknownKeys(issue.keys, issue.message.split(' '), path, faults);
    return;
  }
  if (issue.code === 'invalid_key') {
    faults.add(path, issue.issues[0]?.message ?? 'is not a valid key', { atKey: true });
    return;
  }
  const value = source.at(path);
  if (value === undefined) faults.add(path, 'is missing', { absence: true });
  else if (value === null) faults.add(path, EMPTY, { atKey: true, absence: true });
  else addValueIssue(issue, path, source, faults);
}

function addValueIssue(issue: Issue, path: Path, source: Source, faults: FaultList): void {
  const libraryWords = issue.message.startsWith('Invalid');
  if (issue.code === 'invalid_value') {
    addUnknownWord(issue.values.map(String), issue.message, path, source, faults);
  } else if (issue.code === 'invalid_union' && 'options' in issue) {
    addUnknownWord(issue.options.map(String), issue.message, path, source, faults);
  } else if (issue.code === 'invalid_type' && libraryWords) {
    faults.add(path, mustBe(issue.expected, source.at(path)));
  } else {
    const atKey = issue.code === 'custom' && issue.params?.['atKey'] === true;
    faults.add(path, filled(issue.message, path, source), { atKey, suggestion: guess(issue, path, source) });
  }
}

function addUnknownKeys(
  keys: readonly string[],
  known: readonly string[],
  path: Path,
  faults: FaultList,
): void {
  for (const key of keys) {
    const suggestion = nearest(key, known);
    const rest = suggestion === undefined ? `; there are ${known.join(', ')}` : '';
    faults.add([...path, key], `unknown key${rest}`, { atKey: true, suggestion });
  }
}

/** A word outside a closed list. Our own sentences stand; the library's are replaced. */
function addUnknownWord(
  known: readonly string[],
  message: string,
  path: Path,
  source: Source,
  faults: FaultList,
): void {
  const own = !message.startsWith('Invalid');
  const value = source.at(path);
  const suggestion =
    !own && typeof value === 'string' && source.isOwnText(path) ? nearest(value, known) : undefined;
  const sentence = own ? message : `{value} is not known here; there are ${known.join(', ')}`;
  faults.add(path, filled(sentence, path, source), { suggestion });
}

const EMPTY = 'is empty: give a value or leave the key out';

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'must be text',
  number: 'must be a number',
  array: 'must be a list, such as [one, two]',
  object: 'must be a block of keys',
  record: 'must be a block of keys',
};

function mustBe(expected: string, value: unknown): string {
  const got = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a block of keys' : undefined;
  return `${EXPECTED[expected] ?? 'is of the wrong type'}${got === undefined ? '' : `, not ${got}`}`;
}

function filled(message: string, path: Path, source: Source): string {
  return message.replace('{value}', () => source.show(path));
}

/** What was probably meant by a value that one of our own checks refused. */
function guess(issue: Issue, path: Path, source: Source): string | undefined {
  const value = source.at(path);
  if (issue.code !== 'custom' || typeof value !== 'string' || !source.isOwnText(path)) return undefined;
  const known: unknown = issue.params?.['known'];
  if (known === 'timezones') return nearestZone(value);
  return Array.isArray(known) ? nearest(value, known.map(String)) : undefined;
}
