/**
 * Policies made to cost time or memory. Each is refused, with a sentence, or is taken; none needs
 * work that grows with its faults times its size. Nothing here is timed: without the bounds most of these never end.
 */
import { describe, expect, test } from '@jest/globals';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { findNear, smallEffort } from '../../src/policy-file/nearest.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { wildcard } from '../../src/policy-file/wildcard.ts';
import { faultsOf, load, withGenesys, withMore, withRule } from './texts.ts';

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

const CALENDAR = (zone: string): string => `{ timezone: ${zone}, weekly: { daily: "08:00-17:00" } }`;

describe('a policy is refused for', () => {
  test.each([
    [
      'a range of a billion seconds',
      withMore('sweep: { every: "1-1000000000 * * * * *" }\n'),
      '7:17: sweep.every: this is not a cron expression; write six fields, seconds first, such as "0 * * * * *" for every minute',
    ],
    [
      'a schedule of fifty thousand parts',
      withMore(`sweep: { every: "${'0,'.repeat(50_000)}0 * * * * *" }\n`),
      '7:17: sweep.every: this is not a cron expression; write six fields, seconds first, such as "0 * * * * *" for every minute',
    ],
    [
      'an address without end that has a blank after it',
      withMore(`notify: [{ name: a, type: slack, url: "http://${'a'.repeat(200_000)} ", on: [held] }]\n`),
      '7:39: notify[0].url: is longer than 2000 characters',
    ],
    [
      'a region without end',
      withGenesys(`genesys: { region: "${'a-'.repeat(100_000)}", client_id: a, client_secret: b }`),
      '2:20: genesys.region: is longer than 2000 characters',
    ],
    [
      'days without end',
      withMore(
        `calendars: { a: { timezone: UTC, weekly: { "mon${',mon'.repeat(50_000)}x": "08:00-17:00" } } }\n`,
      ),
      '7:44: calendars.a.weekly.mon…: is too long for days of the week',
    ],
    [
      'two hundred windows in a day',
      withMore(
        `calendars: { a: { timezone: UTC, weekly: { daily: [${lines(200, () => '"08:00-17:00", ')}] } } }\n`,
      ),
      '7:42: calendars.a.weekly: has more than 24 windows in a day',
    ],
    [
      'windows that many keys put into one day',
      withMore(
        `calendars: { a: { timezone: UTC, weekly: { ${['mon', 'mon,tue', 'mon-wed'].map((day) => `"${day}": [${lines(9, () => '"08:00-17:00", ')}]`).join(', ')} } } }\n`,
      ),
      '7:42: calendars.a.weekly: has more than 24 windows in a day',
    ],
    [
      'calendars of more windows than can be worked out in time',
      withMore(`calendars:\n${lines(300, (i) => `  c${i}: ${CALENDAR('UTC')}\n`)}`),
      '8:3: calendars: have more than 2000 windows a week together',
    ],
    [
      'more rules in a profile than can be weighed for each agent',
      withRule(
        lines(101, (i) => `{ id: r${i}, when: { presence: [idle] }, limit: 60m }\n      - `).slice(0, -9),
      ),
      '6:7: profiles[0].rules: has more than 100 entries',
    ],
    [
      'more wildcards than can be compared with everyone in each sweep',
      withMore(`exempt:\n${lines(150, (i) => `  - { users: ["a${i}*"], not: { queues: ["*${i}"] } }\n`)}`),
      '108:15: exempt[100].users[0]: is one of more than 200 names with *: name groups instead, or write whole names',
    ],
    [
      'an alias of an alias of an alias, a thousand deep',
      withMore(lines(1_000, (i) => `k${i}: &a${i} [${i === 0 ? '1' : `*a${i - 1}`}]\n`)),
      '1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases',
    ],
    [
      'blocks that are merged into themselves',
      withMore('x-a: &a { <<: *a }\ncaps: { <<: *a }\n'),
      '1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases',
    ],
    [
      'a file that aliases make into hundreds of megabytes',
      withMore(`x-a: &a ["${'${A}'.repeat(2_000)}"]\ntests: [${lines(900, () => '*a, ')}]\n`),
      '1:1: policy: is far too large: too many values, nested too deeply, or aliases of aliases',
    ],
    [
      'a text that variables make without end',
      withMore(`tests: ["${'${A}'.repeat(100_000)}"]\n`),
      '7:9: tests[0]: becomes longer than any text of a policy: it holds too many or too large files or variables',
    ],
  ])('%s', (_, text, fault) => {
    expect(faultsOf(() => load(text, { A: 'a'.repeat(100) }))).toContain(fault);
  });

  test('thousands of faults, of which the first hundred are told, in the order of the file', () => {
    const text = withMore(`calendars:\n${lines(3_000, (i) => `  c${i}: ${CALENDAR('Europe/Berln')}\n`)}`);
    const faults = faultsOf(() => load(text));
    expect(faults).toHaveLength(101);
    expect(faults[0]).toMatch(/^8:\d+: .*"Europe\/Berln" is not .* \(did you mean "Europe\/Berlin"\?\)$/);
    expect(faults.slice(0, 100).map((line) => Number(line.split(':')[0]))).toEqual(
      Array.from({ length: 100 }, (_, i) => 8 + i),
    );
    expect(faults[100]).toBe('… and 2900 more');
  });

  test('the first ones in the file, also when the last ones are found first', () => {
    const text = withMore(`mode: a\n${lines(3_000, () => 'mode: observe\n')}zebra: 1\n`);
    expect(faultsOf(() => load(text))[0]).toMatch(/^7:7: mode: /);
  });
});

