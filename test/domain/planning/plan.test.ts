import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Due } from '../../../src/domain/judging/judge.ts';
import {
  backoff,
  breakerAllows,
  EMPTY_LEDGER,
  HOLDS,
  plan,
  withLogoff,
  withOnline,
  withOutcome,
  withoutBreaker,
  withoutStrangers,
  type Candidate,
  type Ledger,
  type Plan,
  type SweepHold,
} from '../../../src/domain/planning/plan.ts';
import type { Caps } from '../../../src/domain/policy/policy.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { CAPS, clockTime, rule } from '../build.ts';

const NOW = clockTime('12:00');
const STATE = { presence: 'AWAY', presenceId: undefined, routing: 'OFF_QUEUE' } as const;

function candidate(agentId: string, overdue = 0, byLadder = false): Candidate {
  const { actions, clock, limit, id: ruleId } = rule();
  const measured = limit + overdue;
  const cause = { ruleId, clock, measured, state: STATE };
  const due: Due = {
    ruleId,
    mode: 'enforce',
    actions,
    byLadder,
    rung: undefined,
    clock,
    measured,
    limit,
    overdue,
    cause,
  };
  return { agentId, due };
}

function many(count: number, prefix = 'a'): Candidate[] {
  return Array.from({ length: count }, (_, i) =>
    candidate(`${prefix}${String(i).padStart(4, '0')}`, i * MINUTE),
  );
}

function ids(candidates: readonly Candidate[]): Set<string> {
  return new Set(candidates.map(({ agentId }) => agentId));
}

interface PlanParts {
  readonly hold?: SweepHold;
  readonly caps?: Partial<Caps>;
  readonly ledger?: Ledger;
  readonly now?: number;
  readonly seen?: ReadonlySet<string>;
}

function planned(candidates: readonly Candidate[], { hold, caps, ledger, now, seen }: PlanParts = {}): Plan {
  const book = ledger ?? { ...EMPTY_LEDGER, dueBefore: ids(candidates) };
  return plan(candidates, seen ?? ids(candidates), hold, { ...CAPS, ...caps }, book, now ?? NOW);
}

function holdsOf(p: Plan): Record<string, string> {
  return Object.fromEntries(p.held.map(({ candidate: { agentId }, hold }) => [agentId, hold]));
}

describe('holds of the whole sweep', () => {
  test.each<SweepHold>(['paused', 'clock', 'store', 'incomplete', 'settling'])('%s plans nothing', (hold) => {
    const p = planned(many(3), { hold });
    expect(p.act).toEqual([]);
    expect(p.held.map((each) => each.hold)).toEqual([hold, hold, hold]);
  });

  test('without one the due are acted on', () => {
    expect(planned(many(3)).act).toHaveLength(3);
  });

  test('come before everything that concerns one agent', () => {
    const ledger = withOutcome({ ...EMPTY_LEDGER, dueBefore: new Set(['a0000']) }, 'a0000', 'failed', NOW);
    expect(holdsOf(planned(many(1), { hold: 'paused', ledger }))).toEqual({ a0000: 'paused' });
  });
});

