/**
 * Replays history through a policy: the engine of the worker (evaluate, plan, log off), at the sweep's pace, with history in place of
 * the platform. Sweeps in which nothing can change for an agent are skipped: between two changes only the moment counts at which the
 * judge says that something may become due. Agents affect each other only through the plan, so each one runs ahead alone until due,
 * and waits there for the plan of that sweep. Pure.
 *
 * History does not show the effects of a log-off. An agent who was logged off counts as gone until history shows a
 * sign of the person; what history shows of the agent meanwhile is folded like anything else.
 */
import type { Observation } from '../../domain/agent.ts';
import { evaluate, type Evaluation } from '../../domain/judging/evaluate.ts';
import type { Verdict } from '../../domain/judging/judge.ts';
import { noteObserved } from '../../domain/tracking/own-logoff.ts';
import { enforcedIn, observedIn } from '../../domain/planning/candidates.ts';
import {
  EMPTY_LEDGER,
  plan,
  withLogoff,
  withOnline,
  type Candidate,
  type Hold,
  type Ledger,
} from '../../domain/planning/plan.ts';
import type { Action, Policy, Profile } from '../../domain/policy/policy.ts';
import { recoveredBy } from '../../domain/record.ts';
import { isFoldable } from '../../domain/tracking/reading.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import { logOffInHistory } from './hands.ts';
import type { History } from './history.ts';
import {
  isBounce,
  isSteady,
  nextLookAt,
  noteReplayedWork,
  observe,
  signAfter,
  trackOf,
  warn,
  type Off,
  type ReplayedLogoff,
  type Track,
} from './track.ts';
import type { HeadCount } from '../report/licence.ts';
import { endsSession } from '../../domain/policy/actions.ts';

/** What a policy would have done. */
export interface Replayed {
  readonly logoffs: readonly ReplayedLogoff[];
  /** Log-offs of rules in observe mode, once in an idle episode. */
  readonly observed: readonly { readonly rule: string; readonly profile: string; readonly at: Instant }[];
  /** As history has it, and with the policy; one count a sweep. */
  readonly asItWas: readonly HeadCount[];
  readonly withPolicy: readonly HeadCount[];
  /** Sweeps in which agents were held back, by what, and the most agents at once. */
  readonly deferred: ReadonlyMap<Hold, { readonly sweeps: number; readonly most: number }>;
  readonly breaker: number;
  /** Log-offs that were planned, and that the look after taking the agent off the queue called off. */
  readonly calledOff: number;
  readonly sweeps: number;
  /** How many observations were folded and judged. */
  readonly looks: number;
}

/** How history is to be replayed. */
export interface ReplayOptions {
  readonly policy: Policy;
  /** Between two sweeps. */
  readonly interval: Duration;
  /** Within the history's own. */
  readonly span: Interval;
}

/** Replays everything. */
export function replay(history: History, options: ReplayOptions): Replayed {
  return new Replay(history, options).run();
}

const NOBODY = -1;

class Replay {
  readonly #states: History['states'];
  readonly #policy: Policy;
  readonly #span: Interval;
  readonly #interval: Duration;
  readonly #tracks: readonly Track[];
  readonly #byId: ReadonlyMap<string, Track>;
  readonly #everyone: ReadonlySet<string>;
  readonly #sweeps: number;
  /** Chains of agents: the first who waits for the plan of each sweep, and who follows whom. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  /** By sweep: how many more are online than in the one before, and how many more of them are off by our doing. */
  readonly #onlineMore: Int32Array;
  readonly #hiddenMore: Int32Array;
  /** Sweeps at which an exemption ends, in order. */
  readonly #lapses: readonly number[];
  readonly #logoffs: ReplayedLogoff[] = [];
  readonly #observed: { rule: string; profile: string; at: Instant }[] = [];
  readonly #asItWas: HeadCount[] = [];
  readonly #withPolicy: HeadCount[] = [];
  readonly #deferred = new Map<Hold, { sweeps: number; most: number }>();
  #ledger: Ledger = EMPTY_LEDGER;
  #observedLedger: Ledger = EMPTY_LEDGER;
  #breaker = 0;
  #calledOff = 0;
  #online = 0;
  #hidden = 0;
  #looks = 0;

