/**
 * The replay of one agent: what a sweep would have been shown, and how far the replay has come. A log-off changes nothing that history
 * shows, so an agent is tracked once, however many policies are replayed together; `Stand` has what is different under each.
 */
import type { Observation, PresenceReading, RoutingReading } from '../../domain/agent.ts';
import { contextFor, type Evaluation, type Watch } from '../../domain/judging/evaluate.ts';
import { profileOf, type Verdict } from '../../domain/judging/judge.ts';
import { warningsDue } from '../../domain/judging/warnings.ts';
import type { Policy, Profile } from '../../domain/policy/policy.ts';
import { rulesInState } from '../../domain/policy/rules-in-state.ts';
import { hoursFor, nextChange } from '../../domain/time/shifts.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { steadyAt, type TrackingContext } from '../../domain/tracking/compare.ts';
import { measure, reachesAt } from '../../domain/tracking/clocks.ts';
import { noteWarned } from '../../domain/tracking/own-logoff.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { AgentHistory, KnownState, Timeline } from './history.ts';
import { newStand, type Stand } from './stand.ts';

/** Where in a timeline the replay stands, what it shows there, and when it shows something else. */
interface Hand<T> {
  index: number;
  shown: T | undefined;
  nextAt: Instant;
}

/** The last look, where it calls for a plan under one policy or more. */
export interface Waiting {
  readonly observation: Observation;
  /** By number of the policy: those that call for a log-off, or for one to be counted as observed. */
  readonly evaluations: Map<number, Evaluation>;
  /** When the other policies ask for the next look. */
  readonly nextAt: Instant;
}

/** The state of one agent's replay. */
export interface Track {
  readonly history: AgentHistory;
  readonly profile: Profile | undefined;
  readonly context: TrackingContext;
  /** A rule of the profile warns. */
  readonly warns: boolean;
  memory: AgentState | undefined;
  readonly presence: Hand<PresenceReading>;
  readonly routing: Hand<RoutingReading>;
  /** The sweep of the last look, and whether that look could be used. */
  sweep: number;
  whole: boolean;
  waiting: Waiting | undefined;
  /** By number of the policy; under the others the agent stands as history has it. */
  readonly stands: Map<number, Stand>;
  online: boolean;
}

/** How history is watched. It knows of no tokens, without which nothing can be told of the sessions behind it. */
export function watchBy(policy: Policy, interval: Duration): Watch {
  return { policy, usualInterval: interval, clockJumped: false, nativeTimeouts: [] };
}

/** Before the first look. */
export function trackOf(history: AgentHistory, watch: Watch): Track {
  const profile = profileOf(history.agent, watch.policy);
  return {
    history,
    profile,
    context: contextFor(history.agent, watch),
    warns: profile?.rules.some(({ warn }) => warn !== undefined) ?? false,
    memory: undefined,
    presence: { index: -1, shown: undefined, nextAt: -Infinity },
    routing: { index: -1, shown: undefined, nextAt: -Infinity },
    sweep: -1,
    whole: false,
    waiting: undefined,
    stands: new Map(),
    online: false,
  };
}

/** How the agent stands under this policy, to be changed. */
export function standOf({ stands }: Track, policy: number): Stand {
  const stand = stands.get(policy) ?? newStand();
  stands.set(policy, stand);
  return stand;
}

/** What is remembered of the agent under this policy. */
export function memoryUnder({ stands, memory }: Track, policy: number): AgentState | undefined {
  return stands.get(policy)?.memory ?? memory;
}

const NO_CONVERSATIONS = { contactCentre: 0, enterprise: 0 };
const NONE: readonly string[] = [];

/** What a sweep at `now` would have been shown. Times must not fall. */
export function observe(
  { history, presence, routing }: Track,
  states: readonly (KnownState | undefined)[],
  now: Instant,
): Observation {
  if (now >= presence.nextAt) turnPresence(presence, history.presence, states, now);
  if (now >= routing.nextAt) turnRouting(routing, history.routing, states, now);
  return {
    agentId: history.agent.id,
    at: now,
    presence: presence.shown,
    routing: routing.shown ?? routingOffline(presence.shown),
    conversations: NO_CONVERSATIONS,
    tokenIssuedAt: undefined,
    missing: NONE,
  };
}

