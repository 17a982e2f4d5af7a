/**
 * Replays history through a policy: the engine of the worker (evaluate, plan, log off), at the sweep's pace, with history in place of
 * the platform. Sweeps in which nothing can change for an agent are skipped: between two changes only the moment counts at which the
 * judge says that something may become due. Agents affect each other only through the plan, so each one runs ahead alone until due,
 * and waits there for the plan of that sweep. Pure.
 *
 * History does not show the effects of a log-off. An agent who was logged off counts as gone until history shows a
 * sign of the person; what history shows of the agent meanwhile is folded like anything else. So policies that differ only in limits
 * and modes of rules are replayed together: each agent is read and tracked once, and judged by each of them.
 */
import type { Observation } from '../../domain/agent.ts';
import { evaluate, type Evaluation } from '../../domain/judging/evaluate.ts';
import { observedAs } from '../../domain/planning/candidates.ts';
import type { Candidate } from '../../domain/planning/plan.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { noteObserved } from '../../domain/tracking/own-logoff.ts';
import { isFoldable } from '../../domain/tracking/reading.ts';
import type { Duration, Instant, Interval } from '../../domain/time/time.ts';
import type { HeadSeries } from '../../domain/licence/head-counts.ts';
import { endOfHistory, follow, goOff, type Seen } from './gone.ts';
import { logOffInHistory } from './hands.ts';
import type { History } from './history.ts';
import { isQuiet, Jury } from './jury.ts';
import { onlyWaits, PeakWait } from './peak-wait.ts';
import type { ReplayedLogoff } from './stand.ts';
import {
  howOftenOff,
  isSteady,
  memoryUnder,
  nextChangeAt,
  nextHoldAt,
  nextVerdictAt,
  observe,
  standOf,
  trackOf,
  warned,
  watchBy,
  type Track,
} from './track.ts';
import { Variant, type Called, type Outcome, type ReplayedObserved, type Tally } from './variant.ts';

/** What a policy would have done. */
export interface Replayed extends Outcome {
  readonly logoffs: readonly ReplayedLogoff[];
  /** Log-offs of rules in observe mode, once in an idle episode. */
  readonly observed: readonly ReplayedObserved[];
}

/** How history is to be replayed. */
export interface ReplayOptions {
  /** Between two sweeps. */
  readonly interval: Duration;
  /** Within the history's own. */
  readonly span: Interval;
  /** Is told now and then how much of it is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Replays everything through one policy. */
export function replay(
  history: History,
  { policy, ...options }: ReplayOptions & { readonly policy: Policy },
): Replayed {
  const logoffs: ReplayedLogoff[] = [];
  const observed: ReplayedObserved[] = [];
  const tally: Tally = {
    begun: (logoff) => logoffs.push(logoff),
    observed: (each) => observed.push(each),
  };
  const [outcome] = replayTogether(history, [{ policy, tally }], options);
  if (outcome === undefined) throw new RangeError('there is no policy to replay');
  return { ...outcome, logoffs, observed };
}

/** Replays everything through policies that differ only in limits and modes of rules: what each comes to is what it comes to alone. */
export function replayTogether(
  history: History,
  policies: readonly { readonly policy: Policy; readonly tally: Tally }[],
  options: ReplayOptions,
): readonly Outcome[] {
  return new Replay(history, policies, options).run();
}

const NOBODY = -1;
/** Progress is told so often. */
const PARTS = 200;

class Replay {
  readonly #states: History['states'];
  readonly #span: Interval;
  readonly #interval: Duration;
  readonly #onProgress: (share: number) => void;
  readonly #variants: readonly Variant[];
  readonly #jury: Jury;
  readonly #peak: PeakWait;
  readonly #tracks: readonly Track[];
  readonly #byId: ReadonlyMap<string, Track>;
  readonly #everyone: ReadonlySet<string>;
  readonly #sweeps: number;
  /** Chains of agents: the first who waits for the plan of each sweep, and who follows whom. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  /** By sweep: how many more are online than in the one before, and then how many are. */
  readonly #online: Int32Array;
  /** Sweeps at which an exemption ends, in order. */
  readonly #lapses: readonly number[];

