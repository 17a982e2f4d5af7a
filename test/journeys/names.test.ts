/** Groups, queues, labels and users that are made anew, renamed or deleted while the worker runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { outputTo } from '../../src/commands/shared/output.ts';
import { validate } from '../../src/commands/validate/command.ts';
import { T0 } from '../genesys/fake-platform.ts';
import { person, SmallOrganisation, type Person } from './small-organisation.ts';

let site: SmallOrganisation;
let folder: string | undefined;

afterEach(async () => {
  await site.end();
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

/** Everyone is due after two minutes, but for these exemptions; nothing settles. */
function policyWith(exempt: string, more = ''): string {
  return `exempt: [${exempt}]
caps: { settle: 0 }
profiles:
${more}  - name: everyone
    rules: [{ id: gone, when: { routing: [off_queue] }, limit: 2m, actions: [offline, revoke_tokens] }]
`;
}

/** A protected agent, and one who is not, whose log-off shows that the worker acts. */
const ME = person(1);
const OTHER = person(2);

async function begin(policy: string, organisation: Partial<SmallOrganisation>): Promise<void> {
  site = Object.assign(new SmallOrganisation(), { people: [{ ...ME }, { ...OTHER }] }, organisation);
  await site.begin(policy);
}

function me(): Person {
  return site.people[0]!;
}

