/** The truth: who was disturbed, who was missed, and that the same seed always tells the same. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { TruthOptions } from '../../src/sandbox/index.ts';
import { HOUR, MINUTE, T0, Visit } from './visit.ts';

const HOURLY: TruthOptions = { limitFor: () => HOUR, slackMs: 2 * MINUTE };

let visit: Visit;

async function meet(part: string, agents = 1): Promise<string> {
  visit = await Visit.begin({ agents, cast: [part] });
  return visit.idOf(part);
}

afterEach(() => visit.end());

/** Winds on until the person is in this routing status. */
async function until(id: string, status: string): Promise<void> {
  for (let n = 0; n < 600; n += 1) {
    if ((await visit.user(id)).routingStatus!.status === status) return;
    visit.wait(MINUTE);
  }
  throw new Error(`${id} was never ${status}`);
}

/** When the person left for good. */
function leftAt(id: string): number {
  const found = visit.sandbox.world.journals().find(({ person }) => person.id === id);
  return found!.journal.absences.at(-1)!.from;
}

describe('a disturbance', () => {
  test('is a log-off of an agent on a call', async () => {
    const id = await meet('long-caller');
    await until(id, 'INTERACTING');
    visit.wait(10 * MINUTE);
    await visit.setOffline(id);
    expect(visit.sandbox.truth().disturbed).toEqual([
      {
        id,
        name: expect.any(String),
        archetype: 'long-caller',
        at: visit.now,
        what: 'offline',
        engaged: true,
        present: true,
      },
    ]);
  });

  test('is a hit on an interaction that an agent left behind', async () => {
    const id = await meet('stuck-in-wrap-up');
    visit.wind(6 * HOUR);
    await visit.revoke(id);
    expect(visit.sandbox.truth().disturbed).toMatchObject([{ engaged: true, present: false }]);
  });

  test('is not a log-off of an agent who is gone', async () => {
    const id = await meet('went-home');
    visit.wind(6 * HOUR);
    await visit.setOffline(id);
    await visit.revoke(id);
    const { disturbed, unavoidable, logoffs, loggedOff } = visit.sandbox.truth();
    expect({ disturbed, unavoidable, logoffs, loggedOff }).toEqual({
      disturbed: [],
      unavoidable: [],
      logoffs: 1,
      loggedOff: 1,
    });
  });

  test('is unavoidable when the person came back a moment before', async () => {
    const id = await meet('comes-back');
    visit.wind(6 * HOUR + 30 * MINUTE);
    const back = visit.sandbox.world.journals()[0]!.journal.presences.at(-1)!.from;
    await visit.end();
    for (const [later, expected] of [
      [14_999, 'unavoidable'],
      [15_000, 'disturbed'],
    ] as const) {
      await meet('comes-back');
      visit.wind(back + later - T0);
      await visit.setOffline(id);
      const truth = visit.sandbox.truth();
      expect([truth.unavoidable.length, truth.disturbed.length]).toEqual(
        expected === 'unavoidable' ? [1, 0] : [0, 1],
      );
      if (expected === 'unavoidable') await visit.end();
    }
  });
});

