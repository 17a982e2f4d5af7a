/** The commands that speak to a worker through its store, or copy it. */
import { Argument, type Command } from 'commander';
import type { BackupOptions } from './backup/command.ts';
import type { PauseOptions } from './pause/command.ts';
import type { RolloutAction, RolloutOptions } from './rollout/command.ts';
import { NOT_FOR_READING } from '../policy-file/fleet.ts';
import { ALL, ONE_COPY, withConfig, withStore, type End } from './shared/definitions.ts';
import { eachOrganisation, oneOrganisation } from './shared/fleet.ts';
import type { Output } from './shared/output.ts';
import type { StoreOption } from './shared/store-place.ts';
import type { StoreCopyOptions } from './store/command.ts';

/** Adds them to the program. */
export function addStore(program: Command, output: Output, end: End): void {
  withStore(program, 'pause', 'hold all action, until resume or until the time is up', ALL)
    .option('--for <duration>', 'for how long, like 2h (default: until resume)')
    .option('--reason <text>', 'for the record')
    .action(async (options: PauseOptions) => {
      end(await (await import('./pause/command.ts')).pause(options, output));
    });
  withStore(program, 'backup', 'a consistent copy of the store, while a worker runs or not')
    .argument('<file>', 'the copy; nothing may be there yet')
    .option('--json', 'print what it holds as JSON')
    .action(async (file: string, options: BackupOptions) => {
      end(
        await (
          await import('./backup/command.ts')
        ).backup(file, oneOrganisation(options, ONE_COPY, NOT_FOR_READING), output),
      );
    });
  withConfig(
    program,
    'store',
    'take the store from a file into a database, or back; no worker may hold either',
  )
    .addArgument(new Argument('<action>', 'what is to be done').choices(['copy']))
    .option('--from <file>', 'the store: the path of a file, or the URL of a database; always given')
    .option('--to <file>', 'a new or empty store: the path of a file, or the URL of a database; always given')
    .option('--json', 'print counts and hashes as JSON')
    .action(async (_: string, options: StoreCopyOptions) => {
      end(await (await import('./store/command.ts')).storeCopy(options, output));
    });
  withStore(program, 'resume', 'end a pause, and free the agents that the breaker holds', ALL).action(
    async (options: StoreOption) => {
      end(await (await import('./pause/command.ts')).resume(options, output));
    },
  );
  addRollout(program, output, end);
}

function addRollout(program: Command, output: Output, end: End): void {
  withStore(
    program,
    'rollout',
    'how a changed policy is being brought out; continue it after a stop, or begin its next step; or abort it',
    'one organisation of a fleet (default: all; one has to be named to continue or abort)',
  )
    .addArgument(new Argument('<action>', 'what is to be done').choices(['status', 'continue', 'abort']))
    .option('--reason <text>', 'of continue and abort, for the record')
    .option('--tz <zone>', 'time zone of the times printed', 'UTC')
    .option('--json', 'print as JSON')
    .action(async (action: RolloutAction, options: RolloutOptions) => {
      const { rolloutStatus, rolloutOrder } = await import('./rollout/command.ts');
      if (action === 'status')
        end(await eachOrganisation(options, output, (one, to) => rolloutStatus(one, to), NOT_FOR_READING));
      else end(await rolloutOrder(action, options, output));
    });
}
