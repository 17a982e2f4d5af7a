/** The store fails in the middle, or two workers want it. */
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { EVERYONE } from './casts.ts';
import { actedOn, endings, intendedTwice, logoffs, tornIntents } from './record.ts';
import { playShift, policyText, Shift, SLACK } from './shift.ts';

const GONE = { agents: 3, cast: ['went-home'], shiftMs: 2 * HOUR, seed: 5 } as const;

/** From one minute to another every write to the store fails, as on a full disk. */
function fullDisk(shift: Shift, from: number, to: number): void {
  const { store } = shift;
  const full = (): boolean => shift.minute >= from && shift.minute < to;
  const broken = (): Promise<never> => Promise.reject(new Error('database or disk is full'));
  store.instead.saveSweep = (record) => (full() ? broken() : store.inner.saveSweep(record));
  store.instead.saveStep = (...step) => (full() ? broken() : store.inner.saveStep(...step));
  store.instead.holdLease = (...lease) => (full() ? broken() : store.inner.holdLease(...lease));
  store.instead.takeResume = () => (full() ? broken() : store.inner.takeResume());
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

test('an outcome that could not be written is written as it was when the store is back, without a restart', async () => {
  const shift = await Shift.begin(GONE);
  try {
    const { store } = shift;
    let failed = 0;
    store.instead.saveStep = (memories, events, standing) => {
      if (failed > 0 || !events.some(({ kind }) => kind === 'verified'))
        return store.inner.saveStep(memories, events, standing);
      failed += 1;
      return Promise.reject(new Error('database or disk is full'));
    };
    await shift.until(150);
    const events = await shift.events();
    expect(failed).toBe(1);
    expect(tornIntents(events)).toEqual([]);
    expect(endings(events)).toEqual(['verified', 'verified', 'verified']);
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
    store.instead.holdLease = () => Promise.reject(new Error('database is locked'));
    await shift.until(110);
    expect(shift.writes).toEqual([]);
    store.instead.holdLease = undefined;
    // The epoch is what it was: no other has come and gone, so what this one saw meanwhile was watched.
    await shift.until(160);
    expect(await shift.events('gap')).toEqual([]);
    expect(logoffs(await shift.events())).toHaveLength(3);
  } finally {
    await shift.end();
  }
});

test('an intention that is written only when the time of its sweep is over is dropped with nothing done, and made anew in the next', async () => {
  const shift = await Shift.begin({ ...GONE, agents: 1 });
  try {
    const { store } = shift;
    let slow = 0;
    store.instead.saveStep = async (memories, events, standing) => {
      await store.inner.saveStep(memories, events, standing);
      if (slow > 1 || !events.some(({ kind }) => kind === 'intent')) return;
      slow += 1;
      shift.clock.windTo(shift.clock.now() + MINUTE - SECOND);
    };
    await shift.until(150);
    const events = await shift.events();
    expect(endings(events)).toEqual(['dropped: stopped', 'dropped: stopped', 'verified']);
    expect([tornIntents(events), intendedTwice(events)]).toEqual([[], []]);
    expect(actedOn(events)).toHaveLength(1);
    expect(shift.done('patchUserPresencesPurecloud')).toBe(1);
    expect(shift.done('deleteToken')).toBe(1);
  } finally {
    await shift.end();
  }
});

test('a gap that ends while the lease cannot be renewed is on record once, when it can', async () => {
  const shift = await Shift.begin(GONE);
  try {
    await shift.until(30);
    shift.skipTo(50);
    const { store } = shift;
    store.instead.holdLease = () => Promise.reject(new Error('database is locked'));
    await shift.until(52);
    expect(await shift.events('gap')).toEqual([]);
    store.instead.holdLease = undefined;
    await shift.until(60);
    expect((await shift.events('gap')).map(({ measured }) => measured)).toEqual([21 * MINUTE]);
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
      expect(await told()).toContain(
        `notifications_total{channel="ops",outcome="${outcome}",organisation="default"} 0\n`,
      );
    }
    expect(await told()).toContain('alarms_total{kind="store",organisation="default"} 0\n');
    await shift.kill();
    writeFileSync(shift.dbPath, 'no database any more');
    await shift.open();
    expect(await told()).toContain('alarms_total{kind="store",organisation="default"} 1\n');
  } finally {
    await shift.end();
  }
});

