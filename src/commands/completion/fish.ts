/** The script for fish. */
import type { Model, ModelCommand, ModelOption, Value } from './model.ts';

/** The whole script. */
export function fishScript({ program, options, commands }: Model): string {
  const complete = `complete -c ${program}`;
  const names = commands.map(({ name }) => name).join(' ');
  const before = `-n ${quoted(`not __fish_seen_subcommand_from ${names}`)}`;
  const lines = [
    `# Completion of ${program} for fish. Made by: ${program} completion fish`,
    `${complete} -f`,
    ...options.map((option) => `${complete} ${before} ${optionWords(option)}`),
    ...commands.map((one) => `${complete} ${before} -a ${one.name} -d ${quoted(one.description)}`),
    ...commands.flatMap((one) => commandLines(complete, one)),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(complete: string, { name, options, args }: ModelCommand): readonly string[] {
  const within = `${complete} -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  const [first] = args;
  const positional = first === undefined ? '' : argumentWords(first);
  return [
    ...options.map((option) => `${within} ${optionWords(option)}`),
    ...(positional === '' ? [] : [`${within} ${positional}`]),
  ];
}

function argumentWords({ choices, isFile }: Value): string {
  if (choices.length > 0) return `-a ${quoted(choices.join(' '))}`;
  return isFile ? '-F' : '';
}

function optionWords({ long, short, description, value }: ModelOption): string {
  const forms = [`-l ${long.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])];
  return [...forms, ...(value === undefined ? [] : [valueWords(value)]), `-d ${quoted(description)}`].join(
    ' ',
  );
}

/** `-r`: a value has to follow; `-x`: and it is no file. */
function valueWords({ choices, isFile }: Value): string {
  if (choices.length > 0) return `-x -a ${quoted(choices.join(' '))}`;
  return isFile ? '-r -F' : '-x';
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
