/** The command as a person runs it: against the sandbox, with and without a recording, and offline. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backtest, type BacktestOptions } from '../../../src/commands/backtest/command.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.ts';

const SHIPPED = fileURLToPath(new URL('../../../config/recordings/sandbox-week.jsonl', import.meta.url));
const DEFAULT = fileURLToPath(new URL('../../../config/idle-enforcer.yaml', import.meta.url));
const FROM = '2026-03-02T12:00:00Z';
const TO = '2026-03-04T12:00:00Z';

let folder: string;
let sandbox: Sandbox;
let policies: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backtest-'));
  sandbox = createSandbox({
    seed: 5,
    agents: 30,
    now: () => Date.parse('2026-03-05T12:00:00Z'),
    startsAt: Date.parse('2026-03-02T14:00:00Z'),
    requestsPerMinute: 1_000,
    clientSecret: 'very-secret-indeed',
  });
  const { apiUrl } = await sandbox.listen();
  const files = { 'an-hour.yaml': '60m', 'half-an-hour.yaml': '30m' };
  for (const [name, limit] of Object.entries(files))
    await writeFile(join(folder, name), policyText(apiUrl, limit));
  policies = Object.keys(files).map((name) => join(folder, name));
});

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function policyText(url: string, limit: string): string {
  return `version: 1
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: sandbox-client, client_secret: very-secret-indeed }
exempt:
  - { groups: [Supervisors on call], reason: on call }
profiles:
  - name: agents
    match: { groups: [Agents] }
    rules:
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: ${limit} }
      - { id: locked, when: { presence: [idle] }, clock: in_state, limit: ${limit} }
`;
}

async function run(options: BacktestOptions): Promise<string> {
  let text = '';
  const output = outputTo((more) => {
    text += more;
  });
  expect(await backtest(options, output)).toBe(0);
  return text;
}

const file = (name: string): string => join(folder, name);

describe('from the platform', () => {
  let recorded: string;

  beforeAll(async () => {
    recorded = await run({ from: FROM, to: TO, policy: policies, record: file('whole.jsonl') });
  }, 60_000);

  test('two policies stand side by side, with everything that an operations lead asks for', () => {
    expect(recorded).toMatch(/^Backtest from 2026-03-02 12:00Z to 2026-03-04 12:00Z: \d+ agents, 2 policies/);
    expect(recorded).toMatch(/ +an-hour\.yaml +half-an-hour\.yaml\n/);
    for (const row of [
      'log-offs',
      'hours recovered',
      'regret: back within 10 min',
      'licence peak 2026-03 (part), as it was',
      '  gone',
      '  agents',
    ])
      expect(recorded).toContain(`\n${row} `);
    const [, hour, half] = /\nlog-offs +(\d+) +(\d+)\n/.exec(recorded) ?? [];
    expect(Number(hour)).toBeGreaterThan(0);
    expect(Number(half)).toBeGreaterThanOrEqual(Number(hour));
    expect(recorded).toContain('History holds presence and routing status, but no conversations.');
    expect(recorded).toContain('say mode: observe; replayed as if in enforce');
  });

  test('a recording replays to the same text, without the platform', async () => {
    expect(await run({ policy: policies, replay: file('whole.jsonl') })).toBe(recorded);
  });

  test('a part of a recording can be replayed', async () => {
    const text = await run({
      policy: policies,
      replay: file('whole.jsonl'),
      from: '2026-03-03',
      to: '2026-03-04',
    });
    expect(text).toMatch(/^Backtest from 2026-03-03 00:00Z to 2026-03-04 00:00Z/);
    await expect(run({ policy: policies, replay: file('whole.jsonl'), from: '2026-03-01' })).rejects.toThrow(
      'holds 2026-03-02 12:00Z to 2026-03-04 12:00Z',
    );
  });

  test('a recording that broke off in the middle of a line is no whole one, and goes on', async () => {
    const whole = await readFile(file('whole.jsonl'), 'utf8');
    const lines = whole.split('\n');
    await writeFile(file('torn.jsonl'), `${lines.slice(0, 3).join('\n')}\n${lines[3]?.slice(0, 40)}`);
    await expect(run({ policy: policies, replay: file('torn.jsonl') })).rejects.toThrow('is not complete');
    await chmod(file('torn.jsonl'), 0o644);
    const before = sandbox.requests.total;
    expect(await run({ from: FROM, to: TO, policy: policies, record: file('torn.jsonl') })).toBe(recorded);
    // For its owner alone, like one that was made here.
    for (const name of ['whole.jsonl', 'torn.jsonl'])
      expect((await stat(file(name))).mode & 0o777).toBe(0o600);
    expect(sandbox.requests.total - before).toBeLessThan(before);
    expect((await readFile(file('torn.jsonl'), 'utf8')).split('\n')).toHaveLength(lines.length);
  });

  test('an agent whose groups do not come is left out: an exemption may fit', async () => {
    const lossy = createSandbox({
      seed: 5,
      agents: 30,
      now: () => Date.parse('2026-03-05T12:00:00Z'),
      startsAt: Date.parse('2026-03-02T14:00:00Z'),
      requestsPerMinute: 1_000,
      clientSecret: 'very-secret-indeed',
      faults: { missing: { groups: 0.5 } },
    });
    try {
      const { apiUrl } = await lossy.listen();
      await writeFile(file('lossy.yaml'), policyText(apiUrl, '60m'));
      const text = await run({ from: FROM, to: TO, policy: [file('lossy.yaml')] });
      expect(Number(/: (\d+) agents, /.exec(text)?.[1])).toBeLessThan(25);
      expect(text.replaceAll(/\s+/g, ' ')).toMatch(/\d+ users of this history .* came without their groups/);
    } finally {
      await lossy.close();
    }
  });

  test('a recording of another time is not overwritten', async () => {
    const other = { from: FROM, to: '2026-03-03T12:00:00Z', policy: policies, record: file('whole.jsonl') };
    await expect(run(other)).rejects.toThrow('is a recording of 2026-03-02 12:00Z to 2026-03-04 12:00Z');
  });

  test('nothing secret is in the recording', async () => {
    expect(await readFile(file('whole.jsonl'), 'utf8')).not.toContain('very-secret-indeed');
  });

  test('the platform is only read', () => {
    expect(sandbox.truth().logoffs).toBe(0);
    expect(sandbox.requests.rateLimited).toBe(0);
  });
});

describe('what is refused, with a sentence', () => {
  test.each<[string, BacktestOptions, string]>([
    [
      'five policies',
      { policy: Array.from({ length: 5 }, () => DEFAULT), replay: SHIPPED },
      'At most 4 policies',
    ],
    ['recording and replaying at once', { record: 'a', replay: SHIPPED }, 'give one of them'],
    ['an abbreviation of a zone', { replay: SHIPPED, tz: 'EST' }, 'Did you mean America/New_York?'],
    ['a zone that is not known', { replay: SHIPPED, tz: 'Mars/Olympus' }, 'is not a time zone'],
    ['a file that is no recording', { replay: DEFAULT, policy: [DEFAULT] }, 'is no recording'],
    [
      'a file that is not there',
      { replay: '/nowhere/at/all', policy: [DEFAULT] },
      'cannot be read (it does not exist)',
    ],
    [
      'a recording without end',
      { replay: '/dev/zero', policy: [DEFAULT] },
      'cannot be read (it is a device, not a plain file)',
    ],
    [
      'a policy without end',
      { replay: SHIPPED, policy: ['/dev/zero'] },
      'the policy cannot be read: it is a device, not a plain file',
    ],
  ])('%s', async (_, options, sentence) => {
    await expect(run({ config: DEFAULT, ...options })).rejects.toThrow(sentence);
  });

  test('a time to come', async () => {
    await expect(run({ policy: [policies[0]!], from: '2026-03-02', to: '2999-01-01' })).rejects.toThrow(
      'lies in the future',
    );
  });

  test('a policy that asks for what was not recorded', async () => {
    await writeFile(
      file('roles.yaml'),
      (await readFile(policies[0]!, 'utf8')).replace('groups: [Agents]', 'roles: [Supervisor]'),
    );
    await expect(run({ policy: [file('roles.yaml')], replay: file('whole.jsonl') })).rejects.toThrow(
      'names roles that this history was read without',
    );
  });
});

describe('the recording that ships', () => {
  test('can be tried out with the annotated default, without credentials', async () => {
    const text = await run({ policy: [DEFAULT], replay: SHIPPED, json: true });
    const value = JSON.parse(text) as {
      span: object;
      agents: number;
      columns: { totals: { logoffs: number; regret: number } }[];
    };
    expect(value.span).toEqual({ from: '2026-03-02T12:00:00.000Z', to: '2026-03-07T12:00:00.000Z' });
    expect(value.agents).toBe(39);
    expect(value.columns[0]?.totals.logoffs).toBeGreaterThan(100);
  });
});

describe('shifts', () => {
  const shifts = (): Promise<void> =>
    writeFile(
      file('shifts.yaml'),
      `${policyText('http://127.0.0.1:1', '20h').replace(/api_url: .*?, login_url: .*?,/, '')}
      - { id: after-shift, when: { routing: [off_queue] }, outside: shift, limit: 30m }
calendars: { shift: { source: wfm } }
`,
    );

  test('a history without schedules says which rules it cannot judge', async () => {
    await shifts();
    const recorded = file('plain.jsonl');
    await run({ policy: [file('an-hour.yaml')], from: FROM, to: TO, record: recorded });
    const text = await run({ replay: recorded, policy: [file('shifts.yaml')] });
    expect(text).toContain('rules by shifts (after-shift) make no agent due');
    expect(text).not.toMatch(/^ +after-shift/m);
  });

  test('a recording holds the schedules that a policy asks for, and its rules are replayed by them', async () => {
    const recorded = file('scheduled.jsonl');
    const own = file('own-shifts.yaml');
    const url = /api_url: "(.*?)"/.exec(await readFile(file('an-hour.yaml'), 'utf8'))?.[1] ?? '';
    await shifts();
    const text = (await readFile(file('shifts.yaml'), 'utf8')).replace(
      'region: eu-west-1,',
      `region: eu-west-1, api_url: "${url}", login_url: "${url}",`,
    );
    await writeFile(own, text);
    const live = await run({ policy: [own], from: FROM, to: TO, record: recorded });
    expect(live).toMatch(/^ +after-shift +\d+/m);
    expect(live).toContain('Schedules are those that were published when the history was read');
    expect(await run({ replay: recorded, policy: [own] })).toBe(live);
  });
});
