/**
 * What an agent's presence history says of a suspect change: whether an Offline that no look showed lies behind it. A history is
 * believed only where it shows the change itself, has no hole, and agrees with both looks around the change. Pure.
 */
import type { SystemPresence } from '../agent.ts';
import { SECOND, type Duration, type Instant, type Interval } from '../time/time.ts';
import type { PresenceRecord } from './records.ts';

/** What a source says of a suspect change. */
export type Answer =
  /** The session ended and the browser came back: the agent was Offline in this span, where the source shows it. */
  | { readonly kind: 'bounce'; readonly offline: Interval | undefined }
  /** No session ended: a person, or a script, chose the presence. */
  | { readonly kind: 'person' }
  /** The source does not show the change yet. */
  | { readonly kind: 'none' }
  /** What the source shows has holes, or contradicts a look. */
  | { readonly kind: 'undecided' };

/** What a source may say. Closed: `_evidence_total` counts them. */
export const ANSWERS = ['bounce', 'person', 'none', 'undecided'] as const satisfies readonly Answer['kind'][];

/** A change that happened between two looks. */
export interface BetweenLooks {
  /** When the look before was taken at the earliest, and the look after at the latest. */
  readonly before: Instant;
  readonly after: Instant;
  readonly former: SystemPresence;
  readonly shown: SystemPresence;
  /** The platform's stamp of what the look after showed. */
  readonly stamp: Instant;
}

/** Two stamps of one change lie no further apart; nor does a look lie further from the time that is noted of it. */
const TOLERANCE: Duration = 2 * SECOND;

const NONE: Answer = { kind: 'none' };
const UNDECIDED: Answer = { kind: 'undecided' };
const PERSON: Answer = { kind: 'person' };

/** Reads the records of one agent, which are in the order of their beginnings. */
export function answerIn(records: readonly PresenceRecord[], look: BetweenLooks): Answer {
  const { before, after, former, shown, stamp } = look;
  const at = records.findLastIndex(({ from, presence }) => presence === shown && isNear(from, stamp));
  const change = records[at];
  // The record of the change proves that the source has come so far.
  if (change === undefined) return NONE;
  const from = records.findLastIndex(
    (record, i) => i < at && record.presence === former && covers(record, before),
  );
  const since = from < 0 ? [] : records.slice(from, at + 1);
  if (since.length === 0 || !isUnbroken(since) || !covers(change, after)) return UNDECIDED;
  return answerBetween(since.slice(1, -1), look);
}

/** An Offline that no look showed is a bounce. Anything else that was chosen in between is a person's choice. */
function answerBetween(between: readonly PresenceRecord[], { before, stamp }: BetweenLooks): Answer {
  const offline = between.filter(({ presence }) => presence === 'OFFLINE');
  const [first] = between;
  if (first?.presence !== 'OFFLINE' || offline.length > 1) return PERSON;
  const { from, to = Infinity } = first;
  if (!isNear(to, stamp) || from < before) return UNDECIDED;
  return { kind: 'bounce', offline: { from, to } };
}

/** An Offline of ours that is known, by which a source is tried. */
export interface OwnOffline {
  /** The log-off began: the agent was not Offline yet. */
  readonly begunAt: Instant;
  /** The platform's stamp of the Offline. */
  readonly stamp: Instant;
  /** The last look, which still showed this Offline. */
  readonly seenAt: Instant;
}

/** Whether a source shows an Offline of ours rightly; `undefined` while it does not show that time. */
export function showsOwnOffline(
  records: readonly PresenceRecord[],
  { begunAt, stamp, seenAt }: OwnOffline,
): boolean | undefined {
  const isOffline = ({ presence }: PresenceRecord): boolean => presence === 'OFFLINE';
  const contradicts = (record: PresenceRecord): boolean =>
    isOffline(record) ? isWithin(record, begunAt) : record.to !== undefined && isWithin(record, seenAt);
  if (records.some(contradicts)) return false;
  return records.some((record) => isOffline(record) && isNear(record.from, stamp)) ? true : undefined;
}

function isNear(a: Instant, b: Instant): boolean {
  return Math.abs(a - b) <= TOLERANCE;
}

/** The record may have been in force then. */
function covers({ from, to = Infinity }: PresenceRecord, at: Instant): boolean {
  return from <= at + TOLERANCE && to >= at - TOLERANCE;
}

/** The record was in force then, however little is known of that time. */
function isWithin({ from, to = Infinity }: PresenceRecord, at: Instant): boolean {
  return from < at - TOLERANCE && to > at + TOLERANCE;
}

/** Each record ends where the next one begins. */
function isUnbroken(records: readonly PresenceRecord[]): boolean {
  return records.every(({ to = Infinity }, i) => {
    const next = records[i + 1];
    return next === undefined || isNear(to, next.from);
  });
}
