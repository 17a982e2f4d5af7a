/**
 * What the platform remembers of everyone, as a backtest replays it: for each agent the instants at which presence and
 * routing status changed. Kept in typed arrays: a month of 5,000 agents is some ten million changes.
 */
import {
  parseRoutingStatus,
  parseSystemPresence,
  type Agent,
  type RoutingStatus,
  type SystemPresence,
} from '../../domain/agent.ts';
import { GAP, SpanList } from './span-list.ts';
import { DAY, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';

/** One record of the platform's: in this state from then to then; without an end it lasts. */
export interface HistorySpan {
  readonly from: Instant;
  readonly to: Instant | undefined;
  /** The platform's own word. */
  readonly state: string;
  /** Id of the presence definition. */
  readonly definitionId?: string | undefined;
}

/** What one answer tells of one user; several of them add up. */
export interface UserHistory {
  readonly userId: string;
  readonly presence: readonly HistorySpan[];
  readonly routing: readonly HistorySpan[];
}

/** A state of which there is a record. */
export interface KnownState {
  readonly presence: SystemPresence | 'UNKNOWN';
  readonly routing: RoutingStatus | 'UNKNOWN';
  readonly definitionId: string | undefined;
}

/** From each instant on one state, as its number in `History.states`; 0 where nothing is known. */
export interface Timeline {
  readonly at: Float64Array;
  readonly state: Uint16Array;
}

export interface AgentHistory {
  readonly agent: Agent;
  readonly presence: Timeline;
  readonly routing: Timeline;
}

export interface History {
  readonly span: Interval;
  readonly agents: readonly AgentHistory[];
  /** By number; number 0 stands for no record. */
  readonly states: readonly (KnownState | undefined)[];
  /** Users with records whom the directory does not list: their groups are unknown, so they are left out. */
  readonly strangers: number;
  /** Agents with presences and not one routing status: they cannot be judged. */
  readonly withoutRouting: number;
}

/** Records that end and begin this close to each other leave no gap between them. */
const NO_GAP: Duration = SECOND;

/** Gathers records in any order, with whatever comes twice. */
export class HistoryBuilder {
  readonly #presence = new Map<string, SpanList>();
  readonly #routing = new Map<string, SpanList>();
  readonly #numbers = new Map<string, number>();
  readonly #states: (KnownState | undefined)[] = [undefined];

  add({ userId, presence, routing }: UserHistory): void {
    this.#enter(this.#presence, userId, presence, 'p');
    this.#enter(this.#routing, userId, routing, 'r');
  }

  /** Everything gathered about these agents within `span`; once only. */
  build(span: Interval, agents: readonly Agent[]): History {
    const found: AgentHistory[] = [];
    let withoutRouting = 0;
    const users = new Set(this.#presence.keys());
    const known = new Set<string>();
    for (const agent of agents) {
      const presence = this.#take(this.#presence, agent.id, span);
      const routing = this.#take(this.#routing, agent.id, span);
      known.add(agent.id);
      if (presence.at.length === 0 && routing.at.length === 0) continue;
      if (routing.at.length === 0) withoutRouting += 1;
      found.push({ agent, presence, routing });
    }
    const strangers = [...users].filter((id) => !known.has(id)).length;
    return { span, agents: found, states: this.#states, strangers, withoutRouting };
  }

  /** What is built is not kept twice. */
  #take(kind: Map<string, SpanList>, userId: string, span: Interval): Timeline {
    const timeline = timelineOf(kind.get(userId)?.spans() ?? [], span);
    kind.delete(userId);
    return timeline;
  }

  #enter(
    kind: Map<string, SpanList>,
    userId: string,
    spans: readonly HistorySpan[],
    prefix: 'p' | 'r',
  ): void {
    if (spans.length === 0) return;
    let list = kind.get(userId);
    if (list === undefined) {
      list = new SpanList();
      kind.set(userId, list);
    }
    for (const { from, to, state, definitionId } of spans) {
      if (to !== undefined && to <= from) continue;
      list.push(from, to ?? Infinity, this.#number(prefix, state, definitionId));
    }
  }

  #number(prefix: 'p' | 'r', word: string, definitionId: string | undefined): number {
    // With the length of the word, so that no two have the same key.
    const key = `${prefix}${word.length}:${word}${definitionId === undefined ? '' : `=${definitionId}`}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    // No organisation has so many labels; those beyond are not judged by, which protects.
    if (number >= GAP) return 0;
    this.#numbers.set(key, number);
    this.#states.push({
      presence: prefix === 'p' ? (parseSystemPresence(word) ?? 'UNKNOWN') : 'UNKNOWN',
      routing: prefix === 'r' ? (parseRoutingStatus(word) ?? 'UNKNOWN') : 'UNKNOWN',
      definitionId,
    });
    return number;
  }
}

interface Run {
  from: Instant;
  to: Instant;
  state: number;
}

/**
 * One line of changes out of records that may come twice, overlap, or be cut at midnight. Where two contradict each other
 * the later one holds; where none speaks, nothing is known.
 */
export function timelineOf(spans: readonly number[], { from, to }: Interval): Timeline {
  const at: number[] = [];
  const state: number[] = [];
  const push = (when: Instant, what: number): void => {
    at.push(when);
    state.push(what);
  };
  for (const [i, run, runs] of indexed(joined(inOrder(spans)))) {
    const next = runs[i + 1];
    const end = Math.min(run.to, next?.from ?? Infinity);
    if (end <= from || run.from >= to) continue;
    push(run.from, run.state);
    const gap = next === undefined ? end < Infinity : next.from - end > NO_GAP;
    if (gap && end < to) push(end, 0);
  }
  return { at: Float64Array.from(at), state: Uint16Array.from(state) };
}

function* indexed<T>(list: readonly T[]): Generator<[number, T, readonly T[]]> {
  for (const [i, each] of list.entries()) yield [i, each, list];
}

function inOrder(spans: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i + 2 < spans.length; i += 3)
    runs.push({ from: spans[i] ?? 0, to: spans[i + 1] ?? 0, state: spans[i + 2] ?? 0 });
  // Of those that begin at one moment the one read last holds.
  return runs.sort((a, b) => a.from - b.from);
}

/** Puts together what is one record: what came twice, and what was cut at midnight. */
function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (last?.state !== run.state || !belongs(last, run)) {
      result.push({ ...run });
      continue;
    }
    // Of two readings of one record the one with an end is the newer.
    const ends = [last.to, run.to].filter(Number.isFinite);
    last.to = run.from === last.from && ends.length > 0 ? Math.max(...ends) : Math.max(last.to, run.to);
  }
  return result;
}

/**
 * A record that begins anew at a midnight, where days are stored apart and where one reading ends and the next begins, is
 * the same one; a person who chooses the same presence again at another time is a person.
 */
function belongs(last: Run, run: Run): boolean {
  if (run.from === last.from) return true;
  return run.from % DAY === 0 && run.from - last.to <= NO_GAP;
}
