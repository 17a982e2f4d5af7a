/** `stay`: what warnings need to carry links, and what is said where they carry none. */
import { describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { diffPolicies } from '../../src/policy-file/diff.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import type { FleetShared } from '../../src/policy-file/in-fleet.ts';
import { faultsOf, load, withRule } from './texts.ts';

const SECRET = 'a secret that is long enough for it';
const RULE = '{ id: gone, when: { presence: [idle] }, limit: 60m, warn: 5m }';
const MAIL =
  'notify: [{ name: mail, type: email, url: "smtp://m.example", from: i@example.com, on: [warning] }]\n';
const PAGE = `page: { url: "https://idle.example.com/team/", secret: "${SECRET}" }\n`;

function text(more: string, rule = RULE): string {
  return withRule(rule, `${MAIL}${more}`);
}

function policyOf(loaded: LoadedPolicy): ReturnType<typeof resolvePolicy>['policy'] {
  return resolvePolicy(loaded.draft, undefined, new Map(), 0).policy;
}

/** What is said of `stay`. */
function said(whole: string): string {
  return load(whole)
    .warnings.filter((each) => each.includes('stay'))
    .join('\n');
}

describe('stay', () => {
  test('is half an hour, twice a day, unless it says otherwise; without the key there is none', () => {
    expect(policyOf(load(text(`${PAGE}stay: {}\n`))).stay).toEqual({ length: 30 * MINUTE, perDay: 2 });
    const own = load(text(`${PAGE}stay: { for: 1h, per_day: "3" }\n`));
    expect(policyOf(own).stay).toEqual({ length: HOUR, perDay: 3 });
    expect(policyOf(load(text(PAGE))).stay).toBeUndefined();
    expect(said(text(`${PAGE}stay: {}\n`))).toBe('');
  });

  test('says in plain words what it does', () => {
    const loaded = load(text(`${PAGE}stay: { for: 45m, per_day: 1 }\n`));
    expect(describePolicy(loaded, policyOf(loaded), 0)).toContain(
      'A warning carries a link to https://idle.example.com/team/stay, where the agent says "I am here": then no rule is due for 45m, whatever its clock shows. After 1 stay in 24h the warnings of an agent carry no link.',
    );
  });

  test('tells its changes as lengths of time', () => {
    const [a, b] = ['30m', '1h'].map((length) => load(text(`${PAGE}stay: { for: ${length} }\n`)));
    expect(a && b && diffPolicies(a, b)).toEqual(['stay: for 30m → 1h']);
  });

  test('without the secret that seals the links is refused, and says what to write', () => {
    expect(faultsOf(() => load(text('page: { url: "https://a.example" }\nstay: {}\n')))).toEqual([
      expect.stringContaining(
        'stay: needs page.secret: it seals the links; take the output of openssl rand -hex 32',
      ),
    ]);
  });

  test('without an address, or without a rule that warns, does nothing, and says so', () => {
    expect(said(text('stay: {}\n'))).toContain('stay: does nothing without page.url: warnings carry no link');
    expect(policyOf(load(text('stay: {}\n'))).stay).toBeUndefined();
    const quiet = text(`${PAGE}stay: {}\n`, '{ id: gone, when: { presence: [idle] }, limit: 60m }');
    expect(said(quiet)).toContain('stay: does nothing: no rule has warn');
  });

  test('makes use of a secret that would seal nothing otherwise', () => {
    expect(load(text(`${PAGE}stay: {}\n`)).warnings.join()).not.toContain('seals nothing');
    expect(load(text(PAGE)).warnings.join()).toContain('seals nothing without page.sign_in, or stay');
  });

  test.each([
    ['for: 30', 'stay.for'],
    ['for: 30s', 'at least 1m'],
    ['for: 25h', 'at most 1d'],
    ['per_day: 0', 'from 1 to 100'],
    ['length: 30m', 'unknown key; there are for, per_day'],
  ])('%s is refused', (keys, words) => {
    expect(faultsOf(() => load(text(`${PAGE}stay: { ${keys} }\n`))).join('\n')).toContain(words);
  });
});

describe('in a fleet, whose page stands in its own file, stay', () => {
  const shared = (page: Partial<FleetShared['page']>): FleetShared => ({
    file: 'fleet.yaml',
    store: { sqlite: '/data', retention: 1 },
    server: { host: '127.0.0.1', port: 1 },
    page: { url: undefined, secret: undefined, signIn: undefined, ...page },
    log: { level: 'warn', identities: 'hash' },
  });
  const member = (page: Partial<FleetShared['page']>): LoadedPolicy =>
    loadPolicyText(`${text('stay: {}\n')}name: North\n`, 'p.yaml', {}, undefined, { shared: shared(page) });

  test('works with the page of the fleet', () => {
    const loaded = member({ url: 'https://idle.example.com', secret: SECRET });
    expect(policyOf(loaded).stay).toEqual({ length: 30 * MINUTE, perDay: 2 });
    expect(loaded.settings.page.secret).toBe(SECRET);
    expect(loaded.warnings.join()).not.toContain('stay');
  });

  test('names the file in which its address or its secret is missing', () => {
    expect(member({}).warnings.join()).toContain('does nothing without page.url in fleet.yaml');
    expect(faultsOf(() => member({ url: 'https://idle.example.com' })).join()).toContain(
      'needs page.secret in fleet.yaml',
    );
  });
});