describe('caps', () => {
  test('per_sweep takes the longest overdue and defers the rest', () => {
    const p = planned(many(60));
    expect(p.act).toHaveLength(50);
    expect(p.act[0]?.agentId).toBe('a0059');
    expect(p.act.at(-1)?.agentId).toBe('a0010');
    expect(new Set(p.held.map(({ hold }) => hold))).toEqual(new Set(['per_sweep']));
  });

  test('per_hour counts the log-offs begun in the last hour, whatever became of them', () => {
    let ledger: Ledger = { ...EMPTY_LEDGER, dueBefore: ids(many(10)) };
    for (let i = 0; i < 7; i += 1) ledger = withLogoff(ledger, NOW - 10 * MINUTE);
    ledger = withLogoff(ledger, NOW - HOUR);
    const p = planned(many(10), { caps: { perHour: 10 }, ledger });
    expect(p.act.map(({ agentId }) => agentId)).toEqual(['a0009', 'a0008', 'a0007']);
    expect(holdsOf(p)['a0006']).toBe('per_hour');
    expect(p.ledger.logoffs).toHaveLength(7);
  });

  test('what a clock that ran ahead wrote holds no agent back until that time comes, and lets no more of them through', () => {
    const ahead = NOW + 400 * HOUR;
    const p = planned(many(30), {
      caps: { perHour: 10, breaker: { atLeast: 20, share: 0.25, hold: 30 * MINUTE } },
      ledger: {
        ...EMPTY_LEDGER,
        dueBefore: ids(many(5)),
        logoffs: Array.from({ length: 10 }, () => ahead),
        failures: new Map([['a0029', { at: ahead, count: 1, forbidden: true }]]),
        broken: new Map([['a0000', ahead]]),
        peaks: [{ hour: ahead, online: 1_000_000 }],
      },
    });
    // The peak that was never reached does not keep the breaker from holding 25 newcomers.
    expect(p.tripped).toEqual({ newlyDue: 25, allowed: 20 });
    expect(p.act.map(({ agentId }) => agentId)).toEqual(['a0004', 'a0003', 'a0002', 'a0001']);
    expect(p.ledger.logoffs).toEqual([]);
    expect(p.ledger.failures.size).toBe(0);
    expect(p.ledger.broken.get('a0000')).toBe(NOW + HOUR + 30 * MINUTE);
  });

  test('a peak that a clock ran far ahead for counts no more, one of this hour does', () => {
    const peaks = [
      { hour: NOW + 2 * HOUR, online: 1_000_000 },
      { hour: NOW, online: 100 },
    ];
    const p = planned(many(26), { ledger: { ...EMPTY_LEDGER, peaks } });
    expect(p.tripped).toEqual({ newlyDue: 26, allowed: 25 });
  });

  test.each([
    ['an hour ahead still counts', HOUR, 1],
    ['more than an hour ahead counts no more', HOUR + 1, 0],
  ])('what was written %s', (_, ahead, kept) => {
    const at = NOW + ahead;
    const failures = new Map([['a', { at, count: 1, forbidden: false }]]);
    const { ledger } = planned([], {
      ledger: { ...EMPTY_LEDGER, logoffs: [at], failures, peaks: [{ hour: at, online: 9 }] },
    });
    expect([ledger.logoffs.length, ledger.failures.size, ledger.peaks.length]).toEqual([kept, kept, kept]);
  });

  test('equally overdue agents come in a fixed order', () => {
    const p = planned([candidate('b'), candidate('a'), candidate('c')], { caps: { perSweep: 2 } });
    expect(p.act.map(({ agentId }) => agentId)).toEqual(['a', 'b']);
  });

  test('an agent held back individually takes no slot', () => {
    const ledger = withOutcome({ ...EMPTY_LEDGER, dueBefore: ids(many(3)) }, 'a0002', 'failed', NOW);
    const p = planned(many(3), { caps: { perSweep: 2 }, ledger });
    expect(p.act.map(({ agentId }) => agentId)).toEqual(['a0001', 'a0000']);
  });
});

