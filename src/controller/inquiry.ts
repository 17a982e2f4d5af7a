/**
 * Asks other sources of the platform about suspect changes: after a sweep's log-offs, and bounded in time and requests, so that
 * evidence never delays an action. Sources are tried by our own log-offs, and only one that stood the trial is believed.
 */
import type { Agent } from '../domain/agent.ts';
import { isBelieved, isUntried, type EvidenceSource } from '../domain/evidence/calibration.ts';
import { pushAnswer, pushedOwnOffline } from '../domain/evidence/push.ts';
import { showsSignIn, signInAnswer } from '../domain/evidence/sign-ins.ts';
import { answerIn, showsOwnOffline, type Answer } from '../domain/evidence/timeline.ts';
import { profileOf } from '../domain/judging/judge.ts';
import { normaliseName } from '../domain/name.ts';
import type { Policy } from '../domain/policy/policy.ts';
import {
  noteEvidence,
  openSuspect,
  suspectSince,
  withAnswer,
  type OpenSuspect,
} from '../domain/tracking/suspects.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import { PLAIN_RETURNS } from '../domain/tracking/track.ts';
import { SECOND, type Duration, type Instant, type Interval } from '../domain/time/time.ts';
import type { Directory } from '../ports/agents.ts';
import { MOST_ASKED, type TimelineSource } from '../ports/evidence.ts';
import type { EvidenceSources, PushSource, SignInSource } from '../ports/evidence.ts';
import type { Log } from '../ports/log.ts';
import type { Accounting } from './accounting.ts';
import type { OwnLogoff } from './findings.ts';
import { bouncesIn } from './open-bounces.ts';
import { OwnReturns } from './own-returns.ts';
import { looksAt } from './push-looks.ts';
import { Refusals } from './refusals.ts';
import { SignInLog } from './sign-in-log.ts';
import { MARGIN, TimelineQuestions } from './timeline-questions.ts';
import { TimeShares } from './time-shares.ts';
import type { SweepContext, Tracker } from './tracker.ts';
import { unlessOver } from './unless-over.ts';

/** What an inquiry works with. */
export interface InquiryParts {
  readonly evidence?: (() => EvidenceSources) | undefined;
  readonly population: Tracker;
  readonly accounting: Accounting;
  readonly directory: Pick<Directory, 'serverNow'>;
  readonly log: Log;
  readonly name: (agent: Agent) => string;
}

/** What a sweep wants to know. */
export interface Questions {
  /** All agents whom the sweep has seen: what happens to them may be pushed. */
  readonly seen: ReadonlySet<string>;
  /** Agents with an open suspect change. */
  readonly suspects: readonly Agent[];
  /** Log-offs of ours by which sources are tried. */
  readonly ownLogoffs: readonly OwnLogoff[];
}

type OwnReturn = OwnLogoff & { readonly silentAt: Instant };

/** So long a sweep waits for evidence, in real time; what is not answered by then is asked again after the next one. */
const LONGEST: Duration = 10 * SECOND;

/** One for each run of the program. */
export class Inquiry {
  readonly #parts: InquiryParts;
  /** Agents whose state this inquiry has changed. */
  readonly #changed = new Set<string>();
  readonly #refusals: Refusals;
  readonly #ownReturns = new OwnReturns();
  readonly #questions: TimelineQuestions;

  constructor(parts: InquiryParts) {
    this.#parts = parts;
    this.#refusals = new Refusals(parts);
    this.#questions = new TimelineQuestions(parts.directory, this.#refusals);
  }

