/** Which policy judges in a test: the one under test, alone or beside the one before it. */
import type { Policy } from '../../domain/policy/policy.ts';
import { inForceFor } from '../../domain/rollout/in-force.ts';
import { withBefore } from '../../policy-file/before.ts';
import type { Draft, LoadedPolicy } from '../../policy-file/draft.ts';
import type { FaultList } from '../../policy-file/faults.ts';
import { keptFrom } from './former.ts';
import type { ParsedTest, RolloutGroup, TestFile } from './test-file.ts';

/** Of `changed` each agent is in the share. */
const SHARES: Readonly<Record<RolloutGroup, number>> = { changed: 1 - Number.EPSILON, others: 0 };
const NO_BEFORE = 'needs before: the policy that was in force before, as a file or in full';

/** Adds a fault for each test that tells of a rollout without a policy before. */
export function checkRolloutOf({ former, tests, source }: TestFile, faults: FaultList): void {
  if (former !== undefined) return;
  for (const { rollout, path } of tests) {
    const own = [...path, 'rollout'];
    if (rollout !== undefined) faults.add(source.at(own) === undefined ? ['rollout'] : own, NO_BEFORE);
  }
}

/** The draft of the policy under test, with the one before it, as a worker has it. */
export function besideFormer(draft: Draft, former: LoadedPolicy | undefined): Draft {
  return former === undefined ? draft : withBefore(draft, keptFrom(former), former.draft.content.mode);
}

/** The policy that judges in a test: alone, or while it is brought out, for one group of the agents. */
export function policyInTest(
  { mode, rollout }: Pick<ParsedTest, 'mode' | 'rollout'>,
  policy: Policy,
): Policy {
  const { before: former, ...own } = policy;
  const alone: Policy = mode === undefined ? own : { ...own, mode };
  if (rollout === undefined || former === undefined) return alone;
  const before = mode === undefined ? former : { ...former, mode };
  return inForceFor({ ...alone, before }, SHARES[rollout], before);
}
