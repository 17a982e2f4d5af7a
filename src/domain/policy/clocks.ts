/**
 * The clocks that a rule may name, as a table: the policy's schema, the checks, `validate`, `explain` and the reference
 * page are made from it. `tracking/clocks.ts` says where each starts.
 */

/** In the order in which documents list them. */
export const CLOCKS = ['since_sign', 'in_state', 'since_work'] as const;
/** What a rule's time is measured with. */
export type ClockName = (typeof CLOCKS)[number];

/** The clock of a rule that names none. */
export const DEFAULT_CLOCK: ClockName = 'since_sign';

export interface ClockTraits {
  /** Stands behind the limit of a rule: `available for 1h …`. */
  readonly afterLimit: string;
  /** Stands behind a length of time measured for an agent: `25m …`. */
  readonly afterMeasured: string;
  /** What it measures, for the author of a policy. */
  readonly measures: string;
  /** When it starts again, for the author of a policy. */
  readonly restarts: string;
  /** Each agent has one, or each condition of a rule has one of its own for each agent. */
  readonly of: 'agent' | 'condition';
  /** It stands at zero for as long as the agent is on queue, so that a rule for such states would never be due. */
  readonly standsOnQueue: boolean;
}

export const CLOCK_TABLE: Readonly<Record<ClockName, ClockTraits>> = {
  since_sign: {
    afterLimit: 'since the last sign of a person',
    afterMeasured: 'since the last sign of a person',
    measures: 'since the last sign of a person',
    restarts: 'with each sign of a person',
    of: 'agent',
    standsOnQueue: false,
  },
  in_state: {
    afterLimit: 'without a break',
    afterMeasured: 'in this state without a break',
    measures: 'how long `when` has held',
    restarts: 'when `when` no longer holds, and with a new stamp of the same state',
    of: 'condition',
    standsOnQueue: false,
  },
  since_work: {
    afterLimit: 'since the last interaction or time on queue',
    afterMeasured: 'since the last interaction or time on queue',
    measures: 'since the last interaction or time on queue',
    restarts:
      'when an interaction ends or the agent leaves the queue; a change of presence does not restart it',
    of: 'agent',
    standsOnQueue: true,
  },
};

/** Whether each condition of a rule has a clock of this kind, instead of each agent. */
export function isOfCondition(clock: ClockName): boolean {
  return CLOCK_TABLE[clock].of === 'condition';
}
