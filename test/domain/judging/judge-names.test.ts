/** Names of the policy that stand for other ids than before, or that could not be looked up. */
import { describe, expect, test } from '@jest/globals';
import type { NameKind, Policy } from '../../../src/domain/policy/policy.ts';
import { clockTime, exemption, matcher, policy, profile, rule } from '../build.ts';
import { story, type Story, type StoryParts } from '../story.ts';

/** The profile of agents, whose only rule is due at 10:00, and one of supervisors, whose rule is not. */
const AGENTS = profile({ match: matcher({ groups: ['agents-new'] }) });
const SUPERVISORS = profile({
  name: 'supervisors',
  match: matcher({ groups: ['sup-new'] }),
  rules: [rule({ id: 'sup', limit: '12h' })],
});

function told(s: Story): string {
  const { reason, due, detail } = s.until('10:05').verdict();
  return [reason, due?.ruleId ?? 'nothing due', ...(detail === undefined ? [] : [detail])].join('; ');
}

/** An agent of these groups, with the policy of now and that of before. */
function withFormer(groups: readonly string[], now: Partial<Policy>, before: Partial<Policy>): Story {
  return story({ agent: { groups }, policy: { ...now, former: policy(before) } });
}

const former = (parts: { readonly agents?: string; readonly sup?: string } = {}): Partial<Policy> => ({
  profiles: [
    { ...SUPERVISORS, match: matcher({ groups: [parts.sup ?? 'sup-old'] }) },
    { ...AGENTS, match: matcher({ groups: [parts.agents ?? 'agents-old'] }) },
  ],
});

describe('an agent who is due by the ids of now', () => {
  const now = { profiles: [SUPERVISORS, AGENTS] };

  test('is due where the ids of before are of no consequence', () => {
    expect(told(withFormer(['agents-new', 'agents-old'], now, former()))).toBe('due; gone');
  });

  test('is due where the ids of before put the agent into no profile at all: the group was made anew', () => {
    expect(told(withFormer(['agents-new'], now, former()))).toBe('due; gone');
  });

  test('is left alone where the ids of before exempt', () => {
    const exempt = [exemption({ label: 'holiday', match: matcher({ groups: ['old'] }) })];
    expect(told(withFormer(['agents-new', 'old'], now, { ...former(), exempt }))).toBe(
      'exempt; nothing due; holiday, by the id that a name had before',
    );
  });

  test('is left alone where the ids of before exempt by a label', () => {
    const labels = (id: string) => [exemption({ label: 'coaching', when: { secondaryPresence: [id] } })];
    const parts: StoryParts = {
      agent: { groups: ['agents-new'] },
      first: { presence: 'BUSY', presenceId: 'old' },
      policy: { ...now, exempt: labels('new'), former: policy({ ...former(), exempt: labels('old') }) },
    };
    expect(told(story(parts))).toBe('exempt; nothing due; coaching, by the id that a name had before');
  });

  test('is left alone where the ids of before give a profile in which no rule is due', () => {
    expect(told(withFormer(['agents-new', 'sup-old'], now, former()))).toBe(
      'names_unsure; nothing due; by the ids that names had before, profile supervisors counts, in which no rule is due',
    );
  });

  test('is due where the ids of before give another profile in which a rule is due too', () => {
    const strict = {
      ...SUPERVISORS,
      match: matcher({ groups: ['sup-old'] }),
      rules: [rule({ id: 'strict', limit: '20m' })],
    };
    expect(told(withFormer(['agents-new', 'sup-old'], now, { profiles: [strict] }))).toBe('due; gone');
  });

  test('is left alone where the ids of before give a profile whose rules only observe', () => {
    const observing = {
      ...SUPERVISORS,
      match: matcher({ groups: ['sup-old'] }),
      rules: [rule({ id: 'o', limit: '20m', mode: 'observe' })],
    };
    expect(told(withFormer(['agents-new', 'sup-old'], now, { profiles: [observing] }))).toContain(
      'names_unsure',
    );
  });
});

test('the ids of now decide: an agent who is not due by them is not due, whatever the ids of before say', () => {
  const before = { profiles: [{ ...AGENTS, match: undefined }] };
  expect(told(withFormer(['sup-new'], { profiles: [SUPERVISORS, AGENTS] }, before))).toBe(
    'waiting; nothing due',
  );
  const exempt = [exemption({ label: 'now', match: matcher({ groups: ['x'] }) })];
  expect(told(withFormer(['agents-new', 'x'], { profiles: [AGENTS], exempt }, before))).toBe(
    'exempt; nothing due; now',
  );
});

test('an agent protected by ids of before is not told of a log-off to come either', () => {
  const rules = [rule({ id: 'gone', warn: '10m' })];
  const now = { profiles: [{ ...AGENTS, rules }] };
  const at = (s: Story): string => s.until('09:55').verdict().reason;
  expect(at(withFormer(['agents-new'], now, former()))).toBe('warned');
  expect(at(withFormer(['agents-new', 'sup-old'], now, former()))).toBe('names_unsure');
  const exempt = [exemption({ match: matcher({ groups: ['old'] }) })];
  expect(at(withFormer(['agents-new', 'old'], now, { ...former(), exempt }))).toBe('exempt');
  const same = { profiles: [{ ...AGENTS, match: matcher({ groups: ['agents-old'] }), rules }] };
  expect(at(withFormer(['agents-new', 'agents-old'], now, same))).toBe('warned');
});

