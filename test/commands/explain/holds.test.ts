/** What `explain` says of a log-off that is held back is what `plan` would do at that very moment. */
import { describe, expect, test } from '@jest/globals';
import {
  EMPTY_LEDGER,
  plan,
  type Candidate,
  type Failure,
  type Ledger,
} from '../../../src/domain/planning/plan.ts';
import type { Pause, ControllerState } from '../../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { NO_CONTROLLER_STATE } from '../../../src/controller/controller-state.ts';
import { explainAgent, type ExplainInput } from '../../../src/commands/explain/explain.ts';
import { rule } from '../../domain/build.ts';
import { story } from '../../domain/story.ts';

const GONE = rule({ id: 'gone', limit: '60m' });
const told = story({ rules: [GONE] }).until('10:00');
const NOW = told.now + 20 * SECOND;

interface Known {
  readonly ledger?: Partial<Ledger>;
  readonly standing?: Partial<ControllerState>;
  readonly pause?: Pause;
  readonly now?: number;
}

function input({ ledger, standing, pause, now = NOW }: Known): ExplainInput {
  return {
    agent: { id: told.agent.id, name: 'Ada Okafor', email: '', profile: told.policy.profiles[0]?.name },
    memory: told.state(),
    policy: told.policy,
    standing: {
      ...NO_CONTROLLER_STATE,
      policyHash: told.policy.hash,
      lastCompleteAt: now - 20 * SECOND,
      ledger: { ...EMPTY_LEDGER, ...ledger },
      ...standing,
    },
    pause,
    events: [],
    learnt: [],
    interval: MINUTE,
    now,
  };
}

const heldBack = (known: Known): readonly string[] => explainAgent(input(known)).holds;

/** What the plan does about the agent at the same time. */
function planned(known: Known): string {
  const { standing, policy, now, agent } = input(known);
  const due = explainAgent(input(known)).verdict?.due;
  if (due === undefined || standing === undefined) throw new Error('nobody is due');
  const candidate: Candidate = { agentId: agent.id, due };
  const { held } = plan([candidate], new Set([agent.id]), undefined, policy.caps, standing.ledger, now);
  return held[0]?.hold ?? 'acts';
}

const failed = (ago: number, more: Partial<Failure> = {}): Known => ({
  ledger: { failures: new Map([[told.agent.id, { at: NOW - ago, count: 1, forbidden: false, ...more }]]) },
});

describe('what holds a log-off back', () => {
  test.each<[string, Known, string, RegExp | undefined]>([
    ['nothing', {}, 'acts', undefined],
    ['a failure ten hours ago', failed(10 * HOUR), 'acts', undefined],
    ['a failure two minutes ago', failed(2 * MINUTE), 'acts', undefined],
    [
      'a failure a minute ago',
      failed(MINUTE),
      'backoff',
      /the last try failed: the next one waits, for 1m more/,
    ],
    [
      'the third in a row, seven minutes ago',
      failed(7 * MINUTE, { count: 3 }),
      'backoff',
      /last 3 tries.*1m more/,
    ],
    ['a refusal half an hour ago', failed(HOUR / 2, { forbidden: true }), 'forbidden', /forbids.*30m more/],
    ['a refusal an hour ago', failed(HOUR, { forbidden: true }), 'acts', undefined],
    [
      'the breaker',
      { ledger: { broken: new Map([[told.agent.id, NOW + 5 * MINUTE]]) } },
      'breaker',
      /breaker, for 5m more/,
    ],
    ['a breaker that is over', { ledger: { broken: new Map([[told.agent.id, NOW]]) } }, 'acts', undefined],
    [
      'an hour that is used up',
      { ledger: { logoffs: Array.from({ length: told.policy.caps.perHour }, () => NOW - 59 * MINUTE) } },
      'per_hour',
      /caps\.per_hour is used up/,
    ],
    [
      'an hour that was used up before',
      { ledger: { logoffs: Array.from({ length: told.policy.caps.perHour }, () => NOW - HOUR) } },
      'acts',
      undefined,
    ],
  ])('%s', (_, known, does, says) => {
    expect(planned(known)).toBe(does);
    if (says === undefined) expect(heldBack(known)).toEqual([]);
    else expect(heldBack(known)).toEqual([expect.stringMatching(says)]);
  });

  test('an agent whom only the ladder answers passes the breaker, as in the plan', () => {
    const returned = story({ rules: [GONE] })
      .enforced({ after: '15s', restores: true, movesToken: true })
      .until('10:01');
    const broken = new Map([[returned.agent.id, returned.now + HOUR]]);
    const known = input({ ledger: { broken }, now: returned.now });
    const { verdict, holds } = explainAgent({ ...known, memory: returned.state(), policy: returned.policy });
    expect([verdict?.reason, holds]).toEqual(['ladder_waiting', []]);
  });

  test.each<[string, Known, RegExp | undefined]>([
    [
      'a pause',
      { pause: { since: NOW, until: undefined, reason: 'storm' } },
      /paused \(storm\).*until resume$/,
    ],
    [
      'a pause with an end',
      { pause: { since: NOW, until: NOW + 1, reason: undefined } },
      /or the end of the pause$/,
    ],
    ['a pause that is over', { pause: { since: NOW - HOUR, until: NOW, reason: 'storm' } }, undefined],
    ['settling', { standing: { settleLeft: 1 } }, /settling: one more sweep only observes/],
    ['settled', { standing: { settleLeft: 0 } }, undefined],
    ['a policy that is new', { standing: { policyHash: 'other' } }, /no sweep has used this policy yet/],
    [
      'an outage',
      { standing: { lastCompleteAt: NOW - 10 * MINUTE } },
      /settling: 2 more sweeps only observe/,
    ],
  ])('in all agents: %s', (_, known, says) => {
    if (says === undefined) expect(heldBack(known)).toEqual([]);
    else expect(heldBack(known)).toEqual([expect.stringMatching(says)]);
  });

  test('what holds all agents back does not hide what holds this agent back beside it', () => {
    const pause = { since: NOW, until: undefined, reason: undefined };
    expect(heldBack({ ...failed(MINUTE), pause })).toEqual([
      expect.stringMatching(/^paused/),
      expect.stringMatching(/^the last try failed/),
    ]);
  });

  test('a policy that observes is asked with the log-offs that it has imagined', () => {
    const observing = { ...told.policy, mode: 'observe' as const };
    const busy = { logoffs: Array.from({ length: observing.caps.perHour }, () => NOW) };
    const known = input({ standing: { observedLedger: { ...EMPTY_LEDGER, ...busy } } });
    expect(explainAgent({ ...known, policy: observing }).holds).toEqual([
      expect.stringMatching(/caps\.per_hour/),
    ]);
    expect(explainAgent({ ...known, policy: told.policy }).holds).toEqual([]);
  });

  test('a rule in observe mode of an enforcing policy is held back by nothing that holds real log-offs', () => {
    const watched = story({ rules: [rule({ id: 'gone', limit: '60m', mode: 'observe' })] }).until('10:00');
    const failures = new Map([[watched.agent.id, { at: NOW - MINUTE, count: 1, forbidden: false }]]);
    const known = input({ ledger: { failures }, standing: {} });
    const standing = { ...known.standing!, policyHash: watched.policy.hash };
    const explained = explainAgent({ ...known, standing, memory: watched.state(), policy: watched.policy });
    expect([explained.verdict?.reason, explained.holds]).toEqual(['observed', []]);
  });
});
