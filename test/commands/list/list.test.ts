/** Who is idle now, from a store as a worker leaves it behind. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { list, type ListOptions } from '../../../src/commands/list/command.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';

import { noteUnread } from '../../../src/domain/tracking/own-logoff.ts';
import { clockTime } from '../../domain/build.ts';
import { RULES, StoredCentre, type StoreParts } from '../stored.ts';

let centre: StoredCentre | undefined;
afterEach(() => {
  centre?.remove();
});

function begin(parts: StoreParts = {}): StoredCentre {
  centre?.remove();
  centre = new StoredCentre(parts);
  return centre;
}

/** What `list` prints 20 seconds after the last sweep, line by line. */
async function printed(options: ListOptions = {}, at = '10:00:20'): Promise<readonly string[]> {
  let text = '';
  const output = outputTo((piece) => (text += piece));
  const now = (): number => clockTime(at);
  expect(await list({ config: centre!.config, ...options }, output, { now })).toBe(0);
  return text.trimEnd().split('\n');
}

/** Columns of the table that are two blanks apart, without the head and what stands above it. */
async function rows(options: ListOptions = {}, at?: string): Promise<readonly (readonly string[])[]> {
  const lines = await printed(options, at);
  const head = lines.findIndex((line) => line.startsWith('agent '));
  return head < 0 ? [] : lines.slice(head + 1).map((line) => line.split(/ {2,}/));
}

/** The list as a program reads it. */
async function facts(options: ListOptions = {}, at?: string): Promise<Record<string, unknown>> {
  const lines = await printed({ ...options, json: true }, at);
  return JSON.parse(lines.join('\n')) as Record<string, unknown>;
}

