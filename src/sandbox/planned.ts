/** What workforce management publishes for a person. */

/** A part of a shift. */
export interface PlannedActivity {
  readonly from: number;
  readonly to: number;
  readonly category: ActivityWord;
}

/** What is published for a person. Instants in ms; dates are of UTC. */
export interface Planned {
  readonly shifts: readonly {
    readonly from: number;
    readonly to: number;
    readonly activities: readonly PlannedActivity[];
  }[];
  readonly daysOff: readonly string[];
}

/** The categories of activity codes, in the platform's spelling. */
export const ACTIVITY_WORDS = [
  'OnQueueWork',
  'Break',
  'Meal',
  'Meeting',
  'OffQueueWork',
  'TimeOff',
  'Training',
  'Unavailable',
] as const;
export type ActivityWord = (typeof ACTIVITY_WORDS)[number];
