/** Rules and exemptions by the agents' own schedules, from the reading of a schedule to the verdict. */
import { expect, test } from '@jest/globals';
import type { Agent, Observation } from '../../../src/domain/agent.ts';
import { contextFor, evaluate, type Evaluation } from '../../../src/domain/judging/evaluate.ts';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import {
  noShifts,
  shiftsOf,
  type Activity,
  type RuleHours,
  type Shifts,
} from '../../../src/domain/time/shifts.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { stateBody, stateOf } from '../../../src/store/codec.ts';
import { agent, asClockTime, clockTime, exemption, matcher, policy, profile, rule } from '../build.ts';

function hours(side: 'during' | 'outside', late = 0): RuleHours {
  return { calendar: { name: 'shift', source: 'wfm', early: 0, late }, side };
}

function shifts(from: string, to: string, at: string, activities?: readonly Activity[]): Shifts {
  const span = { from: clockTime(from), to: clockTime(to) };
  const plan = activities ?? [{ ...span, category: 'on_queue_work' as const }];
  return shiftsOf(
    { shifts: [{ ...span, activities: plan }], daysOff: [] },
    clockTime(at),
    clockTime(at) + 18 * HOUR,
  );
}

/** An agent who chose Available at eight and has shown no sign since is looked at each minute. */
class Watched {
  state: AgentState | undefined;
  last: Evaluation | undefined;
  readonly #policy: Policy;

  constructor(parts: Partial<Policy>) {
    this.#policy = policy(parts);
  }

  /** One look at this time, as by a clock that is set. */
  look(time: string, read?: Shifts): Evaluation['verdict'] {
    this.#look(clockTime(time), { ...agent(), shifts: read }, {});
    return this.last!.verdict;
  }

  until(time: string, read?: Shifts, more: Partial<Observation> = {}): Evaluation['verdict'] {
    const from = this.state === undefined ? clockTime('08:00') : this.state.seenAt + MINUTE;
    for (let at = from; at <= clockTime(time); at += MINUTE)
      this.#look(at, { ...agent(), shifts: read }, more);
    return this.last!.verdict;
  }

