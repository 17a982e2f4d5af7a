/** The demo as README shows it, and what it keeps. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { demo } from '../../../src/commands/demo/command.ts';
import { folderToKeep } from '../../../src/commands/demo/keep.ts';
import { list } from '../../../src/commands/list/command.ts';
import { report } from '../../../src/commands/report/command.ts';
import { UsageError } from '../../../src/commands/shared/exit.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { status } from '../../../src/commands/status/command.ts';
import { loadPolicyFile } from '../../../src/policy-file/load.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-demo-test-'));
const kept = join(folder, 'new', 'kept');
const SHIFT = { from: '2026-03-02T14:00:00Z', to: '2026-03-03T00:00:00Z' };

let said = '';
let code: number;

beforeAll(async () => {
  const output = outputTo((text) => {
    said += text;
  });
  code = await demo({ agents: '200', seed: '1', hours: '8', keep: kept }, output);
}, 180_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('the demo ends with what README says it ends with', () => {
  const told = /^People disturbed [^]*?(?=^```)/m.exec(README)?.[0] ?? 'README tells no numbers';
  expect(said).toContain(told);
  expect(code).toBe(0);
});

describe('what --keep keeps', () => {
  test('is the store, the policy and the report, for their owner alone', () => {
    const files = readdirSync(kept);
    expect(files).toEqual(expect.arrayContaining(['idle-enforcer.db', 'idle-enforcer.yaml', 'report.html']));
    for (const file of files) expect([file, statSync(join(kept, file)).mode & 0o077]).toEqual([file, 0]);
    expect(readFileSync(join(kept, 'report.html'), 'utf8')).toContain('</html>');
  });

  test('is a policy that is valid, enforces, and leads to the store', async () => {
    const config = join(kept, 'idle-enforcer.yaml');
    expect(loadPolicyFile(config, {}).settings.mode).toBe('enforce');
    let text = '';
    const output = outputTo((piece) => {
      text += piece;
    });
    expect(await report({ config, ...SHIFT }, output)).toBe(0);
    const [, logoffs] = /^Log-offs +(\d+)$/m.exec(said) ?? [];
    const told = (row: string): number => Number(new RegExp(`^${row} +(\\d+)$`, 'm').exec(text)?.[1]);
    expect(told('Log-offs by a rule') + told('Answers to returns \\(ladder\\)')).toBe(Number(logoffs));
    expect(said).toContain(`Kept: the store, the policy and report.html, in ${kept}.`);
  });

  test('is the policy that was played: list and status find nothing that differs from the last sweep', async () => {
    let text = '';
    const output = outputTo((piece) => {
      text += piece;
    });
    const config = join(kept, 'idle-enforcer.yaml');
    expect(await list({ config }, output)).toBe(0);
    // The sandbox has ended, and its worker with it.
    expect(await status({ config }, output)).toBe(1);
    expect(text).toMatch(/agents? idle.*, of \d+ online/);
    expect(text).not.toContain('not the one of the last sweep');
    for (const command of ['list', 'status'])
      expect(said).toContain(`  idle-enforcer ${command} --config ${config}\n`);
  });
});

test('a policy that takes texts from files beside it is played from another folder', async () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  writeFileSync(join(own, 'hook.txt'), 'https://hooks.example.com/demo\n');
  const annotated = readFileSync(new URL('../../../config/idle-enforcer.yaml', import.meta.url), 'utf8');
  const policy = annotated
    .replace(/^tests:(?:.*\n)(?:[ -].*\n)*/m, '')
    .replace(/^notify:(?:.*\n)(?: .*\n)*/m, '');
  const config = join(own, 'policy.yaml');
  writeFileSync(
    config,
    `${policy}\nnotify:\n  - { name: ops, type: slack, url: "\${file:hook.txt}", on: [held] }\n`,
  );
  const away = join(folder, 'away');
  await demo(
    { config, agents: '40', seed: '1', hours: '1', keep: away },
    outputTo(() => undefined),
  );
  const played = readFileSync(join(away, 'idle-enforcer.yaml'), 'utf8');
  expect(played).toContain(`\${file:${join(own, 'hook.txt')}}`);
  expect(played).not.toContain('hooks.example.com');
  expect(loadPolicyFile(join(away, 'idle-enforcer.yaml'), {}).settings.mode).toBe('enforce');
}, 60_000);

test('a machine without room for temporary files is told in a sentence', async () => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = join(folder, 'nowhere');
  const wanted = demo(
    { agents: '40', seed: '1', hours: '1' },
    outputTo(() => undefined),
  );
  await expect(wanted).rejects.toEqual(
    new UsageError(`TMPDIR: ${join(folder, 'nowhere')} cannot be written (there is no such folder).`),
  );
  if (before === undefined) Reflect.deleteProperty(process.env, 'TMPDIR');
  else process.env['TMPDIR'] = before;
});

describe('a folder to keep things in', () => {
  test('is refused where it holds anything, and nothing in it is touched', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, '.hidden'), 'mine');
    const wanted = demo(
      { agents: '40', seed: '1', hours: '1', keep: other },
      outputTo(() => undefined),
    );
    await expect(wanted).rejects.toThrow(UsageError);
    await expect(wanted).rejects.toThrow('already holds .hidden. Name a new folder, or an empty one');
    expect(readdirSync(other)).toEqual(['.hidden']);
    await expect(folderToKeep(kept)).rejects.toThrow('already holds');
  });

  test('is refused where it is a file, or lies below one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    await expect(folderToKeep(file)).rejects.toThrow('is no folder');
    await expect(folderToKeep(join(file, 'below'))).rejects.toThrow('is no folder');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('may be there already, while it is empty', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await folderToKeep(empty)).toBe(empty);
  });
});
