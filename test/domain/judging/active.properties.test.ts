/** A person who does something every few minutes, whatever their browser, their desktop and the platform do in between. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Observation } from '../../../src/domain/agent.ts';
import { contextFor, evaluate } from '../../../src/domain/judging/evaluate.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { agent, clockTime, policy, profile, RETURNS, rule } from '../build.ts';

const ME = agent();
/** Of what may come between two acts of the person, each is a minute and a half away from both. */
const APART = 90 * SECOND;
const LONGEST = 5 * MINUTE;

const slot = fc.record({
  lasts: fc.integer({ min: 2 * APART + MINUTE, max: LONGEST }),
  act: fc.constantFrom('AVAILABLE', 'BUSY', 'AWAY', 'BREAK', 'MEAL', 'MEETING', 'the same', 'queue'),
  between: fc.constantFrom('nothing', 'nothing', 'bounce', 'token', 'lock', 'no answer'),
  at: fc.nat(99),
  gone: fc.integer({ min: 1, max: 30 }),
  token: fc.boolean(),
});
type Slot = typeof slot extends fc.Arbitrary<infer S> ? S : never;

/** So close to each other that a whole one shows each act: what only a part of a reading shows is not read. */
const looks = fc.array(
  fc.record({
    after: fc.integer({ min: 20, max: 40 }),
    lacks: fc.constantFrom('', '', '', '', '', '', '', 'presence', 'routing', 'conversations', 'token'),
  }),
  { minLength: 20, maxLength: 90 },
);

interface Shown {
  readonly presence: NonNullable<Observation['presence']>;
  readonly routing: NonNullable<Observation['routing']>;
  readonly tokenIssuedAt: Instant | undefined;
}
type Happening = readonly [at: Instant, (before: Shown) => Shown];

const MORNING: Shown = {
  presence: { system: 'AVAILABLE', definitionId: undefined, since: clockTime('08:59') },
  routing: { status: 'OFF_QUEUE', since: clockTime('08:59') },
  tokenIssuedAt: clockTime('08:59'),
};

function acts({ act }: Slot, at: Instant, before: Shown): Shown {
  const { presence, routing } = before;
  const isOn = presence.system === 'ON_QUEUE';
  const off = routing.status === 'OFF_QUEUE' ? routing : { status: 'OFF_QUEUE' as const, since: at };
  if (act === 'the same') return { ...before, presence: { ...presence, since: at } };
  const system = act === 'queue' ? (isOn ? 'AVAILABLE' : 'ON_QUEUE') : act;
  const chosen = { ...presence, system, since: at } as const;
  return {
    ...before,
    presence: chosen,
    routing: system === 'ON_QUEUE' ? { status: 'IDLE', since: at } : off,
  };
}

/** What no person does. */
function between({ between: what, gone, token }: Slot, at: Instant): readonly Happening[] {
  switch (what) {
    case 'nothing':
      return [];
    case 'token':
      return [[at, (before) => ({ ...before, tokenIssuedAt: at })]];
    case 'lock':
      return [
        [
          at,
          (before) =>
            before.presence.system === 'ON_QUEUE'
              ? before
              : { ...before, presence: { ...before.presence, system: 'IDLE', since: at } },
        ],
      ];
    case 'no answer':
      return [
        [
          at,
          (before) =>
            before.routing.status === 'IDLE'
              ? { ...before, routing: { status: 'NOT_RESPONDING', since: at } }
              : before,
        ],
      ];
    case 'bounce': {
      const back = at + gone * SECOND;
      let left = MORNING;
      return [
        [
          at,
          (before) => {
            left = before;
            return { ...before, presence: { ...before.presence, system: 'OFFLINE', since: at } };
          },
        ],
        [
          back,
          ({ tokenIssuedAt }) => ({
            ...left,
            presence: { ...left.presence, since: back },
            tokenIssuedAt: token ? back - SECOND : tokenIssuedAt,
          }),
        ],
      ];
    }
  }
}

function happenings(slots: readonly Slot[]): readonly Happening[] {
  let from = clockTime('09:00');
  return slots.flatMap((each) => {
    const at = from;
    from += each.lasts;
    const room = each.lasts - 2 * APART - 30 * SECOND;
    const then = at + APART + Math.floor((room * each.at) / 100 / SECOND) * SECOND;
    const act: Happening = [at, (before) => acts(each, at, before)];
    return [act, ...between(each, then)];
  });
}

test('an agent who does something every five minutes is never due by a limit of six since the last sign', () => {
  const rules = [
    rule({ id: 'sign', limit: '6m', waitingOnQueue: true }),
    rule({ id: 'short', limit: '2m', waitingOnQueue: true }),
  ];
  const met = new Set<string | undefined>();
  fc.assert(
    fc.property(fc.array(slot, { minLength: 12, maxLength: 12 }), looks, (slots, seen) => {
      const judging = policy({ profiles: [profile({ rules, returns: { ...RETURNS, grace: MINUTE } })] });
      const watch = { policy: judging, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
      const context = contextFor(ME, watch);
      const coming = [...happenings(slots)];
      let [state, shown, now]: [AgentState | undefined, Shown, Instant] = [
        undefined,
        MORNING,
        clockTime('09:00'),
      ];
      let before = '';
      for (const each of seen) {
        now += each.after * SECOND;
        const lacks = before === '' ? each.lacks : '';
        before = lacks;
        while (coming[0] !== undefined && coming[0][0] <= now) shown = coming.shift()![1](shown);
        if (coming.length === 0) return;
        const look: Observation = {
          agentId: ME.id,
          at: now,
          presence: lacks === 'presence' ? undefined : shown.presence,
          routing: lacks === 'routing' ? undefined : shown.routing,
          conversations: lacks === 'conversations' ? undefined : { contactCentre: 0, enterprise: 0 },
          tokenIssuedAt: lacks === 'token' ? undefined : shown.tokenIssuedAt,
          missing: [],
        };
        const evaluation = evaluate(state, look, context, judging);
        state = evaluation.state;
        const by = evaluation.verdict.due?.ruleId;
        met.add(by);
        if (by === 'sign') expect(evaluation.verdict).toMatchObject({ due: undefined });
      }
    }),
    { numRuns: 1_000 },
  );
  expect(met).toContain('short');
});
