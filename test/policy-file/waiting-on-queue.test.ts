/** Which rules are about agents who wait on queue, and what is said of those that do not know it. */
import { describe, expect, test } from '@jest/globals';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { diffPolicies } from '../../src/policy-file/diff.ts';
import type { Named } from '../../src/domain/policy/named.ts';
import { reachOf, whenOfText } from '../../src/policy-file/reach.ts';
import { resolvePolicy, type ResolvedPolicy } from '../../src/policy-file/resolve.ts';
import { faultsOf, load, withRule } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const KEY = 'waiting_on_queue: true';

function ruleOf(when: string, more = ''): string {
  return withRule(`{ id: gone, when: ${when}, limit: 60m${more} }`);
}

function refused(when: string): readonly string[] {
  return faultsOf(() => load(ruleOf(when)));
}

/** Conditions that only agents who wait on queue can meet. */
const ONLY: readonly string[] = [
  '{ presence: [on_queue] }',
  '{ presence: [On Queue], secondary_presence: [Outbound] }',
  '{ routing: [idle] }',
  '{ routing: [idle, interacting] }',
  '{ routing: [idle, interacting, communicating] }',
  '{ presence: [on_queue], routing: [idle] }',
  '{ presence: [on_queue], routing: [idle, interacting] }',
  '{ presence: [on_queue, available, away], routing: [idle] }',
  '{ presence: [on_queue], not: { routing: [not_responding] } }',
  '{ presence: [on_queue], not: { presence: [meal] } }',
  '{ not: { routing: [off_queue, not_responding] } }',
  '{ not: { presence: [available, away, busy, offline, idle, meal, training, meeting, break] } }',
  '{ not: { not: { presence: [on_queue] } } }',
  '{ not: { not: { routing: [idle] } } }',
  '{ routing: [idle], secondary_presence: [Outbound] }',
];

describe('a rule that could only ever fit agents who wait on queue', () => {
  test.each(ONLY)('is refused with %s, and the fault names the key to add', (when) => {
    const [fault, ...others] = refused(when);
    expect(others).toEqual([]);
    expect(fault).toBe(
      `6:27: profiles[0].rules[0].when: fits only agents who wait on queue, which is work: add ${KEY} to the rule to log them off`,
    );
  });

  test.each(ONLY)('is taken with %s where it says that it means them', (when) => {
    for (const value of ['true', '"true"', '"${YES}"']) {
      const text = ruleOf(when, `, waiting_on_queue: ${value}`);
      expect(faultsOf(() => load(text, { YES: 'true' }))).toEqual([]);
      expect(load(text, { YES: 'true' }).warnings).toEqual([]);
    }
  });

  test('is refused where it says that it does not', () => {
    expect(faultsOf(() => load(ruleOf('{ routing: [idle] }', ', waiting_on_queue: false')))).toHaveLength(1);
  });

  test('is refused beside its other faults', () => {
    const text = withRule('{ id: a, when: { routing: [idle] }, clock: since_work, limit: 1s }');
    expect(
      faultsOf(() => load(text)).map((line) => line.replace(/^.*rules\[0\]\.([a-z]+): .*$/, '$1')),
    ).toEqual(['when', 'clock', 'limit']);
  });

  test('is refused by the platform’s labels as well, once these are known', () => {
    const label = (name: string, system: 'ON_QUEUE' | 'BUSY'): Named => ({ id: name, names: [name], system });
    const resolve = (text: string): ResolvedPolicy =>
      resolvePolicy(
        load(text).draft,
        { presences: [label('Outbound', 'ON_QUEUE'), label('Desk', 'BUSY')] },
        new Map(),
        NOW,
      );
    expect(faultsOf(() => resolve(ruleOf('{ secondary_presence: [Outbound] }')))).toEqual([
      `6:27: profiles[0].rules[0].when: fits only agents who wait on queue, which is work: add ${KEY} to the rule to log them off`,
    ]);
    expect(faultsOf(() => resolve(ruleOf('{ secondary_presence: [Outbound] }', `, ${KEY}`)))).toEqual([]);
    expect(faultsOf(() => resolve(ruleOf('{ secondary_presence: [Outbound, Desk] }')))).toEqual([]);
    expect(faultsOf(() => resolve(ruleOf('{ secondary_presence: [Desk] }')))).toEqual([]);
  });
});

