/** Which store a policy names: a file, or a database by its address. */
import { describe, expect, test } from '@jest/globals';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { secretsOf } from '../../src/policy-file/secrets.ts';
import type { Settings } from '../../src/policy-file/draft.ts';

const REST = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b-secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;

function settingsOf(store: string): Settings {
  return loadPolicyText(`${REST}store: ${store}\n`, 'p.yaml', {}).settings;
}

function faultOf(store: string): string {
  try {
    settingsOf(store);
    return 'none';
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return error.faults.map(({ message }) => message).join('; ');
  }
}

describe('a database', () => {
  test('is named by its address, whose password is a secret as written and as meant', () => {
    const settings = settingsOf(
      '{ postgres: "postgres://u:p%40ss%2Fw@db.example.com:6432/idle?sslmode=verify-full" }',
    );
    expect(settings.store.postgres).toContain('db.example.com');
    expect(secretsOf(settings)).toEqual(expect.arrayContaining(['p%40ss%2Fw', 'p@ss/w']));
  });

  test.each([
    ['mysql://u@h/d', 'must be an address that begins with postgres://'],
    ['postgres://h/d', 'names no user'],
    ['postgres://u@h', 'names no database: it stands behind the last slash'],
    [
      'postgres://u@h/d?sslmode=prefer',
      'has an sslmode that is none of disable, require, verify-full, no-verify',
    ],
    ['postgres://u@h/d?options=-c', 'has a parameter "options" that this program does not know'],
    [
      'postgres://u@h/d?sslrootcert=/no/ca.pem',
      'names a certificate that cannot be read (it does not exist): sslrootcert=/no/ca.pem',
    ],
    [
      'postgres://u@h/d?sslrootcert=/dev/zero',
      'names a certificate that cannot be read (it is a device, not a plain file)',
    ],
    ['postgres://u:pa%ss@h/d', 'has a % that begins no code of two digits: write it as %25'],
    ['postgres://u:sec/ret@h:x/d', 'cannot be read'],
  ])('whose address is %s is refused in words', (address, expected) => {
    const fault = faultOf(`{ postgres: "${address}" }`);
    expect(fault).toContain(expected);
    for (const secret of ['pa%ss', 'sec/ret']) expect(fault).not.toContain(secret);
  });

  test('does not stand beside a file', () => {
    expect(faultOf('{ postgres: "postgres://u@h/d", sqlite: /a.db }')).toBe(
      'stands beside postgres: there is one or the other',
    );
  });
});

describe('a file', () => {
  test.each([
    ['postgres://u:Geheim-1@h/d', 'is the URL of a database: write it under store.postgres'],
    ['mysql://u:Geheim-1@h/d', 'is a URL: write the path of a file'],
    ['file:///data/a.db', 'is a URL: write the path of a file'],
  ])('is not named by the URL %s', (url, fault) => {
    expect(faultOf(`{ sqlite: "${url}" }`)).toBe(fault);
  });

  test.each(['./data/a.db', '/data/a:b.db', ':memory:', 'C:\\\\data'])('is named by the path %s', (path) => {
    expect(faultOf(`{ sqlite: "${path}" }`)).toBe('none');
  });
});
