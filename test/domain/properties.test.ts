/**
 * Random lives of one agent: whatever the platform shows, in whatever order and with whatever missing, these sentences
 * stay true after each look.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ROUTING_STATUSES, SYSTEM_PRESENCES, type Observation } from '../../src/domain/agent.ts';
import { measure } from '../../src/domain/tracking/clocks.ts';
import { track, type Tracked } from '../../src/domain/tracking/track.ts';
import { judge, REASONS, type Verdict } from '../../src/domain/judging/judge.ts';
import { beginLogoff, endLogoff, finishLogoff } from '../../src/domain/tracking/own-logoff.ts';
import { ladderInForce, placeIn, silentReturnOf } from '../../src/domain/tracking/state.ts';
import type { AgentState, Stay } from '../../src/domain/tracking/state.ts';
import type { TrackingContext } from '../../src/domain/tracking/compare.ts';
import { openSuspect, withAnswer } from '../../src/domain/tracking/suspects.ts';
import { stateBody, stateOf } from '../../src/store/codec.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { areContradictory, assess, isFoldable, showsWork } from '../../src/domain/tracking/reading.ts';
import { HOUR, MINUTE, SECOND, type Instant } from '../../src/domain/time/time.ts';
import { agent, calendar, clockTime, exemption, policy, profile, RETURNS, rule } from './build.ts';
import { deepFreeze } from './story.ts';

const INTERVAL = MINUTE;
/** After so long the platform ends a session that was left alone. */
const NATIVE = 4 * MINUTE;
const ME = agent();
const RULES = [
  rule({ id: 'sign', limit: '3m' }),
  rule({ id: 'work', clock: 'since_work', limit: '5m' }),
  rule({ id: 'meal', clock: 'in_state', when: { presence: ['MEAL', 'BREAK', 'AVAILABLE'] }, limit: '3m' }),
  rule({
    id: 'deaf',
    clock: 'in_state',
    when: { routing: ['NOT_RESPONDING', 'OFF_QUEUE'] },
    limit: '2m',
    mode: 'observe',
  }),
  rule({ id: 'asleep', clock: 'in_state', when: { routing: ['IDLE'] }, limit: '4m', waitingOnQueue: true }),
  rule({
    id: 'hours',
    limit: '2m',
    hours: { calendar: calendar('UTC', ['09:20-09:40', '10:00-11:00']), side: 'during' },
  }),
];
const POLICY: Policy = policy({
  profiles: [
    profile({ rules: RULES, returns: { ...RETURNS, grace: MINUTE, forget: HOUR, repeat: 10 * MINUTE } }),
  ],
  exempt: [exemption({ when: { presence: ['TRAINING'] } })],
});

const RULED = POLICY.profiles[0]?.returns ?? RETURNS;
const CONCERN = { agent: ME, exempt: POLICY.exempt, profile: POLICY.profiles[0] };

const happening = fc.oneof(
  { weight: 14, arbitrary: fc.constant({ kind: 'nothing' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('presence' as const),
      to: fc.constantFrom(...SYSTEM_PRESENCES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('routing' as const), to: fc.constantFrom(...ROUTING_STATUSES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('talk' as const),
      count: fc.constantFrom(0, 0, 1),
      inside: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('bounce' as const), away: fc.nat(200), token: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'token' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'contradicts' as const }) },
);
const lacks = fc.constantFrom(
  'presence',
  'routing',
  'conversations',
  'token',
  'stamps',
  'groups',
  'words',
  'all there',
);
const step = fc.record({
  /** Seconds since the last look. */
  after: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 20, max: 90 }) },
    { weight: 1, arbitrary: fc.nat(1_500) },
  ),
  /** How long before this look it happened. */
  ago: fc.nat(59),
  happening,
  lacking: fc.oneof({ weight: 12, arbitrary: fc.constant('all there') }, { weight: 1, arbitrary: lacks }),
  jumped: fc.nat(30).map((n) => n === 0),
  /** What is heard of the agent after the look. */
  heard: fc.oneof(
    { weight: 9, arbitrary: fc.constant('nothing' as const) },
    { weight: 2, arbitrary: fc.constant('a bounce' as const) },
    fc.constantFrom('a stay' as const, 'a person' as const),
  ),
  /** How a log-off that is due ends. */
  logoff: fc.constantFrom('works', 'works', 'idles out', 'none', 'crash', 'paused'),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const life = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });

/** What the platform would show. */
class Platform {
  presence: Observation['presence'] & object = {
    system: 'AVAILABLE',
    definitionId: undefined,
    since: clockTime('08:00'),
  };
  routing: Observation['routing'] & object = { status: 'OFF_QUEUE', since: clockTime('08:00') };
  talks = 0;
  calls = 0;
  token = clockTime('07:59');
  #later: { at: Instant; system: (typeof SYSTEM_PRESENCES)[number]; token: boolean }[] = [];

