/** The commands, their options and their help. */
import { Argument, Command, CommanderError, Option } from 'commander';
import process from 'node:process';
import type { BacktestOptions } from './backtest/command.ts';
import { severalLines } from '../texts/clean.ts';
import { EXIT, explainError } from './shared/exit.ts';
import type { DemoOptions } from './demo/command.ts';
import type { DoctorOptions } from './doctor/command.ts';
import type { ExplainOptions } from './explain/command.ts';
import { SHELLS, type Shell } from './completion/shells.ts';
import { refuseEmptyArguments, refuseMisplaced, refuseUnclearValues } from './shared/command-line.ts';
import { checkEnvironment, environmentHelp, exitCodeHelp } from './shared/environment.ts';
import { NOT_FOR_READING } from '../policy-file/fleet.ts';
import { eachOrganisation, oneOrganisation } from './shared/fleet.ts';
import {
  ALL,
  FOUND,
  ONE_PAST,
  ONE_SWEEP,
  command,
  logFormat,
  withConfig,
  withPast,
  withPolicy,
  withStore,
  type End,
} from './shared/definitions.ts';
import { addStore } from './store-commands.ts';
import { DEFAULT_CONFIG } from './shared/options.ts';
import { standardOutput, type Output } from './shared/output.ts';
import type { ReportOptions } from './report/command.ts';
import type { InitOptions } from './init/command.ts';
import type { ListOptions } from './list/command.ts';
import type { OnceOptions } from './once/command.ts';
import type { StatusOptions } from './status/command.ts';
import type { RunOptions } from './run/command.ts';
import type { SandboxCommandOptions } from './sandbox/command.ts';
import type { SuggestOptions } from './suggest/command.ts';
import type { TestOptions } from './policy-test/command.ts';
import type { ValidateOptions } from './validate/command.ts';
import { VERSION } from '../app/version.ts';

/** Runs one command line, without the program's own name. Never rejects; answers the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.fine;
  const output = standardOutput();
  redactUncaught(output);
  const program = build(output, (result) => {
    code = result;
  });
  try {
    refuseMisplaced(program, args);
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.refused;
    const { code: failed, text } = explainError(error);
    process.stderr.write(`${output.redactor.hide(severalLines(text))}\n`);
    return failed;
  }
}

/** An uncaught error is a fault of ours. Node.js would print it with all that it holds, such as headers with a token. */
function redactUncaught({ redactor }: Output): void {
  process.once('uncaughtException', (error: unknown) => {
    process.stderr.write(`${redactor.hide(severalLines(explainError(error).text))}\n`);
    process.exit(EXIT.unexpected);
  });
}

/** The program with all its commands; `end` is told the exit code of the one that ran. */
export function build(output: Output, end: End): Command {
  const program = new Command('idle-enforcer')
    .description(
      'Logs idle agents off Genesys Cloud, keeps them off under single sign-on, and never disturbs agents who work.',
    )
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', `\n${environmentHelp()}\n\n${exitCodeHelp()}`)
    .hook('preAction', (_, command) => {
      refuseEmptyArguments(command);
      checkEnvironment(command.name());
    });
  addWorker(program, output, end);
  addStore(program, output, end);
  addPolicy(program, output, end);
  addInit(program, output, end);
  addDoctor(program, output, end);
  addPresent(program, output, end);
  addInsight(program, output, end);
  addSimulation(program, output, end);
  addCompletion(program, output, end);
  refuseUnclearValues(program);
  return program;
}

function addWorker(program: Command, output: Output, end: End): void {
  withPolicy(
    program,
    'run',
    'the unattended worker: sweeps on its cron, serves health and metrics, drains on SIGTERM',
  )
    .addOption(logFormat())
    .action(async (options: RunOptions) => {
      end(await (await import('./run/command.ts')).run(options, output));
    });
  withConfig(
    program,
    'once',
    'one sweep, for an outside scheduler; exit 3 if an action failed, or if it was not done in time',
  )
    .option(
      '--deadline <duration>',
      'longest time it may take (default: one interval of the schedule, 10s at least)',
    )
    .option('--json', 'print the sweep as JSON')
    .addOption(logFormat())
    .action(async (options: OnceOptions) => {
      end(await (await import('./once/command.ts')).once(oneOrganisation(options, ONE_SWEEP), output));
    });
}

