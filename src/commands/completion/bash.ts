/** The script for bash, 3.2 (that of macOS) and newer. */
import type { Model, ModelCommand, ModelOption, Value } from './model.ts';

/** The whole script. */
export function bashScript(model: Model): string {
  const { program, options, commands } = model;
  const name = `_${program.replaceAll(/\W/g, '_')}`;
  return `# Completion of ${program} for bash. Made by: ${program} completion bash
${name}() {
  local cur prev command option options values files i
  COMPREPLY=()
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  # bash takes "--option=value" for three words.
  if [[ $cur == = ]]; then cur= option=$prev
  elif [[ $prev == = ]]; then option=\${COMP_WORDS[COMP_CWORD-2]}
  else option=$prev
  fi
  command=
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*|=) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  values= files=
  case "$command $option" in
${commands.flatMap(valueCases).join('\n')}
    *)
      case "$command" in
        '') options='${words(options)}' values='${commands.map((one) => one.name).join(' ')}' ;;
${commands.map(commandCase).join('\n')}
      esac
      if [[ $cur == -* ]]; then values=$options files=; fi ;;
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
  fi
}
complete -F ${name} ${program}
`;
}

function words(options: readonly ModelOption[]): string {
  return options.flatMap(({ long, short }) => [long, ...(short === undefined ? [] : [short])]).join(' ');
}

/** What follows an option that takes a value; where it is free, nothing is offered. */
function valueCases({ name, options }: ModelCommand): readonly string[] {
  return options.flatMap(({ long, short, value }) => {
    if (value === undefined) return [];
    const forms = [long, ...(short === undefined ? [] : [short])].map((form) => `'${name} ${form}'`);
    return [`    ${forms.join('|')}) ${offered(value)} ;;`];
  });
}

function commandCase({ name, options, args }: ModelCommand): string {
  const [first] = args;
  // Not ":" here, which would make what stands before it hold for that command alone.
  const values = first === undefined || isFree(first) ? '' : ` ${offered(first)}`;
  return `        ${name}) options='${words(options)}'${values} ;;`;
}

function isFree({ choices, isFile }: Value): boolean {
  return choices.length === 0 && !isFile;
}

function offered(value: Value): string {
  if (isFree(value)) return ':';
  return value.isFile ? 'files=1' : `values='${value.choices.join(' ')}'`;
}
