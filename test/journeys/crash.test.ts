/** Restarts, and power cuts at the worst moments. */
import { expect, test } from '@jest/globals';
import type { EventKind, RecordEvent } from '../../src/domain/record.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import { deriveRouting, type UserState } from '../../src/sandbox/desk.ts';
import { endings, logoffs, tornIntents } from './record.ts';
import { playShift, Shift, SLACK } from './shift.ts';

/** Three people who go home and stay away. Whoever is logged off twice shows in the requests. */
const GONE = { agents: 3, cast: ['went-home'], shiftMs: 90 * MINUTE, seed: 5 } as const;
const HOURS = 1.75;

const TOLD = 'told after an interruption';

/** The machine is switched off: whatever the worker was about to do, it does no more. */
class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

function has(events: readonly RecordEvent[], kind: EventKind): boolean {
  return events.some((event) => event.kind === kind);
}

/** From here on no write of this worker reaches the disk. */
function cutPower(shift: Shift): never {
  const { store } = shift;
  const dark = (): Promise<never> => Promise.reject(new PowerCut('no power'));
  store.instead.saveStep = dark;
  store.instead.saveSweep = dark;
  throw new PowerCut('no power');
}

/** Cuts the power when a step with such an event is to be written, before it is on disk or just after. */
function cutAtStep(kind: EventKind, when: 'before' | 'after'): (shift: Shift) => void {
  return (shift) => {
    const { store } = shift;
    store.instead.saveStep = async (memories, events, standing) => {
      const now = has(events, kind);
      if (now && when === 'before') cutPower(shift);
      await store.inner.saveStep(memories, events, standing);
      if (now) cutPower(shift);
    };
  };
}

function cutAtSweep(when: 'before' | 'after'): (shift: Shift) => void {
  return (shift) => {
    const { store } = shift;
    store.instead.saveSweep = async (record) => {
      if (when === 'before') cutPower(shift);
      await store.inner.saveSweep(record);
      cutPower(shift);
    };
  };
}

function cutAtAction(action: Action, when: 'before' | 'after'): (shift: Shift) => void {
  return (shift) => {
    const { effects } = shift.platform;
    effects.instead.perform = async (wanted, ...rest) => {
      if (wanted === action && when === 'before') cutPower(shift);
      const result = await effects.inner.perform(wanted, ...rest);
      if (wanted === action) cutPower(shift);
      return result;
    };
  };
}

const PLAIN = await playShift({ ...GONE, hours: HOURS, inMemory: true });
/** The minute of the shift in which the first of them is logged off. */
const FIRST = minuteOf(PLAIN.events.find(({ kind }) => kind === 'intent')?.at ?? NaN);

/** The first agent's desk, as the platform has it. */
function deskOf(shift: Shift): UserState {
  const [actor] = shift.sandbox.world.journals();
  if (actor === undefined) throw new Error('nobody is there');
  return actor.desk;
}

function minuteOf(at: number): number {
  return Math.round((at - Date.parse('2026-03-02T14:00:00Z')) / 60_000);
}

test('without a power cut each of them is logged off once', () => {
  expect(endings(PLAIN.events)).toEqual(['verified', 'verified', 'verified']);
  expect(PLAIN.shift.done('deleteToken')).toBe(3);
});

const CUTS: readonly (readonly [string, (shift: Shift) => void, readonly string[]])[] = [
  ['before the sweep is saved', cutAtSweep('before'), []],
  ['after the sweep is saved', cutAtSweep('after'), []],
  ['before the intention is written', cutAtStep('intent', 'before'), []],
  [
    'after the intention is written',
    cutAtStep('intent', 'after'),
    [`unverified: ${TOLD}; not known to be done: offline, revoke_tokens`],
  ],
  [
    'before the presence is set',
    cutAtAction('offline', 'before'),
    [`unverified: ${TOLD}; not known to be done: offline, revoke_tokens`],
  ],
  [
    'after the presence is set',
    cutAtAction('offline', 'after'),
    [`verified: ${TOLD}; not known to be done: revoke_tokens`],
  ],
  [
    'before the tokens are revoked',
    cutAtAction('revoke_tokens', 'before'),
    [`verified: ${TOLD}; not known to be done: revoke_tokens`],
  ],
  [
    'just when the tokens were revoked',
    cutAtAction('revoke_tokens', 'after'),
    [`verified: ${TOLD}; not known to be done: revoke_tokens`],
  ],
  ['before the outcome is written', cutAtStep('verified', 'before'), [`verified: ${TOLD}`]],
  ['after the outcome is written', cutAtStep('verified', 'after'), []],
];

