/** Programs and packages that are not everywhere: tests that need one say so and stand aside where it is missing. */
import { describe, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import process from 'node:process';

/** Whether a program answers. */
export function hasProgram(name: string, ...args: readonly string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0;
}

/** `test` where it holds; elsewhere one that is skipped, with what is missing in its name. */
export function testWhere(
  holds: boolean,
  missing: string,
): (name: string, run: () => void | Promise<void>) => void {
  return (name, run) => {
    if (holds) test(name, run);
    else test.skip(`${name} (${missing} is not installed)`, run);
  };
}

/** The same for a group of tests; where it is left out, a line on the terminal says so. */
export function describeWhere(holds: boolean, missing: string): (name: string, group: () => void) => void {
  return (name, group) => {
    if (holds) {
      describe(name, group);
      return;
    }
    process.stderr.write(`Skipped: ${name} (${missing} is installed)\n`);
    describe.skip(`${name} (${missing} is installed)`, group);
  };
}
