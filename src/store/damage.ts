/** Rows whose body cannot be used, in whatever kind of store: what is said of them. */
import type { DamageCount, StoredKind } from '../ports/store.ts';

/** One row that cannot be used. */
export interface DamagedRow {
  /** Named like its table. */
  readonly source: StoredKind;
  /** Names the row within its table. */
  readonly key: string;
  readonly body: string;
  readonly why: string;
}

/** So many are kept; beyond it the oldest go. */
export const MOST_KEPT = 10_000;
/** No body of ours is longer. */
export const LONGEST_BODY = 1_000_000;

/** Where it is told. */
export interface DamageLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Counts such rows, and tells of each once. */
export class DamageTold {
  readonly #log: DamageLog | undefined;
  /** A row that cannot be moved, as on a full disk, is met again and again. */
  readonly #told = new Set<string>();
  #count: DamageCount = {};

  constructor(log: DamageLog | undefined) {
    this.#log = log;
  }

  tell(rows: readonly DamagedRow[]): void {
    const fresh = rows.filter(({ source, key }) => !this.#told.has(`${source} ${key}`));
    for (const { source, key } of fresh) this.#told.add(`${source} ${key}`);
    if (fresh.length === 0) return;
    this.#count = added(this.#count, fresh);
    const [{ source, why } = { source: '', why: '' }] = fresh;
    const fields = { rows: fresh.length, source, why };
    this.#log?.warn(fields, 'rows of the store that cannot be used were put aside');
  }

  /** How many rows were met since the last time, if any. */
  take(): DamageCount | undefined {
    const count = this.#count;
    this.#count = {};
    return Object.keys(count).length === 0 ? undefined : count;
  }
}

function added(count: DamageCount, rows: readonly DamagedRow[]): DamageCount {
  const sum: Partial<Record<StoredKind, number>> = { ...count };
  for (const { source } of rows) sum[source] = (sum[source] ?? 0) + 1;
  return sum;
}
