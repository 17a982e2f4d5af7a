/** What the environment sets over a policy. */
import { describe, expect, test } from '@jest/globals';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { environmentFaults, inForceHere, type Env } from '../../src/policy-file/environment.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';

const NOW = Date.parse('2026-03-02T14:00:00Z');

function policy(mode: string, env: Env = {}): LoadedPolicy {
  const text = `version: 1
${mode}
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h, mode: enforce }] }]
`;
  return inForceHere(loadPolicyText(text, 'policy.yaml', env), env);
}

const OBSERVE = { IDLE_ENFORCER_MODE: 'observe' };

describe('IDLE_ENFORCER_MODE=observe', () => {
  test('holds the mode of an enforcing policy down, for judging as for all that tells of it', () => {
    const held = policy('mode: enforce', OBSERVE);
    expect(held.settings).toMatchObject({
      mode: 'observe',
      held: { by: 'IDLE_ENFORCER_MODE=observe', policySays: 'enforce' },
    });
    const resolved = resolvePolicy(held.draft, undefined, new Map(), NOW).policy;
    expect(resolved.mode).toBe('observe');
    expect(describePolicy(held, resolved, NOW)).toContain(
      'The environment holds the mode at observe (IDLE_ENFORCER_MODE=observe); the policy itself says enforce.',
    );
  });

  test('gives the policy the fingerprint that it has with mode: observe, so that letting it go is a change', () => {
    expect(policy('mode: enforce', OBSERVE).hash).toBe(policy('mode: observe').hash);
    expect(policy('mode: enforce', OBSERVE).draft.hash).toBe(policy('mode: observe').hash);
    expect(policy('mode: enforce').hash).not.toBe(policy('mode: observe').hash);
    expect(policy('mode: observe', OBSERVE).hash).toBe(policy('mode: observe').hash);
  });

  test('is not there where the variable is empty', () => {
    const { settings } = policy('mode: enforce', { IDLE_ENFORCER_MODE: ' ' });
    expect(settings).toMatchObject({ mode: 'enforce' });
    expect(settings.held).toBeUndefined();
  });
});

test.each(['enforce', 'Observe', 'off', 'observe please'])(
  'IDLE_ENFORCER_MODE=%s is a fault that names the variable and what it accepts, and holds the mode down in doubt',
  (word) => {
    const env = { IDLE_ENFORCER_MODE: word };
    expect(environmentFaults(env)).toEqual([
      `IDLE_ENFORCER_MODE in the environment is "${word}", and accepts only "observe": the mode can only be made safer here: set it in the policy.`,
    ]);
    expect(policy('mode: enforce', env).settings.mode).toBe('observe');
  },
);

test('IDLE_ENFORCER_LOG_LEVEL comes before log.level of the policy, and any other word is a fault', () => {
  expect(policy('log: { level: warn }', { IDLE_ENFORCER_LOG_LEVEL: 'debug' }).settings.log.level).toBe(
    'debug',
  );
  expect(policy('log: { level: warn }').settings.log.level).toBe('warn');
  expect(environmentFaults({ IDLE_ENFORCER_LOG_LEVEL: 'debug' })).toEqual([]);
  expect(environmentFaults({ IDLE_ENFORCER_LOG_LEVEL: 'loud' })).toEqual([
    expect.stringContaining(
      'IDLE_ENFORCER_LOG_LEVEL in the environment is "loud", and accepts one of trace, debug',
    ),
  ]);
});
