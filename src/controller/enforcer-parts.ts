/** What a controller is made of. */
import type { NameLookups } from '../ports/names.ts';
import type { ObservationSource } from '../ports/agents.ts';
import type { OpenInteractions } from '../ports/open-interactions.ts';
import type { ObservationSink } from './accounting.ts';
import type { ActuatorDeps } from './actuator/deps.ts';
import type { Alarms } from './alarms.ts';
import type { HeadCountSource } from './peak-watch.ts';
import type { InquiryParts } from './inquiry.ts';
import type { RolloutNotes } from '../ports/rollout-notes.ts';
import type { Traced } from './sweep-traces.ts';

/** What the enforcer is made of; see `ActuatorDeps`. */
export interface EnforcerParts
  extends Omit<ActuatorDeps, 'population' | 'accounting'>, Pick<InquiryParts, 'evidence'>, Traced {
  readonly alarms: Alarms;
  /** Tells the client that asks the platform, and its address, from others: what one was told is not what another one is told. */
  readonly askedAs?: string;
  readonly names: NameLookups;
  /** One of them lists everyone. */
  readonly sources: readonly ObservationSource[];
  /** Names the conversations of agents who are engaged for too long; without it they are not named. */
  readonly openInteractions?: OpenInteractions;
  /** Where the organisation's head-counts come from; the sweeps of this store unless given. */
  readonly headCounts?: HeadCountSource;
  /** Where it is kept how a changed policy is brought out; without it a change comes into force for all at once. */
  readonly rollouts?: RolloutNotes;
  /** Is told of every look besides the accounting. */
  readonly onlooker?: ObservationSink;
}
