import { expect, test } from '@jest/globals';
import { Metrics } from '../../src/server/metrics.ts';

const PILOT = {
  hash: 'abc',
  mode: 'enforce',
  profiles: [
    {
      rules: [
        { id: 'gone', mode: 'enforce' },
        { id: 'locked', mode: 'observe' },
      ],
    },
  ],
} as const;

/** Lines of the metric of log-offs, as Prometheus reads them. */
async function logoffs(metrics: Metrics): Promise<readonly string[]> {
  const text = await metrics.registry.getSingleMetricAsString('idle_enforcer_logoffs_total');
  return text.split('\n').filter((line) => !line.startsWith('#'));
}

test('every outcome of every rule stands at zero before the first log-off, so that the first is an increase', async () => {
  const metrics = new Metrics();
  metrics.policyInForce(PILOT);
  expect(await logoffs(metrics)).toEqual([
    'idle_enforcer_logoffs_total{rule="gone",outcome="verified",mode="enforce"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="unverified",mode="enforce"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="failed",mode="enforce"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="dropped",mode="enforce"} 0',
    'idle_enforcer_logoffs_total{rule="locked",outcome="observed",mode="observe"} 0',
  ]);
});

test('a policy that only watches has nothing but observed outcomes, and a change of policy loses no count', async () => {
  const metrics = new Metrics();
  metrics.policyInForce({ ...PILOT, mode: 'observe' });
  metrics.logoff('gone', 'observed', 'observe');
  metrics.policyInForce({ ...PILOT, mode: 'observe', hash: 'abd' });
  expect(await logoffs(metrics)).toEqual([
    'idle_enforcer_logoffs_total{rule="gone",outcome="observed",mode="observe"} 1',
    'idle_enforcer_logoffs_total{rule="locked",outcome="observed",mode="observe"} 0',
  ]);
});
