/**
 * One sweep: read, fold, judge, plan, record, carry out. This is the way of every observation, and `sweep` below is its
 * map: `findings.ts` reads, tracks and judges, `domain/planning/plan.ts` plans, `actuator.ts` carries out, `sweep-events.ts` tells.
 */
import { randomUUID } from 'node:crypto';
import { areApart, isPaused, sweepHold } from '../domain/planning/holds.ts';
import { withLogoff, withoutBreaker } from '../domain/planning/plan.ts';
import type { Ledger, Plan, SweepHold } from '../domain/planning/plan.ts';
import type { ControllerState } from '../domain/record.ts';
import { settleLeft } from '../domain/tracking/settle.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type { EnforcerParts } from './enforcer-parts.ts';
import { ClockErrors } from './clock-errors.ts';
import { carryOut } from './actuator/actuator.ts';
import type { ActuatorDeps, Pass, PassResult } from './actuator/deps.ts';
import { SweepFindings, type DueAgent } from './findings.ts';
import { EarlyLooks } from './early-looks.ts';
import { nothingDone, plansOf } from './plans.ts';
import { forgetOld } from './prune.ts';
import { dryRun } from './actuator/dry-run.ts';
import { Learner } from './learner.ts';
import { Inquiry } from './inquiry.ts';
import { inSpareTime, LeaseLost, type SweepLimits } from './limits.ts';
import { SweepEvents } from './sweep-events.ts';
import { forgiven, noOutcomes } from './actuator/outcomes.ts';
import { Tracker, type SweepContext } from './tracker.ts';
import type { ReadingSummary } from '../ports/agents.ts';
import { readSources } from './sources.ts';
import type { SweepReport } from '../ports/metrics.ts';
import { gapEvent, heldOnRecord, reconcile, standingFromRecord } from './reconcile.ts';
import { agentsOf, countOf, reportOf } from './sweep-report.ts';
import { Accounting, toldToAll } from './accounting.ts';
import { saveStep, saveSweep } from './save.ts';
import { Doubt, nextControllerState, usualInterval } from './controller-state.ts';
import { PeakWatch, type HeadCountSource } from './peak-watch.ts';
import { HoldWords } from './hold-words.ts';
import { Rollouts } from './rollouts.ts';
import { Stays } from './stays.ts';
import { StoreTrouble } from './store-trouble.ts';
import { SweepTraces } from './sweep-traces.ts';
import type { InForce } from './in-force.ts';
import { logSweep, raiseAfter, withConversations } from './sweep-alarms.ts';
import { warnAgents } from './actuator/warn-agents.ts';
import type { Done, Plans, Watched } from './watched.ts';

/** Everything one worker knows between two sweeps. Owns the memories; one per store and lease. */
export class Controller {
  readonly #parts: EnforcerParts;
  readonly #deps: ActuatorDeps;
  readonly #news: SweepEvents;
  readonly #doubt = new Doubt();
  readonly #traces: SweepTraces;
  readonly #inquiry: Inquiry;
  readonly #early: EarlyLooks;
  #standing: ControllerState;
  #inForce: InForce;
  readonly #stays: Stays;
  readonly #rollouts: Rollouts;
  readonly #clockErrors = new ClockErrors();
  readonly #peak: HeadCountSource;
  readonly #storeTrouble: StoreTrouble;
  readonly #holdWords: HoldWords;

  private constructor(
    parts: EnforcerParts,
    deps: ActuatorDeps,
    inForce: InForce,
    standing: ControllerState,
    news: SweepEvents,
    traces: SweepTraces,
    rollouts: Rollouts,
  ) {
    this.#parts = parts;
    this.#rollouts = rollouts;
    this.#traces = traces;
    this.#inquiry = new Inquiry({ ...deps, evidence: parts.evidence });
    this.#deps = deps;
    this.#stays = new Stays(parts.store, () => parts.clock.now());
    this.#early = new EarlyLooks(deps);
    this.#peak = parts.headCounts ?? new PeakWatch(parts.store);
    this.#inForce = inForce;
    this.#standing = standing;
    this.#news = news;
    this.#storeTrouble = new StoreTrouble(parts.log);
    this.#holdWords = new HoldWords(parts.log);
  }

