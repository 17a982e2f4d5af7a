/**
 * evaluate(state, observation, context) -> Evaluation: the one way in which an observation is taken in and judged. A sweep,
 * the looks around an action, policy tests and backtests all go it. An exemption is a part of it: no caller can take in an exempt
 * agent's reading and leave the agent on the ladder.
 */
import type { Agent, Observation } from '../agent.ts';
import type { TrackingContext } from '../tracking/compare.ts';
import { leaveLadder, noteUnread } from '../tracking/own-logoff.ts';
import { noteRegret, regretIn } from '../tracking/regret.ts';
import type { AgentState, Stay, TrackingEvent } from '../tracking/state.ts';
import { track, type Tracked } from '../tracking/track.ts';
import type { Policy, Profile } from '../policy/policy.ts';
import { formerProfileOf } from '../policy/when.ts';
import { remembered } from '../time/shifts.ts';
import type { Duration, Instant } from '../time/time.ts';
import { profileOf, SCHEDULE_UNKNOWN, type Verdict } from './judge.ts';
import { judgeByNames } from './judge-names.ts';

/** What one observation makes of an agent: the agent's state as it is now, what the policy says, and what is worth reporting. */
export interface Evaluation {
  /** `undefined` while no whole reading has been had. */
  readonly state: AgentState | undefined;
  readonly verdict: Verdict;
  /** The state is another one than before in more than the time of the look. */
  readonly changed: boolean;
  readonly events: readonly TrackingEvent[];
}

/** What is the same for all agents who are looked at in one moment. */
export interface Watch {
  readonly policy: Policy;
  /** The usual time between two looks. */
  readonly usualInterval: Duration;
  /** The server's clock jumped against the local one since the last look. */
  readonly clockJumped: boolean;
  /** After how long the platform ends an idle session; empty when off, `undefined` when not known. */
  readonly nativeTimeouts: readonly Duration[] | undefined;
  /** The newest stay of an agent that is on record; none is unless given. */
  readonly stayOf?: ((agentId: string) => Stay | undefined) | undefined;
  /** The head-count as a share of the licence peak; `undefined` where it is not known, or no rule asks. */
  readonly peakShare?: number | undefined;
}

/** What of the policy and of the moment concerns one agent. */
export function contextFor(agent: Agent, watch: Watch): TrackingContext {
  const { policy, usualInterval, clockJumped, nativeTimeouts, stayOf, peakShare } = watch;
  const profile = profileOf(agent, policy);
  return {
    agent,
    exempt: policy.exempt,
    labels: policy.labels,
    profile,
    usualInterval,
    clockJumped,
    nativeTimeouts,
    stay: stayOf?.(agent.id),
    peakShare,
    windowBefore: formerWindow(agent, profile, policy),
  };
}

/** Where the policy before has a shorter one. */
function formerWindow(agent: Agent, profile: Profile | undefined, policy: Policy): Duration | undefined {
  const former = policy.others && formerProfileOf(agent, policy)?.returns.window;
  const isShorter = former !== undefined && profile !== undefined && former < profile.returns.window;
  return isShorter ? former : undefined;
}

/** Tracks and judges one reading. Pure. */
export function evaluate(
  state: AgentState | undefined,
  observation: Observation,
  context: TrackingContext,
  policy: Policy,
): Evaluation {
  const { agent } = context;
  const tracked = withShifts(track(state, observation, context), agent);
  const { at } = observation;
  const verdict = judgeByNames(agent, tracked?.state, observation, policy, at, context);
  if (tracked === undefined) return { state: undefined, verdict, changed: false, events: NOTHING };
  const judged = afterVerdict(tracked.state, verdict, at);
  const regret = tracked.changed ? regretIn(state, tracked.state, context.windowBefore) : undefined;
  return {
    state: regret === undefined ? judged : noteRegret(judged),
    verdict,
    changed: tracked.changed || judged !== tracked.state,
    events: regret === undefined ? tracked.events : [...tracked.events, regret],
  };
}

/** The agent's schedule is remembered with the rest: clocks count by it, and it outlives a restart. */
function withShifts(tracked: Tracked | undefined, { shifts: read }: Agent): Tracked | undefined {
  if (tracked === undefined || read === undefined) return tracked;
  const { state } = tracked;
  const shifts = remembered(state.shifts, read);
  return shifts === state.shifts ? tracked : { ...tracked, state: { ...state, shifts }, changed: true };
}

const NOTHING: readonly TrackingEvent[] = [];

/** What a verdict leaves in the state: an exemption takes the agent off the ladder, and what is unknown is told of later. */
function afterVerdict(state: AgentState, { reason, unknown }: Verdict, at: Instant): AgentState {
  if (reason === 'exempt') return leaveLadder(state);
  return reason === 'unknown' && unknown !== SCHEDULE_UNKNOWN ? noteUnread(state, unknown, at) : state;
}
