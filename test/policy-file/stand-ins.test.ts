/** A policy looked at where its variables and files are not there. */
import { describe, expect, test } from '@jest/globals';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { FilesRead } from '../../src/policy-file/files-read.ts';
import type { Env } from '../../src/policy-file/interpolate.ts';
import { faultsOf, load, withGenesys, withMore, withRule } from './texts.ts';

function lookAt(text: string, env: Env = {}): LoadedPolicy {
  return loadPolicyText(text, 'p.yaml', env, new FilesRead(), { mayBeAbsent: true });
}

const SECRETS = withGenesys(
  'genesys: { region: eu-west-1, client_id: "${GENESYS_CLIENT_ID}", client_secret: "${file:/run/secrets/client}" }',
);

describe('a policy that is only looked at', () => {
  test('has a warning for each variable that is not set and each file that is not there', () => {
    expect(lookAt(SECRETS).warnings).toEqual([
      'p.yaml:2:42: genesys.client_id: the environment variable GENESYS_CLIENT_ID is not set: the value was not checked',
      'p.yaml:2:81: genesys.client_secret: the file /run/secrets/client cannot be read: it does not exist: the value was not checked',
    ]);
  });

  test('has the fingerprint that it has where its secrets are', () => {
    const text = SECRETS.replace('file:/run/secrets/client', 'SECRET');
    const there = load(text, { GENESYS_CLIENT_ID: 'a', SECRET: 'b' });
    expect(lookAt(text)).toMatchObject({ hash: there.hash, isWhole: true });
  });

  test('takes an empty variable for one that is not set only where an empty value is none', () => {
    const text = SECRETS.concat('notify: [{ name: a, type: slack, url: "${HOOK}", on: [held] }]\n');
    const { warnings, settings } = lookAt(text.replace('file:/run/secrets/client', 'SECRET'), {
      GENESYS_CLIENT_ID: '',
      SECRET: ' ',
      HOOK: '',
    });
    expect(warnings.map((warning) => warning.replace(/^p\.yaml:/, ''))).toEqual([
      '7:39: notify[0].url: is empty: the channel is switched off',
      '2:42: genesys.client_id: ${GENESYS_CLIENT_ID} is empty: the value was not checked',
      '2:81: genesys.client_secret: ${SECRET} is empty: the value was not checked',
    ]);
    expect(settings.notify[0]?.enabled).toBe(false);
  });

  test('is told of all its faults all the same, and of none that only a stand-in has', () => {
    const rule =
      '{ id: gone, when: { presence: [idel] }, limit: "${LIMIT}", warn: 2h, outside: "${CALENDAR}", clock: "${CLOCK}" }';
    const more =
      'notify: [{ name: a, type: webhook, url: "${HOOK}", secret: "${S}", on: [warning] }]\ncaps: { per_sweep: none }\n';
    expect(faultsOf(() => lookAt(withRule(rule, more))).map((line) => line.split(': ')[1])).toEqual([
      'profiles[0].rules[0].when.presence[0]',
      'caps.per_sweep',
    ]);
  });

  test.each([
    ['a length of time', '{ id: gone, when: { presence: [idle] }, limit: "${X}" }', 'limit', '1h'],
    [
      'a word of a list',
      '{ id: gone, when: { presence: ["${X}"] }, limit: 60m }',
      'when.presence[0]',
      'away',
    ],
    [
      'an action',
      '{ id: gone, when: { presence: [idle] }, limit: 60m, actions: ["${X}"] }',
      'actions[0]',
      'offline',
    ],
  ])(
    'says what stands in for %s, and that the fingerprint is not that of the worker',
    (_, rule, path, shown) => {
      const { warnings, isWhole } = lookAt(withRule(rule));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(
        `profiles[0].rules[0].${path}: the environment variable X is not set: the value was not checked, and is described as ${shown}`,
      );
      expect(isWhole).toBe(false);
    },
  );

  test('is refused for a variable where nothing could ever be right', () => {
    expect(faultsOf(() => lookAt(withMore('').replace('version: 1', 'version: ${V}')))).toEqual([
      '1:10: version: the environment variable V is not set',
    ]);
  });

  test('is refused for a reference that is none, and for a file that could be no secret', () => {
    const text = withGenesys(
      'genesys: { region: eu-west-1, client_id: "${a b}", client_secret: "${file:/etc/}" }',
    );
    expect(faultsOf(() => lookAt(text)).map((line) => line.split(': ')[1])).toEqual([
      'genesys.client_id',
      'genesys.client_secret',
    ]);
  });

  test('is refused where it leaves open more than any policy does', () => {
    const users = Array.from({ length: 1_001 }, (_, i) => `"\${USER_${'ABCDEFGHIJ'[i % 10] ?? ''}}"`).join(
      ', ',
    );
    expect(faultsOf(() => lookAt(withMore(`exempt: [{ users: [${users}] }]\n`)))).toHaveLength(101);
  });
});

test('a policy that is to be acted on is refused for each of them', () => {
  expect(faultsOf(() => load(SECRETS))).toEqual([
    '2:42: genesys.client_id: the environment variable GENESYS_CLIENT_ID is not set',
    '2:81: genesys.client_secret: the file /run/secrets/client cannot be read: it does not exist',
  ]);
});
