/** Two policies at once: whose profiles count for whom, and what of either holds for everyone. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import { profileOf } from '../../../src/domain/policy/when.ts';
import { inForceFor, judgingIn } from '../../../src/domain/rollout/in-force.ts';
import type { Rollout } from '../../../src/domain/rollout/rollout.ts';
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
    expect(judging).toEqual({ ...NEW, others: { share: 0.1, profiles: [] } });
  });

  test('rules of a policy that only observed go on observing, and no others', () => {
    const { others, profiles } = inForceFor(NEW, 0.1, { ...OLD, mode: 'observe' });
    expect(others?.profiles).toEqual([
      profile({ name: 'old', rules: [rule({ id: 'old', mode: 'observe' })] }),
    ]);
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
    const oldByFormerIds = policy({ profiles: [profile({ name: 'old by former ids' })] });
    const wanted = { ...NEW, former: { ...NEW, before: oldByFormerIds } };
    const countFormerly = (before: Policy | undefined): unknown => {
      const { former } = inForceFor(wanted, 0.1, before);
      return [countFor(TENTH, former!), countFor(REST, former!)];
    };
    expect(countFormerly(OLD)).toEqual([['new'], ['old by former ids']]);
    expect(countFormerly(undefined)).toEqual([['new'], [undefined]]);
  });
});

describe('the policies that judge while a rollout is at a tenth', () => {
  const steps = [{ at: 0, share: 0.1 }];
  const candidate = { judges: 'new', hash: 'file-new', steps, watched: 0, countedFrom: 0 };
  const rollout: Rollout = { base: { judges: 'old', mode: 'enforce' }, candidate, stopped: [] };
  const wanted = { ...NEW, before: { ...OLD, hash: 'old' } };

  test.each<[string, Rollout, Policy, readonly (string | undefined)[]]>([
    ['are both', rollout, wanted, ['new', 'old']],
    ['leave the others alone where the policy before is not at hand', rollout, NEW, ['new', undefined]],
    [
      'leave the others alone where another policy than that of before is at hand',
      rollout,
      { ...wanted, before: { ...OLD, hash: 'older' } },
      ['new', undefined],
    ],
    [
      'leave the others alone where none was in force before',
      { ...rollout, base: undefined },
      wanted,
      ['new', undefined],
    ],
    ['are the changed one alone, once that is in force for all', { stopped: [] }, wanted, ['new', 'new']],
  ])('%s', (_, standing, policies, profiles) => {
    const judging = judgingIn(standing, policies);
    expect([TENTH, REST].flatMap((ids) => countFor(ids, judging))).toEqual(profiles);
  });

  test.each(['observe', 'enforce'] as const)(
    'let the others be judged in the mode that was in force for all, such as %s, whatever mode the file of before says',
    (mode) => {
      const says = mode === 'observe' ? 'enforce' : 'observe';
      const before: Policy = { ...wanted.before, mode: says };
      const { others } = judgingIn({ ...rollout, base: { judges: 'old', mode } }, { ...wanted, before });
      expect(others?.profiles[0]?.rules[0]?.mode).toBe(mode);
    },
  );
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
