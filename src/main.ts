#!/usr/bin/env node
/** The command line's beginning. It loads hardly anything before it knows that this Node.js can run it. */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { guardSignals } from './commands/shared/signals.ts';

const NEEDED = 24;
/**
 * A sweep of a large centre makes much that is thrown away at once. Left to itself V8 takes twice the memory rather than
 * collect it a little more often, and a container pays for memory by the month.
 */
const V8_FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=10'];

guardSignals();

const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  process.stderr.write(
    `idle-enforcer needs Node.js ${NEEDED} or newer, and this is ${process.versions.node}. ` +
      'From a checkout use "npm start" or "npm run …": they bring the right one along.\n',
  );
  process.exitCode = 2;
} else {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const { main } = await import('./commands/program.ts');
  process.exitCode = await main(process.argv.slice(2));
}