  /**
   * Asks every source that is switched on, and takes in what is answered. Resolves with the states that it changed, for the store. Ends
   * with the signal or its deadline, and never throws: nothing rests on evidence.
   */
  async ask(
    asked: Questions,
    { policy, usualInterval }: SweepContext,
    stopped: AbortSignal,
  ): Promise<readonly AgentState[]> {
    this.#changed.clear();
    const now = this.#parts.directory.serverNow();
    const ownLogoffs = this.#ownReturns.with(asked.ownLogoffs, now, usualInterval);
    const questions = { ...asked, ownLogoffs };
    const { push, timeline, signIns } = this.#parts.evidence?.() ?? {};
    const sources = { push, timeline, sign_ins: signIns };
    this.#parts.accounting.asking((source) => sources[source] !== undefined, now);
    const asks = [
      push && ((signal: AbortSignal) => this.#askPush(push, questions, policy, signal)),
      timeline &&
        ((signal: AbortSignal) => this.#askTimeline('timeline', timeline, questions, policy, signal)),
      signIns && ((signal: AbortSignal) => this.#askSignIns(signIns, questions, policy, signal)),
    ].filter((each) => each !== undefined);
    const shares = new TimeShares(Math.min(LONGEST, usualInterval / 4), asks.length, stopped);
    for (const each of asks) {
      const signal = shares.next();
      await this.#unlessOver(signal, () => each(signal));
    }
    return [...this.#changed].flatMap((id) => this.#parts.population.memory(id) ?? []);
  }

  /** Whatever becomes of one source, the next one is asked. */
  async #unlessOver(signal: AbortSignal, ask: () => Promise<void>): Promise<void> {
    try {
      signal.throwIfAborted();
      await ask();
    } catch (error) {
      if (signal.aborted) this.#tookTooLong();
      else this.#parts.log.error({ err: error }, 'asking for evidence failed');
    }
  }

  #tookTooLong(): void {
    this.#parts.log.debug({}, 'evidence took too long: it is asked for again after the next sweep');
  }

  /** What was pushed is there already: only channels cost requests. */
  async #askPush(
    push: PushSource,
    { seen, suspects, ownLogoffs }: Questions,
    policy: Policy,
    signal: AbortSignal,
  ): Promise<void> {
    const name = 'push';
    if (this.#refusals.isRefused(name)) return;
    const looks = looksAt(seen, this.#parts.population);
    await this.#unlessOver(signal, async () => {
      const fault = await unlessOver(push.listen(looks, signal), signal);
      if (fault !== undefined) this.#refusals.failed(name, fault);
      else this.#refusals.answered(name);
    });
    for (const { agent, offline } of this.#untried(name, ownLogoffs)) {
      const pushed = push.told(agent.id);
      if (offline === undefined || pushed === undefined) continue;
      this.#tried(name, pushedOwnOffline(pushed, offline), offline.stamp);
    }
    for (const { agent } of bouncesIn(suspects, this.#parts.population)) {
      const pushed = push.told(agent.id);
      if (pushed === undefined) continue;
      this.#answer(name, agent, policy, ({ before, suspect }) =>
        // Presence looks the same after our quiet Offline, whoever made it.
        suspect.kind === 'click'
          ? undefined
          : pushAnswer(pushed, { ...suspect, former: before.shown.presence }, push.isWhole()),
      );
    }
  }

  async #askTimeline(
    name: EvidenceSource,
    source: TimelineSource,
    { suspects, ownLogoffs }: Questions,
    policy: Policy,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#refusals.isRefused(name)) return;
    const open = this.#questions.inOrder(bouncesIn(suspects, this.#parts.population));
    const trials = this.#untried(name, ownLogoffs).filter(({ offline }) => offline !== undefined);
    // A source that is believed is tried along with what is asked of it anyway.
    if (open.length === 0 && (trials.length === 0 || this.#isBelieved(name))) return;
    // Where there is no room for all, a source would else never be tried, nor be found to be wrong.
    const tried = trials.map(({ agent, begunAt }) => ({ agent, from: begunAt }));
    const wanted = [...tried.slice(0, MOST_ASKED / 2), ...open, ...tried];
    const told = await this.#questions.ask(name, source, wanted, signal);
    if (signal.aborted) this.#tookTooLong();
    for (const { agent, offline } of trials) {
      const records = told.get(agent.id);
      if (offline === undefined || records === undefined) continue;
      this.#tried(name, showsOwnOffline(records, offline), offline.stamp);
    }
    for (const { agent } of open) {
      const records = told.get(agent.id);
      if (records === undefined) continue;
      this.#answer(name, agent, policy, ({ before, suspect }) =>
        // What follows our quiet Offline looks the same in a timeline, whoever made it.
        suspect.kind === 'click'
          ? undefined
          : answerIn(records, { ...suspect, former: before.shown.presence }),
      );
    }
  }

  async #askSignIns(
    source: SignInSource,
    { suspects, ownLogoffs }: Questions,
    policy: Policy,
    signal: AbortSignal,
  ): Promise<void> {
    const name = 'sign_ins';
    if (this.#refusals.isRefused(name) || source.room() < 1) return;
    const { open, trials } = this.#askable(suspects, this.#untried(name, ownLogoffs));
    if (open.length === 0 && (trials.length === 0 || this.#isBelieved(name))) return;
    const begins = [
      ...open.map((agent) => this.#openOf(agent)?.since ?? Infinity),
      ...trials.map(({ begunAt }) => begunAt),
    ];
    const span: Interval = { from: Math.min(...begins) - MARGIN, to: this.#parts.directory.serverNow() };
    const log = await unlessOver(source.ask(span, signal), signal);
    if ('kind' in log) {
      this.#refusals.failed(name, log);
      return;
    }
    this.#refusals.answered(name);
    const asked = [...open, ...trials.map(({ agent }) => agent)];
    const signIns = new SignInLog(log, [...asked, ...this.#parts.population.known()]);
    for (const { agent, begunAt, silentAt } of trials)
      this.#tried(name, showsSignIn(signIns.of(agent), { from: begunAt, to: silentAt }), begunAt);
    for (const agent of open)
      this.#answer(name, agent, policy, ({ suspect, before }) =>
        signInAnswer(signIns.of(agent), suspect.stamp, before.at),
      );
  }

  /** Suspects, and returns after our revocations, of whom the log can tell. */
  #askable(
    suspects: readonly Agent[],
    untried: readonly OwnLogoff[],
  ): { readonly open: readonly Agent[]; readonly trials: readonly OwnReturn[] } {
    // Of an agent without an address a log that names nobody by id would seem to say that there was no sign-in.
    const isNamed = ({ email }: Agent): boolean => normaliseName(email) !== '';
    const trials = untried.flatMap((each) =>
      each.silentAt === undefined || !isNamed(each.agent) ? [] : [{ ...each, silentAt: each.silentAt }],
    );
    return { open: suspects.filter((agent) => isNamed(agent) && this.#openOf(agent) !== undefined), trials };
  }

  /**
   * The newest suspect first: what lies behind a sign that stands is not given back. `answerOf` gives `undefined` where the source
   * cannot tell.
   */
  #answer(
    source: EvidenceSource,
    agent: Agent,
    policy: Policy,
    answerOf: (open: OpenSuspect) => Answer | undefined,
  ): void {
    for (;;) {
      const open = this.#openOf(agent);
      const answer = open && answerOf(open);
      if (open === undefined || answer === undefined) return;
      const isGivenBack = this.#takeIn(source, agent, policy, open, answer);
      if (!isGivenBack) return;
      this.#tell(agent, open, source);
    }
  }

  /** Whether the answer gave back the episode from before the change. */
  #takeIn(
    source: EvidenceSource,
    agent: Agent,
    policy: Policy,
    { suspect: { stamp } }: OpenSuspect,
    answer: Answer,
  ): boolean {
    const { population, accounting, directory } = this.#parts;
    const state = population.memory(agent.id);
    if (state === undefined) return false;
    accounting.answered(source, answer.kind);
    const isUsed = this.#isBelieved(source);
    const note = { stamp, source, answer: answer.kind, isUsed, at: directory.serverNow() };
    const noted = noteEvidence(state, note);
    const returns = profileOf(agent, policy)?.returns ?? PLAIN_RETURNS;
    const after = isUsed ? withAnswer(noted, answer, returns) : { state: noted, events: [] };
    if (after.state !== state) {
      population.put(after.state);
      this.#changed.add(agent.id);
    }
    accounting.observed(agent, after, source);
    return isUsed && answer.kind === 'bounce';
  }

  #tell(agent: Agent, { suspect: { stamp } }: OpenSuspect, source: EvidenceSource): void {
    const facts = { agent: this.#parts.name(agent), source, changedAt: new Date(stamp).toISOString() };
    this.#parts.log.info(facts, 'evidence shows that a browser, and no person, made this change');
  }

  /** The newest suspect, and since when it and those before it are to be told of. */
  #openOf(agent: Agent): (OpenSuspect & { readonly since: Instant }) | undefined {
    const state = this.#parts.population.memory(agent.id);
    const open = state && openSuspect(state);
    return open && { ...open, since: suspectSince(state) ?? open.suspect.before };
  }

  #isBelieved(source: EvidenceSource): boolean {
    return isBelieved(this.#parts.accounting.calibration(source));
  }

  /** In the order of time, each once: the source has been tried up to a certain log-off. */
  #untried(source: EvidenceSource, ownLogoffs: readonly OwnLogoff[]): readonly OwnLogoff[] {
    const calibration = this.#parts.accounting.calibration(source);
    const untried = ownLogoffs.filter(({ begunAt }) => isUntried(calibration, begunAt));
    return untried.toSorted((a, b) => a.begunAt - b.begunAt);
  }

  #tried(source: EvidenceSource, isRight: boolean | undefined, at: Instant): void {
    if (isRight === undefined) return;
    const wasBelieved = this.#isBelieved(source);
    this.#parts.accounting.tried(source, isRight, at);
    if (!isRight && wasBelieved)
      this.#parts.log.warn(
        { source },
        'evidence contradicts a log-off of ours: the source is not believed until it has shown three others rightly',
      );
  }
}