describe('the breaker', () => {
  test('lets agents on the ladder pass, who went through it before', () => {
    const ledger = { ...EMPTY_LEDGER, broken: new Map([['a', NOW + HOUR]]) };
    const held = (byLadder: boolean): unknown =>
      plan([candidate('a', 0, byLadder)], new Set(['a']), undefined, CAPS, ledger, NOW).held[0]?.hold;
    expect([held(false), held(true)]).toEqual(['breaker', undefined]);
  });

  const fresh = EMPTY_LEDGER;

  test('holds back all who became newly due when they are more than allowed', () => {
    const p = planned(many(21), { ledger: fresh });
    expect(p.act).toEqual([]);
    expect(p.tripped).toEqual({ newlyDue: 21, allowed: 20 });
    expect(new Set(p.held.map(({ hold }) => hold))).toEqual(new Set(['breaker']));
    expect(planned(many(20), { ledger: fresh }).act).toHaveLength(20);
  });

  test('does not hold back who was due before', () => {
    const p = planned([...many(21), candidate('old')], { ledger: { ...fresh, dueBefore: new Set(['old']) } });
    expect(p.act.map(({ agentId }) => agentId)).toEqual(['old']);
  });

  test('allows the share of the last day’s peak online, when that is more', () => {
    const ledger = withOnline(withOnline(fresh, 1_000, NOW - 5 * HOUR), 12, NOW);
    expect(breakerAllows(CAPS, ledger)).toBe(250);
    expect(breakerAllows(CAPS, withOnline(fresh, 40, NOW))).toBe(20);
    expect(breakerAllows(CAPS, withOnline(ledger, 12, NOW + 21 * HOUR))).toBe(20);
  });

  test('forgets the peak of an hour that began 25 hours ago', () => {
    const peaks = [25, 24].map((hours) => ({ hour: NOW - hours * HOUR, online: 9 }));
    const kept = withOnline({ ...fresh, peaks }, 5, NOW).peaks.map(({ hour }) => hour);
    expect(kept).toEqual([NOW - 24 * HOUR, NOW]);
  });

  test('keeps the highest count of an hour', () => {
    const ledger = withOnline(withOnline(withOnline(fresh, 5, NOW), 9, NOW + MINUTE), 7, NOW + 2 * MINUTE);
    expect(ledger.peaks).toEqual([{ hour: NOW, online: 9 }]);
  });

  test('holds for its time; then those still due pass through the caps', () => {
    const first = planned(many(60), { ledger: fresh });
    const during = planned(many(60), { ledger: first.ledger, now: NOW + 30 * MINUTE - 1 });
    expect([during.act.length, during.tripped]).toEqual([0, undefined]);
    const after = planned(many(60), { ledger: during.ledger, now: NOW + 30 * MINUTE });
    expect([after.act.length, after.tripped]).toEqual([50, undefined]);
  });

  test('forgets whom it held once their time is over', () => {
    const broken = new Map([['a0000', NOW]]);
    expect(planned(many(1), { ledger: { ...fresh, broken } }).ledger.broken.size).toBe(0);
  });

  test('forgets who was due before, of agents who are not known any more, and no others', () => {
    const ledger = { ...fresh, dueBefore: new Set(['known', 'stranger']) };
    const kept = withoutStrangers(ledger, (agentId) => agentId === 'known');
    expect(kept).toEqual({ ...fresh, dueBefore: new Set(['known']) });
  });

  test('keeps those whom a sweep did not see, and lets go of those who are due no more', () => {
    const all = many(30);
    const first = planned(all, { ledger: fresh });
    const some = planned(all.slice(0, 5), {
      ledger: first.ledger,
      seen: ids(all.slice(0, 10)),
      now: NOW + MINUTE,
    });
    expect([...some.ledger.broken.keys()].length).toBe(25);
    expect(some.ledger.dueBefore.has('a0029')).toBe(true);
    expect(some.ledger.dueBefore.has('a0007')).toBe(false);
  });

  test('looks at sweeps that will not act as well: a mistake made while settling is caught', () => {
    const settling = planned(many(21), { ledger: fresh, hold: 'settling' });
    expect(settling.tripped).toEqual({ newlyDue: 21, allowed: 20 });
    expect(planned(many(21), { ledger: settling.ledger, now: NOW + MINUTE }).act).toEqual([]);
  });

  test('is freed by resume, and a pause keeps it', () => {
    const first = planned(many(21), { ledger: fresh });
    const paused = planned(many(21), { ledger: first.ledger, hold: 'paused', now: NOW + MINUTE });
    expect(paused.ledger.broken.size).toBe(21);
    expect(withoutBreaker(paused.ledger)).toEqual({ ...paused.ledger, broken: new Map() });
    expect(
      planned(many(21), { ledger: withoutBreaker(paused.ledger), now: NOW + 2 * MINUTE }).act,
    ).toHaveLength(21);
  });

  test('counts agents whose limit is reached while their rules wait for the licence peak, and acts on none of them', () => {
    const waiting = many(25).map(({ agentId }) => agentId);
    const everyone = new Set(waiting);
    const at = (now: number, candidates: readonly Candidate[], ledger: Ledger, left = waiting): Plan =>
      plan(candidates, everyone, undefined, CAPS, ledger, now, left);
    const first = at(NOW, [], EMPTY_LEDGER);
    expect([first.act, first.tripped]).toEqual([[], { newlyDue: 25, allowed: 20 }]);
    // The peak comes near while they are held, and after it: what is due already trips nothing.
    const soon = at(NOW + MINUTE, many(25), first.ledger, []);
    expect([soon.act, soon.tripped, new Set(Object.values(holdsOf(soon)))]).toEqual([
      [],
      undefined,
      new Set(['breaker']),
    ]);
    const later = at(NOW + 40 * MINUTE, [], soon.ledger);
    expect(at(NOW + 41 * MINUTE, many(25), later.ledger, []).act).toHaveLength(25);
  });

  test('counts an agent once for whom one rule waits for the peak and another is due', () => {
    const due = many(20);
    const p = plan(due, ids(due), undefined, CAPS, EMPTY_LEDGER, NOW, [...ids(due)]);
    expect([p.tripped, p.act.length]).toEqual([undefined, 20]);
  });

  test('does not count answers of the ladder, and does not hold them', () => {
    const ladder = Array.from({ length: 30 }, (_, i) => candidate(`l${i}`, 0, true));
    const p = planned(ladder, { ledger: fresh });
    expect([p.act.length, p.tripped]).toEqual([30, undefined]);
    const broken = new Map([['l1', NOW + HOUR]]);
    expect(planned(ladder, { ledger: { ...fresh, broken } }).act).toHaveLength(30);
  });
});

