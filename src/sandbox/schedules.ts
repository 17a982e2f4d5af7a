/** What workforce management publishes: units, activity codes, and when each person works. */
import type { Settings } from './options.ts';
import type { NamedThing, Organisation, Person } from './organisation.ts';
import type { ActivityWord, Planned, PlannedActivity } from './planned.ts';
import { createRandom, makeId, mixSeed } from './random.ts';
import { DAY, MINUTE } from './time.ts';

/** Parts of a shift, in percent of its length. What lies between them is work on queue. */
const PARTS: readonly (readonly [from: number, to: number, category: ActivityWord])[] = [
  [25, 28, 'Break'],
  [48, 54, 'Meal'],
  [75, 78, 'Break'],
];
/** Every so many people one has a meeting, and one is in no unit. */
const MEETS = 5;
const UNPLANNED = 10;
const MEETING: (typeof PARTS)[number] = [60, 68, 'Meeting'];

/** The units of workforce management, and who is in which. */
export class Workforce {
  readonly businessUnit: NamedThing;
  readonly units: readonly NamedThing[];
  readonly #organisation: Organisation;
  readonly #settings: Settings;

  constructor(organisation: Organisation, settings: Settings) {
    const random = createRandom(mixSeed(settings.seed, 12));
    const thing = (name: string): NamedThing => ({ id: makeId(random), name });
    this.businessUnit = thing('Customer service');
    this.units = Array.from({ length: settings.switches.managementUnits }, (_, i) => thing(`Unit ${i + 1}`));
    this.#organisation = organisation;
    this.#settings = settings;
  }

  /** The people of a unit. One in ten people is in none. */
  membersOf(unit: NamedThing): readonly Person[] {
    return this.#organisation.people.filter((person) => this.unitOf(person) === unit);
  }

  /** The unit of a person. */
  unitOf({ index }: Person): NamedThing | undefined {
    return index % UNPLANNED === UNPLANNED - 1 ? undefined : this.units[index % this.units.length];
  }

  /** What is published for a person and touches this span: the shift of each day that the people live. */
  plannedFor(person: Person, from: number, to: number): Planned {
    const { startsAt, shiftMs, pace, schedules } = this.#settings;
    if (schedules !== undefined) return schedules(person);
    const day = DAY / pace;
    const length = Math.max(1, Math.round(shiftMs / pace / MINUTE)) * MINUTE;
    const shifts: Planned['shifts'][number][] = [];
    const first = Math.max(0, Math.floor((from - length - startsAt) / day));
    // At a great speed there are more shifts than anybody could read.
    for (let n = first; startsAt + n * day < to && shifts.length < MOST_SHIFTS; n += 1) {
      const begin = startsAt + n * day;
      if (begin + length > from)
        shifts.push({ from: begin, to: begin + length, activities: partsOf(person, begin, length) });
    }
    return { shifts, daysOff: [] };
  }
}

const MOST_SHIFTS = 40;

function partsOf({ index }: Person, begin: number, length: number): readonly PlannedActivity[] {
  const wanted = [...PARTS, ...(index % MEETS === 0 ? [MEETING] : [])].toSorted((a, b) => a[0] - b[0]);
  const at = (percent: number): number => begin + Math.round(((length / MINUTE) * percent) / 100) * MINUTE;
  const activities: PlannedActivity[] = [];
  let from = begin;
  for (const [start, end, category] of wanted) {
    activities.push(
      { from, to: at(start), category: 'OnQueueWork' },
      { from: at(start), to: at(end), category },
    );
    from = at(end);
  }
  activities.push({ from, to: begin + length, category: 'OnQueueWork' });
  return activities.filter((activity) => activity.to > activity.from);
}
