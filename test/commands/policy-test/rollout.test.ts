/** Policy tests of a policy that is brought out: the agents to whom it has come, and the others, who have the one before. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  loadTestedPolicy,
  runTests,
  type TestResult,
} from '../../../src/commands/policy-test/policy-tests.ts';
import { parseTestFile } from '../../../src/commands/policy-test/test-file.ts';
import { FilesRead } from '../../../src/policy-file/files-read.ts';
import { PolicyRefused } from '../../../src/policy-file/faults.ts';
import { loadPolicyText } from '../../../src/policy-file/load.ts';

/** The limit was three hours, and is one. */
const BOTH = `policy:
  mode: enforce
  profiles:
    - name: agents
      rules: [{ id: gone, when: { presence: [away] }, limit: 60m }]
before:
  mode: enforce
  exempt: [{ groups: [Coaches], reason: agreed }]
  profiles:
    - name: everyone
      rules: [{ id: away, when: { presence: [away] }, limit: 3h }]
`;

async function run(tests: string, head = BOTH): Promise<readonly TestResult[]> {
  const file = parseTestFile(`${head}tests:\n${tests}`, 't.yaml', {});
  if (file.policy.kind !== 'inline') throw new Error('no policy in the file');
  return await runTests(file, loadPolicyText(file.policy.text, 't.yaml', {}));
}

/** The faults of one test of an agent who is away from eight on. */
async function told(more: string, head = BOTH): Promise<readonly string[]> {
  const results = await run(`  - name: x\n    timeline: [08:00 away]\n    until: 13:00\n${more}`, head);
  return results.flatMap(({ faults }) => faults.map(({ message }) => message));
}

async function faultsOf(doing: () => unknown): Promise<readonly string[]> {
  try {
    await doing();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return error.message.split('\n');
  }
}

describe('an agent', () => {
  test('has the policy alone unless the test says otherwise', async () => {
    expect(await told("    logoffs: ['09:00 gone']\n")).toEqual([]);
    expect(await told("    agent: { groups: [Coaches] }\n    logoffs: ['09:00 gone']\n")).toEqual([]);
  });

  test('to whom the change has come is judged by it, whatever their id, and by the exemptions of both', async () => {
    expect(await told("    rollout: changed\n    logoffs: ['09:00 gone']\n")).toEqual([]);
    expect(
      await told("    rollout: changed\n    agent: { id: agent-7 }\n    logoffs: ['09:00 gone']\n"),
    ).toEqual([]);
    expect(
      await told(
        "    rollout: changed\n    agent: { groups: [Coaches] }\n    expect: ['12:00 exempt']\n    logoffs: []\n",
      ),
    ).toEqual([]);
  });

  test('to whom it has not come keeps the policy of before', async () => {
    expect(
      await told(
        "    rollout: others\n    expect: ['09:30 waiting by away, due at 11:00, profile everyone']\n    logoffs: ['11:00 away']\n",
      ),
    ).toEqual([]);
  });

  test('of a failing test is explained by the rules that count for them', async () => {
    const [result] = await run(
      "  - name: x\n    rollout: others\n    timeline: [08:00 away]\n    logoffs: ['09:00 away']\n    until: 12:00\n",
    );
    expect(result?.passed).toBe(false);
    expect(result?.lines.join('\n')).toContain('away');
    expect(result?.lines.join('\n')).not.toContain('gone');
  });

  test('has what the file says for all its tests', async () => {
    expect(await told("    logoffs: ['11:00 away']\n", `${BOTH}rollout: others\n`)).toEqual([]);
    expect(
      await told("    rollout: changed\n    logoffs: ['09:00 gone']\n", `${BOTH}rollout: others\n`),
    ).toEqual([]);
  });

  test('is only observed where the policy before did so, unless the test says a mode', async () => {
    const observing = BOTH.replace('before:\n  mode: enforce', 'before:\n  mode: observe');
    expect(await told("    rollout: others\n    logoffs: ['11:00 away, observed']\n", observing)).toEqual([]);
    expect(
      await told("    rollout: others\n    mode: enforce\n    logoffs: ['11:00 away']\n", observing),
    ).toEqual([]);
  });
});