function turnPresence(
  hand: Hand<PresenceReading>,
  timeline: Timeline,
  states: readonly (KnownState | undefined)[],
  now: Instant,
): void {
  const since = turn(hand, timeline, now);
  const state = states[timeline.state[hand.index] ?? 0];
  hand.shown =
    state === undefined ? undefined : { system: state.presence, definitionId: state.definitionId, since };
}

function turnRouting(
  hand: Hand<RoutingReading>,
  timeline: Timeline,
  states: readonly (KnownState | undefined)[],
  now: Instant,
): void {
  const since = turn(hand, timeline, now);
  const state = states[timeline.state[hand.index] ?? 0];
  hand.shown = state === undefined ? undefined : { status: state.routing, since };
}

/** Moves a hand to the last change at or before `now`; answers when that was. */
function turn(hand: Hand<unknown>, { at }: Timeline, now: Instant): Instant | undefined {
  let { index } = hand;
  while (index + 1 < at.length && (at[index + 1] ?? Infinity) <= now) index += 1;
  hand.index = index;
  hand.nextAt = index + 1 < at.length ? (at[index + 1] ?? Infinity) : Infinity;
  return index < 0 ? undefined : at[index];
}

/** Where history says nothing of routing while the agent is Offline, they are off queue, as the platform itself would say. */
function routingOffline(presence: PresenceReading | undefined): RoutingReading | undefined {
  return presence?.system === 'OFFLINE' ? { status: 'OFF_QUEUE', since: undefined } : undefined;
}

/**
 * Whether another look at the same would find nothing to bring up to date. What memory keeps for a change that may yet
 * turn out to belong to a departure asks for no look of its own.
 */
export function isSteady({ memory, whole, context }: Track, observation: Observation): boolean {
  if (!whole || memory === undefined) return true;
  const settled = memory.undo.length === 0 ? memory : { ...memory, undo: [] };
  return steadyAt(settled, observation, context) !== undefined;
}

/** When history, or what the agent is scheduled for, changes next. */
export function nextChangeAt({ presence, routing, memory }: Track, now: Instant): Instant {
  return Math.min(presence.nextAt, routing.nextAt, nextChange(memory?.shifts, now));
}

/** When the first log-off, under whichever policy, begins to hold. */
export function nextHoldAt({ stands }: Track, now: Instant): Instant {
  let next = Infinity;
  for (const { off } of stands.values())
    if (off !== undefined && off.from > now) next = Math.min(next, off.from);
  return next;
}

/** Under how many policies the agent is off. */
export function howOftenOff({ stands }: Track): number {
  let count = 0;
  for (const { off } of stands.values()) if (off !== undefined) count += 1;
  return count;
}

/** When the judge asks for the next look by this profile, or a warning may be called for. */
export function nextVerdictAt(
  { warns, memory }: Track,
  { nextAt = Infinity }: Verdict,
  profile: Profile | undefined,
  now: Instant,
): Instant {
  if (!warns || memory === undefined || profile === undefined) return nextAt;
  // The judge answers for an agent who has not been warned yet; a warned agent is due a moment earlier.
  return Math.min(nextAt - 1, nextWarningAt(memory, profile, now));
}

/** When the first of the rules that hold may call for its warning. */
function nextWarningAt(memory: AgentState, profile: Profile, now: Instant): Instant {
  let next = Infinity;
  for (const { warn, limit, hours, ...rule } of rulesInState(profile, memory.last).holding) {
    if (warn === undefined) continue;
    const inside = hours && hoursFor(hours, memory.shifts, now);
    const at = reachesAt(measure(memory, { ...rule, hours }, now), limit - warn, now, inside);
    if (at !== undefined && at > now) next = Math.min(next, at);
  }
  return next;
}

/** The memory in which the warnings are noted that are called for, as if each arrived in the sweep in which it is sent. */
export function warned(
  { history }: Track,
  memory: AgentState,
  verdict: Verdict,
  policy: Policy,
  now: Instant,
  peakShare?: number,
): AgentState {
  const due = warningsDue(history.agent, memory, verdict, policy, now, peakShare);
  return due.reduce((state, { ruleId }) => noteWarned(state, ruleId, now), memory);
}