describe('back-off', () => {
  test('lasts 2, 4, 8, 16, 32 and then 60 minutes', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((count) => backoff(count) / MINUTE)).toEqual([
      2, 4, 8, 16, 32, 60, 60, 60,
    ]);
  });

  test('keeps a failed agent out until it is over, and grows with each failure in a row', () => {
    let ledger: Ledger = { ...EMPTY_LEDGER, dueBefore: ids(many(1)) };
    ledger = withOutcome(ledger, 'a0000', 'failed', NOW);
    expect(holdsOf(planned(many(1), { ledger, now: NOW + 2 * MINUTE - 1 }))).toEqual({ a0000: 'backoff' });
    expect(planned(many(1), { ledger, now: NOW + 2 * MINUTE }).act).toHaveLength(1);
    ledger = withOutcome(ledger, 'a0000', 'failed', NOW + 2 * MINUTE);
    expect(holdsOf(planned(many(1), { ledger, now: NOW + 5 * MINUTE }))).toEqual({ a0000: 'backoff' });
    expect(planned(many(1), { ledger, now: NOW + 6 * MINUTE }).act).toHaveLength(1);
  });

  test('ends with a success, and is forgotten after a day', () => {
    const failed = withOutcome({ ...EMPTY_LEDGER, dueBefore: ids(many(1)) }, 'a0000', 'failed', NOW);
    expect(withOutcome(failed, 'a0000', 'done', NOW + MINUTE).failures.size).toBe(0);
    expect(planned([], { ledger: failed, now: NOW + 24 * HOUR }).ledger.failures.size).toBe(0);
    expect(planned([], { ledger: failed, now: NOW + 23 * HOUR }).ledger.failures.size).toBe(1);
  });

  test('of an agent whom the service may not touch is called forbidden, for an hour at a time', () => {
    const ledger = withOutcome({ ...EMPTY_LEDGER, dueBefore: ids(many(1)) }, 'a0000', 'forbidden', NOW);
    expect(holdsOf(planned(many(1), { ledger, now: NOW + 59 * MINUTE }))).toEqual({ a0000: 'forbidden' });
    expect(planned(many(1), { ledger, now: NOW + 60 * MINUTE }).act).toHaveLength(1);
    const again = withOutcome(ledger, 'a0000', 'forbidden', NOW + HOUR);
    expect(again.failures.get('a0000')).toMatchObject({ count: 2, forbidden: true });
  });
});

