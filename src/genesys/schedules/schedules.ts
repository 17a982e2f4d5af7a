/**
 * The published schedules of everybody, read hourly, a unit at a time, beside the sweeps: nothing waits for them, and they have
 * what evidence leaves of a tenth of the rate budget. What could not be read for six hours is not known any more.
 */
import {
  joined,
  noShifts,
  SHIFTS_HOLD,
  type ActivityCategory,
  type Shifts,
} from '../../domain/time/shifts.ts';
import { HOUR, MINUTE, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import { PlatformError } from '../http/errors.ts';
import type { CallOptions } from '../http/sdk.ts';
import { readSchedulesOf, type SchedulesOfThePast } from './history.ts';
import {
  askSchedules,
  listMembers,
  listUnits,
  readActivityCodes,
  refusalWords,
  windowAround,
  type AskingParts,
  type Unit,
} from './asking.ts';

/** What of schedules a policy asks for: nothing, when agents work, or also what they are scheduled for. */
export type ScheduleNeeds = 'none' | 'shifts' | 'activities';

const READ_EVERY: Duration = HOUR;
const CODES_EVERY: Duration = 12 * HOUR;
/** After a failure. */
const AGAIN_AFTER: Duration = 10 * MINUTE;
/** A unit that is too large is asked for so many agents at a time. */
const PART = 100;

/** How the units stand, for people. */
export interface SchedulesKnown {
  /** `undefined` before they were listed. */
  readonly units: number | undefined;
  /** Why they could not be listed. */
  readonly fault: string | undefined;
  readonly unread: readonly { readonly unit: string; readonly why: string }[];
  /** Business units whose activity codes could not be read. */
  readonly codesUnread: readonly { readonly businessUnit: string; readonly why: string }[];
  /** Agents with a published shift, or a day off, in the hours that were asked for. */
  readonly agents: number;
}

interface UnitState extends Unit {
  /** Server time of the last reading that succeeded. */
  readAt: Instant | undefined;
  /** `undefined` until this process has read it. */
  agents: ReadonlyMap<string, Shifts> | undefined;
  /** Local time before which it is not asked. */
  nextAt: Instant;
  fault: string | undefined;
  isLarge: boolean;
  /** A reading in parts that goes on. */
  rest:
    | { readonly begunAt: Instant; readonly ids: readonly string[]; readonly found: Map<string, Shifts> }
    | undefined;
}

interface Codes {
  readonly categories: ReadonlyMap<string, ActivityCategory>;
  readonly nextAt: Instant;
  readonly fault: string | undefined;
}

export interface SchedulesParts extends AskingParts {
  readonly now: () => Instant;
  /** How many requests may be sent without delaying anything. */
  readonly room: () => number;
  readonly warn: (message: string, fields: object) => void;
}

export class Schedules {
  readonly #parts: SchedulesParts;
  readonly #units = new Map<string, UnitState>();
  readonly #codes = new Map<string, Codes>();
  #needs: ScheduleNeeds = 'none';
  #listedAt: Instant | undefined;
  #listAgainAt: Instant = -Infinity;
  #listFault: string | undefined;
  #isBusy = false;
  #hasRead = false;
  #byAgent: ReadonlyMap<string, Shifts> = new Map();
  /** The schedule of agents without one, by when the oldest unit was read. */
  #none: Shifts | undefined;
  /** When units were read by an earlier process. */
  #before: ReadonlyMap<string, Instant> = new Map();

  constructor(parts: SchedulesParts) {
    this.#parts = parts;
  }

  /** From now on this is asked for. */
  want(needs: ScheduleNeeds): void {
    if (needs === this.#needs) return;
    const isMore = needs === 'activities';
    this.#needs = needs;
    // What was read without the codes does not tell what agents are scheduled for.
    if (isMore) for (const unit of this.#units.values()) unit.nextAt = -Infinity;
  }

  get needs(): ScheduleNeeds {
    return this.#needs;
  }

  /** When each unit was read, for the next process. */
  get readAt(): ReadonlyMap<string, Instant> {
    return new Map(
      [...this.#units.values()].flatMap(({ id, readAt }) => (readAt === undefined ? [] : [[id, readAt]])),
    );
  }

  /** An earlier process read these then: they need not be read again before their time. */
  resume(readAt: ReadonlyMap<string, Instant>): void {
    this.#before = readAt;
  }

  /**
   * The schedule of an agent, with when it was read; `undefined` while it is not known. That no unit has one is known only while
   * all of them could be read.
   */
  of(agentId: string): Shifts | undefined {
    if (this.#needs === 'none') return undefined;
    return this.#byAgent.get(agentId) ?? this.#none;
  }

  /** Reads what is due, as far as there is room. Never throws; one call at a time does something. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (this.#needs === 'none' || this.#isBusy || signal.aborted) return;
    this.#isBusy = true;
    try {
      // Evidence has the other half, but for the beginning.
      let steps = this.#hasRead ? Math.floor(this.#parts.room() / 2) : this.#parts.room();
      this.#hasRead = true;
      for (; steps > 0 && this.#parts.room() > 0; steps -= 1) {
        if (!(await this.#step(callOptions(signal)))) break;
      }
    } finally {
      this.#isBusy = false;
      this.#index();
    }
  }

  /** Reads everything at once, waiting for its turn like a sweep. For people who ask; throws only the signal's reason. */
  async readAll(signal: AbortSignal): Promise<void> {
    const options: CallOptions = { priority: 'read', signal };
    while (await this.#step(options)) signal.throwIfAborted();
    this.#index();
  }

  /** What was published for a span of the past. Throws `PlatformError` where the units cannot be listed. */
  ofThePast(
    span: Interval,
    wanted: 'shifts' | 'activities',
    signal: AbortSignal,
  ): Promise<SchedulesOfThePast> {
    return readSchedulesOf(this.#parts, span, wanted, signal);
  }

  known(): SchedulesKnown {
    const units = [...this.#units.values()];
    return {
      units: this.#listedAt === undefined ? undefined : units.length,
      fault: this.#listFault,
      unread: units.flatMap(({ id, fault }) => (fault === undefined ? [] : [{ unit: id, why: fault }])),
      codesUnread: [...this.#codes].flatMap(([businessUnit, { fault }]) =>
        fault === undefined ? [] : [{ businessUnit, why: fault }],
      ),
      agents: [...this.#byAgent.values()].filter(hasSchedule).length,
    };
  }

  /** One request, or none where nothing is due: then `false`. */
  async #step(options: CallOptions): Promise<boolean> {
    const now = this.#parts.now();
    if (this.#isListDue(now)) return this.#list(now, options);
    if (this.#listedAt === undefined) return false;
    const code = this.#codeDue(now);
    if (code !== undefined) return this.#readCodes(code, now, options);
    const due = [...this.#units.values()]
      .filter(({ nextAt, rest }) => rest !== undefined || isDue(nextAt, now, READ_EVERY))
      .toSorted((a, b) => Number(b.rest !== undefined) - Number(a.rest !== undefined) || a.nextAt - b.nextAt);
    const [first] = due;
    return first === undefined ? false : this.#readUnit(first, now, options);
  }

  #isListDue(now: Instant): boolean {
    if (!isDue(this.#listAgainAt, now, AGAIN_AFTER)) return false;
    return this.#listedAt === undefined || Math.abs(now - this.#listedAt) >= READ_EVERY;
  }

  async #list(now: Instant, options: CallOptions): Promise<boolean> {
    try {
      const units = await listUnits(this.#parts, options);
      const ids = new Set(units.map(({ id }) => id));
      for (const id of this.#units.keys()) if (!ids.has(id)) this.#units.delete(id);
      for (const unit of units) {
        const known = this.#units.get(unit.id);
        this.#units.set(unit.id, known === undefined ? this.#newUnit(unit, now) : { ...known, ...unit });
      }
      this.#listedAt = now;
      this.#listFault = undefined;
      return true;
    } catch (error) {
      if (isNoRoom(error) || options.signal?.aborted === true) return false;
      this.#listAgainAt = now + AGAIN_AFTER;
      const why = refusalWords(error);
      if (this.#listFault !== why) this.#parts.warn('the management units could not be listed', { why });
      this.#listFault = why;
      return this.#listedAt !== undefined;
    }
  }

  #newUnit(unit: Unit, now: Instant): UnitState {
    const readAt = this.#before.get(unit.id);
    const age = readAt === undefined ? Infinity : Math.abs(this.#parts.serverNow() - readAt);
    const nextAt = age < READ_EVERY ? now + READ_EVERY - age : -Infinity;
    return { ...unit, readAt, agents: undefined, nextAt, fault: undefined, isLarge: false, rest: undefined };
  }

  /** A business unit whose activity codes are needed. */
  #codeDue(now: Instant): string | undefined {
    if (this.#needs !== 'activities') return undefined;
    for (const { businessUnitId } of this.#units.values()) {
      if (businessUnitId === undefined) continue;
      const known = this.#codes.get(businessUnitId);
      if (known === undefined || isDue(known.nextAt, now, CODES_EVERY)) return businessUnitId;
    }
    return undefined;
  }

  async #readCodes(businessUnitId: string, now: Instant, options: CallOptions): Promise<boolean> {
    const known = this.#codes.get(businessUnitId);
    try {
      const categories = await readActivityCodes(this.#parts, businessUnitId, options);
      this.#codes.set(businessUnitId, { categories, nextAt: now + CODES_EVERY, fault: undefined });
      // What was read without them does not tell what agents are scheduled for.
      if (known?.fault !== undefined) this.#readAgain(businessUnitId);
    } catch (error) {
      if (isNoRoom(error) || options.signal?.aborted === true) return false;
      const fault = refusalWords(error);
      if (known?.fault !== fault)
        this.#parts.warn('the activity codes of a business unit could not be read', {
          businessUnitId,
          why: fault,
        });
      const categories = known?.categories ?? new Map<string, ActivityCategory>();
      this.#codes.set(businessUnitId, { categories, nextAt: now + AGAIN_AFTER, fault });
    }
    return true;
  }

  #readAgain(businessUnitId: string): void {
    for (const unit of this.#units.values())
      if (unit.businessUnitId === businessUnitId) unit.nextAt = -Infinity;
  }

  async #readUnit(unit: UnitState, now: Instant, options: CallOptions): Promise<boolean> {
    try {
      if (unit.isLarge && unit.rest === undefined) {
        const ids = await listMembers(this.#parts, unit.id, options);
        unit.rest = { begunAt: this.#parts.serverNow(), ids, found: new Map() };
        if (ids.length === 0) this.#taken(unit, unit.rest.begunAt, unit.rest.found, now);
        return true;
      }
      await this.#readPart(unit, now, options);
    } catch (error) {
      if (isNoRoom(error) || options.signal?.aborted === true) return false;
      this.#failed(unit, refusalWords(error), now);
    }
    return true;
  }

  async #readPart(unit: UnitState, now: Instant, options: CallOptions): Promise<void> {
    const { rest } = unit;
    const begunAt = rest?.begunAt ?? this.#parts.serverNow();
    const ids = rest?.ids.slice(0, PART);
    const categories = this.#categoriesOf(unit);
    const answer = await askSchedules(this.#parts, unit.id, ids, categories, options, windowAround(begunAt));
    if ('kind' in answer) {
      // The same agents in small parts may be answered at once.
      if (answer.kind === 'large' && !unit.isLarge) unit.isLarge = true;
      else this.#failed(unit, answer.why, now);
      return;
    }
    if (rest === undefined) {
      this.#taken(unit, begunAt, answer, now);
      return;
    }
    for (const [id, shifts] of answer) rest.found.set(id, shifts);
    unit.rest = { ...rest, ids: rest.ids.slice(PART) };
    if (unit.rest.ids.length === 0) this.#taken(unit, begunAt, rest.found, now);
  }

  #categoriesOf({ businessUnitId = '' }: Unit): ReadonlyMap<string, ActivityCategory> {
    return this.#codes.get(businessUnitId)?.categories ?? new Map();
  }

  #taken(unit: UnitState, readAt: Instant, agents: ReadonlyMap<string, Shifts>, now: Instant): void {
    Object.assign(unit, { readAt, agents, nextAt: now + READ_EVERY, fault: undefined, rest: undefined });
  }

  #failed(unit: UnitState, why: string, now: Instant): void {
    if (unit.fault !== why)
      this.#parts.warn('the schedules of a management unit could not be read', { unit: unit.id, why });
    unit.nextAt = now + AGAIN_AFTER;
    unit.fault = why;
    unit.rest = undefined;
    // It may have become smaller, or the platform quicker.
    unit.isLarge = false;
  }

  /** An agent may be in two units. While each unit holds, agents in none of the answers have no schedule. */
  #index(): void {
    const byAgent = new Map<string, Shifts>();
    let oldest = this.#parts.serverNow();
    let isWhole = this.#listedAt !== undefined && Math.abs(this.#parts.now() - this.#listedAt) < SHIFTS_HOLD;
    for (const { agents, readAt } of this.#units.values()) {
      if (agents === undefined || readAt === undefined) isWhole = false;
      else oldest = Math.min(oldest, readAt);
      for (const [id, shifts] of agents ?? []) byAgent.set(id, joined(byAgent.get(id), shifts));
    }
    this.#byAgent = byAgent;
    this.#none = isWhole ? noShifts(oldest) : undefined;
  }
}

function hasSchedule({ work, known, activities }: Shifts): boolean {
  return work.length > 0 || known.length > 0 || activities.length > 0;
}

/** Whether the time has come. One further away than it was set to be was set before the clock was set back. */
function isDue(at: Instant, now: Instant, most: Duration): boolean {
  return at <= now || at - now > most;
}

/** Nothing was sent. */
function isNoRoom(error: unknown): boolean {
  return error instanceof PlatformError && error.kind === 'late';
}

function callOptions(signal: AbortSignal): CallOptions {
  return { priority: 'evidence', signal, effort: { tries: 1, within: 10 * SECOND, timeout: 10 * SECOND } };
}
