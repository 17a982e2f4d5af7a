/** Shifts in which the platform, the network or a clock fails. */
import { expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { EVERYONE } from './casts.ts';
import { tornIntents } from './record.ts';
import { playShift, SLACK, type Played, type ShiftOptions } from './shift.ts';

/** Twenty-odd people, an hour and a half of work, and time for the limits to pass. */
const SHORT = {
  agents: EVERYONE.length,
  cast: EVERYONE,
  inMemory: true,
  shiftMs: 90 * MINUTE,
  hours: 2.25,
  seed: 4,
} as const;
/** Failed tries wait longer and longer, and sweeps that failed act on nobody. */
const PATIENCE = SLACK + 20 * MINUTE;

type Faults = NonNullable<ShiftOptions['faults']>;

function statuses({ shift }: Played): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const endings of Object.values(shift.sandbox.requests.operations)) {
    for (const [ending, count] of Object.entries(endings)) sums[ending] = (sums[ending] ?? 0) + count;
  }
  return sums;
}

const FAULTS: readonly (readonly [string, Faults, string | undefined])[] = [
  ['429 with Retry-After', { tooManyRequests: 0.08, retryAfterSeconds: 7 }, '429'],
  ['an access token that is dropped in mid-run', { droppedToken: 0.02 }, '401'],
  ['500, 502, 503 and 504, before and after taking effect', { serverError: 0.08 }, '500'],
  ['connections that are reset', { reset: 0.08 }, 'reset'],
  ['slow answers', { slow: 0.2, slowMs: 2 }, undefined],
  ['answers cut in the middle', { truncated: 0.08 }, undefined],
  ['pages that shift', { shifting: 0.3 }, undefined],
  [
    'expands that are not there',
    {
      missing: {
        presence: 0.05,
        routingStatus: 0.05,
        conversationSummary: 0.1,
        lasttokenissued: 0.1,
        groups: 0.05,
      },
    },
    undefined,
  ],
];

test.each(FAULTS)(
  'under %s no agent is disturbed, and absent agents are logged off in time',
  async (_, faults, ending) => {
    const played = await playShift({ ...SHORT, faults, slack: PATIENCE });
    const { truth, shift, events } = played;
    expect(truth.disturbed).toEqual([]);
    expect(truth.missed).toEqual([]);
    expect(truth.loggedOff).toBeGreaterThan(8);
    expect(tornIntents(events)).toEqual([]);
    expect(shift.reports.length).toBe(136);
    if (ending !== undefined) expect(statuses(played)[ending]).toBeGreaterThan(0);
  },
);

test('under everything at once no agent is disturbed', async () => {
  const faults: Faults = {
    tooManyRequests: 0.02,
    serverError: 0.03,
    reset: 0.03,
    truncated: 0.02,
    droppedToken: 0.01,
    shifting: 0.1,
    missing: { presence: 0.02, conversationSummary: 0.02, lasttokenissued: 0.02 },
  };
  const { truth, events } = await playShift({ ...SHORT, faults, slack: PATIENCE, seed: 9 });
  expect(tornIntents(events)).toEqual([]);
  expect(truth.disturbed).toEqual([]);
  expect(truth.missed).toEqual([]);
});

test.each([40, -40])('a clock %i s off is warned of, and the shift goes on', async (seconds) => {
  const { truth, shift } = await playShift({ ...SHORT, faults: { clockSkewMs: seconds * SECOND } });
  expect(truth.disturbed).toEqual([]);
  expect(truth.missed).toEqual([]);
  expect(shift.log.filter(({ level, msg }) => level === 'warn' && /clock/.test(msg)).length).toBeGreaterThan(
    0,
  );
  expect(shift.alarms).not.toContain('clock');
});

test.each([10, -10])(
  'a clock %i min off holds all action, and raises an alarm once an hour',
  async (minutes) => {
    const { shift, events } = await playShift({
      ...SHORT,
      hours: 2.2,
      faults: { clockSkewMs: minutes * MINUTE },
    });
    expect(shift.writes).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'intent')).toEqual([]);
    expect(shift.reports.at(-1)?.hold).toBe('clock');
    expect(shift.reports.some(({ deferred }) => (deferred.clock ?? 0) > 0)).toBe(true);
    expect(shift.alarms.filter((kind) => kind === 'clock').length).toBe(3);
  },
);