  #look(at: number, who: Agent, more: Partial<Observation>): void {
    const observation: Observation = {
      agentId: who.id,
      at,
      presence: { system: 'AVAILABLE', definitionId: undefined, since: clockTime('08:00') },
      routing: { status: 'OFF_QUEUE', since: clockTime('08:00') },
      conversations: { contactCentre: 0, enterprise: 0 },
      tokenIssuedAt: clockTime('07:59'),
      missing: [],
      ...more,
    };
    const watch = { policy: this.#policy, usualInterval: MINUTE, clockJumped: false, nativeTimeouts: [] };
    // As after a restart.
    const read = this.state && stateOf(who.id, stateBody(this.state));
    const before = read?.ok === true ? read.value : undefined;
    this.last = evaluate(before, observation, contextFor(who, watch), this.#policy);
    this.state = this.last.state;
  }
}

const AFTER_SHIFT = {
  profiles: [profile({ rules: [rule({ id: 'after', hours: hours('outside', 15 * MINUTE), limit: '30m' })] })],
};

test('after the shift, and the time that it is widened by, a rule outside of it counts', () => {
  const s = new Watched(AFTER_SHIFT);
  const during = s.until('12:00', shifts('07:30', '17:00', '08:00'));
  expect([during.reason, asClockTime(during.nextAt!)]).toEqual(['outside_hours', '17:45']);
  s.until('16:59', shifts('07:30', '17:00', '12:00'));
  expect(s.until('17:44', shifts('09:00', '17:00', '16:00')).reason).toBe('waiting');
  expect(s.until('17:45').due?.ruleId).toBe('after');
});

test('a shift that is prolonged before its end moves the rule with it', () => {
  const s = new Watched(AFTER_SHIFT);
  s.until('16:30', shifts('07:30', '17:00', '07:55'));
  const longer = s.until('17:50', shifts('09:00', '19:00', '16:50'));
  expect([longer.reason, asClockTime(longer.nextAt!)]).toEqual(['outside_hours', '19:45']);
});

test('an agent whose schedule is not known, or not known any more, is never due by it', () => {
  expect(new Watched(AFTER_SHIFT).until('23:00')).toMatchObject({
    reason: 'outside_hours',
    nextAt: undefined,
    detail: 'no schedule is known',
  });
  const unscheduled = new Watched(AFTER_SHIFT);
  expect(unscheduled.until('23:00', noShifts(clockTime('22:00'))).reason).toBe('outside_hours');
  const old = new Watched(AFTER_SHIFT);
  old.until('13:59', shifts('09:00', '13:45', '08:00'));
  // Fifteen minutes before the rule would be due the schedule is six hours old.
  expect(old.until('23:00')).toMatchObject({ reason: 'outside_hours', due: undefined });
});

test('that no schedule is known is told where one of the rules counts by it, and only then', () => {
  const [profileOfShifts] = AFTER_SHIFT.profiles;
  const plain = rule({ id: 'plain', limit: '24h' });
  const both = profile({ rules: [...profileOfShifts!.rules, plain] });
  const detail = (rules: Policy['profiles'][number], read?: Shifts): string | undefined =>
    new Watched({ profiles: [rules] }).until('09:30', read).detail;
  expect(detail(both)).toBe('no schedule is known');
  expect(detail(both, shifts('09:00', '17:00', '08:00'))).toBeUndefined();
  expect(detail(profile({ rules: [plain] }))).toBeUndefined();
});

test('a rule during the shift counts in it alone, and says when it will be due', () => {
  const s = new Watched({ profiles: [profile({ rules: [rule({ hours: hours('during'), limit: '60m' })] })] });
  const early = s.until('08:30', shifts('09:00', '17:00', '08:00'));
  expect([early.reason, asClockTime(early.nextAt!)]).toEqual(['outside_hours', '10:00']);
  expect(s.until('09:59').reason).toBe('waiting');
  expect(s.until('10:00').reason).toBe('due');
});

test('an interaction protects, whatever the schedule says', () => {
  const s = new Watched(AFTER_SHIFT);
  const talking = { conversations: { contactCentre: 1, enterprise: 0 } };
  expect(s.until('20:00', shifts('09:00', '17:00', '16:00'), talking).reason).toBe('engaged');
});

const EXEMPT = {
  exempt: [exemption({ label: 'planned', scheduled: new Set(['meeting', 'training'] as const) })],
};
const MEETING: readonly Activity[] = [
  { from: clockTime('09:00'), to: clockTime('10:00'), category: 'on_queue_work' },
  { from: clockTime('10:00'), to: clockTime('12:00'), category: 'meeting' },
  { from: clockTime('12:00'), to: clockTime('17:00'), category: 'on_queue_work' },
];

test('who is scheduled for a meeting is exempt for as long as it lasts', () => {
  const s = new Watched(EXEMPT);
  expect(s.until('09:30', shifts('09:00', '17:00', '08:00', MEETING)).reason).toBe('due');
  expect(s.until('11:59')).toMatchObject({ reason: 'exempt', detail: 'planned' });
  expect(s.until('12:00').reason).toBe('due');
});

test('a clock that is set back in a meeting takes nothing from the schedule that is still to come', () => {
  const s = new Watched(EXEMPT);
  const read = shifts('09:00', '17:00', '08:00', MEETING);
  s.until('10:30', read);
  expect(s.look('10:28', read).reason).toBe('exempt');
  expect([s.until('11:59', read).reason, s.until('12:00', read).reason]).toEqual(['exempt', 'due']);
  const after = new Watched(AFTER_SHIFT);
  const later = shifts('09:00', '17:00', '12:00');
  after.until('16:30', later);
  expect(asClockTime(after.look('16:28', later).nextAt!)).toBe('17:45');
});

test('a schedule that was read by a clock that ran ahead says nothing once that is set right: the exemption protects until it is read again', () => {
  const s = new Watched(EXEMPT);
  s.until('10:30', shifts('09:00', '17:00', '08:00', MEETING));
  const ahead = noShifts(clockTime('20:30'));
  expect(s.look('20:31', ahead).reason).toBe('due');
  expect(s.look('10:32')).toMatchObject({ reason: 'unknown', detail: 'schedule' });
  expect(s.until('10:40').reason).toBe('unknown');
  expect(s.until('10:41', shifts('09:00', '17:00', '10:40', MEETING)).reason).toBe('exempt');
});

test('where the schedule is not known, the exemption protects, and says so', () => {
  const unknown = { reason: 'unknown', detail: 'schedule', due: undefined };
  expect(new Watched(EXEMPT).until('09:30')).toMatchObject(unknown);
  const old = new Watched(EXEMPT);
  old.until('13:59', shifts('09:00', '17:00', '08:00', MEETING));
  expect(old.until('14:00')).toMatchObject(unknown);
  // The reading itself is whole: the clocks go on, and nothing is said of readings that cannot be used.
  expect(old.state?.unread).toBeUndefined();
  expect(old.until('14:10', shifts('09:00', '17:00', '14:05', MEETING)).reason).toBe('due');
});

test('an agent of whom it is known that they have no schedule is not exempt by one', () => {
  expect(new Watched(EXEMPT).until('09:30', noShifts(clockTime('08:00'))).reason).toBe('due');
});

test('an agent whom the exemption does not mean is judged without their schedule', () => {
  const match = matcher({ groups: ['others'] });
  const others = { exempt: [exemption({ match, scheduled: new Set(['meeting'] as const) })] };
  expect(new Watched(others).until('09:30').reason).toBe('due');
});

test('a schedule that says the same each minute is not stored each minute', () => {
  const s = new Watched(AFTER_SHIFT);
  s.until('08:10', shifts('09:00', '17:00', '08:00'));
  expect(s.last?.changed).toBe(false);
  s.until('08:11', shifts('09:00', '18:00', '08:11'));
  expect(s.last?.changed).toBe(true);
});
