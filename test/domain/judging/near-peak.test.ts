/** Rules that act only near the licence peak: they observe below it, and make no agent due who would not be without it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Verdict } from '../../../src/domain/judging/judge.ts';
import { warningsDue } from '../../../src/domain/judging/warnings.ts';
import { enforcedIn, observedAs, observedIn, waitsForPeak } from '../../../src/domain/planning/candidates.ts';
import type { Policy, Rule } from '../../../src/domain/policy/policy.ts';
import { noteObserved, noteWarned } from '../../../src/domain/tracking/own-logoff.ts';
import { asClockTime, matcher, policy, profile, rule } from '../build.ts';
import { story, type Story } from '../story.ts';

const RULE: Rule = { ...rule(), nearPeak: 0.9 };

/** The verdict of a story's last sweep, with the head-count at this share of the peak. */
function at(s: Story, share: number | undefined): Verdict {
  return s.verdictAt(share);
}

describe('a rule with near_peak', () => {
  const s = story({ rules: [RULE] }).until('10:00');

  test('observes below its share of the peak, and says so', () => {
    expect(at(s, 0.899)).toMatchObject({
      reason: 'observed',
      detail: 'below_peak',
      due: { ruleId: 'gone', mode: 'observe', belowPeak: true },
      nextAt: undefined,
    });
    expect(enforcedIn(at(s, 0.899))).toBeUndefined();
  });

  test('is due from its share on', () => {
    expect(at(s, 0.9)).toMatchObject({ reason: 'due', due: { mode: 'enforce' }, observed: [] });
  });

  test('observes while the head-count is not known', () => {
    expect(at(s, undefined)).toMatchObject({ reason: 'observed', detail: 'below_peak' });
  });

  test('waits for its limit like any other', () => {
    const early = story({ rules: [RULE] }).until('09:59');
    expect([at(early, 1).reason, at(early, 0.1).reason]).toEqual(['waiting', 'waiting']);
    expect(asClockTime(at(early, 0.1).nextAt ?? 0)).toBe('10:00');
  });

  test('leaves the log-off to another rule that is due, and tells when another becomes due', () => {
    const rules = [RULE, rule({ id: 'long', limit: '3h' })];
    const both = story({ rules }).until('11:00');
    expect(at(both, 0.5)).toMatchObject({ reason: 'observed', due: { ruleId: 'gone' } });
    expect(asClockTime(at(both, 0.5).nextAt ?? 0)).toBe('12:00');
    both.until('12:00');
    expect(at(both, 0.5)).toMatchObject({
      reason: 'due',
      due: { ruleId: 'long' },
      observed: [{ ruleId: 'gone' }],
    });
    expect(at(both, 0.95)).toMatchObject({ reason: 'due', due: { ruleId: 'gone' } });
  });

  test('of observe mode is told as that', () => {
    const trial = story({ rules: [{ ...RULE, mode: 'observe' }] }).until('10:00');
    expect(at(trial, 0.5)).toMatchObject({ reason: 'observed', detail: undefined });
    expect(waitsForPeak(at(trial, 0.5), trial.policy)).toBe(false);
  });

  test('counts for the breaker while it waits, in a policy that enforces', () => {
    expect(waitsForPeak(at(s, 0.5), s.policy)).toBe(true);
    expect(waitsForPeak(at(s, 0.95), s.policy)).toBe(false);
    expect(waitsForPeak(at(s, 0.5), { ...s.policy, mode: 'observe' })).toBe(false);
  });

  test('is observed once below the peak, and once more where a policy in observe mode would act near it', () => {
    const trial = story({ rules: [RULE], policy: { mode: 'observe' } }).until('10:00');
    const [below] = observedIn(at(trial, 0.5), trial.state());
    trial.put(noteObserved(trial.state(), observedAs(below!)));
    expect(observedIn(at(trial, 0.5), trial.state())).toEqual([]);
    const [near] = observedIn(at(trial, 0.95), trial.state());
    expect(near).toMatchObject({ ruleId: 'gone', mode: 'observe' });
    trial.put(noteObserved(trial.state(), observedAs(near!)));
    expect(observedIn(at(trial, 0.95), trial.state())).toEqual([]);
  });

  test('warns of no log-off that is not carried out, and is due only so long after a warning near the peak', () => {
    const told = story({ rules: [{ ...RULE, warn: rule({ warn: '5m' }).warn }] });
    const warned = (share: number): number =>
      warningsDue(told.agent, told.state(), at(told, share), told.policy, told.now, share).length;
    told.until('09:55');
    expect([warned(0.5), at(told, 0.5).reason]).toEqual([0, 'waiting']);
    expect([warned(0.95), at(told, 0.95).reason]).toEqual([1, 'warned']);
    told.until('10:30');
    expect([warned(0.5), at(told, 0.5).reason]).toEqual([0, 'observed']);
    expect([warned(0.95), at(told, 0.95).reason]).toEqual([1, 'warned']);
    told.put(noteWarned(told.state(), 'gone', told.now)).until('10:34');
    expect(at(told, 0.95).reason).toBe('warned');
    told.until('10:35');
    expect([at(told, 0.95).reason, at(told, 0.5).reason]).toEqual(['due', 'observed']);
  });
});

