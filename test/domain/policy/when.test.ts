/** Which agents a list of users means, which states a condition, and whose profiles count while two policies are in force. */
import { describe, expect, test } from '@jest/globals';
import type { Policy, UserPatterns } from '../../../src/domain/policy/policy.ts';
import {
  everyProfile,
  everyRule,
  fitOf,
  formerProfileOf,
  matches,
  type Fit,
} from '../../../src/domain/policy/when.ts';
import { isInShare } from '../../../src/domain/rollout/share.ts';
import { agent, matcher, policy, profile, rule, when, type WhenText } from '../build.ts';

const ID = '5f1d7a52-3d0b-4a51-9a43-0a3a1f3c7a10';

function means(
  exact: readonly string[],
  parts: Parameters<typeof agent>[0],
  more: Partial<UserPatterns> = {},
): boolean {
  const users = { exact: new Set(exact), byName: true, patterns: [], ...more };
  return matches({ ...matcher({}), users }, agent(parts));
}

describe('a list of users', () => {
  test.each([
    ['an e-mail address', { email: ' Ann@Example.com ' }],
    ['a username', { username: 'ANN@example.com' }],
  ])('that names addresses alone means the agent with such %s', (_, parts) => {
    expect(means(['bob@example.com', 'ann@example.com'], parts)).toBe(true);
    expect(means(['bob@example.com'], parts)).toBe(false);
  });

  test('does not mean an agent who took an address for a display name', () => {
    expect(means(['ann@example.com'], { name: 'ann@example.com' })).toBe(false);
    expect(means(['ann@example.com', 'bob'], { name: 'ann@example.com' })).toBe(false);
  });

  test('that names an id or a display name beside addresses means those agents too', () => {
    expect(means(['bob@example.com', ID], { id: ID.toUpperCase() })).toBe(true);
    expect(means(['bob@example.com', 'ann lee'], { name: 'Ann Lee' })).toBe(true);
    expect(means(['bob@example.com', ID], { name: ID })).toBe(false);
  });

  test('of ids alone means no agent by a name, though it be an id', () => {
    const ids = { byName: false };
    expect(means([ID], { id: ID.toUpperCase() }, ids)).toBe(true);
    expect(means([ID], { username: ID, email: ID }, ids)).toBe(false);
  });

  test('with a wildcard beside addresses means agents by display name', () => {
    const patterns = [/^wallboard/, /^lobby/];
    expect(means(['bob@example.com'], { name: 'Wallboard 3' }, { patterns })).toBe(true);
    expect(means(['bob@example.com'], { name: 'Ann Lee' }, { patterns })).toBe(false);
  });

  test('that is compared in the wider form is asked for one agent after the other', () => {
    const loosely = { loosely: true };
    expect(means(['strasse@example.com'], { email: 'straße@example.com' }, loosely)).toBe(true);
    expect(means(['strasse@example.com'], { email: 'straße@example.com' })).toBe(false);
    expect(means(['strasse@example.com'], { email: 'gasse@example.com' }, loosely)).toBe(false);
  });
});

describe('a condition', () => {
  const NOT_COACHED: WhenText = { not: { secondaryPresence: ['coaching'] } };
  const NOT_BUSY_OFF_QUEUE: WhenText = { not: { presence: ['BUSY'], routing: ['OFF_QUEUE'] } };

  test.each<[string, WhenText, string | undefined, Fit]>([
    ['without keys holds', {}, undefined, 'yes'],
    ['of another presence does not', { presence: ['MEAL'] }, 'coaching', 'no'],
    ['of another routing status does not', { presence: ['BUSY'], routing: ['IDLE'] }, 'coaching', 'no'],
    ['of its label holds', { secondaryPresence: ['lunch', 'coaching'] }, 'coaching', 'yes'],
    ['of another label does not', { secondaryPresence: ['lunch'] }, 'coaching', 'no'],
    ['of a label hangs on one that is not known', { secondaryPresence: ['coaching'] }, undefined, 'unknown'],
    ['of labels that it cannot be does not hold', { secondaryPresence: ['lunch'] }, undefined, 'no'],
    ['but for its label does not hold', NOT_COACHED, 'coaching', 'no'],
    ['but for another label holds', NOT_COACHED, 'lunch', 'yes'],
    ['but for a label hangs on one that is not known', NOT_COACHED, undefined, 'unknown'],
    ['but for this state does not hold', NOT_BUSY_OFF_QUEUE, 'coaching', 'no'],
    ['but for another state holds', { not: { presence: ['BUSY'], routing: ['IDLE'] } }, 'coaching', 'yes'],
    [
      'of another presence does not hold, whatever its label is',
      { presence: ['MEAL'], secondaryPresence: ['coaching'] },
      undefined,
      'no',
    ],
    [
      'of a label does not hold where it leaves out this state, though the label is not known',
      { secondaryPresence: ['coaching'], not: { presence: ['BUSY'] } },
      undefined,
      'no',
    ],
  ])('%s', (_, text, presenceId, fit) => {
    const state = { presence: 'BUSY', presenceId, routing: 'OFF_QUEUE' } as const;
    expect(fitOf(when(text), state, (labels) => !labels.has('lunch'))).toBe(fit);
  });

  test('may hang on any label where it is not told which may be', () => {
    const state = { presence: 'BUSY', presenceId: undefined, routing: 'OFF_QUEUE' } as const;
    expect(fitOf(when({ secondaryPresence: ['lunch'] }), state)).toBe('unknown');
  });
});

describe('while a policy is in force for half of the agents', () => {
  const [later, former] = [
    profile({ name: 'later', match: matcher({ groups: ['a'] }), rules: [rule({ id: 'one' })] }),
    profile({
      name: 'former',
      match: matcher({ groups: ['a'] }),
      rules: [rule({ id: 'two' }), rule({ id: 'three' })],
    }),
  ];
  const alone = policy({ profiles: [later] });
  const both: Policy = { ...alone, others: { share: 0.5, profiles: [former] } };
  const ids = Array.from({ length: 12 }, (_, n) => `user-${n}`);

  test('some agent may be judged by each profile and rule of both', () => {
    expect([everyProfile(alone), everyProfile(both)]).toStrictEqual([[later], [later, former]]);
    expect(everyRule(both).map(({ id }) => id)).toEqual(['one', 'two', 'three']);
  });

  test('those who have it had another profile before, where one was theirs, and all others have it still', () => {
    const had = (id: string, groups: readonly string[], of = both): string | undefined =>
      formerProfileOf(agent({ id, groups }), of)?.name;
    expect(ids.map((id) => had(id, ['a']))).toEqual(
      ids.map((id) => (isInShare(id, 0.5) ? 'former' : undefined)),
    );
    expect(ids.map((id) => had(id, ['b']))).toEqual(ids.map(() => undefined));
    expect(had('user-1', ['a'], alone)).toBeUndefined();
  });
});
