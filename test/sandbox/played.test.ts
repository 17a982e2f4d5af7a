/** Somebody in the cast who is played from outside. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import type { Person } from '../../src/sandbox/organisation.ts';
import type { Played } from '../../src/sandbox/played.ts';
import { presenceOf } from '../../src/sandbox/presences.ts';

const T0 = Date.parse('2026-03-02T09:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;

let now = T0;
let sandbox: Sandbox;
let person: Person;
let played: Played;

beforeEach(() => {
  now = T0;
  sandbox = createSandbox({ seed: 1, agents: 2, cast: ['played', 'ordinary'], now: () => now, startsAt: T0 });
  person = sandbox.world.organisation.people[0]!;
  played = sandbox.world.play(person);
});
afterEach(() => sandbox.close());

const shown = (): readonly [string, boolean] => {
  const { presence, session } = sandbox.world.desk(person);
  return [presence.system, session];
};

test('does nothing unless told', () => {
  now += 8 * 60 * MINUTE;
  expect(shown()).toEqual(['OFFLINE', false]);
});

test('logs in, chooses, and is timed out only while away', () => {
  played.sitDown();
  played.signIn('person');
  played.choose('BUSY');
  played.timeOut();
  expect(shown()).toEqual(['BUSY', true]);
  played.leave();
  played.choose('MEAL');
  expect(shown()).toEqual(['BUSY', true]);
  now += 15 * MINUTE;
  played.timeOut();
  expect(shown()).toEqual(['OFFLINE', false]);
});

describe('the browser of a played person', () => {
  beforeEach(() => {
    played.sitDown();
    played.signIn('person');
    played.choose('AWAY');
    played.leave();
    now += 30 * MINUTE;
    sandbox.world.setPresence(person, presenceOf('OFFLINE'));
  });

  test('brings back by itself what the platform restores, with a new token', () => {
    sandbox.world.revokeTokens(person);
    now += 20 * SECOND;
    played.signIn('browser');
    expect(shown()).toEqual(['AWAY', true]);
    expect(sandbox.world.desk(person).tokenAt).toBe(now);
    expect(sandbox.truth()).toMatchObject({ silentReturns: 1, disturbed: [] });
  });

  test('beside another that is logged in already changes nothing but the token', () => {
    now += MINUTE;
    played.signIn('browser');
    expect(shown()).toEqual(['OFFLINE', true]);
    expect(sandbox.world.desk(person).tokenAt).toBe(now);
  });

  test('insists on its presence only while its token is good', () => {
    played.reassert('AWAY');
    expect(shown()).toEqual(['AWAY', true]);
    sandbox.world.revokeTokens(person);
    now += 10 * SECOND;
    played.reassert('AWAY');
    expect(shown()).toEqual(['OFFLINE', false]);
  });
});

test('does not recover from a disturbance without being played, and the disturbance is still counted', () => {
  played.sitDown();
  played.signIn('person');
  now += MINUTE;
  sandbox.world.setPresence(person, presenceOf('OFFLINE'));
  now += 10 * MINUTE;
  expect(shown()).toEqual(['OFFLINE', true]);
  expect(sandbox.truth().disturbed).toHaveLength(1);
});

test('a person with a story cannot be played', () => {
  const [, other] = sandbox.world.organisation.people;
  expect(() => sandbox.world.play(other!)).toThrow('ordinary has a story of its own');
});
