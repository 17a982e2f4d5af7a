/** Published schedules of the past, for a backtest: read in pieces that overlap, so that no shift falls between two. */
import { joined, type ActivityCategory, type Shifts } from '../../domain/time/shifts.ts';
import { HOUR, type Duration, type Interval } from '../../domain/time/time.ts';
import type { CallOptions } from '../http/sdk.ts';
import {
  askSchedules,
  listMembers,
  listUnits,
  readActivityCodes,
  refusalWords,
  type AskingParts,
  type ScheduleWindow,
  type Unit,
  type UnitFault,
} from './asking.ts';

/** No more is asked for at once. */
const PIECE: Duration = 36 * HOUR;
const STEP: Duration = PIECE / 2;
/** A unit that is too large is asked for so many agents at a time. */
const PART = 100;

/** What was published for a span. */
export interface SchedulesOfThePast {
  /** Each holds for the whole span. */
  readonly agents: ReadonlyMap<string, Shifts>;
  /** Units that could not be read, and why. */
  readonly unread: readonly { readonly unit: string; readonly why: string }[];
}

/** Reads all units. Throws `PlatformError` where they cannot be listed, and the signal's reason. */
export async function readSchedulesOf(
  parts: AskingParts,
  span: Interval,
  wanted: 'shifts' | 'activities',
  signal: AbortSignal,
): Promise<SchedulesOfThePast> {
  const options: CallOptions = { priority: 'read', signal };
  const agents = new Map<string, Shifts>();
  const unread: { unit: string; why: string }[] = [];
  const codes = new Map<string, ReadonlyMap<string, ActivityCategory>>();
  for (const unit of await listUnits(parts, options)) {
    try {
      const categories = wanted === 'shifts' ? NO_CODES : await codesOf(parts, unit, codes, options);
      for (const [id, shifts] of await readUnit(parts, unit, span, categories, options))
        agents.set(id, { ...joined(agents.get(id), shifts), readAt: span.to });
    } catch (error) {
      signal.throwIfAborted();
      unread.push({ unit: unit.id, why: error instanceof Unread ? error.message : refusalWords(error) });
    }
  }
  return { agents, unread };
}

const NO_CODES: ReadonlyMap<string, ActivityCategory> = new Map();

/** A part of a unit could not be read, so that nothing of the unit is known. */
class Unread extends Error {
  override readonly name = 'Unread';
}

async function codesOf(
  parts: AskingParts,
  { businessUnitId }: Unit,
  known: Map<string, ReadonlyMap<string, ActivityCategory>>,
  options: CallOptions,
): Promise<ReadonlyMap<string, ActivityCategory>> {
  if (businessUnitId === undefined) return NO_CODES;
  const codes = known.get(businessUnitId) ?? (await readActivityCodes(parts, businessUnitId, options));
  known.set(businessUnitId, codes);
  return codes;
}

async function readUnit(
  parts: AskingParts,
  unit: Unit,
  span: Interval,
  categories: ReadonlyMap<string, ActivityCategory>,
  options: CallOptions,
): Promise<ReadonlyMap<string, Shifts>> {
  const read = (ids: readonly string[] | undefined): Promise<ReadonlyMap<string, Shifts> | UnitFault> =>
    readPieces((piece) => askSchedules(parts, unit.id, ids, categories, options, piece), span);
  const whole = await read(undefined);
  if (!('kind' in whole)) return whole;
  if (whole.kind === 'failed') throw new Unread(whole.why);
  const found = new Map<string, Shifts>();
  const ids = await listMembers(parts, unit.id, options);
  for (let at = 0; at < ids.length; at += PART) {
    const part = await read(ids.slice(at, at + PART));
    if ('kind' in part) throw new Unread(part.why);
    for (const [id, shifts] of part) found.set(id, shifts);
  }
  return found;
}

async function readPieces(
  ask: (piece: ScheduleWindow) => Promise<ReadonlyMap<string, Shifts> | UnitFault>,
  { from, to }: Interval,
): Promise<ReadonlyMap<string, Shifts> | UnitFault> {
  const found = new Map<string, Shifts>();
  for (let at = from - STEP; at < to; at += STEP) {
    const answer = await ask({ from: at, to: at + PIECE, readAt: at });
    if ('kind' in answer) return answer;
    for (const [id, shifts] of answer) found.set(id, joined(found.get(id), shifts));
  }
  return found;
}
