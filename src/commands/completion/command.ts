/** `completion`: a script for a shell. It is static: completing starts no program and reads no policy. */
import type { Command } from 'commander';
import { EXIT } from '../shared/exit-codes.ts';
import type { Output } from '../shared/output.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { modelOf, type Model } from './model.ts';
import type { Shell } from './shells.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS: Readonly<Record<Shell, (model: Model) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the script. Answers the exit code. */
export function completion(shell: Shell, program: Command, output: Pick<Output, 'write'>): number {
  output.write(SCRIPTS[shell](modelOf(program)));
  return EXIT.fine;
}
