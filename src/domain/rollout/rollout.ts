/**
 * How a changed policy is brought out: for a growing share of the agents, as long as its own log-offs give no reason to stop. Plain,
 * immutable data between two sweeps, and what happens to it. Pure.
 */
import type { Mode, RolloutTerms } from '../policy/policy.ts';
import { MINUTE, type Duration, type Instant } from '../time/time.ts';

/** A sign of the agent so soon after a log-off means that it was wrong. */
export const REGRETTED_WITHIN: Duration = 10 * MINUTE;
/** A share of fewer log-offs than this says nothing. */
export const SHARE_COUNTS_FROM = 20;
/** So many regrets stop a rollout whatever their share. */
export const MOST_REGRETS = 3;
/** So many steps are remembered: more than a policy may have, and operators may repeat some. */
const STEPS_KEPT = 50;
/** So many stopped policies are remembered; the oldest of more are forgotten. */
const STOPPED_KEPT = 100;

/** A policy as rollouts know it: what it judges by, and whether it acts. */
export interface PolicyMark {
  /** The same for policies with the same profiles, rules and `returns`. */
  readonly judges: string;
  readonly mode: Mode;
}

/** The policy that was in force for all last. */
export interface BasePolicy extends PolicyMark {
  /** It only observes now, and acted on all before: it may do so again at once. */
  readonly acted?: boolean | undefined;
}

/** A policy as it is kept for the time in which another one is brought out. Holds no secret. */
export interface KeptPolicy extends PolicyMark {
  /** Of the policy file that it stood in last. */
  readonly hash: string;
  /** What it judges by, as JSON in the words of the policy file; `undefined` where that may not be kept. */
  readonly content: string | undefined;
}

/** A share of the agents, and since when it has had the changed policy. */
export interface Step {
  readonly at: Instant;
  /** From 0 to 1. */
  readonly share: number;
}

/** Why a rollout does not go on. */
export interface Stop {
  readonly at: Instant;
  /** One sentence without a full stop. */
  readonly reason: string;
  /** Who stopped it; the program itself unless given. */
  readonly by?: string | undefined;
}

/** A policy on its way to all agents. */
export interface Candidate {
  readonly judges: string;
  /** Of the policy file with which it began, for people. */
  readonly hash: string;
  /** The shares that it has had, newest last. Empty where it was stopped before it began. */
  readonly steps: readonly Step[];
  /** How long the last step has been watched: by complete sweeps after which the worker could act. */
  readonly watched: Duration;
  /** Log-offs since then are counted. */
  readonly countedFrom: Instant;
  readonly stopped?: Stop | undefined;
}

/** What outlives a sweep. */
export interface Rollout {
  /** The policy that was in force for all last; `undefined` where there was none yet. */
  readonly base?: BasePolicy | undefined;
  readonly candidate?: Candidate | undefined;
  /** What stopped policies judge by, newest last: none of them begins anew by itself. */
  readonly stopped: readonly string[];
  /** The newest request of an operator that was carried out. */
  readonly handled?: string | undefined;
}

export const NO_ROLLOUT: Rollout = { stopped: [] };

/** The policy that is wanted in force. */
export interface Wanted extends PolicyMark {
  readonly hash: string;
  /** Left out: a change comes into force for all at once. */
  readonly terms?: RolloutTerms | undefined;
}

