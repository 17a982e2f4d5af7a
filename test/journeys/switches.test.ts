/** The platform's documentation leaves questions open: whichever way they are answered, a shift ends well. */
import { expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { EVERYONE } from './casts.ts';
import { tornIntents } from './record.ts';
import { playShift, type ShiftOptions } from './shift.ts';

type Switches = NonNullable<ShiftOptions['switches']>;

const SHORT = {
  agents: EVERYONE.length,
  cast: EVERYONE,
  inMemory: true,
  shiftMs: 90 * MINUTE,
  hours: 2,
  seed: 11,
} as const;

/** Every answer that is not the sandbox's default; those that have nothing to do with each other share a shift. */
const ANSWERS: readonly Switches[] = [
  { revokeSetsOffline: false, cursorListing: 'forbidden' },
  { revokeSetsOffline: 45 * SECOND, cursorListing: 'missing' },
  { revokeKeepsRouting: true, presenceSpelling: 'spaced' },
  { revokeSetsOffline: false, revokeKeepsRouting: true, forceAuthn: true },
  { tokenMovesOnSilentReturn: false },
  { restoredDate: 'former' },
  { samePresenceMovesDate: false, cursorListing: 'missing', numberedListingWall: 500 },
  { presenceAfterOffQueue: 'kept' },
  { nativeTimeoutMinutes: 'off', reconnectMinutes: 1 },
  { nativeTimeoutMinutes: 15 },
  { nativeTimeoutMinutes: 60, reconnectMinutes: 60 },
  { restoreOnQueue: false },
];

test.each(ANSWERS.map((answer) => [JSON.stringify(answer), answer] as const))(
  'when %s',
  async (_, switches) => {
    const { truth, shift, events } = await playShift({ ...SHORT, switches });
    expect(tornIntents(events)).toEqual([]);
    expect(truth.disturbed).toEqual([]);
    expect(truth.missed).toEqual([]);
    expect(truth.loggedOff).toBeGreaterThan(8);
    expect(shift.sandbox.requests.unknown).toEqual([]);
  },
);

test.each([
  ['of a few dozen', { maxPageSize: { users: 30, usersQuery: 30, others: 100 } }],
  [
    'whose last, though full, still has a cursor',
    { lastFullPageHasCursor: true, maxPageSize: { users: 36, usersQuery: 36, others: 100 } },
  ],
  [
    'of a few dozen, by number',
    { cursorListing: 'missing', maxPageSize: { users: 30, usersQuery: 30, others: 100 } },
  ],
] satisfies [string, Switches][])('with pages %s', async (_, switches) => {
  const { truth, shift } = await playShift({ ...SHORT, agents: 72, switches });
  expect(truth.disturbed).toEqual([]);
  expect(truth.missed).toEqual([]);
  expect(truth.loggedOff).toBeGreaterThan(24);
  expect(Math.min(...shift.reports.slice(-10).map(({ listed }) => listed))).toBe(72);
});

/** Mixed so that each pair of answers meets in some of them. */
const MIXES: readonly Switches[] = [
  { tokenMovesOnSilentReturn: false, restoredDate: 'former', nativeTimeoutMinutes: 15, reconnectMinutes: 60 },
  {
    tokenMovesOnSilentReturn: false,
    revokeSetsOffline: false,
    presenceAfterOffQueue: 'kept',
    restoreOnQueue: false,
  },
  {
    revokeKeepsRouting: true,
    restoredDate: 'former',
    samePresenceMovesDate: false,
    presenceSpelling: 'spaced',
  },
  {
    revokeSetsOffline: 45 * SECOND,
    reconnectMinutes: 1,
    presenceAfterOffQueue: 'kept',
    nativeTimeoutMinutes: 15,
  },
  { revokeSetsOffline: false, restoredDate: 'former', reconnectMinutes: 60, cursorListing: 'missing' },
];

test.each(MIXES.map((mix, n) => [n + 1, mix] as const))('mix %i of the answers', async (n, switches) => {
  const { truth } = await playShift({ ...SHORT, switches, seed: 20 + n });
  expect(truth.disturbed).toEqual([]);
  // A bounce that nobody saw and that moved no token looks like a person's click: it protects, as the design wants it.
  const hidden = switches.tokenMovesOnSilentReturn === false ? ['native-bouncer'] : [];
  expect(truth.missed.filter(({ archetype }) => !hidden.includes(archetype))).toEqual([]);
});
