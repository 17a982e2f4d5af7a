/** The replay of one agent: what a sweep would have been shown, and how far the replay has come. */
import type { Agent, Observation, PresenceReading, RoutingReading } from '../../domain/agent.ts';
import { steadyAt } from '../../domain/tracking/compare.ts';
import { profileOf, type Verdict } from '../../domain/judging/judge.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Policy, Profile } from '../../domain/policy/policy.ts';
import type { TrackingContext } from '../../domain/tracking/compare.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { noteWarned } from '../../domain/tracking/own-logoff.ts';
import { isWorking } from '../../domain/tracking/state.ts';
import { contextFor, type Evaluation, type Watch } from '../../domain/judging/evaluate.ts';
import { warningsDue } from '../../domain/judging/warnings.ts';
import type { AgentHistory, KnownState, Timeline } from './history.ts';

/** A sign of the person so soon after the log-off: it hit an agent who was about to work, or who was there. */
export const REGRET_WITHIN: Duration = 10 * MINUTE;

/** One log-off that the policy would have brought. */
export interface ReplayedLogoff {
  readonly agent: Agent;
  readonly profile: string;
  readonly rule: string;
  readonly at: Instant;
  readonly measured: Duration;
  readonly limit: Duration;
  /** Time that the agent was online in history and would not have been. */
  recovered: Duration;
  /** The first sign of the person after it. */
  signAt: Instant | undefined;
  /** That sign was a short Offline and a return between two sweeps: without token dates it may be the browser's or the person's. */
  perhapsBrowser: boolean;
  /** The agent was on queue or handled something within ten minutes of the log-off. */
  worked: boolean;
}

/** An agent who was logged off, without a sign since. */
export interface Off {
  readonly logoff: ReplayedLogoff;
  /** From here on the log-off is taken to hold. */
  readonly from: Instant;
}

/** Where in a timeline the replay stands, what it shows there, and when it shows something else. */
interface Hand<T> {
  index: number;
  shown: T | undefined;
  nextAt: Instant;
}

/** The state of one agent's replay. */
export interface Track {
  readonly history: AgentHistory;
  readonly profile: Profile | undefined;
  readonly watch: Watch;
  readonly context: TrackingContext;
  /** How long before anything is due a warning may have to go out. */
  readonly warnsAhead: Duration;
  memory: AgentState | undefined;
  readonly presence: Hand<PresenceReading>;
  readonly routing: Hand<RoutingReading>;
  /** The sweep of the last look, and whether that look could be used. */
  sweep: number;
  whole: boolean;
  /** The last look, where it calls for a log-off, or is to be counted as observed. */
  waiting: { readonly observation: Observation; readonly evaluation: Evaluation } | undefined;
  off: Off | undefined;
  /** The log-off of the last ten minutes, to see whether the agent worked. */
  recent: ReplayedLogoff | undefined;
  online: boolean;
  /** Online in history and off by our doing since then. */
  hiddenSince: Instant | undefined;
}

/** Before the first look. */
export function trackOf(history: AgentHistory, policy: Policy, interval: Duration): Track {
  // The history knows of no tokens, without which nothing can be told of the sessions behind it.
  const watch: Watch = { policy, usualInterval: interval, clockJumped: false, nativeTimeouts: [] };
  const profile = profileOf(history.agent, policy);
  return {
    history,
    profile,
    watch,
    context: contextFor(history.agent, watch),
    warnsAhead: Math.max(
      0,
      ...(profile?.rules ?? []).map(({ warn: ahead }) => (ahead === undefined ? 0 : ahead + 1)),
    ),
    memory: undefined,
    presence: { index: -1, shown: undefined, nextAt: -Infinity },
    routing: { index: -1, shown: undefined, nextAt: -Infinity },
    sweep: -1,
    whole: false,
    waiting: undefined,
    off: undefined,
    recent: undefined,
    online: false,
    hiddenSince: undefined,
  };
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

/** When the agent's state or the judge asks for the next look. */
export function nextLookAt(track: Track, { nextAt, reason }: Verdict, now: Instant): Instant {
  const { off, presence, routing, warnsAhead } = track;
  const change = Math.min(presence.nextAt, routing.nextAt);
  if (off !== undefined) return off.from > now ? Math.min(change, off.from) : change;
  if (warnsAhead === 0) return Math.min(change, nextAt ?? Infinity);
  // The judge answers for an agent who has not been warned yet; a warned agent is due a moment earlier.
  return Math.min(change, (nextAt ?? Infinity) - (reason === 'waiting' ? warnsAhead : 1));
}

/** Notes the warnings that are called for: they are taken to arrive in the sweep in which they are sent. */
export function warn(track: Track, verdict: Verdict, policy: Policy, now: Instant): void {
  const { memory, history } = track;
  if (memory === undefined) return;
  const due = warningsDue(history.agent, memory, verdict, policy, now);
  if (due.length === 0) return;
  const ruleIds = due.map(({ ruleId }) => ruleId);
  track.memory = ruleIds.reduce((state, id) => noteWarned(state, id, now), memory);
}

/** Notes whether an agent who was logged off lately, and has shown a sign since, works by now. */
export function noteReplayedWork(track: Track, { routing }: Observation, now: Instant): void {
  const { recent, memory } = track;
  if (recent === undefined) return;
  const until = recent.at + REGRET_WITHIN;
  const working = recent.signAt !== undefined && memory !== undefined && isWorking(memory);
  if (working && (routing?.since ?? now) <= until) recent.worked = true;
  if (now > until) track.recent = undefined;
}

/** The first sign of the person after a log-off. */
export function signAfter({ memory }: Track, { at }: ReplayedLogoff): Instant | undefined {
  const signAt = memory?.episode.sign?.at;
  return signAt !== undefined && signAt > at ? signAt : undefined;
}

/** Whether the presence that a sign was read from followed an Offline no longer than a browser takes to return. */
export function isBounce(
  { history: { presence }, presence: { index }, profile, context }: Track,
  states: readonly (KnownState | undefined)[],
  signAt: Instant,
): boolean {
  if (index < 1) return false;
  const before = states[presence.state[index - 1] ?? 0];
  const [wentAt, cameAt] = [presence.at[index - 1] ?? 0, presence.at[index] ?? 0];
  const isSign = Math.abs(cameAt - signAt) < context.usualInterval;
  return before?.presence === 'OFFLINE' && isSign && cameAt - wentAt <= (profile?.returns.window ?? 0);
}