  /** Takes up where the last run ended. Rejects when the store cannot be read. */
  static async load(parts: EnforcerParts, inForce: InForce): Promise<Controller> {
    const memories = await parts.store.loadMemories();
    const standing = (await parts.store.loadStanding()) ?? (await standingFromRecord(parts));
    const traces = new SweepTraces(parts);
    const learner = await Learner.load(parts.store, parts.askedAs);
    const accounting = new Accounting(parts.meter, learner, traces);
    const population = new Tracker(memories, toldToAll(accounting, parts.onlooker));
    const deps: ActuatorDeps = { ...parts, population, accounting };
    const news = new SweepEvents(deps, await heldOnRecord(parts.store, memories));
    const rollouts = await Rollouts.load(parts);
    return new Controller(parts, deps, inForce, standing, news, traces, rollouts);
  }

  /** Takes up another policy; the sweeps after it settle. Only between two sweeps. */
  use(inForce: InForce): void {
    this.#inForce = inForce;
  }

  /** Makes one sweep. Rejects with `LeaseLost`, but not for what the platform or the store do. */
  sweep(limits: SweepLimits): Promise<SweepReport> {
    const sweepId = randomUUID().slice(0, 8);
    return this.#traces.around(sweepId, () => this.#sweep(sweepId, limits));
  }

  async #sweep(sweepId: string, limits: SweepLimits): Promise<SweepReport> {
    this.#early.forget();
    const watched = await this.#watch(sweepId, limits);
    const ledger = forgiven(this.#standing.ledger, this.#deps.accounting.takeOwn());
    const plans = plansOf(watched, { ...this.#standing, ledger });
    await this.#record(watched, plans, limits);
    const mayGoOn = await this.#bringOut(watched);
    const done = mayGoOn ? await this.#carryOut(watched, plans, limits) : nothingDone(plans);
    const givenBack = await this.#inquire(watched, limits);
    const named = await withConversations(this.#parts, watched, inSpareTime(limits));
    const report = this.#tell(named, plans.enforced, done);
    this.#traces.tell(plans, report);
    await this.#forget(watched, limits);
    if (this.#storeTrouble.why === undefined && mayGoOn)
      this.#early.follow(watched, plans.enforced.act.length, givenBack);
    return report;
  }

  /** Carries out answers of the ladder that fall due between two sweeps. */
  async lookEarly(limits: SweepLimits): Promise<void> {
    const { push } = this.#parts.evidence?.() ?? {};
    const within = this.#within(limits);
    const ledger = await this.#early.look({
      ...{ ...within, push, ledger: this.#standing.ledger },
      perform: async (agents, book, { sweepId, context: swept }) => {
        const context = await this.#lookedUp(swept, limits);
        const pass: Pass = { ...within, sweepId, context, standing: this.#standing };
        return (await this.#perform(carryOut, agents, book, pass)).ledger;
      },
    });
    this.#standing = { ...this.#standing, ledger };
  }

  /** Reads everyone; each page is folded and judged as it comes. */
  async #watch(sweepId: string, limits: SweepLimits): Promise<Watched> {
    const { clock, directory, sources, store } = this.#parts;
    const begun = clock.now();
    this.#deps.accounting.begin(sweepId);
    const resumed = await store.takeResume().catch(() => false);
    if (resumed) this.#standing = { ...this.#standing, ledger: withoutBreaker(this.#standing.ledger) };
    await this.#storeTrouble.unlessLost(sweepId, () => this.#stays.begin());
    await this.#storeTrouble.unlessLost(sweepId, async () => {
      this.#standing = await this.#rollouts.begin(this.#inForce, directory.serverNow(), this.#standing);
    });
    const context = await this.#context(limits);
    const { population: tracker } = this.#deps;
    const findings = new SweepFindings(tracker, context);
    const summary = await readSources(sources, { tracker, findings, context }, limits.signal);
    const lease = (await limits.mayRecord?.()) ?? 'held';
    if (lease === 'lost') throw new LeaseLost();
    if (lease === 'unknown') this.#storeTrouble.inherit(limits.leaseFault?.());
    this.#clockErrors.note(summary.clockError);
    const now = Math.max(directory.serverNow(), summary.startedAt);
    const hold = await this.#hold(findings.listed.size, summary, context);
    const complete = summary.complete && hold !== 'incomplete' && !areApart(summary.clockError);
    return { sweepId, begun, now, context, summary, findings, hold, complete, lease };
  }

  async #context({ signal }: SweepLimits): Promise<SweepContext> {
    const { clock, directory } = this.#parts;
    const { longestInterval, policy: wanted } = this.#inForce;
    const policy = await this.#rollouts.policy(wanted, 'sweep', signal);
    return {
      policy,
      usualInterval: usualInterval(longestInterval, this.#standing.intervals),
      peak: await this.#peak.standing(policy, directory.serverNow(), longestInterval),
      clockJumped: () => this.#clockErrors.differ(clock.now() - directory.serverNow()),
      nativeTimeouts: () => directory.nativeTimeouts(),
      stayOf: (agentId) => this.#stays.of(agentId),
    };
  }

  async #hold(listed: number, read: ReadingSummary, context: SweepContext): Promise<SweepHold | undefined> {
    const { complete, clockError, startedAt } = read;
    const pause = await this.#parts.store.pause().catch(() => 'lost' as const);
    const seen = {
      ...{ complete, listed, clockError },
      storeLost: this.#storeTrouble.why !== undefined || pause === 'lost',
      paused: pause !== 'lost' && isPaused(pause, this.#parts.clock.now()),
      settleLeft: settleLeft(this.#standing, context.policy, startedAt, context.usualInterval),
    };
    const believed = !complete || this.#doubt.believes(listed, this.#standing.population);
    return sweepHold(seen, believed);
  }

  /** What the sweep changed is durable before anything is done. */
  async #record(watched: Watched, { enforced, imagined }: Plans, limits: SweepLimits): Promise<void> {
    const { sweepId, now, context, findings, complete } = watched;
    const { policy, usualInterval: usual } = context;
    const { startedAt } = watched.summary;
    const before = this.#standing;
    this.#standing = nextControllerState(before, {
      policyHash: policy.hash,
      complete,
      startedAt,
      listed: findings.listed.size,
      settleLeft: settleLeft(before, policy, startedAt, usual),
      ledger: enforced.ledger,
      observedLedger: imagined.ledger,
    });
    const gap = complete ? gapEvent(before, startedAt, usual, sweepId) : undefined;
    // Nobody tells of it a second time: what cannot be written now waits.
    this.#deps.accounting.add(gap === undefined ? [] : [gap]);
    this.#deps.accounting.add(this.#news.of(findings, enforced, { sweepId, policy }, now));
    const saved = await this.#save(watched, enforced);
    if (complete) this.#peak.counted({ at: startedAt, online: findings.online });
    const mayReconcile = complete && this.#storeTrouble.unreconciled && limits.mayAct?.() !== false;
    if (saved && mayReconcile) await this.#reconcile(watched, limits);
  }

