/**
 * Which agents a rule can meet, as pairs of presence and routing status. Only pairs count that can be read without
 * contradicting each other: a rule is never asked about any other.
 */
import {
  ROUTING_STATUSES,
  SYSTEM_PRESENCES,
  type RoutingStatus,
  type SystemPresence,
} from '../domain/agent.ts';
import type { When } from '../domain/policy/policy.ts';
import { areContradictory } from '../domain/tracking/reading.ts';
import { fitOf } from '../domain/policy/when.ts';
import type { WhenText } from './schema.ts';

/** One state of an agent, without the organisation's labels. */
export interface Pair {
  readonly presence: SystemPresence;
  readonly routing: RoutingStatus;
}

/** The system presence that a label belongs to, where that is known. */
export type SystemOf = (label: string) => SystemPresence | undefined;

/** Every pair there is, whether or not it can be read. */
export const ALL_PAIRS: readonly Pair[] = SYSTEM_PRESENCES.flatMap((presence) =>
  ROUTING_STATUSES.map((routing) => ({ presence, routing })),
);

/** Whether a pair can be read without contradicting itself. */
export function isSane({ presence, routing }: Pair): boolean {
  return !areContradictory(presence, routing);
}

const PAIRS = ALL_PAIRS.filter(isSane);

/** The pairs in which a condition can hold. A label may belong to any presence, unless `systemOf` says to which. */
export function reachOf(when: When, systemOf: SystemOf = () => undefined): readonly Pair[] {
  const narrowed = withSystems(when, systemOf);
  return PAIRS.filter((pair) => fitOf(narrowed, { ...pair, presenceId: undefined }) !== 'no');
}

/** Adds to each list of labels the presences that they belong to, where all of them are known. */
function withSystems(when: When, systemOf: SystemOf): When {
  const { secondaryPresence, presence } = when;
  const not = when.not === undefined ? undefined : withSystems(when.not, systemOf);
  const systems = [...(secondaryPresence ?? [])].map(systemOf);
  if (secondaryPresence === undefined || systems.includes(undefined)) return { ...when, not };
  const theirs = systems.filter((one) => one !== undefined && presence?.has(one) !== false);
  return { ...when, presence: new Set(theirs as SystemPresence[]), not };
}

/** Whether an agent in this state can be due at all: an Offline agent is gone, and one in an interaction is at work. */
export function canBeDue({ presence, routing }: Pair): boolean {
  return presence !== 'OFFLINE' && routing !== 'INTERACTING' && routing !== 'COMMUNICATING';
}

/** Whether a condition can hold for an agent who waits on queue. */
export function reachesWaiting(when: When, systemOf?: SystemOf): boolean {
  return reachOf(when, systemOf).some(isWaiting);
}

/**
 * Whether a condition can only ever make agents due who wait on queue. A condition that names On Queue alone means those, although
 * an agent on queue may have stopped responding: that counts only where the condition names it.
 */
export function reachesOnlyWaiting(when: When, systemOf?: SystemOf): boolean {
  const due = reachOf(when, systemOf).filter(canBeDue);
  if (!due.some(isWaiting)) return false;
  const namesOther = namesRouting(when, 'NOT_RESPONDING');
  const isByTheWay = ({ presence, routing }: Pair): boolean =>
    presence === 'ON_QUEUE' && routing === 'NOT_RESPONDING' && !namesOther;
  return due.every((pair) => isWaiting(pair) || isByTheWay(pair));
}

function isWaiting({ routing }: Pair): boolean {
  return routing === 'IDLE';
}

/** Whether a condition asks for this routing status by name, not only by leaving others out. */
export function namesRouting(when: When, status: RoutingStatus): boolean {
  return isNamed(when, ({ routing }) => routing?.has(status) === true);
}

/** Whether a condition asks for this presence by name. */
export function namesPresence(when: When, system: SystemPresence): boolean {
  return isNamed(when, ({ presence }) => presence?.has(system) === true);
}

/** In the condition itself, and where `not` stands within `not`. */
function isNamed(when: When, names: (block: When) => boolean): boolean {
  return names(when) || (when.not?.not !== undefined && isNamed(when.not.not, names));
}

/** A condition as it is written, with its labels for ids. */
export function whenOfText(text: WhenText): When {
  const set = <T>(list: readonly T[] | undefined): ReadonlySet<T> | undefined =>
    list === undefined ? undefined : new Set(list);
  return {
    presence: set(text.presence),
    secondaryPresence: set(text.secondary_presence),
    routing: set(text.routing),
    not: text.not === undefined ? undefined : whenOfText(text.not),
  };
}
