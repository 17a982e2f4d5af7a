/** What holds of the source as a whole, and which no single rule of the linter sees. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

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
