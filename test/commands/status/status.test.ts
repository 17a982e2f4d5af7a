/** What a worker does, told from its store alone. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { rmSync, writeFileSync } from 'node:fs';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { status, type StatusOptions } from '../../../src/commands/status/command.ts';
import type { RecordEvent } from '../../../src/domain/record.ts';
import type { SweepReport } from '../../../src/ports/metrics.ts';
import { UNASKED } from '../../../src/domain/evidence/calibration.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../../src/domain/tracking/platform-behaviour.ts';
import { clockTime } from '../../domain/build.ts';
import { RULES, StoredCentre, type StoreParts } from '../stored.ts';

let centre: StoredCentre | undefined;
afterEach(() => {
  centre?.remove();
});

async function begin(parts: StoreParts = {}): Promise<StoredCentre> {
  centre?.remove();
  centre = await new StoredCentre(parts).agent('due', (told) => told.until('10:00')).save();
  return centre;
}

async function told(
  options: StatusOptions = {},
  at = '10:00:20',
): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const output = outputTo((piece) => (text += piece));
  const now = (): number => clockTime(at);
  const code = await status({ config: centre!.config, ...options }, output, { now });
  return { code, text };
}

const verdicts = {
  due: 2,
  engaged: 5,
  waiting: 7,
  held: 1,
  unknown: 1,
  offline: 20,
} as SweepReport['verdicts'];

describe('a worker that sweeps', () => {
  test('is told in words: mode, last complete sweep, counts, next due, lease and policy', async () => {
    await begin({ sweep: { online: 15, verdicts, nextDueAt: clockTime('10:04') } });
    const { code, text } = await told({ tz: 'Europe/Vienna' });
    expect(code).toBe(0);
    expect(text).toMatch(/^Worker: run on host .*; its last sweep began 20s ago\.\n/);
    for (const line of [
      'Mode: enforce, organisation default: agents who are due are logged off.',
      'Not paused.',
      'Last complete sweep: 11:00:00, 20s ago; 1 agent.',
      'Agents: 15 online; 5 in an interaction, 7 with a clock running, 2 due, 1 held on the ladder, 1 unknown.',
      'Next due: 11:04:00, in 3m40s, if nothing happens.',
      'Breaker: not tripped.',
      'Held after the last rung of the ladder: 1 agent, no further action.',
      'Log-offs begun in the last hour: 0 of 300 allowed.',
      'Lease: held by that worker until 11:03:00 (epoch 1).',
      `Policy: ${centre!.hash}.`,
      `Store: ${centre!.sqlite}. Times in Europe/Vienna.`,
      'Nothing has been learnt about the platform yet.',
    ])
      expect(text.split('\n')).toContain(line);
  });

  test('tells of agents who are stuck in an interaction, and where their names are', async () => {
    await begin({ sweep: { engagedTooLong: 2 } });
    expect((await told()).text).toContain(
      'In an interaction for longer than caps.engaged_too_long: 2 agents; "list --reason engaged" names them, the longest first.',
    );
    expect(JSON.parse((await told({ json: true })).text)).toMatchObject({ sweep: { engagedTooLong: 2 } });
  });

  test('and only observes says that no agent is logged off', async () => {
    await begin({ mode: 'observe' });
    expect((await told()).text).toContain(
      'Mode: observe, organisation default: agents are judged, and none is logged off.',
    );
  });

  test('is paused by a person until a time, for a reason', async () => {
    const pause = {
      since: clockTime('09:30'),
      until: clockTime('12:00'),
      reason: 'a complaint',
      by: 'ada@ops-1',
    };
    await begin({ pause });
    expect((await told()).text).toContain(
      'Paused by ada@ops-1 since 09:30:00, until 12:00:00 (a complaint): no agent is logged off.',
    );
    expect((await told({}, '12:00')).text).toContain('Not paused.');
  });

  test('whose breaker has tripped says how many agents it holds, and until when', async () => {
    const broken = new Map([
      ['a', clockTime('10:30')],
      ['b', clockTime('10:20')],
      ['c', clockTime('09:59')],
    ]);
    await begin({ ledger: { broken, logoffs: [clockTime('08:59'), clockTime('09:50')] } });
    const { text } = await told();
    expect(text).toContain('Breaker: tripped, 2 agents held back until 10:30:00; resume frees them.');
    expect(text).toContain('Log-offs begun in the last hour: 1 of 300 allowed.');
  });

  test('that did not see all agents says why, and what is held back', async () => {
    await begin({
      standing: { settleLeft: 2 },
      sweep: {
        complete: false,
        fault: 'page 3 failed (503)',
        hold: 'incomplete',
        deferred: { incomplete: 4, per_hour: 2 },
      },
    });
    const { text } = await told();
    expect(text).toContain('The last sweep, at 10:00:00, was not complete: page 3 failed (503).');
    expect(text).toContain('All action is held back: the sweep did not see all agents.');
    expect(text).toContain('Held back: 2 by caps.per_hour.');
    expect(text).toContain('Settling: 2 more sweeps only observe.');
  });

  test('tells of each source of evidence whether it is asked and believed, and what it said', async () => {
    const { evidence, ...learnt } = NO_BEHAVIOUR_KNOWN;
    const sources = {
      ...evidence,
      timeline: {
        ...{ ...UNASKED, right: 2, wrong: 1, triedTo: clockTime('09:50') },
        answers: { bounce: 3, person: 1, none: 0, undecided: 2 },
      },
      sign_ins: { ...UNASKED, refused: { permission: 'audits:audit:view', at: clockTime('09:59') } },
    };
    await begin({ more: 'evidence: { sign_ins: on }\n', learnt: { ...learnt, evidence: sources } });
    const { text } = await told();
    for (const line of [
      '  timeline: being tried, 2 of 3 log-offs of ours shown rightly: until then its answers are counted and not used; wrong once; answers so far: a browser (3), a person (1), undecided (2).',
      '  push: switched off.',
      '  sign_ins: may not be asked: the client lacks audits:audit:view, as of 09:59:00.',
    ])
      expect(text.split('\n')).toContain(line);
    expect(JSON.parse((await told({ json: true })).text)).toMatchObject({
      evidence: {
        timeline: { standing: 'tried', right: 2, wrong: 1, answers: { bounce: 3 }, refused: null },
        push: { standing: 'off' },
        sign_ins: {
          standing: 'refused',
          refused: { permission: 'audits:audit:view', at: '2026-03-02T09:59:00.000Z' },
        },
      },
    });
  });

  test('that believes a source says so, and one that was not tried yet', async () => {
    const { evidence, ...learnt } = NO_BEHAVIOUR_KNOWN;
    const sign_ins = { ...UNASKED, right: 5, triedTo: clockTime('09:50') };
    await begin({
      more: 'evidence: { sign_ins: on }\n',
      learnt: { ...learnt, evidence: { ...evidence, sign_ins } },
    });
    const { text } = await told();
    expect(text).toContain('  timeline: not tried yet, no log-off of ours has been shown by it so far.');
    expect(text).toContain('  sign_ins: believed, the last 5 log-offs of ours shown rightly.');
  });

  test('says since when its policy is in force', async () => {
    const parts = { policyHash: '0a1b2c3d4e5f' };
    const event: RecordEvent = { kind: 'policy', at: clockTime('09:12'), reason: 'aaaa → 0a1b2c3d4e5f' };
    await begin({ ...parts, events: [event] });
    const { text } = await told();
    expect(text).toContain('Policy: 0a1b2c3d4e5f, in force since 09:12:00.');
    expect(text).toContain('The policy here (');
  });
});

describe('a changed policy that is brought out', () => {
  const rollout = { formerRules: RULES.replace('limit: 1h', 'limit: 4h'), share: 0.2 };
  /** The change of the file, and what was told of the rollout after it. */
  const changed = (hash: string): readonly RecordEvent[] => [
    { kind: 'policy', at: clockTime('09:29'), reason: `aaaa → ${hash}` },
    { kind: 'policy', at: clockTime('09:30'), reason: `rollout of ${hash} begun: 20 % of the agents` },
  ];

  test('is told of: for whom it is in force, since when, and when the file was taken up', async () => {
    const policyHash = '0a1b2c3d4e5f';
    await begin({ rollout, policyHash, events: changed(policyHash) });
    const { text } = await told();
    expect(text).toContain(`Policy: ${policyHash}, taken up at 09:29:00.\n`);
    expect(text).toContain(
      `Rollout of policy ${policyHash}: in force for 20 % of the agents since 09:30:00; the former policy is in force for the others. "rollout status" says more.\n`,
    );
    expect(JSON.parse((await told({ json: true })).text)).toMatchObject({
      policySince: '2026-03-02T09:29:00.000Z',
      rollout: { policy: policyHash, share: 0.2, stopped: null },
    });
  });

  test('and has been stopped says when, why and by whom', async () => {
    const stopped = { at: clockTime('09:50'), reason: 'aborted: complaints', by: 'ada@ops-1' };
    await begin({ rollout: { ...rollout, stopped } });
    expect((await told()).text).toContain(
      'stopped at 09:50:00 by ada@ops-1 (aborted: complaints). The former policy is in force for all agents.',
    );
    expect(JSON.parse((await told({ json: true })).text)).toMatchObject({
      rollout: { share: 0, stopped: { ...stopped, at: '2026-03-02T09:50:00.000Z' } },
    });
  });
});

