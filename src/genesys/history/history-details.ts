/** From the platform's user details to spans of time. A record without a readable beginning says nothing and is left out. */
import type { Instant } from '../../domain/time/time.ts';
import { asArray, asObject, asText, type Json } from '../../http/read-json.ts';
import { asInstant } from '../http/json.ts';

/** One record: in this state from then to then; without an end it lasts. */
export interface HistorySpan {
  readonly from: Instant;
  readonly to: Instant | undefined;
  /** The platform's own word. */
  readonly state: string;
  readonly definitionId?: string | undefined;
}

/** What one answer tells of one user. */
export interface UserHistory {
  readonly userId: string;
  readonly presence: readonly HistorySpan[];
  readonly routing: readonly HistorySpan[];
  /** Whether every record of presence could be read, beginning and end. */
  readonly whole: boolean;
}

/** Reads `userDetails`; nothing at all stands for an empty list. `undefined` when it is something else. */
export function readDetails(raw: unknown): readonly UserHistory[] | undefined {
  if (raw === undefined || raw === null) return [];
  return asArray(raw)?.flatMap((each) => {
    const entry = asObject(each);
    const userId = asText(entry?.['userId']);
    if (entry === undefined || userId === undefined) return [];
    const presence = spansIn(entry['primaryPresence'], 'systemPresence');
    const routing = spansIn(entry['routingStatus'], 'routingStatus');
    return [{ userId, presence, routing, whole: isWhole(entry['primaryPresence'], presence) }];
  });
}

function isWhole(raw: unknown, spans: readonly HistorySpan[]): boolean {
  const records = asArray(raw) ?? (raw === undefined || raw === null ? [] : undefined);
  if (records?.length !== spans.length) return false;
  const ends = records.filter((each) => (asObject(each)?.['endTime'] ?? undefined) !== undefined);
  const read = spans.filter(({ from, to }) => to !== undefined && to >= from);
  return ends.length === read.length;
}

function spansIn(raw: unknown, key: string): readonly HistorySpan[] {
  return (asArray(raw) ?? []).flatMap((each) => spanOf(asObject(each), key) ?? []);
}

function spanOf(record: Json | undefined, key: string): HistorySpan | undefined {
  const from = asInstant(record?.['startTime']);
  const state = asText(record?.[key]);
  if (record === undefined || from === undefined || state === undefined) return undefined;
  const definitionId = asText(record['organizationPresenceId']);
  const span = { from, to: asInstant(record['endTime']), state };
  return definitionId === undefined ? span : { ...span, definitionId };
}
