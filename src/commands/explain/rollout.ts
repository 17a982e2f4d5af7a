/** Which policy is in force for one agent, while a changed one is brought out. */
import type { Policy } from '../../domain/policy/policy.ts';
import { shareOf, type Rollout } from '../../domain/rollout/rollout.ts';
import { isInShare } from '../../domain/rollout/share.ts';
import { exactPercentText } from '../../texts/percent.ts';

/** What is brought out, and whether it is in force for the agent. */
export interface RolloutShown {
  /** The hash of the changed policy. */
  readonly policy: string;
  /** Of the agents, from 0 to 1. */
  readonly share: number;
  readonly inForce: boolean;
  /** Why, where it was stopped. */
  readonly stopped: string | undefined;
  /** Where it is not in force, the former policy judges; without one the agent is left alone. */
  readonly isFormerKnown: boolean;
}

/** `undefined` where one policy is in force for all. */
export function rolloutShown({
  agent,
  policy,
  rollout,
}: {
  readonly agent: { readonly id: string };
  readonly policy: Policy;
  readonly rollout?: Rollout;
}): RolloutShown | undefined {
  const { candidate } = rollout ?? {};
  if (rollout === undefined || candidate === undefined) return undefined;
  const share = shareOf(rollout);
  return {
    policy: candidate.hash,
    share,
    inForce: isInShare(agent.id, share),
    stopped: candidate.stopped?.reason,
    isFormerKnown: (policy.others?.profiles.length ?? 0) > 0,
  };
}

/** The same in a sentence; none where one policy is in force for all. */
export function rolloutSentences(shown: RolloutShown | undefined): readonly string[] {
  if (shown === undefined) return [];
  const { policy, share, inForce, stopped, isFormerKnown } = shown;
  const former = isFormerKnown
    ? 'the former policy judges this agent'
    : 'the former one is not known here, and this agent is left alone';
  if (stopped !== undefined) return [`The rollout of policy ${policy} was stopped (${stopped}): ${former}.`];
  const of = `${exactPercentText(share)} of the agents have it`;
  return inForce
    ? [`The changed policy ${policy} is being brought out, and judges this agent already (${of}).`]
    : [
        `The changed policy ${policy} is being brought out, and does not judge this agent yet (${of}): ${former}.`,
      ];
}