describe('a worker that does not sweep', () => {
  test('lately ends with 1, and says when it last did', async () => {
    await begin();
    const { code, text } = await told({}, '12:00');
    expect(code).toBe(1);
    expect(text).toMatch(/^No worker sweeps this store: the last sweep began 2h ago, by run on host /);
    expect(text).toContain('Lease: free, no worker holds the store.');
    const json = JSON.parse((await told({ json: true }, '12:00')).text) as Record<string, unknown>;
    expect(json).toMatchObject({ worker: { running: false }, lease: null });
    expect((json['worker'] as { readonly why: string }).why).toContain('the last sweep began 2h ago');
  });
});

describe('without a policy that can be used', () => {
  test('all that the store knows is told', async () => {
    await begin({ sweep: { online: 15 } });
    writeFileSync(centre!.config, `version: 1\nmode: maybe\nstore: { sqlite: ${centre!.sqlite} }\n`);
    const { code, text } = await told();
    expect(code).toBe(0);
    expect(text).toContain('Mode: enforce, organisation default');
    expect(text).toContain('Log-offs begun in the last hour: 0.\n');
    expect(text).toContain('The policy cannot be used here: ');
  });

  test('and without any file the store is named by itself', async () => {
    await begin();
    rmSync(centre!.config);
    await expect(told()).rejects.toThrow('Give its path with --store.');
    expect((await told({ store: centre!.sqlite })).text).toContain('Mode: enforce');
  });
});

