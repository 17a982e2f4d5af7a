/** What `explain` says of an agent's schedule, where rules or exemptions ask for it. */
import { expect, test } from '@jest/globals';
import { scheduleSentences, scheduleShown } from '../../../src/commands/explain/schedule.ts';
import { timesIn } from '../../../src/commands/shared/times.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { noShifts, shiftsOf, type Shifts } from '../../../src/domain/time/shifts.ts';
import { clockTime, exemption, policy, profile, rule } from '../../domain/build.ts';
import { stateOf } from '../../store/examples.ts';

const BY_SHIFT = profile({
  rules: [
    rule({ hours: { calendar: { name: 'shift', source: 'wfm', early: 0, late: 0 }, side: 'outside' } }),
  ],
});
const SPAN = { from: clockTime('09:00'), to: clockTime('17:00') };
const MEETING = { from: clockTime('10:00'), to: clockTime('11:00'), category: 'meeting' as const };
const SHIFT = shiftsOf(
  {
    shifts: [{ ...SPAN, activities: [{ ...SPAN, to: MEETING.from, category: 'on_queue_work' }, MEETING] }],
    daysOff: [],
  },
  clockTime('08:00'),
  clockTime('26:00'),
);

function told(
  at: string,
  shifts: Shifts | undefined,
  by: Policy = policy({ profiles: [BY_SHIFT] }),
): readonly string[] {
  const state = { ...stateOf('a', clockTime('08:00')), shifts };
  const shown = scheduleShown(state, by.profiles[0], by, clockTime(at));
  return scheduleSentences(shown, timesIn('UTC', clockTime(at)));
}

const READ = 'By the schedule that was read at 08:00:00';

test('the shift is named, and what the agent is scheduled for in it', () => {
  expect(told('09:30', SHIFT)).toEqual([`${READ} the agent is in a shift, 09:00:00 to 17:00:00.`]);
  expect(told('10:30', SHIFT)).toEqual([
    `${READ} the agent is in a shift, 09:00:00 to 17:00:00, scheduled for meeting.`,
  ]);
  expect(told('11:30', SHIFT)[0]).toContain('and what they are scheduled for is not known');
});

test('outside of a shift the last and the next are named', () => {
  expect(told('08:30', SHIFT)).toEqual([
    `${READ} the agent is outside of a shift; the next begins at 09:00:00.`,
  ]);
  const evening = { ...SHIFT, readAt: clockTime('16:00') };
  expect(told('18:00', evening)[0]).toContain('the last ended at 17:00:00');
});

test('it is said why an agent is on neither side', () => {
  expect(told('09:30', undefined)[0]).toContain('No schedule has been read yet');
  expect(told('09:30', noShifts(clockTime('08:00')))[0]).toContain('nothing is published around now');
  expect(told('14:00', SHIFT)[0]).toBe(
    'The schedule was last read at 08:00:00. After 6h it is not known any more: the agent is neither during nor outside a shift.',
  );
});

test('where no rule and no exemption asks for schedules, nothing is said of them', () => {
  expect(told('09:30', SHIFT, policy())).toEqual([]);
  const exempt = [exemption({ scheduled: new Set(['meeting'] as const) })];
  expect(told('09:30', SHIFT, policy({ exempt }))).toHaveLength(1);
});
