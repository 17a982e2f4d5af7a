/** What has been pushed of agents lately: in the order of their stamps, each change once, and bounded for every agent. */
import type { PushedChange } from '../../domain/evidence/push.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';

/** Evidence may tell for ten minutes, and looks back to the look before. */
const KEPT: Duration = 15 * MINUTE;
/** Changes that are kept of one agent; nobody makes so many in that time. */
const MOST_KEPT = 64;

interface Entry {
  changes: readonly PushedChange[];
  /** Changes before have been dropped. */
  from: Instant;
}

export class PushedLog {
  readonly #entries = new Map<string, Entry>();

  /** Takes a change in. Answers whether it is new. */
  take(agentId: string, change: PushedChange): boolean {
    const entry = this.#entries.get(agentId) ?? { changes: [], from: -Infinity };
    const { changes } = entry;
    if (changes.some(({ at, presence }) => at === change.at && presence === change.presence)) return false;
    const place = changes.findLastIndex(({ at }) => at <= change.at) + 1;
    entry.changes = changes.toSpliced(place, 0, change);
    if (entry.changes.length > MOST_KEPT) this.#dropOldest(entry);
    this.#entries.set(agentId, entry);
    return true;
  }

  /** The changes of one agent that are kept, and since when none has been dropped. */
  of(agentId: string): Readonly<Entry> {
    return this.#entries.get(agentId) ?? { changes: [], from: -Infinity };
  }

  /** Drops what is too old to be asked about; the newest of that tells what was in force then, and stays. */
  prune(now: Instant): void {
    for (const [agentId, entry] of this.#entries) {
      const old = entry.changes.findLastIndex(({ at }) => at < now - KEPT);
      if (old > 0) entry.changes = entry.changes.slice(old);
      const isOver = (entry.changes.at(-1)?.at ?? -Infinity) < now - KEPT;
      if (isOver) this.#entries.delete(agentId);
      else if (old >= 0) entry.from = Math.max(entry.from, entry.changes[0]?.at ?? -Infinity);
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #dropOldest(entry: Entry): void {
    entry.changes = entry.changes.slice(1);
    entry.from = entry.changes[0]?.at ?? entry.from;
  }
}