/** What an operator asks for. */
export interface Order {
  /** Tells it from every other. */
  readonly id: string;
  readonly what: 'continue' | 'abort';
  /** What the candidate judges by that it is about: another one is none of its concern. */
  readonly judges: string;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** The log-offs of one group since the rollout counts. */
export interface GroupCount {
  /** Log-offs for which a rule was due; answers to returns are counted apart. */
  readonly logoffs: number;
  readonly answers: number;
  readonly regrets: number;
  /** Of both kinds of log-offs, those that failed or could not be verified. */
  readonly unverified: number;
}

export const NOTHING_COUNTED: GroupCount = { logoffs: 0, answers: 0, regrets: 0, unverified: 0 };

/** A rollout after something happened, and what is worth telling of it. */
export interface Moved {
  readonly rollout: Rollout;
  /** For the record: sentences without a full stop, with who asked for it. */
  readonly told: readonly { readonly reason: string; readonly by?: string | undefined }[];
}

/** Whether what was told means that one policy is in force for all from then on. */
export function isForAll(told: string): boolean {
  return /^rollout of \S+ (?:over|(?:done|continued): it is in force for all)/.test(told);
}

/** Whether this was told of a rollout. */
export function isOfRollout(told: string): boolean {
  return told.startsWith('rollout of ');
}

/** The share of the agents for whom the wanted policy is in force. */
export function shareOf({ candidate }: Rollout): number {
  if (candidate === undefined) return 1;
  return candidate.stopped === undefined ? (candidate.steps.at(-1)?.share ?? 0) : 0;
}

/** The share that the candidate had at a moment. */
export function shareAt({ steps, stopped }: Candidate, at: Instant): number {
  if (stopped !== undefined && at >= stopped.at) return 0;
  return steps.findLast((step) => step.at <= at)?.share ?? 0;
}

/** Takes up the policy that the file means now: it goes on, begins, or is in force for all. The same object where nothing changes. */
export function wanting(last: Rollout, wanted: Wanted, now: Instant): Moved {
  const rollout = withoutFuture(last, now);
  const { candidate } = rollout;
  const { judges, mode, terms } = wanted;
  if (candidate?.judges === judges) {
    // Nothing acts while it observes: its rollout waits.
    const waits = candidate.stopped !== undefined || mode === 'observe' || terms !== undefined;
    return waits ? { rollout, told: [] } : forAll(rollout, { judges, mode });
  }
  const asBefore = meantAgain(rollout, wanted);
  if (asBefore !== undefined) return asBefore;
  return mode === 'observe' ? forAll(rollout, { judges, mode }) : begun(rollout, wanted, now);
}

/**
 * The file means the policy that is in force for all: nothing is brought out, unless that has never acted on all and is to act now. While
 * it observes, so do its rules beside another policy that comes after it.
 */
function meantAgain(rollout: Rollout, { judges, mode }: Wanted): Moved | undefined {
  const { base, candidate } = rollout;
  if (base?.judges !== judges) return undefined;
  const acted = base.mode === 'enforce' || base.acted === true;
  if (mode === 'enforce' && !acted) return undefined;
  const other: BasePolicy = mode === 'enforce' ? { judges, mode } : { judges, mode, acted };
  const standing = base.mode === mode ? rollout : { ...rollout, base: other };
  return candidate === undefined ? { rollout: standing, told: [] } : withdrawn(standing, candidate);
}

/** A clock that ran ahead when a step began must not keep log-offs from being counted until that time comes. */
function withoutFuture(rollout: Rollout, now: Instant): Rollout {
  const { candidate } = rollout;
  if (candidate === undefined || now >= (candidate.steps.at(-1)?.at ?? candidate.countedFrom)) return rollout;
  const steps = candidate.steps.map(({ at, share }) => ({ at: Math.min(at, now), share }));
  const countedFrom = Math.min(candidate.countedFrom, now);
  return { ...rollout, candidate: { ...candidate, steps, countedFrom } };
}

/** Another policy that acts comes in the place of what was brought out before. */
function begun(rollout: Rollout, wanted: Wanted, now: Instant): Moved {
  const { judges, hash, terms } = wanted;
  if (rollout.stopped.includes(judges)) return refused(rollout, wanted, now);
  const first = terms?.steps[0] ?? 1;
  if (first >= 1) return forAll(rollout, { judges, mode: 'enforce' });
  const candidate = { judges, hash, steps: [{ at: now, share: first }], watched: 0, countedFrom: now };
  const reason = `rollout of ${hash} begun: ${percent(first)} of the agents`;
  return { rollout: { ...rollout, candidate }, told: [{ reason }] };
}

/** The file means the policy again that is in force for all. */
function withdrawn(rollout: Rollout, { hash }: Candidate): Moved {
  const told = `rollout of ${hash} over: the policy file has the policy again that is in force for all`;
  return { rollout: { ...rollout, candidate: undefined }, told: [{ reason: told }] };
}

/** The policy was stopped before. */
function refused(rollout: Rollout, { judges, hash }: Wanted, now: Instant): Moved {
  const stopped: Stop = { at: now, reason: 'it was stopped before, and has not changed since' };
  const candidate = { judges, hash, steps: [], watched: 0, countedFrom: now, stopped };
  const told = `rollout of ${hash} not begun: ${stopped.reason}`;
  return { rollout: { ...rollout, candidate }, told: [{ reason: told }] };
}

/** The policy is in force for all from now on. Where nothing was brought out, the change of the policy alone is worth telling. */
function forAll(rollout: Rollout, base: PolicyMark): Moved {
  const { candidate } = rollout;
  const told = candidate === undefined ? [] : [{ reason: `rollout of ${candidate.hash} over` }];
  return { rollout: { ...rollout, base, candidate: undefined }, told };
}

/** Does what an operator asks for, once. The same object where it is not about this rollout, or was done. */
export function ordered(
  rollout: Rollout,
  order: Order,
  terms: RolloutTerms | undefined,
  now: Instant,
): Moved {
  const { candidate, handled } = rollout;
  if (order.id === handled || candidate?.judges !== order.judges) return { rollout, told: [] };
  const noted = { ...rollout, handled: order.id };
  const why = order.reason === undefined ? '' : `: ${order.reason}`;
  if (order.what === 'abort') {
    if (candidate.stopped !== undefined) return { rollout: noted, told: [] };
    const stop = { at: now, reason: `aborted${why}`, by: order.by };
    return tellStop(stopping(noted, candidate, stop), candidate, stop);
  }
  const { moved, told } = continued(noted, candidate, terms, now);
  return { rollout: moved, told: [{ reason: `${told}${why}`, by: order.by }] };
}

/** From a stop at the step where it stopped, and counting anew; else to the next step at once. */
function continued(
  rollout: Rollout,
  candidate: Candidate,
  terms: RolloutTerms | undefined,
  now: Instant,
): { readonly moved: Rollout; readonly told: string } {
  const { judges, hash, steps, stopped } = candidate;
  const reached = steps.at(-1)?.share;
  const next = nextStep(reached, terms);
  const share = stopped === undefined ? next : (reached ?? next);
  const others = rollout.stopped.filter((one) => one !== judges);
  if (share >= 1) {
    const base = { judges, mode: 'enforce' } as const;
    const moved = { ...rollout, base, candidate: undefined, stopped: others };
    return { moved, told: `rollout of ${hash} continued: it is in force for all` };
  }
  const kept = stopped === undefined ? steps : withoutAgents(steps, stopped.at);
  const again = { steps: [...kept, { at: now, share }].slice(-STEPS_KEPT), watched: 0, stopped: undefined };
  const countedFrom = stopped === undefined ? candidate.countedFrom : now;
  const moved = { ...rollout, candidate: { ...candidate, ...again, countedFrom }, stopped: others };
  return { moved, told: `rollout of ${hash} continued: ${percent(share)} of the agents` };
}

/** From a stop on no agent has the policy. */
function withoutAgents(steps: readonly Step[], at: Instant): readonly Step[] {
  return steps.length === 0 ? [] : [...steps, { at, share: 0 }];
}

/** What comes after the step that a rollout has reached. */
export interface NextStep {
  /** Of the agents; with 1 the policy is in force for all. */
  readonly share: number;
  /** For so much longer the step before is watched. */
  readonly left: Duration;
}

/** What comes next where nothing stops it. */
export function nextIn(
  { steps, watched }: Pick<Candidate, 'steps' | 'watched'>,
  terms: RolloutTerms,
): NextStep {
  const left = Math.max(0, stepLength(terms) - watched);
  return { share: nextStep(steps.at(-1)?.share, terms), left };
}

/** How long each step is watched: until regrets of its log-offs are known, at least. */
export function stepLength({ every }: RolloutTerms): Duration {
  return Math.max(every, REGRETTED_WITHIN);
}

/** The first step that is larger than what was reached. */
function nextStep(reached: number | undefined, terms: RolloutTerms | undefined): number {
  return terms?.steps.find((share) => share > (reached ?? 0)) ?? 1;
}

/** What a sweep after which the worker could act has seen. */
export interface Progress {
  readonly now: Instant;
  /** Since the sweep before, at most three usual intervals. */
  readonly watched: Duration;
  /** Of those who have the changed policy. */
  readonly changed: GroupCount;
}

/** Stops a rollout that gives reason to, and else goes on to the next step when its time has come. The same object while it waits. */
export function progressed(rollout: Rollout, terms: RolloutTerms, progress: Progress): Moved {
  const { candidate } = rollout;
  if (candidate === undefined || candidate.stopped !== undefined) return { rollout, told: [] };
  const { now, changed } = progress;
  const reason = reasonToStop(changed, terms);
  if (reason !== undefined)
    return tellStop(stopping(rollout, candidate, { at: now, reason }), candidate, { at: now, reason });
  const longer = { ...candidate, watched: candidate.watched + progress.watched };
  const { share, left } = nextIn(longer, terms);
  if (left > 0) return { rollout: { ...rollout, candidate: longer }, told: [] };
  const { judges, hash, steps } = candidate;
  if (share >= 1) {
    const told = `rollout of ${hash} done: it is in force for all`;
    const base = { judges, mode: 'enforce' } as const;
    return { rollout: { ...rollout, base, candidate: undefined }, told: [{ reason: told }] };
  }
  const next = { ...candidate, steps: [...steps, { at: now, share }].slice(-STEPS_KEPT), watched: 0 };
  const told = `rollout of ${hash} goes on: ${percent(share)} of the agents`;
  return { rollout: { ...rollout, candidate: next }, told: [{ reason: told }] };
}

/** Why a group with these log-offs is no longer risked, as a sentence without a full stop. */
function reasonToStop(
  { logoffs, answers, regrets, unverified }: GroupCount,
  { stop }: RolloutTerms,
): string | undefined {
  const all = logoffs + answers;
  const isMany = regrets >= MOST_REGRETS || isBeyond(regrets, logoffs, stop.regret);
  if (isMany) return `${regrets} of ${logoffs} log-offs regretted`;
  return isBeyond(unverified, all, stop.unverified)
    ? `${unverified} of ${all} log-offs not verified`
    : undefined;
}

function isBeyond(count: number, of: number, share: number): boolean {
  return of >= SHARE_COUNTS_FROM && count / of > share;
}

function stopping(rollout: Rollout, candidate: Candidate, stopped: Stop): Rollout {
  const { judges } = candidate;
  const all = [...rollout.stopped, judges].slice(-STOPPED_KEPT);
  return { ...rollout, candidate: { ...candidate, stopped }, stopped: all };
}

function tellStop(rollout: Rollout, { hash }: Candidate, { reason, by }: Stop): Moved {
  return { rollout, told: [{ reason: `rollout of ${hash} stopped: ${reason}`, by }] };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