describe('whatever comes', () => {
  const arbitrary = fc.record({
    count: fc.nat(120),
    ladder: fc.nat(3),
    perSweep: fc.nat(60),
    perHour: fc.nat(100),
    atLeast: fc.nat(80),
    begun: fc.nat(120),
    failed: fc.array(fc.nat(120), { maxLength: 20, size: 'max' }),
    hold: fc.constantFrom<(SweepHold | undefined)[]>(undefined, undefined, undefined, 'paused', 'settling'),
    before: fc.nat(120),
    broken: fc.nat(60),
    /** So many different lengths by which agents are overdue. */
    lengths: fc.integer({ min: 1, max: 120 }),
    turn: fc.nat(120),
  });
  type Scene = typeof arbitrary extends fc.Arbitrary<infer S> ? S : never;

  function sceneOf({ count, ladder, lengths, before, begun, failed, broken }: Scene): {
    readonly all: readonly Candidate[];
    readonly ledger: Ledger;
  } {
    const all = many(count).map(({ agentId }, i) =>
      candidate(agentId, ((i * 7) % lengths) * MINUTE, ladder > 0 && i % (ladder + 1) === 0),
    );
    // Every other one is not held any more.
    const held = [...ids(all.slice(0, broken))].map((id, i) => [id, NOW + (i % 2) * MINUTE] as const);
    let ledger: Ledger = {
      ...EMPTY_LEDGER,
      dueBefore: ids(all.slice(0, before)),
      broken: new Map(held),
    };
    for (let i = 0; i < begun; i += 1) ledger = withLogoff(ledger, NOW - i * MINUTE);
    for (const i of failed)
      ledger = withOutcome(ledger, `a${String(i).padStart(4, '0')}`, 'failed', NOW - MINUTE);
    return { all, ledger };
  }

  function shown({ act, held, tripped, ledger: { dueBefore, broken } }: Plan): string {
    const acts = act.map(({ agentId }) => agentId);
    const holds = held.map(({ candidate: { agentId }, hold }) => [agentId, hold]);
    return JSON.stringify([acts, holds, tripped, [...dueBefore].sort(), [...broken].sort()]);
  }

  test('no cap is passed, no agent is lost, none is planned twice, and their order in the listing changes nothing', () => {
    fc.assert(
      fc.property(arbitrary, (scene) => {
        const { perSweep, perHour, atLeast, begun, hold, turn } = scene;
        const { all, ledger } = sceneOf(scene);
        const caps = { ...CAPS, perSweep, perHour, breaker: { ...CAPS.breaker, atLeast } };
        const p = plan(all, ids(all), hold, caps, ledger, NOW);
        const begunThisHour = Math.min(begun, 60);
        expect(p.act.length).toBeLessThanOrEqual(perSweep);
        expect(p.act.length).toBeLessThanOrEqual(Math.max(0, perHour - begunThisHour));
        expect(p.act.length + p.held.length).toBe(all.length);
        expect(ids([...p.act, ...p.held.map((held) => held.candidate)]).size).toBe(all.length);
        expect(p.held.every(({ hold: why }) => HOLDS.includes(why))).toBe(true);
        if (hold !== undefined) expect(p.act).toEqual([]);
        const byRule = p.act.filter(({ due }) => !due.byLadder);
        const newcomers = byRule.filter(({ agentId }) => !ledger.dueBefore.has(agentId));
        expect(newcomers.length).toBeLessThanOrEqual(breakerAllows(caps, ledger));
        expect(byRule.some(({ agentId }) => (ledger.broken.get(agentId) ?? 0) > NOW)).toBe(false);
        const turned = [...all.slice(turn), ...all.slice(0, turn)].reverse();
        expect(shown(plan(turned, ids(turned), hold, caps, ledger, NOW))).toBe(shown(p));
      }),
      { numRuns: 200 },
    );
  });
});
