/** A policy test runs the production engine: what its sweeps come to, and what of it is told. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE, SECOND, type Instant } from '../../../src/domain/time/time.ts';
import { toldOf } from '../../../src/commands/policy-test/check.ts';
import { runTest, type Logoff, type TestScene } from '../../../src/commands/policy-test/run.ts';
import { parseBrowser, parseEntry } from '../../../src/commands/policy-test/timeline-words.ts';
import { resolvePolicy } from '../../../src/policy-file/resolve.ts';
import type { Word } from '../../../src/simulation/timeline.ts';
import { load } from '../../policy-file/texts.ts';

/** Business hours end at 11:00 on that Monday. */
const BASE: Instant = Date.parse('2026-03-02T08:00:00Z');

/** A rule of each kind, and ladders with and without the identity provider. */
const RULES = [
  '{ id: nr, when: { routing: [not_responding] }, clock: in_state, limit: 10m }',
  '{ id: locked, when: { presence: [idle] }, clock: in_state, limit: 30m }',
  '{ id: watched, when: { presence: [available, break] }, limit: 15m, mode: observe }',
  '{ id: told, when: { presence: [break] }, limit: 20m, warn: 5m }',
  '{ id: gone, when: { presence: [available, away, break], routing: [off_queue] }, limit: 25m }',
  '{ id: workless, when: { routing: [off_queue] }, clock: since_work, limit: 70m }',
  '{ id: late, when: { routing: [off_queue, not_responding] }, outside: hours, limit: 10m }',
];
const RETURNS = [
  '{}',
  '{ grace: 3m, forget: 1h, repeat: 20m, ladder: [{ wait: 1m, actions: [offline] }, { wait: 3m, actions: [offline, revoke_tokens] }] }',
  '{ grace: 2m, repeat: never, ladder: [{ wait: 2m, actions: [revoke_tokens] }, { wait: 1m, actions: [end_sso_session, offline, revoke_tokens] }] }',
];

function policyOf(
  rules: readonly string[],
  returns: string,
  mode: string,
  settle: number,
  perHour: number,
): Policy {
  const text = `version: 1
mode: ${mode}
genesys: { region: eu-west-1, client_id: a, client_secret: b }
exempt: [{ secondary_presence: [coaching], reason: agreed }]
profiles:
  - name: all
    rules:
${rules.map((each) => `      - ${each}`).join('\n')}
returns: ${returns}
caps: { settle: ${settle}, per_hour: ${perHour} }
calendars: { hours: { timezone: UTC, weekly: { daily: "07:00-11:00" } } }
notify: [{ name: told, type: webhook, url: "https://hook.example", secret: s, on: [warning] }]
identity: { webhook: { url: "https://sso.example", secret: s } }
`;
  return resolvePolicy(load(text).draft, undefined, new Map(), BASE).policy;
}

/** Made once: reading YAML takes longer than playing a day. */
const POLICIES: readonly Policy[] = [
  policyOf(RULES, RETURNS[0] ?? '', 'enforce', 2, 300),
  policyOf(RULES, RETURNS[1] ?? '', 'enforce', 0, 300),
  policyOf(RULES, RETURNS[2] ?? '', 'enforce', 1, 300),
  policyOf(RULES.slice(4, 5), RETURNS[1] ?? '', 'enforce', 0, 2),
  policyOf(RULES.slice(3, 6), RETURNS[2] ?? '', 'enforce', 3, 300),
  policyOf(RULES, RETURNS[0] ?? '', 'observe', 2, 2),
];

const words = fc.constantFrom(
  ...['on queue', 'off queue', 'break', 'meal', 'away', 'locked', 'unlocked', 'available', 'Coaching (busy)'],
  ...['call', 'call ends', 'e-mail', 'wrap-up', 'wrap-up ends', 'private call', 'private call ends'],
  ...['not responding', 'logs out', 'logs in', 'clicks available', 'browser returns restored'],
  ...[
    'native timeout',
    'native timeout, back after 8s',
    'native timeout, back after 40s restored token stays',
  ],
);

const TENTH = 10 * SECOND;

const happenings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: (3 * HOUR) / TENTH }), words), { minLength: 1, maxLength: 9 })
  .map((all) =>
    all
      .flatMap(([at, word]) => {
        const entry = parseEntry(`00:00 ${word}`);
        return entry.kind === 'happens'
          ? entry.then.map((each) => ({ at: BASE + at * TENTH + each.after, word: each.word }))
          : [];
      })
      .toSorted((a, b) => a.at - b.at),
  );

