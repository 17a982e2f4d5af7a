/** What is remembered of names: ids for the day on which a name vanishes, and ids that a name has lost. */
import { describe, expect, test } from '@jest/globals';
import type { Named } from '../../src/domain/policy/named.ts';
import type { Names } from '../../src/policy-file/names.ts';
import {
  changedFacts,
  NOTHING_REMEMBERED,
  policyFromMemory,
  rememberedFrom,
  resolveNames,
  type RememberedNames,
  type ResolvedNames,
} from '../../src/policy-file/remembered-names.ts';
import { SeenUsers } from '../../src/policy-file/seen-users.ts';
import { faultsOf, load, withMore, withRule } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const POLICY = withMore('exempt: [{ groups: [Night Shift], reason: r }, { queues: ["VIP*"] }]\n');

function group(id: string, name = 'Night Shift'): Named {
  return { id, names: [name] };
}

function queues(...ids: readonly string[]): readonly Named[] {
  return ids.map((id) => ({ id, names: [`VIP ${id}`] }));
}

/** Resolves with what the last call remembered, as if it had been stored in between. */
function resolve(names: Names, before: RememberedNames = NOTHING_REMEMBERED, text = POLICY): ResolvedNames {
  const stored = rememberedFrom(changedFacts(new Map(), before));
  return resolveNames(load(text).draft, { queues: queues('q-1'), ...names }, stored, NOW);
}

function groupsOf(policy: ResolvedNames['policy'] | undefined): readonly string[] {
  return [...(policy?.exempt[0]?.match.groups ?? [])];
}

describe('a name that stands for another id than before', () => {
  const first = resolve({ groups: [group('g-1')] });
  const second = resolve({ groups: [group('g-2', ' NIGHT shift')] }, first.remembered);

  test('has the new one in the policy and the old one in the former policy', () => {
    expect([groupsOf(first.policy), first.policy.former]).toEqual([['g-1'], undefined]);
    expect([groupsOf(second.policy), groupsOf(second.policy.former)]).toEqual([['g-2'], ['g-1', 'g-2']]);
    expect(second.moved).toEqual([{ name: 'groups:night shift', was: ['g-1'], is: ['g-2'] }]);
  });

  test('keeps all that it ever stood for, over more changes and back, and says each once', () => {
    const third = resolve({ groups: [group('g-3')] }, second.remembered);
    expect(groupsOf(third.policy.former)).toEqual(['g-1', 'g-2', 'g-3']);
    const same = resolve({ groups: [group('g-3')] }, third.remembered);
    expect([groupsOf(same.policy.former), same.moved]).toEqual([['g-1', 'g-2', 'g-3'], []]);
    const back = resolve({ groups: [group('g-1')] }, third.remembered);
    expect([groupsOf(back.policy), groupsOf(back.policy.former)]).toEqual([['g-1'], ['g-1', 'g-2', 'g-3']]);
  });

  test('loses it when the policy changes', () => {
    const changed = resolve({ groups: [group('g-2')] }, second.remembered, `${POLICY}caps: { settle: 3 }\n`);
    expect(changed.policy.former).toBeUndefined();
    const elsewhere = resolve(
      { groups: [group('g-3')] },
      second.remembered,
      `${POLICY}caps: { settle: 3 }\n`,
    );
    expect([elsewhere.policy.former, elsewhere.moved]).toEqual([undefined, []]);
  });

  test('goes on with it where it has vanished in between', () => {
    const gone = resolve({ groups: [] }, first.remembered);
    expect([groupsOf(gone.policy), gone.policy.former]).toEqual([['g-1'], undefined]);
    const anew = resolve({ groups: [group('g-2')] }, gone.remembered);
    expect(groupsOf(anew.policy.former)).toEqual(['g-1', 'g-2']);
  });
});

