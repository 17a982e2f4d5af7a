/** The fixed part of the organisation: who works there, and in which units. */
import type { Archetype } from './cast/archetype.ts';
import type { Turnover } from './options.ts';
import { createRandom, makeId, mixSeed, pick, type Random } from './random.ts';

export interface NamedThing {
  readonly id: string;
  readonly name: string;
}

/** A person with an account. */
export interface Person {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly archetype: Archetype;
  readonly division: NamedThing;
  readonly groups: readonly NamedThing[];
  readonly roles: readonly NamedThing[];
  readonly queues: readonly NamedThing[];
  readonly team: NamedThing | undefined;
  readonly stationId: string;
  /** The account exists from here on, and is active until there. */
  readonly activeFrom: number;
  readonly activeTo: number;
}

export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly NamedThing[];
  readonly roles: readonly NamedThing[];
  readonly divisions: readonly NamedThing[];
  readonly queues: readonly NamedThing[];
  readonly teams: readonly NamedThing[];
  readonly people: readonly Person[];
}

const FIRST =
  'Ada Ben Cleo Dana Emil Fay Gus Hana Ivo Jane Kofi Lena Milo Nora Otto Pia Quin Rosa Sam Tess'.split(' ');
const LAST =
  'Abel Brandt Costa Diaz Evans Fischer Grant Holm Ito Jansen Kaya Lopez Moreau Novak Okafor Patel Reyes Silva Tanaka Weber'.split(
    ' ',
  );

interface Units {
  readonly groups: readonly NamedThing[];
  readonly roles: readonly NamedThing[];
  readonly divisions: readonly NamedThing[];
  readonly queues: readonly NamedThing[];
  readonly teams: readonly NamedThing[];
}

/** The first shift of all, and who comes and goes after it. */
interface Times {
  readonly from: number;
  readonly length: number;
  readonly turnover: Turnover | undefined;
}

/** Makes the organisation. `cast` holds one archetype for each person. */
export function foundOrganisation(seed: number, cast: readonly Archetype[], times: Times): Organisation {
  const random = createRandom(mixSeed(seed, 1));
  const things = (...names: readonly string[]): NamedThing[] =>
    names.map((name) => ({ id: makeId(random), name }));
  const units: Units = {
    groups: things('Agents', 'Supervisors', 'Supervisors on call', 'Lobby screens'),
    roles: things('employee', 'Communicate - User', 'Supervisor'),
    divisions: things('Home', 'Night'),
    queues: things('Sales', 'Support', 'Billing', 'Back office'),
    teams: things('Blue', 'Green', 'Red'),
  };
  return {
    id: makeId(random),
    name: 'Sandbox Insurance',
    ...units,
    people: cast.map((archetype, index) => {
      const isFirst = cast.indexOf(archetype) === index;
      return {
        ...hire(seed, index, archetype, units, isFirst),
        ...tenure(index, cast.length, archetype, times),
      };
    }),
  };
}

function hire(
  seed: number,
  index: number,
  archetype: Archetype,
  units: Units,
  isFirst: boolean,
): Omit<Person, 'activeFrom' | 'activeTo'> {
  const random = createRandom(mixSeed(seed, 2, index));
  const name = `${pick(random, FIRST)} ${pick(random, LAST)}`;
  const local = name.toLowerCase().replace(' ', '.');
  return {
    index,
    id: makeId(random),
    name,
    email: `${archetype.group === undefined ? archetype.name : local}${archetype.group === undefined && isFirst ? '' : `.${index + 1}`}@example.com`,
    archetype,
    division: wordOr(units.divisions, index % 10 === 9 ? 'Night' : 'Home'),
    groups: units.groups.filter((group) => group.name === archetype.group),
    roles: units.roles.filter(({ name: role }) => role === 'employee' || role === archetype.role),
    queues: archetype.group === 'Agents' ? someQueues(random, units.queues) : [],
    team: archetype.group === 'Agents' ? pick(random, units.teams) : undefined,
    stationId: makeId(random),
  };
}

/** From when until when the account is active: by turnover, else by the archetype. */
function tenure(
  index: number,
  all: number,
  { joinsAt, leavesAt }: Archetype,
  { from, length, turnover }: Times,
): Pick<Person, 'activeFrom' | 'activeTo'> {
  const { people, withinMs } = turnover ?? { people: 0, withinMs: 0 };
  const turn = (nth: number): number => from + ((nth + 1) / (people + 1)) * withinMs;
  const before = all - people;
  const told = (share: number | undefined, never: number): number =>
    share === undefined ? never : from + share * length;
  return {
    activeFrom: index < before ? told(joinsAt, -Infinity) : turn(index - before),
    activeTo: index >= people ? told(leavesAt, Infinity) : turn(index),
  };
}

function wordOr(things: readonly NamedThing[], name: string): NamedThing {
  const found = things.find((thing) => thing.name === name);
  if (found === undefined) throw new RangeError(`there is no ${name}`);
  return found;
}

function someQueues(random: Random, queues: readonly NamedThing[]): readonly NamedThing[] {
  const first = pick(random, queues);
  const second = pick(random, queues);
  return first === second ? [first] : [first, second];
}
