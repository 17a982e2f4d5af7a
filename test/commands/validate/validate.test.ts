/** `validate` as it is called: with a file, with standard input, without the secrets of the policy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validate } from '../../../src/commands/validate/command.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const POLICY = `version: 1
genesys: { region: eu-west-1, client_id: "\${NOT_SET_ID}", client_secret: "\${NOT_SET_SECRET}" }
profiles:
  - name: all
    rules:
      - { id: gone, when: { presence: [idle] }, limit: 60m }
tests: [there-is-none.yaml]
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'validate-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY.replace(/tests:.*\n/, ''));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the program with a text on its standard input. */
async function run(
  args: readonly string[],
  input: string,
): Promise<{ readonly code: number; readonly shown: string }> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['src/main.ts', 'validate', ...args], { cwd: ROOT, env });
  const shown = Promise.all([text(child.stdout), text(child.stderr)]);
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return { code: Number((await closed)[0]), shown: (await shown).join('') };
}

async function ranHere(options: Parameters<typeof validate>[0]): Promise<readonly string[]> {
  const lines: string[] = [];
  const output = outputTo((line) => lines.push(line));
  expect(await validate(options, output)).toBe(0);
  return lines;
}

describe('a policy on standard input', () => {
  test('is checked without its secrets; its tests are not run, because their folder is not known', async () => {
    const { code, shown } = await run(['-'], POLICY);
    expect(code).toBe(0);
    expect(shown).toContain(
      'warning: <stdin>:2:42: genesys.client_id: the environment variable NOT_SET_ID is not set',
    );
    expect(shown).toContain('warning: the tests of the policy were not run');
    expect(shown).toContain('<stdin> is valid (policy ');
  });

  test('is checked as the text of the file that --config names, its tests too', async () => {
    const { code, shown } = await run(['-', '--config', join(folder, 'policy.yaml')], POLICY);
    expect(code).toBe(2);
    expect(shown).toContain(
      `${folder}/policy.yaml:7:9: tests[0]: ${folder}/there-is-none.yaml: the test file cannot be read`,
    );
  });

  test('is refused with its places, also where it is large enough for a thread of its own', async () => {
    const padding = '# padding\n'.repeat(2_000);
    const { code, shown } = await run(['-', '--json'], POLICY.replace('60m', 'soon') + padding);
    expect(code).toBe(2);
    expect(JSON.parse(shown)).toMatchObject({
      ok: false,
      file: '<stdin>',
      faults: [{ line: 6, column: 56 }],
    });
  });

  test('is refused beyond the size of a policy', async () => {
    const { code, shown } = await run(['-'], 'a'.repeat(600 * 1024));
    expect([code, shown]).toEqual([
      2,
      'Standard input cannot be read as a policy: it is larger than 512 KiB.\n',
    ]);
  });
});

describe('a policy in a file', () => {
  test('is named by a positional argument or by --config', async () => {
    const config = join(folder, 'policy.yaml');
    const [positional, option] = [await ranHere({ file: config }), await ranHere({ config })];
    expect(positional).toEqual(option);
    expect(positional.at(-1)).toContain(`${config} is valid`);
  });

  test('is not named twice', async () => {
    const output = outputTo(() => undefined);
    await expect(validate({ file: 'a.yaml', config: 'b.yaml' }, output)).rejects.toThrow(UsageError);
  });

  test('needs its secrets where it is checked against the platform', async () => {
    const output = outputTo(() => undefined);
    await expect(validate({ file: join(folder, 'policy.yaml'), online: true }, output)).rejects.toThrow(
      'the environment variable NOT_SET_SECRET is not set',
    );
  });
});
