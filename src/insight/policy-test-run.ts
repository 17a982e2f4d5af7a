/**
 * Runs a policy test: the timeline is shown to the same fold, judge and ladder as in a sweep, one look each interval, and
 * whoever is due is logged off in the enforcer's order. Caps, the breaker and settling are not applied. Pure.
 */
import type { Agent, Observation } from '../domain/agent.ts';
import { fold } from '../domain/fold.ts';
import { judge, profileOf, type Due, type Verdict } from '../domain/judge.ts';
import { beginLogoff, endLogoff, finishLogoff, leaveLadder, placeOnLadder } from '../domain/ladder.ts';
import type { Memory } from '../domain/memory.ts';
import type { Action, Policy } from '../domain/policy.ts';
import { SECOND, type Duration, type Instant } from '../domain/time.ts';
import { Desk } from './policy-test-desk.ts';
import type { BrowserWords, Part, Word } from './policy-test-words.ts';

/** A timeline with instants. */
export interface Scene {
  readonly agent: Agent;
  readonly interval: Duration;
  readonly happenings: readonly { readonly at: Instant; readonly word: Word }[];
  readonly lacking: readonly {
    readonly from: Instant;
    readonly to: Instant;
    readonly parts: readonly Part[];
  }[];
  readonly unwatched: readonly { readonly from: Instant; readonly to: Instant }[];
  readonly browser: BrowserWords | undefined;
  /** First and last look. */
  readonly from: Instant;
  readonly to: Instant;
}

/** One look of a sweep, as it was judged before anything was done. */
export interface Look {
  readonly at: Instant;
  readonly observation: Observation;
  readonly memory: Memory | undefined;
  readonly verdict: Verdict;
}

/** A log-off of the run, or one that was only observed. */
export interface Logoff {
  readonly at: Instant;
  readonly rule: string;
  /** Counted from 1; `undefined` for the plain actions of a rule. */
  readonly rung: number | undefined;
  readonly actions: readonly Action[];
  readonly measured: Duration;
  readonly limit: Duration;
}

/** What came of a scene. */
export interface Played {
  readonly looks: readonly Look[];
  readonly logoffs: readonly Logoff[];
  readonly observed: readonly Logoff[];
}

/** From the sweep's look to the end of the actions, and to the look that verifies them. */
const ACTING: Duration = 3 * SECOND;
const VERIFYING: Duration = 5 * SECOND;

/** Plays a scene through a policy. */
export function play(scene: Scene, policy: Policy): Played {
  return new Play(scene, policy).run();
}

class Play {
  readonly #scene: Scene;
  readonly #policy: Policy;
  readonly #desk: Desk;
  readonly #looks: Look[] = [];
  readonly #logoffs: Logoff[] = [];
  readonly #observed: Logoff[] = [];
  #memory: Memory | undefined;
  #next = 0;

  constructor(scene: Scene, policy: Policy) {
    this.#scene = scene;
    this.#policy = policy;
    this.#desk = new Desk(scene.from, scene.browser);
  }

  run(): Played {
    const { from, to, interval, unwatched } = this.#scene;
    for (let at = from; at <= to; at += interval) {
      if (unwatched.some((span) => at > span.from && at < span.to)) continue;
      this.#sweep(at);
    }
    return { looks: this.#looks, logoffs: this.#logoffs, observed: this.#observed };
  }

  #sweep(at: Instant): void {
    const look = this.#look(at);
    this.#looks.push(look);
    for (const due of look.verdict.observed) this.#imagine(at, due);
    if (look.verdict.due?.mode === 'enforce') this.#logOff(at, look.verdict.due);
  }

  #look(at: Instant): Look {
    const { agent, interval, lacking } = this.#scene;
    this.#passTo(at);
    const parts = lacking.filter(({ from, to }) => at >= from && at < to).flatMap((span) => span.parts);
    const observation = this.#desk.observe(agent.id, at, new Set(parts));
    const profile = profileOf(agent, this.#policy);
    const folded = fold(this.#memory, observation, { profile, usualInterval: interval, clockJumped: false });
    const verdict = judge(agent, folded?.memory, observation, this.#policy, at);
    const memory = folded?.memory;
    this.#memory = memory !== undefined && verdict.reason === 'exempt' ? leaveLadder(memory) : memory;
    return { at, observation, memory: this.#memory, verdict };
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
  #logOff(at: Instant, due: Due): void {
    const returns = profileOf(this.#scene.agent, this.#policy)?.returns;
    if (this.#memory === undefined || returns === undefined) return;
    this.#logoffs.push(logoffOf(at, due));
    const former = this.#desk.standing;
    const wasOnQueue = this.#memory.state.routing !== 'OFF_QUEUE';
    this.#memory = beginLogoff(
      placeOnLadder(this.#memory, at, due.cause, due.rung, returns),
      at,
      due.actions,
    );
    const performed = due.actions.filter(
      (action) => action !== 'notify' && (action !== 'off_queue' || wasOnQueue),
    );
    for (const action of performed) this.#desk.perform(at, action);
    this.#memory = finishLogoff(this.#memory, at + ACTING, performed);
    this.#desk.answer(at + ACTING - SECOND, performed, former);
    this.#verify(at + VERIFYING);
  }

  #verify(at: Instant): void {
    this.#look(at);
    // Somebody kept the platform from taking the agent off: what follows is not the log-off's doing.
    if (this.#memory?.own?.open === true && this.#memory.state.presence !== 'OFFLINE') {
      this.#memory = endLogoff(this.#memory, at);
    }
  }

  /** What observe mode would have done, once in an idle episode. */
  #imagine(at: Instant, due: Due): void {
    if (this.#memory === undefined || this.#memory.imagined.includes(due.ruleId)) return;
    this.#memory = { ...this.#memory, imagined: [...this.#memory.imagined, due.ruleId] };
    this.#observed.push(logoffOf(at, due));
  }
}

function logoffOf(at: Instant, { ruleId, rung, actions, measured, limit }: Due): Logoff {
  return { at, rule: ruleId, rung: rung === undefined ? undefined : rung + 1, actions, measured, limit };
}
