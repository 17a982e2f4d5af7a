/** The file of a fleet, the policies that belong to it, and what keeps two of them apart. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { faultLine, PolicyRefused } from '../../src/policy-file/faults.ts';
import {
  isFleetText,
  loadFleetFile,
  NOT_FOR_CHECKING,
  NOT_FOR_READING,
  policiesOf,
  readOrganisationName,
} from '../../src/policy-file/fleet.ts';
import {
  organisationOfStoreFile,
  refusalBeside,
  storeFileOf,
  strangeRoles,
  type FleetShared,
} from '../../src/policy-file/in-fleet.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { secretsOf, secretsOfPage } from '../../src/policy-file/secrets.ts';
import { isStandIn } from '../../src/policy-file/stand-ins.ts';
import { readFleetStores } from '../../src/policy-file/store-place.ts';
import { locationOf } from '../../src/store/open.ts';

const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-fleet-'));
const path = join(folder, 'fleet.yaml');
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  rmSync(join(folder, 'organisations'), { recursive: true, force: true });
  mkdirSync(join(folder, 'organisations'));
});

const SHARED: FleetShared = {
  file: 'fleet.yaml',
  store: { sqlite: '/data', retention: 1 },
  server: { host: '127.0.0.1', port: 1 },
  page: { url: undefined, secret: undefined, signIn: undefined },
  log: { level: 'warn', identities: 'hash' },
};

function policy(name: string, more = '', file = `${name}.yaml`, client = name): LoadedPolicy {
  return loadPolicyText(policyText(name, more, client), file, {}, undefined, { shared: SHARED });
}

function policyText(name: string, more = '', client = name): string {
  return `version: 1
${name === '' ? '' : `name: ${name}`}
genesys: { region: eu-west-1, client_id: "${client}", client_secret: secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
${more}`;
}

function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyRefused) return error.faults.map(faultLine);
    throw error;
  }
  return [];
}

function fleet(text: string): readonly string[] {
  writeFileSync(path, text);
  return policiesOf(loadFleetFile(path, {}));
}

describe('the file of a fleet', () => {
  test('is told from a policy by its keys, also where it cannot be read as YAML', () => {
    expect(isFleetText('version: 1\norganisations: ./o/*.yaml\n')).toBe(true);
    expect(isFleetText('version: 1\norganisations: ./o/*.yaml\nstore: [\n')).toBe(true);
    expect(isFleetText('version: 1\ngenesys: {}\norganisations: x\n')).toBe(false);
    expect(isFleetText('version: 1\n# organisations: x\nprofiles: []\n')).toBe(false);
  });

  test('names its policies from its own folder; hidden files, folders and the file itself are none', () => {
    for (const name of ['b.yaml', 'a.yaml', '.a.yaml.swp', '.hidden.yaml', 'c.yml', 'a.yaml~'])
      writeFileSync(join(folder, 'organisations', name), '');
    mkdirSync(join(folder, 'organisations', 'folder.yaml'));
    symlinkSync('nowhere', join(folder, 'organisations', 'd.yaml'));
    const all = fleet('version: 1\norganisations: ./organisations/*.yaml\n');
    expect(all).toEqual(['a', 'b', 'd'].map((name) => join(folder, 'organisations', `${name}.yaml`)));
    writeFileSync(join(folder, 'other.yaml'), '');
    expect(fleet('version: 1\norganisations: ./*.yaml\n')).toEqual([join(folder, 'other.yaml')]);
    expect(fleet('version: 1\norganisations: organisations/a*.y*l\n')).toEqual(all.slice(0, 1));
  });

  test.each([
    ['version: 1\norganisations: ./*/*.yaml\n', /:2:16: organisations: is a folder and the name of a file/],
    ['version: 1\norganisations: ./**.yaml\n', /:2:16: organisations: is a folder and the name of a file/],
    ['version: 1\norganisations: ./organisations/*.yaml\n', /:2:16: organisations: no file fits it/],
    ['version: 1\norganisations: ./nowhere/*.yaml\n', /:2:16: organisations: .* it does not exist/],
    ['version: 1\norganisations: ./o/*.yaml\nmode: enforce\n', /:3:1: mode: /],
    ['version: 1\norganisations: [a.yaml]\n', /:2:16: organisations: /],
  ])('that is wrong is refused where it is: %j', (text, fault) => {
    expect(faultsOf(() => fleet(text))).toEqual([expect.stringMatching(fault)]);
  });

  test('tells where the stores are, also where something else in it is wrong', () => {
    writeFileSync(path, 'version: 1\norganisations: ./o/*.yaml\nstore: { sqlite: /srv/stores }\nmode: [\n');
    expect(readFleetStores(path, {})).toMatchObject({ known: true, path: '/srv/stores' });
    writeFileSync(path, 'version: 1\norganisations: ./o/*.yaml\n');
    expect(readFleetStores(path, {})).toMatchObject({ known: true, path: './data' });
    writeFileSync(path, 'version: 1\norganisations: ./o/*.yaml\nstor: { sqlite: /srv/stores }\n');
    expect(readFleetStores(path, {})).toMatchObject({ known: false });
  });
});

