/** Commands, options and variables: the program, its help, its completion and its documents know the same ones. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { commandsPage } from '../../scripts/commands.ts';
import { completion } from '../../src/commands/completion/command.ts';
import { SHELLS } from '../../src/commands/completion/shells.ts';
import { build } from '../../src/commands/program.ts';
import { EXIT } from '../../src/commands/shared/exit-codes.ts';
import { ENVIRONMENT } from '../../src/commands/shared/environment.ts';
import { outputTo } from '../../src/commands/shared/output.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const program = build(
  outputTo(() => undefined),
  () => undefined,
);
/** What commander itself holds, not what a page or script was made from. */
const COMMANDS = program.commands.map((command) => ({
  name: command.name(),
  flags: [
    ...command.options.flatMap(({ long, short }) => [long ?? '', ...(short === undefined ? [] : [short])]),
    '--help',
  ],
  help: command.helpInformation(),
  choices: [...command.options, ...command.registeredArguments].flatMap(({ argChoices }) => argChoices ?? []),
}));

/** What stands under a heading. */
function sectionOf(page: string, name: string): string {
  return page.split(/^## /m).find((section) => section.startsWith(`${name}\n`)) ?? '';
}

describe('each command with all of its options and choices', () => {
  const page = read('docs/commands.md');
  const scripts = SHELLS.map((shell) => {
    let script = '';
    completion(shell, program, { write: (text) => (script += text) });
    return { shell, script };
  });

  test.each(COMMANDS)(
    '$name stands in docs/commands.md, in its help, and in the scripts of all shells',
    ({ name, flags, help, choices }) => {
      const section = sectionOf(page, name);
      for (const word of [...flags, ...choices]) {
        expect({ word, inPage: section.includes(word), inHelp: help.includes(word) }).toEqual({
          word,
          inPage: true,
          inHelp: true,
        });
        for (const { shell, script } of scripts) {
          const wanted = shell === 'fish' ? word.replace(/^--?/, '') : word;
          expect({ shell, word, found: script.includes(wanted) }).toEqual({ shell, word, found: true });
        }
      }
    },
  );

  test('and no other stands in docs/commands.md', () => {
    const known = new Set([
      'Completion in the shell',
      'Environment',
      'Before a command',
      'help',
      ...COMMANDS.map(({ name }) => name),
    ]);
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings.filter((heading) => !known.has(heading))).toEqual([]);
    for (const { name, flags } of COMMANDS) {
      const told = [...sectionOf(page, name).matchAll(/^\| `((?:-\w, )?--[\w-]+)/gm)].flatMap(
        ([, words = '']) => words.split(', '),
      );
      expect({ name, told: told.filter((flag) => !flags.includes(flag) && flag !== '-h') }).toEqual({
        name,
        told: [],
      });
    }
  });
});

test('each exit code stands in the help of the program, and in docs/commands.md', () => {
  let help = '';
  program.configureOutput({ writeOut: (text) => (help += text) });
  program.outputHelp();
  const told = help.slice(help.indexOf('Exit codes:'));
  for (const code of Object.values(EXIT)) {
    expect(told).toMatch(new RegExp(`\\b${code}\\b`));
    expect(read('docs/commands.md').split('## ')[0]).toMatch(new RegExp(`\\b${code}\\b`));
  }
});

test('each argument stands in docs/commands.md with its meaning, or with all that it may be', () => {
  for (const command of program.commands)
    for (const argument of command.registeredArguments) {
      const section = sectionOf(read('docs/commands.md'), command.name());
      const words = argument.argChoices ?? [argument.description];
      for (const word of words) expect(section).toContain(word);
    }
});

describe('each variable of the environment', () => {
  const names = ENVIRONMENT.flatMap((variable) => variable.names);

  test('stands in docs/commands.md and in the help', () => {
    let help = '';
    program.configureOutput({ writeOut: (text) => (help += text) });
    program.outputHelp();
    for (const name of names) {
      expect({
        name,
        found: sectionOf(read('docs/commands.md'), 'Environment').includes(`\`${name}\``),
      }).toEqual({ name, found: true });
      expect({ name, found: help.includes(name) }).toEqual({ name, found: true });
    }
  });

  test('that the source reads is told of', () => {
    const sources = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => read(path));
    const used = sources.flatMap((text) =>
      [...text.matchAll(/\bIDLE_ENFORCER_[A-Z_]+\b/g)].map(([name]) => name),
    );
    // The program says this one to itself, when it hands on to a newer Node.js.
    const ours = [...new Set(used)].filter((name) => name !== 'IDLE_ENFORCER_HANDED_ON');
    expect(ours.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(used).size).toBeGreaterThan(3);
  });
});

test('docs/commands.md is as the program is now', () => {
  // Tables are laid out by the formatter: only the words are compared here, the whole by "npm run fresh".
  const words = (text: string): readonly string[] =>
    text.split(/[\s|]+/).filter((word) => !/^-*$/.test(word));
  expect(words(read('docs/commands.md')).join(' ')).toBe(words(commandsPage()).join(' '));
});
