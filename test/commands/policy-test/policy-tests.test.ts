import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parse } from 'yaml';
import { format } from 'prettier';
import { test as testCommand } from '../../../src/commands/policy-test/command.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { parseLogoff, parseVerdict } from '../../../src/commands/policy-test/expectations.ts';
import { parseBrowser, parseEntry } from '../../../src/commands/policy-test/timeline-words.ts';
import { PolicyRefused } from '../../../src/policy-file/faults.ts';
import { testFileSchema } from '../../../src/policy-file/json-schema.ts';
import { loadPolicyText } from '../../../src/policy-file/load.ts';
import { areSame, digestsNow } from '../../../src/policy-file/files-read.ts';
import { checkHere } from '../../../src/commands/policy-test/policy-check.ts';
import { parseTestFile } from '../../../src/commands/policy-test/test-file.ts';
import {
  loadTestedPolicy,
  runTests,
  type TestResult,
} from '../../../src/commands/policy-test/policy-tests.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';

const POLICY = `policy:
  mode: enforce
  profiles:
    - name: agents
      match: { groups: [Agents] }
      rules:
        - { id: locked, when: { presence: [idle] }, clock: in_state, limit: 60m }
        - { id: gone, when: { presence: [available, away], routing: [off_queue] }, limit: 60m }
agent: { groups: [agents] }
`;

/** The tests of a text whose policy stands in it. */
async function run(tests: string, head = POLICY): Promise<readonly TestResult[]> {
  const file = parseTestFile(`${head}tests:\n${tests}`, 't.yaml', {});
  if (file.policy.kind !== 'inline') throw new Error('no policy in the file');
  return await runTests(file, loadPolicyText(file.policy.text, 't.yaml', {}));
}

async function faultsOf(doing: () => unknown): Promise<readonly string[]> {
  try {
    await doing();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyRefused) && !(error instanceof UsageError)) throw error;
    return error.message.split('\n');
  }
}

/** What one timeline comes to, as the lines of a test that expects no log-off. */
async function logoffsOf(timeline: string, more = ''): Promise<readonly string[]> {
  const [result] = await run(
    `  - name: x\n    timeline: ${timeline}\n    logoffs: []\n    until: 18:00\n${more}`,
  );
  return (result?.faults ?? []).map(({ message }) => message.replace('did not expect the log-off at ', ''));
}

