/** The shape of `rollout`: how a change of the policy is brought out. */
import { MINUTE } from '../domain/time/time.ts';
import { about, block, nonEmpty } from '../shapes/blocks.ts';
import { duration, share } from '../shapes/scalars.ts';

/** That the steps grow up to 100% is checked in `check-rollout.ts`: here a step that is not set on this machine would make faults of the others. */
export const rollout = about(
  block({
    steps: about(
      nonEmpty(share(), 20).prefault(['1%', '10%', '100%']),
      'Shares of the agents on which a change acts, step by step. They grow, and the last is 100%.',
    ),
    every: about(duration(MINUTE).prefault('1d'), 'How long each step lasts before the next one.'),
    stop: about(
      block({
        regret: about(
          share().prefault('5%'),
          'Larger part of its log-offs after which the agent was there again within ten minutes. It counts from 20 log-offs on; three of them always stop.',
        ),
        unverified: about(
          share().prefault('10%'),
          'Larger part of its log-offs that are not verified. It counts from 20 log-offs on.',
        ),
      }).prefault({}),
      'What stops a rollout: the former policy is then in force again for all agents.',
    ),
  }),
  'A change of profiles, rules or returns, or of a mode to enforce, acts on a growing share of the agents. Left out: on all at once. A change of exemptions, caps or calendars alone comes to all at once.',
);
