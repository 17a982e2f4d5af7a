/** Policies that differ only in limits and modes of rules, replayed together: each comes to what it comes to alone. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replay, replayTogether } from '../../../src/commands/backtest/replay.ts';
import type { ReplayedLogoff } from '../../../src/commands/backtest/stand.ts';
import type { ReplayedObserved } from '../../../src/commands/backtest/variant.ts';
import type { History } from '../../../src/commands/backtest/history.ts';
import type { Policy, Rule } from '../../../src/domain/policy/policy.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { calendar, CAPS, exemption, matcher, policy, profile, rule } from '../../domain/build.ts';
import { historyOf, NEAR, RICH, SPAN, step, storyOf } from './stories.ts';

const OPTIONS = { interval: MINUTE, span: SPAN };

/** Everything that a policy comes to, in the order of time. */
function together(history: History, policies: readonly Policy[]): object[] {
  const parts = policies.map((each) => {
    const begun: ReplayedLogoff[] = [];
    const over: ReplayedLogoff[] = [];
    const observed: ReplayedObserved[] = [];
    const tally = {
      begun: (logoff: ReplayedLogoff) => begun.push(logoff),
      // A copy: nothing may change in it from then on.
      over: (logoff: ReplayedLogoff) => over.push({ ...logoff }),
      observed: (one: ReplayedObserved) => observed.push(one),
    };
    return { policy: each, tally, begun, over, observed };
  });
  const outcomes = replayTogether(history, parts, OPTIONS);
  return parts.map(({ begun, over, observed }, i) => {
    expect(inOrder(over)).toEqual(inOrder(begun));
    return shown({ ...outcomes[i]!, logoffs: begun, observed });
  });
}

function inOrder(logoffs: readonly ReplayedLogoff[]): ReplayedLogoff[] {
  return logoffs.toSorted((a, b) => a.at - b.at || (a.agent.id < b.agent.id ? -1 : 1));
}

function shown({ asItWas, withPolicy, ...rest }: ReturnType<typeof replay>): object {
  const counts = (series: typeof asItWas): number[] =>
    Array.from({ length: series.length }, (_, i) => series.online(i));
  return { ...rest, asItWas: counts(asItWas), withPolicy: counts(withPolicy) };
}

const LIMITS = ['5m', '10m', '25m', '60m', '2h', '4h'].map((limit) => rule({ limit }).limit);
const HELD = { ...CAPS, perSweep: 1, perHour: 4, breaker: { atLeast: 2, share: 0, hold: 7 * MINUTE } };

/** A policy with rules that warn, and rules that only observe. */
const TOLD = policy({
  profiles: [
    profile({
      match: matcher({ users: ['agent-0'] }),
      rules: [rule({ id: 'first', limit: '30m', warn: '4m' })],
    }),
    profile({
      rules: [
        rule({ id: 'pilot', mode: 'observe', when: { presence: ['BREAK', 'IDLE'] }, limit: '20m' }),
        rule({ id: 'told', when: { presence: ['AVAILABLE', 'BREAK'] }, limit: '40m', warn: '5m' }),
        rule({ id: 'queue', waitingOnQueue: true, when: { routing: ['IDLE'] }, limit: '50m' }),
      ],
    }),
  ],
  exempt: [exemption({ match: matcher({ users: ['agent-1'] }), until: SPAN.from + 3 * 60 * MINUTE })],
});

/** The same policy with other limits and modes, and some of its rules left out. */
function variantsOf(base: Policy): fc.Arbitrary<Policy> {
  const ids = base.profiles.flatMap(({ rules }) => rules.map(({ id }) => id));
  const change = fc.record(
    {
      limit: fc.constantFrom(...LIMITS),
      mode: fc.constantFrom('observe', 'enforce'),
      out: fc.constant(true),
    },
    { requiredKeys: [] },
  );
  return fc.dictionary(fc.constantFrom(...ids), change, { maxKeys: 2 }).map((changes) => {
    const changed = ({ rules }: { readonly rules: readonly Rule[] }): Rule[] =>
      rules.flatMap((each) => {
        const { out, ...parts } = changes[each.id] ?? {};
        if (out === true) return [];
        return Object.keys(parts).length === 0 ? [each] : [{ ...each, ...(parts as Partial<Rule>) }];
      });
    return { ...base, profiles: base.profiles.map((each) => ({ ...each, rules: changed(each) })) };
  });
}

