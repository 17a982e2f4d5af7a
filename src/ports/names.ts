/** What the names of a policy stand for while the worker runs. */
import type { Policy } from '../domain/policy/policy.ts';

/** What the names of the policy stand for, which may change while the worker runs. */
export interface NameLookups {
  /**
   * The policy with its names as they are known now. They are looked up again at the beginning of every tenth sweep, and before a
   * log-off unless that was done in this sweep already. Never rejects: what cannot be looked up is `unsure` in the answer.
   */
  latest(policy: Policy, occasion: 'sweep' | 'log_off', signal: AbortSignal): Promise<Policy>;
}