describe('a test file is refused', () => {
  const GROUP = '  - name: x\n    rollout: others\n    timeline: [08:00 away]\n    logoffs: []\n';
  const alone = BOTH.split('before:')[0] ?? '';

  test('where it tells of a rollout without the policy before', async () => {
    expect(await faultsOf(() => run(GROUP, alone))).toEqual([
      't.yaml:8:14: tests[0].rollout: needs before: the policy that was in force before, as a file or in full',
    ]);
    expect(
      await faultsOf(() => run(GROUP.replace(/ +rollout.*\n/, ''), `${alone}rollout: changed\n`)),
    ).toEqual([
      't.yaml:6:10: rollout: needs before: the policy that was in force before, as a file or in full',
    ]);
  });

  test('for a group that there is not, with what there is', async () => {
    expect(await faultsOf(() => run(GROUP.replace('others', 'other')))).toEqual([
      't.yaml:14:14: tests[0].rollout: "other" is not known here; there are changed, others (did you mean "others"?)',
    ]);
  });

  test('where the policy before is refused, each fault at its place', async () => {
    const [fault] = await faultsOf(() => run(GROUP, BOTH.replace('limit: 3h', 'limit: 3x')));
    expect(fault).toMatch(/^t\.yaml:11:62: profiles\[0\]\.rules\[0\]\.limit: /);
  });

  test('where its file is not there', async () => {
    expect(await faultsOf(() => run(GROUP, `${alone}before: ./former.yaml\n`))).toEqual([
      't.yaml:6:9: before: the policy cannot be read: it does not exist',
    ]);
  });

  test('for a rule of the policy that does not count for the group', async () => {
    expect(await faultsOf(() => run(GROUP.replace('[]', "['11:00 gone']")))).toEqual([
      't.yaml:16:15: tests[0].logoffs[0]: "gone" is no rule of the policy; there are away',
    ]);
  });

  test('where a policy before would not be known to a worker', async () => {
    const path = join(folder, 'limit');
    writeFileSync(path, '3h');
    const text = BOTH.replace('limit: 3h', `limit: "\${file:${path}}"`);
    expect(await faultsOf(() => run(GROUP, text))).toEqual([
      't.yaml:6:8: before: would not be known in a rollout: what it judges by comes out of a file in part, or is too large, and is not kept',
    ]);
    const variable = BOTH.replace('limit: 3h', 'limit: "${LIMIT}"');
    expect(await faultsOf(() => run(GROUP, variable))).toEqual([
      't.yaml:6:8: before: hangs on variables or files that are not there: set them',
    ]);
  });
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'before-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a worker runs them before it takes the policy up, and sees when the policy before changes', async () => {
  const at = (name: string): string => join(folder, name);
  const policy = (limit: string, more = ''): string => `version: 1
mode: enforce
genesys: { region: us-east-1, client_id: "\${ID}", client_secret: "\${SECRET}" }
profiles: [{ name: agents, rules: [{ id: gone, when: { presence: [away] }, limit: ${limit} }] }]
${more}`;
  const tests =
    "before: former.yaml\ntests:\n  - name: the others wait\n    rollout: others\n    timeline: [08:00 away]\n    logoffs: ['11:00 gone']\n    until: 12:00\n";
  writeFileSync(at('t.yaml'), tests);
  // Its credentials are those of another machine, and its tests are not run.
  writeFileSync(at('former.yaml'), policy('3h', 'tests: [nowhere.yaml]\n').replaceAll('${', '${FORMER_'));
  writeFileSync(at('p.yaml'), policy('60m', 'tests: [t.yaml]\n'));
  const env = { ID: 'an-id', SECRET: 'sesame' };
  const files = new FilesRead();
  expect((await loadTestedPolicy(at('p.yaml'), env, files)).settings.tests).toEqual(['t.yaml']);
  expect([...files.digests.keys()]).toContain(at('former.yaml'));
  writeFileSync(at('former.yaml'), policy('2h'));
  const [fault] = await faultsOf(() => loadTestedPolicy(at('p.yaml'), env));
  expect(fault).toContain('the test "the others wait" fails');
  rmSync(at('former.yaml'));
  const missing = new FilesRead();
  expect(await faultsOf(() => loadTestedPolicy(at('p.yaml'), env, missing))).toEqual([
    `${at('t.yaml')}:1:9: before: the policy cannot be read: it does not exist`,
  ]);
  expect([...missing.digests.keys()]).toContain(at('former.yaml'));
});
