#!/usr/bin/env node
/** The command line's beginning. It loads hardly anything before it knows that it can run here. */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { certificatesFault } from './commands/shared/certificates.ts';
import { broughtAlong, handOn, isNewEnough, tooOld } from './commands/shared/right-node.ts';
import { guardSignals } from './commands/shared/signals.ts';

/** Left to itself V8 takes twice the memory rather than collect a little more often. */
const SMALL_HEAP = '--heap-growing-percent=10';
/** What a program loads it keeps: to collect during its start would take a seventh of that. */
const STARTED_AFTER_MS = 500;
/** A sweep of a large centre makes much that is thrown away at once, and a container pays for memory by the month. */
const SMALL_NURSERY = '--semi-space-growth-factor=1';
/** For a command that ends within seconds time matters more. */
const HASTY = 'list';
/** A person waits for a replay, which takes a sixth less time with more memory: not in a container that has a worker in it. */
const REPLAY = 'backtest';
const ROOMY = 2 ** 31;

function keepSmall(command: string | undefined): void {
  if (command === HASTY) return;
  setTimeout(setFlagsFromString, STARTED_AFTER_MS, SMALL_HEAP).unref();
  if (command !== REPLAY || process.availableMemory() <= ROOMY) setFlagsFromString(SMALL_NURSERY);
}

/** A process that nothing keeps ends at once. */
const LAST_MOMENT_MS = 2_000;

guardSignals();

const fault = certificatesFault(process.env);
if (!isNewEnough(process.versions.node)) {
  const node = broughtAlong(process.env);
  if (node === undefined) process.stderr.write(`${tooOld(process.versions.node)}\n`);
  process.exitCode = node === undefined ? 2 : await handOn(node, process.argv);
} else if (fault !== undefined) {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 2;
} else {
  keepSmall(process.argv[2]);
  const { main } = await import('./commands/program.ts');
  process.exitCode = await main(process.argv.slice(2));
  // What a user has loaded beside the program, such as an SDK for traces, may hang. The program is over all the same.
  setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
}
