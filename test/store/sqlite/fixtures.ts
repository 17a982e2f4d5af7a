/** Memories, standings and places for the store's tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { EMPTY_LEDGER } from '../../../src/domain/planning/plan.ts';
import type { ControllerState } from '../../../src/domain/record.ts';
import type { Instant } from '../../../src/domain/time/time.ts';
import { openStore, type SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { StoreOptions } from '../../../src/store/sqlite/options.ts';

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
    unread: undefined,
    ...more,
  };
}

/** A place of its own for one test file; `remove` closes what was opened there and deletes it. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'store-'));
  readonly #stores: SqliteStore[] = [];
  #count = 0;

  /** A path that nobody has used. */
  path(): string {
    this.#count += 1;
    return join(this.directory, `case-${this.#count}`, 'store.db');
  }

  async open(path: string, options: Partial<StoreOptions> = {}): Promise<SqliteStore> {
    const store = await openStore(path, { now: () => BASE, ...options });
    this.#stores.push(store);
    return store;
  }

  async remove(): Promise<void> {
    for (const store of this.#stores) await store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
