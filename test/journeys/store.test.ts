/** The store fails in the middle, or two workers want it. */
import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/domain/time.ts';
import { EVERYONE } from './casts.ts';
import { endings, logoffs, tornIntents } from './record.ts';
import { playShift, policyText, Shift, SLACK } from './shift.ts';

const GONE = { agents: 3, cast: ['went-home'], shiftMs: 2 * HOUR, seed: 5 } as const;

/** From one minute to another every write to the store fails, as on a full disk. */
function fullDisk(shift: Shift, from: number, to: number): void {
  const { store } = shift;
  const full = (): boolean => shift.minute >= from && shift.minute < to;
  const broken = (): Promise<never> => Promise.reject(new Error('database or disk is full'));
  const saveSweep = store.saveSweep.bind(store);
  store.saveSweep = (record) => (full() ? broken() : saveSweep(record));
  const saveStep = store.saveStep.bind(store);
  store.saveStep = (...step) => (full() ? broken() : saveStep(...step));
  const holdLease = store.holdLease.bind(store);
  store.holdLease = (...lease) => (full() ? broken() : holdLease(...lease));
  const takeResume = store.takeResume.bind(store);
  store.takeResume = () => (full() ? broken() : takeResume());
}

test('while nothing can be written nothing is done, but everyone is watched; then it goes on by itself', async () => {
  const unable: number[] = [];
  const { shift, truth, events } = await playShift({
    ...{ agents: EVERYONE.length, cast: EVERYONE, shiftMs: 2 * HOUR, hours: 3, seed: 4 },
    slack: SLACK + 22 * MINUTE,
    onMinute: (minute, played) => {
      if (minute === 0) fullDisk(played, 70, 90);
      if (minute === 71 || minute === 91) unable.push(played.done('patchUserPresencesPurecloud'));
    },
  });
  expect(truth.disturbed).toEqual([]);
  // What a worker sees for so long without its lease is forgotten. A bounce in that time is a stamp that moved in a gap:
  // it protects, as the design wants it.
  expect(truth.missed.filter(({ archetype }) => archetype !== 'native-bouncer')).toEqual([]);
  expect(tornIntents(events)).toEqual([]);
  expect(unable[0]).toBe(unable[1]);
  const meanwhile = shift.reports.slice(71, 90);
  expect(meanwhile.every(({ complete, seen }) => complete && seen === EVERYONE.length)).toBe(true);
  expect(meanwhile.some(({ verdicts }) => verdicts.due > 0)).toBe(true);
  expect(shift.alarms.filter((kind) => kind === 'store')).toHaveLength(1);
  expect(shift.reports.at(-1)?.hold).toBeUndefined();
});

test('an outcome that could not be written is made up for when the store is back, without a restart', async () => {
  const shift = await Shift.begin(GONE);
  try {
    const { store } = shift;
    const saveStep = store.saveStep.bind(store);
    let failed = 0;
    store.saveStep = (memories, events, standing) => {
      if (failed > 0 || !events.some(({ kind }) => kind === 'verified'))
        return saveStep(memories, events, standing);
      failed += 1;
      return Promise.reject(new Error('database or disk is full'));
    };
    await shift.until(150);
    const events = await shift.events();
    expect(failed).toBe(1);
    expect(tornIntents(events)).toEqual([]);
    expect(endings(events)).toEqual(['verified: told after an interruption', 'verified', 'verified']);
    expect(shift.alarms).toEqual(['store']);
    expect(shift.log.filter(({ msg }) => msg === 'the cause of an alarm has gone')).toHaveLength(1);
  } finally {
    await shift.end();
  }
});

test('a lease that cannot be renewed stops all action, and is no reason to stop watching', async () => {
  const shift = await Shift.begin(GONE);
  try {
    await shift.until(30);
    const { store } = shift;
    const holdLease = store.holdLease.bind(store);
    store.holdLease = () => Promise.reject(new Error('database is locked'));
    await shift.until(110);
    expect(shift.writes).toEqual([]);
    store.holdLease = holdLease;
    // Another worker might have come and gone: what this one saw without its lease is forgotten, like any outage.
    await shift.until(160);
    expect(await shift.events('gap')).toHaveLength(1);
    expect(logoffs(await shift.events())).toHaveLength(3);
  } finally {
    await shift.end();
  }
});

test('of two workers on one store only one sweeps; the other takes over when it ends, with all that it knew', async () => {
  const shift = await Shift.begin(GONE);
  try {
    await shift.until(10);
    const first = shift.assembly;
    const second = await shift.open();
    // The second sweeps just after the first: each time it is turned away, and says so once.
    await shift.until(30, () => shift.sweep(first));
    expect(shift.log.filter(({ msg }) => msg.startsWith('another worker holds the store'))).toHaveLength(1);
    const swept = shift.reports.length;
    await shift.stop(first);
    await shift.until(31);
    expect(shift.reports.length).toBe(swept + 1);
    expect(shift.assembly).toBe(second);
    expect(shift.reports.at(-1)).toMatchObject({ hold: undefined, complete: true });
    await shift.until(150);
    const plain = await playShift({ ...GONE, hours: 2.5, inMemory: true });
    expect(logoffs(await shift.events())).toEqual(logoffs(plain.events));
  } finally {
    await shift.end();
  }
});

test('a damaged store is an alarm that is counted, and told through channels that are counted from nought', async () => {
  const hook = 'notify: [{ name: ops, type: webhook, url: "http://127.0.0.1:9/", on: [store] }]\n';
  const shift = await Shift.begin({ ...GONE, policy: policyText() + hook });
  const told = (): Promise<string> => shift.metrics.registry.metrics();
  try {
    for (const outcome of ['delivered', 'failed', 'given_up']) {
      expect(await told()).toContain(`notifications_total{channel="ops",outcome="${outcome}"} 0\n`);
    }
    expect(await told()).toContain('alarms_total{kind="store"} 0\n');
    await shift.kill();
    writeFileSync(shift.dbPath, 'no database any more');
    await shift.open();
    expect(await told()).toContain('alarms_total{kind="store"} 1\n');
  } finally {
    await shift.end();
  }
});
