import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { explain as explainCommand } from '../../../src/commands/explain/command.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import type { Observation } from '../../../src/domain/agent.ts';
import type { StoredEvent } from '../../../src/domain/record.ts';
import { EVERYONE } from '../../../src/domain/policy/policy.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { Tracker } from '../../../src/controller/tracker.ts';
import { NO_CONTROLLER_STATE } from '../../../src/controller/controller-state.ts';
import { explainAgent, type ExplainInput } from '../../../src/commands/explain/explain.ts';
import { recordedAt } from '../../../src/commands/explain/record.ts';
import { linesOf } from '../../../src/commands/explain/view.ts';
import { meaningOf } from '../../../src/commands/explain/words.ts';
import { textTable } from '../../../src/texts/table.ts';
import { timesIn } from '../../../src/commands/shared/times.ts';
import { openStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { clockTime, exemption, matcher, policy, rule } from '../../domain/build.ts';
import { story, type Story } from '../../domain/story.ts';
import { fakePlatform, user } from '../../genesys/fake-platform.ts';

const ADA = { id: 'ada', name: 'Ada Okafor', email: 'ada@example.com', profile: 'agents' };

/** What the store would say of a story, at its last sweep. */
function inputOf(told: Story, parts: Partial<ExplainInput> = {}): ExplainInput {
  const profile = told.policy.profiles[0]?.name;
  return {
    agent: { ...ADA, id: told.agent.id, profile },
    memory: told.state(),
    policy: told.policy,
    standing: { ...NO_CONTROLLER_STATE, policyHash: told.policy.hash },
    pause: undefined,
    events: [],
    learnt: [],
    sources: { known: NO_BEHAVIOUR_KNOWN.evidence, asked: ['timeline'] },
    interval: MINUTE,
    now: told.now + 20 * SECOND,
    ...parts,
  };
}

/** The last look of a story, as one through the platform. */
function liveOf(told: Story): NonNullable<ExplainInput['live']> {
  const { last, seenAt } = told.state();
  const { presence, presenceId, presenceSince, routing, routingSince, tokenAt } = last;
  const observation = {
    agentId: told.agent.id,
    at: seenAt,
    presence: { system: presence, definitionId: presenceId, since: presenceSince },
    routing: { status: routing, since: routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: tokenAt,
    missing: [],
  };
  return { agent: told.agent, observation };
}

function textOf(input: ExplainInput): string {
  return linesOf(explainAgent(input), timesIn('UTC', input.now), textTable).join('\n');
}

const GONE = rule({ id: 'gone', limit: '60m', description: 'Off queue and silent' });

function event(seq: number, time: string, more: Partial<StoredEvent>): StoredEvent {
  return { seq, kind: 'intent', at: clockTime(time), agentId: 'ada', agentName: 'Ada Okafor', ...more };
}

const LOGGED_OFF: readonly StoredEvent[] = [
  event(1, '10:00', {
    intentId: 'a',
    rule: 'gone',
    measured: 60 * MINUTE,
    limit: 60 * MINUTE,
    actions: ['offline'],
  }),
  event(2, '10:00:05', {
    kind: 'verified',
    intentId: 'a',
    rule: 'gone',
    measured: 60 * MINUTE,
    limit: 60 * MINUTE,
  }),
  event(3, '10:00:20', { kind: 'return', reason: 'silent after our log-off', delay: 15 * SECOND }),
  event(4, '10:02', {
    intentId: 'b',
    rule: 'gone',
    rung: 0,
    measured: 100 * SECOND,
    limit: MINUTE,
    actions: ['offline'],
  }),
  event(5, '10:02:05', {
    kind: 'verified',
    intentId: 'b',
    rule: 'gone',
    rung: 0,
    measured: 100 * SECOND,
    limit: MINUTE,
  }),
];

test.each<[Partial<StoredEvent> & Pick<StoredEvent, 'kind'>, string]>([
  [{ kind: 'verified' }, 'carried out, and seen Offline afterwards'],
  [
    { kind: 'verified', reason: 'not done: release_station (forbidden)' },
    'seen Offline afterwards; not done: release station (forbidden)',
  ],
  [
    {
      kind: 'unverified',
      reason: 'told after an interruption; not known to be done: offline, revoke_tokens',
    },
    'begun; its outcome was told after an interruption; not known to be done: offline, revoke tokens',
  ],
  [
    { kind: 'failed', reason: 'not done: revoke_tokens (refused)' },
    'failed: not done: revoke tokens (refused)',
  ],
])('what the record says of %j is told as "%s"', (event, words) => {
  expect(meaningOf({ seq: 1, at: 0, ...event })).toBe(words);
});

describe('an explanation', () => {
  test('of an agent whose clock runs says when, by which rule, and on what numbers', () => {
    const text = textOf(inputOf(story({ rules: [GONE] }).until('09:45')));
    expect(text).toContain(
      'Ada Okafor would be logged off by the first sweep from 10:00:00 on, by rule gone ("Off queue and silent"), if nothing happens: available, off queue; 45m of 1h since the last sign of a person.',
    );
    expect(text).toContain('No sign of a person has been seen since watching began at 09:00:00.');
    expect(text).toContain('Last seen at 09:45:00, 20s ago: available, off queue; profile');
    expect(text).toMatch(/gone .* clock runs +since_sign +45m +1h +10:00:00 +enforce/);
    expect(text).toContain('The record has no event of this agent.');
  });

  test('of an agent who was logged off says what did it, in words that need no glossary', () => {
    const told = story({ rules: [GONE] })
      .until('10:00')
      .logOff()
      .until('10:05');
    const text = textOf(inputOf(told, { events: LOGGED_OFF }));
    expect(text).toMatch(/Ada Okafor is Offline since 10:00:\d\d, logged off by this service\./);
    expect(text).toContain(
      'The last log-off, at 10:02:05, answered a return without a person: 1m40s had passed since it or since the last answer, rung 1 of the ladder waits 1m. Outcome: carried out, and seen Offline afterwards.',
    );
    expect(text).toContain(
      'The first log-off was by rule gone at 10:00:05: 1h since the last sign of a person, the limit was 1h.',
    );
    expect(text).toContain(
      'the browser came back by itself (silent after our log-off), 15s after going; no sign of a person',
    );
    expect(text).toMatch(/10:00:00 +intent +gone +1h +1h +to be set Offline/);
  });

  test('of an agent protected by ids that names had before says so, from the store and live', () => {
    const former = policy({
      exempt: [exemption({ label: 'holiday', match: matcher({ users: ['agent-1'] }) })],
    });
    const told = story({ rules: [GONE], policy: { former } }).until('10:05');
    const exempt = 'exempt (holiday, by the id that a name had before).';
    for (const parts of [{}, { live: liveOf(told) }]) expect(textOf(inputOf(told, parts))).toContain(exempt);
    expect(textOf(inputOf(told))).toContain(
      'whether they give the agent another profile is not stored: use --live.',
    );
  });

  test('of an agent whose verdict needs names that could not be looked up says which', () => {
    const told = story({
      rules: [GONE],
      policy: {
        unsure: new Set(['groups'] as const),
        exempt: [exemption({ match: matcher({ groups: ['g'] }) })],
      },
    });
    told.until('10:05');
    expect(textOf(inputOf(told, { live: liveOf(told) }))).toContain(
      'Ada Okafor would be due, but is left alone: the groups of the policy could not be looked up.',
    );
  });

  test('shows the trace of the sweep beside an event, and no such column where no sweep was traced', () => {
    const told = story({ rules: [GONE] })
      .until('10:00')
      .logOff()
      .until('10:05');
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const [intent, verified] = LOGGED_OFF;
    const text = textOf(inputOf(told, { events: [{ ...intent!, traceId }, verified!] }));
    expect(text).toMatch(/which means +trace$/m);
    expect(text.match(new RegExp(`${traceId}$`, 'gm'))).toHaveLength(1);
    expect(textOf(inputOf(told, { events: LOGGED_OFF }))).not.toContain('trace');
  });

  test('shows ten events, and knows of more', () => {
    const many = Array.from({ length: 14 }, (_, i) => event(i + 6, `11:${10 + i}`, { kind: 'held' }));
    const told = story({ rules: [GONE] })
      .until('10:00')
      .logOff()
      .until('10:05');
    const text = textOf(inputOf(told, { events: [...LOGGED_OFF, ...many] }));
    expect(text.split('\n').filter((line) => line.includes('held, no further action'))).toHaveLength(10);
    expect(text).toContain('The first log-off was by rule gone at 10:00:05');
  });

  test('says that a quiet Offline which stood is given again once the rungs are used up', () => {
    const told = story({ rules: [GONE], nativeTimeouts: ['30m'] }).enforced({
      after: '15s',
      restores: true,
      movesToken: true,
      idlesOut: '30m',
    });
    expect(textOf(inputOf(told.until('11:20')))).toContain(
      '3 of 3 rungs used. Actions for the next silent return: taken off the queue, set Offline.',
    );
  });

  test('says what a silent return did not restart, and that the ladder judges', () => {
    const told = story({ rules: [GONE] })
      .enforced({ after: '15s', restores: true, movesToken: true })
      .until('10:01');
    const text = textOf(inputOf(told));
    expect(text).toMatch(
      /would be logged off again from 10:01:1\d on unless a sign of a person is seen before: the browser came back by itself/,
    );
    expect(text).toContain(
      'The return of the browser since then is no sign of a person and restarted no clock.',
    );
    expect(text).toContain('Until a sign of a person is seen, the ladder decides, not the rules.');
    expect(text).toMatch(
      /Time that no clock counts\nfrom +to +length +because\n10:00:0\d +10:00:1\d +15s +Offline/,
    );
  });

  test('says what protects', () => {
    const talking = story({ rules: [GONE] })
      .at('09:10', { routing: 'INTERACTING', talks: 1 })
      .until('11:00');
    expect(textOf(inputOf(talking))).toContain(
      'Ada Okafor would not be logged off: handling an interaction since 09:10, which always protects.',
    );
    const label = { label: 'agreed with HR', match: EVERYONE, when: undefined, until: undefined };
    const exempt = story({ rules: [GONE], policy: { exempt: [label] } }).until('11:00');
    expect(textOf(inputOf(exempt))).toContain('would not be logged off: exempt (agreed with HR).');
  });

  test('says that waiting on queue is work, and which rules leave such agents alone', () => {
    const told = story({ rules: [GONE], first: { presence: 'ON_QUEUE', routing: 'IDLE' } }).until('11:00');
    const text = textOf(inputOf(told));
    expect(text).toContain(
      'Ada Okafor would not be logged off: waiting on queue, which counts as work for every rule of profile agents without waiting_on_queue: true.',
    );
    expect(text).toMatch(/gone .* waits on queue: left alone +since_sign +2h +1h +enforce/);
  });

  test('of one look says what of it is unknown', () => {
    const told = story({ rules: [GONE] }).until('09:30');
    const live = { agent: told.agent, observation: contradiction(told) };
    const input = inputOf(told, { live });
    expect(explainAgent(input).verdict).toMatchObject({ reason: 'unknown', detail: 'contradiction' });
    expect(textOf(input)).toContain(
      'Ada Okafor is left alone: the reading contradicts itself (presence and routing are BREAK and IDLE, which cannot both be true), and an unknown state protects.',
    );
  });

  test('of the store says since when readings cannot be used, and why', () => {
    const told = story({ rules: [GONE] }).until('09:30');
    const population = new Tracker(new Map([[told.agent.id, told.state()]]));
    const context = {
      policy: told.policy,
      usualInterval: MINUTE,
      clockJumped: () => false,
      nativeTimeouts: () => [],
    };
    for (let minute = 1; minute <= 150; minute += 1) {
      const observation = { ...contradiction(told), at: told.now + minute * MINUTE };
      population.look({ agent: told.agent, observation }, context);
    }
    const memory = population.memory(told.agent.id)!;
    const input = inputOf(told, { memory, now: told.now + 150 * MINUTE });
    expect(explainAgent(input)).toMatchObject({ verdict: { reason: 'unknown', detail: 'contradiction' } });
    const text = textOf(input);
    expect(text).toContain(
      'is left alone: the reading contradicts itself since 09:31:00 (presence and routing',
    );
    expect(text).toContain('Everything below is as of the last usable reading');
    expect(text).not.toContain('has not been observed');
  });

  test('of a rule that acts near the licence peak says how near that is', () => {
    const told = story({ rules: [{ ...GONE, nearPeak: 0.9 }] }).until('10:00');
    const at = (online: number | undefined, learntAt?: number): string =>
      textOf(inputOf(told, { peak: { online, peak: 500, learntAt } }));
    const below = at(449);
    expect(below).toContain(
      'Ada Okafor would be logged off now by rule gone ("Off queue and silent"), but this rule acts only from 90 % of the licence peak on, and observes below it: 1h since',
    );
    expect(below).toContain('Head-count: 449, which is 89.8 % of the licence peak of 500.');
    expect(below).toMatch(/ now +observe: below 90 % of the peak$/m);
    const near = at(450);
    expect(near).toContain('Ada Okafor is due to be logged off by rule gone');
    expect(near).toMatch(/ now +enforce: near the peak$/m);
    expect(at(undefined)).toContain('Head-count: not known');
    expect(at(450, clockTime('34:00'))).toContain(
      'rules with near_peak only observe until 2026-03-03 10:00:00, while its licence peak is learnt',
    );
    const exact = story({ rules: [{ ...GONE, nearPeak: 0.9255 }] }).until('10:00');
    const justBelow = textOf(inputOf(exact, { peak: { online: 4_626, peak: 5_000, learntAt: undefined } }));
    expect(justBelow).toContain('acts only from 92.55 % of the licence peak on');
    expect(justBelow).toMatch(/ now +observe: below 92\.55 % of the peak$/m);
    const waiting = story({ rules: [{ ...GONE, nearPeak: 0.9 }] }).until('09:30');
    expect(textOf(inputOf(waiting, { peak: { online: 1, peak: 500, learntAt: undefined } }))).toContain(
      'by rule gone ("Off queue and silent"), if nothing happens, and the head-count is at least 90 % of the licence peak: ',
    );
  });

  test('says that the environment holds the mode of an enforcing policy down', () => {
    const told = story({ rules: [GONE] }).until('10:00');
    const by = 'IDLE_ENFORCER_MODE=observe';
    const held = textOf(inputOf(told, { held: { by, policySays: 'enforce' } }));
    expect(held).toContain(
      'The policy says enforce, but the environment holds the mode at observe (IDLE_ENFORCER_MODE=observe): no agent is logged off.',
    );
    expect(textOf(inputOf(told, { held: { by, policySays: 'observe' } }))).not.toContain('environment');
  });

  test('says what holds a log-off back, and what the store cannot know', () => {
    const told = story({ rules: [GONE] }).until('10:00');
    const pause = { since: told.now, until: undefined, reason: 'storm' };
    const text = textOf(inputOf(told, { pause, now: told.now + 10 * MINUTE }));
    expect(text).toContain('Ada Okafor is due to be logged off by rule gone');
    expect(text).toContain(
      'A log-off is held back now: paused (storm): no agent is logged off until resume.',
    );
    expect(text).toContain(
      'The agent has not been observed for 10m: everything here is as of the last observation',
    );
  });

  test('as of an earlier time tells the record, and of memory what has not changed since', () => {
    const told = story({ rules: [GONE] })
      .at('09:20', { presence: 'AWAY' })
      .until('10:30');
    const at = clockTime('10:01');
    const events = LOGGED_OFF.slice(0, 3);
    const { sentences } = recordedAt(
      {
        agent: ADA,
        at,
        events,
        common: [],
        memory: told.state(),
        clocks: new Map([['gone', 'since_sign']]),
      },
      timesIn('UTC', at),
    );
    expect(sentences).toEqual([
      'Ada Okafor <ada@example.com> (ada) as of 2026-03-02 10:01:00 (UTC), from the record:',
      'The last log-off, at 10:00:05, was caused by rule gone: 1h since the last sign of a person, the limit was 1h. Outcome: carried out, and seen Offline afterwards.',
      'The last return was at 10:00:20: the browser came back by itself (silent after our log-off), 15s after going; no sign of a person.',
      'The last sign of a person was a change of presence at 09:20:00; 41m since then counted.',
      'The agent was away, off queue, as since 09:20:00.',
      expect.stringMatching(/^Clocks and the place on the ladder are kept only as of now/),
    ]);
  });
});

/** The agent of a story, on a break and on queue at once. */
function contradiction(told: Story): Observation {
  return {
    agentId: told.agent.id,
    at: told.now,
    presence: { system: 'BREAK', definitionId: undefined, since: told.now },
    routing: { status: 'IDLE', since: told.now },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: undefined,
    missing: [],
  };
}

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-explain-'));
  const config = join(folder, 'p.yaml');
  const sqlite = join(folder, 'store.db');
  const text = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: agents, rules: [{ id: gone, when: { routing: [off_queue] }, limit: 60m }] }]
