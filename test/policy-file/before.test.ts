/** The policy that was in force before: what makes it another one, what of it is kept, and how it is read beside the new one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { profileOf, whenHolds } from '../../src/domain/policy/when.ts';
import type { KeptPolicy } from '../../src/domain/rollout/rollout.ts';
import { keptOf, withBefore } from '../../src/policy-file/before.ts';
import { needsOf } from '../../src/policy-file/needs.ts';
import type { Names } from '../../src/policy-file/names.ts';
import { namesNeeded } from '../../src/policy-file/names.ts';
import { Source } from '../../src/policy-file/source.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { agent } from '../domain/build.ts';
import { GOOD_RULE, load, withMore, withRule } from './texts.ts';

const open = (text: string): string => text;

function kept(text: string, env: Readonly<Record<string, string>> = {}, hide = open): KeptPolicy {
  return keptOf(load(text, env).draft, hide);
}

/** The former policy as it counts beside the new one. */
function before(former: KeptPolicy, wanted = withMore(''), names?: Names): Policy | undefined {
  const draft = withBefore(load(wanted).draft, former, former.mode);
  return resolvePolicy(draft, names, new Map(), 0).policy.before;
}

describe('what a policy judges by', () => {
  const same = kept(withMore(''));

  test.each([
    ['caps', withMore('caps: { per_hour: 3 }\n')],
    ['exemptions', withMore('exempt: [{ users: [a@example.com] }]\n')],
    [
      'calendars, for a holiday counts for all at once',
      withMore('calendars: { night: { timezone: UTC, weekly: { mon: ["22:00-06:00"] } } }\n'),
    ],
    ['the mode', withMore('mode: enforce\n')],
    ['the steps', withMore('rollout: {}\n')],
    [
      'a comment, blanks, and the order of keys',
      withRule('{ limit: 60m, id: gone,   when: { presence: [idle] } } # the same'),
    ],
  ])('is the same whatever stands in the file about %s', (_, text) => {
    expect(kept(text).judges).toBe(same.judges);
  });

  test.each([
    ['a limit', withRule(GOOD_RULE.replace('60m', '61m'))],
    ['the id of a rule', withRule(GOOD_RULE.replace('gone', 'left'))],
    ['the name of a profile', withMore('').replace('name: all', 'name: everyone')],
    ['a rule more', withRule(GOOD_RULE, `      - ${GOOD_RULE.replace('gone', 'two')}\n`)],
    ['answers to returns', withMore('returns: { grace: 7m }\n')],
  ])('is another one by %s', (_, text) => {
    expect(kept(text).judges).not.toBe(same.judges);
  });

  test('is another one by the order of profiles: the first that fits counts', () => {
    const two = (a: string, b: string): string =>
      `${withMore('').split('profiles:')[0]}profiles:\n${[a, b].map((name) => `  - { name: ${name}, match: { groups: [${name}] }, rules: [${GOOD_RULE.replace('gone', name)}] }\n`).join('')}`;
    expect(kept(two('x', 'y')).judges).not.toBe(kept(two('y', 'x')).judges);
  });

  test('goes by what a variable holds', () => {
    const text = withRule(GOOD_RULE.replace('60m', '"${LIMIT}"'));
    expect(kept(text, { LIMIT: '60m' }).judges).toBe(same.judges);
    expect(kept(text, { LIMIT: '2m' }).judges).not.toBe(same.judges);
  });
});

describe('of a policy is kept', () => {
  test('what it judges by, and what counts with it: no credentials, channels or store', () => {
    const { content } = kept(withMore('caps: { per_hour: 3 }\nname: A\nlog: { level: debug }\n'));
    expect(Object.keys(JSON.parse(content ?? '') as object)).toEqual(['profiles', 'caps']);
    expect(content).not.toContain('sesame');
  });

  test('nothing where it holds a secret of the process', () => {
    const hide = (text: string): string => text.replaceAll('sesame', '…');
    const text = withMore('exempt: [{ users: [a@example.com], reason: sesame }]\n');
    expect(kept(text, {}, hide)).toMatchObject({ content: undefined });
    expect(kept(text, {}, hide).judges).toBe(kept(withMore('')).judges);
  });

  test('nothing where it is too large to be kept', () => {
    const { draft } = load(withMore(''));
    const large = (length: number): string | undefined => {
      const source = new Source('p.yaml');
      source.value = { ...(draft.source.value as object), exempt: [{ reason: 'x'.repeat(length) }] };
      return keptOf({ ...draft, source }, open).content;
    };
    expect([large(2 ** 19), large(2 ** 20)].map((content) => content === undefined)).toEqual([false, true]);
  });

  test('nothing where a part of it comes out of a file, which may hold anything', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'kept-')), 'limit');
    writeFileSync(path, '60m');
    expect(kept(withRule(GOOD_RULE.replace('60m', `"\${file:${path}}"`)))).toMatchObject({
      content: undefined,
    });
    rmSync(dirname(path), { recursive: true });
  });
});