test('in observe mode an agent protected by ids of before is not reported', () => {
  const exempt = [exemption({ match: matcher({ groups: ['old'] }) })];
  const now = { mode: 'observe' as const, profiles: [AGENTS] };
  expect(told(withFormer(['agents-new', 'old'], now, { ...former(), exempt, mode: 'observe' }))).toContain(
    'exempt',
  );
  const both = withFormer(['agents-new', 'agents-old'], now, { ...former(), mode: 'observe' });
  expect(told(both)).toBe('observed; gone');
  expect(both.verdict().observed).toHaveLength(1);
  const spared = withFormer(['agents-new', 'sup-old'], now, { ...former(), mode: 'observe' });
  expect(told(spared)).toContain('names_unsure');
  expect(spared.verdict().observed).toEqual([]);
});

describe('while names cannot be looked up', () => {
  function unsure(kinds: readonly NameKind[], parts: StoryParts): string {
    return told(story({ ...parts, policy: { ...parts.policy, unsure: new Set(kinds) } }));
  }
  const agents = { groups: ['agents-new'] };

  test('an agent whose verdict needs none of them is due', () => {
    const exempt = [exemption({ match: matcher({ roles: ['r'] }) })];
    const match = matcher({ divisions: ['home'] });
    expect(
      unsure(['groups', 'queues', 'presences'], { policy: { exempt, profiles: [{ ...AGENTS, match }] } }),
    ).toBe('due; gone');
  });

  test.each<[string, readonly NameKind[], StoryParts]>([
    ['the profile', ['groups'], { agent: agents, policy: { profiles: [AGENTS] } }],
    [
      'a profile behind one that cannot fit',
      ['groups'],
      {
        agent: agents,
        policy: { profiles: [{ ...SUPERVISORS, match: matcher({ divisions: ['away'] }) }, AGENTS] },
      },
    ],
    [
      'an exemption that is not over yet',
      ['teams'],
      {
        policy: { exempt: [exemption({ match: matcher({ teams: ['t'] }), until: clockTime('10:06') })] },
      },
    ],
    ['an earlier profile', ['groups'], { policy: { profiles: [SUPERVISORS, profile()] } }],
    ['an exemption', ['teams'], { policy: { exempt: [exemption({ match: matcher({ teams: ['t'] }) })] } }],
    [
      'what an exemption leaves out',
      ['roles'],
      {
        agent: { ...agents, roles: ['r'] },
        policy: {
          exempt: [exemption({ match: matcher({ groups: ['agents-new'], not: matcher({ roles: ['r'] }) }) })],
        },
      },
    ],
    [
      'an exemption by a label',
      ['presences'],
      {
        first: { presenceId: 'plain' },
        policy: { exempt: [exemption({ when: { secondaryPresence: ['p'] } })] },
      },
    ],
    [
      'the rule',
      ['presences'],
      {
        first: { presenceId: 'plain' },
        policy: { profiles: [profile({ rules: [rule({ when: { not: { secondaryPresence: ['p'] } } })] })] },
      },
    ],
  ])('an agent is left alone whose verdict needs them for %s', (_, kinds, parts) => {
    expect(told(story(parts))).toBe('due; gone');
    expect(unsure(kinds, parts)).toBe(
      `names_unsure; nothing due; the ${kinds[0]} of the policy could not be looked up`,
    );
  });

  test.each<[string, readonly NameKind[], StoryParts]>([
    [
      'an exemption that cannot fit for another reason',
      ['groups'],
      { policy: { exempt: [exemption({ match: matcher({ groups: ['g'], divisions: ['away'] }) })] } },
    ],
    [
      'an exemption that is over',
      ['groups'],
      { policy: { exempt: [exemption({ match: matcher({ groups: ['g'] }), until: clockTime('10:05') })] } },
    ],
    [
      'a label that is known',
      ['groups'],
      {
        first: { presenceId: 'plain' },
        policy: { profiles: [profile({ rules: [rule({ when: { secondaryPresence: ['plain'] } })] })] },
      },
    ],
    [
      'a rule that is not due',
      ['presences'],
      {
        first: { presenceId: 'plain' },
        policy: {
          profiles: [
            profile({
              rules: [
                rule({ id: 'later', limit: '3h', when: { not: { secondaryPresence: ['p'] } } }),
                rule(),
              ],
            }),
          ],
        },
      },
    ],
    [
      'an exemption in another presence',
      ['groups'],
      {
        policy: { exempt: [exemption({ match: matcher({ groups: ['g'] }), when: { presence: ['MEAL'] } })] },
      },
    ],
    [
      'an exemption that leaves the agent out for another reason',
      ['groups'],
      {
        policy: {
          exempt: [exemption({ match: matcher({ groups: ['g'], not: matcher({ divisions: ['home'] }) }) })],
        },
      },
    ],
    [
      'an exemption that leaves out the agent’s presence',
      ['presences'],
      {
        policy: {
          exempt: [exemption({ when: { secondaryPresence: ['p'], not: { presence: ['AVAILABLE'] } } })],
        },
      },
    ],
    ['a later profile', ['groups'], { policy: { profiles: [profile(), AGENTS] } }],
  ])('an agent is due all the same whose verdict does not need %s', (_, kinds, parts) => {
    expect(unsure(kinds, parts)).toBe('due; gone');
  });

  test('an agent is not told of a log-off to come by a rule that needs them', () => {
    const told = (kind: NameKind): string => {
      const rules = [rule({ warn: '10m', when: { not: { secondaryPresence: ['p'] } } })];
      const s = story({
        first: { presenceId: 'plain' },
        policy: { profiles: [profile({ rules })], unsure: new Set([kind]) },
      });
      return s.reason('09:55');
    };
    expect([told('presences'), told('groups')]).toEqual(['names_unsure', 'warned']);
  });
});
