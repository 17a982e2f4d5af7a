/** What is in force by what a store knows, for those who only read: the policy that judges each agent while a changed one is brought out. */
import { judgingIn } from '../domain/rollout/in-force.ts';
import { takenUp } from '../domain/rollout/orders.ts';
import { shareOf, type Rollout } from '../domain/rollout/rollout.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { Instant } from '../domain/time/time.ts';
import { judgedBy, withBefore } from '../policy-file/before.ts';
import type { Draft } from '../policy-file/draft.ts';
import { policyFromMemory, rememberedFrom } from '../policy-file/remembered-names.ts';
import { keptPoliciesIn, orderIn, rolloutIn } from '../store/rollout-note.ts';

/** A policy file beside the rollout in the store. */
export interface StoredInForce {
  /** As the next sweep under this file finds it. */
  readonly rollout: Rollout;
  /** With the policy that was in force for all before, where that judges some agents and can be had. */
  readonly draft: Draft;
}

/** What the next sweep under this draft would go by. */
export function storedInForce(draft: Draft, facts: ReadonlyMap<string, string>, now: Instant): StoredInForce {
  const { hash, content } = draft;
  const wanted = { judges: judgedBy(draft), mode: content.mode, hash, terms: content.rollout };
  const { rollout } = takenUp(rolloutIn(facts), wanted, orderIn(facts), now);
  const { base } = rollout;
  if (base === undefined || shareOf(rollout) >= 1) return { rollout, draft };
  const kept = keptPoliciesIn(facts).find(({ judges }) => judges === base.judges);
  return { rollout, draft: withBefore(draft, kept, base.mode) };
}

/** The policy that judges then, with the ids that are remembered of its names. */
export function policyInForce(
  { rollout, draft }: StoredInForce,
  facts: ReadonlyMap<string, string>,
  now: Instant,
): Policy {
  return judgingIn(rollout, policyFromMemory(draft, rememberedFrom(facts), now));
}
