/** What is worked out once for a profile and a state says the same as asking each rule. */
import { describe, expect, test } from '@jest/globals';
import { ROUTING_STATUSES, SYSTEM_PRESENCES } from '../../../src/domain/agent.ts';
import { rulesInState } from '../../../src/domain/policy/rules-in-state.ts';
import { isInCondition } from '../../../src/domain/policy/when.ts';
import { profile, rule } from '../build.ts';

const LABELS = ['coaching', 'lunch', undefined];
const STATES = SYSTEM_PRESENCES.flatMap((presence) =>
  ROUTING_STATUSES.flatMap((routing) => LABELS.map((presenceId) => ({ presence, presenceId, routing }))),
);
const RULES = [
  rule({ id: 'any' }),
  rule({ id: 'meal', when: { presence: ['MEAL'] }, clock: 'in_state' }),
  rule({ id: 'coached', when: { secondaryPresence: ['coaching'] }, clock: 'in_state' }),
  rule({ id: 'not-coached', when: { not: { secondaryPresence: ['coaching'] } } }),
  rule({ id: 'missed', when: { routing: ['NOT_RESPONDING'] }, clock: 'in_state' }),
  rule({ id: 'asleep', when: { routing: ['IDLE'] }, waitingOnQueue: true }),
];

describe('the rules of a profile in a state', () => {
  const agents = profile({ rules: RULES });

  test.each([1, 2])('are those whose condition holds, asked for the %i. time', () => {
    for (const state of STATES.filter(({ presence }) => presence !== 'OFFLINE'))
      expect(rulesInState(agents, state).holding).toEqual(RULES.filter((one) => isInCondition(one, state)));
  });

  test('tell of each in_state rule whether its condition holds, for Offline agents too', () => {
    for (const state of STATES) {
      const expected = RULES.filter(({ clock }) => clock === 'in_state').map((one) => ({
        whenKey: one.whenKey,
        holds: isInCondition(one, state),
      }));
      expect(rulesInState(agents, state).inState).toEqual(expected);
    }
  });

  test('are none for an agent who is Offline', () => {
    for (const routing of ROUTING_STATUSES)
      expect(rulesInState(agents, { presence: 'OFFLINE', presenceId: undefined, routing }).holding).toEqual(
        [],
      );
  });

  test('tell whether one of them would hold, but leaves alone agents who wait on queue', () => {
    const waiting = { presence: 'ON_QUEUE', presenceId: undefined, routing: 'IDLE' } as const;
    const leavesAlone = (id: string, state: Parameters<typeof rulesInState>[1] = waiting): boolean =>
      rulesInState(profile({ rules: RULES.filter((one) => one.id === id) }), state).leavesAlone;
    expect(['any', 'meal', 'asleep'].map((id) => leavesAlone(id))).toEqual([true, false, false]);
    expect(leavesAlone('any', { ...waiting, presence: 'BUSY', routing: 'OFF_QUEUE' })).toBe(false);
    expect(rulesInState(agents, waiting).leavesAlone).toBe(true);
  });

  test('ask for the label where only what a rule leaves out names one', () => {
    const not = { secondaryPresence: ['coaching'] };
    const others = profile({
      rules: [rule({ when: { not: { routing: ['IDLE'], not } } }), rule({ when: { not } })],
    });
    const held = (presenceId: string): number =>
      rulesInState(others, { presence: 'BUSY', presenceId, routing: 'OFF_QUEUE' }).holding.length;
    expect([held('coaching'), held('lunch')]).toEqual([1, 2]);
  });

  test('are worked out once for each state, and for each label only where a rule names labels', () => {
    const at = (presenceId: string | undefined, of = agents): unknown =>
      rulesInState(of, { presence: 'BUSY', presenceId, routing: 'OFF_QUEUE' });
    const [coaching, lunch] = [at('coaching'), at('lunch')];
    expect(lunch).not.toBe(coaching);
    expect(at('coaching')).toBe(coaching);
    const plain = profile({ rules: [rule({ when: { not: { presence: ['MEAL'] } } })] });
    expect(at('coaching', plain)).toBe(at('lunch', plain));
    expect(at(undefined, plain)).toBe(at('lunch', plain));
  });

  test('stay right when an organisation shows thousands of labels', () => {
    for (let i = 0; i < 3_000; i += 1)
      rulesInState(agents, { presence: 'BUSY', presenceId: `label ${i}`, routing: 'OFF_QUEUE' });
    const ids = rulesInState(agents, { presence: 'BUSY', presenceId: 'coaching', routing: 'OFF_QUEUE' });
    expect(ids.holding.map(({ id }) => id)).toEqual(['any', 'coached']);
  });
});
