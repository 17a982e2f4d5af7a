/**
 * What really happened to everyone, whatever the platform showed. Two numbers say whether a program is any good: how many
 * people who were there it disturbed, and how many who were gone it left online.
 *
 * What is fair. No program can act on what it cannot have seen: it reads, decides and acts, and a person may sit down
 * in between. Persons of this cast who come back show it at once (they log in, choose a presence, or take an interaction
 * in the very instant), so a program that reads again shortly before it acts knows. Hits within `unseenMs` of a person's
 * coming back are therefore told apart, as `unavoidable`; all others are disturbances.
 */
import type { UserState } from './desk.ts';
import type { Absence, DisturbanceKind, Journal, OnlineChange } from './journal.ts';
import { HOUR, overlap, SECOND, type Span } from './time.ts';
import type { World } from './world.ts';

export interface TruthOptions {
  /**
   * How long a person of this archetype may stay online while absent and with nothing being handled, ms, counted from
   * the last thing that happened by itself. `undefined`: no rule covers them.
   */
  readonly limitFor?: (archetype: string) => number | undefined;
  /** Added to every limit, ms. Default 2 min. */
  readonly slackMs?: number;
  /** Once logged off, the longest that a person may be back online before that counts as missed, ms. Default 1 h. */
  readonly backOnlineMs?: number;
  /** Hits on people who came back less than so long ago, ms, are unavoidable. Default 15 s. */
  readonly unseenMs?: number;
}

interface Someone {
  readonly id: string;
  readonly name: string;
  readonly archetype: string;
}

/** One effect on a person who was there, or on an interaction. */
export interface Disturbance extends Someone {
  readonly at: number;
  readonly what: DisturbanceKind;
  readonly engaged: boolean;
  readonly present: boolean;
}

/** An absent person who stayed online for too long. */
export interface Missed extends Someone {
  /** When it became too long. */
  readonly at: number;
  /** Since when the person has been absent. */
  readonly absentFrom: number;
  /** How much longer the person was online: until they were logged off, came back, or now, ms. */
  readonly lateBy: number;
  /** Whether the person had been logged off in this absence before. */
  readonly loggedOffBefore: boolean;
}

/** Sums over some people. */
export interface Sums {
  readonly people: number;
  /** How many were absent and online at some time. */
  readonly absentOnline: number;
  /** How many were logged off while they were absent. */
  readonly loggedOff: number;
  readonly logoffs: number;
  readonly silentReturns: number;
  readonly logins: number;
  readonly disturbed: number;
  readonly missed: number;
  /** Time that absent people were Offline because of the API, h. */
  readonly hoursRecovered: number;
  /** Time that absent people had after their first log-off, h. */
  readonly hoursAfter: number;
  /** The share of it that they were Offline. */
  readonly offlineShare: number | undefined;
}

export interface ArchetypeSums extends Sums {
  readonly archetype: string;
}

export interface Truth extends Omit<Sums, 'disturbed' | 'missed'> {
  readonly at: number;
  readonly disturbed: readonly Disturbance[];
  readonly unavoidable: readonly Disturbance[];
  readonly missed: readonly Missed[];
  readonly perArchetype: readonly ArchetypeSums[];
}

/** What one person adds. */
interface Account {
  readonly archetype: string;
  readonly absentOnline: boolean;
  readonly loggedOff: boolean;
  readonly logoffs: number;
  readonly silentReturns: number;
  readonly logins: number;
  readonly disturbed: readonly Disturbance[];
  readonly unavoidable: readonly Disturbance[];
  readonly missed: readonly Missed[];
  readonly recoveredMs: number;
  readonly afterMs: number;
  readonly afterOfflineMs: number;
}

/** Times of being Offline, with whether the API was the cause. */
interface Off extends Span {
  readonly byApi: boolean;
}

type Limits = Required<TruthOptions>;
type Actor = ReturnType<World['journals']>[number];

/** Tells the truth up to now. */
export function tellTruth(world: World, options: TruthOptions = {}): Truth {
  const limits: Limits = {
    limitFor: () => undefined,
    slackMs: 120 * SECOND,
    backOnlineMs: HOUR,
    unseenMs: 15 * SECOND,
    ...options,
  };
  const journals = world.journals();
  const now = world.now();
  const accounts = journals.map((actor) => accountOf(actor, limits, now));
  const byArchetype = new Map<string, Account[]>();
  for (const account of accounts) {
    const list = byArchetype.get(account.archetype);
    if (list === undefined) byArchetype.set(account.archetype, [account]);
    else list.push(account);
  }
  return {
    ...sumUp(accounts),
    at: now,
    disturbed: accounts.flatMap(({ disturbed }) => disturbed).sort((a, b) => a.at - b.at),
    unavoidable: accounts.flatMap(({ unavoidable }) => unavoidable).sort((a, b) => a.at - b.at),
    missed: accounts.flatMap(({ missed }) => missed).sort((a, b) => a.at - b.at),
    perArchetype: [...byArchetype]
      .map(([archetype, list]) => ({ archetype, ...sumUp(list) }))
      .sort((a, b) => (a.archetype < b.archetype ? -1 : 1)),
  };
}

