/** Programs and packages that are not everywhere: tests that need one say so and stand aside where it is missing. */
import { test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

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
