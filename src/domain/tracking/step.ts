/** What the steps of a fold hand to each other. */
import type { Memory, MemoryEvent, Sign } from './memory.ts';
import type { Returns } from '../policy/policy.ts';
import type { Concern } from './reading.ts';
import type { WholeObservation } from '../agent.ts';
import type { Difference } from './signs.ts';
import type { Duration, Instant } from '../time/time.ts';

/** What folding needs to know besides the two looks. */
export interface FoldContext extends Concern {
  /** The usual time between two looks. A longer pause than three of them is a gap. */
  readonly usualInterval: Duration;
  /** The server's clock jumped against the local one since the last look: the time between cannot be trusted. */
  readonly clockJumped: boolean;
  /** After how long the platform ends an idle session: all that it may be for this agent. Empty when off, or not known. */
  readonly nativeTimeouts: readonly Duration[];
}

/** One look, compared with memory. */
export interface Step {
  readonly o: WholeObservation;
  /** Server time of this look, never before the last one. */
  readonly seen: Instant;
  /** The latest that it may have been: a change without a stamp is dated so, or its clock would run fast. */
  readonly sighted: Instant;
  readonly d: Difference;
  readonly returns: Returns;
  readonly context: FoldContext;
  readonly inGap: boolean;
}

export interface Transition {
  readonly memory: Memory;
  readonly events: readonly MemoryEvent[];
  /** A departure, a return or the enforcer itself accounts for every stamp that moved. */
  readonly explained: boolean;
}

export function nothing(memory: Memory): Transition {
  return { memory, events: [], explained: false };
}

export function explained(memory: Memory): Transition {
  return { memory, events: [], explained: true };
}

/** A sign restarts `since_sign`, ends a silent return and, unless it is a login, takes the agent off the ladder. */
export function applySign(m: Memory, sign: Sign): Transition {
  const at = Math.max(sign.at, m.clocks.sinceSign);
  const memory: Memory = {
    ...m,
    lastSign: { kind: sign.kind, at },
    clocks: { ...m.clocks, sinceSign: at },
    back: undefined,
    ladder: sign.kind === 'login' ? m.ladder : undefined,
    imagined: [],
    warned: {},
  };
  const events: MemoryEvent[] = m.back === undefined ? [] : [{ kind: 'person_back', at, sign: sign.kind }];
  return { memory, events, explained: false };
}
