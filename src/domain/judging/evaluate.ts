/**
 * evaluate(memory, observation, context) -> Evaluation: the one way in which an observation enters memory and is judged. A sweep,
 * the looks around an action, policy tests and backtests all go it. An exemption is a part of it: no caller can fold an exempt
 * agent's reading and leave the agent on the ladder.
 */
import type { Agent, Observation } from '../agent.ts';
import { fold, seenAgain, type Folded } from '../tracking/fold.ts';
import type { FoldContext } from '../tracking/step.ts';
import { noteUnread, type Memory, type MemoryEvent } from '../tracking/memory.ts';
import type { Policy } from '../policy/policy.ts';
import type { Duration, Instant } from '../time/time.ts';
import { profileOf, type Verdict } from './judge.ts';
import { judgeByNames } from './judge-names.ts';
import { leaveLadder } from './ladder.ts';

/** What one observation makes of an agent: memory as it is now, what the policy says, and what is worth reporting. */
export interface Evaluation {
  /** `undefined` while no whole reading has been had. */
  readonly memory: Memory | undefined;
  readonly verdict: Verdict;
  /** Memory is another one than before in more than the time of the look. */
  readonly changed: boolean;
  readonly events: readonly MemoryEvent[];
}

/** What is the same for all agents who are looked at in one moment. */
export interface Watch {
  readonly policy: Policy;
  /** The usual time between two looks. */
  readonly usualInterval: Duration;
  /** The server's clock jumped against the local one since the last look. */
  readonly clockJumped: boolean;
  /** After how long the platform ends an idle session; empty when off, or not known. */
  readonly nativeTimeouts: readonly Duration[];
}

/** How a reading is folded; `fold` unless the owner of the memory has a cheaper way to the same. */
export type Folding = (
  memory: Memory | undefined,
  observation: Observation,
  context: FoldContext,
) => Pick<Folded, 'memory' | 'events' | 'changed'> | undefined;

/**
 * Nearly all looks show nothing new: copying 50,000 memories a sweep to move one instant on would be a waste. Only for the owner of
 * the memory: the time of the look is moved on in place.
 */
export function foldInPlace(
  memory: Memory | undefined,
  observation: Observation,
  context: FoldContext,
): ReturnType<Folding> {
  const again = memory === undefined ? undefined : seenAgain(memory, observation, context);
  if (memory === undefined || again === undefined) return fold(memory, observation, context);
  memory.seenAt = again;
  return { memory, events: NOTHING, changed: false };
}

/** What of the policy and of the moment concerns one agent. */
export function contextFor(agent: Agent, watch: Watch): FoldContext {
  const { policy, usualInterval, clockJumped, nativeTimeouts } = watch;
  return {
    agent,
    exempt: policy.exempt,
    labels: policy.labels,
    profile: profileOf(agent, policy),
    usualInterval,
    clockJumped,
    nativeTimeouts,
  };
}

/** Folds and judges one reading. Pure where `folding` is. */
export function evaluate(
  memory: Memory | undefined,
  observation: Observation,
  context: FoldContext,
  policy: Policy,
  folding: Folding = fold,
): Evaluation {
  const { agent, profile } = context;
  const folded = folding(memory, observation, context);
  const { at } = observation;
  const verdict = judgeByNames(agent, folded?.memory, observation, policy, at, profile);
  if (folded === undefined) return { memory: undefined, verdict, changed: false, events: NOTHING };
  const judged = afterVerdict(folded.memory, verdict, at);
  return {
    memory: judged,
    verdict,
    changed: folded.changed || judged !== folded.memory,
    events: folded.events,
  };
}

const NOTHING: readonly MemoryEvent[] = [];

/** What a verdict leaves in memory: an exemption takes the agent off the ladder, and what is unknown is told of later. */
function afterVerdict(memory: Memory, { reason, unknown }: Verdict, at: Instant): Memory {
  if (reason === 'exempt') return leaveLadder(memory);
  return reason === 'unknown' ? noteUnread(memory, unknown, at) : memory;
}
