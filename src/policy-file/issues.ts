/** The schema's findings as sentences with places. */
import type { z } from 'zod';
import { meantZone } from '../domain/time/zone.ts';
import type { Extra, FaultList } from './faults.ts';
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
    addUnknownWord(issue.values.map(String), issue.message, path, faults);
  } else if (issue.code === 'invalid_union' && 'options' in issue) {
    addUnknownWord(issue.options.map(String), issue.message, path, faults);
  } else if (issue.code === 'invalid_type' && libraryWords) {
    faults.add(path, mustBe(issue.expected, source.at(path)));
  } else {
    faults.add(path, libraryWords ? 'is not valid here' : issue.message, {
      atKey: issue.code === 'custom' && issue.params?.['atKey'] === true,
      ...wordsFor(issue, source.at(path)),
    });
  }
}

function addUnknownKeys(
  keys: readonly string[],
  known: readonly string[],
  path: Path,
  faults: FaultList,
): void {
  const orElse = `; there are ${known.join(', ')}`;
  for (const key of keys) {
    const glued = /^(\w+):/.exec(key)?.[1] ?? '';
    const sentence = known.includes(glued)
      ? `unknown key; write "${glued}: " with a blank after the colon`
      : 'unknown key';
    faults.add([...path, key], sentence, {
      atKey: true,
      known,
      orElse: sentence === 'unknown key' ? orElse : '',
    });
  }
}

/** A word outside a closed list. Our own sentences stand; the library's are replaced. */
function addUnknownWord(known: readonly string[], message: string, path: Path, faults: FaultList): void {
  const own = !message.startsWith('Invalid');
  if (own) faults.add(path, message);
  else faults.add(path, `{value} is not known here; there are ${known.join(', ')}`, { known });
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

/** What was probably meant by a value that one of our own checks refused. */
function wordsFor(issue: Issue, value: unknown): Pick<Extra, 'known' | 'meant'> {
  const known: unknown = issue.code === 'custom' ? issue.params?.['known'] : undefined;
  if (known === 'timezones') {
    const meant = typeof value === 'string' ? meantZone(value) : undefined;
    return { known: () => Intl.supportedValuesOf('timeZone'), ...(meant !== undefined && { meant }) };
  }
  return { known: Array.isArray(known) ? known.map(String) : [] };
}
