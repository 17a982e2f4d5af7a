/** What holds of every command line, whichever command it is for. */
import type { Command } from 'commander';

/** Refuses an option that has a value and is given twice, and any empty value: which one was meant cannot be told. */
export function refuseUnclearValues(program: Command): void {
  for (const command of program.commands) {
    for (const option of command.options) {
      const takesValue = option.required || option.optional;
      if (!takesValue) continue;
      let count = 0;
      command.on(`option:${option.name()}`, (value: unknown) => {
        count += 1;
        const { flags } = option;
        if (value === '')
          command.error(`error: option '${flags}' is empty: give it a value, or leave it out`);
        // One that gathers values has a parser of its own.
        if (count > 1 && option.parseArg === undefined)
          command.error(`error: option '${flags}' is given ${count} times: give it once`);
      });
    }
  }
}

/** Refuses an empty argument, which would stand for every agent or for the folder. */
export function refuseEmptyArguments(command: Command): void {
  for (const [i, argument] of command.registeredArguments.entries()) {
    const values = [command.processedArgs[i]].flat();
    if (values.includes('')) command.error(`error: argument '${argument.name()}' is empty: give it a value`);
  }
}

/** Refuses what stands before a command and belongs behind it, and help about a command that there is not. */
export function refuseMisplaced(program: Command, [first = '', second]: readonly string[]): void {
  const [flag = ''] = first.split('=');
  const isOneOf = (of: readonly Command[]): boolean =>
    of.some(({ options }) => options.some(({ short, long }) => flag === short || flag === long));
  if (!isOneOf([program]) && isOneOf(program.commands))
    program.error(`error: option '${flag}' stands behind the command that it is for, not before it`);
  const isKnown = program.commands.some((command) => command.name() === second);
  if (first === 'help' && second !== undefined && second !== 'help' && !isKnown)
    program.error(`error: unknown command '${second}'; idle-enforcer --help lists all of them`);
}
