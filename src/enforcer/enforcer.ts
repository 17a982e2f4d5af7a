/**
 * One sweep: read, fold, judge, plan, record, carry out. This is the way of every observation; the parts of it stand in
 * `population.ts` (fold and judge), `domain/plan.ts` and `carry-out.ts`.
 */
import { randomUUID } from 'node:crypto';
import { plan, withoutBreaker, withOnline, withOutcome, type Ledger, type Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { RecordEvent, Standing, StoredEvent, SweepCount } from '../domain/record.ts';
import { SECOND, type Duration, type Instant } from '../domain/time.ts';
import { Alarms } from './alarms.ts';
import { carryOut } from './carry-out.ts';
import type { Crew, Round, RoundResult } from './case.ts';
import { imagine } from './imagine.ts';
import { countReturn, noOutcomes, returnEvent } from './outcomes.ts';
import { Population, type DueAgent, type Findings, type SweepContext } from './population.ts';
import type { ReadingSummary, SweepReport } from './ports.ts';
import { gapEvent, reconcile } from './reconcile.ts';
import { agentsOf, countOf, nonZero, numbersOf } from './report.ts';
import {
  Doubt,
  isPaused,
  NO_STANDING,
  settleLeft,
  sweepHold,
  usualInterval,
  withInterval,
} from './standing.ts';
import { warnAgents } from './warn.ts';

/** The clocks drifting apart by more than this between two sweeps means that one of them jumped. */
const CLOCK_JUMP: Duration = 30 * SECOND;

/** What the enforcer is made of; see `Crew`. */
export type EnforcerParts = Omit<Crew, 'population'>;

/** The policy in force, and how its schedule goes. */
export interface InForce {
  readonly policy: Policy;
  /** The longest time between two sweeps of the schedule. */
  readonly longestInterval: Duration;
}

/** How far one sweep may go. */
export interface SweepLimits {
  /** Asked before each batch and each agent: nothing new is begun once it answers false. */
  readonly mayBegin: () => Promise<boolean>;
  /** Whether the store is still ours: asked after reading, which may have taken longer than the lease lasts. */
  readonly mayRecord?: () => Promise<boolean>;
  /** Ends reading and waiting at once. */
  readonly signal: AbortSignal;
}

/** Another worker may have written the store while this one read: what it read rests on memories that are too old. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor() {
    super('the lease of the store ran out during the sweep');
  }
}

/** One plan, with the way in which it is carried out. */
interface Hand {
  readonly plan: Plan;
  readonly carryOut: typeof carryOut;
  readonly planned: readonly DueAgent[];
}

/** Everything one worker knows between two sweeps. Owns the memories; one per store and lease. */
export class Enforcer {
  readonly #parts: EnforcerParts;
  readonly #crew: Crew;
  readonly #alarms: Alarms;
  readonly #doubt = new Doubt();
  readonly #held = new Set<string>();
  #openIntents: readonly StoredEvent[];
  #standing: Standing;
  #inForce: InForce;
  /** Of the last two sweeps: a clock that jumped in the middle of one is news to half of the people in the next. */
  #clockErrors: readonly Duration[] = [];
  #storeLost = false;

  private constructor(
    parts: EnforcerParts,
    inForce: InForce,
    population: Population,
    standing: Standing,
    openIntents: readonly StoredEvent[],
  ) {
    this.#parts = parts;
    this.#crew = { ...parts, population };
    this.#inForce = inForce;
    this.#standing = standing;
    this.#openIntents = openIntents;
    this.#alarms = new Alarms(parts.alarm, (kind) => {
      parts.log.info({ alarm: kind }, 'the cause of an alarm has gone');
    });
  }

  /** Takes up where the last run ended. Rejects when the store cannot be read. */
  static async load(parts: EnforcerParts, inForce: InForce): Promise<Enforcer> {
    const memories = await parts.store.loadMemories();
    const standing = (await parts.store.loadStanding()) ?? NO_STANDING;
    const population = new Population(memories);
    return new Enforcer(parts, inForce, population, standing, await parts.store.openIntents());
  }

  /** Takes up another policy; the sweeps after it settle. Only between two sweeps. */
  use(inForce: InForce): void {
    this.#inForce = inForce;
  }

  /** Server time of the last complete sweep. */
  get lastCompleteAt(): Instant | undefined {
    return this.#standing.lastCompleteAt;
  }

  /** Makes one sweep. Rejects with `LeaseLost`, but not for what the platform or the store do. */
  async sweep(limits: SweepLimits): Promise<SweepReport> {
    const { clock, directory, store } = this.#parts;
    const { population } = this.#crew;
    const begun = clock.now();
    const sweepId = randomUUID().slice(0, 8);
    const resumed = await store.takeResume().catch(() => false);
    if (resumed) this.#standing = { ...this.#standing, ledger: withoutBreaker(this.#standing.ledger) };
    const context = this.#context();
    const reading = population.begin(context);
    const summary = await directory.sweep((page) => {
      reading.page(page);
    }, limits.signal);
    if ((await limits.mayRecord?.()) === false) throw new LeaseLost();
    const findings = reading.findings();
    const now = Math.max(directory.serverNow(), summary.startedAt);
    this.#clockErrors = [...this.#clockErrors, summary.clockError].slice(-2);
    const hold = await this.#hold(findings, summary, context);
    this.#forgiveFailures(findings);
    const enforced = this.#plan('ledger', findings.due, findings, hold, now);
    const imagined = this.#plan('imaginedLedger', findings.imagined, findings, hold, now);
    const before = this.#standing;
    const complete = summary.complete && hold !== 'incomplete';
    this.#standing = this.#nextStanding(
      summary,
      findings,
      complete,
      enforced.ledger,
      imagined.ledger,
      context,
    );
    const events = this.#eventsOf(findings, enforced, sweepId, now);
    const gap = gapEvent(before, summary.startedAt, context.usualInterval, sweepId);
    const count = complete ? countOf(findings, enforced, summary.startedAt) : undefined;
    await this.#save(summary, findings, count, gap === undefined ? events : [gap, ...events], sweepId);
    const round = { sweepId, context, mayBegin: () => this.#mayBegin(limits), signal: limits.signal };
    const hands = [
      { plan: enforced, carryOut, planned: agentsOf(enforced, findings.due) },
      { plan: imagined, carryOut: imagine, planned: agentsOf(imagined, findings.imagined) },
    ] as const;
    const [real, other] = [await this.#carryOut(hands[0], round), await this.#carryOut(hands[1], round)];
    if (hold === undefined && !this.#storeLost)
      await warnAgents(this.#crew, findings.toWarn, { ...round, standing: this.#standing }).catch(
        (error: unknown) => {
          this.#lostStore(error, sweepId);
        },
      );
    const outcomes = { ...real.outcomes, observed: other.outcomes.observed };
    const numbers = numbersOf(findings, enforced, context.usualInterval, real);
    const { complete: whole, fault, clockError, startedAt } = summary;
    const took = clock.now() - begun;
    const report = {
      sweepId,
      startedAt,
      took,
      complete: whole,
      fault,
      hold,
      clockError,
      ...numbers,
      outcomes,
    };
    this.#tell(report, findings, now);
    return report;
  }

  #context(): SweepContext {
    const { clock, directory } = this.#parts;
    const { policy, longestInterval } = this.#inForce;
    const errors = this.#clockErrors;
    return {
      policy,
      usualInterval: usualInterval(longestInterval, this.#standing.intervals),
      clockJumped: () => {
        const error = clock.now() - directory.serverNow();
        return errors.some((last) => Math.abs(error - last) > CLOCK_JUMP);
      },
    };
  }

  async #hold(
    findings: Findings,
    summary: ReadingSummary,
    context: SweepContext,
  ): Promise<ReturnType<typeof sweepHold>> {
    const pause = await this.#parts.store.pause().catch(() => 'lost' as const);
    const seen = {
      complete: summary.complete,
      listed: findings.listed,
      clockError: summary.clockError,
      storeLost: this.#storeLost || pause === 'lost',
      paused: pause !== 'lost' && isPaused(pause, this.#parts.clock.now()),
      settleLeft: settleLeft(this.#standing, context.policy, summary.startedAt, context.usualInterval),
    };
    const believed = !summary.complete || this.#doubt.believes(findings.listed, this.#standing.population);
    return sweepHold(seen, believed);
  }

  #plan(
    book: 'ledger' | 'imaginedLedger',
    due: readonly DueAgent[],
    { seen, online }: Findings,
    hold: ReturnType<typeof sweepHold>,
    now: Instant,
  ): Plan {
    const ledger = withOnline(this.#standing[book], online, now);
    return plan(due, seen, hold, this.#inForce.policy.caps, ledger, now);
  }

  /** Whoever came back after a log-off of ours was gone: what looked like a failure then took effect after all. */
  #forgiveFailures({ returns }: Findings): void {
    let { ledger } = this.#standing;
    for (const { agent, event } of returns) {
      const failure = ledger.failures.get(agent.id);
      if (failure === undefined || event.kind === 'person_back' || !event.own) continue;
      ledger = withOutcome(ledger, agent.id, 'done', event.at);
    }
    this.#standing = { ...this.#standing, ledger };
  }

  #nextStanding(
    { startedAt }: ReadingSummary,
    { listed }: Findings,
    complete: boolean,
    ledger: Ledger,
    imaginedLedger: Ledger,
    { policy, usualInterval: usual }: SweepContext,
  ): Standing {
    const last = this.#standing;
    const left = settleLeft(last, policy, startedAt, usual);
    const same = { ...last, policyHash: policy.hash, settleLeft: left, ledger, imaginedLedger };
    if (!complete) return same;
    const interval = last.lastCompleteAt === undefined ? 0 : startedAt - last.lastCompleteAt;
    return {
      ...same,
      settleLeft: Math.max(0, left - 1),
      lastCompleteAt: startedAt,
      population: listed,
      intervals: withInterval(last.intervals, interval),
    };
  }

  #eventsOf(findings: Findings, { tripped }: Plan, sweepId: string, now: Instant): readonly RecordEvent[] {
    const { meter, alarm, name } = this.#parts;
    const events: RecordEvent[] = [];
    for (const { agent, event } of findings.returns) {
      countReturn(meter, event);
      events.push(...returnEvent(agent, event, { sweepId }));
    }
    if (tripped !== undefined) {
      const { newlyDue, allowed } = tripped;
      events.push({ kind: 'breaker', at: now, sweepId, reason: `${newlyDue} newly due, ${allowed} allowed` });
      alarm({
        kind: 'breaker',
        message: 'too many agents became due at once: held back',
        fields: { sweepId, newlyDue, allowed },
      });
    }
    const heldNow = new Set(findings.held.map(({ agent }) => agent.id));
    for (const id of this.#held) if (!heldNow.has(id)) this.#held.delete(id);
    for (const { agent } of findings.held) {
      if (this.#held.has(agent.id)) continue;
      this.#held.add(agent.id);
      events.push({ kind: 'held', at: now, sweepId, agentId: agent.id, agentName: agent.name });
      alarm({
        kind: 'held',
        message: 'an agent is back after the last rung of the ladder: held',
        fields: { agent: name(agent) },
      });
    }
    return events;
  }

  /** What the sweep changed, durable before anything is done. A store that fails stops action, not observation. */
  async #save(
    summary: ReadingSummary,
    findings: Findings,
    count: SweepCount | undefined,
    events: readonly RecordEvent[],
    sweepId: string,
  ): Promise<void> {
    const { store, directory } = this.#parts;
    const { population } = this.#crew;
    const { changed, notSeen } = population.unsaved(findings.seen);
    try {
      const record = { at: summary.startedAt, changed, notSeen, standing: this.#standing, events };
      await store.saveSweep(count === undefined ? record : { ...record, count });
      population.saved(findings.seen);
      if (findings.described.length > 0) await store.saveAgents(findings.described);
      if (count !== undefined && this.#openIntents.length > 0) {
        const reconciled = reconcile(this.#openIntents, population, directory.serverNow(), sweepId);
        await store.saveStep([], reconciled);
        this.#openIntents = [];
      }
      this.#storeLost = false;
    } catch (error) {
      this.#lostStore(error, sweepId);
    }
  }

  async #carryOut(
    { plan: planned, carryOut: hand, planned: agents }: Hand,
    rest: Omit<Round, 'standing'>,
  ): Promise<RoundResult> {
    const round: Round = { ...rest, standing: this.#standing };
    const isReal = hand === carryOut;
    if (agents.length === 0 || this.#storeLost)
      return { ledger: planned.ledger, outcomes: noOutcomes(), left: agents.length };
    try {
      const result = await hand(this.#crew, agents, planned.ledger, round);
      this.#standing = { ...this.#standing, [isReal ? 'ledger' : 'imaginedLedger']: result.ledger };
      return result;
    } catch (error) {
      this.#lostStore(error, rest.sweepId);
      return { ledger: planned.ledger, outcomes: noOutcomes(), left: agents.length };
    }
  }

  async #mayBegin(limits: SweepLimits): Promise<boolean> {
    if (this.#storeLost || limits.signal.aborted || !(await limits.mayBegin())) return false;
    try {
      return !isPaused(await this.#parts.store.pause(), this.#parts.clock.now());
    } catch (error) {
      this.#lostStore(error, undefined);
      return false;
    }
  }

  #lostStore(error: unknown, sweepId: string | undefined): void {
    this.#storeLost = true;
    this.#parts.log.error({ sweepId, err: error }, 'the store failed: observing only until it is back');
  }

  #tell(report: SweepReport, findings: Findings, now: Instant): void {
    const { log, meter, name } = this.#parts;
    meter.sweepEnded(report);
    const { verdicts, ...numbers } = report;
    log.info({ ...numbers, verdicts: nonZero(verdicts) }, 'sweep done');
    this.#alarms.while('store', this.#storeLost, now, 'the store failed: observing only', {});
    this.#alarms.after(report, now);
    const { clockError } = report;
    if (this.#alarms.drifts(clockError, now))
      log.warn({ clockErrorMs: clockError }, 'the clocks of this machine and the platform drift apart');
    this.#alarms.engaged(findings.engaged, this.#inForce.policy.caps.engagedTooLong, now, name);
  }
}
