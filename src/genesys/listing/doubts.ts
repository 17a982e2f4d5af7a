/** What is missing from one user as the platform delivers it, and what is there and cannot be understood. All of it protects. */
import type { Unknown } from '../../domain/agent.ts';
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import { asObject, type Json } from '../../http/read-json.ts';
import { asInstant, isNever } from '../http/json.ts';

/**
 * A stamp this far beyond the moment of receiving is not a time. Were it remembered, every true stamp after it would look
 * old and the sign that it stands for would be missed; were it passed over, the one who set it would look idle. So it
 * protects, as all that is contradictory does. With clocks further apart than this no action is taken anyway.
 */
const FAR_AHEAD: Duration = 5 * MINUTE;

/** So many faults of one user are told. */
const MOST = 8;

/** Gathers what of one user is missing, and what was there and could not be understood. */
export class Doubts {
  readonly missing: string[] = [];
  readonly faults: Unknown[] = [];
  readonly #until: Instant;

  /** `until` is the latest moment at which the reading was true. */
  constructor(until: Instant) {
    this.#until = until;
  }

  /** Notes a part that is there and cannot be understood. A few say enough, whatever else is wrong with it. */
  fault(part: string, why: Unknown['why'], said?: string): void {
    if (this.faults.length < MOST)
      this.faults.push(said === undefined ? { part, why } : { part, why, said: shortly(said) });
  }

  /** A stamp, where there is one. One that cannot be read is a doubt: it may be newer than the last one known. */
  stamp(part: string, value: unknown): Instant | undefined {
    if (value === undefined || value === null || isNever(value)) return undefined;
    const at = asInstant(value);
    if (at !== undefined && at <= this.#until + FAR_AHEAD) return at;
    this.fault(part, at === undefined ? 'malformed' : 'future');
    return undefined;
  }

  /** A block of a user, where there is one. */
  block(part: string, value: unknown): Json | undefined {
    if (value === undefined || value === null) return undefined;
    const block = asObject(value);
    if (block === undefined) this.fault(part, 'malformed');
    return block;
  }
}

/** The platform's own words are told, but not at any length, nor with anything in them that a terminal would obey. */
function shortly(said: string): string {
  return said.slice(0, 40).replaceAll(/[^\w .:-]/g, '?');
}
