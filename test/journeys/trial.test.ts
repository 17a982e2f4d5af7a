/** Trying out: a worker beside a sandbox whose people live faster than the clock acts within minutes, and holds nothing back. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { WoundClock } from '../../src/app/clock.ts';
import { assemble, openStoreOf } from '../../src/app/compose.ts';
import { createLog } from '../../src/app/logging.ts';
import { shiftStart } from '../../src/commands/sandbox/command.ts';
import { MINUTE, SECOND, type Duration } from '../../src/domain/time/time.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import type { SweepReport } from '../../src/ports/metrics.ts';
import { createSandbox, type Truth } from '../../src/sandbox/index.ts';
import { Metrics } from '../../src/server/metrics.ts';

const EXAMPLE = readFileSync(new URL('../../config/examples/sandbox.yaml', import.meta.url), 'utf8');
const NOW = Date.parse('2026-03-02T14:00:00Z');
const INTERVAL = 5 * SECOND;

interface Trial {
  readonly reports: readonly SweepReport[];
  readonly truth: Truth;
  readonly said: readonly string[];
}

/** A worker with this policy for so long beside a sandbox with people at this speed. */
async function tried(policy: string, speed: number, length: Duration, start?: number): Promise<Trial> {
  const clock = new WoundClock(NOW);
  const startsAt = shiftStart(start, speed, NOW);
  const sandbox = createSandbox({ seed: 1, agents: 200, now: () => clock.now(), startsAt, pace: speed });
  const { apiUrl } = await sandbox.listen();
  const said: string[] = [];
  const write = (line: string): void => void said.push((JSON.parse(line) as { msg: string }).msg);
  const around = {
    clock,
    log: createLog('info', { write }),
    metrics: new Metrics(),
    signal: new AbortController().signal,
  };
  const text = policy.replace(/store: .*/, 'store: { sqlite: ":memory:" }');
  const loaded = loadPolicyText(text, 'sandbox.yaml', { SANDBOX_URL: apiUrl });
  const assembly = await assemble(loaded, await openStoreOf(loaded.settings, around), around);
  const reports: SweepReport[] = [];
  for (let at = NOW; at <= NOW + length; at += INTERVAL) {
    await clock.goOnTo(at);
    await assembly.worker.tick(at + INTERVAL);
    reports.push(assembly.lastReport()!);
  }
  const truth = sandbox.truth();
  await assembly.close();
  await sandbox.close();
  return { reports, truth, said };
}

const logoffs = (reports: readonly SweepReport[]): number =>
  reports.reduce((sum, { outcomes }) => sum + outcomes.verified + outcomes.unverified, 0);

describe('the example for trying out', () => {
  test('logs people off within two minutes, sees browsers return, and disturbs no agent', async () => {
    const { reports, truth, said } = await tried(EXAMPLE, 60, 2 * MINUTE);
    expect(logoffs(reports)).toBeGreaterThan(5);
    expect(truth.silentReturns).toBeGreaterThan(0);
    expect(truth.disturbed).toEqual([]);
    expect(new Set(reports.map(({ hold }) => hold))).toEqual(new Set(['settling', undefined]));
    expect(said.filter((line) => line.startsWith('no action is taken yet'))).toHaveLength(1);
  });
});

describe('limits of two and three minutes', () => {
  const policy = EXAMPLE.replaceAll('limit: 1m ', 'limit: 3m ').replaceAll('limit: 1m\n', 'limit: 2m\n');

  test.each([
    ['people at the clock’s pace', 1, undefined],
    ['people who live 30 times as fast, with a start of long ago', 30, Date.parse('2026-02-01T13:57:00Z')],
  ])('are met in four minutes by %s', async (_, speed, start) => {
    const { reports, truth } = await tried(policy, speed, 4 * MINUTE, start);
    expect(logoffs(reports)).toBeGreaterThan(5);
    expect(truth.silentReturns).toBeGreaterThan(0);
  });
});
