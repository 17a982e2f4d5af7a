/**
 * What the platform and the browsers of this organisation do, as far as it is documented nowhere: learnt from what follows
 * log-offs. Judging never rests on it; it tells an administrator how leaky the organisation is, and what to set.
 */
import { UNASKED, type EvidenceSource, type SourceFacts } from '../evidence/calibration.ts';
import type { TrackingEvent } from './state.ts';
import type { Action } from '../policy/policy.ts';
import { MINUTE, SECOND, type Duration } from '../time/time.ts';

/** How often something was seen to be so, and how often not. */
export interface ReturnCounts {
  readonly yes: number;
  readonly no: number;
}

export interface PlatformBehaviour {
  /** How many returns came how fast: one number for each of `DELAYS`, and one for what was slower. */
  readonly delays: readonly number[];
  /** Whether `lastTokenIssued` is newer after a browser came back without its old session. */
  readonly tokenMoves: ReturnCounts;
  /** Whether an agent was Offline after only their tokens were revoked. */
  readonly revokeSetsOffline: ReturnCounts;
  /** Whether an agent was back after an Offline that left the session alone: the client asserts its presence, or a click. */
  readonly reasserts: ReturnCounts;
  /** What is known of each source of evidence. */
  readonly evidence: Readonly<Record<EvidenceSource, SourceFacts>>;
  /** Tells the client that asked those sources from others, and the platform's address. */
  readonly askedAs?: string | undefined;
}

/** Upper ends of the classes in which delays of returns are counted. */
export const DELAYS: readonly Duration[] = [
  ...[1, 2, 5, 10, 20, 30, 60, 90].map((seconds) => seconds * SECOND),
  ...[2, 3, 5, 10].map((minutes) => minutes * MINUTE),
];
/** Something is said of returns in general only when so many have been seen. */
const RETURNS_FOR_A_PATTERN = 20;
/** The share of returns that a window should catch. */
const CAUGHT = 0.95;

const NONE: ReturnCounts = { yes: 0, no: 0 };

/** As long as nothing has been seen. */
export const NO_BEHAVIOUR_KNOWN: PlatformBehaviour = {
  delays: [...DELAYS, Infinity].map(() => 0),
  tokenMoves: NONE,
  revokeSetsOffline: NONE,
  reasserts: NONE,
  evidence: { timeline: UNASKED, push: UNASKED, sign_ins: UNASKED },
};

/**
 * The same for this client. What another one was told, or a client of another organisation, says nothing of what this one is told: each
 * source is tried anew. The same object where it is the client of before.
 */
export function asAskedBy(learnt: PlatformBehaviour, client: string): PlatformBehaviour {
  if (learnt.askedAs === client) return learnt;
  return { ...learnt, evidence: NO_BEHAVIOUR_KNOWN.evidence, askedAs: client };
}

function counted(tally: ReturnCounts, answer: boolean): ReturnCounts {
  return answer ? { ...tally, yes: tally.yes + 1 } : { ...tally, no: tally.no + 1 };
}

/** Learns from what a fold found. The return of a person shows nothing about browsers. */
export function learnFromReturn(learnt: PlatformBehaviour, event: TrackingEvent): PlatformBehaviour {
  if (event.kind === 'person_back' || event.kind === 'regret') return learnt;
  const delays = event.delay === undefined ? learnt.delays : withDelay(learnt.delays, event.delay);
  // A much later login is most likely a person who came back.
  if (event.kind === 'late_return')
    return event.own && event.delay <= 10 * MINUTE ? { ...learnt, delays } : learnt;
  if (event.own && event.quiet) {
    // The agent was counted as quiet when the log-off was verified.
    const { yes, no } = learnt.reasserts;
    return { ...learnt, delays, reasserts: { yes: yes + 1, no: Math.max(0, no - 1) } };
  }
  const { tokenMoves } = learnt;
  return {
    ...learnt,
    delays,
    tokenMoves: event.tokenMoved === undefined ? tokenMoves : counted(tokenMoves, event.tokenMoved),
  };
}

function withDelay(delays: readonly number[], delay: Duration): readonly number[] {
  const found = DELAYS.findIndex((most) => delay <= most);
  const index = found < 0 ? DELAYS.length : found;
  return delays.map((count, i) => (i === index ? count + 1 : count));
}

/** Learns from a log-off that was read back: what was done, and whether the agent was Offline then. */
export function learnFromLogoff(
  learnt: PlatformBehaviour,
  done: readonly Action[],
  offline: boolean,
): PlatformBehaviour {
  if (!done.includes('offline')) {
    if (!done.includes('revoke_tokens')) return learnt;
    return { ...learnt, revokeSetsOffline: counted(learnt.revokeSetsOffline, offline) };
  }
  if (done.includes('revoke_tokens') || done.includes('end_sso_session') || !offline) return learnt;
  return { ...learnt, reasserts: counted(learnt.reasserts, false) };
}

/** How many returns have been seen whose delay is known. */
export function returnsSeen({ delays }: PlatformBehaviour): number {
  return delays.reduce((sum, count) => sum + count, 0);
}

/** The delay within which this share of the returns came, to the next class; `undefined` while there were none. */
export function delayOf(learnt: PlatformBehaviour, share: number): Duration | undefined {
  const wanted = returnsSeen(learnt) * share;
  let sum = 0;
  if (wanted === 0) return undefined;
  for (const [i, count] of learnt.delays.entries()) {
    sum += count;
    if (sum >= wanted) return DELAYS[i] ?? Infinity;
  }
  return Infinity;
}

/** Whether returns bring no newer token here, so that a bounce behind a quiet Offline looks like a click. */
export function tokensStay({ tokenMoves: { yes, no } }: PlatformBehaviour): boolean {
  return yes === 0 && no >= RETURNS_FOR_A_PATTERN;
}

/**
 * A `returns.window` that catches what the present one does not, or `undefined` where that is good as it is, or where too
 * little has been seen. Never a shorter one: a window that is too long costs little.
 */
export function windowFitting(learnt: PlatformBehaviour, window: Duration): Duration | undefined {
  if (returnsSeen(learnt) < RETURNS_FOR_A_PATTERN) return undefined;
  const fitting = delayOf(learnt, CAUGHT);
  if (fitting === undefined || !Number.isFinite(fitting) || fitting <= window) return undefined;
  return Math.ceil(fitting / MINUTE) * MINUTE;
}
