/**
 * Started as a program: carries out one command line after the other and tells how each ended. A process for each would spend its time
 * on its start.
 */
import process from 'node:process';
import { main } from '../../src/commands/program.ts';
import { ended } from './program.ts';

// Both outputs in one order.
process.stderr.write = process.stdout.write.bind(process.stdout);
for (const args of JSON.parse(process.argv[2] ?? '[]') as string[][]) {
  const code = await main(args);
  process.stdout.write(ended(code));
}
process.exit();