test.each<[string, Policy]>([
  ['clocks, hours and caps that bind', RICH],
  ['warnings, observed rules, two profiles and an exemption that ends', TOLD],
  ['the same with caps that bind', { ...TOLD, caps: HELD }],
  ['rules that act near the licence peak', NEAR],
])(
  '%s',
  (_, base) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { maxLength: 25, size: 'max' }), { minLength: 1, maxLength: 4 }),
        fc.array(variantsOf(base), { minLength: 2, maxLength: 6 }),
        (stories, policies) => {
          const history = historyOf(
            Object.fromEntries(stories.map((steps, i) => [`agent-${i}`, storyOf(steps)])),
          );
          const alone = policies.map((each) => shown(replay(history, { policy: each, ...OPTIONS })));
          expect(together(history, policies)).toEqual(alone);
        },
      ),
      { numRuns: 25 },
    );
  },
  60_000,
);

const OFFICE = { calendar: calendar('Europe/Berlin', ['10:00-17:00']), side: 'outside' as const };
const told = (limit: string): Policy =>
  policy({ profiles: [profile({ rules: [rule({ id: 'late', hours: OFFICE, limit, warn: '10m' })] })] });
const locked = rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state', limit: '40m' });
const gone = (limit: string): Policy =>
  policy({
    profiles: [profile({ rules: [rule({ id: 'gone', when: { presence: ['AVAILABLE'] }, limit }), locked] })],
  });

test.each<[string, readonly string[], readonly Policy[], readonly string[]]>([
  [
    'a log-off under one policy hides from no other what comes next',
    ['08:00 AVAILABLE', '08:40 IDLE'],
    [gone('25m'), gone('4h')],
    ['gone 08:25', 'locked 09:20'],
  ],
  [
    'a warning before the hours end counts when they open again',
    ['08:00 AVAILABLE', '15:58 IDLE'],
    [told('61m'), told('4h')],
    ['late 16:01', 'late 19:00'],
  ],
  [
    'a warning is remembered where a sign turns out to belong to a departure',
    ['08:00 AVAILABLE', '08:36 BREAK', '08:36:30 OFFLINE', '08:38:10 AVAILABLE'],
    [
      policy({ profiles: [profile({ rules: [rule({ limit: '40m', warn: '5m' })] })] }),
      policy({ profiles: [profile({ rules: [rule({ limit: '50m', warn: '5m' })] })] }),
    ],
    ['gone 08:49', 'gone 08:54'],
  ],
])('%s', (_, story, policies, expected) => {
  const history = historyOf({ ann: story });
  const first = together(history, policies).map((each) => {
    const { rule: by, at } = (each as { logoffs: ReplayedLogoff[] }).logoffs[0]!;
    return `${by} ${new Date(at).toISOString().slice(11, 16)}`;
  });
  expect(first).toEqual(expected);
  const alone = policies.map((each) => shown(replay(history, { policy: each, ...OPTIONS })));
  expect(together(history, policies)).toEqual(alone);
});

test('the time that was won is that of each policy, for a log-off that the end of history cuts too', () => {
  const history = historyOf({ ann: ['08:00 AVAILABLE', '12:00 BREAK'] });
  const at = (limit: string): Policy => policy({ profiles: [profile({ rules: [rule({ limit })] })] });
  const logoffs = together(history, [at('60m'), at('2h')]).map((each) =>
    (each as { logoffs: ReplayedLogoff[] }).logoffs.map(({ recovered }) => recovered / MINUTE),
  );
  expect(logoffs).toEqual([
    [177, 417],
    [117, 357],
  ]);
});