describe('the policy before, read beside the new one', () => {
  const NAMES: Names = {
    groups: [{ id: 'g-1', names: ['Night'] }],
    presences: [{ id: 'p-1', names: ['Coaching'], system: 'BUSY' }],
  };
  const NIGHT = withMore('')
    .replace('name: all', 'name: night, match: { groups: [Night] }')
    .replace('- name: night, match: { groups: [Night] }', '- name: night\n    match: { groups: [Night] }');

  test('has its own profiles, exemptions, caps and answers to returns', () => {
    const former = kept(
      withRule(
        GOOD_RULE.replace('60m', '90m'),
        'exempt: [{ users: [a@example.com] }]\ncaps: { per_hour: 3 }\nreturns: { grace: 7m }\n',
      ),
    );
    const policy = before(former);
    expect(policy).toMatchObject({ hash: former.judges, mode: former.mode, caps: { perHour: 3 } });
    expect(policy?.profiles[0]).toMatchObject({
      rules: [{ limit: 90 * 60_000 }],
      returns: { grace: 7 * 60_000 },
    });
    expect(policy?.exempt).toHaveLength(1);
  });

  test('goes by the calendars of now, and by its own where the new file has none of that name', () => {
    const hours = (windows: string): string =>
      `calendars: { day: { timezone: UTC, weekly: { mon: ["${windows}"] } } }\n`;
    const former = kept(withRule(GOOD_RULE.replace('limit', 'during: day, limit'), hours('08:00-10:00')));
    const windowsBy = (text: string): unknown => before(former, text)?.profiles[0]?.rules[0]?.hours?.calendar;
    const own = load(withRule(GOOD_RULE.replace('limit', 'during: day, limit'), hours('08:00-10:00')));
    const itsOwn = resolvePolicy(own.draft, undefined, new Map(), 0).policy.profiles[0]?.rules[0]?.hours
      ?.calendar;
    expect(itsOwn).toMatchObject({ name: 'day' });
    expect(windowsBy(withMore(''))).toEqual(itsOwn);
    expect(windowsBy(withMore(hours('11:00-12:00')))).not.toEqual(itsOwn);
  });

  test('has its groups and labels looked up with those of the new one, and read of each agent', () => {
    const text = NIGHT.replace('presence: [idle]', 'secondary_presence: [Coaching]');
    const draft = withBefore(load(withMore('')).draft, kept(text), 'enforce');
    expect(namesNeeded(draft)).toMatchObject({ groups: ['Night'], presences: ['Coaching'] });
    const { policy } = resolvePolicy(draft, NAMES, new Map(), 0);
    const [profile] = policy.before?.profiles ?? [];
    expect([...(profile?.match?.groups ?? [])]).toEqual(['g-1']);
    expect(needsOf(policy)).toMatchObject({ groups: true });
    const state = { presence: 'BUSY', presenceId: 'p-1', routing: 'OFF_QUEUE' } as const;
    expect(whenHolds(profile!.rules[0]!.when, state as never)).toBe(true);
    expect(profileOf(agent({ groups: ['g-1'] }), policy.before!)?.name).toBe('night');
  });

  test('is none, with a warning, where a group of it is gone that nothing is remembered of', () => {
    const draft = withBefore(load(withMore('')).draft, kept(NIGHT), 'enforce');
    const { policy, warnings } = resolvePolicy(draft, { groups: [] }, new Map(), 0);
    expect(policy.before).toBeUndefined();
    expect(warnings).toEqual([
      'the policy that was in force before names what the platform does not have: agents whom the rollout has not reached are left alone',
    ]);
  });

  test('goes on with the id of a group that is gone and remembered', () => {
    const draft = withBefore(load(withMore('')).draft, kept(NIGHT), 'enforce');
    const { policy, warnings } = resolvePolicy(
      draft,
      { groups: [] },
      new Map([['groups:night', ['g-1']]]),
      0,
    );
    expect([...(policy.before?.profiles[0]?.match?.groups ?? [])]).toEqual(['g-1']);
    expect(warnings).toEqual([]);
  });

  test('is not there yet where its names have not been read, and that is no warning', () => {
    const draft = withBefore(load(withMore('')).draft, kept(NIGHT), 'enforce');
    const { policy, warnings } = resolvePolicy(draft, {}, new Map(), 0);
    expect([policy.before, warnings]).toEqual([undefined, []]);
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['no policy', '[]'],
    [
      'keys of another version',
      '{"profiles":[{"name":"a","rules":[{"id":"x","limit":"1m","when":{"mood":["bad"]}}]}]}',
    ],
  ])('is none where %s is kept of it', (_, content) => {
    const { draft } = load(withMore(''));
    expect(withBefore(draft, { ...kept(withMore('')), content }, 'enforce')).toBe(draft);
  });
});
