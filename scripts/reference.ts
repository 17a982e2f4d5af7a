/** The reference page of clocks and actions, made from the tables of the domain. */
import { ACTION_TABLE, ACTIONS, type ActionTraits } from '../src/domain/policy/actions.ts';
import { CLOCK_TABLE, CLOCKS, DEFAULT_CLOCK } from '../src/domain/policy/clocks.ts';

const BY = {
  platform: 'Genesys Cloud',
  identity_provider: 'the identity provider',
  channels: 'the channels of `notify`',
} as const satisfies Record<ActionTraits['by'], string>;

const TEXT = `# Clocks and actions

This page is made from the source by \`npm run generate\`.

## Clocks

A rule is due when its \`when\` holds and its \`clock\` has reached \`limit\`. A rule that names no clock has \`${DEFAULT_CLOCK}\`. No clock
counts time that was not watched, or spent Offline, and a silent return restarts none of them.

`;

/** The whole page, as Markdown. */
export function referencePage(): string {
  return (
    TEXT +
    table(
      ['clock', 'measures', 'starts again'],
      CLOCKS.map((name) => [`\`${name}\``, CLOCK_TABLE[name].measures, CLOCK_TABLE[name].restarts]),
    ) +
    `
## Actions

Rules and rungs of the ladder list \`actions\`, carried out in that order, but for \`off_queue\`, which comes first.

` +
    table(
      ['action', 'what it does', 'carried out by', 'permission', 'where', 'if it is refused'],
      ACTIONS.map((name) => actionRow(name, ACTION_TABLE[name])),
    )
  );
}

function actionRow(name: string, { does, by, permission, onlyInRungs, isOptional }: ActionTraits): string[] {
  return [
    `\`${name}\``,
    does,
    BY[by],
    permission === undefined ? '' : `\`${permission.id}\``,
    onlyInRungs ? 'rungs' : 'rules and rungs',
    isOptional ? 'the log-off goes on' : 'the log-off ends',
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