describe('the head-count of the organisation', () => {
  const near = (billing = ''): string =>
    POLICY.replace(
      / +- \{ id: locked.*\n.*\n/,
      `        - { id: gone, when: { presence: [away] }, limit: 60m, near_peak: 90% }\n${billing}`,
    );
  const told = async (text: string, head = near()): Promise<readonly string[]> =>
    (await run(text, head)).flatMap(({ faults }) => faults.map(({ message }) => message));

  test('is said by the timeline, from then on, beside the peak of the month so far', async () => {
    expect(
      await told(`  - name: x
    timeline: [08:00 away, "08:30 head-count 449 of 500", "10:00 head-count 450 of 500"]
    expect: ["08:59 waiting by gone", "09:00 observed by gone", "10:00 due by gone"]
    logoffs: ["09:00 gone, observed", "10:00 gone"]
`),
    ).toEqual([]);
  });

  test('is not known before it is said: rules that wait for the peak observe', async () => {
    expect(await told('  - { name: x, timeline: [08:00 away], expect: ["12:00 due by gone"] }\n')).toEqual([
      'at 12:00 expected "due by gone", was "observed by gone, below the licence peak"',
    ]);
  });

  test('may be said for all tests of a file, and by one for itself; the larger of both peaks counts', async () => {
    const head = `${near('  billing: { expected_peak: 1000 }\n')}head_count: 900 of 400\n`;
    const test = (more: string, expected: string): string =>
      `  - { name: x, timeline: [08:00 away], ${more}expect: ["09:00 ${expected} by gone"] }\n`;
    expect(await told(test('', 'due') + test('head_count: "899", ', 'observed'), head)).toEqual([]);
    expect(await told(test('head_count: 900 of 1001, ', 'observed'), head)).toEqual([]);
  });

  test.each(['head-count many', 'head-count 5 of', 'head-count -5', 'head-count 12345678'])(
    '%s is no head-count',
    async (words) => {
      const faults = await faultsOf(() =>
        run(`  - { name: x, timeline: ["08:00 ${words}"], logoffs: [] }\n`),
      );
      expect(faults.join()).toContain('is not a head-count: write "4600 of 5000"');
      const given = words.replace('head-count ', '');
      const key = await faultsOf(() =>
        run(`  - { name: x, head_count: "${given}", timeline: [08:00 away], logoffs: [] }\n`),
      );
      expect(key.join()).toMatch(/\.head_count: .* is not a head-count/);
    },
  );
});

test('a verdict may be that an agent waits on queue, which only rules that mean such agents end', async () => {
  const policyWith = (key: string): string =>
    POLICY.replace(
      / +- \{ id: locked.*\n.*\n/,
      `        - { id: wide, when: { not: { presence: [meal] } }, limit: 60m${key} }\n`,
    );
  const test = (logoffs: string, expected: string): string =>
    `  - name: x\n    timeline: [09:00 on queue]\n    expect: ["09:59 ${expected}"]\n    logoffs: ${logoffs}\n    until: 10:30\n`;
  const faults = async (head: string, text: string): Promise<readonly string[]> =>
    (await run(text, head)).flatMap((result) => result.faults.map(({ message }) => message));
  expect(await faults(policyWith(''), test('[]', 'waiting on queue'))).toEqual([]);
  expect(await faults(policyWith(''), test('[]', 'waiting_on_queue'))).toEqual([]);
  const means = policyWith(', waiting_on_queue: true');
  expect(await faults(means, test('[10:00 wide]', 'waiting by wide, due at 10:00'))).toEqual([]);
  expect(await faults(means, test('[]', 'waiting on queue'))).toEqual([
    'at 09:59 expected "waiting on queue", was "waiting by wide, due at 10:00"',
    'did not expect the log-off at 10:00 (wide)',
  ]);
});

test('a test may spell groups, labels, rules and profiles in another way than the policy', async () => {
  const head = `policy:
  mode: enforce
  profiles:
    - name: Bühne
      match: { groups: [Bühne] }
      rules:
        - { id: coached, when: { secondary_presence: [Füller] }, limit: 60m }
agent: { groups: ["${'BÜHNE'.normalize('NFD')} "] }
`;
  const tests = `  - name: x
    timeline: ["09:00 ${'füller'.normalize('NFD')} (busy)"]
    expect: ["10:00 due by COACHED, profile ${'bühne'.normalize('NFD')}"]
    logoffs: ["10:00-10:01 Coached"]
`;
  expect((await run(tests, head)).map(({ faults }) => faults)).toEqual([[]]);
});

describe('the words of a timeline', () => {
  test.each([
    ['09:00 on queue', 9 * HOUR, [{ does: 'set_presence', presence: 'ON_QUEUE', label: undefined }]],
    ['on queue 9:00', 9 * HOUR, [{ does: 'set_presence', presence: 'ON_QUEUE', label: undefined }]],
    ['25:30 locked', 25.5 * HOUR, [{ does: 'lock' }]],
    [
      '09:00:30 Coaching (busy)',
      9 * HOUR + 30 * SECOND,
      [{ does: 'set_presence', presence: 'BUSY', label: 'coaching' }],
    ],
    ['12:40 call ends', 12 * HOUR + 40 * MINUTE, [{ does: 'end', work: 'call' }]],
    ['12:40 native timeout', 12 * HOUR + 40 * MINUTE, [{ does: 'time_out', answered: false }]],
  ])('%s', (text, at, words) => {
    const entry = parseEntry(text);
    expect(entry).toMatchObject({ kind: 'happens', at });
    expect(entry.kind === 'happens' && entry.then.map(({ word }) => word)).toEqual(words);
  });

  test('a native timeout with a return is two things, so long apart', () => {
    expect(parseEntry('12:40 native timeout, back after 8s restored, token stays')).toEqual({
      kind: 'happens',
      at: 12 * HOUR + 40 * MINUTE,
      then: [
        { after: 0, word: { does: 'time_out', answered: true } },
        { after: 8 * SECOND, word: { does: 'return', restores: true, movesToken: false } },
      ],
    });
  });

  test('spans, browsers, verdicts and log-offs', () => {
    expect(parseEntry('10:00-10:30 platform outage')).toEqual({
      kind: 'unwatched',
      at: 10 * HOUR,
      to: 10.5 * HOUR,
    });
    expect(parseEntry('10:00 to 11:00 reading lacks token and routing')).toMatchObject({
      parts: ['routing', 'token'],
    });
    expect(parseBrowser('returns after 8s, restores presence, once')).toEqual({
      after: 8 * SECOND,
      restores: true,
      movesToken: true,
      answersOffline: false,
      times: 1,
    });
    expect(parseVerdict('12:59 ladder waiting by gone, due at 13:00, profile agents')).toEqual({
      at: 12 * HOUR + 59 * MINUTE,
      reason: 'ladder_waiting',
      rule: 'gone',
      dueAt: 13 * HOUR,
      profile: 'agents',
    });
    expect(parseLogoff('13:00-13:02 gone, rung 2, session ended')).toEqual({
      kind: 'sso',
      at: 13 * HOUR,
      to: 13 * HOUR + 2 * MINUTE,
      rule: 'gone',
      rung: 2,
    });
  });
});

describe('a timeline', () => {
  test('leads to what the same people would get from a worker', async () => {
    expect(await logoffsOf('[09:00 on queue, 12:00 locked]')).toEqual(['13:00 (locked)']);
    expect(await logoffsOf('[09:00 available, 09:30 locked, 10:10 unlocked]')).toEqual(['11:10 (gone)']);
    expect(await logoffsOf('[09:00 available, 09:59 call]')).toEqual([]);
    expect(await logoffsOf('[09:00 available]', '    agent: { groups: [Others] }\n')).toEqual([]);
    expect(await logoffsOf('[09:00 available, 10:30 available]', '    browser: returns after 10s\n')).toEqual(
      ['10:00 (gone)', '10:02 (gone, rung 1)', '11:30 (gone)', '11:32 (gone, rung 1)'],
    );
  });

  test('tells the second of two equal hours by the order of the entries, in any zone', async () => {
    // In New York the hour from 01:00 comes twice on that night: from 01:50 to the second 01:40 fifty minutes pass.
    const night = `    timezone: America/New_York\n    date: 2026-11-01\n`;
    const results = await run(
      `  - name: x\n${night}    timeline: [01:50 available, 01:40 locked]\n    expect: [01:39 no rule]\n    logoffs: [02:40 locked]\n`,
    );
    expect(results[0]?.faults.map(({ message }) => message)).toEqual([
      'at 01:39 expected "no rule", was "offline"',
    ]);
  });

  test.each([
    ['00:20', '01:20', true],
    ['01:10', '01:10', true],
    ['00:20', '01:21', false],
    ['00:50', '01:50', true],
  ])(
    'of one who locks at %s in that night has a log-off at %s, whichever of the two is meant: %s',
    async (locked, off, isSo) => {
      const night = `    timezone: America/New_York\n    date: 2026-11-01\n`;
      const [result] = await run(
        `  - name: x\n${night}    timeline: [${locked} locked]\n    logoffs: ['${off} locked']\n    until: 02:30\n`,
      );
      expect(result?.passed).toBe(isSo);
    },
  );

  test('that a rung with the identity provider answers shows both parts', async () => {
    const head = POLICY.replace(
      'agent:',
      `  identity: { webhook: { url: "https://sso.example", secret: s, delay: 2m } }
  returns: { ladder: [{ wait: 1m, actions: [end_sso_session, offline, revoke_tokens] }] }
agent:`,
    );
    const [result] = await run(
      `  - name: x
    browser: returns after 10s, restores presence
    timeline: [09:00 available]
    until: 12:00
    logoffs: ['10:00 gone', '10:02 gone, rung 1, session ended', '10:04 gone, rung 1']
`,
      head,
    );
    // Without a session at the provider the browser cannot come back a second time.
    expect(result?.faults).toEqual([]);
  });
});

describe('a test that fails', () => {
  let result: TestResult | undefined;
  beforeAll(async () => {
    [result] = await run(`  - name: an hour is enough
    timeline:
      - 09:00 on queue
      - 12:00 locked
    expect:
      - 12:59 due by locked
      - 13:00 due by locked
    logoffs:
      - 12:59 locked
`);
  });

  test('names each expectation with its place', () => {
    expect(result?.passed).toBe(false);
    expect(
      result?.faults.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
    ).toEqual([
      '16:9 tests[0].expect[0]: at 12:59 expected "due by locked", was "waiting by locked, due at 13:00"',
      '19:9 tests[0].logoffs[0]: expected a log-off at 12:59 (locked), which did not happen',
      '18:5 tests[0].logoffs: did not expect the log-off at 13:00 (locked)',
    ]);
  });

  test('says why it came otherwise, with every rule and all that happened', () => {
    const text = result?.lines.join('\n') ?? '';
    expect(text).toContain('12:59  - due by locked\n       + waiting by locked, due at 13:00');
    expect(text).toContain('59m of 1h in this state without a break');
    expect(text).toMatch(/locked +idle +clock runs +in_state +59m +1h +13:00 +enforce/);
    expect(text).toContain('  - 12:59 locked\n  + 13:00 locked  (1h of 1h)');
    expect(text).toContain('  12:00  > locked\n  12:00  waiting by locked, due at 13:00');
    expect(text).toContain('* logged off by rule locked, 1h of 1h: off_queue, offline, revoke_tokens');
  });
});

describe('a file that cannot be used', () => {
  test('is told to be a policy where it is one', async () => {
    const text = readFileSync(new URL('../../../config/idle-enforcer.yaml', import.meta.url), 'utf8');
    expect(await faultsOf(() => parseTestFile(text, 'p.yaml', {}))).toEqual([
      expect.stringContaining(
        'p.yaml:1:1: policy: it is a policy, and holds no tests: name it with --config',
      ),
    ]);
  });

  test('is refused with every fault, its place and what was meant', async () => {
    const text = `policy: p.yaml
timezone: Europe/Berln
tests:
  - name: x
    timeline:
      - 9 on queue
      - 09:00 on queu
      - 10:00 break
      - 09:30 meal
    expect:
      - 12:00 waitin
    logoffs:
      - 12:00
  - timeline: [09:00 break]
`;
    const lines = await faultsOf(() => parseTestFile(text, 't.yaml', {}));
    expect(lines.map((line) => line.slice(0, 70))).toEqual([
      't.yaml:2:11: timezone: "Europe/Berln" is not a time zone as Area/Location'.slice(0, 70),
      't.yaml:6:9: tests[0].timeline[0]: this has no time: write it like "09:'.slice(0, 70),
      't.yaml:7:9: tests[0].timeline[1]: "on queu" is not a word of a timeline; '.slice(0, 70),
      't.yaml:9:9: tests[0].timeline[3]: comes before the entry above it; hou'.slice(0, 70),
      't.yaml:11:9: tests[0].expect[0]: "waitin" is not a verdict; there are due,'.slice(0, 70),
      't.yaml:13:9: tests[0].logoffs[0]: "12:00" is not a log-off: write it like '.slice(0, 70),
      't.yaml:14:5: tests[1].name: is missing',
      't.yaml:14:5: tests[1]: has no expectation: add expect, logoffs or both'.slice(0, 70),
    ]);
    expect(lines[2]).toMatch(/\(did you mean "on queue"\?\)$/);
    expect(lines[4]).toMatch(/\(did you mean "waiting"\?\)$/);
  });

  test('also when it speaks of a rule or a profile that the policy does not have', async () => {
    const wrong = `  - name: x\n    timeline: [09:00 break]\n    expect: ['10:00 waiting by gon, profile agent']\n`;
    expect(await faultsOf(() => run(wrong))).toEqual([
      't.yaml:13:14: tests[0].expect[0]: "gon" is no rule of the policy (did you mean "gone"?)',
      't.yaml:13:14: tests[0].expect[0]: "agent" is no profile of the policy (did you mean "agents"?)',
    ]);
  });

  test('faults of a policy inside it stand at their place in the file', async () => {
    const head = POLICY.replace('limit: 60m }\n        - { id: gone', 'limit: 60 }\n        - { id: gone');
    expect(
      await faultsOf(() => run('  - { name: x, timeline: [09:00 break], logoffs: [] }\n', head)),
    ).toEqual([
      't.yaml:7:77: profiles[0].rules[0].limit: 60 has no unit: write 60m for minutes or 60s for seconds',
    ]);
  });
});

describe('tests that would take too long are refused', () => {
  const refused = (tests: string): Promise<readonly string[]> => faultsOf(() => run(tests));

  test('one by one, and together', async () => {
    const long = (name: string, days: number): string =>
      `  - { name: ${name}, every: 1s, timeline: [09:00 away], expect: ['09:00 waiting'], until: '${9 + days}:00' }\n`;
    expect(await refused(long('x', 6))).toEqual([
      't.yaml:11:5: tests[0]: is too long: more than 20000 sweeps; look at its times and at every',
    ]);
    const many = Array.from({ length: 10 }, (_, i) => long(`x${i}`, 5)).join('');
    expect(await refused(many)).toEqual([
      't.yaml:11:3: tests: are too long together: more than 100000 sweeps',
    ]);
  });

  test('also for a span that never ends, an entry without end, and a thousand entries and more', async () => {
    const lines = (count: number): string => Array.from({ length: count }, () => '"09:00 away"').join(', ');
    expect(
      await refused(`  - { name: x, timeline: ["${' '.repeat(300_000)}x"], logoffs: [] }\n`),
    ).toContainEqual(expect.stringMatching(/^t\.yaml:11:27: tests\[0\]\.timeline\[0\]: /));
    const words = `a${' '.repeat(300_000)}b`;
    expect(await refused(`  - { name: x, timeline: ["${words}"], logoffs: [] }\n`)).toEqual([
      't.yaml:11:27: tests[0].timeline[0]: is longer than 500 characters',
    ]);
    expect(await refused(`  - { name: x, timeline: [${lines(1_001)}], logoffs: [] }\n`)).toEqual([
      't.yaml:11:26: tests[0].timeline: has more than 1000 entries',
    ]);
    expect(
      await refused('  - { name: x, timeline: ["09:00 away, back after 99999999999d"], logoffs: [] }\n'),
    ).toEqual([expect.stringContaining('is not a duration')]);
  });
});

describe('a policy that names its tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-tests-'));
  const path = (name: string): string => join(folder, name);
  const head = 'version: 1\ngenesys: { region: eu-west-1, client_id: "${CLIENT}", client_secret: b }\n';
  const policy = (limit: string, tests: string): string =>
    `${head}mode: enforce\nprofiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: ${limit} }] }]\ntests: ${tests}\n`;
  writeFileSync(path('good.yaml'), policy('60m', '[t.yaml]'));
  writeFileSync(path('bad.yaml'), policy('50m', '[t.yaml, none.yaml]'));
  writeFileSync(
    path('t.yaml'),
    'policy: good.yaml\ntests:\n  - name: an hour\n    timeline: [09:00 away]\n    logoffs: [10:00 gone]\n',
  );
  const env = { CLIENT: 'a' };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('is loaded when they pass, and refused as a whole when one fails or cannot be read', async () => {
    expect((await loadTestedPolicy(path('good.yaml'), env)).settings.tests).toEqual(['t.yaml']);
    expect(await faultsOf(() => loadTestedPolicy(path('bad.yaml'), env))).toEqual([
      `${path('t.yaml')}:5:15: tests[0].logoffs[0]: the test "an hour" fails: expected a log-off at 10:00 (gone), which did not happen`,
      `${path('t.yaml')}:5:5: tests[0].logoffs: the test "an hour" fails: did not expect the log-off at 09:50 (gone)`,
      `${path('bad.yaml')}:5:17: tests[1]: ${path('none.yaml')}: the test file cannot be read: it does not exist; copy it along with the policy, or take it off this list`,
    ]);
  });

  test('is looked at again when a test changes, which may let through what was refused', async () => {
    const { files } = await checkHere(path('good.yaml'), env);
    expect(areSame(digestsNow(files.keys()), files)).toBe(true);
    writeFileSync(path('t.yaml'), `${readFileSync(path('t.yaml'), 'utf8')}# changed\n`);
    expect(areSame(digestsNow(files.keys()), files)).toBe(false);
  });

  test('is tested by the command without credentials: 0 when all pass, 3 when one fails, a refusal else', async () => {
    const written: string[] = [];
    const output = outputTo((text) => written.push(text.replace(/\n$/, '')));
    expect(await testCommand([path('t.yaml')], {}, output)).toBe(0);
    expect(written.at(-1)).toBe('1 test passed.');
    expect(await testCommand([], { config: path('good.yaml') }, output)).toBe(0);
    // The same tests against a changed policy.
    expect(await testCommand([path('t.yaml')], { config: path('bad.yaml') }, output)).toBe(3);
    expect(written.at(-1)).toBe('0 tests passed, 1 failed.');
    expect(await faultsOf(() => testCommand([path('none.yaml'), path('t.yaml')], {}, output))).toEqual([
      `${path('none.yaml')}:1:1: policy: the test file cannot be read: it does not exist`,
      'No test was run: 1 fault.',
    ]);
    expect(await testCommand([path('none.yaml')], { json: true }, output)).toBe(2);
    expect(JSON.parse(written.at(-1) ?? '')).toMatchObject({ ok: false, faults: [{ line: 1, column: 1 }] });
  });
});