function accountOf({ person, journal, desk }: Actor, limits: Limits, now: number): Account {
  const { id, name, archetype } = person;
  const someone: Someone = { id, name, archetype: archetype.name };
  const off = offlineSpans(journal.online);
  const limit = limits.limitFor(archetype.name);
  const unseen = (ms: number | undefined): boolean => ms !== undefined && ms < limits.unseenMs;
  const hit = ({ at, what, engaged, present }: Journal['hits'][number]): Disturbance => ({
    ...someone,
    at,
    what,
    engaged,
    present,
  });
  const missed =
    limit === undefined
      ? []
      : judged(journal, desk).flatMap((absence) => missedIn(someone, absence, off, limit, limits, now));
  const after = journal.absences
    .filter(({ settledAt }) => settledAt !== undefined)
    .map(({ settledAt = now, to }) => ({ from: settledAt, to }));
  return {
    archetype: archetype.name,
    absentOnline: journal.absences.some((absence) => length(absence, now) > offlineIn(absence, off, now)),
    loggedOff: after.length > 0,
    logoffs: journal.logoffs,
    silentReturns: journal.silentReturns,
    logins: journal.logins,
    disturbed: journal.hits.filter(({ presentForMs }) => !unseen(presentForMs)).map(hit),
    unavoidable: journal.hits.filter(({ presentForMs }) => unseen(presentForMs)).map(hit),
    missed,
    recoveredMs: sum(
      journal.absences.map((absence) =>
        offlineIn(
          absence,
          off.filter(({ byApi }) => byApi),
          now,
        ),
      ),
    ),
    afterMs: sum(after.map((span) => length(span, now))),
    afterOfflineMs: sum(after.map((span) => offlineIn(span, off, now))),
  };
}

/** Absences that can be judged. A person who waits on queue looks ready for work until they miss what is offered. */
function judged({ absences }: Journal, desk: Readonly<UserState>): readonly Absence[] {
  const waits = !desk.atDesk && desk.routing === 'IDLE';
  return absences.filter(({ to, settledAt }) => !(waits && to === undefined && settledAt === undefined));
}

/** When, in this absence, the person had been online for too long: before the first log-off, or after it. */
function missedIn(
  someone: Someone,
  absence: Absence,
  off: readonly Off[],
  limit: number,
  { slackMs, backOnlineMs }: Limits,
  now: number,
): readonly Missed[] {
  const { from, still, settledAt } = absence;
  const to = absence.to ?? now;
  const missed: Missed[] = [];
  const note = (at: number, until: number, loggedOffBefore: boolean): void => {
    missed.push({ ...someone, at, absentFrom: from, lateBy: until - at, loggedOffBefore });
  };
  // Up to the first log-off, time Offline does not count but does not make forgotten what was before it either.
  let left = limit + slackMs;
  const until = Math.min(settledAt ?? to, to);
  for (const span of onlineIn({ from: still, to: until }, off)) {
    if (span.to - span.from > left) {
      note(span.from + left, until, false);
      break;
    }
    left -= span.to - span.from;
  }
  if (settledAt === undefined) return missed;
  const most = Math.max(limit, backOnlineMs) + slackMs;
  for (const span of onlineIn({ from: settledAt, to }, off)) {
    if (span.to - span.from > most) note(span.from + most, span.to, true);
  }
  return missed;
}

/** Everyone is Offline to begin with. */
function offlineSpans(changes: readonly OnlineChange[]): readonly Off[] {
  const spans: Off[] = [];
  let from = -Infinity;
  let byApi = false;
  let online = false;
  for (const change of changes) {
    if (change.online && !online) spans.push({ from, to: change.at, byApi });
    if (!change.online) {
      from = change.at;
      byApi = change.cause === 'api';
    }
    online = change.online;
  }
  if (!online) spans.push({ from, to: undefined, byApi });
  return spans;
}

/** The parts of a span that are not Offline. */
function onlineIn(span: { from: number; to: number }, off: readonly Off[]): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  let at = span.from;
  for (const { from, to = Infinity } of off) {
    if (to <= at) continue;
    if (from >= span.to) break;
    if (from > at) parts.push({ from: at, to: from });
    at = to;
  }
  if (at < span.to) parts.push({ from: at, to: span.to });
  return parts;
}

function offlineIn(span: Span, off: readonly Span[], now: number): number {
  return sum(off.map((one) => overlap(one, span, now)));
}

function length({ from, to }: Span, now: number): number {
  return Math.max(0, (to ?? now) - from);
}

function sumUp(accounts: readonly Account[]): Sums {
  const total = (pick: (account: Account) => number): number => sum(accounts.map(pick));
  const afterMs = total((account) => account.afterMs);
  return {
    people: accounts.length,
    absentOnline: total(({ absentOnline }) => Number(absentOnline)),
    loggedOff: total(({ loggedOff }) => Number(loggedOff)),
    logoffs: total(({ logoffs }) => logoffs),
    silentReturns: total(({ silentReturns }) => silentReturns),
    logins: total(({ logins }) => logins),
    disturbed: total(({ disturbed }) => disturbed.length),
    missed: total(({ missed }) => missed.length),
    hoursRecovered: total(({ recoveredMs }) => recoveredMs) / HOUR,
    hoursAfter: afterMs / HOUR,
    offlineShare: afterMs === 0 ? undefined : total(({ afterOfflineMs }) => afterOfflineMs) / afterMs,
  };
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
