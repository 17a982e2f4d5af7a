/** The parts of an entry that has keys for people and for states. */
import type { MatchText, WhenText } from './schema.ts';

/** The keys that say which people. */
export function people({ users, groups, roles, divisions, queues, teams }: MatchText): MatchText {
  return { users, groups, roles, divisions, queues, teams };
}

/** The keys that say in which state. */
export function state({ presence, secondary_presence, routing }: WhenText): WhenText {
  return { presence, secondary_presence, routing };
}

/** Whether it says which people. */
export function hasPeople(entry: MatchText): boolean {
  return Object.values(people(entry)).some((value) => value !== undefined);
}

/** Whether it says in which state. */
export function hasState(entry: WhenText): boolean {
  return Object.values(state(entry)).some((value) => value !== undefined);
}
