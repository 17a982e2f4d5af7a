/**
 * Which of the limits that were tried is the best one. A log-off after which no sign comes within ten minutes proves little by itself: an
 * agent in a meeting of an hour shows no sign for an hour, and would not be missed by a limit of ten minutes. So a limit must pass more than
 * its own regret. Pure.
 */
import { HOUR, type Duration } from '../../domain/time/time.ts';
import type { Total } from './sums.ts';

/** What a limit comes to. */
export interface Tried {
  readonly limit: Duration;
  /** Of the rule's own log-offs, and of all rules together. */
  readonly own: Readonly<Total>;
  readonly all: Readonly<Total>;
  readonly people: number;
  /** The highest share of regret that a limit up to 90 min longer would have had, see `Sums.later`. */
  readonly later: number;
  /** Own log-offs that a sign of a person followed soon, see `soonOf`. */
  readonly returned: number;
  /** Own log-offs that an Offline of the agent's own followed, before any sign. */
  readonly left: number;
}

/** How a limit stands. Closed. */
export type Standing =
  | 'fits'
  | 'none' //       the rule would have logged no agent off
  | 'few' //        too few log-offs, or people, to say anything
  | 'regret' //     too many show a sign within ten minutes
  | 'later' //      many do within some ten minutes of the next 90: they were there, and quiet
  | 'returning'; // most of them come back before long

/** Why there is no best limit. Closed. */
export type NoBest = 'none' | 'few' | 'silent' | 'unfit';

/** Fewer say nothing. */
export const LEAST_LOGOFFS = 20;
export const LEAST_PEOPLE = 3;
/** Later so many times the share is allowed, up to this share: some of those who come back by then really were away. */
const LATER_ALLOWED = 4;
const LATER_AT_MOST = 0.08;
/** Breaks alone see to it that people at work show some sign as often as that. */
const BEFORE_LONG: Duration = 1.5 * HOUR;
/** Limits that lose less than this part of what the rule wins by the best one are as good. */
const AS_GOOD = 0.01;

/** Signs within this time of a log-off are those of agents who came back before long; `limit` is the one that the rule has. */
export function soonOf(limit: Duration): Duration {
  return Math.max(limit, BEFORE_LONG);
}

/** The share of log-offs that a sign followed within ten minutes which cannot have been a browser's. */
export function regretShare({ logoffs, regret, perhapsBrowser }: Readonly<Total>): number {
  return logoffs === 0 ? 0 : (regret - perhapsBrowser) / logoffs;
}

/** How a limit stands, for a share of regret that is allowed. */
export function standingOf({ own, people, later, returned }: Tried, allowed: number): Standing {
  if (own.logoffs === 0) return 'none';
  if (own.logoffs < LEAST_LOGOFFS || people < LEAST_PEOPLE) return 'few';
  if (regretShare(own) > allowed) return 'regret';
  if (later > Math.max(allowed, Math.min(allowed * LATER_ALLOWED, LATER_AT_MOST))) return 'later';
  return returned > own.logoffs / 2 ? 'returning' : 'fits';
}

const NOBODY = { all: { recovered: 0 }, own: { recovered: 0 } };

/** The limit under which the policy recovers most, of those that fit; of several as good, the one nearest to what the rule has. */
export function bestOf(
  all: readonly Tried[],
  configured: Duration,
  allowed: number,
): { readonly best: Tried } | { readonly why: NoBest } {
  if (all.every(({ own }) => own.logoffs === 0)) return { why: 'none' };
  if (isSilent(all)) return { why: 'silent' };
  const standings = all.map((tried) => standingOf(tried, allowed));
  const fitting = all.filter((_, i) => standings[i] === 'fits');
  const most = fitting.reduce((a, b) => (b.all.recovered > a.all.recovered ? b : a), fitting[0] ?? NOBODY);
  const least = most.all.recovered - most.own.recovered * AS_GOOD;
  const change = ({ limit }: Tried): number => Math.abs(Math.log(limit / configured));
  const [best] = fitting
    .filter((tried) => tried.all.recovered >= least)
    .sort((a, b) => change(a) - change(b));
  if (best !== undefined) return { best };
  return { why: standings.every((standing) => standing === 'none' || standing === 'few') ? 'few' : 'unfit' };
}

/**
 * No sign ever follows, and most go Offline by themselves: so do people who watch all day without a click and log out in the evening, and
 * so do people who left. History cannot tell one from the other.
 */
function isSilent(all: readonly Tried[]): boolean {
  const logoffs = all.reduce((sum, { own }) => sum + own.logoffs, 0);
  const left = all.reduce((sum, tried) => sum + tried.left, 0);
  return (
    left > logoffs / 2 &&
    all.every(({ own, returned }) => returned === 0 && own.regret === own.perhapsBrowser)
  );
}
