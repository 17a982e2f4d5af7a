/** `rollout` as it is written, checked, and told in plain words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Policy } from '../../src/domain/policy/policy.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { diffPolicies } from '../../src/policy-file/diff.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy, resolveRemembered } from '../../src/policy-file/resolve.ts';
import { faultsOf, load, withMore } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const USUAL: Policy['rollout'] = {
  steps: [0.01, 0.1, 1],
  every: DAY,
  stop: { regret: 0.05, unverified: 0.1 },
};

function withRollout(keys: string): string {
  return withMore(`rollout: ${keys}\n`);
}

function policyOf(text: string): Policy {
  return resolvePolicy(load(text).draft, undefined, new Map(), NOW).policy;
}

function linesOf(text: string): readonly string[] {
  return describePolicy(load(text), policyOf(text), NOW).filter((line) => line.startsWith('A change of'));
}

test('a change is brought out at once unless the policy has a rollout, whose keys have defaults', () => {
  expect(policyOf(withMore(''))).not.toHaveProperty('rollout');
  expect(policyOf(withRollout('{}')).rollout).toEqual(USUAL);
  expect(resolveRemembered(load(withRollout('{}')).draft, new Map(), NOW).rollout).toEqual(USUAL);
  expect(policyOf(withRollout('{ stop: { regret: 0.02 } }')).rollout).toEqual({
    ...USUAL,
    stop: { regret: 0.02, unverified: 0.1 },
  });
  expect(
    policyOf(withRollout('{ steps: [0.05%, 0.5, 100%], every: 1h, stop: { unverified: 100% } }')).rollout,
  ).toEqual({ steps: [0.0005, 0.5, 1], every: HOUR, stop: { regret: 0.05, unverified: 1 } });
  expect(load(withRollout('{}')).warnings).toEqual([]);
});

test('each policy of a fleet has its own', () => {
  const shared = {
    file: 'fleet.yaml',
    store: { sqlite: '/data', retention: DAY },
    server: { host: '127.0.0.1', port: 1 },
    page: { url: undefined, secret: undefined, signIn: undefined },
    log: { level: 'warn', identities: 'hash' },
  } as const;
  const text = `${withRollout('{}')}name: North\n`;
  const { draft } = loadPolicyText(text, 'p.yaml', {}, undefined, { shared });
  expect(draft.content.rollout).toEqual(USUAL);
});

describe('refused, with place and cure', () => {
  const GROWS = 'is not larger than the step before it: steps grow, such as [1%, 10%, 100%]';
  const LAST = 'is the last step, and must be 100%: a change acts on all agents in the end';

  test.each([
    ['{ steps: [] }', ['7:19: rollout.steps: is an empty list']],
    ['{ steps: [0%, 100%] }', ['7:20: rollout.steps[0]: "0%" is not a share']],
    ['{ steps: [1%, 101%] }', ['7:24: rollout.steps[1]: "101%" is not a share']],
    ['{ steps: [1%, 1%, 100%] }', [`7:24: rollout.steps[1]: ${GROWS}`]],
    ['{ steps: [10%, 1%, 100%] }', [`7:25: rollout.steps[1]: ${GROWS}`]],
    ['{ steps: [1%, 100%, 100%] }', [`7:30: rollout.steps[2]: ${GROWS}`]],
    ['{ steps: [1%, 99.9%] }', [`7:24: rollout.steps[1]: ${LAST}`]],
    ['{ steps: [10%, 5%] }', [`7:25: rollout.steps[1]: ${GROWS}`, `7:25: rollout.steps[1]: ${LAST}`]],
    [`{ steps: [${Array(21).fill('100%').join(', ')}] }`, ['7:19: rollout.steps: has more than 20 entries']],
    ['{ steps: 100% }', ['7:19: rollout.steps: must be a list']],
    ['{ every: 59s }', ['7:19: rollout.every: must be at least 1m']],
    ['{ every: 1 }', ['7:19: rollout.every: 1 has no unit: write 1m']],
    ['{ stop: { regret: 0% } }', ['7:28: rollout.stop.regret: "0%" is not a share']],
    ['{ stop: { unverified: 101% } }', ['7:32: rollout.stop.unverified: "101%" is not a share']],
    ['{ step: [100%] }', ['7:12: rollout.step: unknown key (did you mean "steps"?)']],
    ['{ stop: { held: 5% } }', ['7:20: rollout.stop.held: unknown key; there are regret, unverified']],
    ['5%', ['7:10: rollout: must be a block of keys']],
  ])('%s', (keys, faults) => {
    const told = faultsOf(() => load(withRollout(keys)));
    expect(told).toHaveLength(faults.length);
    faults.forEach((fault, i) => {
      expect(told[i]).toContain(fault);
    });
  });
});

describe('warned of', () => {
  test('are steps that are over before a regret is known', () => {
    expect(load(withRollout('{ every: 9m59s }')).warnings).toEqual([
      'p.yaml:7:19: rollout.every: is shorter than 10m: a step lasts until regrets can be known, ten minutes after a log-off; write at least 10m',
    ]);
    expect(load(withRollout('{ every: 10m }')).warnings).toEqual([]);
  });

  test('is a first step that is all of it', () => {
    expect(load(withRollout('{ steps: [100%] }')).warnings).toEqual([
      'p.yaml:7:20: rollout.steps[0]: brings every change out to all agents at once; begin with a small share, such as 1%',
    ]);
    expect(load(withRollout('{ steps: [99%, 100%] }')).warnings).toEqual([]);
  });

  test('is a policy that cannot be kept, because it takes text out of a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
    try {
      const limit = join(folder, 'limit');
      writeFileSync(limit, '60m');
      const from = (text: string): string => text.replace('60m', () => `"\${file:${limit}}"`);
      expect(load(from(withRollout('{}'))).warnings).toEqual([
        'p.yaml:7:10: rollout: the next change leaves the agents alone whom it has not reached: text of profiles, rules or what counts with them comes out of ${file:…}, which may hold secrets, and is not kept; write it here, or into a variable',
      ]);
      expect(load(from(withRollout('{}').replace(/^rollout.*$/m, ''))).warnings).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is no mode: in observe mode a rollout has nothing to do', () => {
    for (const mode of ['observe', 'enforce'])
      expect(load(`mode: ${mode}\n${withRollout('{}')}`).warnings).toEqual([]);
  });
});

describe('in plain words', () => {
  test('it says on how many agents a change acts, for how long, and what stops it', () => {
    expect(linesOf(withMore(''))).toEqual([]);
    expect(linesOf(withRollout('{ steps: [0.05%, 57%, 100%], every: 2h }'))).toEqual([
      'A change of profiles, rules or returns, or of a mode to enforce, acts on 0.05 %, then 57 %, then 100 % of the agents, each step at least 2h after the one before; on the others acts what was in force for all before. It stops, and that is in force for all again, when agents are there again within ten minutes of three log-offs, or, from 20 log-offs on, of more than 5 % of them, or when more than 10 % of them are not verified.',
    ]);
  });

  test('a change of it is told key by key', () => {
    const [none, usual, own] = ['', 'rollout: {}\n', 'rollout: { steps: [5%, 100%], every: 6h }\n'].map(
      (more) => load(withMore(more)),
    );
    expect(diffPolicies(none!, usual!)).toEqual([
      'rollout: steps none → [1 %, 10 %, 100 %]',
      'rollout: every none → 1d',
      'rollout.stop: regret none → 5 %',
      'rollout.stop: unverified none → 10 %',
    ]);
    expect(diffPolicies(usual!, own!)).toEqual([
      'rollout: steps [1 %, 10 %, 100 %] → [5 %, 100 %]',
      'rollout: every 1d → 6h',
    ]);
    expect(diffPolicies(own!, none!)).toContain('rollout.stop: regret 5 % → none');
  });
});

describe('with values from the environment', () => {
  const text = withRollout('{ steps: ["${FIRST}", 100%], every: "${EVERY:-1d}" }');

  test('the fingerprint is that of what is in force, so that another value is taken up', () => {
    const one = load(text, { FIRST: '1%' });
    expect(load(text, { FIRST: '2%' }).hash).not.toBe(one.hash);
    expect(load(text, { FIRST: '1%', EVERY: `${DAY / MINUTE}m` }).hash).not.toBe(one.hash);
    expect(load(text, { FIRST: '1%', EVERY: '1d' }).hash).toBe(one.hash);
    expect(load(withRollout('{ steps: [1%, 100%], every: 1d }')).hash).toBe(one.hash);
  });

  test('one that is not set may be any share: the steps beside it are no faults', () => {
    const lookAt = (steps: string): LoadedPolicy =>
      loadPolicyText(withRollout(`{ steps: ${steps} }`), 'p.yaml', {}, undefined, { mayBeAbsent: true });
    for (const steps of ['["${A}", 100%]', '[1%, "${A}"]', '["${A}", "${B}", 100%]', '[5%, "${A}", 100%]']) {
      const { warnings, isWhole } = lookAt(steps);
      expect(warnings.filter((line) => !line.includes('is not set: the value was not checked'))).toEqual([]);
      expect(isWhole).toBe(false);
    }
    expect(faultsOf(() => lookAt('["${A}", 5%, 5%]'))).toHaveLength(2);
  });
});