test.each(CUTS)(
  'a power cut %s: nothing is lost, nothing is done twice, no clock starts anew',
  async (_, cut, told) => {
    const shift = await Shift.begin(GONE);
    try {
      await shift.until(FIRST);
      cut(shift);
      await shift.until(FIRST + 1);
      await shift.kill();
      await shift.open();
      await shift.until(HOURS * 60 + 1);
      const events = await shift.events();
      expect(tornIntents(events)).toEqual([]);
      expect(endings(events).filter((ending) => ending.includes('interruption'))).toEqual(told);
      expect(endings(events).filter((ending) => ending.startsWith('verified'))).toHaveLength(3);
      // Everyone but the first at their time, and the first at the latest one sweep after it.
      expect(logoffs(events).slice(-2)).toEqual(logoffs(PLAIN.events).slice(-2));
      expect(minuteOf(events.filter(({ kind }) => kind === 'verified')[0]?.at ?? NaN)).toBeLessThanOrEqual(
        FIRST + 1,
      );
      expect(shift.done('deleteToken')).toBeLessThanOrEqual(3);
      expect(shift.truth(SLACK)).toMatchObject({ disturbed: [], missed: [], loggedOff: 3, logoffs: 3 });
    } finally {
      await shift.end();
    }
  },
);

test('what became of an interrupted log-off is told by a whole sweep, not by what was remembered before it', async () => {
  const shift = await Shift.begin({ ...GONE, agents: 1 });
  try {
    cutAtAction('offline', 'after')(shift);
    let minute = 0;
    while (shift.done('patchUserPresencesPurecloud') === 0) await shift.until((minute += 1));
    await shift.kill();
    await shift.open();
    const { directory } = shift.platform;
    directory.instead.sweep = async (_, signal) => {
      directory.instead.sweep = undefined;
      const summary = await directory.inner.sweep(() => undefined, signal);
      return { ...summary, complete: false, fault: 'a page could not be read' };
    };
    await shift.until(minute + 1);
    expect(endings(await shift.events())).toEqual([]);
    await shift.until(minute + 2);
    expect(endings(await shift.events())).toEqual([`verified: ${TOLD}; not known to be done: revoke_tokens`]);
  } finally {
    await shift.end();
  }
});

test('a power cut just after the queue was left, with a call in that very moment: the queue is given back at the next start', async () => {
  const shift = await Shift.begin({ ...GONE, agents: 1, cast: ['went-home-on-queue'] });
  try {
    const { effects } = shift.platform;
    effects.instead.perform = async (action, ...rest) => {
      if (action !== 'off_queue') return effects.inner.perform(action, ...rest);
      const desk = deskOf(shift);
      const at = shift.clock.now();
      desk.work.push({ medium: 'call', side: 'contactCenter', phase: 'active', takenAt: at, phaseAt: at });
      deriveRouting(desk, at);
      await effects.inner.perform(action, ...rest);
      cutPower(shift);
    };
    let minute = 0;
    while (shift.done('putUserRoutingstatus') === 0) await shift.until((minute += 1));
    expect(deskOf(shift)).toMatchObject({ presence: { system: 'AVAILABLE' }, routing: 'INTERACTING' });
    await shift.kill();
    await shift.open();
    await shift.until(minute + 1);
    expect(deskOf(shift)).toMatchObject({ presence: { system: 'ON_QUEUE' }, routing: 'INTERACTING' });
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    expect(endings(events)).toEqual(['dropped: engaged']);
    expect(events.find(({ kind }) => kind === 'dropped')?.actions).toEqual(['off_queue']);
    expect(shift.done('deleteToken')).toBe(0);
  } finally {
    await shift.end();
  }
});

test('a worker that is restarted every ten minutes logs the same people off in the same minutes', async () => {
  const shift = await Shift.begin(GONE);
  try {
    await shift.until(HOURS * 60 + 1, async (minute) => {
      if (minute === 0 || minute % 10 !== 0) return;
      await shift.stop();
      await shift.open();
    });
    expect(logoffs(await shift.events())).toEqual(logoffs(PLAIN.events));
  } finally {
    await shift.end();
  }
});
