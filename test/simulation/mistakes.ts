/** Mistakes that are planted on purpose: the simulation is good for something if it finds each. */

/** What is wrong with the program, or with what it stands on. */
export const MISTAKES = [
  'no_fence', //          writes do not check the lease
  'late_renewal', //      the lease is renewed by a timer that comes too seldom
  'epoch_reset', //       giving the lease back begins the epochs anew
  'acts_at_once', //      a successor does not wait for requests of a holder who lapsed
  'two_holders', //       the lease is granted though another has it
  'long_lease', //        the lease of a dead holder lasts for ten minutes
  'own_clock', //         the lease lasts by the clock of the process that asks
  'late_request', //      requests leave though the lease is over, or what was read is old
  'forgets_memory', //    taking over begins without what is remembered
  'write_behind', //      a step is said to be stored before it is
  'torn_step', //         a step stores what is remembered, and not what is on record
  'told_twice', //        events are added again that are on record, though nobody heard of it
  'forgets_rollout', //   taking over begins without what is known of a rollout
  'rollout_behind', //    how far a rollout is is said to be stored before it is
  'former_unknown', //    the policy from before a rollout is not kept
  'left_to_none', //      a lease that was handed over is left to others for ten minutes, by all of them
] as const;

export type Mistake = (typeof MISTAKES)[number];
