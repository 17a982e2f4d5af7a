/**
 * When the server's clock was ahead for a while and has been set right: the state then speaks of a time that is still to
 * come, and until it came no clock would move. What lies in the future is pulled back to now.
 */
import { isReadAhead } from '../time/shifts.ts';
import { SECOND, type Duration, type Instant } from '../time/time.ts';
import type { AgentState, Ladder } from './state.ts';

/** Readings overtake each other by less than this; what lies further back means that a clock was set back. */
const SET_BACK: Duration = 30 * SECOND;

/** What stays as it is: numbers that are no instants, what the agent was told of the future, and a schedule, which is of the future. */
const KEPT: ReadonlySet<string> = new Set(['rung', 'measured', 'seq', 'until', 'promised', 'shifts']);

/** Whether a reading of this time says that the state was made by a clock that ran ahead. */
export function isAhead({ seenAt }: AgentState, at: Instant): boolean {
  return seenAt - at > SET_BACK;
}

/**
 * The state in which nothing has happened later than `now`. The time up to then that was left out stays so: clocks can only come to
 * show less.
 */
export function pulledBack(s: AgentState, now: Instant): AgentState {
  const state = withInstants(s, (at) => Math.min(at, now));
  const leftOut = state.leftOut.filter(({ from, to }) => from < to);
  const ladder = endingLater(state.episode.ladder, s.episode.ladder);
  return {
    ...state,
    seenAt: now,
    leftOut,
    episode: { ...state.episode, ladder },
    shifts: s.shifts && isReadAhead(s.shifts, now) ? undefined : s.shifts,
  };
}

/** An ended session takes hold as long after its end as before: that instant was in the future from the beginning. */
function endingLater(ladder: Ladder | undefined, before: Ladder | undefined): Ladder | undefined {
  if (ladder?.kind !== 'ending_sso' || before?.kind !== 'ending_sso') return ladder;
  const { at, heldFrom } = before.end;
  return { ...ladder, end: { ...ladder.end, heldFrom: ladder.end.at + heldFrom - at } };
}

/** A copy of plain data with each instant in it replaced. */
function withInstants<T>(value: T, change: (at: Instant) => Instant): T {
  if (Array.isArray(value)) return value.map((each: unknown) => withInstants(each, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([key, part]: [string, unknown]) => {
    if (KEPT.has(key)) return [key, part];
    return [key, typeof part === 'number' ? change(part) : withInstants(part, change)];
  });
  return Object.fromEntries(parts) as T;
}
