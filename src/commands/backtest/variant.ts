/** What one policy of a replay comes to: its plan in each sweep, its head-count, and what it would have done. */
import type { Agent } from '../../domain/agent.ts';
import type { Evaluation, Watch } from '../../domain/judging/evaluate.ts';
import { enforcedIn, observedIn, waitsForPeak } from '../../domain/planning/candidates.ts';
import {
  EMPTY_LEDGER,
  plan,
  withLogoff,
  withOnline,
  type Candidate,
  type Ledger,
} from '../../domain/planning/plan.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { HOUR, type Instant } from '../../domain/time/time.ts';
import type { HeadSeries } from '../../domain/licence/head-counts.ts';
import { Deferrals, type Deferral } from '../report/deferrals.ts';
import { ReplayedPeak } from './replayed-peak.ts';
import type { ReplayedLogoff } from './stand.ts';

/** A log-off of a rule in observe mode. */
export interface ReplayedObserved {
  readonly rule: string;
  readonly profile: string;
  readonly at: Instant;
}

/** Is told what a policy would have done, as it comes. */
export interface Tally {
  readonly begun?: (logoff: ReplayedLogoff) => void;
  /** All is known of this one: nothing in it changes any more. */
  readonly over?: (logoff: ReplayedLogoff) => void;
  /** Once in an idle episode. */
  readonly observed?: (observed: ReplayedObserved) => void;
}

/** What a policy comes to besides the single log-offs. */
export interface Outcome {
  /** As history has it, and with the policy; one count a sweep. */
  readonly asItWas: HeadSeries;
  readonly withPolicy: HeadSeries;
  /** Sweeps in which agents were held back, by what, and the most agents at once. */
  readonly deferred: readonly Deferral[];
  readonly breaker: number;
  /** Log-offs that were planned, and that the look after taking the agent off the queue called off. */
  readonly calledOff: number;
  /** Log-offs that were not made because the licence peak was not near, once in an idle episode. */
  readonly belowPeak: number;
}

/** Who is to be acted on by a plan, and who only counted. */
export interface Planned {
  readonly act: readonly Candidate[];
  readonly imagined: readonly Candidate[];
}

/** An agent for whom a plan is called, and why. */
export type Called = readonly [agent: Agent, evaluation: Evaluation];

const NO_PLAN: Planned = { act: [], imagined: [] };

/** One policy of a replay. */
export class Variant {
  readonly policy: Policy;
  readonly watch: Watch;
  readonly tally: Tally;
  /** How many would be online, by sweep. */
  readonly online: Int32Array;
  readonly peak: ReplayedPeak;
  readonly deferred = new Deferrals();
  breaker = 0;
  calledOff = 0;
  belowPeak = 0;
  /** By sweep: how many more are off by our doing than in the one before. */
  readonly #hiddenMore: Int32Array;
  #hidden = 0;
  /** The most online in the hour that ends then. */
  #mostInHour = 0;
  #hourTo: Instant = -Infinity;
  /** The last sweep whose plan is made. */
  #planned = -1;
  #ledger: Ledger = EMPTY_LEDGER;
  #observedLedger: Ledger = EMPTY_LEDGER;

  constructor(watch: Watch, tally: Tally, sweeps: number) {
    this.policy = watch.policy;
    this.watch = watch;
    this.tally = tally;
    this.peak = new ReplayedPeak(watch.policy, watch.usualInterval);
    this.#hiddenMore = new Int32Array(sweeps);
    this.online = new Int32Array(sweeps);
  }

