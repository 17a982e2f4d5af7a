/** Two policies at once: whose profiles count for whom, and what of either holds for everyone. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { profileOf } from '../../../src/domain/policy/when.ts';
import { inForceFor } from '../../../src/domain/rollout/in-force.ts';
import { isInShare } from '../../../src/domain/rollout/share.ts';
import { HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { agent, CAPS, exemption, matcher, policy, profile, rule } from '../build.ts';

const NEW = policy({ profiles: [profile({ name: 'new', rules: [rule({ id: 'new' })] })] });
const OLD = policy({ profiles: [profile({ name: 'old', rules: [rule({ id: 'old' })] })] });
const IDS = Array.from({ length: 200 }, (_, n) => `agent-${n}`);
const TENTH = IDS.filter((id) => isInShare(id, 0.1));
const REST = IDS.filter((id) => !isInShare(id, 0.1));

/** The profiles that count for these agents. */
function countFor(ids: readonly string[], judging: Policy): readonly (string | undefined)[] {
  return [...new Set(ids.map((id) => profileOf(agent({ id }), judging)?.name))];
}

describe('while a policy is in force for a tenth of the agents', () => {
  test('its profiles count for them, and those of the policy before for all others', () => {
    const judging = inForceFor(NEW, 0.1, OLD);
    expect([countFor(TENTH, judging), countFor(REST, judging)]).toEqual([['new'], ['old']]);
  });

  test('the others are left alone where the policy before is not known', () => {
    const judging = inForceFor(NEW, 0.1, undefined);
    expect([countFor(TENTH, judging), countFor(REST, judging)]).toEqual([['new'], [undefined]]);
  });

  test('rules of a policy that only observed go on observing, and no others', () => {
    const { others, profiles } = inForceFor(NEW, 0.1, { ...OLD, mode: 'observe' });
    expect(others?.profiles.flatMap(({ rules }) => rules.map(({ mode }) => mode))).toEqual(['observe']);
    expect(profiles[0]?.rules[0]?.mode).toBe('enforce');
    expect(inForceFor(NEW, 0.1, OLD).others?.profiles[0]?.rules[0]?.mode).toBe('enforce');
  });

  test('the same profiles are handed out for each sweep, for what counts in a state is remembered by them', () => {
    const observed = { ...OLD, mode: 'observe' } as const;
    const [first, second] = [inForceFor(NEW, 0.1, observed), inForceFor(NEW, 0.2, observed)];
    expect(first.others?.profiles[0]).toBe(second.others?.profiles[0]);
  });

  test('an exemption of either policy protects', () => {
    const [a, b] = ['a', 'b'].map((label) => exemption({ label, match: matcher({ groups: [label] }) }));
    const judging = inForceFor({ ...NEW, exempt: [a!] }, 0.1, { ...OLD, exempt: [b!] });
    expect(judging.exempt.map(({ label }) => label)).toEqual(['a', 'b']);
  });

  test('of each cap the one that holds back more counts, but for the bound of long interactions', () => {
    const wanted = { ...NEW, caps: { ...CAPS, perSweep: 10, settle: 1, engagedTooLong: HOUR } };
    const breaker = { atLeast: 5, share: 0.5, hold: 60 * MINUTE };
    const before = { ...OLD, caps: { ...CAPS, perHour: 30, breaker, engagedTooLong: 2 * HOUR } };
    expect(inForceFor(wanted, 0.1, before).caps).toEqual({
      perSweep: 10,
      perHour: 30,
      breaker: { atLeast: 5, share: 0.25, hold: 60 * MINUTE },
      settle: 2,
      engagedTooLong: HOUR,
    });
  });

  test('the ids that names had before are divided in the same way', () => {
    const former = { ...NEW, before: OLD };
    const judging = inForceFor({ ...NEW, former }, 0.1, OLD);
    expect([countFor(TENTH, judging.former!), countFor(REST, judging.former!)]).toEqual([['new'], ['old']]);
  });
});

test('at 100 % nothing of the policy before is left', () => {
  const judging = inForceFor({ ...NEW, before: { ...OLD, exempt: [exemption({})] } }, 1, OLD);
  expect(judging).toEqual(NEW);
  expect(countFor(IDS, judging)).toEqual(['new']);
});

test('at 0 %, as after a stop, the policy before counts for everyone', () => {
  expect(countFor(IDS, inForceFor(NEW, 0, OLD))).toEqual(['old']);
});

test('whatever the share, each agent has the profiles of exactly one of the policies', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000).map((mille) => mille / 1_000),
      fc.uuid(),
      (share, id) => {
        const found = profileOf(agent({ id }), inForceFor(NEW, share, OLD))?.name;
        expect(found).toBe(isInShare(id, share) ? 'new' : 'old');
      },
    ),
  );
});