function addPolicy(program: Command, output: Output, end: End): void {
  withConfig(program, 'validate', 'check the policy and print in plain words what it would do', ALL)
    .argument(
      '[file]',
      'policy file, in place of --config; - is standard input, and --config then says whose text it is',
    )
    .option('--online', 'also check its names against the platform; needs the credentials')
    .option('--json', 'print as JSON')
    .addOption(logFormat())
    .action(async (file: string | undefined, options: ValidateOptions) => {
      end(await (await import('./validate/fleet.ts')).validateMeant({ ...options, file }, output));
    });
  withStore(
    program,
    'explain',
    'last sign, clocks, rules weighed, what protects, when due, where on the ladder',
    FOUND,
  )
    .argument('<agent>', 'name, e-mail or id')
    .option('--at <time>', 'as of the record at that time (default: now)')
    .option('--tz <zone>', 'time zone of the times printed', 'UTC')
    .option('--live', 'read the agent once through the platform; nothing is written')
    .option('--json', 'print as JSON')
    .addOption(logFormat())
    .action(async (agent: string, options: ExplainOptions) => {
      end(await (await import('./explain/fleet.ts')).explainMeant(agent, options, output));
    });
  withConfig(
    program,
    'test',
    'policy tests: given a timeline, expect verdicts and log-offs; exit 3 if one fails',
    ALL,
  )
    .argument('[files...]', 'test files (default: those that the policy names under tests)')
    .option('--json', 'print as JSON')
    .action(async (files: string[], options: TestOptions) => {
      end(await (await import('./policy-test/command.ts')).testMeant(files, options, output));
    });
}

function addInit(program: Command, output: Output, end: End): void {
  command(
    program,
    'init',
    'read the organisation, and write a first policy that observes, with tests beside it',
  )
    .option('-c, --config <file>', `the file to write (default: $IDLE_ENFORCER_CONFIG, or ${DEFAULT_CONFIG})`)
    .option('--region <region>', 'AWS region or host of the organisation (default: $GENESYS_REGION)')
    .option('--api-url <url>', 'for a gateway or the sandbox; otherwise from the region')
    .option('--login-url <url>', 'the same')
    .option('--json', 'print what was seen as JSON')
    .addOption(logFormat())
    .action(async (options: InitOptions) => {
      const { init } = await import('./init/command.ts');
      end(await init(options, output));
    });
}

function addDoctor(program: Command, output: Output, end: End): void {
  withConfig(
    program,
    'doctor',
    'check credentials, permissions and settings of the organisation; exit 2 if enforcing could not work',
    ALL,
  )
    .option('--json', 'print as JSON')
    .addOption(logFormat())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./doctor/command.ts');
      end(await eachOrganisation(options, output, doctor));
    });
}

function addPresent(program: Command, output: Output, end: End): void {
  withStore(
    program,
    'status',
    'what the worker does, in words, from the store alone; exit 1 if no worker sweeps that store',
    ALL,
  )
    .option('--tz <zone>', 'time zone of the times printed', 'UTC')
    .option('--json', 'print as JSON')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status/command.ts');
      end(await eachOrganisation(options, output, (one, to) => status(one, to), NOT_FOR_READING));
    });
  withStore(program, 'list', 'agents who are idle now: rule, measured of limit, when due, what protects', ALL)
    .option('--profile <name>', 'only agents of this profile (default: all)')
    .option('--rule <id>', 'only agents for whom this rule comes first (default: all)')
    .option(
      '--reason <reason>',
      'only agents with this reason, idle or not; may be given again (default: agents who are idle)',
      gather,
    )
    .option('--tz <zone>', 'time zone of the times printed', 'UTC')
    .option('--watch', 'redraw the terminal every two seconds, until Ctrl-C')
    .option('--json', 'print as JSON')
    .action(async (options: ListOptions) => {
      const { list } = await import('./list/command.ts');
      const wanted =
        options.watch === true
          ? oneOrganisation(options, 'A terminal shows one list', NOT_FOR_READING)
          : options;
      end(await eachOrganisation(wanted, output, (one, to) => list(one, to), NOT_FOR_READING));
    });
}