const browser = fc.option(
  fc
    .record({
      after: fc.integer({ min: 1, max: 90 }),
      rest: fc.constantFrom(
        '',
        ', restores presence',
        ', token stays',
        ', restores presence, answers offline',
        ', once',
      ),
    })
    .map(({ after, rest }) => parseBrowser(`returns after ${after}s${rest}`)),
  { nil: undefined },
);

const span = fc
  .record({ from: fc.integer({ min: 0, max: 150 }), length: fc.integer({ min: 1, max: 40 }) })
  .map(({ from, length }) => ({ from: BASE + from * MINUTE, to: BASE + (from + length) * MINUTE }));

const parts = fc.subarray(['presence', 'routing', 'conversations', 'token'] as const, { minLength: 1 });

const cases = fc.record({
  happenings,
  browser,
  unwatched: fc.array(span, { maxLength: 1 }),
  lacking: fc.array(
    fc.tuple(span, parts).map(([each, lacks]) => ({ ...each, parts: lacks })),
    { maxLength: 1 },
  ),
  policy: fc.constantFrom(...POLICIES),
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function sceneOf({ happenings: all, browser: answers, unwatched, lacking }: Case): TestScene {
  return {
    agent: {
      id: 'ada',
      name: 'Ada',
      email: 'ada@example.com',
      username: 'ada',
      divisionId: '',
      groups: [],
      roles: [],
      queues: [],
      teams: [],
    },
    interval: MINUTE,
    happenings: all,
    lacking,
    unwatched,
    browser: answers,
    ssoDelay: 90 * SECOND,
    from: BASE - 4 * MINUTE,
    to: BASE + 4 * HOUR + 30 * MINUTE,
  };
}

/** `11:11 watched observed`, in UTC. */
function told({ at, rule, rung, kind }: Logoff): string {
  const place = rung === undefined ? '' : ` rung ${rung}`;
  return `${new Date(at).toISOString().slice(11, 16)} ${rule}${place} ${kind}`;
}

function plainScene(
  happened: readonly { readonly at: Instant; readonly word: Word }[],
  policy: Policy,
): TestScene {
  return sceneOf({ policy, happenings: [...happened], browser: undefined, unwatched: [], lacking: [] });
}

const ON_QUEUE: Word = { does: 'set_presence', presence: 'ON_QUEUE', label: undefined };
const AVAILABLE: Word = { does: 'set_presence', presence: 'AVAILABLE', label: undefined };

describe('a timeline', () => {
  test('has a log-off in each sweep whose verdict is due and that nothing holds, or one given up for what its look lacks', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        const { looks, logoffs, givenUp } = await runTest(sceneOf(each), each.policy);
        const due = looks.filter(
          ({ verdict, hold }) => verdict.due?.mode === 'enforce' && hold === undefined,
        );
        const real = logoffs.filter(({ kind }) => kind !== 'observed');
        const begun = [...real, ...givenUp].toSorted((a, b) => a.at - b.at);
        expect(begun.map(({ at, rule }) => [at, rule])).toEqual(
          due.map(({ at, verdict }) => [at, verdict.due?.ruleId]),
        );
        for (const { at, reason } of givenUp) {
          const lacks = each.lacking.some(({ from, to }) => from <= at && at < to);
          expect([reason, lacks]).toEqual(['unknown', true]);
        }
        count += logoffs.length;
      }),
      { numRuns: 40 },
    );
    // It says something only if people were logged off.
    expect(count).toBeGreaterThan(30);
  });

  test('in which the token goes missing has no log-off of an agent on queue: after leaving the queue the look could hide a login', async () => {
    const policy = policyOf([RULES[0] ?? ''], '{}', 'enforce', 0, 300);
    const scene = {
      ...plainScene(
        [
          { at: BASE, word: ON_QUEUE },
          { at: BASE + 10 * SECOND, word: { does: 'not_responding' } },
        ],
        policy,
      ),
      lacking: [{ from: BASE + MINUTE, to: BASE + 20 * MINUTE, parts: ['token'] as const }],
    };
    const { logoffs, givenUp } = await runTest(scene, policy);
    expect(logoffs).toEqual([]);
    expect(givenUp).toEqual([{ at: BASE + 11 * MINUTE, rule: 'nr', reason: 'unknown' }]);
  });

  test('by which two rules in observe mode are due at once counts each of them once', async () => {
    const policy = policyOf([RULES[2] ?? '', RULES[4] ?? ''], '{}', 'observe', 0, 300);
    const scene = plainScene(
      [
        { at: BASE, word: ON_QUEUE },
        { at: BASE + HOUR, word: { does: 'start', work: 'call' } },
        { at: BASE + HOUR + MINUTE, word: { does: 'end', work: 'call' } },
        { at: BASE + 2 * HOUR, word: { does: 'lock' } },
        { at: BASE + 3 * HOUR, word: { does: 'time_out', answered: true } },
        { at: BASE + 3 * HOUR + 8 * SECOND, word: { does: 'return', restores: false, movesToken: true } },
      ],
      policy,
    );
    const { logoffs } = await runTest(scene, policy);
    expect(logoffs.map(told)).toEqual(['11:11 watched observed', '11:11 gone observed']);
  });

  test('with a call in the second in which the agent is taken off the queue brings no log-off, and the queue back', async () => {
    const waits = policyOf(
      ['{ id: waits, when: { presence: [on_queue] }, waiting_on_queue: true, limit: 30m }'],
      '{}',
      'enforce',
      0,
      300,
    );
    const dueAt = BASE + 30 * MINUTE;
    const scene = plainScene(
      [
        { at: BASE, word: ON_QUEUE },
        { at: dueAt + SECOND, word: { does: 'start', work: 'call' } },
        { at: dueAt + 20 * MINUTE, word: { does: 'end', work: 'call' } },
      ],
      waits,
    );
    const { looks, logoffs, givenUp } = await runTest(scene, waits);
    const reasonAt = (at: Instant): string | undefined =>
      looks.find((look) => look.at === at)?.verdict.reason;
    const shownAt = (at: Instant): string | undefined =>
      looks.find((look) => look.at === at)?.observation.presence?.system;
    expect([reasonAt(dueAt), reasonAt(dueAt + MINUTE)]).toEqual(['due', 'engaged']);
    expect(shownAt(dueAt + MINUTE)).toBe('ON_QUEUE');
    expect(givenUp).toEqual([{ at: dueAt, rule: 'waits', reason: 'engaged' }]);
    // Half an hour after the end of the call.
    expect(logoffs.map(told).slice(0, 1)).toEqual(['09:20 waits logoff']);
  });

  test('of a warned agent has the log-off after the warning, and none after a sign in between', async () => {
    const policy = policyOf([RULES[3] ?? ''], '{}', 'enforce', 0, 300);
    const onBreak: Word = { does: 'set_presence', presence: 'BREAK', label: undefined };
    const { logoffs } = await runTest(plainScene([{ at: BASE, word: onBreak }], policy), policy);
    expect(logoffs.map(told).slice(0, 1)).toEqual(['08:20 told logoff']);
    const back = { at: BASE + 17 * MINUTE, word: AVAILABLE };
    const came = await runTest(plainScene([{ at: BASE, word: onBreak }, back], policy), policy);
    expect(came.logoffs).toEqual([]);
  });

  test('comes to the same in `explain`: what it says is due, and when, is what happens if nothing else does', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        const policy: Policy = {
          ...each.policy,
          mode: 'enforce',
          caps: { ...each.policy.caps, perHour: 300 },
        };
        const scene = { ...sceneOf(each), browser: undefined, unwatched: [], lacking: [] };
        const { looks, logoffs } = await runTest(scene, policy);
        const lastAt = Math.max(...scene.happenings.map(({ at }) => at));
        const look = looks.find(({ at }) => at > lastAt + MINUTE);
        if (look?.verdict.reason !== 'waiting') return;
        const { dueAt, rule } = toldOf(look, scene, policy);
        const next = logoffs.find(({ at, kind }) => at >= look.at && kind !== 'observed');
        if (dueAt === undefined || dueAt > scene.to - MINUTE) return;
        // A rule in observe mode is reported, and takes no agent off.
        if (rule === 'watched') return;
        // A millisecond is added to where a warning is still to be delivered.
        expect(next?.at).toBe(Math.ceil((dueAt - 1) / MINUTE) * MINUTE);
      }),
      { numRuns: 60 },
    );
  });
});
