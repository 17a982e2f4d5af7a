/** The policies that are replayed to compare limits: as configured, and with one limit of one rule each. */
import type { Policy, Profile, Rule } from '../../domain/policy/policy.ts';
import type { Duration } from '../../domain/time/time.ts';
import { limitsAround } from './limits.ts';

/** One rule, and the limits that are tried for it. */
export interface Variation {
  readonly rule: Rule;
  readonly profile: Profile;
  /** In order; the one that the rule has is among them. */
  readonly limits: readonly Duration[];
  /** Limits that were named, but that the rule cannot have: shorter than two sweeps, or than its warning. */
  readonly refused: readonly Duration[];
}

/** The rules whose limits are tried, in the order of the file. */
export function variationsOf(
  { profiles }: Policy,
  isWanted: (rule: Rule) => boolean,
  interval: Duration,
  named: readonly Duration[] | undefined,
): readonly Variation[] {
  return profiles.flatMap((profile) =>
    profile.rules.filter(isWanted).map((rule): Variation => {
      const { limit, warn = 0 } = rule;
      const least = Math.max(2 * interval, warn + 1);
      if (named === undefined) return { rule, profile, limits: limitsAround(limit, least), refused: [] };
      const limits = [...new Set([...named.filter((each) => each >= least), limit])].sort((a, b) => a - b);
      return { rule, profile, limits, refused: named.filter((each) => each < least) };
    }),
  );
}

/**
 * The policy with other limits for some rules, all of which enforce. Other rules in observe mode do nothing, as live, and are left out.
 */
export function withLimits(policy: Policy, limits: ReadonlyMap<string, Duration>): Policy {
  const acting = (rule: Rule): readonly Rule[] => {
    const limit = limits.get(rule.id);
    if (limit === undefined) return rule.mode === 'enforce' ? [rule] : [];
    return limit === rule.limit && rule.mode === 'enforce' ? [rule] : [{ ...rule, limit, mode: 'enforce' }];
  };
  const profiles = policy.profiles.map((profile) => ({ ...profile, rules: profile.rules.flatMap(acting) }));
  return { ...policy, mode: 'enforce', profiles };
}