describe('an agent who is exempt by a name that is made anew stays exempt: the name is looked up before the log-off', () => {
  test('by a group', async () => {
    await begin(policyWith('{ groups: [Night] }'), {
      groups: [{ id: 'g-1', name: 'Night' }],
      people: [{ ...ME, groups: ['g-1'] }, { ...OTHER }],
    });
    await site.sweep(2);
    site.groups = [{ id: 'g-2', name: 'night ' }];
    me().groups = ['g-2'];
    await site.sweep(3);
    expect(site.loggedOff).toEqual([OTHER.id]);
    expect(site.warned).toContain(
      'a name of the policy stands for another id than before: the former id still protects until the policy changes',
    );
  });

  test('by a group, also where the clock of the machine was hours ahead when the name was looked up last', async () => {
    await begin(policyWith('{ groups: [Night] }'), {
      groups: [{ id: 'g-1', name: 'Night' }],
      people: [{ ...ME, groups: ['g-1'] }, { ...OTHER }],
      ahead: 2 * HOUR,
    });
    await site.sweep(2);
    site.ahead = 0;
    site.groups = [{ id: 'g-2', name: 'Night' }];
    me().groups = ['g-2'];
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('by a queue that the agent joined, also where that clock was minutes ahead when its members were read', async () => {
    await begin(policyWith('{ queues: [VIP] }'), {
      queues: [{ id: 'q-1', name: 'VIP', members: [] }],
      people: [person(3), { ...ME }, { ...OTHER }],
      ahead: 4.5 * MINUTE,
    });
    await site.sweep(3);
    for (const { id } of [ME, OTHER]) site.people.find((each) => each.id === id)!.since = T0 + 2.5 * MINUTE;
    await site.sweep(1);
    expect(site.loggedOff).toEqual([person(3).id]);
    site.ahead = 0;
    await site.sweep(2);
    site.queues[0]!.members.push(ME.id);
    await site.sweep(2);
    expect(site.loggedOff).toEqual([person(3).id, OTHER.id]);
  });

  test('by a group of the same name that is made before the old one is deleted', async () => {
    await begin(policyWith('{ groups: [Night] }'), {
      groups: [{ id: 'g-1', name: 'Night' }],
      people: [{ ...ME, groups: ['g-1'] }, { ...OTHER }],
    });
    await site.sweep(1);
    site.groups.push({ id: 'g-2', name: 'Night' });
    me().groups = ['g-2'];
    await site.sweep(4);
    await site.restart();
    await site.sweep(4);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('by a group and a role that are made anew one after the other', async () => {
    await begin(policyWith('{ groups: [Night], roles: [Lead] }'), {
      groups: [{ id: 'g-1', name: 'Night' }],
      roles: [{ id: 'r-1', name: 'Lead' }],
      people: [{ ...ME, groups: ['g-1'], roles: ['r-1'] }, { ...OTHER }],
    });
    await site.sweep(2);
    site.groups = [{ id: 'g-2', name: 'Night' }];
    me().groups = ['g-2'];
    await site.sweep(11);
    site.roles = [{ id: 'r-2', name: 'Lead' }];
    await site.sweep(12);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('by an e-mail address that a second account has as well', async () => {
    await begin(policyWith('{ users: [me@example.com] }'), {
      people: [{ ...ME, email: 'me@example.com' }, { ...OTHER }],
    });
    await site.sweep(1);
    site.people.push(person(3, { email: 'me@example.com' }));
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('by a wildcard of queues that a new queue fits', async () => {
    await begin(policyWith('{ queues: ["VIP*"] }'), { queues: [{ id: 'q-1', name: 'VIP 1', members: [] }] });
    await site.sweep(2);
    site.queues.push({ id: 'q-2', name: 'VIP 2', members: [ME.id] });
    await site.sweep(3);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('by a presence label, also one that another division gets', async () => {
    const coaching = { id: 'p-1', name: 'Coaching', system: 'Busy' };
    await begin(policyWith('{ secondary_presence: [Coaching] }'), {
      labels: [coaching],
      people: [{ ...ME, presence: 'p-1' }, { ...OTHER }],
    });
    await site.sweep(2);
    site.labels = [coaching, { ...coaching, id: 'p-2' }];
    me().presence = 'p-2';
    await site.sweep(6);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('perhaps by a presence label of a division whose labels the worker is not shown', async () => {
    await begin(policyWith('{ secondary_presence: [Coaching] }'), {
      labels: [{ id: 'p-1', name: 'Coaching', system: 'Busy' }],
      people: [{ ...ME, presence: 'p-9' }, { ...OTHER, presence: 'def-busy' }, person(3)],
    });
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id, person(3).id]);
  });

  test('by an e-mail address that a new account has', async () => {
    await begin(policyWith('{ users: [me@example.com] }'), {
      people: [{ ...ME, email: 'me@example.com' }, { ...OTHER }],
    });
    await site.sweep(2);
    site.people = [person(3, { email: 'ME@example.com' }), site.people[1]!];
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id]);
    // Users are seen in each sweep: their list is not read again.
    expect(site.asked('/api/v2/users/query')).toBe(1 + 7);
  });

  test('by a queue that the agent joined a minute ago: its members are read again too', async () => {
    await begin(policyWith('{ queues: [VIP] }'), { queues: [{ id: 'q-1', name: 'VIP', members: [] }] });
    await site.sweep(2);
    site.queues[0]!.members.push(ME.id);
    await site.sweep(3);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });
});

describe('what a name stood for before goes on protecting', () => {
  const labels = [{ id: 'p-1', name: 'Coaching', system: 'Busy' }];
  const coached = (): Person[] => [{ ...ME, presence: 'p-1' }, { ...OTHER }];
  const policy = policyWith('{ secondary_presence: [Coaching] }');

  test('an agent who still shows the label of before, over a restart as well, until the policy changes', async () => {
    await begin(policy, { labels, people: coached() });
    await site.sweep(2);
    site.labels = [
      { id: 'p-2', name: 'Coaching', system: 'Busy' },
      { id: 'p-1', name: 'Coaching (old)', system: 'Busy' },
    ];
    await site.sweep(4);
    expect(site.loggedOff).toEqual([OTHER.id]);
    await site.restart();
    await site.sweep(4);
    expect(site.loggedOff).toEqual([OTHER.id]);
    await site.restart(policy.replace('settle: 0', 'settle: 1'));
    await site.sweep(4);
    expect(site.loggedOff).toEqual([OTHER.id, ME.id]);
  });

  test('until the policy changes while the worker runs, whose own names are then looked up', async () => {
    await begin(policy, { labels, people: coached(), groups: [{ id: 'g-1', name: 'Night' }] });
    await site.sweep(2);
    site.labels = [
      { id: 'p-2', name: 'Coaching', system: 'Busy' },
      { id: 'p-1', name: 'Old', system: 'Busy' },
    ];
    await site.sweep(4);
    site.people.push(person(3, { groups: ['g-2'] }));
    await site.reload(policyWith('{ secondary_presence: [Coaching] }, { groups: [Night] }'));
    await site.sweep(2);
    site.groups = [{ id: 'g-2', name: 'Night' }];
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id, ME.id]);
  });

  test('an agent whose label was made anew while no worker ran', async () => {
    await begin(policy, { labels, people: coached() });
    await site.sweep(1);
    site.labels = [
      { id: 'p-2', name: 'Coaching', system: 'Busy' },
      { id: 'p-1', name: 'Old', system: 'Busy' },
    ];
    await site.restart();
    await site.sweep(6);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('the members of a queue that was deleted and made anew without them', async () => {
    await begin(policyWith('{ queues: [VIP] }'), { queues: [{ id: 'q-1', name: 'VIP', members: [ME.id] }] });
    await site.sweep(2);
    site.queues = [{ id: 'q-2', name: 'VIP', members: [] }];
    await site.sweep(60);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });

  test('an agent in a profile of before in which no rule is due', async () => {
    const lenient =
      '  - { name: lenient, match: { queues: [VIP] }, rules: [{ id: late, when: { routing: [off_queue] }, limit: 12h }] }\n';
    await begin(policyWith('', lenient), { queues: [{ id: 'q-1', name: 'VIP', members: [ME.id] }] });
    await site.sweep(2);
    site.queues = [
      { id: 'q-1', name: 'Old VIP', members: [ME.id] },
      { id: 'q-2', name: 'VIP', members: [] },
    ];
    await site.sweep(5);
    expect(site.loggedOff).toEqual([OTHER.id]);
  });
});

test('a name that vanishes is warned of once, and its id is used', async () => {
  await begin(policyWith('{ groups: [Night] }'), {
    groups: [{ id: 'g-1', name: 'Night' }],
    people: [{ ...ME, groups: ['g-1'] }, { ...OTHER }],
  });
  await site.sweep(1);
  site.groups = [];
  await site.sweep(25);
  expect(site.loggedOff).toEqual([OTHER.id]);
  expect(site.warned.filter((each) => each.includes('is gone from the platform'))).toHaveLength(1);
});

test('an exemption whose time is up while the worker runs is warned of, once', async () => {
  await begin(policyWith('{ users: ["agent1@*"], until: 2026-03-02T09:04:30Z }'), {});
  const over = (): number => site.warned.filter((each) => each.includes('is over')).length;
  await site.sweep(5);
  expect([site.loggedOff, over()]).toEqual([[OTHER.id], 0]);
  await site.sweep(30);
  expect([site.loggedOff, over()]).toEqual([[OTHER.id, ME.id], 1]);
});

describe('what no agent fits', () => {
  const groups = [{ id: 'g-1', name: 'Night' }];
  const unfit = (): string[] =>
    site.warned.filter((each) => each.includes('no agent fits')).map((each) => each.replace(/^.*?: /, ''));

  test('is said after the first whole sweep, once, and again when a name stands for something else', async () => {
    await begin(policyWith('{ groups: [Night] }, { users: ["*@vendro.example.com"] }'), {
      groups,
      people: [{ ...ME, groups: ['g-1'] }],
    });
    expect(unfit()).toEqual([]);
    for (const listing of ['/api/v2/users/query', '/api/v2/users']) site.broken.set(listing, 500);
    await site.sweep(1);
    expect(unfit()).toEqual([]);
    site.broken.clear();
    await site.sweep(12);
    const slip = ['exempt[1]: no agent fits this exemption', 'exempt[1].users[0]: no agent fits this'];
    expect(unfit()).toEqual(slip);
    site.groups = [{ id: 'g-2', name: 'Night' }];
    await site.sweep(12);
    expect(unfit()).toEqual([
      ...slip,
      'exempt[0]: no agent fits this exemption',
      slip[0],
      'exempt[0].groups[0]: no agent fits "Night"',
      slip[1],
    ]);
  });

  test('is said by validate --online too, and that it could not be checked', async () => {
    await begin(policyWith('{ groups: [Night] }'), { groups });
    folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-names-'));
    const file = join(folder, 'p.yaml');
    writeFileSync(file, site.text);
    const lines: string[] = [];
    const output = outputTo((text) => lines.push(text.replace(/\n$/, '')));
    expect(await validate({ config: file, online: true }, output)).toBe(0);
    expect(
      lines.filter((line) => line.startsWith('warning')).map((line) => line.replace(/^warning: .*?: /, '')),
    ).toEqual(['exempt[0]: no agent fits this exemption', 'exempt[0].groups[0]: no agent fits "Night"']);
    lines.length = 0;
    for (const listing of ['/api/v2/users/query', '/api/v2/users']) site.broken.set(listing, 500);
    expect(await validate({ config: file, online: true }, output)).toBe(0);
    expect(lines.join('\n')).toContain('the exemptions and profiles were not checked against the agents: ');
  });
});

describe('a look-up', () => {
  const groups = [{ id: 'g-1', name: 'Night' }];

  test('is made every ten sweeps, and with a log-off once in that sweep', async () => {
    await begin(policyWith('{ groups: [Night] }'), { groups, people: [{ ...ME, groups: ['g-1'] }] });
    await site.sweep(9);
    expect(site.asked('/api/v2/groups')).toBe(1);
    await site.sweep(1);
    expect(site.asked('/api/v2/groups')).toBe(2);
    await site.sweep(5);
    site.people.push({ ...OTHER }, person(3), person(4));
    await site.sweep(3);
    expect(site.asked('/api/v2/groups')).toBe(2);
    await site.sweep(1);
    expect(site.loggedOff).toHaveLength(3);
    expect(site.asked('/api/v2/groups')).toBe(3);
  });

  test('that fails holds back agents whose verdict needs it, and no others, and is tried again in the next sweep', async () => {
    const roles = [{ id: 'r-1', name: 'Trainer' }];
    const profile =
      '  - { name: trainers, match: { roles: [Trainer] }, rules: [{ id: t, when: { routing: [off_queue] }, limit: 2m, actions: [offline, revoke_tokens] }] }\n';
    await begin(
      policyWith('{ groups: [Night], roles: [Trainer] }', profile).replace(
        'exempt: [{ groups',
        'exempt: [{ groups',
      ),
      {
        groups,
        roles,
        people: [{ ...ME, roles: ['r-1'] }, { ...OTHER }],
      },
    );
    await site.sweep(2);
    site.broken.set('/api/v2/groups', 500);
    await site.sweep(3);
    // Only trainers can be exempt by the group.
    expect(site.loggedOff).toEqual([OTHER.id]);
    expect(site.warned.filter((each) => each.startsWith('names could not be looked up'))).toHaveLength(1);
    site.broken.clear();
    await site.sweep(1);
    expect(site.loggedOff).toEqual([OTHER.id, ME.id]);
  });

  test('that fails holds back no agent where the names were read in the sweep before', async () => {
    await begin(policyWith('{ groups: [Night] }'), { groups, people: [{ ...ME }] });
    await site.sweep(1);
    site.people.push({ ...OTHER });
    await site.sweep(3);
    expect([site.loggedOff, site.asked('/api/v2/groups')]).toEqual([[ME.id], 2]);
    site.broken.set('/api/v2/groups', 500);
    await site.sweep(1);
    expect(site.loggedOff).toEqual([ME.id, OTHER.id]);
    site.people.push(person(3));
    await site.sweep(6);
    expect(site.loggedOff).toEqual([ME.id, OTHER.id]);
  });

  test.each<[string, string, object]>([
    ['a group without its name', '{ groups: [Night] }', { groups: [{ id: 'g-2' }] }],
    ['a group without its id', '{ groups: [Night] }', { groups: [{ name: 'Night' }] }],
    ['no group at all', '{ groups: [Night] }', { groups: [null] }],
    [
      'a label without its words',
      '{ secondary_presence: [Coaching] }',
      { labels: [{ id: 'g-2', system: 'Meeting' }] },
    ],
    [
      'a queue without its name, for a wildcard',
      '{ queues: ["VIP*"] }',
      {
        queues: [
          { id: 'q-1', name: 'VIP 1', members: [] },
          { id: 'g-2', members: [ME.id] },
        ],
      },
    ],
  ])('that brings %s instead of the name is one that failed', async (_, exempt, change) => {
    await begin(policyWith(exempt), {
      groups,
      labels: [{ id: 'g-1', name: 'Coaching', system: 'Meeting' }],
      queues: [{ id: 'q-1', name: 'VIP 1', members: [] }],
      people: [{ ...ME, groups: ['g-1'], presence: 'g-1' }],
    });
    await site.sweep(2);
    Object.assign(site, change);
    Object.assign(me(), { groups: ['g-2'], presence: 'g-2' });
    await site.sweep(4);
    expect(site.loggedOff).toEqual([]);
    expect(site.warned.filter((each) => each.startsWith('names could not be looked up'))).toHaveLength(1);
  });

  test('that brings a damaged entry beside all that the policy names holds back no agent', async () => {
    await begin(policyWith('{ groups: [Night] }'), { groups });
    await site.sweep(2);
    site.groups = [...groups, { id: 'g-2' } as never];
    await site.sweep(3);
    expect(site.loggedOff).toEqual([ME.id, OTHER.id]);
  });

  test('that fails holds them back also where the names were read by a clock that was hours ahead', async () => {
    await begin(policyWith('{ groups: [Night] }'), { groups, ahead: 2 * HOUR });
    await site.sweep(2);
    site.ahead = 0;
    await site.sweep(1);
    site.broken.set('/api/v2/groups', 500);
    await site.sweep(4);
    expect(site.loggedOff).toEqual([]);
  });

  test('of members that fails holds back the agents that it could protect', async () => {
    await begin(policyWith('{ queues: [VIP] }'), { queues: [{ id: 'q-1', name: 'VIP', members: [] }] });
    await site.sweep(2);
    site.broken.set('/api/v2/routing/queues/q-1/members', 503);
    await site.sweep(3);
    expect(site.loggedOff).toEqual([]);
    site.broken.clear();
    await site.sweep(2);
    expect(site.loggedOff).toEqual([ME.id, OTHER.id]);
  });

  test('that finds two things of a name, neither of them the one of before, leaves alone the agents that either could protect', async () => {
    await begin(policyWith('{ groups: [Night], divisions: [Home] }'), { groups });
    site.people[1]!.division = 'd-elsewhere';
    await site.sweep(2);
    site.groups = [
      { id: 'g-8', name: 'Night' },
      { id: 'g-9', name: 'Night' },
    ];
    me().groups = ['g-8'];
    await site.sweep(12);
    expect(site.loggedOff).toEqual([OTHER.id]);
    expect(
      site.warned.filter((each) => each.startsWith('names of the policy can no longer be resolved')),
    ).toHaveLength(1);
    site.groups.pop();
    await site.sweep(2);
    expect(site.loggedOff).toEqual([OTHER.id]);
    me().groups = [];
    await site.sweep(1);
    expect(site.loggedOff).toEqual([OTHER.id, ME.id]);
  });

  test('does not stop the worker where the store cannot keep what it found', async () => {
    await begin(policyWith('{ groups: [Night] }'), {
      groups,
      people: [{ ...ME, groups: ['g-1'] }, { ...OTHER }],
    });
    await site.sweep(1);
    site.groups = [{ id: 'g-2', name: 'Night' }];
    me().groups = ['g-2'];
    site.store.instead.setFacts = () => Promise.reject(new Error('the disk is full'));
    await site.sweep(4);
    expect(site.loggedOff).toEqual([OTHER.id]);
    expect(site.warned).toContain('the ids of names could not be stored');
  });
});
