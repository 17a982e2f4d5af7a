/** The command line as shells need to know it, taken from the program's own definition. */
import type { Argument, Command, Option } from 'commander';

/** What stands in place of a value. */
export interface Value {
  /** As help calls it, such as `file`. */
  readonly name: string;
  /** All that it may be; empty where that is free. */
  readonly choices: readonly string[];
  /** It is the path of a file. */
  readonly isFile: boolean;
}

export interface ModelOption {
  /** `--config`, with `-c` where there is a short form. */
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** `undefined` for a flag. */
  readonly value: Value | undefined;
  /** It may be given without its value. */
  readonly isFlagToo: boolean;
  /** It may be given more than once. */
  readonly isRepeatable: boolean;
}

export interface ModelArgument extends Value {
  readonly description: string;
  /** It may be given any number of times. */
  readonly isVariadic: boolean;
  readonly isRequired: boolean;
}

export interface ModelCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly ModelOption[];
  readonly args: readonly ModelArgument[];
}

export interface Model {
  readonly program: string;
  /** Options before a command. */
  readonly options: readonly ModelOption[];
  readonly commands: readonly ModelCommand[];
}

/** Placeholders whose values are paths. */
const PATHS: ReadonlySet<string> = new Set(['file', 'files', 'folder', 'dir', 'directory', 'path']);

/** Everything that help shows, the help itself included. */
export function modelOf(program: Command): Model {
  const commands = program.createHelp().visibleCommands(program);
  return {
    program: program.name(),
    options: optionsOf(program),
    commands: commands.map((command) => ({
      name: command.name(),
      description: command.description(),
      options: optionsOf(command),
      args: argsOf(command, commands),
    })),
  };
}

function argsOf(command: Command, commands: readonly Command[]): ModelCommand['args'] {
  return command.registeredArguments.map((argument) => {
    const value = valueOf(argument.name(), argument);
    // The one command that commander adds takes the name of another.
    const choices = command.name() === 'help' ? commands.map((one) => one.name()) : value.choices;
    const { description, variadic: isVariadic, required: isRequired } = argument;
    return { ...value, description, choices, isVariadic, isRequired };
  });
}

function optionsOf(command: Command): readonly ModelOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      long: option.long ?? option.flags,
      short: option.short,
      description: described(option),
      value: option.required || option.optional ? valueOf(placeholderOf(option), option) : undefined,
      isFlagToo: option.optional,
      isRepeatable: option.parseArg !== undefined && option.argChoices === undefined,
    }));
}

function described({ description, defaultValue }: Option): string {
  return typeof defaultValue === 'string' ? `${description} (default: ${defaultValue})` : description;
}

function placeholderOf({ flags }: Option): string {
  return /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1]?.replace('...', '') ?? 'value';
}

function valueOf(name: string, { argChoices }: Pick<Option | Argument, 'argChoices'>): Value {
  return { name, choices: argChoices ?? [], isFile: PATHS.has(name.toLowerCase()) };
}
