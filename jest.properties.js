import { env } from 'node:process';
import * as fastCheck from 'fast-check';

/** With one seed `npm test` tells the same of the same code; `npm run properties` takes fresh ones, and many times the runs. */
const SEED = 2026;
const times = Number(env.IDLE_TEST_TIMES ?? 1);

fastCheck.configureGlobal({ seed: Number(env.IDLE_TEST_SEED ?? SEED) });

export * from 'fast-check';

export function assert(property, { numRuns = 100, ...others } = {}) {
  return fastCheck.assert(property, { ...others, numRuns: numRuns * times });
}

export default { ...fastCheck, assert };
