#!/usr/bin/env node
/** The command line's beginning. It loads hardly anything before it knows that it can run here. */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { certificatesFault } from './commands/shared/certificates.ts';
import { guardSignals } from './commands/shared/signals.ts';

const NEEDED = 24;
/**
 * A sweep of a large centre makes much that is thrown away at once. Left to itself V8 takes twice the memory rather than
 * collect it a little more often, and a container pays for memory by the month.
 */
const V8_FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=10'];

/** A process that nothing keeps ends at once. */
const LAST_MOMENT_MS = 2_000;

guardSignals();

const fault = nodeFault() ?? certificatesFault(process.env);
if (fault !== undefined) {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 2;
} else {
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  const { main } = await import('./commands/program.ts');
  process.exitCode = await main(process.argv.slice(2));
  // What a user has loaded beside the program, such as an SDK for traces, may hang. The program is over all the same.
  setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
}

function nodeFault(): string | undefined {
  const { node } = process.versions;
  if (Number(node.split('.')[0]) >= NEEDED) return undefined;
  return (
    `idle-enforcer needs Node.js ${NEEDED} or newer, and this is ${node}. ` +
    'From a checkout use "npm start" or "npm run …": they bring the right one along.'
  );
}
