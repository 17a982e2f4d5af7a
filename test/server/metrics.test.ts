import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import { joinedMetrics, Metrics, processMetrics, type RolloutNumbers } from '../../src/server/metrics.ts';

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
    'idle_enforcer_logoffs_total{rule="gone",outcome="verified",mode="enforce",organisation="default"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="unverified",mode="enforce",organisation="default"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="failed",mode="enforce",organisation="default"} 0',
    'idle_enforcer_logoffs_total{rule="gone",outcome="dropped",mode="enforce",organisation="default"} 0',
    'idle_enforcer_logoffs_total{rule="locked",outcome="observed",mode="observe",organisation="default"} 0',
  ]);
});

test('a policy that only watches has nothing but observed outcomes, and a change of policy loses no count', async () => {
  const metrics = new Metrics();
  metrics.policyInForce({ ...PILOT, mode: 'observe' });
  metrics.logoff('gone', 'observed', 'observe');
  metrics.policyInForce({ ...PILOT, mode: 'observe', hash: 'abd' });
  expect(await logoffs(metrics)).toEqual([
    'idle_enforcer_logoffs_total{rule="gone",outcome="observed",mode="observe",organisation="default"} 1',
    'idle_enforcer_logoffs_total{rule="locked",outcome="observed",mode="observe",organisation="default"} 0',
  ]);
});