/** Changes the store between two workers, as a bad disk or a person with a tool would. */
function damage(shift: Shift, sql: string): void {
  const raw = new DatabaseSync(shift.dbPath);
  raw.exec(sql);
  raw.close();
}

test('a row that is damaged costs its own agent the idle time so far, is an alarm, and delays no other agent', async () => {
  const shift = await Shift.begin(GONE);
  try {
    await shift.until(50);
    await shift.kill();
    const spoilt = `(SELECT agent_id FROM memory ORDER BY agent_id LIMIT 1)`;
    damage(
      shift,
      `UPDATE memory SET body = json_set(body, '$.body.leftOut', json('[null]')) WHERE agent_id = ${spoilt}`,
    );
    await shift.open();
    await shift.until(52);
    expect(shift.alarms).toEqual(['store']);
    expect(shift.log.find(({ alarm }) => alarm === 'store')).toMatchObject({
      msg: 'rows of the store could not be used: put aside, and what they told is forgotten',
      memory: 1,
    });
    await shift.until(180);
    const plain = await playShift({ ...GONE, hours: 3, inMemory: true });
    const [late, onTime] = [logoffs(await shift.events()), logoffs(plain.events)];
    expect(late).toHaveLength(3);
    // One of the three is logged off later than otherwise; the others are not.
    expect(onTime.filter((line) => !late.includes(line))).toHaveLength(1);
    expect(late.at(-1)! > onTime.at(-1)!).toBe(true);
    expect(shift.truth().disturbed).toEqual([]);
    expect(shift.alarms).toEqual(['store']);
  } finally {
    await shift.end();
  }
});

test('a standing that is damaged sets nothing free: the worker settles anew, and the hour remembers its log-offs', async () => {
  const caps = `
  per_sweep: 50
  per_hour: 2
  breaker: { at_least: 20, share: 25%, hold: 30m }
  settle: 2
  engaged_too_long: 4h`;
  const shift = await Shift.begin({ ...GONE, policy: policyText({ caps }) });
  try {
    const begun = async (): Promise<number> => (await shift.events('intent')).length;
    let minute = 30;
    while ((await begun()) < 2) await shift.until((minute += 1));
    await shift.kill();
    damage(shift, `UPDATE standing SET body = substr(body, 1, 40)`);
    await shift.open();
    await shift.until(minute + 2);
    expect(shift.reports.slice(-2).map(({ hold }) => hold)).toEqual(['settling', 'settling']);
    await shift.until(minute + 35);
    expect(await begun()).toBe(2);
    expect(shift.reports.at(-1)?.deferred).toEqual({ per_hour: 1 });
    await shift.until(minute + 50);
    expect(await begun()).toBe(3);
    expect(shift.alarms[0]).toBe('store');
  } finally {
    await shift.end();
  }
});

test('whatever happens to people in a shift, what is stored of them is taken up again whole after each restart', async () => {
  const shift = await Shift.begin({
    agents: EVERYONE.length,
    cast: EVERYONE,
    shiftMs: 2 * HOUR,
    seed: 9,
  });
  try {
    for (let minute = 10; minute <= 180; minute += 10) {
      await shift.until(minute);
      await shift.kill();
      // Now and then for so long that it is a gap.
      if (minute % 70 === 0) shift.skipTo(minute + 5);
      await shift.open();
    }
    await shift.until(190);
    expect(shift.alarms).not.toContain('store');
    expect((await shift.store.loadMemories()).size).toBe(EVERYONE.length);
  } finally {
    await shift.end();
  }
});