describe('a missed person', () => {
  test('went home and was never logged off: from limit and slack on, to the millisecond', async () => {
    const id = await meet('went-home');
    visit.wind(7 * HOUR);
    const due = leftAt(id) + HOUR + 2 * MINUTE;
    const lateBy = T0 + 7 * HOUR - due;
    expect(visit.sandbox.truth(HOURLY).missed).toMatchObject([
      { id, archetype: 'went-home', at: due, absentFrom: leftAt(id), lateBy, loggedOffBefore: false },
    ]);
    await visit.end();
    await meet('went-home');
    visit.wind(due - T0);
    expect(visit.sandbox.truth(HOURLY).missed).toEqual([]);
    visit.wait(1);
    expect(visit.sandbox.truth(HOURLY).missed).toHaveLength(1);
  });

  test('was logged off too late, and is late by the time up to then', async () => {
    const id = await meet('went-home');
    visit.wind(7 * HOUR);
    const due = leftAt(id) + HOUR + 2 * MINUTE;
    await visit.end();
    await meet('went-home');
    visit.wind(due + 1.5 * MINUTE - T0);
    await visit.setOffline(id);
    visit.wait(3 * HOUR);
    expect(visit.sandbox.truth(HOURLY).missed).toMatchObject([{ at: due, lateBy: 1.5 * MINUTE }]);
  });

  test('is not a person whom no rule covers', async () => {
    await meet('went-home');
    visit.wind(7 * HOUR);
    expect(visit.sandbox.truth().missed).toEqual([]);
    expect(
      visit.sandbox.truth({ limitFor: (part) => (part === 'went-home' ? undefined : 0) }).missed,
    ).toEqual([]);
  });

  test('is not a person who was logged off in time, and the time Offline is recovered', async () => {
    const id = await meet('went-home');
    visit.wind(7 * HOUR);
    const due = leftAt(id) + HOUR;
    await visit.end();
    await meet('went-home');
    visit.wind(due - T0);
    await visit.setOffline(id);
    visit.wait(3 * HOUR);
    const { missed, disturbed, hoursRecovered, offlineShare } = visit.sandbox.truth(HOURLY);
    expect({ missed, disturbed, hoursRecovered, offlineShare }).toEqual({
      missed: [],
      disturbed: [],
      hoursRecovered: 3,
      offlineShare: 1,
    });
  });

  test('was logged off, came back without a person, and was then forgotten', async () => {
    const id = await meet('sso-keeps-returning');
    visit.wind(7 * HOUR);
    const left = leftAt(id);
    await visit.end();
    await meet('sso-keeps-returning');
    visit.wind(left + HOUR - T0);
    await visit.revoke(id);
    visit.wait(3 * HOUR);
    const { missed, offlineShare, silentReturns } = visit.sandbox.truth(HOURLY);
    expect(missed).toMatchObject([{ id, loggedOffBefore: true }]);
    expect(silentReturns).toBe(1);
    expect(offlineShare).toBeLessThan(0.01);
  });

  test('is not a person who is engaged, present, or went home properly', async () => {
    for (const part of [
      'stuck-in-wrap-up',
      'parked-email',
      'watching-supervisor',
      'ordinary',
      'email-worker',
    ]) {
      await meet(part, 3);
      visit.wind(20 * HOUR);
      expect([part, visit.sandbox.truth(HOURLY).missed]).toEqual([part, []]);
      await visit.end();
    }
    await meet('ordinary');
  });

  test('has the limit counted from the missed interaction, not from the leaving or while seeming ready', async () => {
    const id = await meet('went-home-on-queue');
    const missed = (): readonly unknown[] => visit.sandbox.truth({ limitFor: () => 0, slackMs: 0 }).missed;
    let waited = 0;
    let user = await visit.user(id);
    for (let n = 0; n < 480 && user.routingStatus!.status !== 'NOT_RESPONDING'; n += 1) {
      visit.wait(MINUTE);
      user = await visit.user(id);
      if (user.routingStatus!.status !== 'IDLE' || visit.sandbox.world.presentAt(id, visit.now)) continue;
      waited += 1;
      expect(missed()).toEqual([]);
    }
    expect(waited).toBeGreaterThan(1);
    const since = Date.parse(user.routingStatus!.startTime);
    visit.wait(MINUTE);
    expect(missed()).toMatchObject([{ at: since, absentFrom: leftAt(id) }]);
  });
});

test('the rows by archetype add up to the whole', async () => {
  visit = await Visit.begin({ agents: 200 });
  visit.wind(6 * HOUR);
  for (const { id } of visit.sandbox.world.organisation.people.slice(0, 50)) await visit.revoke(id);
  visit.wait(HOUR);
  const truth = visit.sandbox.truth(HOURLY);
  const total = (pick: (row: (typeof truth.perArchetype)[number]) => number): number =>
    truth.perArchetype.reduce((sum, row) => sum + pick(row), 0);
  expect(total(({ people }) => people)).toBe(200);
  expect(total(({ disturbed }) => disturbed)).toBe(truth.disturbed.length);
  expect(total(({ missed }) => missed)).toBe(truth.missed.length);
  expect(total(({ logoffs }) => logoffs)).toBe(truth.logoffs);
  expect(total(({ hoursRecovered }) => hoursRecovered)).toBeCloseTo(truth.hoursRecovered);
  expect(truth.disturbed.length).toBeGreaterThan(0);
  expect(truth.missed.length).toBeGreaterThan(0);
  expect(truth.hoursRecovered).toBeGreaterThan(0);
});

test('the same seed gives the same story, however often it is read; another seed gives another', async () => {
  const tell = async (seed: number, stepMs: number): Promise<string> => {
    visit = await Visit.begin({ agents: 60, seed });
    for (let at = 0; at <= 8 * HOUR; at += stepMs) {
      visit.wind(at);
      visit.sandbox.world.journals();
    }
    const users = await visit.get(
      '/api/v2/users?pageSize=100&expand=presence&expand=routingStatus&expand=groups',
    );
    await visit.end();
    return JSON.stringify([users.body['entities'], visit.sandbox.truth(HOURLY)]);
  };
  const first = await tell(11, 8 * HOUR);
  expect(await tell(11, 8 * HOUR)).toBe(first);
  expect(await tell(11, MINUTE)).toBe(first);
  expect(await tell(12, 8 * HOUR)).not.toBe(first);
});
