/**
 * What a policy may cost. `policy`: one of a hundred kilobytes, checked as `run` checks it, and how long the program hears
 * nothing meanwhile. `policies`: twenty thousand policies gone wrong, none of which may crash it, take long, be taken in spite
 * of a plain fault, or give a secret away.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as checking from '../src/commands/policy-test/policy-check.ts';
import { loadPolicyText } from '../src/policy-file/load.ts';
import { baseOf, givesAway, mutant } from '../test/policy-file/mutations.ts';
import { ownNames, sayAll } from '../test/policy-file/said.ts';
import { median, type Row } from './measure.ts';

/** As it is shipped. */
const COMPILED = new URL('../dist/policy-check.js', import.meta.url).href;

const HEAD = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 60m }] }]
`;

/** Exempt people by e-mail, one a line. */
function people(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `      - first.lastname.number${i}@example-company.com\n`,
  );
  return `${HEAD}exempt:\n  - users:\n${lines.join('')}`;
}

/** As many entries as there is room for, each with a reason of its own. */
function entries(): string {
  const lines = Array.from(
    { length: 6_800 },
    (_, i) => `  - { users: [first.lastname.number${i}@example.com], reason: on leave }\n`,
  );
  return `${HEAD}exempt:\n${lines.join('')}`;
}

export async function benchPolicy(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  try {
    const real = await checked(folder, people(2_000));
    const largest = await checked(folder, entries());
    return [
      row('a policy of 100 KB, 2,000 exempt people, is checked in', real.took, 1_000),
      row('longest stall of the loop meanwhile', real.stall, 200),
      row('longest stall while one of 500 KB is checked', largest.stall, 200),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function row(what: string, ms: number, most: number): Row {
  return { what, measured: `${ms.toFixed(0)} ms`, target: `under ${most} ms`, met: ms < most };
}

/** Medians of five checks, in ms. */
async function checked(
  folder: string,
  text: string,
): Promise<{ readonly took: number; readonly stall: number }> {
  const { checkPolicy } = (await import(COMPILED)) as typeof checking;
  const path = join(folder, 'policy.yaml');
  await writeFile(path, text);
  const [took, stalls]: [number[], number[]] = [[], []];
  for (let i = 0; i < 5; i += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const begun = performance.now();
    const { kind } = await checkPolicy(path, {});
    took.push(performance.now() - begun);
    // What is handed over is unpacked in this very turn of the loop; the next one measures it.
    await sleep(20);
    delay.disable();
    stalls.push(delay.max / 1e6);
    if (kind !== 'valid') throw new Error('the policy was refused');
  }
  return { took: median(took), stall: median(stalls) };
}

const MUTANTS = 20_000;

export async function benchPolicies(): Promise<readonly Row[]> {
  let [crashes, taken, leaks, slowest] = [0, 0, 0, 0];
  for (let seed = 1; seed <= MUTANTS; seed += 1) {
    const one = mutant(seed);
    const before = loadPolicyText(baseOf(seed).replaceAll('SECRET', 'zzzzzz'), 'p.yaml', {});
    try {
      const { loaded, shown, took } = await sayAll(one.text, before);
      slowest = Math.max(slowest, took);
      if (loaded !== undefined && one.isPlainlyWrong) taken += 1;
      const isNamed = loaded !== undefined && givesAway(ownNames(loaded), one.secret);
      if (!isNamed && givesAway(shown, one.secret)) leaks += 1;
    } catch (error) {
      crashes += 1;
      process.stderr.write(`${seed} (${one.how.join(', ')}): ${String(error)}\n`);
    }
  }
  const none = (what: string, count: number): Row => ({
    what: `of ${MUTANTS.toLocaleString('en')} policies gone wrong ${what}`,
    measured: String(count),
    target: '0',
    met: count === 0,
  });
  return [
    none('crash', crashes),
    none('are taken in spite of a plain fault', taken),
    none('give their secret away', leaks),
    row('the slowest of them takes of a processor', slowest, 2_000),
  ];
}