test('the ladder answers returns whatever the head-count', () => {
  const s = story({ rules: [RULE] }).until('10:00');
  const due = at(s, 1).due!;
  s.enforced({ after: '20s', restores: true, movesToken: true }).logOff({ due }).until('10:02');
  // The story's own verdicts know no head-count: no rule acts by them.
  expect(s.logoffs.map(({ at: when, rung }) => [when, rung])).toEqual([
    ['10:00', undefined],
    ['10:02', 0],
  ]);
});

test('by the ids that names had before, the head-count protects no more than by those of now', () => {
  const now = profile({ match: matcher({ groups: ['new'] }), rules: [RULE] });
  const before = profile({ match: matcher({ groups: ['old'] }), rules: [RULE] });
  const former = policy({ profiles: [before] });
  const s = story({ policy: { profiles: [now], former }, agent: { groups: ['new', 'old'] } }).until('10:00');
  expect([at(s, 0.95).reason, at(s, 0.5).reason]).toEqual(['due', 'observed']);
});

test('near_peak never makes an agent due who would not be without it', () => {
  const change = fc.record({
    minute: fc.integer({ min: 1, max: 170 }),
    presence: fc.constantFrom('AVAILABLE', 'AWAY', 'BREAK', 'IDLE', 'OFFLINE', 'ON_QUEUE'),
  });
  const bound = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  const ruled = fc.record({
    limit: fc.constantFrom('10m', '30m', '60m'),
    warn: fc.constantFrom(undefined, '5m'),
    clock: fc.constantFrom('since_sign', 'in_state', 'since_work'),
    bound,
  });
  const share = fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 6 }),
      fc.array(ruled, { minLength: 1, maxLength: 3 }),
      share,
      (changes, wanted, part) => {
        const rules = wanted.map(({ limit, warn, clock, bound: percent }, i): Rule => ({
          ...rule({
            id: `r${i}`,
            limit,
            clock: clock,
            ...(warn === undefined ? {} : { warn }),
          }),
          nearPeak: percent === undefined ? undefined : percent / 100,
        }));
        const s = story({ rules });
        for (const { minute, presence } of changes.toSorted((a, b) => a.minute - b.minute))
          s.at(`${9 + Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:30`, {
            presence: presence,
          });
        const plain: Policy = {
          ...s.policy,
          profiles: [profile({ rules: rules.map((each) => ({ ...each, nearPeak: undefined })) })],
        };
        for (let minute = 0; minute < 300; minute += 7) {
          s.until(`${9 + Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`);
          const peakShare = part === undefined ? undefined : part / 100;
          const near = enforcedIn(s.verdictAt(peakShare));
          const without = enforcedIn(s.verdictAt(undefined, plain));
          if (near !== undefined) expect(without).toBeDefined();
          // At the peak itself the bound changes nothing.
          if (part !== undefined && part >= 100) expect(near?.ruleId).toBe(without?.ruleId);
        }
      },
    ),
    { numRuns: 150 },
  );
});
