/**
 * Runs a policy test: the timeline is shown to the same fold, judge, plan and ladder as in a sweep, one look each
 * interval, and agents whom the plan lets through are logged off in the enforcer's order. Pure.
 */
import type { Agent, Observation } from '../../domain/agent.ts';
import { track } from '../../domain/tracking/track.ts';
import { judge, profileOf, type Due, type Verdict } from '../../domain/judging/judge.ts';
import {
  beginLogoff,
  finishLogoff,
  leaveLadder,
  noteSsoEnd,
  noteOfflineAgain,
  noteObserved,
  noteWarned,
} from '../../domain/tracking/own-logoff.ts';
import type { AgentState, TrackingEvent } from '../../domain/tracking/state.ts';
import {
  EMPTY_LEDGER,
  plan,
  withLogoff,
  withOutcome,
  type Hold,
  type Ledger,
} from '../../domain/planning/plan.ts';
import { isBy, type Action } from '../../domain/policy/actions.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { readingOf } from '../../domain/tracking/reading.ts';
import { settleLeft, type WatchedSpan } from '../../domain/tracking/settle.ts';
import { isNewer } from '../../domain/tracking/state.ts';
import { SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import { warningsDue } from '../../domain/judging/warnings.ts';
import { AgentSimulator } from '../../simulation/agent-simulator.ts';
import type { BrowserWords, Part, Word } from '../../simulation/timeline.ts';

/** A timeline with instants. */
export interface TestScene {
  readonly agent: Agent;
  readonly interval: Duration;
  readonly happenings: readonly { readonly at: Instant; readonly word: Word }[];
  readonly lacking: readonly (Interval & { readonly parts: readonly Part[] })[];
  /** No look falls inside; at both ends there is one. */
  readonly unwatched: readonly Interval[];
  readonly browser: BrowserWords | undefined;
  /** The organisation's own; off unless given. */
  readonly nativeTimeout?: Duration | undefined;
  /** How long the identity provider takes to end a session; at once unless given. */
  readonly ssoDelay?: Duration;
  /** First and last look. */
  readonly from: Instant;
  readonly to: Instant;
}

/** One look of a sweep, as it was judged before anything was done. */
export interface PlayedLook {
  readonly at: Instant;
  readonly observation: Observation;
  readonly memory: AgentState | undefined;
  readonly verdict: Verdict;
  /** Why a due log-off was not begun. */
  readonly hold: Hold | undefined;
}

/** A log-off of the run, the end of a session at the identity provider, or a log-off that was only observed. */
export interface Logoff {
  readonly kind: 'logoff' | 'sso' | 'observed';
  readonly at: Instant;
  readonly rule: string;
  /** Counted from 1; `undefined` for the plain actions of a rule. */
  readonly rung: number | undefined;
  readonly actions: readonly Action[];
  readonly measured: Duration;
  readonly limit: Duration;
}

/** What came of a scene. */
export interface TestRun {
  readonly looks: readonly PlayedLook[];
  readonly logoffs: readonly Logoff[];
}

/** From the sweep's look to the end of the actions, and to the look that verifies them. */
export const ACTING: Duration = 3 * SECOND;
export const VERIFYING: Duration = 5 * SECOND;

/** Plays a scene through a policy. */
export function runTest(scene: TestScene, policy: Policy): TestRun {
  return new Play(scene, policy).run();
}

class Play {
  readonly #scene: TestScene;
  readonly #policy: Policy;
  readonly #desk: AgentSimulator;
  readonly #looks: PlayedLook[] = [];
  readonly #logoffs: Logoff[] = [];
  #memory: AgentState | undefined;
  #ledger: Ledger = EMPTY_LEDGER;
  #imaginedLedger: Ledger = EMPTY_LEDGER;
  #watched: WatchedSpan = { policyHash: undefined, settleLeft: 0, lastCompleteAt: undefined };
  #next = 0;

  constructor(scene: TestScene, policy: Policy) {
    this.#scene = scene;
    this.#policy = policy;
    this.#desk = new AgentSimulator(scene.from, scene.browser);
  }

  run(): TestRun {
    const { from, to, interval, unwatched } = this.#scene;
    for (let at = from; at <= to; at += interval) {
      if (!unwatched.some((span) => at > span.from && at < span.to)) this.#sweep(at);
    }
    return { looks: this.#looks, logoffs: this.#logoffs };
  }

  #sweep(at: Instant): void {
    const { verdict, observation } = this.#look(at);
    const left = settleLeft(this.#watched, this.#policy, at, this.#scene.interval);
    this.#watched = {
      policyHash: this.#policy.hash,
      settleLeft: Math.max(0, left - 1),
      lastCompleteAt: at,
    };
    const settling = left > 0;
    const due = verdict.due?.mode === 'enforce' ? verdict.due : undefined;
    const imagined = verdict.observed.filter(
      ({ ruleId }) => this.#memory?.episode.observedRules.includes(ruleId) !== true,
    );
    const memory = this.#memory;
    const real = this.#plan(this.#ledger, due === undefined ? [] : [due], settling, at);
    const other = this.#plan(this.#imaginedLedger, imagined, settling, at);
    this.#ledger = real.ledger;
    this.#imaginedLedger = other.ledger;
    this.#looks.push({ at, observation, memory, verdict, hold: real.held[0]?.hold });
    for (const each of real.act) this.#carryOut(at, each.due);
    for (const each of other.act) this.#imagine(at, each.due);
    if (!settling && memory !== undefined) this.#warn(at, memory, verdict);
  }

  #plan(ledger: Ledger, dues: readonly Due[], settling: boolean, at: Instant): ReturnType<typeof plan> {
    const { agent } = this.#scene;
    const seen = new Set(this.#memory?.seenAt === at ? [agent.id] : []);
    const candidates = dues.map((due) => ({ agentId: agent.id, due }));
    return plan(candidates, seen, settling ? 'settling' : undefined, this.#policy.caps, ledger, at);
  }

  #look(at: Instant): { readonly observation: Observation; readonly verdict: Verdict } {
    const observation = this.#observe(at);
    const { verdict } = this.#fold(at, observation);
    return { observation, verdict };
  }

  #observe(at: Instant): Observation {
    const { agent, lacking } = this.#scene;
    this.#passTo(at);
    const parts = lacking.filter(({ from, to }) => at >= from && at < to).flatMap((span) => span.parts);
    return this.#desk.observe(agent.id, at, new Set(parts));
  }

  #fold(
    at: Instant,
    observation: Observation,
  ): { readonly verdict: Verdict; readonly events: readonly TrackingEvent[] } {
    const { agent, interval, nativeTimeout } = this.#scene;
    const profile = profileOf(agent, this.#policy);
    const folded = track(this.#memory, observation, {
      agent,
      exempt: this.#policy.exempt,
      labels: this.#policy.labels,
      profile,
      usualInterval: interval,
      clockJumped: false,
      nativeTimeouts: nativeTimeout === undefined ? [] : [nativeTimeout],
    });
    const memory = folded?.state;
    const verdict = judge(agent, memory, observation, this.#policy, at, profile);
    this.#memory = memory !== undefined && verdict.reason === 'exempt' ? leaveLadder(memory) : memory;
    return { verdict, events: folded?.events ?? [] };
  }

  /** Everything of the timeline up to then, and with it. */
  #passTo(at: Instant): void {
    const { happenings } = this.#scene;
    for (
      let each = happenings[this.#next];
      each !== undefined && each.at <= at;
      each = happenings[this.#next]
    ) {
      this.#desk.apply(each.at, each.word);
      this.#next += 1;
    }
    this.#desk.advance(at);
  }

  /** The enforcer's order: the place on the ladder and the intention first, then the actions, then a look that verifies. */
  #carryOut(at: Instant, due: Due): void {
    const returns = profileOf(this.#scene.agent, this.#policy)?.returns;
    if (this.#memory === undefined || returns === undefined) return;
    if (due.rung !== undefined && due.actions.includes('end_sso_session')) {
      this.#endSession(at, due, due.rung);
      return;
    }
    this.#logoffs.push(logoffOf('logoff', at, due));
    this.#ledger = withLogoff(this.#ledger, at);
    const { standing } = this.#desk;
    const wasOnQueue = this.#memory.last.routing !== 'OFF_QUEUE';
    this.#memory = beginLogoff(this.#memory, at, due, returns);
    const performed = due.actions.filter(
      (action) => !isBy('channels', action) && (action !== 'off_queue' || wasOnQueue),
    );
    for (const action of performed) this.#desk.perform(at, action);
    this.#memory = finishLogoff(this.#memory, at + ACTING, performed);
    this.#desk.answer(at + ACTING - SECOND, performed, standing);
    this.#verify(at + VERIFYING);
  }

  /** Offline is verified; where nothing at all has happened Offline is set once more, and the next try waits. */
  #verify(at: Instant): void {
    const before = this.#memory;
    const observation = this.#observe(at);
    const worked =
      before === undefined ||
      !this.#isUsable(observation, before) ||
      this.#hasWorked(at, observation, before);
    this.#ledger = withOutcome(this.#ledger, this.#scene.agent.id, worked ? 'done' : 'failed', at);
    if (worked || this.#memory === undefined) return;
    this.#desk.perform(at, 'offline');
    this.#memory = noteOfflineAgain(this.#memory, at);
  }

  /** What a log-off came to can be told only from a whole reading with the token in it. */
  #isUsable(observation: Observation, before: AgentState): boolean {
    const { kind } = readingOf(this.#scene.agent, observation, before, this.#policy);
    return (
      kind !== 'unknown' &&
      (observation.tokenIssuedAt !== undefined || before.logoff?.former.tokenAt === undefined)
    );
  }

  #hasWorked(at: Instant, observation: Observation, before: AgentState): boolean {
    const { events } = this.#fold(at, observation);
    const { last, episode } = this.#memory ?? before;
    const signed = episode.sign !== undefined && episode.sign.at !== before.episode.sign?.at;
    const newToken = isNewer(observation.tokenIssuedAt, before.logoff?.former.tokenAt);
    return last.presence === 'OFFLINE' || signed || newToken || events.length > 0;
  }

  /** The identity provider's part of a rung; the rest is due when it has taken hold. */
  #endSession(at: Instant, due: Due, rung: number): void {
    if (this.#memory === undefined) return;
    this.#logoffs.push(logoffOf('sso', at, due));
    this.#desk.perform(at, 'end_sso_session');
    this.#memory = noteSsoEnd(this.#memory, rung, at, at + (this.#scene.ssoDelay ?? 0));
  }

  /** What observe mode would have done, once in an idle episode. */
  #imagine(at: Instant, due: Due): void {
    if (this.#memory === undefined) return;
    this.#memory = noteObserved(this.#memory, due.ruleId);
    this.#imaginedLedger = withLogoff(this.#imaginedLedger, at);
    this.#logoffs.push(logoffOf('observed', at, due));
  }

  /** In a test every warning arrives. */
  #warn(at: Instant, memory: AgentState, verdict: Verdict): void {
    for (const { ruleId } of warningsDue(this.#scene.agent, memory, verdict, this.#policy, at)) {
      if (this.#memory === undefined) return;
      this.#memory = noteWarned(this.#memory, ruleId, at);
    }
  }
}

function logoffOf(kind: Logoff['kind'], at: Instant, due: Due): Logoff {
  const { ruleId, rung, actions, measured, limit } = due;
  return {
    kind,
    at,
    rule: ruleId,
    rung: rung === undefined ? undefined : rung + 1,
    actions,
    measured,
    limit,
  };
}
