/** A name that the policy spells one way and the platform, or another place, another way. */
import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/domain/agent.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { matches } from '../../src/domain/policy/when.ts';
import { isSame } from '../../src/identity/subject.ts';
import type { Named } from '../../src/domain/policy/named.ts';
import type { Names } from '../../src/policy-file/names.ts';
import { nearest } from '../../src/policy-file/nearest.ts';
import {
  NOTHING_REMEMBERED,
  resolveNames,
  type ResolvedNames,
} from '../../src/policy-file/remembered-names.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { agent } from '../domain/build.ts';
import { faultsOf, load, withMore } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const COMPOSED = 'Bühne'.normalize('NFC');
const DECOMPOSED = 'BÜHNE'.normalize('NFD');

function policyOf(match: string, names?: Names, more = ''): Policy {
  const text = withMore(more).replace('name: all', `name: all\n    match: ${match}`);
  return resolvePolicy(load(text).draft, names, new Map(), NOW).policy;
}

function exempts(users: string, one: Partial<Agent>): boolean {
  const { draft } = load(withMore(`exempt: [{ users: ["${users}"] }]\n`));
  const [exemption] = resolvePolicy(draft, undefined, new Map(), NOW).policy.exempt;
  return exemption !== undefined && matches(exemption.match, agent(one));
}

function takes(users: string, one: Partial<Agent>): boolean {
  const [profile] = policyOf(`{ users: ["${users}"] }`).profiles;
  return profile?.match !== undefined && matches(profile.match, agent(one));
}

describe('a name that the policy has composed and the platform decomposed', () => {
  test.each(['groups', 'roles', 'divisions', 'queues', 'teams'] as const)('of %s is found', (kind) => {
    const named: Named = { id: 'x-1', names: [` ${DECOMPOSED} `] };
    const [profile] = policyOf(`{ ${kind}: [${COMPOSED}] }`, { [kind]: [named] }).profiles;
    expect(profile?.match?.[kind]).toEqual(new Set(['x-1']));
  });

  test('of a queue fits a wildcard', () => {
    const named: Named = { id: 'q-1', names: [`${DECOMPOSED} 2`] };
    const [profile] = policyOf(`{ queues: ["${COMPOSED} *"] }`, { queues: [named] }).profiles;
    expect(profile?.match?.queues).toEqual(new Set(['q-1']));
  });

  test('of a presence label is found', () => {
    const { draft } = load(withMore(`exempt: [{ secondary_presence: [${COMPOSED}] }]\n`));
    const names: Names = { presences: [{ id: 'p-1', names: [DECOMPOSED], system: 'BUSY' }] };
    const [exemption] = resolvePolicy(draft, names, new Map(), NOW).policy.exempt;
    expect(exemption?.when?.secondaryPresence).toEqual(new Set(['p-1']));
  });

  test('of a user is found, and fits a wildcard in an exemption and in a profile', () => {
    const named: Named = { id: 'u-1', names: [`${DECOMPOSED} Ada`] };
    const [profile] = policyOf(`{ users: ["${COMPOSED} Ada"] }`, { users: [named] }).profiles;
    expect(profile?.match?.users?.exact).toEqual(new Set(['u-1']));
    expect(exempts(`${COMPOSED}*`, { name: `${DECOMPOSED} Ada` })).toBe(true);
    expect(takes(`${COMPOSED}*`, { name: `${DECOMPOSED} Ada` })).toBe(true);
    expect(exempts(`${COMPOSED} Ada`, { name: ` ${DECOMPOSED} ADA ` })).toBe(true);
  });

  test('is suggested for one that is almost it', () => {
    expect(nearest('Buhne', [DECOMPOSED])).toBe(DECOMPOSED);
  });

  test('of an identity provider’s user is the user that was asked for', () => {
    expect(isSame(`${COMPOSED}@example.com`, `${DECOMPOSED}@example.com`)).toBe(true);
    expect(isSame('strasse@example.com', 'straße@example.com')).toBe(false);
  });
});

describe('one name in two spellings', () => {
  test('names two profiles, or two channels, which is refused', () => {
    const twice = `  - { name: ${DECOMPOSED}, rules: [{ id: b, when: { presence: [meal] }, limit: 60m }] }\n`;
    const text = withMore(twice).replace('name: all', `name: ${COMPOSED}\n    match: { groups: [A] }`);
    expect(faultsOf(() => load(text))).toEqual([
      '8:13: profiles[1].name: another profile has this name already, in line 4',
    ]);
    const channel = (name: string): string =>
      `{ name: ${name}, type: slack, url: "https://x.example", on: [held] }`;
    const channels = `notify: [${channel(COMPOSED)}, ${channel(DECOMPOSED)}]\n`;
    expect(faultsOf(() => load(withMore(channels)))[0]).toContain('another channel has this name already');
  });

  test('names one calendar: a rule finds it, and a second one is refused', () => {
    const hours = (name: string): string => `${name}: { timezone: UTC, weekly: { daily: "08:00-17:00" } }`;
    const rule = '{ id: a, when: { presence: [idle] }, limit: 60m, outside: NIGHTS }';
    const text = withMore(`calendars: { ${hours('Nights')} }\n`).replace(/\{ id: gone.*\}/, rule);
    const { policy } = resolvePolicy(load(text).draft, undefined, new Map(), NOW);
    expect(policy.profiles[0]?.rules[0]?.hours?.calendar.name).toBe('Nights');
    expect(faultsOf(() => load(withMore(`calendars: { ${hours('Nights')}, ${hours('nights')} }\n`)))).toEqual(
      ['7:75: calendars.…: another calendar has this name already'],
    );
  });
});

