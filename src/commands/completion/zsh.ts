/** The script for zsh; it may be read by the shell, or stand as a file on its `fpath`. */
import type { Model, ModelCommand, ModelOption, Value } from './model.ts';

/** The whole script. */
export function zshScript({ program, options, commands }: Model): string {
  const name = `_${program}`;
  return `#compdef ${program}
# Completion of ${program} for zsh. Made by: ${program} completion zsh
${name}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${options.map((option) => `    ${spec(option, true)} \\\n`).join('')}    '1: :->command' \\
    '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=(
${commands.map((one) => `        ${quoted(`${one.name}:${one.description}`)}`).join('\n')}
      )
      _describe -t commands command commands ;;
    arguments)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "${name}" ]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function commandCase({ name, options, args }: ModelCommand): string {
  const specs = [
    ...options.map((option) => spec(option, false)),
    ...args.map((arg, i) => quoted(`${arg.isVariadic ? '*' : `${i + 1}`}:${valueSpec(arg)}`)),
  ];
  return `        ${name})\n          _arguments ${specs.join(' \\\n            ')} ;;`;
}

/** Options that end everything, such as help, exclude all others before a command. */
function spec({ long, short, description, value, isRepeatable }: ModelOption, isFinal: boolean): string {
  const takes = value === undefined ? '' : `:${valueSpec(value)}`;
  const text = `[${description.replaceAll(/[[\]\\]/g, '\\$&')}]${takes}`;
  const forms = short === undefined ? [long] : [short, long];
  const others = isRepeatable ? '*' : `(${isFinal ? '- *' : forms.join(' ')})`;
  if (forms.length === 1) return quoted(`${others}${long}${text}`);
  return `${quoted(others)}{${forms.join(',')}}${quoted(text)}`;
}

function valueSpec({ name, choices, isFile }: Value): string {
  const action = choices.length > 0 ? `(${choices.join(' ')})` : isFile ? '_files' : '';
  return `${name}:${action === '' ? ' ' : action}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
