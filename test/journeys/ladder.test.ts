/** What silent returns are answered with, in which order and when. */
import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { RETURNING } from './casts.ts';
import { playShift, policyText, type Played } from './shift.ts';

const SHIFT = { agents: 1, shiftMs: 2 * HOUR, seed: 3, inMemory: true } as const;

const NEVER = policyText({
  returns: `
  window: 2m
  grace: 10m
  forget: 12h
  ladder:
    - { wait: 1m, actions: [off_queue, offline] }
    - { wait: 5m, actions: [off_queue, offline, revoke_tokens] }
  repeat: never`,
});

function intents({ events }: Played): readonly StoredEvent[] {
  return events.filter(({ kind }) => kind === 'intent');
}

/** How long each answer came after the return before it, in minutes. */
function waits({ events }: Played): readonly number[] {
  return events.flatMap((event, i) => {
    if (event.kind !== 'intent' || event.rung === undefined) return [];
    const back = events.slice(0, i).findLast(({ kind }) => kind === 'return');
    return back === undefined ? [] : [(event.at - back.at) / MINUTE];
  });
}

describe('a browser that comes back after whatever is done', () => {
  test('is answered quietly first, then harder, and with the last rung again every hour', async () => {
    const played = await playShift({ ...SHIFT, cast: ['sso-reasserts'], hours: 5 });
    const answers = intents(played);
    expect(answers.map(({ rung }) => rung)).toEqual([undefined, 0, 1, 2, 2, 2, 2]);
    expect(answers[0]?.actions).toEqual(['off_queue', 'offline', 'revoke_tokens']);
    expect(answers[1]?.actions).toEqual(['off_queue', 'offline']);
    expect(answers[2]?.actions).toEqual(['off_queue', 'offline', 'revoke_tokens']);
    expect(answers[3]?.actions).toEqual(['off_queue', 'offline', 'revoke_tokens', 'notify']);
    // Each at the first sweep after its wait.
    const [quiet = 0, harder = 0, hardest = 0] = waits(played);
    expect(quiet).toBeGreaterThanOrEqual(1);
    expect(quiet).toBeLessThanOrEqual(2);
    expect(harder).toBeGreaterThanOrEqual(5);
    expect(harder).toBeLessThanOrEqual(6);
    expect(hardest).toBeGreaterThanOrEqual(10);
    expect(hardest).toBeLessThanOrEqual(11);
    const again = answers.slice(3).map(({ at }) => at);
    expect(again.slice(1).map((at, i) => (at - (again[i] ?? 0)) / MINUTE)).toEqual([60, 60, 60]);
    expect(played.shift.alarms.filter((kind) => kind === 'return')).toHaveLength(4);
    expect(played.truth.disturbed).toEqual([]);
  });

  test('is held after the last rung when nothing is to be repeated: reported once, and not touched again', async () => {
    const played = await playShift({ ...SHIFT, cast: ['sso-reasserts'], hours: 5, policy: NEVER });
    expect(intents(played).map(({ rung }) => rung)).toEqual([undefined, 0, 1]);
    expect(played.events.filter(({ kind }) => kind === 'held')).toHaveLength(1);
    expect(played.shift.alarms).toEqual(['held']);
    expect(played.shift.reports.at(-1)?.verdicts.held).toBe(1);
  });

  test('stays away when it only minds its token: the quiet answer holds', async () => {
    const played = await playShift({ ...SHIFT, cast: ['sso-keeps-returning'], hours: 5 });
    expect(intents(played).map(({ rung }) => rung)).toEqual([undefined, 0]);
    expect(played.truth.offlineShare).toBeGreaterThan(0.95);
  });
});

test('a tab that comes back after four minutes keeps its place: the next log-off is the next rung', async () => {
  const played = await playShift({ ...SHIFT, cast: ['late-tab'], hours: 5 });
  const answers = intents(played);
  expect(answers.map(({ rung }) => rung)).toEqual([undefined, 0]);
  // By the rule, with all of its time, for a login restarts the clocks.
  expect(answers[1]?.limit).toBe(40 * MINUTE);
  const late = played.events.filter(
    ({ kind, reason }) => kind === 'return' && reason?.startsWith('late') === true,
  );
  expect(late).toHaveLength(1);
});

test('a person who clicks back after a quiet answer is off the ladder, and left alone', async () => {
  const played = await playShift({ ...SHIFT, cast: ['clicks-back'], agents: 4, hours: 5, shiftMs: 4 * HOUR });
  expect(played.truth.disturbed).toEqual([]);
  expect(intents(played)).toHaveLength(8);
  expect(
    intents(played)
      .map(({ rung }) => rung)
      .filter((rung) => rung === 0),
  ).toHaveLength(4);
  expect(intents(played).some(({ rung = 0 }) => rung > 0)).toBe(false);
});

test('agents who can be kept off are kept off; those whom single sign-on lets in again each time are answered once an hour', async () => {
  const { truth, events, shift } = await playShift({
    ...SHIFT,
    agents: RETURNING.length,
    cast: RETURNING,
    hours: 8,
  });
  const share = Object.fromEntries(
    truth.perArchetype.map(({ archetype, offlineShare = 0 }) => [archetype, offlineShare]),
  );
  for (const archetype of ['clicks-back', 'sso-restored', 'sso-available', 'sso-keeps-returning'])
    expect({ archetype, kept: (share[archetype] ?? 0) > 0.95 }).toEqual({ archetype, kept: true });
  // A login after the window starts the clocks anew: forty minutes online between the two log-offs, none after them.
  expect(share['late-tab']).toBeGreaterThan(0.85);
  // It climbs once; then the quiet Offline is given again each half hour, two minutes after the platform threw it out.
  expect(share['native-bouncer']).toBeGreaterThan(0.9);
  const answersTo = (archetype: string): readonly StoredEvent[] => {
    const found = shift.sandbox.world.journals().find((each) => each.person.archetype.name === archetype);
    return events.filter(({ kind, agentId }) => kind === 'intent' && agentId === found?.person.id);
  };
  const [first, ...quiet] = answersTo('native-bouncer').map(({ rung }) => rung);
  expect([first, ...quiet.slice(0, 3)]).toEqual([undefined, 0, 1, 2]);
  expect(quiet.length).toBeGreaterThan(8);
  expect(new Set(quiet.slice(3))).toEqual(new Set([0]));
  // This one comes back within seconds after whatever the platform allows: only the identity provider could keep it off.
  const repeated = answersTo('sso-reasserts').flatMap(({ rung, at }) => (rung === 2 ? [at] : []));
  expect(repeated.length).toBeGreaterThan(3);
  expect(new Set(repeated.slice(1).map((at, i) => (at - (repeated[i] ?? 0)) / MINUTE))).toEqual(
    new Set([60]),
  );
  expect(share['sso-reasserts']).toBeLessThan(0.2);
  expect(truth.disturbed).toEqual([]);
  expect(truth.missed).toEqual([]);
});