  happens(what: Step['happening'], at: Instant): void {
    if (what.kind === 'presence') this.presence = { ...this.presence, system: what.to, since: at };
    if (what.kind === 'routing') this.routing = { status: what.to, since: at };
    if (what.kind === 'contradicts') this.contradict(at);
    else this.takeAlong(at);
    if (what.kind === 'talk' && what.inside) this.talks = what.count;
    if (what.kind === 'talk' && !what.inside) this.calls = what.count;
    if (what.kind === 'token') this.token = at;
    if (what.kind === 'bounce') this.bounce(at, what.away * SECOND, what.token);
  }

  contradict(at: Instant): void {
    const { system } = this.presence;
    this.routing = { status: system === 'ON_QUEUE' ? 'OFF_QUEUE' : 'IDLE', since: at };
  }

  /** On queue and off it go together, however it came about. */
  takeAlong(at: Instant): void {
    const { system } = this.presence;
    if (system === 'UNKNOWN' || this.routing.status === 'UNKNOWN') return;
    if (!areContradictory(system, this.routing.status)) return;
    this.routing = { status: system === 'ON_QUEUE' ? 'IDLE' : 'OFF_QUEUE', since: at };
  }

  bounce(at: Instant, away: number, token: boolean): void {
    const { system } = this.presence;
    this.presence = { ...this.presence, system: 'OFFLINE', since: at };
    if (system !== 'UNKNOWN') this.#later.push({ at: at + away, system, token });
  }

  pass(to: Instant): void {
    for (const { at, system, token } of this.#later.filter((each) => each.at <= to)) {
      this.presence = { ...this.presence, system, since: at };
      if (token) this.token = at - SECOND;
    }
    this.#later = this.#later.filter((each) => each.at > to);
  }

  show(at: Instant, lacking: string): Observation {
    const stampless = lacking === 'stamps' ? { since: undefined } : {};
    const word = lacking === 'words' ? { system: 'UNKNOWN' as const } : {};
    return {
      agentId: ME.id,
      at,
      presence: lacking === 'presence' ? undefined : { ...this.presence, ...stampless, ...word },
      routing: lacking === 'routing' ? undefined : { ...this.routing, ...stampless },
      conversations:
        lacking === 'conversations' ? undefined : { contactCentre: this.talks, enterprise: this.calls },
      tokenIssuedAt: lacking === 'token' ? undefined : this.token,
      missing: lacking === 'groups' ? ['groups'] : [],
    };
  }
}

/** One look, with all that can be said about it. */
interface Look {
  readonly before: AgentState | undefined;
  readonly o: Observation;
  readonly folded: Tracked | undefined;
  readonly verdict: Verdict;
  readonly jumped: boolean;
  readonly stay: Stay | undefined;
}

function live(steps: readonly Step[], check: (look: Look) => void): void {
  const platform = new Platform();
  let memory: AgentState | undefined;
  let now = clockTime('09:00');
  let stay: Stay | undefined;
  for (const { after, ago, happening: what, lacking, jumped, heard, logoff } of steps) {
    const then = Math.max(now + SECOND, now + (after - ago) * SECOND);
    now = Math.max(now + after * SECOND, then);
    platform.pass(then);
    platform.happens(what, then);
    platform.pass(now);
    const o = deepFreeze(platform.show(now, lacking));
    const context = contextOf(jumped, stay);
    const before = deepFreeze(memory);
    const folded = track(before, o, context);
    const verdict = judge(ME, folded?.state, o, POLICY, now);
    if (!isDeepStrictEqual(folded, track(before, o, context)))
      throw new Error('tracking is not deterministic');
    check({ before, o, folded, verdict, jumped, stay });
    memory = folded && withHeard(folded.state, heard);
    stay = heard === 'a stay' ? stayAfter(stay, now) : stay;
    if (memory === undefined || verdict.due?.mode !== 'enforce' || logoff === 'paused') continue;
    memory = carryOut(memory, verdict.due, logoff, platform, now);
  }
}

function contextOf(clockJumped: boolean, stay: Stay | undefined): TrackingContext {
  return { ...CONCERN, usualInterval: INTERVAL, clockJumped, nativeTimeouts: [NATIVE], stay };
}

function stayAfter(before: Stay | undefined, now: Instant): Stay {
  return { seq: (before?.seq ?? 0) + 1, at: now, until: now + 5 * MINUTE };
}

