/** The report person by person: log-offs by a rule, answers of the ladder, returns, hours, and what happened last. Mutable; small. */
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { ReportedEvent } from './parts.ts';
import type { ReturnRead } from './returns.ts';

/** One person of the report. */
export interface PersonRow {
  readonly agentId: string;
  readonly profile: string | undefined;
  /** Verified log-offs that a rule brought. */
  readonly logoffs: number;
  /** Verified log-offs that answered a return: the ladder's. */
  readonly answers: number;
  /** Begun, and not seen to work. */
  readonly notVerified: number;
  /** Would have been logged off: nothing was done. */
  readonly observed: number;
  /** Returns within the window without a sign of the person, and later ones, after log-offs of ours. */
  readonly silentReturns: number;
  readonly lateReturns: number;
  readonly recovered: Duration;
  /** The last log-off, or the last that was only observed. */
  readonly lastAt: Instant | undefined;
  readonly lastRule: string | undefined;
  readonly lastRung: number | undefined;
}

type Counts = { -readonly [K in keyof PersonRow]: PersonRow[K] };

/** Everyone of whom the record tells. Each has a number, by which all else is counted: ids are dear to look up. */
export class People {
  readonly #numbers = new Map<string, number>();
  readonly #rows: (Counts | undefined)[] = [];
  readonly #profiles: ReadonlyMap<string, string | undefined>;

  constructor(profiles: ReadonlyMap<string, string | undefined>) {
    this.#profiles = profiles;
  }

  /** The number of a person: 0, 1, 2 … in the order in which they are asked for. */
  numberOf(agentId: string): number {
    const known = this.#numbers.get(agentId);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(agentId, number);
    return number;
  }

  /** An outcome of a log-off. */
  outcome({ kind, at, agentId, rule, rung }: ReportedEvent, person: number): void {
    if (agentId === undefined || kind === 'dropped') return;
    const row = this.#of(agentId, person);
    if (kind === 'observed') row.observed += 1;
    else if (kind !== 'verified') row.notVerified += 1;
    else if (rung === undefined) row.logoffs += 1;
    else row.answers += 1;
    row.lastAt = at;
    row.lastRule = rule;
    row.lastRung = rung;
  }

  /** A return after a log-off of ours; with `by` -1 one is taken back that is told anew. */
  returned(
    agentId: string,
    { silent, own }: Pick<ReturnRead, 'silent' | 'own'>,
    person: number,
    by: 1 | -1 = 1,
  ): void {
    if (!own) return;
    const row = this.#of(agentId, person);
    if (silent) row.silentReturns += by;
    else row.lateReturns += by;
  }

  recovered(person: number, length: Duration): void {
    const row = this.#rows[person];
    if (row !== undefined) row.recovered += length;
  }

  /** Most log-offs and answers first. */
  get all(): readonly PersonRow[] {
    const size = (row: PersonRow): number => row.logoffs + row.answers + row.observed;
    return this.#rows
      .filter((row) => row !== undefined)
      .sort((a, b) => size(b) - size(a) || (a.agentId < b.agentId ? -1 : 1));
  }

  #of(agentId: string, person: number): Counts {
    const known = this.#rows[person];
    if (known !== undefined) return known;
    const made: Counts = {
      ...{
        agentId,
        profile: this.#profiles.get(agentId),
        logoffs: 0,
        answers: 0,
        notVerified: 0,
        observed: 0,
      },
      ...{ silentReturns: 0, lateReturns: 0, recovered: 0 },
      ...{ lastAt: undefined, lastRule: undefined, lastRung: undefined },
    };
    this.#rows[person] = made;
    return made;
  }
}