describe('a user who is named by a display name', () => {
  const users: readonly Named[] = [
    { id: 'u-ada', names: ['ada@example.com', 'ada'], ownNames: ['Ada Byron'] },
    { id: 'u-mal', names: ['mal@example.com'], ownNames: ['ada@example.com', 'bob@example.com'] },
    { id: 'u-bob', names: ['bob@example.com'], ownNames: ['Bob Stone'] },
  ];
  const warningsFor = (match: string, exempt: string, names?: Names): readonly string[] => {
    const text = withMore(`exempt: [{ users: [${exempt}] }]\n`).replace(
      'name: all',
      `name: all\n    match: { users: [${match}] }`,
    );
    return resolvePolicy(load(text).draft, names, new Map(), NOW).warnings.map((line) =>
      line.replace(/^p.yaml:\d+:\d+: /, ''),
    );
  };

  test('is never the agent who took another agent’s address for a display name', () => {
    const [profile] = policyOf('{ users: [ada@example.com, bob@example.com, Ada Byron] }', {
      users,
    }).profiles;
    expect(profile?.match?.users?.exact).toEqual(new Set(['u-ada', 'u-bob']));
  });

  const ID = '0b5c5d3e-5f0a-4a6d-9a3f-3f4a1e0f9c11';

  test('is never the agent who took another agent’s id for a display name', () => {
    const impostor: Named = { id: 'u-imp', names: ['imp@example.com'], ownNames: [ID.toUpperCase()] };
    const kiosk: Named = { id: ID, names: ['kiosk@example.com'] };
    const [profile] = policyOf(`{ users: [${ID}, "lobby*"] }`, { users: [impostor, kiosk] }).profiles;
    expect(matches(profile!.match!, agent({ id: 'u-imp', name: ID.toUpperCase() }))).toBe(false);
    expect(matches(profile!.match!, agent({ id: ID }))).toBe(true);
    expect(faultsOf(() => policyOf(`{ users: [${ID}] }`, { users: [impostor] }))).toHaveLength(1);
  });

  test('is not joined in an exemption by an agent who takes the same display name', () => {
    const text = withMore('exempt: [{ users: [Bob Stone] }]\n');
    const resolve = (list: readonly Named[], before = NOTHING_REMEMBERED): ResolvedNames =>
      resolveNames(load(text).draft, { users: list }, before, NOW);
    const first = resolve(users);
    const impostor: Named = { id: 'u-imp', names: ['imp@example.com'], ownNames: ['Bob Stone'] };
    const { policy, warnings } = resolve([...users, impostor], first.remembered);
    expect([policy.exempt[0]?.match.users?.exact, policy.former]).toEqual([new Set(['u-bob']), undefined]);
    expect(warnings.at(-1)).toContain('names several now; the id it had before is used');
  });

  test('is warned of, in a profile and in an exemption; an address, a username and an id are not', () => {
    expect(warningsFor('Bob Stone, bob@example.com', 'Ada Byron, ada, u-mal', { users })).toEqual([
      'exempt[0].users[0]: fits by a display name: agents may change theirs, and step into this exemption; write the e-mail address or the id',
      'profiles[0].match.users[0]: fits by a display name: agents may change theirs, and step into and out of this profile; write the e-mail address or the id',
    ]);
  });

  test('is warned of without the platform where only an address or an id could not be one', () => {
    expect(warningsFor(`Bob Stone, ${ID}`, `wallboard@example.com, ${ID}`)).toEqual([
      'profiles[0].match.users[0]: may fit a display name: agents may change theirs, and step into and out of this profile; write the e-mail address or the id',
      'names were not checked against the platform',
    ]);
  });

  test('is warned of in a wildcard without an @, with the platform and without', () => {
    const wanted =
      'exempt[0].users[0]: may fit a display name: agents may change theirs, and step into this exemption; a wildcard with an @ fits addresses only';
    expect(warningsFor('"*@example.com"', '"kiosk-*", "kiosk-*@example.com"', { users })).toEqual([wanted]);
    expect(warningsFor('"*@example.com"', '"kiosk-*"')).toContain(wanted);
  });
});

describe('a wildcard of users', () => {
  test('in an exemption rather fits too many, in a profile and under `not` only what it says', () => {
    for (const [pattern, name] of [
      ['Strasse*', 'Straße 1'],
      ['Kiosk*', 'Ki\u200bosk 1'],
      ['Kiosk*', 'Ｋiosk 1'],
      ['ılgaz*', 'Ilgaz 1'],
    ] as const) {
      expect([pattern, exempts(pattern, { name })]).toEqual([pattern, true]);
      expect([pattern, takes(pattern, { name })]).toEqual([pattern, false]);
    }
    const { draft } = load(withMore('exempt: [{ groups: [G], not: { users: ["Strasse*"] } }]\n'));
    const names: Names = { groups: [{ id: 'g', names: ['G'] }] };
    const [exemption] = resolvePolicy(draft, names, new Map(), NOW).policy.exempt;
    expect(matches(exemption!.match, agent({ name: 'Straße 1', groups: ['g'] }))).toBe(true);
  });

  test('with an @ fits e-mail addresses and usernames, not a display name that an agent may choose', () => {
    const mine = { email: 'mallory@example.com', username: 'mallory' };
    const vendor = { ...mine, name: 'mallory@vendor.example.com' };
    expect(exempts('*@vendor.example.com', vendor)).toBe(false);
    expect(exempts('mallory@vendor.example.com', vendor)).toBe(false);
    expect(exempts('*@vendor.example.com', { ...mine, email: 'x@VENDOR.example.com' })).toBe(true);
    expect(exempts('*@vendor.example.com', { ...mine, username: 'x@vendor.example.com' })).toBe(true);
    expect(exempts('mallory*', vendor)).toBe(true);
  });
});
