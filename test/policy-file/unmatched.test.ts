/** Which entries of a policy fit no agent at all. */
import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/domain/agent.ts';
import type { Names } from '../../src/policy-file/names.ts';
import { Reach } from '../../src/policy-file/unmatched.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { agent } from '../domain/build.ts';
import { load, withMore } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

const NAMES: Names = {
  users: [
    { id: 'u-ada', names: ['ada@example.com'] },
    { id: 'u-bob', names: ['bob@example.com'] },
  ],
  groups: [
    { id: 'g-agents', names: ['Agents'] },
    { id: 'g-night', names: ['Night'] },
  ],
  roles: [{ id: 'r-sup', names: ['Supervisor'] }],
  divisions: [{ id: 'd-home', names: ['Home'] }],
  queues: [
    { id: 'q-1', names: ['VIP 1'] },
    { id: 'q-2', names: ['VIP 2'] },
  ],
  teams: [{ id: 't-1', names: ['Pilot'] }],
};

const ADA = agent({
  id: 'U-ADA',
  name: 'Ada',
  email: 'ada@vendor.example.com',
  username: 'ada',
  divisionId: 'd-home',
  groups: ['g-agents'],
  queues: ['q-2'],
});

/** What is said of a policy, without place, once these have been seen. */
function warningsOf(
  exempt: string,
  agents: readonly (readonly [Agent, readonly string[]])[] = [[ADA, []]],
  match = '',
): readonly string[] {
  const text = withMore(`exempt: [${exempt}]\n`).replace(
    'name: all',
    `name: all${match === '' ? '' : `\n    match: ${match}`}`,
  );
  const { policy, reachable } = resolvePolicy(load(text).draft, NAMES, new Map(), NOW);
  const reach = new Reach(reachable, policy);
  for (const [one, missing] of agents) reach.see(one, missing);
  return reach.warnings().map((line) => line.replace(/^p.yaml:\d+:\d+: /, ''));
}

describe('an exemption', () => {
  test.each([
    '{ users: ["*@vendor.example.com"] }',
    '{ users: [ada@example.com] }',
    '{ groups: [Agents], divisions: [Home] }',
    '{ queues: ["VIP*"] }',
    '{ users: ["a*"], not: { groups: [Agents], presence: [meal] } }',
    '{ presence: [meal] }',
  ])('that fits an agent is not spoken of: %s', (entry) => {
    expect(warningsOf(entry)).toEqual([]);
  });

  test.each([
    [
      '{ users: ["*@vendro.example.com"] }',
      ['exempt[0]: no agent fits this exemption', 'exempt[0].users[0]: no agent fits this'],
    ],
    [
      '{ users: [bob@example.com] }',
      ['exempt[0]: no agent fits this exemption', 'exempt[0].users[0]: no agent fits "bob@example.com"'],
    ],
    ['{ groups: [Agents, Night] }', ['exempt[0].groups[1]: no agent fits "Night"']],
    [
      '{ teams: [Pilot], users: ["a*"] }',
      ['exempt[0]: no agent fits this exemption', 'exempt[0].teams[0]: no agent fits "Pilot"'],
    ],
    [
      '{ groups: [Agents], not: { roles: [Supervisor] } }',
      ['exempt[0].not.roles[0]: no agent fits "Supervisor"'],
    ],
    ['{ groups: [Agents], not: { divisions: [Home] } }', ['exempt[0]: no agent fits this exemption']],
  ])('is warned of, and each entry in it, where no agent fits: %s', (entry, wanted) => {
    expect(warningsOf(entry)).toEqual(wanted);
  });

  test('that is over is not spoken of: that it is over has been said', () => {
    expect(warningsOf('{ groups: [Night], until: 2026-01-01 }')).toEqual([]);
  });

  test('is not spoken of where readings lack what would tell', () => {
    const other = agent({ id: 'u-2', divisionId: 'd-2' });
    const lacking = ['groups', 'queues', 'identity'];
    expect(
      warningsOf('{ groups: [Night] }, { queues: ["VIP 1"] }, { users: ["x*"] }, { roles: [Supervisor] }', [
        [other, lacking],
      ]),
    ).toEqual([
      'exempt[3]: no agent fits this exemption',
      'exempt[3].roles[0]: no agent fits "Supervisor"',
      'for some entries it could not be told whether an agent fits them: readings lack groups, queues, users',
    ]);
  });

  test('is said with nineteen others, and the rest is counted', () => {
    const many = Array.from({ length: 30 }, (_, i) => `"${i}-*@x.example.com"`).join(', ');
    const lines = warningsOf(`{ users: [${many}] }`);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('… and 11 more entries that no agent fits');
  });
});

describe('a profile', () => {
  test('that no agent fits is warned of', () => {
    expect(warningsOf('', [[ADA, []]], '{ groups: [Night] }')).toEqual([
      'profiles[0]: no agent fits this profile',
      'profiles[0].match.groups[0]: no agent fits "Night"',
    ]);
  });

  test('that fits none but agents of earlier profiles is warned of; one for everyone else is not', () => {
    const more = `  - { name: some, match: { divisions: [Home] }, rules: [{ id: b, when: { presence: [meal] }, limit: 60m }] }
  - { name: rest, rules: [{ id: c, when: { presence: [meal] }, limit: 60m }] }
`;
    const text = withMore(more).replace('name: all', 'name: all\n    match: { groups: [Agents] }');
    const { policy, reachable } = resolvePolicy(load(text).draft, NAMES, new Map(), NOW);
    const reach = new Reach(reachable, policy);
    reach.see(ADA, []);
    expect(reach.warnings()).toEqual([
      'p.yaml:8:5: profiles[1]: every agent who fits this profile has an earlier one',
    ]);
  });
});

test('an empty organisation fits nothing', () => {
  expect(warningsOf('{ groups: [Agents] }', [])).toHaveLength(2);
});
