import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normaliseName } from '../../src/domain/name.ts';
import { matches } from '../../src/domain/policy/when.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { Named } from '../../src/domain/policy/named.ts';
import { namesNeeded, type NameIds, type Names } from '../../src/policy-file/names.ts';
import { resolvePolicy, type ResolvedPolicy } from '../../src/policy-file/resolve.ts';
import { wildcard } from '../../src/policy-file/wildcard.ts';
import { faultsOf, GOOD_RULE, load, withMore, withRule } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const NOTHING_KNOWN: NameIds = new Map();

const NAMES: Names = {
  users: [
    { id: 'u-ada', names: ['Ada Byron', 'ada@example.com', 'ada'] },
    { id: 'u-bob1', names: ['Bob Stone', 'bob@example.com'] },
    { id: 'u-bob2', names: ['Bob Stone', 'stone@example.com'] },
  ],
  groups: [
    { id: 'g-agents', names: ['Agents'] },
    { id: 'g-twin1', names: ['Twins'] },
    { id: 'g-twin2', names: ['twins'] },
  ],
  roles: [{ id: 'r-sup', names: ['Supervisor'] }],
  divisions: [{ id: 'd-home', names: ['Home'] }],
  queues: [
    { id: 'q-1', names: ['Support (EN)'] },
    { id: 'q-2', names: ['Support DE'] },
    { id: 'q-3', names: ['Sales'] },
  ],
  teams: [{ id: 't-1', names: ['Pilot'] }],
  presences: [
    { id: 'p-coach', names: ['Coaching', 'Schulung'], system: 'BUSY' },
    { id: 'p-gone', names: ['Gone home'], system: 'OFFLINE' },
  ],
};

function withMatch(match: string): string {
  return withMore('').replace('name: all', `name: all\n    match: ${match}`);
}

function resolve(text: string, names: Names | undefined = NAMES, known = NOTHING_KNOWN): ResolvedPolicy {
  return resolvePolicy(load(text).draft, names, known, NOW);
}

function matchOf(match: string): ResolvedPolicy['policy']['profiles'][number]['match'] {
  return resolve(withMatch(match)).policy.profiles[0]?.match;
}

function agent(of: Partial<Agent>): Agent {
  const nobody = { id: 'u-x', name: 'X', email: 'x@example.com', username: 'x', divisionId: 'd-home' };
  return { ...nobody, groups: [], roles: [], queues: [], teams: [], ...of };
}

