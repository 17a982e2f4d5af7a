/** What wakes the person on call: each alarm begins with its cause, is said once, and is over when the cause has gone. */
import { expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { WORKING } from './casts.ts';
import { playShift, policyText, type Played, type ShiftOptions } from './shift.ts';

const PEOPLE = [...WORKING, 'went-home', 'overran-break', 'locked-screen'];
const SHORT = { agents: PEOPLE.length, cast: PEOPLE, shiftMs: 2 * HOUR, seed: 6, inMemory: true } as const;

/** From minute 30 on, for half an hour. */
function forHalfAnHour(operations: readonly string[]): {
  share: number;
  from: number;
  to: number;
  operations: readonly string[];
} {
  return { share: 1, from: 30 * MINUTE, to: 60 * MINUTE, operations };
}

const CAUSES: readonly (readonly [string, string, ShiftOptions, RegExp])[] = [
  [
    'blind',
    'no complete sweep',
    { faults: { serverError: forHalfAnHour(['getUsersQuery', 'getUsers']) } },
    /no agent can be watched/,
  ],
  [
    'blind',
    'nothing that can be counted in complete sweeps',
    { faults: { missing: { presence: forHalfAnHour(['getUsersQuery']) } } },
    /no agent can be watched/,
  ],
  [
    'unknown_share',
    'more than one reading in twenty that cannot be used',
    { faults: { missing: { routingStatus: { ...forHalfAnHour(['getUsersQuery']), share: 0.5 } } } },
    /readings cannot be used/,
  ],
];

function said({ shift }: Played, kind: string): readonly string[] {
  return shift.log.flatMap(({ level, alarm, msg }) =>
    alarm === kind ? [level === 'error' ? msg : 'over'] : [],
  );
}

test.each(CAUSES)('%s: %s', async (kind, _, cause, sentence) => {
  const played = await playShift({ ...SHORT, ...cause, hours: 2 });
  const lines = said(played, kind);
  expect(lines[0]).toMatch(sentence);
  expect(lines.at(-1)).toBe('over');
  // Over in between, if at all, it begins again: never twice for one cause within the hour.
  expect(lines.filter((line, n) => line === lines[n - 1])).toEqual([]);
  expect(played.metrics).toMatch(
    new RegExp(`^idle_enforcer_alarms_total\\{kind="${kind}",organisation="default"\\} [1-9]`, 'm'),
  );
  expect(played.truth.disturbed).toEqual([]);
  expect(played.shift.reports.at(-1)).toMatchObject({ complete: true, hold: undefined });
});

test('blind begins with the tenth sweep in a row, and is said again after an hour', async () => {
  const serverError = { share: 1, from: 20 * MINUTE, operations: ['getUsersQuery', 'getUsers'] };
  const { shift, metrics } = await playShift({ ...SHORT, agents: 5, faults: { serverError }, hours: 1.75 });
  const at = shift.log.filter(({ alarm }) => alarm === 'blind').map(({ sweeps }) => sweeps);
  expect(at[0]).toBe(10);
  expect(at).toHaveLength(2);
  expect(metrics).toMatch(/^idle_enforcer_sweeps_total\{outcome="incomplete",organisation="default"\} \d\d/m);
  expect(shift.writes).toEqual([]);
});

test('an organisation that lists no users for 35 sweeps is blind from the tenth on, and says why', async () => {
  const { shift } = await playShift({
    ...SHORT,
    agents: 5,
    hours: 1.25,
    onMinute: (minute, { platform }) => {
      if (minute !== 20) return;
      const { directory } = platform;
      let left = 35;
      directory.instead.sweep = (onPage, signal) => {
        left -= 1;
        return left < 0
          ? directory.inner.sweep(onPage, signal)
          : directory.inner.sweep(() => undefined, signal);
      };
    },
  });
  const lines = shift.log.filter(({ alarm }) => alarm === 'blind');
  expect(lines.map(({ level, sweeps, fault }) => [level, sweeps, fault])).toEqual([
    ['error', 10, 'the platform lists no users'],
    ['info', undefined, undefined],
  ]);
});

test('overdue people, and ten sweeps in which no log-off takes effect', async () => {
  const policy = policyText({
    rules: `
      - { id: gone, when: { presence: [available, away, break, busy, idle], routing: [off_queue] }, limit: 40m, actions: [revoke_tokens] }`,
  });
  const faults = { tooManyRequests: { share: 1, operations: ['deleteToken'], to: 130 * MINUTE } };
  const played = await playShift({ ...SHORT, policy, faults, hours: 3 });
  expect(said(played, 'ineffective')[0]).toMatch(/no log-off takes effect/);
  expect(said(played, 'ineffective').at(-1)).toBe('over');
  expect(played.truth.disturbed).toEqual([]);
  expect(played.truth.loggedOff).toBe(3);
});

test('a quiet shift raises no alarm', async () => {
  // This cast has no supervisor, and a profile that no agent fits is worth a warning.
  const policy = policyText().replace(/ {2}- name: supervisors[^]*?(?= {2}- name: agents)/, '');
  const { shift } = await playShift({ ...SHORT, policy, hours: 2.5 });
  expect(shift.alarms).toEqual([]);
  expect(
    shift.log.filter(
      ({ level, msg }) => level === 'error' || (level === 'warn' && msg !== 'the policy has a warning'),
    ),
  ).toEqual([]);
});
