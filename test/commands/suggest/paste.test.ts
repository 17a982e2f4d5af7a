/** Suggested limits in the text of a policy: nothing but limits changes. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { paste } from '../../../src/commands/suggest/paste.ts';
import { formatDuration, MINUTE } from '../../../src/domain/time/time.ts';
import { duration } from '../../domain/build.ts';

const POLICY = `version: 1
x-parts:
  gentle: &gentle { clock: since_sign, limit: 2h }
  hour: &hour 60m
  whole: &whole { id: whole, when: { presence: [away] }, limit: 3h }
profiles:
  - name: agents # of all kinds
    rules:
      # The first one.
      - { id: flow, when: { presence: [idle] }, limit: 60m, clock: in_state } # stays
      - id: block
        description: "limit: 60m"

        when: { presence: [meal] }
        limit: "90m" # was agreed on
      - { <<: *gentle, id: merged, when: { presence: [busy] } }
      - <<: *gentle
        id: merged-block
        when: { presence: [break] }
      - { id: aliased, when: { presence: [training] }, limit: *hour }
      - { id: source, when: { presence: [meeting] }, limit: &shared 4h }
      - *whole
`;

const changed = (...limits: [string, string][]): ReturnType<typeof paste> =>
  paste(POLICY, new Map(limits.map(([rule, limit]) => [rule, duration(limit)])));

interface Read {
  readonly profiles: readonly [
    { readonly rules: readonly { readonly id: string; readonly limit: string }[] },
  ];
}

function limitsIn(text: string): Record<string, string> {
  const { profiles } = parse(text, { merge: true }) as Read;
  return Object.fromEntries(profiles[0].rules.map(({ id, limit }) => [id, limit]));
}

describe('a limit', () => {
  test.each<[string, string, string]>([
    ['flow', '45m', '{ id: flow, when: { presence: [idle] }, limit: 45m, clock: in_state }'],
    [
      'block',
      '45m',
      'id: block\ndescription: "limit: 60m"\n\nwhen: { presence: [meal] }\nlimit: 45m # was agreed on',
    ],
    ['merged', '45m', '{ limit: 45m, <<: *gentle, id: merged, when: { presence: [busy] } }'],
    ['merged-block', '2h30m', 'limit: 2h30m\n<<: *gentle\nid: merged-block\nwhen: { presence: [break] }'],
    ['aliased', '45m', '{ id: aliased, when: { presence: [training] }, limit: 45m }'],
  ])('of rule %s', (rule, limit, expected) => {
    const { rules, text, byHand } = changed([rule, limit]);
    expect(rules).toEqual([{ rule, text: expected }]);
    expect(byHand).toEqual([]);
    expect(limitsIn(text)).toEqual({ ...limitsIn(POLICY), [rule]: limit });
  });

  test('that others take from its rule is left to the user', () => {
    expect(changed(['source', '2h'], ['whole', '2h'], ['unheard-of', '2h'])).toEqual({
      text: POLICY,
      rules: [],
      byHand: ['source', 'whole', 'unheard-of'],
    });
  });
});

test('whichever limits change, every other word and comment stays', () => {
  const rules = ['flow', 'block', 'merged', 'merged-block', 'aliased'];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...rules), fc.integer({ min: 1, max: 600 })), (minutes) => {
      const wanted = Object.entries(minutes).map(([rule, each]) => [rule, each * MINUTE] as const);
      const { text } = paste(POLICY, new Map(wanted));
      const expected = Object.fromEntries(wanted.map(([rule, limit]) => [rule, formatDuration(limit)]));
      expect(limitsIn(text)).toEqual({ ...limitsIn(POLICY), ...expected });
      const comments = (each: string): string[] => each.match(/#.*/g) ?? [];
      expect(comments(text)).toEqual(comments(POLICY));
    }),
    { numRuns: 50 },
  );
});