function addInsight(program: Command, output: Output, end: End): void {
  withPast(program, 'backtest', 'replay the organisation’s own history through up to four policies')
    .option(
      '--policy <file>',
      'a policy to compare; may be given up to four times (default: that of --config)',
      gather,
    )
    .action(async (options: BacktestOptions) => {
      const one = oneOrganisation(options, ONE_PAST);
      end(await (await import('./backtest/command.ts')).backtest(one, output));
    });
  const hint = 'limits for each rule from history: log-offs, hours, regret, licence peak, and the best';
  withPast(program, 'suggest', hint)
    .option('--regret <share>', 'most log-offs that a sign within ten minutes may follow', '2%')
    .option('--rule <id>', 'only this rule; may be given again (default: all)', gather)
    .option('--limits <list>', 'limits to try, like 10m,30m,2h (default: twelve around that of each rule)')
    .option('--yaml <file>', 'write the policy with the suggested limits, comments and all, to a new file')
    .option('--html <file>', 'write the curves there')
    .action(async (options: SuggestOptions) => {
      const one = oneOrganisation(options, ONE_PAST);
      end(await (await import('./suggest/command.ts')).suggestLimits(one, output));
    });
  withStore(program, 'report', 'log-offs, returns and how fast, time recovered, concurrent-licence peak', ALL)
    .option('--from <time>', 'a date (its midnight in UTC), a time, or how long ago, like 7d (default: 30d)')
    .option('--to <time>', 'the same (default: now)')
    .option(
      '--tz <zone>',
      'time zone of all times printed, and of months unless the policy has `billing`',
      'UTC',
    )
    .addOption(
      new Option('--format <format>', 'how it is written (default: text, or by the ending of --out)').choices(
        ['text', 'md', 'csv', 'json', 'html'],
      ),
    )
    .option('--out <file>', 'write there instead of printing: .md, .html, .csv, .json, .jsonl or .txt')
    .option('--aggregate [people]', 'without persons: no group of fewer people (default: 5)')
    .option('--events', 'print the record, event by event')
    .option('--json', 'as JSON; events as JSON lines')
    .action(async (options: ReportOptions) => {
      end(await (await import('./report/fleet.ts')).reportMeant(options, output));
    });
}

function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function addSimulation(program: Command, output: Output, end: End): void {
  command(program, 'sandbox', 'a simulated Genesys Cloud organisation on loopback')
    .option('--agents <number>', 'how many people', '200')
    .option('--seed <number>', 'the same seed plays the same shift', '1')
    .option('--port <number>', '0 for any', '0')
    .option('--speed <number>', 'how many times faster than the clock its people live', '1')
    .option('--start <time>', 'when its first shift begins (default: so that three hours of it are over)')
    .action(async (options: SandboxCommandOptions) => {
      end(await (await import('./sandbox/command.ts')).sandbox(options, output));
    });
  withConfig(
    program,
    'demo',
    'sandbox and worker together with the clock wound up: a shift in a minute, then the tally',
  )
    .option('--agents <number>', 'how many people, 31 at least', '200')
    .option('--seed <number>', 'the same seed plays the same shift', '1')
    .option('--hours <number>', 'length of the shift', '8')
    .option(
      '--keep <folder>',
      'keep the store, the policy and the report there: a new folder, or an empty one',
    )
    .option('--json', 'print the tally as JSON')
    .action(async (options: DemoOptions) => {
      const one = oneOrganisation(options, 'The demo plays one organisation');
      end(await (await import('./demo/command.ts')).demo(one, output));
    });
}

function addCompletion(program: Command, output: Output, end: End): void {
  command(program, 'completion', 'print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices([...SHELLS]))
    .action(async (shell: Shell) => {
      end((await import('./completion/command.ts')).completion(shell, program, output));
    });
}
