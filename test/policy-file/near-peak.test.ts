/** `near_peak` and `billing` as they are written, checked, and told in plain words. */
import { describe, expect, test } from '@jest/globals';
import { PLAIN_BILLING } from '../../src/domain/licence/billing.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { faultsOf, load, withMore, withRule } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

function near(more = '', billing = ''): string {
  return withRule(`{ id: gone, when: { presence: [idle] }, limit: 60m, near_peak: 90%${more} }`, billing);
}

function policyOf(text: string): Policy {
  return resolvePolicy(load(text).draft, undefined, new Map(), NOW).policy;
}

function linesOf(text: string): readonly string[] {
  return describePolicy(load(text), policyOf(text), NOW);
}

describe('near_peak', () => {
  test('is a share of the peak; without it a rule acts whatever the head-count', () => {
    expect(policyOf(near()).profiles[0]?.rules[0]?.nearPeak).toBe(0.9);
    expect(policyOf(withMore('')).profiles[0]?.rules[0]?.nearPeak).toBeUndefined();
  });

  test.each(['0%', '101%', '1.5', 'high', '-5%'])('%s is none', (share) => {
    const text = near().replace('90%', share);
    expect(faultsOf(() => load(text))[0]).toMatch(/is not a share; write 25% or 0\.25/);
  });

  test('changes nothing in observe mode, which is warned of', () => {
    expect(load(near(', mode: observe')).warnings).toEqual([
      'p.yaml:6:72: profiles[0].rules[0].near_peak: changes nothing: the rule is in observe mode, at any head-count',
    ]);
    expect(load(near()).warnings).toEqual([]);
  });

  test('does not make a later rule dead that acts at any head-count, only one that waits for as much', () => {
    const both = (more: string): readonly string[] =>
      load(`${near()}      - { id: far, when: { presence: [idle] }, limit: 2h${more} }\n`).warnings;
    expect(both('')).toEqual([]);
    expect(both(', near_peak: 80%')).toEqual([]);
    expect(both(', near_peak: 90%')[0]).toContain('is never due: the rule in line 6');
  });

  test('is told in plain words, with the billing month and its peak', () => {
    expect(linesOf(near()).find((line) => line.startsWith('  gone: '))).toMatch(
      /; only while the head-count is at least 90 % of the licence peak, else only reported/,
    );
    expect(linesOf(near())).toContain(
      'Billing months begin on day 1 at midnight in UTC. The licence peak is the highest of the billing month so far; rules that wait for it only report in the first three days of the month.',
    );
    expect(
      linesOf(near('', 'billing: { starts_on: 31, timezone: America/Chicago, expected_peak: 4200 }\n')),
    ).toContain(
      'Billing months begin on day 31, or the last day of a shorter month, at midnight in America/Chicago. The licence peak is the highest of the billing month so far, at least 4200.',
    );
    expect(linesOf(withMore('billing: { starts_on: 3 }\n')).join()).not.toContain('Billing');
  });
});

describe('billing', () => {
  test('has calendar months in UTC unless it says otherwise', () => {
    expect(policyOf(withMore('')).billing).toBeUndefined();
    expect(policyOf(withMore('billing: {}\n')).billing).toEqual(PLAIN_BILLING);
    expect(policyOf(withMore('billing: { starts_on: 15, timezone: Europe/Berlin }\n')).billing).toEqual({
      startsOn: 15,
      zone: 'Europe/Berlin',
      expectedPeak: undefined,
    });
  });

  test.each([
    ['{ starts_on: 0 }', 'must be a whole number from 1 to 31'],
    ['{ starts_on: 32 }', 'must be a whole number from 1 to 31'],
    ['{ timezone: CET }', 'is not a time zone'],
    ['{ expected_peak: 0 }', 'must be a whole number from 1 to 1000000'],
    ['{ expected_peak: many }', 'must be a whole number from 1 to 1000000'],
    ['{ starts: 3 }', 'starts'],
  ])('%s is refused', (billing, why) => {
    expect(faultsOf(() => load(withMore(`billing: ${billing}\n`))).join()).toContain(why);
  });

  test('changes the hash, so that the sweeps after a change only observe', () => {
    const hashes = ['', 'billing: {}\n', 'billing: { starts_on: 2 }\n', 'billing: { expected_peak: 5 }\n'];
    expect(new Set(hashes.map((more) => load(withMore(more)).hash)).size).toBe(4);
    const given = withMore('billing: { expected_peak: "${PEAK}" }\n');
    expect(load(given, { PEAK: '5' }).hash).not.toBe(load(given, { PEAK: '6' }).hash);
  });
});