describe('a name that names several things now', () => {
  const LENIENT = POLICY.replace(
    'profiles:',
    'profiles:\n  - { name: lenient, match: { groups: [Night Shift] }, rules: [{ id: late, when: { presence: [away] }, limit: 12h }] }',
  );
  const first = resolve({ groups: [group('g-1')] }, NOTHING_REMEMBERED, LENIENT);
  const doubled = resolve({ groups: [group('g-1'), group('g-2')] }, first.remembered, LENIENT);

  test('stands for the id that it had before, and every one of them protects', () => {
    const { policy, warnings } = doubled;
    expect([groupsOf(policy), groupsOf(policy.former)]).toEqual([['g-1'], ['g-1', 'g-2']]);
    expect([...(policy.former?.profiles[0]?.match?.groups ?? [])]).toEqual(['g-1', 'g-2']);
    expect(warnings[0]).toContain(
      'the group "Night Shift" names several now; the id it had before is used, and the others protect until the policy changes',
    );
  });

  test('does so after one of them is gone again too, and loses it when the policy changes', () => {
    const after = resolve({ groups: [group('g-1')] }, doubled.remembered, LENIENT);
    expect([groupsOf(after.policy), groupsOf(after.policy.former)]).toEqual([['g-1'], ['g-1', 'g-2']]);
    const changed = resolve(
      { groups: [group('g-1')] },
      doubled.remembered,
      `${LENIENT}caps: { settle: 3 }\n`,
    );
    expect(changed.policy.former).toBeUndefined();
  });
});

test('an exemption protects by any mix of the ids that its names have and had, but by those of before alone under not', () => {
  const text = withMore(
    'exempt: [{ groups: [Night Shift], queues: ["VIP*"], not: { groups: [Trainees] } }]\n',
  );
  const all = (night: string, vip: string, trainees: string): Names => ({
    groups: [group(night), group(trainees, 'Trainees')],
    queues: queues(vip),
  });
  const first = resolve(all('g-1', 'a', 't-1'), NOTHING_REMEMBERED, text);
  const second = resolve(all('g-2', 'a', 't-1'), first.remembered, text);
  const third = resolve(all('g-2', 'b', 't-2'), second.remembered, text);
  const match = third.policy.former?.exempt[0]?.match;
  expect([match?.groups, match?.queues, match?.not?.groups]).toEqual([
    new Set(['g-1', 'g-2']),
    new Set(['a', 'b']),
    new Set(['t-1']),
  ]);
});

test('a wildcard that stands for more than before has lost nothing; for others, it keeps all of before', () => {
  const names = (...ids: string[]): Names => ({ groups: [group('g-1')], queues: queues(...ids) });
  const first = resolve(names('a', 'b'));
  const more = resolve(names('a', 'b', 'c'), first.remembered);
  expect([more.policy.former, more.moved]).toEqual([undefined, []]);
  const others = resolve(names('b', 'd'), more.remembered);
  expect([...(others.policy.former?.exempt[1]?.match.queues ?? [])]).toEqual(['a', 'b', 'c', 'd']);
});

test('the policy from memory is the one of the last look-up, with its former ids', () => {
  const first = resolve({ groups: [group('g-1')] });
  const { remembered, policy } = resolve({ groups: [group('g-2')] }, first.remembered);
  const { draft } = load(POLICY);
  const stored = rememberedFrom(changedFacts(new Map(), remembered));
  expect(groupsOf(policyFromMemory(draft, stored, NOW))).toEqual(groupsOf(policy));
  expect(groupsOf(policyFromMemory(draft, stored, NOW).former)).toEqual(['g-1', 'g-2']);
  expect(groupsOf(policyFromMemory(draft, NOTHING_REMEMBERED, NOW))).toEqual(['Night Shift']);
});