describe('the shipped tests', () => {
  const root = new URL('../../../config/', import.meta.url);
  const env = { GENESYS_CLIENT_ID: 'a', GENESYS_CLIENT_SECRET: 'b' };
  const schema = z.fromJSONSchema(testFileSchema());

  test.each([
    ['idle-enforcer.yaml', 'tests/idle-enforcer.yaml'],
    ['examples/small-centre.yaml', 'tests/small-centre.yaml'],
    ['examples/follow-the-sun.yaml', 'tests/follow-the-sun.yaml'],
    ['examples/observe-pilot.yaml', 'tests/observe-pilot.yaml'],
  ])('%s passes its own, which fit the JSON Schema', async (policy, tests) => {
    expect((await loadTestedPolicy(new URL(policy, root).pathname, env)).settings.tests).toHaveLength(1);
    const text = readFileSync(new URL(tests, root), 'utf8');
    expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/policy-tests\.schema\.json\n/);
  });

  test('the JSON Schema in config/ is what the source says', async () => {
    const wanted = await format(JSON.stringify(testFileSchema()), { parser: 'json', printWidth: 110 });
    expect(readFileSync(new URL('policy-tests.schema.json', root), 'utf8')).toBe(wanted);
    expect(schema.safeParse(parse('tests: [{ name: x, timline: [] }]')).success).toBe(false);
  });
});

