/** What the names of a policy stand for while the worker runs. */
import type { Policy } from '../domain/policy/policy.ts';
import type { PolicyMark } from '../domain/rollout/rollout.ts';

/** What the names of the policy stand for, which may change while the worker runs. */
export interface NameLookups {
  /**
   * The policy with its names as they are known now. They are looked up again at the beginning of every tenth sweep, and before a
   * log-off unless that was done in this sweep already. Never rejects: what cannot be looked up is `unsure` in the answer. With `before`, the
   * answer has that policy, as the store keeps it, where it can be had.
   */
  latest(
    policy: Policy,
    occasion: 'sweep' | 'log_off',
    signal: AbortSignal,
    before?: PolicyMark,
  ): Promise<Policy>;
}