describe('names', () => {
  test('become ids, whatever their case, and ids stay', () => {
    const match = matchOf(
      '{ groups: [AGENTS], roles: [r-sup], divisions: [home], teams: [pilot], queues: [sales], users: [ADA@example.com] }',
    );
    expect(match).toEqual({
      groups: new Set(['g-agents']),
      roles: new Set(['r-sup']),
      divisions: new Set(['d-home']),
      teams: new Set(['t-1']),
      queues: new Set(['q-3']),
      users: { exact: new Set(['u-ada']), patterns: [], addresses: [], byName: false, loosely: false },
      not: undefined,
    });
  });

  test('of presences are known by each of their labels', () => {
    const { policy } = resolve(withRule('{ id: a, when: { secondary_presence: [Schulung] }, limit: 60m }'));
    expect(policy.profiles[0]?.rules[0]?.when.secondaryPresence).toEqual(new Set(['p-coach']));
  });

  test('that never existed are refused with their place and what was meant, all at once', () => {
    const text = `${withMatch('{ groups: [Agnets], users: [Ada Byrne, nobody@nowhere.org] }')}exempt: [{ roles: [Janitor] }]\n`;
    expect(faultsOf(() => resolve(text))).toEqual([
      '5:23: profiles[0].match.groups[0]: "Agnets" is no group of the organisation (did you mean "Agents"?)',
      '5:40: profiles[0].match.users[0]: "Ada Byrne" is no user of the organisation (did you mean "Ada Byron"?)',
      '5:51: profiles[0].match.users[1]: this is no user of the organisation',
      '8:20: exempt[0].roles[0]: this is no role of the organisation',
    ]);
  });

  test('that fit several are refused with the ids to choose from', () => {
    expect(faultsOf(() => resolve(withMatch('{ groups: [Twins], users: [Bob Stone] }')))).toEqual([
      '5:23: profiles[0].match.groups[0]: "Twins" names 2 groups: write the id of the right one (g-twin1, g-twin2)',
      '5:39: profiles[0].match.users[0]: "Bob Stone" names 2 users: write the id of the right one (u-bob1, u-bob2)',
    ]);
  });

  test('that vanished since keep the id they had, with a warning', () => {
    const text = withMatch('{ groups: [Night Shift] }');
    const {
      policy,
      warnings,
      resolvedIds: learnt,
    } = resolve(text, NAMES, new Map([['groups:night shift', ['g-night']]]));
    expect(policy.profiles[0]?.match?.groups).toEqual(new Set(['g-night']));
    expect(warnings).toEqual([
      'p.yaml:5:23: profiles[0].match.groups[0]: the group "Night Shift" is gone from the platform; the id it had before is used',
    ]);
    expect(learnt.get('groups:night shift')).toEqual(['g-night']);
  });

  test('that have become ambiguous keep the one that was meant before', () => {
    const { policy, warnings } = resolve(
      withMatch('{ groups: [Twins] }'),
      NAMES,
      new Map([['groups:twins', ['g-twin2']]]),
    );
    expect(policy.profiles[0]?.match?.groups).toEqual(new Set(['g-twin2']));
    expect(warnings[0]).toContain('names several now');
  });

  test('keep their ids when they vanish, whatever the ids are made of', () => {
    const odd = ['a b', '["c"]', 'd', ' e'].map((id, i) => ({ id, names: [`Odd ${i}`] }));
    const match = '{ groups: [Odd 0, Odd 1, Odd 2, Odd 3], queues: ["Odd*"] }';
    const before = resolve(withMatch(match), { ...NAMES, groups: odd, queues: odd });
    const after = resolve(withMatch(match), { ...NAMES, groups: [], queues: [] }, before.resolvedIds);
    const ids = new Set(odd.map(({ id }) => id));
    expect(after.policy.profiles[0]?.match).toMatchObject({ groups: ids, queues: ids });
  });

  test('that moved to another thing follow it, and what was learnt can be handed in again', () => {
    const { resolvedIds: learnt } = resolve(
      withMatch('{ groups: [Agents] }'),
      NAMES,
      new Map([['groups:agents', ['g-old']]]),
    );
    expect(learnt).toEqual(new Map([['groups:agents', ['g-agents']]]));
    const later = resolve(withMatch('{ groups: [Agents] }'), { ...NAMES, groups: [] }, learnt);
    expect(later.policy.profiles[0]?.match?.groups).toEqual(new Set(['g-agents']));
  });

  test('stand for themselves when there is no platform to ask, and a warning says so', () => {
    const { policy, warnings } = resolvePolicy(
      load(withMatch('{ groups: [Whatever] }')).draft,
      undefined,
      NOTHING_KNOWN,
      NOW,
    );
    expect(policy.profiles[0]?.match?.groups).toEqual(new Set(['Whatever']));
    expect(warnings).toEqual(['names were not checked against the platform']);
  });

  test('of users stay text when only their list was not read; of any other kind that is a mistake of the caller', () => {
    const others = Object.fromEntries(Object.entries(NAMES).filter(([kind]) => kind !== 'users'));
    const match = resolve(withMatch('{ users: [Ada@Example.com] }'), others).policy.profiles[0]?.match;
    expect(match?.users?.exact).toEqual(new Set(['ada@example.com']));
    expect(() => resolve(withMatch('{ groups: [Agents] }'), {})).toThrow(TypeError);
  });

  test('that must be read are listed by kind, without patterns of users', () => {
    const rule = '{ id: a, when: { presence: [busy], not: { secondary_presence: [Coaching] } }, limit: 60m }';
    const text = withRule(
      rule,
      "exempt: [{ users: ['*@x.org', ada], not: { queues: ['S*'], groups: [Agents] } }]\n",
    );
    expect(namesNeeded(load(text).draft)).toEqual({
      users: ['ada'],
      groups: ['Agents'],
      roles: [],
      divisions: [],
      queues: ['S*'],
      teams: [],
      presences: ['Coaching'],
    });
  });
});

