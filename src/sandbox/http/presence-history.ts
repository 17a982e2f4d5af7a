/** What presence history tells of one user: the truth, or what the faults make of it. */
import type { Person } from '../organisation.ts';
import { presenceOf, type PresenceDefinition } from '../presences.ts';
import { createRandom, mixSeed } from '../random.ts';
import { MINUTE, SECOND } from '../time.ts';
import type { Parts } from './route.ts';

/** A span of time, ms: `from` belongs to it, `to` does not. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A state from then to then; without an end it lasts. */
export interface Span<T> {
  readonly from: number;
  readonly to: number | undefined;
  readonly state: T;
}

/** The states that touch an interval, as far as they were known at `until`. States that lasted no time are none. */
export function spansOf<T extends { readonly at: number }>(
  changes: readonly T[],
  { from, to }: Interval,
  until: number,
): readonly Span<T>[] {
  return changes.flatMap((state, i) => {
    const end = changes[i + 1]?.at;
    if (state.at >= to || state.at > until) return [];
    if (end !== undefined && (end <= from || end === state.at)) return [];
    return [{ from: state.at, to: end !== undefined && end <= until ? end : undefined, state }];
  });
}

type Told = Span<PresenceDefinition>;

/** The records of a user's presence in one answer. */
export function presenceTold(
  parts: Parts,
  person: Person,
  interval: Interval,
  until: number,
  operation: string,
): readonly Told[] {
  const { dice, settings, world } = parts;
  const { faults } = dice;
  if (dice.strikes(faults.timelineNone, operation)) return [];
  const swapped = dice.strikes(faults.timelineSwapped, operation);
  const { trail } = world.desk(swapped ? nextTo(parts, person) : person);
  const truth = spansOf(trail.presence, interval, until).map(({ state, ...span }) => ({
    ...span,
    state: state.presence,
  }));
  const kept = settings.switches.historyKeepsShortOffline ? truth : withoutShortOffline(truth);
  const known = kept.filter(({ from }) => !isHole(settings.seed, person, from, faults.timelineHoles));
  return wrong(parts, known, operation);
}

function nextTo({ world }: Parts, { index }: Person): Person {
  const { people } = world.organisation;
  const next = people[(index + 1) % people.length];
  if (next === undefined) throw new RangeError('an organisation without people has no history');
  return next;
}

/** An Offline that is not kept leaves no gap: the record before it goes on. */
function withoutShortOffline(told: readonly Told[]): readonly Told[] {
  const kept: Told[] = [];
  for (const span of told) {
    const { from, to, state } = span;
    const isShort = state.system === 'OFFLINE' && to !== undefined && to - from < SECOND;
    const before = kept.at(-1);
    if (!isShort) kept.push(span);
    else if (before !== undefined) kept.splice(-1, 1, { ...before, to });
  }
  return kept;
}

/** The same record is missing in every answer. */
function isHole(seed: number, { index }: Person, from: number, share: number): boolean {
  return share > 0 && createRandom(mixSeed(seed, 9, index, from))() < share;
}

function wrong({ dice }: Parts, told: readonly Told[], operation: string): readonly Told[] {
  const { faults } = dice;
  const last = told.at(-1);
  if (last === undefined) return told;
  if (dice.strikes(faults.timelineShifted, operation)) {
    const minutes = (dice.coin() ? 1 : -1) * (1 + dice.pick(5));
    return told.map((span) => moved(span, minutes * MINUTE));
  }
  if (dice.strikes(faults.timelineContradicting, operation)) {
    const other = presenceOf(last.state.system === 'OFFLINE' ? 'AVAILABLE' : 'OFFLINE');
    return [...told.slice(0, -1), { ...last, state: other }];
  }
  return dice.strikes(faults.timelineInvented, operation) ? withInvented(told, last) : told;
}

function moved({ from, to, state }: Told, by: number): Told {
  return { from: from + by, to: to === undefined ? undefined : to + by, state };
}

/** An Offline that ends where the newest record begins, cut out of the record before it. */
function withInvented(told: readonly Told[], last: Told): readonly Told[] {
  const before = told.at(-2);
  const from = last.from - 3 * SECOND;
  if (before === undefined || before.from >= from || before.state.system === 'OFFLINE') return told;
  const offline: Told = { from, to: last.from, state: presenceOf('OFFLINE') };
  return [...told.slice(0, -2), { ...before, to: from }, offline, last];
}