describe('roles on the page of a fleet', () => {
  const page = (roles: string): string => `version: 1
organisations: ./o/*.yaml
page:
  url: https://idle.example.com
  secret: a secret that is long enough for it
  sign_in: { issuer: "https://login.example.com", client_id: c, client_secret: s, ${roles} }
`;
  const read = (roles: string): FleetShared => {
    writeFileSync(path, page(roles));
    return loadFleetFile(path, {}).shared;
  };

  test('may be those of single organisations, beside those of all, or alone', () => {
    const { signIn } = read(
      'viewers: [A], organisations: { North: { operators: [B] }, "West 2": { viewers: [C] } }',
    ).page;
    expect(signIn).toMatchObject({
      viewers: ['A'],
      operators: [],
      organisations: {
        North: { viewers: [], operators: ['B'] },
        'West 2': { viewers: ['C'], operators: [] },
      },
    });
    expect(read('organisations: { North: { operators: [B] } }').page.signIn?.viewers).toEqual([]);
  });

  test.each([
    ['for no user at all', 'scope: openid', 'needs viewers or operators: without them'],
    [
      'for no user of an organisation',
      'organisations: { North: {} }',
      'page.sign_in.organisations.…: needs viewers or operators',
    ],
    [
      'twice for one organisation',
      'organisations: { North: { viewers: [A] }, north: { viewers: [B] } }',
      'stands twice',
    ],
    ['for none', 'viewers: [A], organisations: {}', 'is empty: leave it out'],
    ['under what is no name', 'organisations: { "../x": { viewers: [A] } }', 'organisations'],
  ])('%s are refused', (_, roles, words) => {
    expect(faultsOf(() => read(roles)).join()).toContain(words);
  });

  test('of a name that no organisation has are told', () => {
    const shared = read('organisations: { North: { viewers: [A] }, Nroth: { viewers: [A] } }');
    expect(strangeRoles(shared, ['north', undefined])).toEqual(['Nroth']);
  });

  test('of single organisations have no place in a policy', () => {
    const text = policyText(
      '',
      page('organisations: { North: { viewers: [A] } }').replace(/^(?:.*\n){2}/, ''),
    );
    const run = (): unknown => loadPolicyText(text, 'p.yaml', {});
    expect(faultsOf(run).join()).toContain('page.sign_in.organisations: unknown key');
  });
});

describe('values of a fleet that are not set on this machine', () => {
  const text = (page: string): string => `version: 1
organisations: ./o/*.yaml
store: { postgres: "\${DATABASE_URL:-postgres://idle@db.example.com/idle}" }
page: ${page}
`;
  const SECRET = '{ url: "https://idle.example.com", secret: "${PAGE_SECRET}" }';

  test('are refused to a worker', () => {
    writeFileSync(path, text(SECRET));
    expect(faultsOf(() => loadFleetFile(path, {}))).toEqual([
      expect.stringContaining('page.secret: the environment variable PAGE_SECRET is not set'),
    ]);
  });

  test('may be missing where a command only reads, and what stands in is no secret', () => {
    writeFileSync(path, text(SECRET));
    const { shared, warnings } = loadFleetFile(path, {}, undefined, NOT_FOR_READING);
    expect(secretsOfPage(shared.page).every(isStandIn)).toBe(true);
    expect(shared.page.url).toBe('https://idle.example.com');
    expect(warnings).toEqual([
      expect.stringContaining('page.secret: the environment variable PAGE_SECRET is not set'),
    ]);
  });

  test('are checked all the same where they are set', () => {
    writeFileSync(path, text(SECRET));
    const load = (): unknown => loadFleetFile(path, { PAGE_SECRET: 'short' }, undefined, NOT_FOR_READING);
    expect(faultsOf(load).join()).toContain('page.secret');
  });

  test('are refused where they are empty, and nothing else can stand in for them', () => {
    writeFileSync(path, 'version: 1\norganisations: "${PATTERN}"\n');
    const load = (): unknown => loadFleetFile(path, { PATTERN: '' }, undefined, NOT_FOR_CHECKING);
    expect(faultsOf(load)).toEqual([expect.stringContaining('organisations: ')]);
  });
});

