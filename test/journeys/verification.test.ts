/** What becomes of a log-off once it is begun: each way in which it can end, on the platform and in the record. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { deriveRouting, type UserState } from '../../src/sandbox/desk.ts';
import { ALL_PERMISSIONS } from '../../src/sandbox/index.ts';
import { endings, tornIntents } from './record.ts';
import { policyText, Shift, STARTS_AT, type ShiftOptions } from './shift.ts';

const ONE = { agents: 1, shiftMs: 2 * HOUR, seed: 5, inMemory: true } as const;

/** Logs off by revoking tokens alone, which may be without any effect on the presence. */
const REVOKE = policyText({
  rules: `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 40m, actions: [revoke_tokens] }`,
});

/** Revoking leaves the presence as it is. */
const DEAF = { revokeSetsOffline: false } as const;

interface Told {
  readonly shift: Shift;
  readonly events: readonly StoredEvent[];
  readonly desk: Readonly<UserState>;
}

/** Plays until that minute; `begin` prepares what happens. */
async function play(
  options: ShiftOptions,
  minutes: number,
  begin: (shift: Shift) => unknown = () => undefined,
): Promise<Told> {
  const shift = await Shift.begin(options);
  try {
    await begin(shift);
    await shift.until(minutes);
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    expect(shift.truth().disturbed).toEqual([]);
    return { shift, events, desk: deskOf(shift) };
  } finally {
    await shift.end();
  }
}

/** The only agent's desk, as the platform has it. */
function deskOf(shift: Shift): UserState {
  const [actor] = shift.sandbox.world.journals();
  if (actor === undefined) throw new Error('nobody is there');
  return actor.desk;
}

function minutesOf(events: readonly StoredEvent[]): readonly number[] {
  return events
    .filter(({ kind }) => kind === 'intent')
    .map(({ at }) => Math.round((at - STARTS_AT) / MINUTE));
}

/** Minutes between the tries. */
function pauses(events: readonly StoredEvent[]): readonly number[] {
  const minutes = minutesOf(events);
  return minutes.slice(1).map((minute, n) => minute - (minutes[n] ?? 0));
}

test('verified: Offline, and no newer token', async () => {
  const { events, desk, shift } = await play({ ...ONE, cast: ['went-home'] }, 150);
  expect(endings(events)).toEqual(['verified']);
  expect(desk.presence.system).toBe('OFFLINE');
  expect(desk.session).toBe(false);
  expect(shift.reports.map(({ outcomes }) => outcomes.verified).reduce((a, b) => a + b)).toBe(1);
});

describe('unverified', () => {
  test('nothing has happened: Offline is set once more, and that ends it', async () => {
    const { events, desk, shift } = await play(
      { ...ONE, cast: ['went-home'], policy: REVOKE, switches: DEAF },
      150,
    );
    expect(endings(events)).toEqual(['unverified: no_effect']);
    expect(desk.presence.system).toBe('OFFLINE');
    expect(shift.done('patchUserPresencesPurecloud')).toBe(1);
  });

  test('nothing has happened, and Offline may not be set: it is tried again after 2, 4, 8 … minutes', async () => {
    const permissions = ALL_PERMISSIONS.filter((name) => name !== 'presence:userPresence:edit');
    const { events } = await play(
      { ...ONE, cast: ['went-home'], policy: REVOKE, switches: DEAF, permissions },
      180,
    );
    expect(new Set(endings(events))).toEqual(new Set(['unverified: no_effect']));
    expect(pauses(events).slice(0, 4)).toEqual([2, 4, 8, 16]);
  });

  test('a browser is back before anyone has looked: nothing more is done now, the ladder answers', async () => {
    const { events, shift } = await play({ ...ONE, cast: ['sso-restored'] }, 150, (begun) => {
      begun.beforeReading((nth) => {
        return nth === 2 ? begun.clock.goOnTo(begun.clock.now() + 50 * SECOND) : undefined;
      });
    });
    expect(endings(events).slice(0, 2)).toEqual(['unverified: returned', 'verified']);
    expect(events.filter(({ kind }) => kind === 'intent').map(({ rung }) => rung)).toEqual([undefined, 0]);
    // Once in each log-off, and not once more in between.
    expect(shift.done('patchUserPresencesPurecloud')).toBe(2);
  });

  test('Offline, but with a newer token: a person has logged in', async () => {
    const { events } = await play({ ...ONE, cast: ['went-home'] }, 130, (begun) => {
      begun.beforeReading((nth) => {
        if (nth === 2) deskOf(begun).tokenAt = begun.clock.now() + SECOND;
      });
    });
    expect(endings(events)[0]).toBe('unverified: newer_token');
  });
});

