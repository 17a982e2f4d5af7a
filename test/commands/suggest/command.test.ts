/** The command as a person runs it: on the recording that ships, on the sandbox, in a fleet. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backtest } from '../../../src/commands/backtest/command.ts';
import { oneOrganisation } from '../../../src/commands/shared/fleet.ts';
import { outputTo, type Output } from '../../../src/commands/shared/output.ts';
import { suggestLimits, type SuggestOptions } from '../../../src/commands/suggest/command.ts';
import { loadPolicyFile } from '../../../src/policy-file/load.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = join(ROOT, 'config/recordings/sandbox-week.jsonl');
const DEFAULT = join(ROOT, 'config/idle-enforcer.yaml');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'suggest-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const file = (name: string): string => join(folder, name);

async function printed(run: (output: Output) => Promise<number>): Promise<string> {
  let text = '';
  const output = outputTo((more) => {
    text += more;
  });
  expect(await run(output)).toBe(0);
  return text;
}

const run = (options: SuggestOptions): Promise<string> => printed((output) => suggestLimits(options, output));

const ON_SHIPPED = { replay: SHIPPED, config: DEFAULT, rule: ['gone'], limits: '20m,3h,6h' };

interface Facts {
  readonly rules: readonly {
    readonly rule: string;
    readonly best: { readonly limit_seconds: number } | null;
    readonly why?: string;
    readonly yaml: string | null;
    readonly points: readonly {
      readonly limit_seconds: number;
      readonly logoffs: number;
      readonly regret: number;
    }[];
  }[];
}

describe('on the recording that ships', () => {
  let text: string;
  beforeAll(async () => {
    text = await run({ ...ON_SHIPPED, html: file('curves.html') });
  });

  test('a table for each rule, what all of them come to, and what to write', () => {
    expect(text).toMatch(
      /^Limits from 2026-03-02 12:00Z to 2026-03-07 12:00Z: 39 agents, 1 rule, regret of at most 2\.0 %\n/,
    );
    expect(text).toContain('\ngone (profile agents): 1h now, best 3h\n');
    expect(text).toMatch(/\n {2}3h +36 +8 +286\.2 +445\.4 +0 \(0\.0 %\) +0 +39 {2}best\n/);
    expect(text).toMatch(
      /\n {2}3h: regret 0\.0 % without browsers, 0\.0 % to 31\.2 %; 286\.2 hours, \d+\.\d to \d+\.\d\.\n/,
    );
    expect(text).toMatch(/\n {2}with all suggested limits +\d+ +445\.4 /);
    expect(text).toContain(
      '\nRules to paste into idle-enforcer.yaml\n- id: gone\n  when: { presence: [available',
    );
    expect(text).toContain('\n  limit: 3h\n');
    expect(text).toContain('run its tests again');
    expect(text).toContain('while all others stay as they are');
  });

  test('the regret is that of backtest', async () => {
    const facts = JSON.parse(await run({ ...ON_SHIPPED, json: true })) as Facts;
    const asBacktest = JSON.parse(
      await printed((output) => backtest({ replay: SHIPPED, policy: [DEFAULT], json: true }, output)),
    ) as {
      readonly columns: readonly {
        readonly byRule: readonly { key: string; logoffs: number; regret: number }[];
      }[];
    };
    const gone = asBacktest.columns[0]?.byRule.find(({ key }) => key === 'gone');
    const now = facts.rules[0]?.points.find((point) => point.limit_seconds === 3_600);
    expect([now?.logoffs, now?.regret]).toEqual([gone?.logoffs, gone?.regret]);
    expect(facts.rules[0]).toMatchObject({ rule: 'gone', best: { limit_seconds: 10_800 } });
    expect(facts.rules[0]?.yaml).toMatch(/^id: gone\n[^]*limit: 3h$/);
  });

  test('the page draws a curve, and needs nothing from elsewhere', async () => {
    const html = await readFile(file('curves.html'), 'utf8');
    expect(html).toContain('<svg');
    expect(html).toContain('gone (profile agents): 1h now, best 3h');
    expect(html).not.toMatch(/<script|https?:/);
    expect((await stat(file('curves.html'))).mode & 0o777).toBe(0o600);
  });

  test('the policy that is written is the same but for the limit, and valid', async () => {
    await run({ ...ON_SHIPPED, yaml: file('policy.yaml') });
    const [before, after] = await Promise.all(
      [DEFAULT, file('policy.yaml')].map((path) => readFile(path, 'utf8')),
    );
    const different = after!
      .split('\n')
      .flatMap((line, i) => (line === before!.split('\n')[i] ? [] : [line.trim()]));
    expect(different).toEqual(['limit: 3h']);
    const env = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'secret' };
    const { rules } = loadPolicyFile(file('policy.yaml'), env).draft.content.profiles[1]!;
    expect(rules.find(({ id }) => id === 'gone')?.limit).toBe(10_800_000);
    await expect(run({ ...ON_SHIPPED, yaml: file('policy.yaml') })).rejects.toThrow('is there already');
  });

  test('a rule of which history cannot tell says so, and nothing is to be pasted', async () => {
    const silent = await run({ ...ON_SHIPPED, rule: ['sup-gone', 'long-meeting'], limits: '3h' });
    expect(silent).toContain(
      '\nlong-meeting (profile agents): 4h now, nothing to suggest\n  History cannot tell: at none of these limits',
    );
    expect(silent).toContain('\n  History cannot tell: no sign ever follows, and most go Offline');
    expect(silent).not.toContain('Rules to paste');
    expect(silent).not.toContain('with all suggested limits  ');
  });

  test('some hours of it are a history too', async () => {
    const hours = await run({ ...ON_SHIPPED, from: '2026-03-02T12:00:00Z', to: '2026-03-02T18:00:00Z' });
    expect(hours).toContain('History cannot tell: at most ');
  });
});

describe('what is refused, with a sentence', () => {
  test.each<[string, SuggestOptions, string]>([
    [
      'a rule that is not there',
      { rule: ['gonne'] },
      '--rule: the policy has no rule "gonne". Did you mean gone?',
    ],
    ['a limit that is none', { limits: '10m,later' }, '--limits: "later" is not a limit'],
    ['a share that is none', { regret: 'little' }, '--regret: "little" is not a share'],
    ['a zone that is none', { tz: 'EST' }, 'Did you mean America/New_York?'],
    [
      'a place where nothing can be written',
      { html: '/nowhere/at/all.html' },
      '--html: /nowhere/at/all.html cannot be written (there is no such folder).',
    ],
    [
      'a place where nothing can be written, before history is read',
      { replay: '/nowhere/history.jsonl', html: '/nowhere/limits.html' },
      '--html: /nowhere/limits.html cannot be written (there is no such folder).',
    ],
    ['a folder as a file', { html: '/' }, '--html: / cannot be written (it is a folder).'],
    ['two sources', { record: 'a' }, 'give one of them'],
    ['a time that is not in the recording', { from: '2025-01-01' }, 'holds 2026-03-02 12:00Z'],
  ])('%s', async (_, options, sentence) => {
    await expect(run({ ...ON_SHIPPED, limits: '4h', ...options })).rejects.toThrow(sentence);
  });
});

describe('against the platform', () => {
  let sandbox: Sandbox;
  let apiUrl: string;

  beforeAll(async () => {
    sandbox = createSandbox({
      seed: 5,
      agents: 30,
      now: () => Date.parse('2026-03-04T12:00:00Z'),
      startsAt: Date.parse('2026-03-02T14:00:00Z'),
      requestsPerMinute: 1_000,
      clientSecret: 'very-secret-indeed',
    });
    ({ apiUrl } = await sandbox.listen());
  });
  afterAll(async () => {
    await sandbox.close();
  });

  const policy = (name: string): string => `version: 1
name: ${name}
genesys: { region: eu-west-1, api_url: "${apiUrl}", login_url: "${apiUrl}", client_id: sandbox-client, client_secret: very-secret-indeed }
profiles:
  - name: agents
    match: { groups: [Agents] }
    rules: [{ id: gone-${name}, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 60m }]
`;
  const span = { from: '2026-03-02T12:00:00Z', to: '2026-03-03T12:00:00Z' };

  test('the history is read, recorded, and replayed to the same text', async () => {
    await writeFile(file('own.yaml'), policy('own'));
    const limits = { config: file('own.yaml'), limits: '30m,2h' };
    const read = await run({ ...limits, ...span, record: file('day.jsonl') });
    expect(read).toMatch(/\ngone-own \(profile agents\): 1h now/);
    expect(read).not.toContain('very-secret-indeed');
    expect(await run({ ...limits, replay: file('day.jsonl') })).toBe(read);
  });

  test('of a fleet one organisation has to be named', async () => {
    await writeFile(file('north.yaml'), policy('north'));
    await writeFile(file('south.yaml'), policy('south'));
    await writeFile(file('fleet.yaml'), `version: 1\norganisations: ./*th.yaml\nstore: { sqlite: ./data }\n`);
    const fleet = { config: file('fleet.yaml'), limits: '2h', replay: file('day.jsonl') };
    expect(() => oneOrganisation(fleet, 'A history is that of one organisation')).toThrow('"north", "south"');
    const one = oneOrganisation({ ...fleet, organisation: 'south' }, '');
    expect(await run(one)).toContain('gone-south (profile agents)');
  });
});