describe('the list', () => {
  test('shows agents who are idle with rule, measured of limit, due time and what protects, the next due first', async () => {
    await begin()
      .agent('waiting', (told) => told.at('09:20', { presence: 'AWAY' }).until('10:00'))
      .agent('due', (told) => told.until('10:00'))
      .agent('exempt', (told) => told.until('10:00'))
      .agent('meal', (told) => told.at('09:25', { presence: 'MEAL' }).until('10:00'))
      .agent('night', (told) => told.at('09:59', { presence: 'TRAINING' }).until('10:00'))
      .agent('calling', (told) => told.at('09:10', { talks: 1 }).until('10:00'))
      .agent('offline', (told) => told.at('09:10', { presence: 'OFFLINE' }).until('10:00'))
      .agent('queue', (told) => told.at('09:10', { presence: 'ON_QUEUE' }).until('10:00'))
      .agent('break', (told) => told.at('09:10', { presence: 'BREAK' }).until('10:00'))
      .save();
    expect(await rows()).toEqual([
      [
        'Meal Person',
        'agents',
        'meal, off queue',
        'reported',
        '35m of 30m',
        'now, since 09:55',
        'only observed',
      ],
      ['Due Person', 'agents', 'available, off queue', 'gone', '1h of 1h', 'now, since 10:00'],
      ['Waiting Person', 'agents', 'away, off queue', 'gone', '40m of 1h', '10:20, in 19m'],
      [
        'Night Person',
        'agents',
        'training, off queue',
        'night',
        '0s of 10m',
        '20:10, in 10h9m',
        'outside the rule’s hours',
      ],
      ['Exempt Person', 'agents', 'available, off queue', 'gone', '1h of 1h', '–', 'exempt: lobby screen'],
    ]);
  });

  test('shows a name that would move the cursor or forge a line with its codes written out', async () => {
    await begin()
      .agent('evil\u001b[2J\nforged', (told) => told.until('10:00'))
      .save();
    const lines = await printed();
    expect(lines.at(-1)).toMatch(/^Evil\\u001b\[2J\\nforged Person {2}agents /);
    expect((await printed({ json: true })).join('')).not.toContain('\u001b');
  });

  test('says of which sweep it is true, how old that is, and from which store and worker', async () => {
    await begin({ sweep: { online: 7 } })
      .agent('due', (told) => told.until('10:00'))
      .save();
    const [first, second] = await printed({ tz: 'Europe/Vienna' });
    expect(first).toBe('1 agent idle, 1 due, of 7 online; as of 11:00:00 (Europe/Vienna), 20s ago');
    expect(second).toMatch(`Store: ${centre!.sqlite}. Worker: run on host `);
    expect(second).toMatch(/its last sweep began 20s ago\.$/);
  });

  test('says which exemptions may protect as well, since groups are not stored', async () => {
    await begin()
      .agent('due', (told) => told.until('10:00'))
      .save();
    expect(await printed()).toContain(
      'Groups, roles, divisions, queues and teams are not stored: exemptions by them may protect agents of this list as well ("holiday cover").',
    );
  });

  test('knows which exemptions the last sweep found, and asks no more where it found none', async () => {
    await begin()
      .agent('due', (told) => told.until('10:00'), 'agents', '')
      .agent('oncall', (told) => told.until('10:00'), 'agents', 'holiday cover')
      .save();
    expect((await rows()).map((row) => [row[0], row.at(-1)])).toEqual([
      ['Due Person', 'now, since 10:00'],
      ['Oncall Person', 'exempt: holiday cover'],
    ]);
    expect((await printed()).join('\n')).not.toContain('are not stored');
  });

  test('does not rest on exemptions that were found under another policy', async () => {
    await begin({ policyHash: '0a1b2c3d4e5f' })
      .agent('due', (told) => told.until('10:00'), 'agents', '')
      .agent('oncall', (told) => told.until('10:00'), 'agents', 'holiday cover')
      .save();
    const { agents } = await facts();
    expect((agents as { readonly perhapsExempt: unknown }[]).map((each) => each.perhapsExempt)).toEqual([
      ['holiday cover'],
      ['holiday cover'],
    ]);
  });

  test('says so where no worker has swept lately', async () => {
    await begin()
      .agent('due', (told) => told.until('10:00'))
      .save();
    const [first, second] = await printed({}, '11:00');
    expect(first).toContain('as of 10:00:00 (UTC), 1h ago');
    expect(second).toContain('No worker sweeps this store: the last sweep began 1h ago, by run on host');
  });

  test('leaves out agents whom the platform lists no more, and counts them', async () => {
    await begin()
      .agent('deleted', (told) => told.until('09:50'))
      .agent('due', (told) => told.until('10:00'))
      .save();
    const lines = await printed();
    expect(lines).toContain('1 agent not seen by the last sweeps: not listed.');
    expect((await rows()).map(([name]) => name)).toEqual(['Due Person']);
  });

  test('shows agents whose reading cannot be used, and what of it is unknown', async () => {
    await begin()
      .agent('odd', (told) => {
        const missing = [{ part: 'routingStatus', why: 'missing' } as const];
        return told.until('09:30').put(noteUnread(told.state(), missing, clockTime('09:31')));
      })
      .save();
    const [row = []] = await rows();
    expect(row.slice(0, 4)).toEqual(['Odd Person', 'agents', 'available, off queue', 'gone']);
    expect(row.at(-1)).toBe('reading unknown (routingStatus)');
  });

  test('shows where on the ladder an agent is who came back', async () => {
    const returns =
      'returns: { window: 2m, ladder: [{ wait: 5m, actions: [offline] }, { wait: 9m, actions: [offline, revoke_tokens] }] }\n';
    await begin({ rules: RULES.replace(/exempt:[\s\S]*?profiles:/, 'profiles:'), more: returns, at: '10:06' })
      .agent('back', (told) =>
        told.enforced({ after: '20s', restores: true, movesToken: true }).until('10:03'),
      )
      .agent('again', (told) =>
        told.enforced({ after: '20s', restores: true, movesToken: true }).until('10:05'),
      )
      .save();
    const found = await rows({}, '10:06:20');
    expect(found).toEqual([
      [
        'Again Person',
        'agents',
        'available, off queue',
        'gone, rung 1',
        '–',
        '10:05, next sweep',
        'waits for rung 1',
      ],
      [
        'Back Person',
        'agents',
        'available, off queue',
        'gone, rung 1',
        '–',
        '10:05, next sweep',
        'waits for rung 1',
      ],
    ]);
  });

  test('says what holds a log-off back that is due, as the next sweep will plan it', async () => {
    await begin({ more: 'caps: { per_sweep: 1 }\n', at: '10:01' })
      .agent('first', (told) => told.until('10:01'))
      .agent('second', (told) => told.at('09:00:30', { presence: 'AWAY' }).until('10:01'))
      .save();
    expect((await rows()).map((row) => row.at(-1))).toEqual(['now, since 10:00', 'caps.per_sweep']);
  });

  test('says that all action is paused', async () => {
    const pause = { since: clockTime('09:30'), until: undefined, reason: 'a complaint' };
    await begin({ pause })
      .agent('due', (told) => told.until('10:00'))
      .save();
    const lines = await printed();
    expect(lines[0]).toContain('1 agent idle, 1 due (1 held back)');
    expect(lines.at(-1)).toMatch(/ paused$/);
  });
});

describe('filters', () => {
  const full = (): Promise<StoredCentre> =>
    begin()
      .agent('due', (told) => told.until('10:00'))
      .agent('meal', (told) => told.at('09:45', { presence: 'MEAL' }).until('10:00'))
      .agent('calling', (told) => told.at('09:10', { talks: 1 }).until('10:00'))
      .agent('offline', (told) => told.at('09:10', { presence: 'OFFLINE' }).until('10:00'))
      .agent('stranger', (told) => told.until('10:00'), null)
      .save();
  const names = async (options: ListOptions): Promise<readonly (string | undefined)[]> =>
    (await rows(options)).map(([name]) => name);

  test.each<[string, ListOptions, readonly string[]]>([
    ['a rule', { rule: 'reported' }, ['Meal Person']],
    ['a profile', { profile: 'agents' }, ['Due Person', 'Meal Person']],
    ['a reason', { reason: ['due'] }, ['Due Person']],
    [
      'reasons of agents who are not idle',
      { reason: ['engaged', 'offline'] },
      ['Calling Person', 'Offline Person'],
    ],
    ['agents without a profile', { reason: ['no_profile'] }, ['Stranger Person']],
    ['a rule and a reason', { rule: 'gone', reason: ['waiting'] }, []],
  ])('keep %s', async (_, options, expected) => {
    await full();
    expect(await names(options)).toEqual(expected);
  });

  test.each<[ListOptions, RegExp]>([
    [{ rule: 'gnoe' }, /^--rule: the policy has no "gnoe"; did you mean gone\?$/],
    [{ profile: 'agent' }, /^--profile: the policy has no "agent"; did you mean agents\?$/],
    [{ reason: ['engagd'] }, /^--reason: "engagd" is no reason: due, .* Did you mean engaged\?$/],
    [{ tz: 'BST' }, /^--tz: "BST" is not a time zone/],
    [{ watch: true }, /^--watch redraws a terminal/],
    [{ watch: true, json: true }, /give one of them/],
  ])('that mean nothing are refused: %j', async (options, text) => {
    await full();
    const refused = list(
      { config: centre!.config, ...options },
      outputTo(() => undefined),
    );
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await expect(refused).rejects.toThrow(text);
  });
});

describe('a policy that cannot be used', () => {
  const spoilt = async (): Promise<void> => {
    await begin()
      .agent('due', (told) => told.until('10:00'))
      .agent('calling', (told) => told.at('09:10', { talks: 1 }).until('10:00'))
      .agent('away', (told) => told.at('09:50', { presence: 'AWAY' }).until('10:00'))
      .save();
    const { config, sqlite } = centre!;
    writeFileSync(config, `version: 1\nmode: maybe\nstore: { sqlite: ${sqlite} }\nlog: { identities: id }\n`);
  };

  test('still leaves a list of agents online, the longest without a sign first, named as the policy wants', async () => {
    await spoilt();
    const lines = await printed();
    expect(lines[0]).toContain('2 agents online and in no interaction');
    expect(lines.join('\n')).toContain('The policy cannot be used here: ');
    expect(lines).toContain('No rule is weighed.');
    expect(await rows()).toEqual([
      ['due', 'agents', 'available, off queue', '09:00', '1h'],
      ['away', 'agents', 'away, off queue', '09:50', '10m'],
    ]);
  });

  test('has no rules to filter by', async () => {
    await spoilt();
    const refused = list(
      { config: centre!.config, rule: 'gone' },
      outputTo(() => undefined),
    );
    await expect(refused).rejects.toThrow(/^--rule and --reason need the policy/);
  });

  test('which is not YAML at all shows ids, since it may want no names to be shown', async () => {
    await spoilt();
    writeFileSync(centre!.config, 'version: [1\nlog: { identities: hash }\n');
    const lines = await printed({ store: centre!.sqlite });
    expect(lines).toContain('Agents are shown by id: what log.identities of the policy says cannot be read.');
    expect(lines.join('\n')).not.toContain('Person');
  });
});

describe('agents in an interaction', () => {
  test('are told since when, the longest first, and for whom that is too long', async () => {
    await begin({ more: 'caps: { engaged_too_long: 30m }\n' })
      // In a state that a rule covers: an interaction protects for as long as it lasts, so that nothing is due.
      .agent('brief', (told) => told.at('09:55', { presence: 'AWAY', talks: 1 }).until('10:00'))
      .agent('stuck', (told) => told.at('09:10', { talks: 1 }).until('10:00'))
      .save();
    const told = await rows({ reason: ['engaged'] });
    expect(told.map((row) => [row[0], row.at(-1)])).toEqual([
      ['Stuck Person', 'in an interaction for 50m, longer than caps.engaged_too_long'],
      ['Brief Person', 'in an interaction for 5m'],
    ]);
    const { agents } = await facts({ reason: ['engaged'] });
    expect(agents).toMatchObject([
      { id: 'stuck', engagedSince: '2026-03-02T09:10:00.000Z', engagedTooLong: true },
      { id: 'brief', engagedSince: '2026-03-02T09:55:00.000Z', engagedTooLong: false },
    ]);
  });
});

describe('identities', () => {
  test.each([
    ['name', 'Due Person', 'due'],
    ['id', 'due', 'due'],
    ['hash', /^[0-9a-f]{12}$/, undefined],
  ])('are those of log.identities: %s', async (identities, shown, id) => {
    await begin({ more: `log: { identities: ${identities} }\n` })
      .agent('due', (told) => told.until('10:00'))
      .save();
    const [row = []] = await rows();
    expect(row[0]).toEqual(typeof shown === 'string' ? shown : expect.stringMatching(shown));
    const { agents } = await facts();
    const [agent] = agents as [Record<string, unknown>];
    expect([agent['agent'], agent['id']]).toEqual([row[0], id]);
  });

  test('of people of the same name are told apart in the table; programs have the id', async () => {
    await begin()
      .agent('sam', (told) => told.until('10:00'))
      .agent('SAM', (told) => told.until('10:00'))
      .save();
    const marked = (await rows()).map(([name]) => name);
    expect(new Set(marked).size).toBe(2);
    for (const name of marked) expect(name).toMatch(/^Sam Person \(.+\)$/i);
    const { agents } = await facts();
    for (const agent of agents as Record<string, unknown>[]) expect(agent['agent']).toMatch(/^sam person$/i);
  });
});

test('programs get facts: ISO times, seconds, and null for what is not known', async () => {
  await begin({ sweep: { online: 3 }, rules: RULES.replace(/ {2}- \{ groups.*\n/, '') })
    .agent('waiting', (told) => told.at('09:20', { presence: 'AWAY' }).until('10:00'))
    .save();
  const all = await facts();
  expect(all).toMatchObject({
    now: '2026-03-02T10:00:20.000Z',
    store: centre!.sqlite,
    worker: {
      running: true,
      command: 'run',
      sweptAt: '2026-03-02T10:00:00.000Z',
      interval_seconds: MINUTE / 1_000,
    },
    asOf: '2026-03-02T10:00:00.000Z',
    mode: 'enforce',
    policy: centre!.hash,
    policyFault: null,
    online: 3,
    notSeen: 0,
    caveats: [],
  });
  expect(all['agents']).toEqual([
    {
      id: 'waiting',
      agent: 'Waiting Person',
      profile: 'agents',
      presence: 'AWAY',
      routing: 'OFF_QUEUE',
      seenAt: '2026-03-02T10:00:00.000Z',
      lastSignAt: '2026-03-02T09:20:00.000Z',
      reason: 'waiting',
      detail: null,
      rule: 'gone',
      clock: 'since_sign',
      measured_seconds: 2_400,
      limit_seconds: 3_600,
      dueAt: '2026-03-02T10:20:00.000Z',
      hold: null,
      engagedSince: null,
      engagedTooLong: null,
      protects: null,
      perhapsExempt: [],
    },
  ]);
});

test('a policy that the worker does not use yet is said to be another one', async () => {
  await begin({ policyHash: '0a1b2c3d4e5f' })
    .agent('due', (told) => told.until('10:00'))
    .save();
  expect(await printed()).toContain(
    `The policy here (${centre!.hash}) is not the one of the last sweep (0a1b2c3d4e5f): what is due may differ.`,
  );
});

test('An enforcing rule is shown before one that only reports, although that one is due sooner', async () => {
  const reporting = '      - { id: soon, mode: observe, when: { presence: [away] }, limit: 50m }\n';
  await begin({ rules: RULES.replace('calendars:\n', `${reporting}calendars:\n`) })
    .agent('waiting', (told) => told.at('09:20', { presence: 'AWAY' }).until('10:00'))
    .save();
  expect((await rows()).map(([name, , , rule, measured]) => [name, rule, measured])).toEqual([
    ['Waiting Person', 'gone', '40m of 1h'],
  ]);
});

test('agents whose rule waits for the licence peak are told as that, and how near it is', async () => {
  const rules = RULES.replace('limit: 1h }', 'limit: 1h, near_peak: 90% }');
  await begin({ rules, sweep: { peak: { online: 40, peak: 50, learntAt: undefined } } })
    .agent('away', (told) => told.until('10:00'))
    .save();
  expect(await rows()).toEqual([
    [
      'Away Person',
      'agents',
      'available, off queue',
      'gone',
      '1h of 1h',
      'now, since 10:00',
      'waits for the licence peak',
    ],
  ]);
  expect(await printed()).toContain('Head-count: 40, which is 80 % of the licence peak of 50.');
  expect((await facts())['agents']).toMatchObject([
    { reason: 'observed', detail: 'below_peak', rule: 'gone' },
  ]);
  await begin({ rules, sweep: { peak: { online: 45, peak: 50, learntAt: undefined } } })
    .agent('away', (told) => told.until('10:00'))
    .save();
  expect((await facts())['agents']).toMatchObject([{ reason: 'due' }]);
});