  constructor(history: History, { policy, interval, span }: ReplayOptions) {
    this.#states = history.states;
    this.#policy = policy;
    this.#interval = interval;
    this.#span = span;
    this.#sweeps = Math.max(0, Math.floor((span.to - 1 - span.from) / interval) + 1);
    this.#first = new Int32Array(this.#sweeps).fill(NOBODY);
    this.#next = new Int32Array(history.agents.length).fill(NOBODY);
    this.#onlineMore = new Int32Array(this.#sweeps);
    this.#hiddenMore = new Int32Array(this.#sweeps);
    this.#lapses = policy.exempt
      .flatMap(({ until }) => (until === undefined ? [] : this.#sweepAt(until)))
      .sort((a, b) => a - b);
    this.#tracks = history.agents.map((each) => trackOf(each, policy, interval));
    this.#byId = new Map(this.#tracks.map((track) => [track.history.agent.id, track]));
    this.#everyone = new Set(this.#byId.keys());
  }

  run(): Replayed {
    for (let i = 0; i < this.#tracks.length; i += 1) this.#runAhead(i, 0);
    for (let sweep = 0; sweep < this.#sweeps; sweep += 1) this.#sweep(sweep);
    for (const { off, hiddenSince } of this.#tracks)
      if (off !== undefined && hiddenSince !== undefined)
        off.logoff.recovered += recoveredBy(off.logoff.at, { from: hiddenSince, to: this.#span.to });
    return {
      logoffs: this.#logoffs,
      observed: this.#observed,
      asItWas: this.#asItWas,
      withPolicy: this.#withPolicy,
      deferred: this.#deferred,
      breaker: this.#breaker,
      calledOff: this.#calledOff,
      sweeps: this.#sweeps,
      looks: this.#looks,
    };
  }

  /** The first sweep that sees what happens at `at`. */
  #sweepAt(at: Instant): number {
    return Math.max(0, Math.ceil((at - this.#span.from) / this.#interval));
  }

  #timeOf(sweep: number): Instant {
    return this.#span.from + sweep * this.#interval;
  }

  /** All agents have been looked at up to here: plans for those who wait, and lets them run ahead again. */
  #sweep(sweep: number): void {
    const now = this.#timeOf(sweep);
    const waiting: number[] = [];
    for (let i = this.#first[sweep] ?? NOBODY; i !== NOBODY; i = this.#next[i] ?? NOBODY) waiting.push(i);
    this.#online += this.#onlineMore[sweep] ?? 0;
    this.#hidden += this.#hiddenMore[sweep] ?? 0;
    this.#plan(sweep, now, waiting);
    this.#asItWas.push({ at: now, online: this.#online });
    this.#withPolicy.push({ at: now, online: this.#online - this.#hidden });
    for (const i of waiting) {
      const track = this.#tracks[i];
      const waiting = track?.waiting;
      if (track === undefined || waiting === undefined) continue;
      track.waiting = undefined;
      const { observation, evaluation } = waiting;
      this.#runAhead(i, this.#nextSweep(track, observation, evaluation.verdict, sweep, now));
    }
  }

  /** Looks at one agent, sweep by sweep, until the agent is due or history ends. */
  #runAhead(i: number, from: number): void {
    const track = this.#tracks[i];
    if (track === undefined) return;
    for (let sweep = from; sweep < this.#sweeps;) {
      const now = this.#timeOf(sweep);
      const observation = observe(track, this.#states, now);
      const evaluation = this.#look(track, observation, sweep, now);
      if (track.off === undefined && isForThePlan(evaluation)) {
        track.waiting = { observation, evaluation };
        this.#next[i] = this.#first[sweep] ?? NOBODY;
        this.#first[sweep] = i;
        return;
      }
      sweep = this.#nextSweep(track, observation, evaluation.verdict, sweep, now);
    }
  }

  #look(track: Track, observation: Observation, sweep: number, now: Instant): Evaluation {
    this.#looks += 1;
    this.#catchUp(track, sweep);
    const evaluation = evaluate(track.memory, observation, track.context, this.#policy);
    track.memory = evaluation.state;
    track.sweep = sweep;
    track.whole = isFoldable(observation, track.memory, track.context);
    const online = observation.presence !== undefined && observation.presence.system !== 'OFFLINE';
    if (online !== track.online) addTo(this.#onlineMore, sweep, online ? 1 : -1);
    track.online = online;
    if (track.off !== undefined) this.#lookAtGone(track, track.off, sweep, now);
    if (track.recent !== undefined) noteReplayedWork(track, observation, now);
    if (track.warnsAhead > 0 && track.off === undefined) warn(track, evaluation.verdict, this.#policy, now);
    return evaluation;
  }

  /** The sweeps that were skipped saw the agent, and saw nothing new: all that they would have changed is this. */
  #catchUp(track: Track, sweep: number): void {
    const { memory, whole, sweep: last } = track;
    if (memory === undefined || !whole || last >= sweep - 1) return;
    track.memory = { ...memory, seenAt: Math.max(memory.seenAt, this.#timeOf(sweep - 1)) };
  }

  /** Brings the head-count, and the time that was won, up to date for an agent who was logged off. */
  #lookAtGone(track: Track, { logoff, from }: Off, sweep: number, now: Instant): void {
    const signAt = signAfter(track, logoff);
    if (signAt !== undefined) {
      logoff.signAt = signAt;
      logoff.perhapsBrowser = isBounce(track, this.#states, signAt);
      track.off = undefined;
    } else if (track.online && now >= from) {
      this.#hide(track, sweep, now);
      return;
    }
    if (track.hiddenSince === undefined) return;
    addTo(this.#hiddenMore, sweep, -1);
    const wentAt = track.online ? now : (track.history.presence.at[track.presence.index] ?? now);
    const to = Math.min(signAt ?? now, wentAt, now);
    logoff.recovered += recoveredBy(logoff.at, { from: track.hiddenSince, to });
    track.hiddenSince = undefined;
  }

  #hide(track: Track, sweep: number, now: Instant): void {
    if (track.hiddenSince !== undefined) return;
    addTo(this.#hiddenMore, sweep, 1);
    track.hiddenSince = now;
  }

  /** When something may change for the agent next. */
  #nextSweep(track: Track, observation: Observation, verdict: Verdict, sweep: number, now: Instant): number {
    if (!isSteady(track, observation)) return sweep + 1;
    const next = this.#sweepAt(nextLookAt(track, verdict, now));
    const lapse = this.#lapses.find((each) => each > sweep) ?? Infinity;
    return Math.max(Math.min(next, lapse), sweep + 1);
  }

  #plan(sweep: number, now: Instant, waiting: readonly number[]): void {
    const { caps } = this.#policy;
    const hold = sweep < caps.settle ? ('settling' as const) : undefined;
    const online = this.#online - this.#hidden;
    const { due, imagined } = this.#candidates(waiting);
    this.#ledger = withOnline(this.#ledger, online, now);
    if (imagined.length > 0) {
      const ledger = withOnline(this.#observedLedger, online, now);
      const planned = plan(imagined, this.#everyone, hold, caps, ledger, now);
      this.#observedLedger = planned.ledger;
      for (const candidate of planned.act) this.#imagine(candidate, now);
    }
    // Without an agent who is due, a plan changes the ledger only where an agent was due before.
    if (due.length === 0 && this.#ledger.dueBefore.size === 0 && this.#ledger.broken.size === 0) return;
    const planned = plan(due, this.#everyone, hold, caps, this.#ledger, now);
    this.#ledger = planned.ledger;
    if (planned.tripped !== undefined) this.#breaker += 1;
    this.#defer(planned.held);
    for (const candidate of planned.act) this.#logOff(candidate, sweep, now);
  }

  #candidates(waiting: readonly number[]): { readonly due: Candidate[]; readonly imagined: Candidate[] } {
    const due: Candidate[] = [];
    const imagined: Candidate[] = [];
    for (const i of waiting) {
      const track = this.#tracks[i];
      if (track?.waiting === undefined) continue;
      const agentId = track.history.agent.id;
      const { state, verdict } = track.waiting.evaluation;
      const enforced = enforcedIn(verdict);
      if (enforced !== undefined) due.push({ agentId, due: enforced });
      for (const each of observedIn(verdict, state)) imagined.push({ agentId, due: each });
    }
    return { due, imagined };
  }

  #defer(held: readonly { readonly hold: Hold }[]): void {
    const counts = new Map<Hold, number>();
    for (const { hold } of held) counts.set(hold, (counts.get(hold) ?? 0) + 1);
    for (const [hold, count] of counts) {
      const { sweeps, most } = this.#deferred.get(hold) ?? { sweeps: 0, most: 0 };
      this.#deferred.set(hold, { sweeps: sweeps + 1, most: Math.max(most, count) });
    }
  }

  #imagine({ agentId, due }: Candidate, now: Instant): void {
    this.#observedLedger = withLogoff(this.#observedLedger, now);
    const track = this.#byId.get(agentId);
    if (track?.memory === undefined) return;
    track.memory = noteObserved(track.memory, due.ruleId);
    this.#observed.push({ rule: due.ruleId, profile: track.profile?.name ?? '', at: now });
  }

  #logOff({ agentId, due }: Candidate, sweep: number, now: Instant): void {
    this.#ledger = withLogoff(this.#ledger, now);
    const track = this.#byId.get(agentId);
    if (track?.profile === undefined || track.waiting === undefined) return;
    const { agent } = track.history;
    const { observation, evaluation } = track.waiting;
    const done = logOffInHistory({ agent, observation }, evaluation, track.watch, now);
    if (done === undefined) this.#calledOff += 1;
    if (done === undefined) return;
    const logoff: ReplayedLogoff = {
      agent,
      profile: track.profile.name,
      rule: due.ruleId,
      at: now,
      measured: due.measured,
      limit: due.limit,
      recovered: 0,
      signAt: undefined,
      perhapsBrowser: false,
      worked: false,
    };
    this.#logoffs.push(logoff);
    track.recent = logoff;
    track.off = { logoff, from: now + untilItHolds(done, track.profile, this.#interval) };
    if (now < track.off.from) return;
    this.#hide(track, sweep, now);
    // The sum over the sweeps has passed this one.
    this.#hidden += 1;
  }
}

function isForThePlan({ state, verdict }: Evaluation): boolean {
  return enforcedIn(verdict) !== undefined || observedIn(verdict, state).length > 0;
}

function addTo(counts: Int32Array, sweep: number, more: number): void {
  counts[sweep] = (counts[sweep] ?? 0) + more;
}

/**
 * How long after a log-off it takes effect for good. An agent whose session is ended may be back by single sign-on at once, and
 * the ladder's first rung logs them off again; without a ladder nothing would. A quiet Offline leaves the session alone.
 */
function untilItHolds(done: readonly Action[], { returns }: Profile, interval: Duration): Duration {
  if (!endsSession(done)) return 0;
  const [first] = returns.ladder;
  return first === undefined ? Infinity : first.wait + 2 * interval;
}
