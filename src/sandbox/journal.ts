/** The truth about one user, written down as it happens. */
import type { ChangeCause } from './desk.ts';
import { MINUTE } from './time.ts';

/** From here on the user was online, or Offline, because of `cause`. */
export interface OnlineChange {
  readonly at: number;
  readonly online: boolean;
  readonly cause: ChangeCause;
}

/** A time during which the person was absent and nothing was being handled. */
export interface Absence {
  readonly from: number;
  /** The last thing that happened by itself, such as a missed interaction or the screen locking: a fair limit counts from here. */
  still: number;
  to: number | undefined;
  /** When the API was first used to log the person off in this absence; from then on `still` stands. */
  settledAt: number | undefined;
}

export interface Presence {
  readonly from: number;
  to: number | undefined;
}

export type DisturbanceKind = 'offline' | 'tokens_revoked' | 'off_queue' | 'station_released';

/** A log-off effect that hit a person who was there, or an interaction. */
export interface Hit {
  readonly at: number;
  readonly what: DisturbanceKind;
  readonly engaged: boolean;
  readonly present: boolean;
  /** How long the person had been there. */
  readonly presentForMs: number | undefined;
}

/** Effects this close together are one log-off. */
const ONE_LOGOFF = MINUTE;

export class Journal {
  readonly online: OnlineChange[] = [];
  readonly absences: Absence[] = [];
  readonly presences: Presence[] = [];
  readonly hits: Hit[] = [];
  logoffs = 0;
  silentReturns = 0;
  logins = 0;
  #lastLogoffAt = -Infinity;

  constructor(at: number) {
    this.absences.push({ from: at, still: at, to: undefined, settledAt: undefined });
  }

  wentOnline(at: number, cause: ChangeCause): void {
    this.online.push({ at, online: true, cause });
  }

  wentOffline(at: number, cause: ChangeCause): void {
    this.online.push({ at, online: false, cause });
  }

  /** Notes who is there and whether anything is being handled, after each change. */
  occupied(at: number, present: boolean, engaged: boolean): void {
    const lastPresence = this.presences.at(-1);
    const wasPresent = lastPresence !== undefined && lastPresence.to === undefined;
    if (present && !wasPresent) this.presences.push({ from: at, to: undefined });
    if (!present && wasPresent) lastPresence.to = at;
    const lastAbsence = this.absences.at(-1);
    const wasIdle = lastAbsence !== undefined && lastAbsence.to === undefined;
    const idle = !present && !engaged;
    if (idle && !wasIdle) this.absences.push({ from: at, still: at, to: undefined, settledAt: undefined });
    if (!idle && wasIdle) lastAbsence.to = at;
  }

  /** Something visible happened by itself while the person was absent. */
  stirred(at: number): void {
    const absence = this.absences.at(-1);
    if (absence === undefined || absence.to !== undefined || absence.settledAt !== undefined) return;
    absence.still = at;
  }

  /** An effect of the API on a person logged on. */
  hit(hit: Hit): void {
    if (hit.present || hit.engaged) this.hits.push(hit);
    if (hit.what !== 'offline' && hit.what !== 'tokens_revoked') return;
    const absence = this.absences.at(-1);
    if (absence !== undefined && absence.to === undefined) absence.settledAt ??= hit.at;
    if (hit.at - this.#lastLogoffAt >= ONE_LOGOFF) this.logoffs += 1;
    this.#lastLogoffAt = hit.at;
  }

  /** When the person who is there came, if one is. */
  get presentSince(): number | undefined {
    const last = this.presences.at(-1);
    return last?.to === undefined ? last?.from : undefined;
  }

  presentAt(at: number): boolean {
    return this.presences.some(({ from, to }) => from <= at && (to === undefined || at < to));
  }
}
