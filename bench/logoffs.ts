/**
 * A thousand agents due at the same moment: what each log-off costs, and how much of the rate budget is used. Simulated
 * time, real HTTP and the real SDK; people are made due together by a pause that ends when all are.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WoundClock } from '../src/app/clock.ts';
import { HOUR, MINUTE } from '../src/domain/time/time.ts';
import { createLog } from '../src/app/logging.ts';
import { loadPolicyFile } from '../src/policy-file/load.ts';
import { createSandbox } from '../src/sandbox/index.ts';
import { Metrics } from '../src/server/metrics.ts';
import { assemble, openStoreOf } from '../src/app/compose.ts';
import type { Row } from './measure.ts';

const AGENTS = 1_000;
const PER_MINUTE = 240;
const FROM = Date.parse('2026-03-02T14:00:00Z');

export async function benchLogoffs(): Promise<readonly Row[]> {
  const clock = new WoundClock(FROM);
  const shift = { shiftMs: 4 * HOUR, startsAt: FROM, now: () => clock.now() };
  const sandbox = createSandbox({ seed: 1, agents: AGENTS, cast: ['went-home'], ...shift });
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  const { apiUrl } = await sandbox.listen();
  await writeFile(join(folder, 'policy.yaml'), policy(apiUrl));
  const loaded = loadPolicyFile(join(folder, 'policy.yaml'), {});
  const log = createLog('silent', 'stderr');
  const around = { clock, log, metrics: new Metrics(), signal: new AbortController().signal };
  const store = await openStoreOf(loaded.settings, around);
  const { worker, close } = await assemble(loaded, store, around);
  const minute = async (): Promise<number> => {
    const at = (Math.floor(clock.now() / MINUTE) + 1) * MINUTE;
    await clock.goOnTo(at);
    const report = await worker.tick(at + MINUTE);
    return report === undefined ? 0 : report.outcomes.verified + report.outcomes.unverified;
  };
  try {
    await store.setPause({ since: FROM, until: undefined, reason: 'all at once' });
    while (clock.now() < FROM + 8 * HOUR) await minute();
    await store.setPause(undefined);
    const before = sandbox.requests.total;
    let done = 0;
    let minutes = 0;
    let inFullMinutes = 0;
    while (minutes < 60 && done < AGENTS) {
      inFullMinutes = sandbox.requests.total - before;
      done += await minute();
      minutes += 1;
    }
    const each = (sandbox.requests.total - before) / done;
    // The last minute has hardly anything left to do.
    const used = inFullMinutes / (PER_MINUTE * (minutes - 1));
    return [
      {
        what: `requests for each of ${done} log-offs`,
        measured: each.toFixed(2),
        target: 'at most 2.2',
        met: done === AGENTS && each <= 2.2,
      },
      {
        what: 'of the rate budget used meanwhile',
        measured: `${(used * 100).toFixed(1)} %`,
        target: 'at least 95 %',
        met: used >= 0.95,
      },
      {
        what: 'refused for too many requests',
        measured: String(sandbox.requests.rateLimited),
        target: '0',
        met: sandbox.requests.rateLimited === 0,
      },
    ];
  } finally {
    await close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function policy(url: string): string {
  return `version: 1
mode: enforce
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: sandbox-client, client_secret: sandbox-secret, requests_per_minute: ${PER_MINUTE} }
sweep: { every: "0 * * * * *" }
profiles:
  - name: everyone
    rules:
      - { id: gone, when: { presence: [available, away, break, busy, idle, meal] }, limit: 30m }
caps: { per_sweep: 5000, per_hour: 5000, settle: 1, breaker: { at_least: 5000, share: 100%, hold: 30m } }
store: { sqlite: ":memory:" }
`;
}
