/** Agents who were logged off in a replay: followed from the log-off until all is known of it. */
import type { Observation } from '../../domain/agent.ts';
import { evaluate } from '../../domain/judging/evaluate.ts';
import { endsSession } from '../../domain/policy/actions.ts';
import type { Action, Profile } from '../../domain/policy/policy.ts';
import { recoveredBy } from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import { isWorking, type AgentState } from '../../domain/tracking/state.ts';
import type { KnownState } from './history.ts';
import { isRegret, REGRET_WITHIN, type Off, type ReplayedLogoff, type Stand } from './stand.ts';
import type { Track } from './track.ts';
import type { Variant } from './variant.ts';

/** The memory after this look; `undefined` once no note of a warning or a counted rule is left in it: only they make it differ. */
function withNotes(
  memory: AgentState,
  { context }: Track,
  { policy }: Variant,
  observation: Observation,
): AgentState | undefined {
  const { state } = evaluate(memory, observation, context, policy);
  if (state === undefined) return undefined;
  return isNoted(state.episode) || state.undo.some(({ episode }) => isNoted(episode)) ? state : undefined;
}

function isNoted({ observedRules, warnedAt }: AgentState['episode']): boolean {
  return observedRules.length > 0 || Object.keys(warnedAt).length > 0;
}

/** One look at an agent. */
export interface Seen {
  readonly observation: Observation;
  readonly sweep: number;
  readonly now: Instant;
}

type States = readonly (KnownState | undefined)[];

/**
 * Brings a stand up to date with a look; answers whether it is one still. The agent must have been tracked with that look.
 */
export function follow(track: Track, stand: Stand, variant: Variant, states: States, seen: Seen): boolean {
  const { observation, sweep, now } = seen;
  if (stand.memory !== undefined) stand.memory = withNotes(stand.memory, track, variant, observation);
  const { off, recent } = stand;
  if (off !== undefined) lookAtGone(track, variant, stand, off, states, sweep, now);
  if (recent !== undefined) {
    noteReplayedWork(track, recent, observation, now);
    if (now > recent.at + REGRET_WITHIN) stand.recent = undefined;
  }
  if (stand.off !== undefined || stand.recent !== undefined) return true;
  const last = recent ?? off?.logoff;
  if (last !== undefined) variant.tally.over?.(last);
  return stand.memory !== undefined;
}

/** Brings the head-count, and the time that was won, up to date for an agent who was logged off. */
function lookAtGone(
  track: Track,
  variant: Variant,
  stand: Stand,
  { logoff, from }: Off,
  states: States,
  sweep: number,
  now: Instant,
): void {
  const signAt = signAfter(track, logoff);
  if (signAt !== undefined) {
    logoff.signAt = signAt;
    logoff.perhapsBrowser = isBounce(track, states, signAt);
    stand.off = undefined;
  } else {
    noteLeft(track, logoff);
    if (track.online && now >= from) {
      if (stand.hiddenSince === undefined) hide(variant, stand, sweep, now);
      return;
    }
  }
  if (stand.hiddenSince === undefined) return;
  variant.hide(sweep, -1);
  const wentAt = track.online ? now : (shownSince(track) ?? now);
  const to = Math.min(signAt ?? now, wentAt, now);
  logoff.recovered += recoveredBy(logoff.at, { from: stand.hiddenSince, to });
  stand.hiddenSince = undefined;
}

/** Notes an Offline of the agent's own, or that the agent was only away for a moment. */
function noteLeft(track: Track, logoff: ReplayedLogoff): void {
  if (track.online) logoff.leftAt = undefined;
  else if (track.presence.shown?.system === 'OFFLINE') logoff.leftAt ??= shownSince(track);
}

/** Since when history has had the presence that it shows now. */
function shownSince({ history, presence }: Track): Instant | undefined {
  return history.presence.at[presence.index];
}

/** Notes a log-off that these actions brought about. */
export function goOff(
  track: Track,
  stand: Stand,
  variant: Variant,
  logoff: ReplayedLogoff,
  done: readonly Action[],
  sweep: number,
): void {
  const { at } = logoff;
  const { usualInterval } = variant.watch;
  variant.tally.begun?.(logoff);
  if (stand.recent !== undefined) variant.tally.over?.(stand.recent);
  stand.recent = logoff;
  stand.off = { logoff, from: at + untilItHolds(done, track.profile, usualInterval) };
  if (at >= stand.off.from) hide(variant, stand, sweep, at);
}

function hide(variant: Variant, stand: Stand, sweep: number, now: Instant): void {
  variant.hide(sweep, 1);
  stand.hiddenSince = now;
}

/** Ends a stand where history ends. */
export function endOfHistory({ off, recent, hiddenSince }: Stand, variant: Variant, at: Instant): void {
  if (off !== undefined && hiddenSince !== undefined)
    off.logoff.recovered += recoveredBy(off.logoff.at, { from: hiddenSince, to: at });
  const last = off?.logoff ?? recent;
  if (last !== undefined) variant.tally.over?.(last);
}

/** Notes whether an agent who showed a sign soon after the log-off works by now, and did so within the ten minutes. */
function noteReplayedWork(
  { memory }: Track,
  recent: ReplayedLogoff,
  { routing }: Observation,
  now: Instant,
): void {
  if (!isRegret(recent) || memory === undefined || !isWorking(memory)) return;
  if ((routing?.since ?? now) <= recent.at + REGRET_WITHIN) recent.worked = true;
}

/** The first sign of the person after a log-off. */
function signAfter({ memory }: Track, { at }: ReplayedLogoff): Instant | undefined {
  const signAt = memory?.episode.sign?.at;
  return signAt !== undefined && signAt > at ? signAt : undefined;
}

/** Whether the presence that a sign was read from followed an Offline no longer than a browser takes to return. */
function isBounce(
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

/**
 * How long after a log-off it takes effect for good. An agent whose session is ended may be back by single sign-on at once, and
 * the ladder's first rung logs them off again; without a ladder nothing would. A quiet Offline leaves the session alone.
 */
function untilItHolds(done: readonly Action[], profile: Profile | undefined, interval: Duration): Duration {
  if (!endsSession(done)) return 0;
  const first = profile?.returns.ladder[0];
  return first === undefined ? Infinity : first.wait + 2 * interval;
}