describe('an agent who answers a warning in a policy test', () => {
  const STAYING = `policy:
  mode: enforce
  page: { url: "https://idle.example.com", secret: a secret that is long enough for it }
  stay: { for: 30m, per_day: 1 }
  notify: [{ name: mail, type: email, url: "smtp://m.example", from: i@example.com, on: [warning] }]
  profiles:
    - name: agents
      rules:
        - { id: away, when: { presence: [away] }, clock: in_state, limit: 60m, warn: 5m }
`;

  test('is left alone for as long as the policy says, once a day, and is then due after another warning', async () => {
    const results = await run(
      `  - name: stays
    timeline: ["09:00 away", "09:57 stays"]
    expect: ["10:00 waiting by away, due at 10:27", "10:22 warned by away, due at 10:27"]
    logoffs: ["10:27 away"]
    until: 10:40
  - name: stays twice
    timeline: ["09:00 away", "09:57 stays", "10:23 says I am here"]
    logoffs: ["10:27 away"]
    until: 10:40
`,
      STAYING,
    );
    expect(results.map(({ faults }) => faults.map(({ message }) => message))).toEqual([
      [],
      ['at 10:23 the agent stays, but no warning with a link was open'],
    ]);
    expect(results[1]?.lines.join('\n')).toContain(
      'at 10:23 the agent stays, but no warning with a link was open',
    );
  });

  test('cannot do so before a warning, after going, or where the policy has no stay', async () => {
    const [early, gone] = await run(
      `  - { name: early, timeline: ["09:00 away", "09:50 stays"], logoffs: [], until: 09:55 }
  - { name: gone, timeline: ["09:00 away", "09:57 offline", "09:58:30 stays"], logoffs: [], until: 10:00 }
`,
      STAYING,
    );
    expect([early?.faults.length, gone?.faults.length]).toEqual([1, 1]);
    const none = faultsOf(() =>
      run('  - { name: none, timeline: ["09:00 away", "09:50 stays"], logoffs: [] }\n'),
    );
    expect((await none).join()).toContain('it needs stay, and page.url');
  });
});
