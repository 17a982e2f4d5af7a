/**
 * `npm run bench`: every number that the README promises, measured. `npm run bench -- domain` runs one of them, and
 * `npm run bench -- month` what takes too long to run each time.
 */
import process from 'node:process';
import { argumentsOf, oneOf } from '../scripts/arguments.ts';
import { textTable } from '../src/texts/table.ts';
import { benchBacktest, benchSuggest } from './backtest.ts';
import { benchDomain } from './domain.ts';
import { benchExplore } from './explore.ts';
import { benchEndpoints } from './endpoints.ts';
import { benchForged } from './forged.ts';
import { benchHindsight } from './hindsight.ts';
import { benchLogoffs } from './logoffs.ts';
import type { Row } from './measure.ts';
import { benchMonth } from './month.ts';
import { benchNearPeak } from './near-peak.ts';
import { benchOperator } from './operator.ts';
import { benchPage } from './page.ts';
import { benchPolicies, benchPolicy } from './policies.ts';
import { benchPostgres } from './postgres.ts';
import { benchRecord } from './record.ts';
import { benchRollouts } from './rollouts.ts';
import { benchStart } from './start.ts';
import { benchStorm } from './storm.ts';
import { benchSweep } from './sweep.ts';
import { benchTracing } from './tracing.ts';

type Benches = Readonly<Record<string, () => readonly Row[] | Promise<readonly Row[]>>>;

const BENCHES: Benches = {
  domain: benchDomain,
  sweep: benchSweep,
  logoffs: benchLogoffs,
  start: benchStart,
  backtest: benchBacktest,
  suggest: benchSuggest,
  policy: benchPolicy,
  endpoints: benchEndpoints,
  page: benchPage,
  storm: benchStorm,
  record: benchRecord,
  operator: benchOperator,
  postgres: benchPostgres,
  tracing: benchTracing,
};
/** Only when asked for. */
const LONG: Benches = {
  hindsight: benchHindsight,
  month: benchMonth,
  policies: benchPolicies,
  explore: benchExplore,
  'near-peak': benchNearPeak,
  rollouts: benchRollouts,
  forged: benchForged,
};

const ALL: Benches = { ...BENCHES, ...LONG };
const wanted = argumentsOf({}, Infinity).words.map((name) => oneOf('The bench', name, Object.keys(ALL)));
const rows: Row[] = [];
const chosen = wanted.length === 0 ? BENCHES : ALL;
for (const [name, bench] of Object.entries(chosen)) {
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await bench()));
}
const cells = rows.map(({ what, measured, target, met }) => [
  what,
  measured,
  target ?? '',
  target === undefined ? '' : met ? 'yes' : 'NO',
]);
for (const line of textTable(['what', 'measured', 'target', 'met'], cells)) process.stdout.write(`${line}\n`);
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
