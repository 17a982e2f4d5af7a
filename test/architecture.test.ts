/** What holds of the source as a whole, and which no single rule of the linter sees. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { ACTIONS } from '../src/domain/policy/actions.ts';
import { CLOCKS } from '../src/domain/policy/clocks.ts';

const SRC = resolve(import.meta.dirname, '../src');
const FILES = globSync('**/*.ts', { cwd: SRC });
const IMPORT = /\b(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g;

/** The files that each file imports, types included. */
const imports = new Map(
  FILES.map((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    const found = [...text.matchAll(IMPORT)].map(([, path = '']) => join(dirname(file), path));
    return [file, found.filter((path) => FILES.includes(path))] as const;
  }),
);

test('no file stands outside a folder but the one that starts the program', () => {
  expect(FILES.filter((file) => dirname(file) === '.')).toEqual(['main.ts']);
});

test('no file imports itself by way of others, not even for a type', () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const before = path.indexOf(file);
    if (before >= 0) circles.push([...path.slice(before), file].join(' → '));
    if (before >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) walk(file, []);
  expect(circles).toEqual([]);
});

/** Files whose code, without its comments, names a word: as a text, or as a key of an object. */
function filesNaming(word: string): readonly string[] {
  const named = new RegExp(String.raw`'${word}'|^\s*${word}:`, 'm');
  return FILES.filter((file) => named.test(withoutComments(file))).sort();
}

function withoutComments(file: string): string {
  return readFileSync(join(SRC, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

test.each(CLOCKS)(
  'the clock %s is named in the table of clocks and where it is measured, and nowhere else',
  (clock) => {
    expect(filesNaming(clock)).toEqual(['domain/policy/clocks.ts', 'domain/tracking/clocks.ts']);
  },
);

test('an action without a part of its own in a log-off is named in its table, its call and the simulator', () => {
  expect(filesNaming('release_station')).toEqual([
    'domain/policy/actions.ts',
    'genesys/effects/effects.ts',
    'simulation/agent-simulator.ts',
  ]);
});

test('every action of the policy is in its table and known to the simulator', () => {
  for (const action of ACTIONS)
    expect(filesNaming(action)).toEqual(
      expect.arrayContaining(['domain/policy/actions.ts', 'simulation/agent-simulator.ts']),
    );
});

test('sources of observations are listed in one place of app/, and read in one place of controller/', () => {
  const naming = FILES.filter((file) => /\bObservationSource\b/.test(withoutComments(file)));
  const outside = naming.filter((file) => !file.startsWith('genesys/'));
  expect(outside.sort()).toEqual([
    'app/compose.ts',
    'controller/enforcer-parts.ts',
    'controller/sources.ts',
    'ports/agents.ts',
  ]);
});

test('every contract of ports/ between the program and the world has an adapter that names it', () => {
  const contracts = ['Directory', 'NameLookups', 'Store', 'Outbox', 'Meter', 'Clock'];
  const source = FILES.map((file) => readFileSync(join(SRC, file), 'utf8')).join('\n');
  for (const contract of contracts) expect(source).toMatch(new RegExp(`implements ${contract}\\b`));
});

test('outside store/, stores are known by their port: which kinds there are stands in store/open.ts', () => {
  const nosy = FILES.filter((file) => !file.startsWith('store/')).filter((file) =>
    imports.get(file)?.some((path) => path.startsWith('store/sqlite/')),
  );
  expect(nosy).toEqual([]);
});
