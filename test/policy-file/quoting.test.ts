/** What faults and warnings may show of a policy, and that no secret gets into them by any slip. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { isHarmless, isSlip, writePath } from '../../src/policy-file/quoting.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { baseOf, givesAway, misplacement, mutant, type Mutant } from './mutations.ts';
import { ownNames, sayAll, type Said } from './said.ts';
import { faultsOf, load, withGenesys, withMore, withRule } from './texts.ts';

describe('a value is shown', () => {
  test.each([
    60,
    0.25,
    -1,
    true,
    '60',
    '1h30m',
    '90 seconds',
    '25%',
    '1.5',
    '2026-13-45',
    '25.12.2026',
    '07:00-19:00',
    '2026-12-31T18:00:00Z',
    '0 */5 * * * *',
    '61 * * * * 1-5',
    'soon',
    '',
  ])('when it can be no secret: %p', (value) => {
    expect(isHarmless(value)).toBe(true);
  });

  test.each([
    4_929_123_456_781_234,
    '4929123456781234',
    '1234567',
    'hunter2',
    'swordfish',
    'a'.repeat(100),
    '60 minutes and more',
    'abc123def',
    '12ab34cd56ef',
    '1-1000000000 * * * * *',
    'https://hooks.example.com/T0/B0/x',
    null,
    ['soon'],
  ])('in no other case: %p', (value) => {
    expect(isHarmless(value)).toBe(false);
  });

  test('when it is a known word but for two letters', () => {
    const known = ['business-hours', 'enforce'];
    expect(['buisness-hours', 'enforced', 'Enforc'].filter((word) => isSlip(word, known))).toHaveLength(3);
    expect(['enforcement', 'enforce:x', 'business', 'hunter2'].filter((word) => isSlip(word, known))).toEqual(
      [],
    );
  });
});

describe('a path is written', () => {
  test('with the keys of the format, and slips of them', () => {
    expect(writePath(['profiles', 1, 'rules', 0, 'limit'])).toBe('profiles[1].rules[0].limit');
    expect(writePath(['profils'])).toBe('profils');
    expect(writePath([])).toBe('policy');
  });

  test('without any other key, but for the key of the format that another begins with', () => {
    expect(writePath(['genesys', 'swordfish'])).toBe('genesys.…');
    expect(writePath(['genesys', 'client_secret:swordfish'])).toBe('genesys.client_secret…');
  });

  test('with the name of a calendar that a rule refers to', () => {
    const calendars =
      'calendars:\n  nights-out: { timezone: Nowhere, weekly: {} }\n  swordfish: { timezone: Nowhere, weekly: {} }\n';
    const rule = '{ id: gone, when: { presence: [idle] }, limit: 60m, outside: nights-out }';
    expect(faultsOf(() => load(withRule(rule, calendars))).map((line) => line.split(': ')[1])).toEqual([
      'calendars.nights-out.timezone',
      'calendars.….timezone',
    ]);
  });
});

describe('a secret is not shown', () => {
  test('when the blank after its colon is missing, and the fault says so', () => {
    const line = 'genesys: { region: eu-west-1, client_id: a, client_secret:swordfish }';
    expect(faultsOf(() => load(withGenesys(line)))).toEqual([
      '2:1: genesys.client_secret: is missing',
      '2:45: genesys.client_secret…: unknown key; write "client_secret: " with a blank after the colon',
    ]);
  });

  test.each([
    [
      'it changes places with the region',
      withGenesys('genesys: { region: swordfish, client_id: a, client_secret: eu-west-1 }'),
    ],
    [
      'it stands under a key that there is not',
      withGenesys('genesys: { region: eu-west-1, client_id: a, clientpass: swordfish }'),
    ],
    ['it is a key of its own', withGenesys('genesys: { region: eu-west-1, client_id: a, swordfish }')],
    [
      'it stands in the braces of a variable',
      withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: "${swordfish}" }'),
    ],
    ['it names a file of tests', withMore('tests: [swordfish]\n')],
    [
      'it names a calendar',
      withRule('{ id: gone, when: { presence: [idle] }, limit: 60m, outside: swordfish }'),
    ],
    ['it is a duration', withRule('{ id: gone, when: { presence: [idle] }, limit: swordfish }')],
    [
      'it is a number of sixteen digits',
      withRule('{ id: gone, when: { presence: [idle] }, limit: 4929123456781234 }'),
    ],
    [
      'it is a profile’s name, and that profile takes everyone',
      withMore('  - { name: swordfish, rules: [] }\n'),
    ],
  ])('when %s', (_, text) => {
    const faults = faultsOf(() => load(text));
    if (!text.includes('tests:')) expect(faults).not.toEqual([]);
    expect(faults.join('\n')).not.toMatch(/swordfish|4929123456781234/);
  });
});

test('nothing of a policy is printed by the parser, whatever variables are set for other programs', () => {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const path = join(mkdtempSync(join(tmpdir(), 'idle-enforcer-quoting-')), 'policy.yaml');
  writeFileSync(path, withGenesys('genesys: { region: eu-west-1, client_id: a, client_secret: swordfish }'));
  const env = { ...process.env, LOG_STREAM: 'worker', LOG_TOKENS: '1' };
  const shown = execFileSync(process.execPath, [main, 'validate', '--config', path], {
    env,
    encoding: 'utf8',
  });
  rmSync(dirname(path), { recursive: true });
  expect(shown).toMatch(/^Policy [0-9a-f]{12}\./);
  expect(shown).not.toContain('swordfish');
});

const called = ({ how, secret }: Mutant): string => `${how.join(', ')} (${secret})`;

const bases = new Map<string, LoadedPolicy>();

/** The good policy that a mutant was made of, which a worker has in force when the mutant comes. */
function before(seed: number): LoadedPolicy {
  const text = baseOf(seed).replaceAll('SECRET', 'zzzzzz');
  const loaded = bases.get(text) ?? load(text);
  bases.set(text, loaded);
  return loaded;
}

/** What was shown of a mutant, if its secret is in it. A name that the author gives to a part is said by design. */
function leakOf({ loaded, shown }: Said, one: Mutant): readonly string[] {
  if (loaded !== undefined && givesAway(ownNames(loaded), one.secret)) return [];
  return givesAway(shown, one.secret) ? [`${called(one)}:\n${shown}`] : [];
}

test('a secret that gets anywhere by a slip is in no fault, no warning, no log line, no message and no JSON', async () => {
  const leaks: string[] = [];
  for (let seed = 1; seed <= 500; seed += 1) {
    const one = misplacement(seed);
    leaks.push(...leakOf(await sayAll(one.text, before(seed)), one));
  }
  expect(leaks).toEqual([]);
}, 240_000);

test('policies gone wrong in all kinds of ways are refused or taken, and none with a plain fault is taken', async () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 300; seed += 1) {
    const one = mutant(seed);
    const said = await sayAll(one.text, before(seed));
    if (said.loaded !== undefined && one.isPlainlyWrong) wrong.push(called(one));
    wrong.push(...leakOf(said, one));
  }
  expect(wrong).toEqual([]);
}, 240_000);