  /** A store that fails stops action, not observation. */
  async #save(watched: Watched, enforced: Plan): Promise<boolean> {
    const { sweepId, summary, findings, complete, lease } = watched;
    if (lease !== 'held') return false;
    const { startedAt: at } = summary;
    const events = this.#rollouts.told;
    const head = { at, standing: this.#standing, events };
    const record = complete ? { ...head, count: countOf(findings, enforced, at) } : head;
    return this.#storeTrouble.unlessLost(sweepId, async () => {
      await this.#rollouts.save();
      await saveSweep(this.#deps, record, findings);
      this.#rollouts.recorded(events);
      this.#storeTrouble.clear();
    });
  }

  /** Intents without an outcome are settled once, when the sweep that may tell of them is stored. */
  #reconcile({ sweepId, context, hold }: Watched, limits: SweepLimits): Promise<boolean> {
    return this.#storeTrouble.unlessLost(sweepId, async () => {
      const pass = { ...this.#within(limits), sweepId, context, standing: this.#standing };
      await reconcile(this.#deps, hold, pass);
      this.#storeTrouble.unreconciled = false;
    });
  }

  /** A rollout goes on, or stops: what the changed policy called for is then not done any more. */
  async #bringOut(watched: Watched): Promise<boolean> {
    const { sweepId, complete, lease } = watched;
    if (!complete || lease !== 'held' || this.#storeTrouble.why !== undefined) return true;
    await this.#storeTrouble.unlessLost(sweepId, async () => {
      this.#standing = await this.#rollouts.goOn(this.#deps, watched, this.#inForce.policy, this.#standing);
    });
    return !this.#rollouts.isStopping;
  }

  /** Carries out both plans, the imagined one without a request, and then sends the warnings that are due. */
  async #carryOut(watched: Watched, { enforced, imagined }: Plans, limits: SweepLimits): Promise<Done> {
    const { sweepId, findings, hold } = watched;
    const due = agentsOf(enforced, findings.due);
    const context = due.length === 0 ? watched.context : await this.#lookedUp(watched.context, limits);
    const within = this.#within(limits);
    const pass = (): Pass => ({ ...within, sweepId, context, standing: this.#standing });
    const real = await this.#perform(carryOut, due, enforced.ledger, pass());
    this.#standing = { ...this.#standing, ledger: real.ledger };
    const other = await this.#perform(dryRun, agentsOf(imagined, findings.imagined), imagined.ledger, pass());
    this.#standing = { ...this.#standing, observedLedger: other.ledger };
    if (hold === undefined && this.#storeTrouble.why === undefined) {
      await this.#storeTrouble.unlessLost(sweepId, () => warnAgents(this.#deps, findings.toWarn, pass()));
    }
    return { real, imagined: other };
  }

  /** Evidence comes last. What it changed is stored at once: `once` makes no second sweep. */
  async #inquire(watched: Watched, limits: SweepLimits): Promise<readonly AgentState[]> {
    const { sweepId, findings, context, lease } = watched;
    const changed = await this.#inquiry.ask(findings, context, inSpareTime(limits));
    const isStored = lease === 'held' && this.#storeTrouble.why === undefined;
    if (isStored && (changed.length > 0 || this.#deps.accounting.hasLearnt))
      await this.#storeTrouble.unlessLost(sweepId, () => saveStep(this.#deps, changed, [], this.#standing));
    return changed;
  }

  /** Before a log-off the policy's names are those of this sweep. */
  async #lookedUp(context: SweepContext, { signal }: SweepLimits): Promise<SweepContext> {
    return { ...context, policy: await this.#rollouts.policy(this.#inForce.policy, 'log_off', signal) };
  }

  async #perform(
    hand: typeof carryOut,
    agents: readonly DueAgent[],
    ledger: Ledger,
    pass: Pass,
  ): Promise<PassResult> {
    const nothing: PassResult = { ledger, outcomes: noOutcomes(), left: agents.length };
    if (agents.length === 0 || this.#storeTrouble.why !== undefined) return nothing;
    try {
      return await hand(this.#deps, agents, ledger, pass);
    } catch (error) {
      this.#storeTrouble.lost(error, pass.sweepId);
      // How many of them were begun cannot be told any more: the hour's cap counts them all.
      const now = this.#parts.directory.serverNow();
      return { ...nothing, ledger: agents.reduce((book) => withLogoff(book, now), ledger) };
    }
  }

  #within(limits: SweepLimits): Pick<Pass, 'mayBegin' | 'newStay' | 'signal'> {
    return {
      mayBegin: () => this.#mayBegin(limits),
      newStay: (state) => this.#stays.newTo(state),
      signal: limits.actSignal ?? limits.signal,
    };
  }

  async #mayBegin(limits: SweepLimits): Promise<boolean> {
    if (this.#storeTrouble.why !== undefined || limits.signal.aborted || !(await limits.mayBegin()))
      return false;
    try {
      if (isPaused(await this.#parts.store.pause(), this.#parts.clock.now())) return false;
      return !(await this.#rollouts.isAborted());
    } catch (error) {
      this.#storeTrouble.lost(error, undefined);
      return false;
    }
  }

  /** What time it is must be the platform's word: by a wrong clock everything would be old. */
  async #forget({ complete, now }: Watched, { mayRecord }: SweepLimits): Promise<void> {
    if (!complete || this.#storeTrouble.why !== undefined) return;
    if (((await mayRecord?.()) ?? 'held') !== 'held') return;
    this.#standing = await forgetOld(this.#deps, this.#standing, this.#inForce.retention, now);
  }

  /** The report of the sweep, after the log, the metrics and the alarms have had it. */
  #tell(watched: Watched, enforced: Plan, { real, imagined }: Done): SweepReport {
    const { clock, log, meter } = this.#parts;
    const took = clock.now() - watched.begun;
    const done = reportOf({ ...watched, enforced, real, imagined }, watched.context, took);
    const report = { ...done, rollout: this.#rollouts.standing };
    this.#rollouts.raise(this.#parts.alarm);
    meter.sweepEnded(report);
    logSweep(log, report, this.#traces.traceId);
    this.#holdWords.after(report, this.#clockErrors.jump);
    raiseAfter(this.#parts, watched, report, this.#storeTrouble.why);
    return report;
  }
}
