/**
 * The judge, asked under several policies that differ only in limits and modes of rules, and in which of the rules they have. A
 * longer limit is never reached sooner. So one policy with the shortest limit of each rule, `eager`, says when there is anything to
 * ask; and policies of which the same rules hold are asked once. Pure.
 */
import type { Observation } from '../../domain/agent.ts';
import type { Evaluation } from '../../domain/judging/evaluate.ts';
import { judgeByNames } from '../../domain/judging/judge-names.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import type { Policy, Profile, Rule } from '../../domain/policy/policy.ts';
import { rulesInState } from '../../domain/policy/rules-in-state.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { TrackingContext } from '../../domain/tracking/compare.ts';
import { newStand } from './stand.ts';
import type { Track } from './track.ts';

/** What the policy of this number says. */
export type Judged = readonly [policy: number, evaluation: Evaluation];

/** Several policies as judges of the same agents. */
export class Jury {
  /** Every rule that one of them has, each with its shortest limit. */
  readonly eager: Policy;
  readonly #policies: readonly Policy[];
  readonly #numbers: readonly number[];

  constructor(policies: readonly Policy[]) {
    this.#policies = policies;
    this.#numbers = policies.map((_, number) => number);
    this.eager = eagerOf(policies);
  }

  /**
   * What each policy under which the agent is not off says, by its number, of an agent who was tracked and judged by `eager`. None where
   * that is quiet: then no policy calls for anything by now, nor for a look sooner than `eager` does.
   */
  judged(track: Track, evaluation: Evaluation, observation: Observation): readonly Judged[] {
    const { stands, context, memory } = track;
    if (isQuiet(evaluation.verdict)) return NOTHING;
    const verdictBy = this.#verdicts(context, memory, observation, evaluation.verdict);
    const judged: Judged[] = [];
    for (const policy of this.#numbers) {
      const { off, memory: own } = stands.get(policy) ?? STANDS_AS_SHOWN;
      const state = own ?? memory;
      if (off !== undefined || state === undefined) continue;
      const verdict = own === undefined ? verdictBy(policy) : this.#ask(policy, own, observation, context);
      judged.push([policy, { ...evaluation, state, verdict }]);
    }
    return judged;
  }

  /** The verdict by each policy on the memory that they share; policies of which the same rules hold are asked once. */
  #verdicts(
    context: TrackingContext,
    state: AgentState | undefined,
    observation: Observation,
    eager: Verdict,
  ): (policy: number) => Verdict {
    if (this.#policies.length === 1 || state === undefined) return () => eager;
    const first = this.profileIn(0, context);
    const verdicts = new Map<Profile | undefined, Verdict>();
    return (policy) => {
      const own = this.profileIn(policy, context);
      const asked = holdAlike(own, first, state) ? first : own;
      const verdict = verdicts.get(asked) ?? this.#ask(policy, state, observation, context);
      verdicts.set(asked, verdict);
      return verdict;
    };
  }

  /** What the policy of this number says of the look that waits, now that the head-count's share of the licence peak is known. */
  judgeAgain(policy: number, { waiting, context }: Track, ahead: Evaluation, peakShare: number): Evaluation {
    const { state } = ahead;
    if (waiting === undefined || state === undefined) return ahead;
    return { ...ahead, verdict: this.#ask(policy, state, waiting.observation, { ...context, peakShare }) };
  }

  #ask(policy: number, state: AgentState, observation: Observation, context: TrackingContext): Verdict {
    const by = this.#policies[policy] ?? this.eager;
    const concern = { ...context, profile: this.profileIn(policy, context) };
    return judgeByNames(context.agent, state, observation, by, observation.at, concern);
  }

  /** The profile that the policy of this number has in place of the agent's profile of `eager`. */
  profileIn(policy: number, { profile }: TrackingContext): Profile | undefined {
    const place = profile === undefined ? -1 : this.eager.profiles.indexOf(profile);
    return this.#policies[policy]?.profiles[place];
  }
}

const STANDS_AS_SHOWN = newStand();
const NOTHING: readonly Judged[] = [];

/** Nothing is due, to be counted, or to be warned of. */
export function isQuiet({ due, observed, reason }: Verdict): boolean {
  return due === undefined && observed.length === 0 && reason !== 'warned';
}

/** The very same rules hold in this state: so the verdict is the same. */
function holdAlike(a: Profile | undefined, b: Profile | undefined, { last }: AgentState): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const [ours, theirs] = [rulesInState(a, last).holding, rulesInState(b, last).holding];
  return ours.length === theirs.length && ours.every((rule, i) => rule === theirs[i]);
}

function eagerOf(policies: readonly Policy[]): Policy {
  const [first, ...others] = policies;
  if (first === undefined) throw new RangeError('there is no policy to replay');
  if (others.length === 0) return first;
  return {
    ...first,
    profiles: first.profiles.map((profile, place) => {
      const rules = new Map<string, Rule>();
      for (const policy of policies)
        for (const rule of policy.profiles[place]?.rules ?? [])
          rules.set(rule.id, moreEager(rule, rules.get(rule.id)));
      return { ...profile, rules: [...rules.values()] };
    }),
  };
}

function moreEager(rule: Rule, other: Rule = rule): Rule {
  const mode = other.mode === 'enforce' ? other.mode : rule.mode;
  return { ...rule, mode, limit: Math.min(rule.limit, other.limit) };
}
