/**
 * Whether a source is believed. What it shows is documented nowhere in detail, so it is tried by what is known: our own log-offs.
 * Until it has shown enough of them rightly its answers are counted and not used. Pure.
 */
import { SECOND, type Duration, type Instant } from '../time/time.ts';
import type { Answer } from './timeline.ts';

/** Where evidence comes from. */
export const EVIDENCE_SOURCES = ['timeline', 'push', 'sign_ins'] as const;
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** How a source stood its trials. */
export interface Calibration {
  /** Moments of which it showed log-offs of ours rightly since it was wrong last. */
  readonly right: number;
  /** How often it was wrong. */
  readonly wrong: number;
  /** The newest log-off that it was tried by: each counts once. */
  readonly triedTo: Instant | undefined;
}

/** So many log-offs of ours must be shown rightly, and none wrongly, before a source is believed. */
export const RIGHT_TO_BE_BELIEVED = 3;

/**
 * Log-offs of one moment count as one: a source that mixes agents up shows one of them where it should show the other, and is right
 * of each by luck.
 */
const ONE_MOMENT: Duration = 10 * SECOND;

export const UNTRIED: Calibration = { right: 0, wrong: 0, triedTo: undefined };

/** The platform refused a question, because the client lacks this permission. */
export interface Refusal {
  readonly permission: string;
  readonly at: Instant;
}

/** All that is known of one source. */
export interface SourceFacts extends Calibration {
  /** How often it said what of suspect changes. While a change is open, each question about it counts. */
  readonly answers: Readonly<Record<Answer['kind'], number>>;
  /** The last question, where that was refused. */
  readonly refused: Refusal | undefined;
}

/** Of a source that was never asked. */
export const UNASKED: SourceFacts = {
  ...UNTRIED,
  answers: { bounce: 0, person: 0, none: 0, undecided: 0 },
  refused: undefined,
};

/** `refused`: the client lacks the permission. `tried`: asked, and not believed yet, or not any more. */
export type SourceStanding = 'off' | 'refused' | 'untried' | 'tried' | 'believed';

/** How a source stands; `isOn`: the policy asks it. */
export function standingOf(facts: SourceFacts, isOn: boolean): SourceStanding {
  if (!isOn) return 'off';
  if (facts.refused !== undefined) return 'refused';
  if (isBelieved(facts)) return 'believed';
  const { triedTo, answers } = facts;
  const isAsked = triedTo !== undefined || Object.values(answers).some((count) => count > 0);
  return isAsked ? 'tried' : 'untried';
}

/** After one more answer about a suspect change. */
export function answered(facts: SourceFacts, answer: Answer['kind']): SourceFacts {
  const { answers } = facts;
  return { ...facts, answers: { ...answers, [answer]: answers[answer] + 1 } };
}

/**
 * Before a sweep asks. A source that is switched off is tried anew when it is switched on again: nobody knows what it did meanwhile.
 * What a clock that ran ahead has written must not keep later log-offs from trying it. The same object where nothing changes.
 */
export function beforeAsking<T extends Calibration>(facts: T, isOn: boolean, now: Instant): T {
  const { right, triedTo } = facts;
  if (!isOn) return right === 0 && triedTo === undefined ? facts : { ...facts, right: 0, triedTo: undefined };
  return triedTo !== undefined && triedTo > now ? { ...facts, triedTo: now } : facts;
}

/** Whether its answers are used. */
export function isBelieved({ right }: Pick<Calibration, 'right'>): boolean {
  return right >= RIGHT_TO_BE_BELIEVED;
}

/**
 * After one more trial: the source showed our log-off of this time rightly, or wrongly. A wrong answer begins the trials anew, whichever
 * log-off it is about.
 */
export function tried(calibration: Calibration, isRight: boolean, at: Instant): Calibration {
  const { right, wrong, triedTo = -Infinity } = calibration;
  if (!isRight) return { right: 0, wrong: wrong + 1, triedTo: Math.max(triedTo, at) };
  return isUntried(calibration, at) ? { right: right + 1, wrong, triedTo: at } : calibration;
}

/** Whether a log-off of this time can still show that the source is right. */
export function isUntried({ triedTo = -Infinity }: Pick<Calibration, 'triedTo'>, at: Instant): boolean {
  return at >= triedTo + ONE_MOMENT;
}