  constructor(
    history: History,
    policies: readonly { readonly policy: Policy; readonly tally: Tally }[],
    { interval, span, onProgress = () => undefined }: ReplayOptions,
  ) {
    this.#states = history.states;
    this.#interval = interval;
    this.#span = span;
    this.#onProgress = onProgress;
    this.#sweeps = Math.max(0, Math.floor((span.to - 1 - span.from) / interval) + 1);
    this.#variants = policies.map(
      ({ policy, tally }) => new Variant(watchBy(policy, interval), tally, this.#sweeps),
    );
    this.#jury = new Jury(policies.map(({ policy }) => policy));
    this.#first = new Int32Array(this.#sweeps).fill(NOBODY);
    this.#next = new Int32Array(history.agents.length).fill(NOBODY);
    this.#online = new Int32Array(this.#sweeps);
    const { eager } = this.#jury;
    this.#lapses = eager.exempt
      .flatMap(({ until }) => (until === undefined ? [] : this.#sweepAt(until)))
      .sort((a, b) => a - b);
    this.#tracks = history.agents.map((each) => trackOf(each, watchBy(eager, interval)));
    this.#peak = new PeakWait(this.#variants, this.#tracks);
    this.#byId = new Map(this.#tracks.map((track) => [track.history.agent.id, track]));
    this.#everyone = new Set(this.#byId.keys());
  }

  run(): readonly Outcome[] {
    for (let i = 0; i < this.#tracks.length; i += 1) this.#runAhead(i, 0);
    const part = Math.max(1, Math.ceil(this.#sweeps / PARTS));
    for (let sweep = 0; sweep < this.#sweeps; sweep += 1) {
      if (sweep % part === 0) this.#onProgress(sweep / this.#sweeps);
      for (const i of this.#peak.wake(sweep, this.#timeOf(sweep))) this.#runAhead(i, sweep);
      this.#sweep(sweep);
    }
    for (const { stands } of this.#tracks)
      for (const [v, stand] of stands) {
        const variant = this.#variants[v];
        if (variant !== undefined) endOfHistory(stand, variant, this.#span.to);
      }
    return this.#variants.map(({ online, deferred, breaker, calledOff, belowPeak }) => ({
      asItWas: this.#series(this.#online),
      withPolicy: this.#series(online),
      deferred: deferred.all,
      breaker,
      calledOff,
      belowPeak,
    }));
  }

  #series(online: Int32Array): HeadSeries {
    return {
      length: this.#sweeps,
      at: (sweep) => this.#timeOf(sweep),
      online: (sweep) => online[sweep] ?? 0,
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
    const online = (this.#online[sweep - 1] ?? 0) + (this.#online[sweep] ?? 0);
    this.#online[sweep] = online;
    const called = this.#calledFor(waiting, now);
    for (const [v, variant] of this.#variants.entries()) {
      const aside = this.#peak.waitingUnder(v);
      const { act, imagined } = variant.plan(sweep, now, online, this.#everyone, called[v] ?? [], aside);
      for (const candidate of imagined) this.#imagine(v, variant, candidate, now);
      for (const candidate of act) this.#logOff(v, variant, candidate, sweep, now);
    }
    for (const i of waiting) {
      const track = this.#tracks[i];
      if (track !== undefined) this.#goOn(i, track, sweep, now);
    }
  }

  /** By number of the policy: for whom a plan is called. */
  #calledFor(waiting: readonly number[], now: Instant): readonly Called[][] {
    const called: Called[][] = [];
    for (const i of waiting) {
      const track = this.#tracks[i];
      if (track?.waiting === undefined) continue;
      for (const [v, ahead] of track.waiting.evaluations) {
        const evaluation = this.#nearPeak(track, v, ahead, now);
        if (evaluation !== ahead) track.waiting.evaluations.set(v, evaluation);
        (called[v] ??= []).push([track.history.agent, evaluation]);
      }
    }
    return called;
  }

  /** An agent was looked at before it was known how near the licence peak would be. */
  #nearPeak(track: Track, v: number, ahead: Evaluation, now: Instant): Evaluation {
    const variant = this.#variants[v];
    const share = variant?.peak.share;
    if (variant === undefined || share === undefined || !variant.waits(ahead)) return ahead;
    const judged = this.#jury.judgeAgain(v, track, ahead, share);
    if (track.warns) this.#warn(track, v, judged, now, share);
    return judged;
  }

  /** After the plan of this sweep. */
  #goOn(i: number, track: Track, sweep: number, now: Instant): void {
    const { waiting } = track;
    if (waiting === undefined) return;
    track.waiting = undefined;
    const left = [...waiting.evaluations].filter(([v]) => track.stands.get(v)?.off === undefined);
    const isHeld = left.some(([v, { verdict }]) => !onlyWaits(verdict, memoryUnder(track, v)));
    const asked = left.map(([v, { verdict }]) =>
      nextVerdictAt(track, verdict, this.#jury.profileIn(v, track.context), now),
    );
    // An agent who was held back is planned for again in the next sweep.
    const next = isHeld ? now : Math.min(waiting.nextAt, nextHoldAt(track, now), ...asked);
    const then = this.#nextSweep(track, waiting.observation, next, sweep);
    const policies = left.map(([v]) => v);
    if (isHeld || policies.length === 0) this.#runAhead(i, then);
    else this.#peak.add(i, policies, then);
  }

  /** Looks at one agent, sweep by sweep, until the agent is due under one of the policies or history ends. */
  #runAhead(i: number, from: number): void {
    const track = this.#tracks[i];
    if (track === undefined) return;
    for (let sweep = from; sweep < this.#sweeps;) {
      const now = this.#timeOf(sweep);
      const observation = observe(track, this.#states, now);
      const nextAt = this.#look(track, { observation, sweep, now });
      if (track.waiting !== undefined) {
        this.#next[i] = this.#first[sweep] ?? NOBODY;
        this.#first[sweep] = i;
        return;
      }
      sweep = this.#nextSweep(track, observation, nextAt, sweep);
    }
  }

  /** Answers when the next look is called for; where a plan is called for, that waits in `track`. */
  #look(track: Track, seen: Seen): Instant {
    const { observation, sweep } = seen;
    this.#catchUp(track, sweep);
    const evaluation = evaluate(track.memory, observation, track.context, this.#jury.eager);
    track.memory = evaluation.state;
    track.sweep = sweep;
    track.whole = isFoldable(observation, track.memory, track.context);
    const online = observation.presence !== undefined && observation.presence.system !== 'OFFLINE';
    if (online !== track.online) this.#online[sweep] = (this.#online[sweep] ?? 0) + (online ? 1 : -1);
    track.online = online;
    for (const [v, stand] of track.stands) {
      const variant = this.#variants[v];
      if (variant === undefined || !follow(track, stand, variant, this.#states, seen)) track.stands.delete(v);
    }
    return this.#judge(track, evaluation, seen);
  }

  /** The sweeps that were skipped saw the agent, and saw nothing new: all that they would have changed is this. */
  #catchUp(track: Track, sweep: number): void {
    const { memory, whole, sweep: last, stands } = track;
    if (memory === undefined || !whole || last >= sweep - 1) return;
    const seenAt = Math.max(memory.seenAt, this.#timeOf(sweep - 1));
    track.memory = { ...memory, seenAt };
    for (const stand of stands.values())
      if (stand.memory !== undefined) stand.memory = { ...stand.memory, seenAt };
  }

  /** Judges an agent by each policy under which they are not off; answers when the next look is called for. */
  #judge(track: Track, evaluation: Evaluation, { observation, now }: Seen): Instant {
    let next = Math.min(nextChangeAt(track, now), nextHoldAt(track, now));
    const { verdict } = evaluation;
    if (isQuiet(verdict) && howOftenOff(track) < this.#variants.length)
      next = Math.min(next, nextVerdictAt(track, verdict, track.profile, now));
    const called = new Map<number, Evaluation>();
    for (const [v, judged] of this.#jury.judged(track, evaluation, observation)) {
      if (track.warns) this.#warn(track, v, judged, now);
      if (this.#variants[v]?.isForThePlan(judged) === true) called.set(v, judged);
      else
        next = Math.min(
          next,
          nextVerdictAt(track, judged.verdict, this.#jury.profileIn(v, track.context), now),
        );
    }
    if (called.size > 0) track.waiting = { observation, evaluations: called, nextAt: next };
    return next;
  }

  #warn(track: Track, v: number, { state, verdict }: Evaluation, now: Instant, peakShare?: number): void {
    const policy = this.#variants[v]?.policy;
    if (policy === undefined || state === undefined) return;
    const noted = warned(track, state, verdict, policy, now, peakShare);
    if (noted !== state) standOf(track, v).memory = noted;
  }

  #nextSweep(track: Track, observation: Observation, nextAt: Instant, sweep: number): number {
    if (!isSteady(track, observation)) return sweep + 1;
    const lapse = this.#lapses.find((each) => each > sweep) ?? Infinity;
    return Math.max(Math.min(this.#sweepAt(nextAt), lapse), sweep + 1);
  }

  #imagine(v: number, variant: Variant, { agentId, due }: Candidate, now: Instant): void {
    const track = this.#byId.get(agentId);
    if (track?.memory === undefined) return;
    const stand = standOf(track, v);
    stand.memory = noteObserved(stand.memory ?? track.memory, observedAs(due));
    if (due.belowPeak === true) variant.belowPeak += 1;
    else variant.tally.observed?.({ rule: due.ruleId, profile: track.profile?.name ?? '', at: now });
  }

  #logOff(v: number, variant: Variant, { agentId, due }: Candidate, sweep: number, now: Instant): void {
    variant.enter(now);
    const track = this.#byId.get(agentId);
    const evaluation = track?.waiting?.evaluations.get(v);
    if (track?.profile === undefined || track.waiting === undefined || evaluation === undefined) return;
    const { agent } = track.history;
    const { observation } = track.waiting;
    const watch = { ...variant.watch, peakShare: variant.peak.share };
    const done = logOffInHistory({ agent, observation }, evaluation, watch, now);
    if (done === undefined) variant.calledOff += 1;
    if (done === undefined) return;
    const { ruleId: rule, measured, limit } = due;
    const unknown = {
      recovered: 0,
      signAt: undefined,
      leftAt: undefined,
      perhapsBrowser: false,
      worked: false,
    };
    const profile = track.profile.name;
    const logoff: ReplayedLogoff = { agent, profile, rule, at: now, measured, limit, ...unknown };
    goOff(track, standOf(track, v), variant, logoff, done, sweep);
  }
}
