/** The reference page of commands, options and variables of the environment, made from the program's own definition. */
import type { Command } from 'commander';
import { modelOf, type ModelCommand, type ModelOption } from '../src/commands/completion/model.ts';
import { build } from '../src/commands/program.ts';
import { ENVIRONMENT } from '../src/commands/shared/environment.ts';
import { outputTo } from '../src/commands/shared/output.ts';

const TEXT = `# Commands

This page is made from the source by \`npm run generate\`; \`idle-enforcer --help\` and \`idle-enforcer COMMAND --help\` say the same.

An option with a value is given once, unless this page says otherwise: \`--for 2h\` or \`--for=2h\`. Exit codes: 0 fine, 1 unexpected, 2 refused
(usage, policy, credentials, a store of a newer version or of another organisation), 3 finished with failed actions or tests, or not in time,
and 129, 130, 131 and 143 after a signal.

## Completion in the shell

\`\`\`sh
idle-enforcer completion bash > ~/.local/share/bash-completion/completions/idle-enforcer
idle-enforcer completion zsh > "\${fpath[1]}/_idle-enforcer"
idle-enforcer completion fish > ~/.config/fish/completions/idle-enforcer.fish
\`\`\`

Each script is complete in itself: it starts no program. Print it again after an upgrade.
`;

const ENVIRONMENT_TEXT = `
## Environment

A variable that is empty is not set. A word that is not accepted is refused at the start, with exit code 2; \`pause\`, \`resume\`, \`rollout\`, \`backup\`,
\`report\` and \`completion\` do not look at the mode and the log, so that they work in any shell. Further variables are those that the policy takes as \`\${NAME}\`.

`;

/** The whole page, as Markdown. */
export function commandsPage(): string {
  const program: Command = build(
    outputTo(() => undefined),
    () => undefined,
  );
  const { commands, options } = modelOf(program);
  const rows = ENVIRONMENT.map(({ names, accepts, meaning }) => [
    names.map((name) => `\`${name}\``).join(', '),
    meaning,
    accepts,
  ]);
  return [
    TEXT,
    ENVIRONMENT_TEXT,
    table(['variable', 'meaning', 'accepts'], rows),
    `\n## Before a command\n\n${optionTable(options)}`,
    ...commands.map(section),
  ].join('');
}

function section({ name, description, options, args }: ModelCommand): string {
  const shown = args.map(({ name: value, isVariadic, isRequired }) => {
    const words = `${value}${isVariadic ? '...' : ''}`;
    return isRequired ? ` <${words}>` : ` [${words}]`;
  });
  const choices = args.map(({ name: value, choices: all, description: meaning }) =>
    all.length === 0
      ? `\n\`${value}\`: ${meaning}.\n`
      : `\n\`${value}\` is one of ${all.map((one) => `\`${one}\``).join(', ')}.\n`,
  );
  const heading = `\n## ${name}\n\n\`idle-enforcer ${name}${shown.join('')}\`: ${description}.\n`;
  return `${heading}${choices.join('')}\n${optionTable(options)}`;
}

function optionTable(options: readonly ModelOption[]): string {
  return table(
    ['option', 'meaning', 'accepts'],
    options.map(({ long, short, description, value, isFlagToo }) => {
      const flags = [...(short === undefined ? [] : [short]), long].join(', ');
      const shown = value === undefined ? '' : isFlagToo ? ` [${value.name}]` : ` <${value.name}>`;
      return [`\`${flags}${shown}\``, description, value?.choices.join(', ') ?? ''];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return rows.length === 0 ? '' : line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