store: { sqlite: ${sqlite} }
`;
  writeFileSync(config, text);
  const lines: string[] = [];
  const output = outputTo((printed) => lines.push(printed.replace(/\n$/, '')));
  const quiet = {
    warn: () => undefined,
    info: () => undefined,
    error: () => undefined,
    debug: () => undefined,
  };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function fill(): Promise<void> {
    const store = await openStore(sqlite, { now: () => clockTime('10:00'), log: quiet });
    const memory = {
      ...story({ rules: [GONE] })
        .until('09:45')
        .state(),
      agentId: 'ada',
    };
    await store.saveSweep({
      at: clockTime('09:45'),
      changed: [memory],
      notSeen: [],
      standing: NO_CONTROLLER_STATE,
      events: LOGGED_OFF,
    });
    await store.saveAgents([ADA, { ...ADA, id: 'emil', name: 'Emil Okafor', email: 'emil@example.com' }]);
    await store.close();
  }

  async function refusal(name: string, more: object = {}): Promise<string> {
    const error: unknown = await explainCommand(name, { config, ...more }, output).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return error instanceof UsageError ? error.message : String(error);
  }

  test('of a time to come is refused', async () => {
    expect(await refusal('ada', { at: '2999-01-01' })).toMatch(/^--at looks back, and that time is to come/);
  });

  test('finds by name, e-mail and id; lists several, and suggests when no agent fits', async () => {
    await fill();
    for (const name of ['Ada Okafor', 'ADA@example.com', 'ada']) {
      lines.length = 0;
      expect(await explainCommand(name, { config }, output)).toBe(0);
      expect(lines[0]).toBe('Ada Okafor <ada@example.com> (ada), times in UTC');
    }
    expect(await refusal('okafor')).toBe(
      '"okafor" fits 2 agents: give the id of one.\n  ada  Ada Okafor <ada@example.com>\n  emil  Emil Okafor <emil@example.com>',
    );
    expect(await refusal('Ada Okafro')).toMatch(/Did you mean "Ada Okafor"\?$/);
    expect(await refusal('zzz')).toBe('No agent that was ever seen has the name, e-mail or id "zzz".');
    expect(await refusal('ada', { tz: 'Mars/Olympus' })).toContain('is not a time zone');
    expect(await refusal('ada', { tz: 'BST' })).toBe(
      '--tz: "BST" is not a time zone: write it as Area/Location, such as America/Chicago, or UTC. Did you mean Europe/London?',
    );
    expect(await refusal('ada', { at: 'yesterday' })).toContain('"yesterday" is not a time');
    expect(await refusal('ada', { at: '1d', live: true })).toContain('give one of them');
  });

  test('looks once through the platform when asked to, with what a sweep would know', async () => {
    const fake = await fakePlatform(({ path }) => {
      if (path === '/api/v2/presence/definitions') return { json: { entities: [] } };
      return path === '/api/v2/users' ? { json: { entities: [{ ...user(1), id: 'ada' }] } } : undefined;
    });
    try {
      const live = join(folder, 'live.yaml');
      writeFileSync(
        live,
        text.replace('client_id', `api_url: "${fake.url}", login_url: "${fake.url}", client_id`),
      );
      lines.length = 0;
      expect(await explainCommand('ada', { config: live, live: true }, output)).toBe(0);
      expect(lines[0]).toContain('(ada)');
      expect(fake.of('/api/v2/users').map(({ query }) => query.get('id'))).toEqual(['ada']);
      expect(fake.of('/api/v2/tokens/timeout')).toHaveLength(1);
    } finally {
      await fake.close();
    }
  });

  test('reads who is in the queues and teams of the policy as well, for that look', async () => {
    const lists: Record<string, readonly object[]> = {
      '/api/v2/presence/definitions': [],
      '/api/v2/routing/queues': [{ id: 'q-1', name: 'VIP' }],
      '/api/v2/routing/queues/q-1/members': [{ id: 'ada' }],
      '/api/v2/teams': [{ id: 't-1', name: 'Pilot' }],
      '/api/v2/teams/t-1/members': [],
      '/api/v2/users': [{ ...user(1), id: 'ada' }],
    };
    const fake = await fakePlatform(({ path }) => {
      const entities = lists[path];
      return entities && { json: { entities } };
    });
    try {
      const live = join(folder, 'members.yaml');
      const exempt = 'exempt: [{ teams: [Pilot] }, { queues: [VIP], reason: they are waited for }]\n';
      const keys = `api_url: "${fake.url}", login_url: "${fake.url}", client_id`;
      writeFileSync(live, text.replace('client_id', keys) + exempt);
      lines.length = 0;
      expect(await explainCommand('ada', { config: live, live: true, json: true }, output)).toBe(0);
      expect(JSON.parse(lines.join('\n'))).toMatchObject({
        verdict: { reason: 'exempt', detail: 'they are waited for' },
      });
    } finally {
      await fake.close();
    }
  });

  test('prints JSON with instants as ISO times, and the record as of a time', async () => {
    lines.length = 0;
    await explainCommand('ada', { config, json: true }, output);
    expect(JSON.parse(lines.join('\n'))).toMatchObject({
      agent: ADA,
      basis: 'store',
      asOf: '2026-03-02T09:45:00.000Z',
      verdict: { reason: 'waiting', nextAt: '2026-03-02T10:00:00.000Z' },
      rules: [{ id: 'gone', when: 'off queue', measured_seconds: 2_700, dueAt: '2026-03-02T10:00:00.000Z' }],
    });
    lines.length = 0;
    await explainCommand('ada', { config, at: '2026-03-02T10:01:00Z', tz: 'America/Chicago' }, output);
    expect(lines[0]).toContain('as of 2026-03-02 04:01:00 (America/Chicago), from the record');
    expect(lines.filter((line) => line.includes('verified'))).toHaveLength(1);
  });
});