test('programs get facts: ISO times, seconds, and null for what is not known', async () => {
  await begin({ sweep: { online: 15, verdicts, nextDueAt: clockTime('10:04'), deferred: { per_hour: 2 } } });
  const facts = JSON.parse((await told({ json: true })).text) as Record<string, unknown>;
  expect(facts).toMatchObject({
    now: '2026-03-02T10:00:20.000Z',
    store: centre!.sqlite,
    organisation: 'default',
    worker: { running: true, why: null, command: 'run' },
    interval_seconds: 60,
    mode: 'enforce',
    paused: false,
    policy: centre!.hash,
    policySince: null,
    rollout: null,
    policyFault: null,
    lastCompleteAt: '2026-03-02T10:00:00.000Z',
    agents: 1,
    settleLeft: 0,
    breaker: null,
    held: 1,
    nextDueAt: '2026-03-02T10:04:00.000Z',
    logoffsLastHour: 0,
    lease: { holder: 'holder-1', until: '2026-03-02T10:03:00.000Z', isOfWorker: true },
    learnt: [],
    sweep: {
      startedAt: '2026-03-02T10:00:00.000Z',
      took_seconds: 3,
      complete: true,
      online: 15,
      fault: null,
      hold: null,
      deferred: { per_hour: 2 },
    },
  });
});

test('the head-count is told beside the licence peak, where a rule acts near it', async () => {
  await begin({ sweep: { peak: { online: 40, peak: 50, learntAt: undefined } } });
  expect((await told()).text).toContain('Head-count: 40, which is 80 % of the licence peak of 50.');
  expect(JSON.parse((await told({ json: true })).text)).toMatchObject({
    peak: { online: 40, peak: 50, share: 0.8, learntAt: null },
  });
  await begin();
  expect((await told()).text).not.toContain('Head-count');
  expect(JSON.parse((await told({ json: true })).text)).toMatchObject({ peak: null });
});
