/**
 * Plays lives of several workers on one database, one for each seed; see `test/simulation/simulate.ts`. `--seeds` says how many,
 * `--from` with which to begin; `--seed` plays one and tells it; `--mistake` plants a mistake that is to be found.
 */
import process from 'node:process';
import { MISTAKES } from '../test/simulation/mistakes.ts';
import { simulate } from '../test/simulation/simulate.ts';
import { argumentsOf, oneOf, whole } from './arguments.ts';

const { values } = argumentsOf({
  seeds: { type: 'string', default: '1000' },
  from: { type: 'string', default: '1' },
  seed: { type: 'string' },
  mistake: { type: 'string' },
});
const mistake = values.mistake === undefined ? undefined : oneOf('--mistake', values.mistake, MISTAKES);
if (values.seed !== undefined) {
  const { findings } = await simulate(whole('--seed', values.seed), mistake, (line) => {
    console.log(line);
  });
  if (findings.length > 0) process.exitCode = 1;
} else {
  const [from, count] = [whole('--from', values.from), whole('--seeds', values.seeds, 1)];
  const begun = performance.now();
  const sum = { effects: 0, takings: 0, mishaps: 0 };
  const told = new Map<string, number>();
  let failed = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const { findings, effects, takings, mishaps, rollouts } = await simulate(seed, mistake);
    for (const [what, count] of rollouts) told.set(what, (told.get(what) ?? 0) + count);
    sum.effects += effects;
    sum.takings += takings;
    sum.mishaps += mishaps;
    if (findings.length === 0) continue;
    failed += 1;
    console.log(`seed ${seed}: ${findings.join('; ')}`);
  }
  const minutes = (performance.now() - begun) / 60_000;
  console.log(
    `${count} seeds, ${Math.round(count / minutes)} a minute: ${failed} with findings. ` +
      `${sum.mishaps} mishaps, ${sum.takings} takings of a lease, ${sum.effects} requests for agents. ` +
      `Of rollouts was told: ${[...told].map(([what, count]) => `${what} ${count}`).join(', ')}.`,
  );
  if (failed > 0) process.exitCode = 1;
}
