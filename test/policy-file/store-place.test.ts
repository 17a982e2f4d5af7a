/** Where the store is, by a policy that may be good for nothing else: told with certainty, or not at all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readStorePlace, storePlaceIn } from '../../src/policy-file/store-place.ts';

const ENV = { DATA: '/srv/data', EMPTY: '' };
const HEAD = 'version: 1\ngenesys: { region: eu-west-1, client_id: "${ID}", client_secret: "${SECRET}" }\n';
const PROFILES =
  'profiles:\n  - name: all\n    rules: [{ id: gone, when: { presence: [away] }, limit: 1h }]\n';
const POLICY = HEAD + PROFILES;

function place(text: string): string {
  const found = storePlaceIn(text, '/etc/policy.yaml', ENV);
  return found.known ? found.path : `unknown: ${found.why}`;
}

describe('the place is known', () => {
  test.each([
    ['of a whole policy without secrets', `${POLICY}store: { sqlite: /a.db }\n`, '/a.db'],
    ['by default', POLICY, './data/idle-enforcer.db'],
    ['by default beside a retention', `${POLICY}store: { retention: 30d }\n`, './data/idle-enforcer.db'],
    ['with a variable', `${POLICY}store: { sqlite: "\${DATA}/a.db" }\n`, '/srv/data/a.db'],
    ['with the default of a variable', `${POLICY}store: { sqlite: "\${NOPE:-/b}/a.db" }\n`, '/b/a.db'],
    [
      'with the default of an empty variable',
      `${POLICY}store: { sqlite: "\${EMPTY:-/b}/a.db" }\n`,
      '/b/a.db',
    ],
    ['by an alias', `${POLICY}x: &db /a.db\nstore: { sqlite: *db }\n`, '/a.db'],
    [
      'of a policy in which a rule is wrong',
      `${POLICY.replace('1h', 'long')}store: { sqlite: /a.db }\n`,
      '/a.db',
    ],
    ['of a policy with an unknown key', `${POLICY}stroe: 1\nstore: { sqlite: /a.db }\n`, '/a.db'],
    ['of a part of a policy', 'store: { sqlite: /a.db }\n', '/a.db'],
    ['twice the same', `store: { sqlite: /a.db }\n${POLICY}store: { sqlite: /a.db }\n`, '/a.db'],
    ['before a quote that is never closed', `store: { sqlite: /a.db }\n${HEAD}profiles: "\n`, '/a.db'],
    ['behind a quote that is never closed', `${HEAD}profiles: "open\nstore: { sqlite: /a.db }\n`, '/a.db'],
    [
      'behind a bracket that is never closed',
      `${HEAD}profiles: [ { name: x\nstore: { sqlite: /a.db }\n`,
      '/a.db',
    ],
    [
      'behind a tab',
      `${HEAD}profiles:\n\t- name: x\nstore:\n  sqlite: /a.db # here\n  retention: 9d\nlog: {}\n`,
      '/a.db',
    ],
    ['with lines of Windows', `profiles: "\r\nstore:\r\n  sqlite: /a.db\r\nlog: {}\r\n`, '/a.db'],
    ['in quotes, behind a mistake', `profiles: "\n"store": { 'sqlite': '/a.db' }\n`, '/a.db'],
    ['by default, behind a mistake', `profiles: "\nstore: { retention: 9d }\n`, './data/idle-enforcer.db'],
  ])('%s', (_, text, path) => {
    expect(place(text)).toBe(path);
  });

  test.each([
    ['by a variable, of an organisation without a name', POLICY, 'postgres://u@h/d of default'],
    ['of the organisation that the policy names', `name: Acme\n${POLICY}`, 'postgres://u@h/d of Acme'],
    ['behind a mistake', '"name": "${DATA}"\nprofiles: "open\n', 'postgres://u@h/d of /srv/data'],
    [
      'not where the name cannot be read',
      `name: [\nprofiles: "\n`,
      'unknown: its name, by which the store is kept, cannot be read',
    ],
    [
      'not where there are two names',
      `name: a\nname: b\n${POLICY}`,
      'unknown: its name, by which the store is kept, cannot be read',
    ],
    ['not beside a file', `${POLICY}store: { sqlite: /a.db }\n`, 'unknown: it names more than one store'],
  ])('of a database %s', (_, text, expected) => {
    const store = 'store: { postgres: "${DB:-postgres://u@h/d}" }\n';
    const found = storePlaceIn(`${text}${store}`, '/etc/policy.yaml', ENV);
    expect(found.known ? `${found.path} of ${found.organisation}` : `unknown: ${found.why}`).toBe(expected);
  });

  test('no address of a database is told where the text is none', () => {
    expect(place(`${POLICY}store: { postgres: /a.db }\n`)).toBe('unknown: store.postgres is no address');
  });

  test('as JSON', () => {
    expect(place(JSON.stringify({ version: 1, store: { sqlite: '/a.db' } }))).toBe('/a.db');
  });
});

describe('the place is not known', () => {
  test.each([
    ['the variable is not set', `${POLICY}store: { sqlite: "\${NOPE}/a.db" }\n`, /NOPE is not set/],
    [
      'the file of a secret is not there',
      `${POLICY}store: { sqlite: "\${file:./nope}" }\n`,
      /nope cannot be read/,
    ],
    ['the file is empty', '', /no keys/],
    ['the file is a list', '- a\n', /no keys/],
    ['the file was cut off', HEAD, /not a whole policy/],
    ['the file was cut off in a line', `${HEAD}profiles: [ { name: "a`, /cannot be read as YAML/],
    ['the key may be mistyped', `${POLICY}stroe: { sqlite: /a.db }\n`, /unknown key "stroe"/],
    ['the key within may be mistyped', `${POLICY}store: { sqllite: /a.db }\n`, /unknown key "sqllite"/],
    ['the block was not indented', `${POLICY}store:\nsqlite: /a.db\n`, /holds no keys/],
    ['the path is a number', `${POLICY}store: { sqlite: 7 }\n`, /no text/],
    ['the path is empty', `${POLICY}store: { sqlite: " " }\n`, /no path/],
    [
      'the path is the URL of a database',
      `${POLICY}store: { sqlite: "postgres://u:p@h/d" }\n`,
      /store\.sqlite is no path/,
    ],
    ['the path is a list', `${POLICY}store: { sqlite: [/a.db] }\n`, /no text/],
    ['the alias names nothing', `${POLICY}store: { sqlite: *nope }\n`, /./],
    ['two are named', `${POLICY}store: { sqlite: /a.db }\nstore: { sqlite: /b.db }\n`, /more than one/],
    [
      'one is named and one is the default',
      `${POLICY}store: { sqlite: /a.db }\nstore: {}\n`,
      /more than one/,
    ],
    [
      'a merge was left undone',
      `${POLICY}<<<<<<< HEAD\nstore: { sqlite: /a.db }\n=======\nstore: { sqlite: /b.db }\n>>>>>>> x\n`,
      /more than one/,
    ],
    ['its own block is broken', `${POLICY}store: { sqlite: "/a.db }\n`, /cannot be read/],
    [
      'the line of the store is in a comment',
      `${HEAD}profiles: "\n# store: { sqlite: /a.db }\n`,
      /no line of it/,
    ],
    ['the key is deeper within', `${HEAD}profiles: "\n  store: { sqlite: /a.db }\n`, /no line of it/],
    ['it is nested beyond all measure', '['.repeat(10_000), /./],
  ])('where %s', (_, text, why) => {
    expect(place(text)).toMatch(/^unknown: /);
    expect(place(text)).toMatch(why);
  });
});

test('a secret that became a part of a key is not shown', () => {
  const secret = 'S3cr3tOfTheClient';
  for (const text of [`${POLICY}client_secret:${secret}:\n`, `${POLICY}store: { x:${secret}: 1 }\n`]) {
    expect(place(text)).toContain('an unknown key');
    expect(place(text)).not.toContain(secret);
  }
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-place-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('that is not there, a folder, a pipe, or no text at all tells no place, and is not waited for', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    writeFileSync(join(folder, 'bytes'), Buffer.from([0xff, 0xfe, 0xff]));
    writeFileSync(join(folder, 'large'), `${POLICY}#${'x'.repeat(600_000)}`);
    for (const name of ['nope', '.', 'pipe', 'bytes', 'large'])
      expect(readStorePlace(join(folder, name), ENV)).toMatchObject({ known: false });
  });

  test('that is whole tells the place that the loader finds', () => {
    writeFileSync(join(folder, 'good.yaml'), `${POLICY}store: { sqlite: "\${DATA}/a.db" }\n`);
    expect(readStorePlace(join(folder, 'good.yaml'), ENV)).toEqual({
      ...{ known: true, path: '/srv/data/a.db', organisation: 'default' },
    });
  });
});

test('keys of the author’s own, which begin with x-, do not hide that the store is the default one', () => {
  expect(storePlaceIn(`x-idle: &idle { presence: [idle] }\n${POLICY}`, 'p.yaml', {})).toEqual(
    storePlaceIn(POLICY, 'p.yaml', {}),
  );
  expect(storePlaceIn(POLICY, 'p.yaml', {})).toMatchObject({ known: true });
});