describe('a person comes back', () => {
  /** Absent for long, and then really there. */
  const BACK = { ...ONE, cast: ['comes-back'], shiftMs: 5 * HOUR };

  /** When the agent of `BACK` comes back, told by a shift in which no agent is logged off. */
  let at = NaN;
  beforeAll(async () => {
    const { shift } = await play({ ...BACK, policy: policyText({ mode: 'observe' }) }, 300);
    const [actor] = shift.sandbox.world.journals();
    at = actor?.journal.presences[1]?.from ?? NaN;
  });

  /** The worker may act only from the sweep before that on, and the person comes just before its `nth` reading. */
  async function meet(nth: number): Promise<Told> {
    const before = STARTS_AT + Math.floor((at - STARTS_AT) / MINUTE) * MINUTE;
    return play(BACK, 300, async (begun) => {
      await begun.store.setPause({ since: STARTS_AT, until: before, reason: undefined });
      begun.beforeReading((reading) => {
        if (reading === nth && begun.clock.now() === before) begun.clock.windTo(at + SECOND);
      });
    });
  }

  test('between being due and being acted on: dropped, and not one request is sent', async () => {
    const { events, shift } = await meet(1);
    expect(endings(events)).toEqual(['dropped: no_rule']);
    expect(shift.writes).toEqual([]);
  });

  test('just after being logged off: the sign is seen, and the agent is left alone', async () => {
    const { events, shift } = await meet(2);
    expect(endings(events)).toEqual(['unverified: sign']);
    expect(shift.done('deleteToken')).toBe(1);
    expect(shift.done('patchUserPresencesPurecloud')).toBe(1);
  });
});

test('an interaction slips in before the queue is left: the former presence is put back, and nothing more is done', async () => {
  const { events, desk, shift } = await play({ ...ONE, cast: ['went-home-on-queue'] }, 150, (begun) => {
    begun.beforeReading((nth) => {
      const found = deskOf(begun);
      if (nth !== 2 || found.work.length > 0) return;
      // Off the queue already, and here comes a call that had been on its way.
      const at = begun.clock.now();
      found.work.push({ medium: 'call', side: 'contactCenter', phase: 'active', takenAt: at, phaseAt: at });
      deriveRouting(found, at);
    });
  });
  expect(endings(events)).toEqual(['dropped: engaged']);
  expect(desk).toMatchObject({ presence: { system: 'ON_QUEUE' }, onQueue: true, routing: 'INTERACTING' });
  expect(shift.done('deleteToken')).toBe(0);
});

test('a reading of more than ten seconds ago is not acted on', async () => {
  const { events, shift } = await play({ ...ONE, cast: ['went-home'] }, 150, ({ clock, store }) => {
    let slow = true;
    store.instead.saveStep = async (...step) => {
      await store.inner.saveStep(...step);
      // A disk that takes its time over an intention, once.
      if (!slow || !step[1].some(({ kind }) => kind === 'intent')) return;
      clock.windTo(clock.now() + 11 * SECOND);
      slow = false;
    };
  });
  expect(endings(events)).toEqual(['dropped: late', 'verified']);
  expect(pauses(events)).toEqual([1]);
  expect(shift.done('deleteToken')).toBe(1);
});

test('failed: what is transient is repeated within the sweep, then after 2, 4, 8 … minutes, until it works', async () => {
  const { events, shift } = await play(
    {
      ...ONE,
      cast: ['went-home'],
      faults: {
        tooManyRequests: { share: 1, operations: ['patchUserPresencesPurecloud'], to: 100 * MINUTE },
      },
    },
    150,
  );
  expect(endings(events).at(-1)).toBe('verified');
  expect(new Set(endings(events).slice(0, -1))).toEqual(new Set(['failed: transient']));
  // From the end of the last try, which had waited for the platform for half a minute.
  expect(pauses(events).slice(0, 3)).toEqual([3, 5, 9]);
  const tries = shift.sandbox.requests.operations['patchUserPresencesPurecloud'] ?? {};
  expect(Object.values(tries).reduce((a, b) => a + b)).toBeGreaterThan(2 * minutesOf(events).length);
});

test('forbidden: reported once, and looked at again once an hour', async () => {
  const permissions = ALL_PERMISSIONS.filter((name) => name !== 'presence:userPresence:edit');
  const { events, shift } = await play({ ...ONE, cast: ['went-home'], permissions }, 240);
  expect(new Set(endings(events))).toEqual(new Set(['failed: forbidden']));
  expect(new Set(pauses(events))).toEqual(new Set([60]));
  expect(shift.alarms.filter((kind) => kind === 'forbidden')).toHaveLength(1);
  expect(shift.log.find(({ alarm }) => alarm === 'forbidden')?.['detail']).toMatch(
    /presence:userPresence:edit/,
  );
  expect(shift.reports.at(-2)?.deferred.forbidden).toBe(1);
});
