/** What stores are given in tests: memories of agents and a controller's state. */
import { episodeOf, type Memory, type State } from '../../src/domain/tracking/memory.ts';
import { EMPTY_LEDGER } from '../../src/domain/planning/plan.ts';
import type { ControllerState } from '../../src/domain/record.ts';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';

export const BASE: Instant = Date.parse('2025-03-03T09:00:00Z');

export const STANDING: ControllerState = {
  policyHash: 'a1b2',
  settleLeft: 2,
  lastCompleteAt: BASE,
  population: 3,
  forgottenAt: BASE,
  intervals: [60_000, 61_000],
  ledger: EMPTY_LEDGER,
  imaginedLedger: EMPTY_LEDGER,
};

/** A memory as a first look makes it. */
export function memoryOf(agentId: string, seenAt: Instant, more: Partial<Memory> = {}): Memory {
  return {
    agentId,
    firstSeenAt: BASE,
    seenAt,
    state: { presence: 'AVAILABLE', presenceId: undefined, routing: 'OFF_QUEUE' },
    presenceSince: BASE,
    routingSince: undefined,
    tokenAt: BASE,
    tokenMoved: false,
    engagedSince: undefined,
    enterpriseCall: false,
    working: false,
    lastSign: undefined,
    clocks: { sinceSign: BASE, sinceWork: BASE, inState: {}, unwatched: [] },
    recent: [],
    departure: undefined,
    back: undefined,
    graceFrom: undefined,
    ladder: undefined,
    own: undefined,
    imagined: [],
    warned: {},
    ...more,
  };
}

/** The same memory with something in it that tells this version from others. */
export function marked(memory: Memory, mark: number): Memory {
  return { ...memory, warned: { rule: mark } };
}

/** A memory in which every part is filled. */
export function fullMemory(agentId: string): Memory {
  const state: State = { presence: 'ON_QUEUE', presenceId: 'p-1', routing: 'IDLE' };
  const clocks = {
    sinceSign: BASE - HOUR,
    sinceWork: BASE - 2 * HOUR,
    inState: { 'AWAY|*': BASE - MINUTE },
    unwatched: [{ from: BASE - 30 * MINUTE, to: BASE - 20 * MINUTE }],
  };
  const back = { at: BASE, delay: 9_000, former: state, tokenAt: BASE };
  const cause = { ruleId: 'away', clock: 'since_sign', measured: HOUR, state } as const;
  const ladder = { cause, rung: 2, active: true, returnedAt: BASE, lastLogoffAt: BASE - 9_000 };
  return memoryOf(agentId, BASE, {
    firstSeenAt: BASE - DAY,
    state,
    clocks,
    back,
    ladder,
    lastSign: { kind: 'routing', at: BASE - HOUR },
    recent: [
      { at: BASE - MINUTE, state, episode: { ...episodeOf(memoryOf(agentId, BASE)), clocks, back, ladder } },
    ],
    departure: { at: BASE - 9_000, by: 'enforcer', quiet: true, tokenAt: undefined, former: state },
    own: { from: BASE - 9_000, to: BASE, actions: ['offline'], former: state, tokenAt: BASE, open: true },
    imagined: ['away'],
    warned: { away: BASE - MINUTE },
  });
}