  /** The plan of one sweep, in which `online` are online in history. `setAside` are agents who wait for the licence peak. */
  plan(
    sweep: number,
    now: Instant,
    online: number,
    everyone: ReadonlySet<string>,
    called: readonly Called[],
    setAside: ReadonlySet<string>,
  ): Planned {
    this.#planned = sweep;
    this.#hidden += this.#hiddenMore[sweep] ?? 0;
    this.online[sweep] = online - this.#hidden;
    this.#noteOnline(online - this.#hidden, now);
    if (called.length === 0 && !this.#isOpen(setAside)) return NO_PLAN;
    const due: Candidate[] = [];
    const observed: Candidate[] = [];
    const waiting: string[] = [];
    for (const [{ id: agentId }, { state, verdict }] of called) {
      const enforced = enforcedIn(verdict);
      if (enforced !== undefined) due.push({ agentId, due: enforced });
      if (waitsForPeak(verdict, this.policy)) waiting.push(agentId);
      for (const each of observedIn(verdict, state)) observed.push({ agentId, due: each });
    }
    const imagined = this.#imagine(observed, sweep, now, everyone);
    const isOpen = due.length > 0 || waiting.length > 0 || this.#isOpen(setAside);
    const act = isOpen ? this.#act(due, sweep, now, everyone, [...setAside, ...waiting]) : due;
    return { act, imagined };
  }

  /** Without an agent who is due, a plan changes the ledger only where other agents were due before. */
  #isOpen(setAside: ReadonlySet<string>): boolean {
    const { dueBefore, broken } = this.#ledger;
    return dueBefore.size !== setAside.size || broken.size > 0;
  }

  /** The limit of a rule is reached that waits for the licence peak. */
  waits({ verdict }: Evaluation): boolean {
    return waitsForPeak(verdict, this.policy);
  }

  /** Whether a look calls for something that a plan decides. */
  isForThePlan(evaluation: Evaluation): boolean {
    const { state, verdict } = evaluation;
    if (enforcedIn(verdict) !== undefined || observedIn(verdict, state).length > 0) return true;
    return this.waits(evaluation);
  }

  /** Notes how many are online, for the breaker's share: that is of the most in each hour, and most sweeps bring no more. */
  #noteOnline(online: number, now: Instant): void {
    if (now < this.#hourTo && online <= this.#mostInHour) return;
    this.#ledger = withOnline(this.#ledger, online, now);
    this.#mostInHour = online;
    this.#hourTo = (Math.floor(now / HOUR) + 1) * HOUR;
  }

  /** Notes that one agent more, or one less, is off by our doing from this sweep on. */
  hide(sweep: number, more: 1 | -1): void {
    if (sweep > this.#planned) {
      this.#hiddenMore[sweep] = (this.#hiddenMore[sweep] ?? 0) + more;
      return;
    }
    // The sum over the sweeps has passed this one.
    this.#hidden += more;
    this.online[sweep] = (this.online[sweep] ?? 0) - more;
  }

  /** Enters a log-off that begins. */
  enter(now: Instant): void {
    this.#ledger = withLogoff(this.#ledger, now);
  }

  #imagine(
    observed: readonly Candidate[],
    sweep: number,
    now: Instant,
    everyone: ReadonlySet<string>,
  ): readonly Candidate[] {
    if (observed.length === 0) return observed;
    const { caps } = this.policy;
    const ledger = withOnline(this.#observedLedger, this.online[sweep] ?? 0, now);
    const planned = plan(observed, everyone, this.#hold(sweep), caps, ledger, now);
    this.#observedLedger = planned.act.reduce((entered) => withLogoff(entered, now), planned.ledger);
    return planned.act;
  }

  #act(
    due: readonly Candidate[],
    sweep: number,
    now: Instant,
    everyone: ReadonlySet<string>,
    waiting: readonly string[],
  ): readonly Candidate[] {
    const planned = plan(due, everyone, this.#hold(sweep), this.policy.caps, this.#ledger, now, waiting);
    this.#ledger = planned.ledger;
    if (planned.tripped !== undefined) this.breaker += 1;
    this.deferred.add(Map.groupBy(planned.held, ({ hold }) => hold));
    return planned.act;
  }

  #hold(sweep: number): 'settling' | undefined {
    return sweep < this.policy.caps.settle ? 'settling' : undefined;
  }
}