/** Evidence, which may say anything: it is not asked whether it is true. */
function withHeard(m: AgentState, heard: Step['heard']): AgentState {
  if (heard === 'a bounce') return withAnswer(m, { kind: 'bounce', offline: undefined }, RULED).state;
  return heard === 'a person' ? withAnswer(m, { kind: 'person' }, RULED).state : m;
}

function carryOut(
  m: AgentState,
  due: Verdict['due'] & object,
  how: string,
  platform: Platform,
  now: Instant,
): AgentState {
  const begun = beginLogoff(m, now, due, RULED);
  if (how === 'none') return endLogoff(finishLogoff(begun, now + 3 * SECOND, due.actions), now + 4 * SECOND);
  const revokes = due.actions.includes('revoke_tokens');
  const idlesOut = how === 'idles out' && !revokes;
  const away = idlesOut ? platform.token + NATIVE + 20 * SECOND - now : 45 * SECOND;
  platform.bounce(now + 2 * SECOND, Math.max(away, 45 * SECOND), revokes || idlesOut);
  return how === 'crash' ? begun : finishLogoff(begun, now + 3 * SECOND, due.actions);
}

function isNews(stay: Stay | undefined, before: AgentState | undefined): boolean {
  return stay !== undefined && before?.stays.some(({ seq }) => seq === stay.seq) !== true;
}

/** What is checked in each life; the check of one look may remember those before. */
const SENTENCES = new Map<string, () => (look: Look) => void>();

function always(sentence: string, check: () => (look: Look) => void): void {
  SENTENCES.set(sentence, check);
}

/** Without the sentence it would not be known which of them a look makes untrue. */
function named(sentence: string, check: (look: Look) => void): (look: Look) => void {
  return (look) => {
    try {
      check(look);
    } catch (error) {
      throw new Error(`not true any more: ${sentence}`, { cause: error });
    }
  };
}

