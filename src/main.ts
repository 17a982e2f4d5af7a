/** The command line's beginning. It loads nothing before it knows that this Node.js can run it. */
import process from 'node:process';

const NEEDED = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  process.stderr.write(
    `idle-enforcer needs Node.js ${NEEDED} or newer, and this is ${process.versions.node}. ` +
      'From a checkout use "npm start" or "npm run …": they bring the right one along.\n',
  );
  process.exitCode = 2;
} else {
  const { main } = await import('./cli/program.ts');
  process.exitCode = await main(process.argv.slice(2));
}