describe('a rule that fits others as well', () => {
  test.each([
    '{ presence: [idle] }',
    '{ routing: [off_queue] }',
    '{ routing: [not_responding] }',
    '{ routing: [off_queue, not_responding] }',
    '{ presence: [on_queue], routing: [not_responding] }',
    '{ presence: [on_queue], not: { routing: [idle] } }',
    '{ not: { presence: [meal] } }',
    '{ not: { routing: [off_queue] } }',
    '{ not: { presence: [on_queue] } }',
    '{ secondary_presence: [Outbound] }',
  ])('is taken with %s, without a word', (when) => {
    expect(refused(when)).toEqual([]);
    expect(load(ruleOf(when)).warnings).toEqual([]);
  });

  test.each([
    '{ presence: [on_queue, available] }',
    '{ routing: [idle, off_queue] }',
    '{ routing: [idle, not_responding] }',
    '{ presence: [on_queue], routing: [idle, not_responding] }',
  ])('is warned of where it names such agents with %s, for it leaves them alone', (when) => {
    expect(refused(when)).toEqual([]);
    expect(load(ruleOf(when)).warnings).toEqual([
      `p.yaml:6:27: profiles[0].rules[0].when: names agents who wait on queue, but leaves them alone, because that is work; add ${KEY} to include them`,
    ]);
    expect(load(ruleOf(when, `, ${KEY}`)).warnings).toEqual([]);
  });

  test.each(['{ presence: [meal] }', '{ routing: [off_queue] }'])(
    'is warned of where %s can never meet such agents, and the key says that it means them',
    (when) => {
      const { warnings } = load(ruleOf(when, `, ${KEY}`));
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain(
        'rules[0].waiting_on_queue: changes nothing: an agent who waits on queue never meets this condition',
      );
    },
  );
});

test('the key takes nothing but true and false', () => {
  for (const value of ['yes', '1', '[true]', '"on"'])
    expect(faultsOf(() => load(ruleOf('{ presence: [meal] }', `, waiting_on_queue: ${value}`)))).toEqual([
      '6:79: profiles[0].rules[0].waiting_on_queue: must be true or false',
    ]);
});

test('the reach of a condition holds every pair that can be read, and none that contradicts itself', () => {
  const pairs = reachOf(whenOfText({}));
  expect(pairs).toHaveLength(41);
  expect(pairs).toContainEqual({ presence: 'BREAK', routing: 'INTERACTING' });
  expect(pairs).toContainEqual({ presence: 'BREAK', routing: 'NOT_RESPONDING' });
  expect(pairs).not.toContainEqual({ presence: 'BREAK', routing: 'IDLE' });
  expect(reachOf(whenOfText({ presence: ['AVAILABLE'], routing: ['IDLE'] }))).toEqual([]);
});

describe('what is said of a policy', () => {
  const lines = (text: string): readonly string[] => {
    const loaded = load(text);
    return describePolicy(loaded, resolvePolicy(loaded.draft, undefined, new Map(), NOW).policy, NOW);
  };
  const found = (text: string): string | undefined => lines(text).find((line) => line.startsWith('  gone: '));

  test('tells whether a rule means agents who wait on queue, where it could', () => {
    const wide = '{ not: { presence: [meal] } }';
    expect(found(ruleOf(wide))).toMatch(/revoke_tokens; agents who wait on queue are left alone\.$/);
    expect(found(ruleOf(wide, `, ${KEY}`))).toMatch(/; agents who wait on queue are logged off too\.$/);
    expect(found(ruleOf('{ presence: [meal] }'))).toMatch(/revoke_tokens\.$/);
  });

  test('shows them as covered only by rules that mean them', () => {
    const row = (text: string): string | undefined => lines(text).find((line) => /^ {2}on queue /.test(line));
    expect(row(ruleOf('{ not: { presence: [meal] } }'))?.trim().split(/ {2,}/)).toEqual([
      'on queue',
      '-',
      'gone',
    ]);
    expect(
      row(ruleOf('{ routing: [idle] }', `, ${KEY}`))
        ?.trim()
        .split(/ {2,}/),
    ).toEqual(['on queue', 'gone', '-']);
  });

  test('tells that it changed', () => {
    const wide = '{ not: { presence: [meal] } }';
    expect(diffPolicies(load(ruleOf(wide)), load(ruleOf(wide, `, ${KEY}`)))).toEqual([
      'rule gone: waiting_on_queue false → true',
    ]);
  });
});

test('the time in a state starts at zero where the key changes what the rule means', () => {
  const keyOf = (when: string, more = ''): string | undefined =>
    resolvePolicy(load(ruleOf(when, more)).draft, undefined, new Map(), NOW).policy.profiles[0]?.rules[0]
      ?.whenKey;
  const wide = '{ not: { presence: [meal] } }';
  expect(keyOf(wide)).not.toBe(keyOf(wide, `, ${KEY}`));
  expect(keyOf('{ presence: [meal] }')).toBe(keyOf('{ presence: [meal] }', `, ${KEY}`));
});
