/** The commands, their options and their help. */
import { Command, CommanderError } from 'commander';
import process from 'node:process';
import { EXIT, explainError } from './exit.ts';
import { DEFAULT_CONFIG } from './options.ts';
import { standardOutput, type Output } from './output.ts';
import { VERSION } from './version.ts';

/** Runs one command line, without the program's own name. Never rejects; answers the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.fine;
  const program = build(standardOutput(), (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.refused;
    const { code: failed, text } = explainError(error);
    process.stderr.write(`${text}\n`);
    return failed;
  }
}

function build(output: Output, end: (code: number) => void): Command {
  const program = new Command('idle-enforcer')
    .description('Logs idle agents off Genesys Cloud, keeps them off under single sign-on, and never disturbs anyone who works.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false });
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride();
  const withConfig = (name: string, description: string): Command =>
    command(name, description).option('-c, --config <file>', `policy file (default: ${DEFAULT_CONFIG}, or $IDLE_ENFORCER_CONFIG)`);

  withConfig('run', 'the unattended worker: sweeps on its cron, serves health and metrics, drains on SIGTERM').action(
    async (options) => {
      end(await (await import('./run.ts')).run(options));
    },
  );
  withConfig('once', 'one sweep, for an outside scheduler; exit 3 if an action failed')
    .option('--json', 'print the sweep as JSON')
    .action(async (options) => {
      end(await (await import('./run.ts')).once(options, output));
    });
  withConfig('pause', 'hold all action, until resume or until the time is up')
    .option('--for <duration>', 'for how long, like 2h')
    .option('--reason <text>', 'for the record')
    .action(async (options) => {
      await (await import('./pause.ts')).pause(options, output);
    });
  withConfig('resume', 'end a pause and free whoever the breaker holds').action(async (options) => {
    await (await import('./pause.ts')).resume(options, output);
  });
  withConfig('validate', 'check the policy and print in plain words what it would do')
    .option('--online', 'also check its names against the platform')
    .option('--json', 'print as JSON')
    .action(async (options) => {
      end(await (await import('./validate.ts')).validate(options, output));
    });
  withConfig('explain', 'last sign, clocks, rules weighed, what protects, when due, where on the ladder')
    .argument('<agent>', 'name, e-mail or id')
    .option('--json', 'print as JSON')
    .action(async (agent: string, options) => {
      end(await (await import('./explain.ts')).explain(agent, options, output));
    });
  command('sandbox', 'a simulated Genesys Cloud organisation on loopback')
    .option('--agents <number>', 'how many people', '200')
    .option('--seed <number>', 'the same seed plays the same shift', '1')
    .option('--port <number>', '0 for any', '0')
    .option('--speed <number>', 'how many times faster than ours its clock runs', '1')
    .option('--start <time>', 'when its first shift begins (default: now)')
    .action(async (options) => {
      end(await (await import('./sandbox.ts')).sandbox(options, output));
    });
  withConfig('demo', 'sandbox and worker together with the clock wound up: a shift in a minute, then the tally')
    .option('--agents <number>', 'how many people', '200')
    .option('--seed <number>', 'the same seed plays the same shift', '1')
    .option('--hours <number>', 'length of the shift', '8')
    .option('--json', 'print the tally as JSON')
    .action(async (options) => {
      end(await (await import('./demo.ts')).demo(options, output));
    });
  return program;
}