describe('a fleet in a database', () => {
  const DATABASE = 'postgres://idle:secret@db.example.com/idle';

  test('has its stores there, each by the name of its policy', () => {
    writeFileSync(path, `version: 1\norganisations: ./o/*.yaml\nstore: { postgres: "${DATABASE}" }\n`);
    const { shared } = loadFleetFile(path, {});
    expect(shared.store).toMatchObject({ postgres: DATABASE });
    const text = policyText('North East');
    const { settings } = loadPolicyText(text, 'n.yaml', {}, undefined, { shared });
    expect(locationOf(settings)).toEqual({ postgres: DATABASE, organisation: 'North East' });
    expect(secretsOf(settings)).toContain('secret');
  });

  test.each([
    [`{ postgres: "${DATABASE}", sqlite: ./data }`, /store.sqlite: stands beside postgres/],
    [`{ sqlite: "${DATABASE}" }`, /store.sqlite: is the URL of a database: write it under store.postgres/],
    ['{ postgres: "mysql://db.example.com/idle" }', /store.postgres: must be an address that begins with/],
    [`{ postgres: "${DATABASE}?sslrootcert=/nowhere.pem" }`, /store.postgres: names a certificate/],
  ])('is refused where its place is wrong: %s', (store, fault) => {
    writeFileSync(path, `version: 1\norganisations: ./o/*.yaml\nstore: ${store}\n`);
    expect(faultsOf(() => loadFleetFile(path, {}))).toEqual([expect.stringMatching(fault)]);
  });
});

describe('a policy of a fleet', () => {
  test('has the settings of the process from there, and its store by its name', () => {
    expect(policy('North East').settings).toMatchObject({
      organisation: 'North East',
      store: { sqlite: '/data/north%20east.db', retention: 1 },
      server: { port: 1 },
      log: { level: 'warn', identities: 'hash' },
    });
  });

  test('leaves them out itself, and has a name: each fault is told at its place', () => {
    const more = 'store: { sqlite: x.db }\nserver: { port: 80 }\nlog: { level: debug }\n';
    expect(faultsOf(() => policy('', more, 'a.yaml', 'id'))).toEqual([
      expect.stringContaining('a.yaml:1:1: name: is missing'),
      expect.stringContaining(
        'a.yaml:5:1: store: is the same for all organisations of a fleet: it stands in fleet.yaml',
      ),
      expect.stringContaining('a.yaml:6:1: server: '),
      expect.stringContaining('a.yaml:7:1: log: '),
    ]);
  });

  test('is not beside another of the same name, whatever its case, or of the same client', () => {
    expect(refusalBeside(policy('north'), policy('south'))).toBeUndefined();
    expect(refusalBeside(policy('north'), policy('North'))?.message).toBe(
      'north.yaml:2:7: name: the same name stands in North.yaml, line 2: memory is kept by it, so each needs its own',
    );
    const [one, other] = [policy('north', '', 'n.yaml', 'id'), policy('south', '', 's.yaml', 'id')];
    expect(refusalBeside(one, other)?.message).toBe(
      'n.yaml:3:42: genesys.client_id: the same client of the same region stands in s.yaml, line 3: an organisation has one policy',
    );
  });

  test('has a name that can be read whatever else is wrong with it, unless it is not certain', () => {
    const file = join(folder, 'organisations', 'a.yaml');
    const nameIn = (text: string): string | undefined => {
      writeFileSync(file, text);
      return readOrganisationName(file, { NAME: 'west' });
    };
    expect(nameIn('version: 1\nname: north # ours\nprofiles: [\n')).toBe('north');
    expect(nameIn('"name": "North East"\nmode: oops')).toBe('North East');
    expect(nameIn('name: ${NAME}\n')).toBe('west');
    expect(nameIn('name: ${OTHER}\n')).toBeUndefined();
    expect(nameIn('name: a/../b\n')).toBeUndefined();
    expect(nameIn('name: a\nname: b\n')).toBeUndefined();
    expect(nameIn('profiles:\n  - name: a\n')).toBeUndefined();
    rmSync(file);
    expect(readOrganisationName(file, {})).toBeUndefined();
  });
});

test('a store is a file of the folder, whatever the name is, and its name can be told from it', () => {
  for (const name of ['north', 'North East', 'a.b_c-d', 'x..y'])
    expect(organisationOfStoreFile(storeFileOf('/data', name).slice('/data/'.length))).toBe(
      name.toLowerCase(),
    );
  expect(storeFileOf('/data', 'a/../../b')).toBe('/data/a%2F..%2F..%2Fb.db');
  for (const other of ['north.db-wal', 'north.db.corrupt-20260302T140000Z', '.north.db', '%zz.db'])
    expect(organisationOfStoreFile(other)).toBeUndefined();
});
