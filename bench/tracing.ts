/**
 * What tracing costs where no SDK is registered: the accounting of a sweep with a thousand log-offs, with the tracer as it is shipped
 * and without any, in turns, so that whatever else the machine does meets both.
 */
import { openTelemetry } from '../src/app/tracing.ts';
import { Accounting } from '../src/controller/accounting.ts';
import { Learner } from '../src/controller/learner.ts';
import { SweepTraces } from '../src/controller/sweep-traces.ts';
import type { RecordEvent } from '../src/domain/record.ts';
import { NO_BEHAVIOUR_KNOWN } from '../src/domain/tracking/platform-behaviour.ts';
import { Redactor } from '../src/texts/redactor.ts';
import { median, type Row } from './measure.ts';

const LOGOFFS = 1_000;
const ROUNDS = 300;
const WARM_UP = 50;

const quiet = (): void => undefined;
const METER = { returned: quiet, logoff: quiet, evidence: quiet };

export async function benchTracing(): Promise<readonly Row[]> {
  const tracer = openTelemetry({ name: ({ id }) => id, redactor: new Redactor() });
  const traces = new SweepTraces({ tracer, clock: { now: () => 0 }, log: { error: quiet } });
  const lines = Array.from({ length: LOGOFFS }, (_, i) => linesOf(i)).flat();
  const [off, none]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const both = [
      async () => off.push(await sweep(lines, traces)),
      async () => none.push(await sweep(lines, undefined)),
    ];
    for (const one of round % 2 === 0 ? both : both.toReversed()) await one();
  }
  const added = median(off.map((ms, i) => ms - (none[i] ?? NaN)).slice(WARM_UP));
  return [
    {
      what: 'tracing without an SDK adds to a sweep with 1,000 log-offs',
      measured: `${added.toFixed(3)} ms`,
      target: 'under 1 ms',
      met: added < 1,
    },
  ];
}

/** How many ms it took. */
async function sweep(lines: readonly RecordEvent[], traces: SweepTraces | undefined): Promise<number> {
  const accounting = new Accounting(METER, new Learner(NO_BEHAVIOUR_KNOWN), traces);
  const account = (): Promise<readonly RecordEvent[]> => {
    accounting.begin('s1');
    accounting.add(lines);
    return Promise.resolve(accounting.take());
  };
  const begun = performance.now();
  await (traces === undefined ? account() : traces.around('s1', account));
  return performance.now() - begun;
}

function linesOf(i: number): readonly RecordEvent[] {
  const line = { at: 0, agentId: `agent-${i}`, rule: 'gone', measured: 1, limit: 1, intentId: `intent-${i}` };
  return [
    { ...line, kind: 'intent' },
    { ...line, kind: 'verified' },
  ];
}
