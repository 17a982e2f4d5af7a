/** Conditions that no agent can ever meet, or only agents who are never due, and why. */
import { normaliseName } from '../domain/name.ts';
import type { When } from '../domain/policy/policy.ts';
import { fitOf } from '../domain/policy/when.ts';
import { ALL_PAIRS, canBeDue, isSane, type Pair } from './reach.ts';

/** Why a condition makes no agent due: `nothing` and `contradiction` are of no agent at all. */
export interface DeadState {
  readonly kind: 'nothing' | 'contradiction' | 'engaged' | 'offline';
  /** Why, and what to write, as the end of a sentence. */
  readonly why: string;
}

/** Said where `not` leaves out all that stands beside it. */
export const NOTHING_LEFT = '`not` leaves out all that stands beside it; take something out of `not`';

const ENGAGED =
  'agents in an interaction (routing interacting or communicating) are at work; name other routing statuses, such as off_queue';
const OFFLINE = 'an Offline agent is logged off already; name another presence';

/** Why no agent whom a condition fits can be due; `undefined` where one can. A label may belong to any presence. */
export function deadState(when: When): DeadState | undefined {
  const fitting = ALL_PAIRS.filter((pair) => fitOf(when, { ...pair, presenceId: undefined }) !== 'no');
  if (fitting.length === 0) return { kind: 'nothing', why: NOTHING_LEFT };
  const sane = fitting.filter(isSane);
  if (sane.length === 0) return { kind: 'contradiction', why: contradictionOf(fitting) };
  if (sane.some(canBeDue)) return undefined;
  const offline = sane.filter(({ presence }) => presence === 'OFFLINE');
  if (offline.length === sane.length) return { kind: 'offline', why: OFFLINE };
  return offline.length === 0
    ? { kind: 'engaged', why: ENGAGED }
    : { kind: 'engaged', why: `${ENGAGED}, and ${OFFLINE}` };
}

function contradictionOf(pairs: readonly Pair[]): string {
  return pairs.every(({ routing }) => routing === 'IDLE')
    ? 'routing idle is only there with presence on_queue, and with another one is a contradiction, which protects; write routing: [off_queue] for agents who are off queue'
    : 'presence on_queue is never there with routing off_queue, which is a contradiction and protects; name another presence, or leave routing out';
}

/**
 * Whether everything that fits a block of lists fits the wider one as well: each of its lists holds all of the block's. Of a wider
 * one with `not` that is not told.
 */
export function isCoveredBy(block: object, wider: object): boolean {
  const lists = new Map<string, unknown>(Object.entries(block));
  const keys = Object.entries(wider).filter(([, list]) => list !== undefined);
  return keys.length > 0 && keys.every(([key, list]) => key !== 'not' && isWithin(lists.get(key), list, key));
}

function isWithin(list: unknown, wider: unknown, key: string): boolean {
  if (!Array.isArray(wider)) return false;
  // Every agent is a user.
  if (key === 'users' && wider.includes('*')) return true;
  if (!Array.isArray(list)) return false;
  const known = new Set(wider.map(formOf));
  return list.every((one) => known.has(formOf(one)));
}

function formOf(name: unknown): string {
  return normaliseName(String(name));
}