describe('wildcards', () => {
  test('of queues stand for all that fit', () => {
    expect(matchOf("{ queues: ['support*'] }")?.queues).toEqual(new Set(['q-1', 'q-2']));
  });

  test('of queues that fit none are refused, unless they once did', () => {
    const text = withMatch("{ queues: ['Nix*'] }");
    expect(faultsOf(() => resolve(text))).toEqual([
      '5:23: profiles[0].match.queues[0]: "Nix*" fits no queue',
    ]);
    const { policy } = resolve(text, NAMES, new Map([['queues:nix*', ['q-8', 'q-9']]]));
    expect(policy.profiles[0]?.match?.queues).toEqual(new Set(['q-8', 'q-9']));
  });

  test('of users fit the whole of a name, whatever its case', () => {
    const match = matchOf("{ users: ['Kiosk-*@example.com'] }");
    if (match === undefined) throw new Error('the profile has a match');
    expect(matches(match, agent({ email: 'KIOSK-7@Example.com' }))).toBe(true);
    expect(matches(match, agent({ email: 'my-kiosk-7@example.com' }))).toBe(false);
    expect(matches(match, agent({ email: 'kiosk-7@example.com.evil.org' }))).toBe(false);
    expect(matches(match, agent({ email: 'kiosk-7@exampleXcom' }))).toBe(false);
  });

  test('agree with the plain meaning of a star', () => {
    const letter = fc.constantFrom('a', 'b', 'A', '.', '+', '(', '\\', '*', ' ', 'é');
    const letters = fc.string({ unit: letter, maxLength: 12 });
    const filled = fc.string({ unit: letter, maxLength: 3 });
    const met = { fit: 0, other: 0 };
    fc.assert(
      fc.property(letters, filled, fc.option(fc.tuple(fc.nat(12), letter)), (pattern, text, slip) => {
        // What the pattern means, and often one letter of it is another one.
        const meant = Array.from(pattern.replaceAll('*', text));
        if (slip !== null && meant.length > 0) meant[slip[0] % meant.length] = slip[1];
        const form = normaliseName(meant.join(''));
        const fits = plainly(normaliseName(pattern), form);
        expect(wildcard(pattern).test(form)).toBe(fits);
        met[fits ? 'fit' : 'other'] += 1;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(met.fit, met.other)).toBeGreaterThan(300);
  });

  test('with many stars do not take for ever', () => {
    const pattern = wildcard(`${'*a'.repeat(40)}*b`);
    expect(pattern.test('a'.repeat(20_000))).toBe(false);
  });
});

/** What a star means, by the book and slowly. */
function plainly(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern.startsWith('*')) {
    return plainly(pattern.slice(1), name) || (name !== '' && plainly(pattern, name.slice(1)));
  }
  return name !== '' && pattern.startsWith(name.slice(0, 1)) && plainly(pattern.slice(1), name.slice(1));
}

describe('a resolved policy', () => {
  test('lets an observing profile hold back all its rules', () => {
    const text = withRule(
      '{ id: a, when: { presence: [idle] }, limit: 60m, mode: enforce }',
      '    mode: observe\n',
    );
    const { policy, warnings } = resolve(text);
    expect(policy.profiles[0]?.rules[0]?.mode).toBe('observe');
    expect(warnings).toHaveLength(1);
    expect(resolve(withMore('')).policy.profiles[0]?.rules[0]?.mode).toBe('enforce');
  });

  test('fills in what a profile leaves out of its own returns', () => {
    const { policy } = resolve(withMore('    returns: { repeat: never }\nreturns: { grace: 5m }\n'));
    expect(policy.profiles[0]?.returns).toMatchObject({ repeat: 'never', grace: 300_000, window: 120_000 });
  });

  test('gives conditions that mean the same the same key', () => {
    const keyOf = (when: string): string | undefined =>
      resolve(withRule(`{ id: a, when: ${when}, limit: 60m }`)).policy.profiles[0]?.rules[0]?.whenKey;
    expect(keyOf('{ presence: [idle, On Queue] }')).toBe(keyOf('{ presence: [ON_QUEUE, Idle] }'));
    expect(keyOf('{ presence: [idle] }')).not.toBe(keyOf('{ not: { presence: [idle] } }'));
  });

  test('protects by a date until that day is over everywhere, by a moment to the ms', () => {
    const { policy, warnings } = resolve(
      withMore(
        'exempt:\n  - { users: [ada], until: 2026-12-31 }\n  - { users: [ada], until: 2026-03-02T10:00:00+01:00 }\n',
      ),
    );
    expect(policy.exempt.map(({ until }) => until)).toEqual([
      Date.parse('2027-01-01T12:00:00Z'),
      Date.parse('2026-03-02T09:00:00Z'),
    ]);
    expect(warnings).toEqual([
      'p.yaml:9:28: exempt[1].until: is over: this entry no longer protects any agent',
    ]);
  });

  test('leaves out of an exemption only who fits all of its not', () => {
    const { policy } = resolve(
      withMore('exempt: [{ groups: [Agents], not: { roles: [Supervisor], presence: [meal] }, reason: r }]\n'),
    );
    expect(policy.exempt).toHaveLength(2);
    expect(policy.exempt[0]?.match.not?.roles).toEqual(new Set(['r-sup']));
    expect(policy.exempt[0]?.when).toBeUndefined();
    expect(policy.exempt[1]?.when?.not?.presence).toEqual(new Set(['MEAL']));
    expect(policy.exempt.map(({ label, match }) => [label, match.groups])).toEqual([
      ['r', new Set(['g-agents'])],
      ['r', new Set(['g-agents'])],
    ]);
  });

  test('knows which labels the platform lists, and those that it listed once and the policy names', () => {
    const presences: readonly Named[] = [
      { id: 'p-busy', names: ['Busy'], system: 'BUSY', builtIn: true },
      { id: 'p-desk', names: ['Desk'], system: 'BUSY' },
      { id: 'p-odd', names: ['Odd'] },
    ];
    const text = withMore('exempt: [{ secondary_presence: [Coaching] }]\n');
    const known = new Map([['presences:coaching', ['p-coach']]]);
    const { labels } = resolvePolicy(load(text).draft, { presences }, known, NOW).policy;
    expect(labels).toEqual({
      systems: new Map([
        ['p-busy', 'BUSY'],
        ['p-desk', 'BUSY'],
        ['p-odd', undefined],
        ['p-coach', undefined],
      ]),
      builtIn: new Map([['BUSY', 'p-busy']]),
    });
    expect(resolve(withMore(''), {}).policy.labels).toBeUndefined();
  });

  test('has no rule for a label of Offline', () => {
    const text = withRule('{ id: a, when: { secondary_presence: [Gone home] }, limit: 60m }');
    expect(faultsOf(() => resolve(text))).toEqual([
      '6:46: profiles[0].rules[0].when.secondary_presence: has a label of Offline, which is never due',
    ]);
  });

  test('warns of a label that belongs to another presence than the one beside it', () => {
    const text = withRule(
      '{ id: a, when: { presence: [meal], secondary_presence: [Coaching] }, limit: 60m }',
    );
    expect(resolve(text).warnings[0]).toContain('this never holds');
  });

  test('reads days, ranges and hours of a calendar', () => {
    const calendar =
      'calendars: { c: { timezone: UTC, weekly: { fri-mon: "22:00-06:00", "tue,thu": ["08:00-12:00", "13:00-24:00"], mon: "9:00-10:00" }, except: [2026-12-25] } }\n';
    const { policy } = resolve(withRule(GOOD_RULE.replace(' }', ' }, outside: c'), calendar));
    const night = { start: 1_320, end: 360 };
    const split = [
      { start: 480, end: 720 },
      { start: 780, end: 1_440 },
    ];
    expect(policy.profiles[0]?.rules[0]?.hours).toEqual({
      side: 'outside',
      calendar: {
        name: 'c',
        timezone: 'UTC',
        weekly: new Map([
          [5, [night]],
          [6, [night]],
          [7, [night]],
          [1, [night, { start: 540, end: 600 }]],
          [2, split],
          [4, split],
        ]),
        except: [{ from: '2026-12-25', to: '2026-12-25', windows: [] }],
      },
    });
  });
});
