/**
 * How organisations spread over the replicas that share a database: which replica takes one that is free, and which one hands one over.
 * Each replica decides for itself, by what it knows of the others. Pure.
 */
import { SECOND, type Duration } from './time/time.ts';

/** One replica, as far as it is known. */
export interface Replica {
  readonly id: string;
  /** Organisations that it is able to hold, whether it does or not. */
  readonly able: ReadonlySet<string>;
  /** Those of them that it holds. */
  readonly held: ReadonlySet<string>;
}

/** The replica that decides, and the others that live. */
export interface Replicas {
  readonly own: Replica;
  readonly others: readonly Replica[];
}

/** For so long a free organisation is left to replicas that hold fewer. They ask every two seconds, and so does this one: it asks again once. */
export const PATIENCE: Duration = 1.5 * SECOND;
/** By so many organisations two replicas have to differ before one is moved: otherwise it would come back. */
const UNEVEN = 2;

/**
 * How long this replica leaves a free organisation to others: not at all where none of them holds fewer, and never for long, so that it
 * always finds a holder.
 */
export function patienceOf({ own, others }: Replicas, organisation: string): Duration {
  const isFewest = others.every(({ able, held }) => !able.has(organisation) || held.size >= own.held.size);
  return isFewest ? 0 : PATIENCE;
}

/**
 * The organisation that this replica hands over next; `undefined` while all is even enough. Another replica that is able to hold it has
 * at least two fewer. `busy` are organisations in which something is under way: others go first.
 */
export function toHandOver(
  { own, others }: Replicas,
  busy: ReadonlySet<string> = new Set(),
): string | undefined {
  const emptier = others.filter(({ held }) => own.held.size - held.size >= UNEVEN);
  const movable = [...own.held].filter((each) => emptier.some(({ able }) => able.has(each))).sort();
  return movable.find((each) => !busy.has(each)) ?? movable[0];
}
