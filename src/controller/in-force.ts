/** What the controller goes by until the next reload. */
import type { KeptPolicy } from '../domain/rollout/rollout.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { Duration } from '../domain/time/time.ts';

/** The policy in force, and how its schedule goes. */
export interface InForce {
  readonly policy: Policy;
  /** The longest time between two sweeps of the schedule. */
  readonly longestInterval: Duration;
  /** How long the past is kept. */
  readonly retention: Duration;
  /** How long one request to the platform, or to an identity provider, may be under way. */
  readonly longestRequest?: Duration;
  /** The policy as it is kept for the time in which another one is brought out; without it a change comes into force for all at once. */
  readonly kept?: KeptPolicy;
}
