/** From `UserConversationSummary` to how many conversations an agent has: by medium, by side, active or in after-call work. */
import type { ConversationCounts } from '../../domain/agent.ts';
import type { Doubts } from './doubts.ts';
import { asObject, type Json } from '../../http/read-json.ts';

/** The part of a user that counts conversations. */
export const SUMMARY = 'conversationSummary';
/** The media of today. What else stands in a summary and counts nothing, such as `userId`, is not one. */
const MEDIA: ReadonlySet<string> = new Set([
  'call',
  'callback',
  'email',
  'message',
  'chat',
  'socialExpression',
  'video',
]);
/** What says of whom a summary is. */
const ABOUT: ReadonlySet<string> = new Set(['userId', 'selfUri']);
const SIDES: ReadonlySet<string> = new Set(['contactCenter', 'enterprise']);
const IDLE: ConversationCounts = { contactCentre: 0, enterprise: 0 };

/** What has been counted so far. */
interface Tally {
  contactCentre: number;
  enterprise: number;
  /** Everything that was there could be counted. */
  whole: boolean;
}

/**
 * Sums up a summary over all media, also those that do not exist yet. A medium that is absent counts zero. A medium or
 * counter that is not what it should be, and anything that counts in a place which is not known, is a doubt; the answer is
 * `undefined` where only such doubts say that there is no conversation.
 */
export function readConversations(raw: Json | undefined, doubts: Doubts): ConversationCounts | undefined {
  if (raw === undefined) return undefined;
  const tally: Tally = { contactCentre: 0, enterprise: 0, whole: true };
  const doubtsBefore = doubts.faults.length;
  for (const name in raw) if (name !== 'userId') countMedium(tally, name, raw[name], doubts);
  if (doubts.faults.length === doubtsBefore && !isSummary(raw)) noteMalformed(tally, 'no medium', doubts);
  const { contactCentre, enterprise, whole } = tally;
  if (contactCentre > 0 || enterprise > 0) return { contactCentre, enterprise };
  return whole ? IDLE : undefined;
}

/** Names a medium, or holds nothing that would stand in its place: an error, or counters in another shape. */
function isSummary(raw: Json): boolean {
  for (const name in raw) if (MEDIA.has(name)) return true;
  for (const name in raw) if (!ABOUT.has(name) && !mayBeMedium(raw[name])) return false;
  return true;
}

/** A medium that does not exist yet has the shape of the others. */
function mayBeMedium(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  const medium = asObject(value);
  return medium !== undefined && Object.keys(medium).every((key) => SIDES.has(key));
}

function countMedium(tally: Tally, name: string, value: unknown, doubts: Doubts): void {
  if (value === null || value === undefined) return;
  const medium = asObject(value);
  if (medium === undefined) {
    if (MEDIA.has(name)) noteMalformed(tally, name, doubts);
    else noteUnheardOf(name, undefined, value, doubts);
    return;
  }
  tally.contactCentre += sideOf(tally, name, 'contactCenter', medium, doubts);
  tally.enterprise += sideOf(tally, name, 'enterprise', medium, doubts);
  for (const key in medium) if (!SIDES.has(key)) noteUnheardOf(name, key, medium[key], doubts);
}

function sideOf(
  tally: Tally,
  name: string,
  key: 'contactCenter' | 'enterprise',
  medium: Json,
  doubts: Doubts,
): number {
  const raw = medium[key];
  if (raw === undefined || raw === null) return 0;
  const side = asObject(raw);
  if (side === undefined) {
    noteMalformed(tally, `${name}.${key}`, doubts);
    return 0;
  }
  let sum = 0;
  for (const counter in side) {
    const count = side[counter];
    if (counter !== 'active' && counter !== 'acw') noteUnheardOf(name, `${key}.${counter}`, count, doubts);
    else if (isCount(count)) sum += count;
    else if (count !== undefined) noteMalformed(tally, `${name}.${key}.${counter}`, doubts);
  }
  return sum;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function noteMalformed(tally: Tally, where: string, doubts: Doubts): void {
  tally.whole = false;
  doubts.fault(SUMMARY, 'malformed', where);
}

function noteUnheardOf(name: string, key: string | undefined, value: unknown, doubts: Doubts): void {
  if (countsSomething(value, DEEPEST))
    doubts.fault(SUMMARY, 'unheard_of', key === undefined ? name : `${name}.${key}`);
}

/** Counters are looked for down to this depth; whatever lies deeper may be one. */
const DEEPEST = 4;

/** Whether a value in a place that is not known is, or holds, a counter above zero, a list of something, or what may be one. */
function countsSomething(value: unknown, depth: number): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null)
    return depth === 0 || Object.values(value).some((inner) => countsSomething(inner, depth - 1));
  if (typeof value === 'string') return Math.abs(Number(value)) > 0;
  return typeof value === 'number' || typeof value === 'boolean' ? Number(value) !== 0 : false;
}
