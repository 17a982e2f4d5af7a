/** The presence definitions of the simulated organisation: the platform's own, and labels that the organisation made. */
import { createRandom, makeId } from './random.ts';

/** System presences in the spelling of the analytics API. */
export type SystemPresence =
  'AVAILABLE' | 'AWAY' | 'BUSY' | 'OFFLINE' | 'IDLE' | 'ON_QUEUE' | 'MEAL' | 'TRAINING' | 'MEETING' | 'BREAK';

/** How the platform writes a system presence in `UserPresence`, where the field is free text: `ON_QUEUE` or `On Queue`. */
export type PresenceSpelling = 'upper' | 'spaced';

export interface PresenceDefinition {
  readonly id: string;
  readonly label: string;
  readonly system: SystemPresence;
  /** The platform's own, not a label of the organisation. */
  readonly builtIn: boolean;
}

const LABELS: Readonly<Record<SystemPresence, string>> = {
  AVAILABLE: 'Available',
  AWAY: 'Away',
  BUSY: 'Busy',
  OFFLINE: 'Offline',
  IDLE: 'Idle',
  ON_QUEUE: 'On Queue',
  MEAL: 'Meal',
  TRAINING: 'Training',
  MEETING: 'Meeting',
  BREAK: 'Break',
};

const OWN: readonly (readonly [string, SystemPresence])[] = [
  ['Coaching', 'BUSY'],
  ['Back Office', 'BUSY'],
  ['Team Huddle', 'MEETING'],
  ['Technical Issue', 'AWAY'],
];

const random = createRandom(0x5eed);

const BUILT_IN: readonly PresenceDefinition[] = (Object.keys(LABELS) as SystemPresence[]).map((system) => ({
  id: makeId(random),
  label: LABELS[system],
  system,
  builtIn: true,
}));

/** All definitions; their ids are the same in every sandbox. */
export const PRESENCE_DEFINITIONS: readonly PresenceDefinition[] = [
  ...BUILT_IN,
  ...OWN.map(([label, system]) => ({ id: makeId(random), label, system, builtIn: false })),
];

const BY_ID = new Map(PRESENCE_DEFINITIONS.map((definition) => [definition.id, definition]));
const BY_SYSTEM = new Map(BUILT_IN.map((definition) => [definition.system, definition]));

/** The definition with this id, if there is one. */
export function presenceById(id: string): PresenceDefinition | undefined {
  return BY_ID.get(id);
}

/** The platform's own definition of a system presence. */
export function presenceOf(system: SystemPresence): PresenceDefinition {
  const found = BY_SYSTEM.get(system);
  if (found === undefined) throw new RangeError(`no presence ${system}`);
  return found;
}

/** The word as `UserPresence.presenceDefinition.systemPresence` carries it. */
export function spell(system: SystemPresence, spelling: PresenceSpelling): string {
  return spelling === 'upper' ? system : LABELS[system];
}

/** The word as `GET /api/v2/presence/definitions` carries it: `OnQueue`. */
export function definitionWord(system: SystemPresence): string {
  return LABELS[system].replace(' ', '');
}
