/** Two policies at once: the one that is brought out for a share of the agents, the one before it for all others. Pure. */
import type { Caps, Mode, Policy, Profile } from '../policy/policy.ts';
import { shareOf, type Rollout } from './rollout.ts';

/** The policy that judges while a rollout is so far; `wanted.before` counts as far as it is the one that was in force for all. */
export function judgingIn(rollout: Rollout, wanted: Policy): Policy {
  const { base } = rollout;
  const isBase = base !== undefined && wanted.before?.hash === base.judges;
  return inForceFor(wanted, shareOf(rollout), isBase ? { ...wanted.before, mode: base.mode } : undefined);
}

/**
 * The policy that judges while `wanted` is in force for this share of the agents, from 0 to 1. The others have the profiles of the policy
 * that was in force for all before; where that is not known they have none, and are left alone. An exemption of either protects
 * everyone, a mode that only observes and the lower caps hold for everyone.
 */
export function inForceFor(wanted: Policy, share: number, before: Policy | undefined): Policy {
  const { before: unused, ...policy } = wanted;
  if (share >= 1) return unused === undefined ? wanted : policy;
  const former = wanted.former && inForceFor(wanted.former, share, before && wanted.former.before);
  return {
    ...policy,
    exempt: [...policy.exempt, ...(before?.exempt ?? [])],
    caps: before === undefined ? policy.caps : lowerCaps(policy.caps, before.caps),
    others: { share, profiles: before === undefined ? [] : profilesIn(before) },
    ...(former && { former }),
  };
}

/** Worked out once, for what counts in a state is remembered by profile. */
const observing = new WeakMap<Profile, Profile>();

/** Where that policy only observed, its rules go on doing so. */
function profilesIn({ profiles, mode }: Pick<Policy, 'profiles' | 'mode'>): readonly Profile[] {
  return mode === 'enforce' ? profiles : profiles.map(observed);
}

function observed(profile: Profile): Profile {
  const known = observing.get(profile);
  if (known !== undefined) return known;
  const mode: Mode = 'observe';
  const made = { ...profile, rules: profile.rules.map((rule) => ({ ...rule, mode })) };
  observing.set(profile, made);
  return made;
}

/** Of each bound the one that holds back more. `engagedTooLong` holds nothing back. */
function lowerCaps(a: Caps, b: Caps): Caps {
  return {
    ...a,
    perSweep: Math.min(a.perSweep, b.perSweep),
    perHour: Math.min(a.perHour, b.perHour),
    breaker: {
      atLeast: Math.min(a.breaker.atLeast, b.breaker.atLeast),
      share: Math.min(a.breaker.share, b.breaker.share),
      hold: Math.max(a.breaker.hold, b.breaker.hold),
    },
    settle: Math.max(a.settle, b.settle),
  };
}
