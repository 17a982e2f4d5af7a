/** What stores are given in tests: agents' states and a controller's. */
import type { Shown } from '../../src/domain/agent.ts';
import type {
  AgentState,
  Episode,
  LadderPlace,
  SilentReturn,
  Snapshot,
} from '../../src/domain/tracking/state.ts';
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
  observedLedger: EMPTY_LEDGER,
};

/** The state that a first reading makes. */
export function stateOf(agentId: string, seenAt: Instant, more: Partial<AgentState> = {}): AgentState {
  return {
    agentId,
    firstSeenAt: BASE,
    seenAt,
    last: {
      presence: 'AVAILABLE',
      presenceId: undefined,
      presenceSince: BASE,
      routing: 'OFF_QUEUE',
      routingSince: undefined,
      tokenAt: BASE,
    },
    session: { kind: 'online' },
    logoff: undefined,
    episode: {
      sign: undefined,
      clocks: { sinceSign: BASE, sinceWork: BASE, inState: {} },
      graceFrom: undefined,
      ladder: undefined,
      observedRules: [],
      warnedAt: {},
    },
    undo: [],
    leftOut: [],
    tokenMoved: false,
    outsideCallAt: undefined,
    stays: [],
    evidence: undefined,
    unread: undefined,
    ...more,
  };
}

/** The same state with something in it that tells this version from others. */
export function marked(state: AgentState, mark: number): AgentState {
  return { ...state, outsideCallAt: mark };
}

/** A state in which every part is filled. */
export function fullState(agentId: string): AgentState {
  const shown: Shown = { presence: 'ON_QUEUE', presenceId: 'p-1', routing: 'IDLE' };
  const last: Snapshot = { ...shown, presenceSince: BASE, routingSince: BASE - HOUR, tokenAt: BASE };
  const first = stateOf(agentId, BASE);
  const silent: SilentReturn = {
    at: BASE,
    earliest: BASE - 1_000,
    delay: 9_000,
    after: 'enforcer',
    former: last,
    tokenAt: BASE,
  };
  const place: LadderPlace = {
    kind: 'returned',
    cause: { ruleId: 'away', clock: 'since_sign', measured: HOUR, state: shown },
    rung: 2,
    returnedAt: BASE,
    lastLogoffAt: BASE - 9_000,
    quietHeld: true,
  };
  const episode: Episode = {
    sign: { kind: 'routing', at: BASE - HOUR },
    clocks: { sinceSign: BASE - HOUR, sinceWork: BASE - 2 * HOUR, inState: { 'AWAY|*': BASE - MINUTE } },
    graceFrom: BASE,
    ladder: {
      kind: 'ending_sso',
      place,
      end: { at: BASE, heldFrom: BASE + MINUTE, rung: 2, pending: false },
    },
    observedRules: ['away'],
    warnedAt: { away: BASE - MINUTE },
    promised: { away: BASE + 4 * MINUTE },
  };
  return stateOf(agentId, BASE, {
    firstSeenAt: BASE - DAY,
    last,
    session: { kind: 'returned', silent },
    shifts: {
      readAt: BASE - HOUR,
      work: [{ from: BASE - 5 * HOUR, to: BASE + 3 * HOUR }],
      known: [{ from: BASE - DAY, to: BASE + 9 * HOUR }],
      activities: [{ from: BASE, to: BASE + HOUR, category: 'meeting' }],
    },
    logoff: {
      kind: 'acted',
      from: BASE - 9_000,
      to: BASE,
      actions: ['offline'],
      done: ['offline'],
      former: last,
    },
    episode,
    undo: [
      {
        at: BASE - MINUTE,
        shown: last,
        silent,
        episode: first.episode,
        suspect: {
          kind: 'bounce',
          stamp: BASE - MINUTE,
          before: BASE - 2 * MINUTE,
          after: BASE,
          shown: 'AVAILABLE',
          instead: {
            departure: { at: BASE - 2 * MINUTE, by: 'platform', quiet: false, former: last },
            quietHeld: false,
            silent,
            graceFrom: BASE,
          },
          isTold: false,
        },
      },
    ],
    evidence: { stamp: BASE, source: 'timeline', answer: 'none', at: BASE, isUsed: false },
    leftOut: [{ from: BASE - 30 * MINUTE, to: BASE - 20 * MINUTE }],
    outsideCallAt: BASE - HOUR,
    unread: { since: BASE, unknown: [{ part: 'presence', why: 'missing' }] },
  });
}
