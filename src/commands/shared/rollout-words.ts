/** How the rollout in a store stands, in a sentence and as plain facts. */
import { nextIn, shareOf, type Candidate, type Rollout, type Stop } from '../../domain/rollout/rollout.ts';
import type { RolloutTold } from '../../server/status.ts';
import type { RolloutTerms } from '../../domain/policy/policy.ts';
import type { Instant } from '../../domain/time/time.ts';
import { keptPoliciesIn, rolloutIn } from '../../store/rollout-note.ts';
import { exactPercentText } from '../../texts/percent.ts';
import { withNulls } from './json.ts';
import type { Times } from './times.ts';

/** What a store has of it. */
export interface StoredRollout {
  readonly rollout: Rollout;
  /** The policy that was in force for all before is kept; else agents for whom it counts are left alone. */
  readonly isFormerKept: boolean;
}

/** Reads it out of the facts of a store. */
export function storedRollout(facts: ReadonlyMap<string, string>): StoredRollout {
  const rollout = rolloutIn(facts);
  const isFormerKept = keptPoliciesIn(facts).some(({ judges }) => judges === rollout.base?.judges);
  return { rollout, isFormerKept };
}

/** One sentence of what is brought out; none where one policy is in force for all. */
export function rolloutSentence({ rollout, isFormerKept }: StoredRollout, times: Times): string | undefined {
  const { candidate } = rollout;
  if (candidate === undefined) return undefined;
  const { hash, stopped, steps } = candidate;
  if (stopped !== undefined) {
    const all = isFormerKept ? 'The former policy is in force for all agents' : 'All agents are left alone';
    return `Rollout of policy ${hash}: stopped ${stopWords(stopped, times)}. ${all}.`;
  }
  const since = steps.at(-1)?.at;
  const from = since === undefined ? '' : ` since ${times.exact(since)}`;
  const others = isFormerKept ? 'the former policy is in force for the others' : 'the others are left alone';
  return `Rollout of policy ${hash}: in force for ${exactPercentText(shareOf(rollout))} of the agents${from}; ${others}.`;
}

/** When, by whom and why, to follow "stopped". */
export function stopWords({ at, by, reason }: Stop, times: Times): string {
  return `at ${times.exact(at)}${by === undefined ? '' : ` by ${by}`} (${reason})`;
}

/** The same for programs; `null` where one policy is in force for all. */
export function rolloutFacts({ rollout }: StoredRollout): Readonly<Record<string, unknown>> | null {
  const { candidate } = rollout;
  if (candidate === undefined) return null;
  const { hash: policy, stopped } = candidate;
  return { policy, share: shareOf(rollout), stopped: stopped === undefined ? null : stopFacts(stopped) };
}

/** The same for readers who did not sign in. */
export function rolloutTold({ rollout }: StoredRollout): RolloutTold | undefined {
  const { candidate } = rollout;
  if (candidate === undefined) return undefined;
  const { hash: policy, stopped } = candidate;
  const share = shareOf(rollout);
  if (stopped === undefined) return { policy, share, stopped };
  const reason = stopped.by === undefined ? stopped.reason : undefined;
  return { policy, share, stopped: { at: stopped.at, reason } };
}

/** The next step, and when it can begin: up to `watchedUntil`, the last complete sweep, it is known how long the step before was watched. */
export function nextStepAt(
  candidate: Candidate,
  terms: RolloutTerms | undefined,
  watchedUntil: Instant | undefined,
  now: Instant,
): { readonly share: number; readonly at: Instant } | undefined {
  if (terms === undefined || candidate.stopped !== undefined) return undefined;
  const { share, left } = nextIn(candidate, terms);
  return { share, at: Math.max(now, (watchedUntil ?? now) + left) };
}

function stopFacts({ at, reason, by }: Stop): Readonly<Record<string, unknown>> {
  return withNulls({ at, reason, by });
}