describe('in any life', () => {
  always(
    'no agent who is engaged, exempt, Offline or not fully known is ever due',
    () =>
      ({ o, verdict, folded }) => {
        if (!REASONS.includes(verdict.reason)) expect(REASONS).toContain(verdict.reason);
        if (verdict.due === undefined) return;
        expect(assess(o, folded?.state, CONCERN).kind).toBe('free');
        expect(['OFFLINE', 'TRAINING']).not.toContain(o.presence?.system);
        expect(folded?.state.seenAt).toBe(o.at);
        expect(verdict.due.measured).toBeGreaterThanOrEqual(verdict.due.limit);
      },
  );

  always(
    'an agent who waits on queue is due only by a rule that means such agents',
    () =>
      ({ verdict, folded }) => {
        if (folded?.state.last.routing !== 'IDLE') return;
        const dues = [verdict.due, ...verdict.observed].filter((due) => due?.byLadder === false);
        for (const due of dues) expect(RULES.find(({ id }) => id === due?.ruleId)?.waitingOnQueue).toBe(true);
      },
  );

  always('no clock shows less than nothing, or more than the time watched since first sight', () => {
    let watched = 0;
    return ({ before, folded, jumped }) => {
      if (folded === undefined) return;
      const { state: memory } = folded;
      const passed = before === undefined ? 0 : memory.seenAt - before.seenAt;
      if (!jumped && passed <= 3 * INTERVAL) watched += passed;
      const shown = RULES.map((each) => measure(memory, each, memory.seenAt));
      const wrong = shown.filter((each) => each < 0 || each > watched);
      if (wrong.length > 0) expect([watched, wrong]).toEqual([watched, []]);
    };
  });

  always(
    'a silent return that was watched makes no clock show less than at the departure',
    () =>
      ({ before, folded, jumped, stay }) => {
        if (before === undefined || folded === undefined || isNews(stay, before)) return;
        const { state: memory, events } = folded;
        const silent = silentReturnOf(memory);
        if (!events.some(({ kind }) => kind === 'silent_return') || silent === undefined) return;
        // Out of a gap nothing is read for sure: whatever moved in it may have been a person's doing, and protects.
        if (jumped || memory.seenAt - before.seenAt > 3 * INTERVAL) return;
        // A departure without a stamp is as old as it may be, and so perhaps older than the last look.
        const wentAt = Math.min(before.seenAt, silent.at - (silent.delay ?? 0));
        for (const each of RULES) {
          const gone = each.clock === 'in_state' && memory.episode.clocks.inState[each.whenKey] === undefined;
          if (gone) continue;
          expect(measure(memory, each, memory.seenAt)).toBeGreaterThanOrEqual(measure(before, each, wentAt));
        }
      },
  );

  always('a sign other than login takes the agent off the ladder', () => ({ before, folded }) => {
    const sign = folded?.state.episode.sign;
    if (sign === undefined || sign.kind === 'login' || isDeepStrictEqual(sign, before?.episode.sign)) return;
    if (folded?.state.last.presence === 'OFFLINE') return;
    expect(folded?.state.episode.ladder).toBeUndefined();
  });

  always(
    'rungs answer in order, each is tried again at most, and only what stood is given between repeats',
    () => {
      const last = RETURNS.ladder.length - 1;
      return ({ folded, verdict }) => {
        const ladder = folded?.state.episode.ladder;
        const place = ladder && placeIn(ladder);
        const { rung, byLadder } = verdict.due ?? {};
        if (byLadder !== true || rung === undefined) return;
        const used = place?.rung ?? 0;
        if (used > last && rung === 0) expect(place?.quietHeld).toBe(true);
        else expect([Math.min(used, last), used - 1]).toContain(rung);
      };
    },
  );

  always('an agent loses no place on the ladder without leaving it', () => {
    let known: AgentState | undefined;
    return ({ before, o, folded }) => {
      const kept = known === undefined ? undefined : ladderInForce(known, RULED, known.seenAt);
      if (kept !== undefined && before?.episode.ladder !== undefined)
        expect(placeIn(before.episode.ladder).rung).toBeGreaterThanOrEqual(placeIn(kept).rung);
      known = folded?.state.seenAt === o.at ? folded.state : known;
    };
  });

  always('an interaction that was seen is never forgotten', () => {
    let engagedAt: Instant | undefined;
    return ({ o, folded }) => {
      if (folded === undefined || folded.state.seenAt !== o.at) return;
      if (showsWork(o)) engagedAt = o.at;
      if (engagedAt === undefined) return;
      const most = o.at - engagedAt;
      const shown = [RULES[0]!, RULES[1]!].map((each) => measure(folded.state, each, o.at));
      if (Math.max(...shown) > most) expect([most, shown]).toEqual([most, []]);
    };
  });

  always('a state that was stored and loaded is tracked and judged the same', () => {
    const plain = (value: unknown): unknown =>
      value === undefined ? value : JSON.parse(JSON.stringify(value));
    let looks = 0;
    return ({ before, o, folded, jumped, stay, verdict }) => {
      looks += 1;
      // Loading takes longer than all the rest.
      if (before === undefined || looks % 3 !== 0) return;
      const loaded = stateOf(ME.id, stateBody(before));
      if (!loaded.ok) throw new Error('the state cannot be loaded');
      const refolded = track(loaded.value, o, contextOf(jumped, stay));
      expect(isDeepStrictEqual(plain(refolded), plain(folded))).toBe(true);
      expect(isDeepStrictEqual(plain(judge(ME, refolded?.state, o, POLICY, o.at)), plain(verdict))).toBe(
        true,
      );
    };
  });

  always('the spans that do not count stay in order and apart', () => ({ folded }) => {
    const spans = folded?.state.leftOut ?? [];
    const isApart = spans.every(({ from, to }, i) => from < to && from > (spans[i - 1]?.to ?? -Infinity));
    expect(isApart).toBe(true);
  });

  always(
    'a reading that cannot be used changes nothing, unless it shows work or comes with a stay',
    () =>
      ({ before, o, folded, stay }) => {
        if (isFoldable(o, before, CONCERN) || showsWork(o) || isNews(stay, before)) return;
        expect(folded?.state).toBe(before);
      },
  );

  test('each of these sentences is true after each look, and the lives are worth looking at', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(life, (steps) => {
        const checks = [...SENTENCES].map(([sentence, check]) => named(sentence, check()));
        live(steps, (look) => {
          for (const check of checks) check(look);
          noteMet(met, look);
        });
      }),
      { numRuns: 300 },
    );
    expect([...met]).toEqual(expect.arrayContaining(WORTH));
  });
});

/** Verdicts, rules, news and changes without which lives would say little. */
const WORTH = [
  ...['due', 'ladder_due', 'grace', 'unknown', 'engaged', 'by asleep', 'by a stay'],
  ...['silent_return', 'late_return', 'person_back', 'bounced', 'suspect'],
];

function noteMet(met: Set<string>, { verdict, folded }: Look): void {
  for (const each of [verdict.reason, `by ${verdict.due?.ruleId ?? ''}`]) met.add(each);
  if (folded === undefined) return;
  const { state, events } = folded;
  for (const { kind } of events) met.add(kind);
  const { ladder, sign } = state.episode;
  const place = ladder && placeIn(ladder);
  if (place?.quietHeld === true && place.kind !== 'parked') met.add('bounced');
  if (openSuspect(state) !== undefined) met.add('suspect');
  if (sign !== undefined) met.add(`by a ${sign.kind}`);
}
