/** Two agents of whom the platform shows the same, and who differ in one thing alone: it makes no difference, or protects. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Agent } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Evaluation } from '../../../src/domain/judging/evaluate.ts';
import type { Policy, Profile } from '../../../src/domain/policy/policy.ts';
import type { RuleHours } from '../../../src/domain/time/shifts.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { agent, calendar, clockTime, exemption, matcher, policy, profile, RETURNS, rule } from '../build.ts';
import { looksOf, ME, step, type Look } from '../looks.ts';

const returns = { ...RETURNS, grace: MINUTE, forget: HOUR };

const hours = (): RuleHours => ({
  calendar: calendar('UTC', ['09:20-09:40', '10:00-11:00']),
  side: 'during',
});

/** Made anew each time, with nothing that was worked out for another one. */
function rules(limit = '3m'): Profile {
  return profile({
    rules: [
      rule({ id: 'sign', limit }),
      rule({ id: 'work', clock: 'since_work', limit }),
      rule({ id: 'state', clock: 'in_state', when: { presence: ['AVAILABLE', 'BREAK', 'IDLE'] }, limit }),
      rule({ id: 'deaf', clock: 'in_state', when: { routing: ['NOT_RESPONDING', 'OFF_QUEUE'] }, limit }),
      rule({ id: 'hours', limit, hours: hours() }),
    ],
    returns,
  });
}

/** One agent, look by look. */
class Life {
  readonly agent: Agent;
  state: AgentState | undefined;

  constructor(of: Agent = ME) {
    this.agent = of;
  }

  sees(look: Look, by: Policy): Evaluation {
    const watch = { policy: by, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [4 * MINUTE] };
    const evaluation = evaluate(
      this.state,
      { ...look, agentId: this.agent.id },
      contextFor(this.agent, watch),
      by,
    );
    this.state = evaluation.state;
    return evaluation;
  }
}

function isDue({ verdict: { due } }: Evaluation): boolean {
  return due?.mode === 'enforce';
}

const lives = fc.array(step, { minLength: 25, maxLength: 50 });

/** What makes a policy milder, and nothing else. A longer grace does not always: a return that follows hard on it opens no new one. */
const MILDER: Readonly<Record<string, (one: Profile) => Partial<Policy>>> = {
  'a longer limit': (one) => ({
    profiles: [{ ...one, rules: one.rules.map((each) => ({ ...each, limit: each.limit + 2 * MINUTE })) }],
  }),
  'rules that observe': (one) => ({
    profiles: [
      { ...one, rules: one.rules.map((each, i) => (i % 2 === 0 ? { ...each, mode: 'observe' } : each)) },
    ],
  }),
  'narrower conditions': (one) => ({
    profiles: [
      {
        ...one,
        rules: [
          rule({ id: 'sign', when: { presence: ['AVAILABLE'] }, limit: '3m' }),
          rule({ id: 'state', clock: 'in_state', when: { presence: ['AVAILABLE', 'BREAK'] }, limit: '3m' }),
        ],
      },
    ],
  }),
  'hours of a rule': (one) => ({
    profiles: [{ ...one, rules: one.rules.map((each) => ({ ...each, hours: hours() })) }],
  }),
  'an exemption by presence': () => ({
    exempt: [exemption({ when: { presence: ['MEETING', 'TRAINING', 'BREAK'] } })],
  }),
  'an exemption that ends': () => ({ exempt: [exemption({ until: clockTime('09:15') })] }),
};

describe('an agent under a policy that is milder', () => {
  test.each(Object.entries(MILDER))('by %s is due only when they would be due without it', (_, milder) => {
    let met = 0;
    fc.assert(
      fc.property(lives, (steps) => {
        const strict = policy({ profiles: [rules()] });
        const mild = policy({ profiles: [rules()], ...milder(rules()) });
        const [one, other] = [new Life(), new Life()];
        for (const look of looksOf(steps)) {
          const [plain, spared] = [isDue(one.sees(look, strict)), isDue(other.sees(look, mild))];
          if (spared) met += 1;
          if (spared && !plain) expect(spared).toBe(plain);
        }
      }),
      { numRuns: 40 },
    );
    expect(met).toBeGreaterThan(0);
  });
});

describe('an agent who has a call more than another one', () => {
  const short = fc.array(step, { minLength: 8, maxLength: 20 });

  test('is due only when the other one is, and never in it', () => {
    fc.assert(
      fc.property(short, fc.nat(12), (steps, place) => {
        const judging = policy({ profiles: [rules()] });
        const [one, other] = [new Life(), new Life()];
        for (const [i, look] of looksOf(steps).entries()) {
          const isHere = i === place % steps.length && look.conversations !== undefined;
          const called = isHere ? { ...look, conversations: { contactCentre: 0, enterprise: 1 } } : look;
          const [plain, busy] = [isDue(one.sees(look, judging)), isDue(other.sees(called, judging))];
          if (busy && (!plain || called !== look)) expect([busy, i]).toEqual([false, i]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a policy that is taken up again', () => {
  test('after one with other limits and modes judges as if it had never been changed', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const usual = policy({ profiles: [rules()] });
        const between = policy({ mode: 'observe', profiles: [rules('6m')] });
        const [one, other] = [new Life(), new Life()];
        let now = usual;
        for (const look of looksOf(steps)) {
          if (look.reload) now = now === usual ? between : usual;
          const [never, changed] = [one.sees(look, usual), other.sees(look, now)];
          if (now === usual) expect(changed.verdict).toEqual(never.verdict);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('after one with other rules makes no agent due earlier', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const usual = policy({ profiles: [rules()] });
        const between = policy({ profiles: [profile({ rules: [rule({ limit: '9m' })], returns })] });
        const [one, other] = [new Life(), new Life()];
        let now = usual;
        for (const look of looksOf(steps)) {
          if (look.reload) now = now === usual ? between : usual;
          const [never, changed] = [isDue(one.sees(look, usual)), isDue(other.sees(look, now))];
          if (changed && !never) expect(changed).toBe(never);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('agents who are looked at one after the other', () => {
  const PEOPLE = [
    agent({ id: 'plain' }),
    agent({ id: 'night', groups: ['night'] }),
    agent({ id: 'spared', groups: ['spared'] }),
  ];
  const made = (): Policy =>
    policy({
      exempt: [exemption({ match: matcher({ groups: ['spared'] }), when: { presence: ['BREAK', 'AWAY'] } })],
      profiles: [
        profile({
          name: 'night',
          match: matcher({ groups: ['night'] }),
          rules: [rule({ id: 'night', limit: '5m' })],
          returns,
        }),
        rules(),
      ],
    });

  test('are judged as each of them alone, in whatever order they are listed', () => {
    fc.assert(
      fc.property(
        fc.array(lives, { minLength: 3, maxLength: 3 }),
        fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
        (all, order) => {
          const shared = made();
          const alone = PEOPLE.map(() => made());
          const [together, apart] = [
            PEOPLE.map((each) => new Life(each)),
            PEOPLE.map((each) => new Life(each)),
          ];
          const looks = all.map(looksOf);
          for (let i = 0; i < 50; i += 1) {
            for (const n of order) {
              const look = looks[n]?.[i];
              if (look === undefined) continue;
              const { verdict } = together[n]!.sees(look, shared);
              expect(verdict).toEqual(apart[n]!.sees(look, alone[n]!).verdict);
              // What is worked out once for all policies would be the same for both.
              if (verdict.due !== undefined) expect(verdict.due.ruleId === 'night').toBe(n === 1);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