describe('the organisation', () => {
  /** Every line that has no such label, by the name of its metric. */
  async function unlabelled(metrics: Metrics, name: string): Promise<readonly string[]> {
    const lines = (await joinedMetrics([metrics]))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const without = lines.filter((line) => !line.includes(`organisation="${name}"`));
    return [...new Set(without.map((line) => line.replace(/[{ ].*/, '')))];
  }

  test('is a label of everything that is counted for it, and of nothing that is true of the process', async () => {
    const metrics = new Metrics();
    metrics.organisationIs('Acme "EU"', 'enforce');
    metrics.returned('silent', 1);
    expect(await unlabelled(metrics, 'Acme \\"EU\\"')).toEqual([]);
    const own = await processMetrics('1.2.3').metrics();
    expect(own).not.toContain('organisation=');
    expect(own).toContain(`idle_enforcer_build_info{version="1.2.3",node="${process.versions.node}"} 1`);
  });

  test('heads the series of each organisation once, whatever number of them there is', async () => {
    const [north, south] = [new Metrics(), new Metrics()];
    north.organisationIs('north', 'enforce');
    south.organisationIs('south', 'observe');
    north.alarm('blind');
    const alone = await north.registry.metrics();
    expect(await joinedMetrics([north])).toBe(alone);
    const text = await joinedMetrics([north, south]);
    const heads = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(heads).toEqual(alone.split('\n').filter((line) => line.startsWith('# TYPE')));
    const blind = text.split('\n').filter((line) => line.includes('alarms_total{kind="blind"'));
    expect(blind).toEqual([
      'idle_enforcer_alarms_total{kind="blind",organisation="north"} 1',
      'idle_enforcer_alarms_total{kind="blind",organisation="south"} 0',
    ]);
  });

  test('is default until it has a name, and another one from the moment in which the policy says so', async () => {
    const metrics = new Metrics();
    metrics.alarm('blind');
    expect(await unlabelled(metrics, 'default')).toEqual([]);
    metrics.organisationIs('acme', 'observe');
    expect(await unlabelled(metrics, 'acme')).toEqual([]);
    expect(await joinedMetrics([metrics])).toContain(
      'idle_enforcer_alarms_total{kind="blind",organisation="acme"} 1',
    );
  });

  test('begins each answer of a source that is asked at zero, and tells nothing of the others', async () => {
    const metrics = new Metrics();
    const told = async (): Promise<readonly string[]> =>
      (await joinedMetrics([metrics]))
        .split('\n')
        .filter((line) => line.startsWith('idle_enforcer_evidence_total'));
    expect(await told()).toEqual([]);
    metrics.evidence('timeline', 'bounce');
    metrics.asksEvidence(['timeline']);
    expect((await told()).toSorted()).toEqual([
      'idle_enforcer_evidence_total{source="timeline",answer="bounce",organisation="default"} 1',
      'idle_enforcer_evidence_total{source="timeline",answer="none",organisation="default"} 0',
      'idle_enforcer_evidence_total{source="timeline",answer="person",organisation="default"} 0',
      'idle_enforcer_evidence_total{source="timeline",answer="undecided",organisation="default"} 0',
    ]);
  });

  test('has one mode at a time, and both are there', async () => {
    const metrics = new Metrics();
    const modes = async (): Promise<readonly string[]> =>
      (await joinedMetrics([metrics])).split('\n').filter((line) => line.startsWith('idle_enforcer_mode'));
    metrics.organisationIs('acme', 'enforce');
    metrics.organisationIs('acme', 'observe');
    expect(await modes()).toEqual([
      'idle_enforcer_mode{mode="observe",organisation="acme"} 1',
      'idle_enforcer_mode{mode="enforce",organisation="acme"} 0',
    ]);
  });

  test('is paused as the store says at the scrape, and as it said last while it says nothing', async () => {
    const metrics = new Metrics();
    const paused = async (): Promise<string> =>
      (await metrics.registry.getSingleMetricAsString('idle_enforcer_paused')).split('\n').at(-1)!;
    let answer: boolean | Error = false;
    metrics.watchPause(() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)));
    expect(await paused()).toBe('idle_enforcer_paused{organisation="default"} 0');
    for (const next of [true, new Error('lost')]) {
      answer = next;
      expect(await paused()).toBe('idle_enforcer_paused{organisation="default"} 1');
    }
  });

  test('has the share of a rollout as the store says at the scrape, asks once, and keeps what it said last', async () => {
    const metrics = new Metrics();
    const told = async (): Promise<readonly string[]> =>
      (await joinedMetrics([metrics]))
        .split('\n')
        .filter((line) => line.startsWith('idle_enforcer_rollout'))
        .map((line) => line.replace('{organisation="default"}', ''));
    const all = ['idle_enforcer_rollout_share 1', 'idle_enforcer_rollout_stopped 0'];
    expect(await told()).toEqual(all);
    let answer: RolloutNumbers | Error = { share: 1, isStopped: false };
    let asked = 0;
    metrics.watchRollout(() => {
      asked += 1;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
    expect(await told()).toEqual(all);
    answer = { share: 0.2, isStopped: false };
    expect(await told()).toEqual(['idle_enforcer_rollout_share 0.2', 'idle_enforcer_rollout_stopped 0']);
    expect(asked).toBe(2);
    for (const next of [{ share: 0, isStopped: true }, new Error('lost')]) {
      answer = next;
      expect(await told()).toEqual(['idle_enforcer_rollout_share 0', 'idle_enforcer_rollout_stopped 1']);
    }
  });
});

test('a worker that waits for the lease of another tells nothing of agents, so that none is counted twice', async () => {
  const metrics = new Metrics();
  let standing = 'held';
  metrics.watchLease(() => ({ standing, epoch: 1 }));
  const agents = async (): Promise<readonly string[]> =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^idle_enforcer_(?:agents|overdue|verdicts)\{/.test(line));
  metrics.sweepEnded({
    ...{ complete: true, startedAt: 0, took: 1, listed: 3, seen: 3, online: 2 },
    ...{ verdicts: { due: 1, unknown: 0 }, deferred: {}, left: 0, breakerHolds: 0, overdue: 1 },
  });
  expect(await agents()).toContain('idle_enforcer_agents{state="online",organisation="default"} 2');
  expect(await agents()).toContain('idle_enforcer_overdue{organisation="default"} 1');
  standing = 'standby';
  expect(await agents()).toEqual(['idle_enforcer_overdue{organisation="default"} 0']);
});