describe('suggestions', () => {
  test('cost so much altogether and no more, however many faults there are', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `person.number.${i}@example.com`);
    const text = withMore(
      `exempt: [{ users: [${lines(2_000, (i) => `persno.nubmer.${i}@exmaple.com, `)}] }]\n`,
    );
    const users = names.map((name, i) => ({ id: `u-${i}`, names: [name] }));
    let refusal: unknown;
    try {
      resolvePolicy(load(text).draft, { users }, new Map(), 0);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(PolicyRefused);
    const { faults, count } = refusal as PolicyRefused;
    expect(count).toBe(2_000);
    expect(faults[0]?.suggestion).toBe('person.number.0@example.com');
    expect(faults.at(-1)?.suggestion).toBeUndefined();
  });

  test('are not looked for any more when the effort is spent', () => {
    const effort = smallEffort();
    // The same letters in another order: only comparing tells that these are other words.
    const known = Array.from({ length: 20_000 }, (_, i) => `zyxwvutsrqponmlkjihgfedcba${i}`);
    for (let i = 0; i < 20; i += 1) findNear('abcdefghijklmnopqrstuvwxy-zz', known, effort);
    expect(effort.left).toBeLessThanOrEqual(0);
    expect(effort.left).toBeGreaterThan(-10_000);
    expect(findNear('abcd', ['abcd'], effort)).toBeUndefined();
  });
});

describe('a policy is taken', () => {
  test('with two thousand exempt people, with a thousand aliases, and with what is referred to by them', () => {
    const people = `exempt:\n  - users:\n${lines(2_000, (i) => `      - first.lastname.number${i}@example-company.com\n`)}`;
    expect(load(withMore(people)).draft.content.exempt[0]?.users).toHaveLength(2_000);
    const aliases = withMore(
      `x-a: &a [wallboard@example.com]\nexempt:\n${lines(999, () => '  - { users: *a }\n')}`,
    );
    expect(load(aliases).draft.content.exempt).toHaveLength(999);
  });

  test('with Windows line ends, a byte order mark, wide characters and half a megabyte of remarks', () => {
    const text = `\ufeff# 😀\n${withMore('')}${lines(20_000, () => '# remark\n')}`.replaceAll('\n', '\r\n');
    expect(loadPolicyText(text, 'p.yaml', {}).draft.content.profiles).toHaveLength(1);
  });
});

test('a wildcard of many stars is looked for in long names in one go', () => {
  const names = Array.from({ length: 200 }, (_, i) => 'a'.repeat(2_000 + i));
  expect(names.filter((name) => wildcard('*a*a*a*a*a*a*a*b').test(name))).toEqual([]);
});
