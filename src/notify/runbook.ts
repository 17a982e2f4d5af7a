/** Where to read what to do about each alarm: the headings of the runbook. */
import type { Topic } from './message.ts';

/** The document with the runbook. */
export const RUNBOOK = 'docs/operations.md';

/** Every alarm there is; a warning is none, and goes to the agent. */
const HEADINGS: Readonly<Record<Exclude<Topic, 'warning'>, string>> = {
  blind: 'IdleEnforcerBlind',
  breaker: 'IdleEnforcerBreaker',
  held: 'IdleEnforcerHeld',
  forbidden: 'IdleEnforcerForbidden',
  ineffective: 'IdleEnforcerIneffective',
  unknown_share: 'IdleEnforcerUnknownShare',
  clock: 'IdleEnforcerClock',
  store: 'IdleEnforcerStore',
  policy_refused: 'IdleEnforcerPolicyRefused',
  rollout: 'IdleEnforcerRollout',
  engaged_too_long: 'IdleEnforcerEngagedTooLong',
  return: 'IdleEnforcerReturn',
};

/** The heading about an alarm; `undefined` for what is none. */
export function runbookHeading(topic: Topic): string | undefined {
  return topic === 'warning' ? undefined : HEADINGS[topic];
}
