/**
 * What pushed presence changes say of a suspect change. Pushed changes have beginnings and no ends, so that one that was lost leaves
 * no hole: a click that was lost just before an Offline would read as a bounce. They decide only where the platform was listened to
 * without a gap, and where all that looks have shown lately had been pushed as well. Pure.
 */
import type { SystemPresence } from '../agent.ts';
import { DAY, SECOND, type Duration, type Instant } from '../time/time.ts';
import type { PresenceRecord } from './records.ts';
import { answerIn, showsOwnOffline, type Answer, type BetweenLooks, type OwnOffline } from './timeline.ts';

/** From this time, by the platform's stamp, the agent was in this presence. */
export interface PushedChange {
  readonly at: Instant;
  readonly presence: SystemPresence | 'UNKNOWN';
}

/** What was pushed of one agent. */
export interface Pushed {
  /** In the order of their stamps, each once. */
  readonly changes: readonly PushedChange[];
  /** Since then the platform has been listened to without a gap; `undefined` while it is not. */
  readonly from: Instant | undefined;
  /** What happened up to then has arrived, unless it overtook or was lost. */
  readonly to: Instant;
}

/** Changes overtake each other, and an answer of the socket overtakes changes: one is taken to have arrived after this. */
export const ARRIVES_WITHIN: Duration = 10 * SECOND;

/** Reads what was pushed of one agent. `isWhole`: nothing is known to have been lost lately. */
export function pushAnswer({ changes, from, to }: Pushed, look: BetweenLooks, isWhole: boolean): Answer {
  if (from === undefined || from > look.before) return { kind: 'undecided' };
  if (to < look.stamp + ARRIVES_WITHIN) return { kind: 'none' };
  const isKnown = changes.some(({ at }) => at <= look.before);
  // Nothing was pushed before the look: what that one showed was in force.
  const known: readonly PushedChange[] = isKnown ? [] : [{ at: look.before, presence: look.former }];
  const answer = answerIn(recordsOf([...known, ...changes]), look);
  return isWhole || answer.kind === 'none' ? answer : { kind: 'undecided' };
}

/** Whether an Offline of ours was pushed rightly; `undefined` where that time was not listened to, or it has not arrived. */
export function pushedOwnOffline({ changes, from, to }: Pushed, offline: OwnOffline): boolean | undefined {
  if (from === undefined || from > offline.begunAt || to < offline.stamp + ARRIVES_WITHIN) return undefined;
  return showsOwnOffline(recordsOf(changes), offline);
}

function recordsOf(changes: readonly PushedChange[]): readonly PresenceRecord[] {
  return changes.map(({ at, presence }, i) => ({ from: at, to: changes[i + 1]?.at, presence }));
}

/** How whole that is which has been pushed so far. */
export interface PushWholeness {
  /** Changes that looks showed and that had been pushed as well, since one was missed last. */
  readonly shown: number;
  /** When one was missed last, or came too late. */
  readonly missedAt: Instant | undefined;
}

export const NOTHING_PUSHED: PushWholeness = { shown: 0, missedAt: undefined };

/** So many changes in a row must have been pushed as well as seen before it is taken that none is lost. */
export const SHOWN_TO_BE_WHOLE = 100;
/** After one was missed it is taken for so long that others are. */
const DOUBTED_FOR: Duration = DAY;

/** After one more change that a look showed, or one that came too late. */
export function comparedWith(wholeness: PushWholeness, isPushed: boolean, at: Instant): PushWholeness {
  return isPushed ? { ...wholeness, shown: wholeness.shown + 1 } : { shown: 0, missedAt: at };
}

/** Whether what is pushed decides by itself. */
export function isWhole({ shown, missedAt = -Infinity }: PushWholeness, now: Instant): boolean {
  return shown >= SHOWN_TO_BE_WHOLE && now - missedAt >= DOUBTED_FOR;
}

/** Whether a change of this time and presence is among those pushed. */
export function isAmong(
  changes: readonly PushedChange[],
  at: Instant,
  presence: PushedChange['presence'],
): boolean {
  return changes.some((change) => change.presence === presence && Math.abs(change.at - at) <= SAME_STAMP);
}

/** Two stamps of one change lie no further apart. */
const SAME_STAMP: Duration = 2 * SECOND;
