/** What the definitions of the commands have in common: their names, and the options that say of which policy, store or past. */
import { Option, type Command } from 'commander';
import { LOG_FORMATS } from '../../app/log-format.ts';
import { DEFAULT_CONFIG } from './options.ts';

/** Ends a command with its exit code. */
export type End = (code: number) => void;

/** A command of the program. */
export function command(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).exitOverride();
}

/** Which policy, or which fleet of several. */
export function withPolicy(program: Command, name: string, description: string): Command {
  const help = `policy file, or file of a fleet (default: $IDLE_ENFORCER_CONFIG, or ${DEFAULT_CONFIG})`;
  return command(program, name, description).option('-c, --config <file>', help);
}

/** And which organisation of it. */
export function withConfig(program: Command, name: string, description: string, unless = ONE): Command {
  return withPolicy(program, name, description).option('--organisation <name>', unless);
}

/** What a command does with a fleet when no organisation is named. */
export const ONE = 'which organisation of a fleet';
export const ALL = 'one organisation of a fleet (default: all)';
export const FOUND = 'one organisation of a fleet (default: the one in which the agent is)';
/** Why one has to be named. */
export const ONE_SWEEP = 'One sweep is that of one organisation';
export const ONE_COPY = 'A copy is of one store';
export const ONE_PAST = 'A history is that of one organisation';
export const ONE_ROLLOUT = 'A rollout is that of one organisation';

/** For commands that replay the past. */
export function withPast(program: Command, name: string, description: string): Command {
  return withConfig(program, name, description)
    .option(
      '--from <time>',
      'a date (its midnight in UTC), a time, or how long ago, like 7d (default: 30d, or all of --replay)',
    )
    .option('--to <time>', 'the same (default: now)')
    .option('--record <file>', 'keep what is read; the same command continues after an interruption')
    .option('--replay <file>', 'replay a recording, without the platform')
    .option('--tz <zone>', 'time zone of calendar months, in place of the `billing` of the policy')
    .option('--json', 'print as JSON')
    .addOption(logFormat());
}

/** For commands that need nothing of the policy but the place of its store. */
export function withStore(program: Command, name: string, description: string, unless = ONE): Command {
  const help =
    'the store itself, the URL of its database, or the folder of those of a fleet (default: the one that the policy names)';
  return withConfig(program, name, description, unless).option('--store <file>', help);
}

/** The option of commands that log. */
export function logFormat(): Option {
  const help = 'how the log is written (default: pretty on a terminal, json elsewhere)';
  return new Option('--log-format <format>', help).choices([...LOG_FORMATS]);
}
