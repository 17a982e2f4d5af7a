/** The scripts for shells, each asked in the real shell where that is installed. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completion } from '../../../src/commands/completion/command.ts';
import { modelOf } from '../../../src/commands/completion/model.ts';
import { SHELLS, type Shell } from '../../../src/commands/completion/shells.ts';
import { build } from '../../../src/commands/program.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';

const program = build(
  outputTo(() => undefined),
  () => undefined,
);
const model = modelOf(program);

function scriptFor(shell: Shell): string {
  let script = '';
  completion(shell, program, { write: (text) => (script += text) });
  return script;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-completion-'));
  mkdirSync(join(folder, 'my policies'));
  writeFileSync(join(folder, 'my policy.yaml'), '');
  for (const shell of SHELLS) writeFileSync(join(folder, `script.${shell}`), scriptFor(shell));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Where the shell is not installed its questions are left out, and a line says so. */
function isInstalled(shell: Shell): boolean {
  const { status } = spawnSync(shell, ['-c', 'exit 0']);
  if (status !== 0) process.stderr.write(`${shell} is not installed here: its completion is not asked.\n`);
  return status === 0;
}

/** What bash offers for the last of these words. */
function askBash(...words: readonly string[]): readonly string[] {
  const script = `source ./script.bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_idle_enforcer
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const said = execFileSync('bash', ['--norc', '-c', script, 'bash', 'idle-enforcer', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return said.split('\n').filter((line) => line !== '');
}

/** What fish offers at the end of a line. */
function askFish(line: string): readonly string[] {
  const script = `source ./script.fish; complete -C ${JSON.stringify(`idle-enforcer ${line}`)}`;
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const said = execFileSync('fish', ['--no-config', '-c', script], { cwd: folder, encoding: 'utf8', env });
  return said.split('\n').flatMap((each) => (each === '' ? [] : [each.split('\t')[0] ?? '']));
}

/** What zsh would offer, as the specifications that its own completion is given. */
function askZsh(...words: readonly string[]): string {
  const script = `compdef() { :; }
_arguments() { print -rl -- "$@"; state=$wanted; words=("\${(@)given}"); }
_describe() { print -rl -- "\${(@P)4}"; }
source ./script.zsh
given=("$@") wanted=$([[ $# -gt 1 || -n $1 ]] && print arguments || print command)
_idle-enforcer`;
  return execFileSync('zsh', ['-f', '-c', script, 'zsh', ...words], { cwd: folder, encoding: 'utf8' });
}

describe.each(SHELLS)('the script for %s', (shell) => {
  test('has every command, and every option of each beside it', () => {
    const script = scriptFor(shell);
    const lines = script.split('\n');
    for (const { name, options } of model.commands) {
      expect(script).toMatch(new RegExp(String.raw`\b${name}\b`));
      for (const { long } of options) {
        const word = shell === 'fish' ? `-l ${long.slice(2)}` : long;
        const of =
          shell === 'fish' ? lines.filter((line) => line.includes(`from ${name}'`)) : sectionOf(lines, name);
        expect({ name, long, found: of.some((line) => line.includes(word)) }).toEqual({
          name,
          long,
          found: true,
        });
      }
    }
  });

  test('starts no program', () => {
    expect(scriptFor(shell).replaceAll(/^#.*$/gm, '')).not.toMatch(/\$\(idle-enforcer|`idle-enforcer/);
  });
});

/** The lines of one command in a script whose cases are `name)`. */
function sectionOf(lines: readonly string[], name: string): readonly string[] {
  const start = lines.findIndex((line) => line.trim().startsWith(`${name})`));
  const end = lines.findIndex((line, i) => i >= start && line.endsWith(';;'));
  return lines.slice(start, end + 1);
}

if (isInstalled('bash'))
  describe('bash', () => {
    test.each([
      [['ru'], ['run']],
      [['pa'], ['pause']],
      [['run', '--log'], ['--log-format']],
      [
        ['run', '--log-format', ''],
        ['pretty', 'json'],
      ],
      [['run', '--log-format', '=', 'p'], ['pretty']],
      [
        ['run', '--log-format', '='],
        ['pretty', 'json'],
      ],
      [['report', '--format', 'h'], ['html']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [
        ['help', 'bac'],
        ['backup', 'backtest'],
      ],
      [
        ['run', '--config', 'my'],
        ['my policies', 'my policy.yaml'],
      ],
      [['run', '-c', 'my policy'], ['my policy.yaml']],
      [['backup', 'my policy'], ['my policy.yaml']],
      [['test', 'script.b'], ['script.bash']],
      [['pause', '--for', ''], []],
      [['explain', ''], []],
      [['pause', '--reason', 'x', '--fo'], ['--for']],
      [['unknown', '--'], []],
    ])('offers for %j: %j', (words, offered) => {
      expect([...askBash(...words)].sort()).toEqual([...offered].sort());
    });

    test('offers all commands at the beginning, and all options of a command', () => {
      expect(askBash('')).toEqual(model.commands.map(({ name }) => name));
      for (const { name, options } of model.commands)
        expect(askBash(name, '--')).toEqual(options.map(({ long }) => long));
    });
  });

if (isInstalled('fish'))
  describe('fish', () => {
    test('offers commands, options, choices and files', () => {
      expect(askFish('')).toEqual(expect.arrayContaining(model.commands.map(({ name }) => name)));
      for (const { name, options } of model.commands)
        expect(askFish(`${name} --`)).toEqual(expect.arrayContaining(options.map(({ long }) => long)));
      expect([...askFish('run --log-format ')].sort()).toEqual(['json', 'pretty']);
      expect([...askFish('completion ')].sort()).toEqual(['bash', 'fish', 'zsh']);
      expect(askFish('run --config script.b')).toEqual(['script.bash']);
      expect(askFish('explain script.b')).toEqual([]);
    });
  });

if (isInstalled('zsh'))
  describe('zsh', () => {
    test('reads the script, and is given commands, options, choices and files', () => {
      const commands = askZsh('');
      for (const { name } of model.commands) expect(commands).toContain(`\n${name}:`);
      for (const { name, options } of model.commands) {
        const said = askZsh(name, '');
        for (const { long } of options)
          expect({ name, long, said }).toMatchObject({ said: expect.stringContaining(long) });
      }
      expect(askZsh('run', '')).toContain(':format:(pretty json)');
      expect(askZsh('backup', '')).toContain('1:file:_files');
    });
  });