describe('the facts of the store', () => {
  test('are written only where they change', () => {
    const { remembered } = resolve({ groups: [group('g-1')] });
    const facts = changedFacts(new Map(), remembered);
    expect([...facts.keys()]).toEqual(['name:groups:night shift', 'name:queues:vip*', 'former_names']);
    expect(changedFacts(facts, remembered)).toEqual(new Map());
  });

  test('may be those of an older version: names in another form, ids with blanks between them', () => {
    const decomposed = 'Bühne'.normalize('NFD').toLowerCase();
    const facts = new Map([
      [`name:groups:${decomposed}`, 'g-1'],
      ['name:queues:vip*', 'q-1 q-2'],
      ['offline', 'x'],
    ]);
    expect(rememberedFrom(facts)).toEqual({
      policy: undefined,
      ids: new Map([
        ['groups:bühne'.normalize('NFC'), ['g-1']],
        ['queues:vip*', ['q-1', 'q-2']],
      ]),
      former: new Map(),
    });
  });

  test.each([
    '[',
    '{}',
    '[1]',
    '',
    'null',
    '{"policy":1,"ids":[]}',
    '{"policy":"a","ids":[["x"],["y",[1]],["z",["i"]]]}',
  ])('that are damaged are not remembered: %s', (text) => {
    const { ids, former } = rememberedFrom(
      new Map([
        ['name:groups:a', text],
        ['former_names', text],
      ]),
    );
    expect([...former.keys()].filter((key) => key !== 'z')).toEqual([]);
    for (const list of ids.values()) expect(list.every((id) => typeof id === 'string')).toBe(true);
  });

  test('keep ids apart that have blanks in them', () => {
    const { remembered } = resolve({ groups: [group('one id')] });
    expect(rememberedFrom(changedFacts(new Map(), remembered)).ids.get('groups:night shift')).toEqual([
      'one id',
    ]);
  });
});

describe('a presence label', () => {
  const label = (id: string, system: 'BUSY' | 'MEAL'): Named => ({ id, names: ['Coaching'], system });
  const inRule = withRule('{ id: a, when: { secondary_presence: [Coaching] }, limit: 60m }');
  const inExemption = withMore('exempt: [{ secondary_presence: [Coaching] }]\n');
  const named = (text: string, ...presences: readonly Named[]): ResolvedNames['policy'] =>
    resolveNames(load(text).draft, { presences }, NOTHING_REMEMBERED, NOW).policy;

  test('that exists in several divisions means all of them', () => {
    const both = [label('p-1', 'BUSY'), label('p-2', 'BUSY')];
    expect(named(inRule, ...both).profiles[0]?.rules[0]?.when.secondaryPresence).toEqual(
      new Set(['p-1', 'p-2']),
    );
    expect(named(inExemption, ...both).exempt[0]?.when?.secondaryPresence).toEqual(new Set(['p-1', 'p-2']));
  });

  test('that means different system presences protects with each, and in a rule its id is asked for', () => {
    const both = [label('p-1', 'BUSY'), label('p-2', 'MEAL')];
    expect(named(inExemption, ...both).exempt[0]?.when?.secondaryPresence).toEqual(new Set(['p-1', 'p-2']));
    expect(faultsOf(() => named(inRule, ...both))).toEqual([
      '6:47: profiles[0].rules[0].when.secondary_presence[0]: "Coaching" names 2 presences: write the id of the right one (p-1, p-2)',
    ]);
  });
});

describe('users who are seen in sweeps', () => {
  const ada = { id: 'u-1', name: 'Ada Byron', email: 'ada@example.com', username: 'ada' };

  test('are kept where the policy may mean them, and tell when they are others', () => {
    const seen = new SeenUsers(
      ['ADA@example.com', 'Bob'],
      [{ id: 'u-9', names: ['zoe@example.com'], ownNames: ['Zoe'] }],
    );
    expect(seen.list).toEqual([]);
    const sweep = (...users: (typeof ada)[]): boolean => {
      seen.begin();
      for (const user of users) seen.see(user);
      return seen.end();
    };
    expect(sweep(ada, { ...ada, id: 'u-2', email: 'x@example.com' })).toBe(true);
    expect(seen.list).toEqual([{ id: 'u-1', names: ['ada@example.com', 'ada'], ownNames: ['Ada Byron'] }]);
    expect(sweep(ada)).toBe(false);
    expect(sweep({ ...ada, id: 'u-3' })).toBe(true);
    expect(sweep()).toBe(true);
  });

  test('are those of the list until a sweep was whole', () => {
    const all = [
      { id: 'u-1', names: ['ada@example.com', 'ada'], ownNames: ['Ada Byron'] },
      { id: 'u-9', names: ['z'] },
    ];
    const seen = new SeenUsers(['ada'], all);
    expect(seen.list.map(({ id }) => id)).toEqual(['u-1']);
    seen.begin();
    expect(seen.list.map(({ id }) => id)).toEqual(['u-1']);
    seen.see(ada);
    expect(seen.end()).toBe(false);
  });
});
