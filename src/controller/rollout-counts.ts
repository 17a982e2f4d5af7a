/** How the log-offs of the agents who have a changed policy went, from the record: what one process counted, the next one knows. */
import type { StoredEvent } from '../domain/record.ts';
import { NOTHING_COUNTED, shareAt, type Candidate, type GroupCount } from '../domain/rollout/rollout.ts';
import { isInShare } from '../domain/rollout/share.ts';
import type { Store } from '../ports/store.ts';

/** The log-offs of both groups. */
export interface RolloutCount {
  readonly changed: GroupCount;
  readonly others: GroupCount;
}

const KINDS = ['verified', 'unverified', 'failed', 'regret'] as const;
const PARTS = ['agentId', 'delay', 'rung'] as const;
const NOTHING: RolloutCount = { changed: NOTHING_COUNTED, others: NOTHING_COUNTED };

/** Mutable; one for each run of the program. */
export class RolloutCounts {
  readonly #store: Pick<Store, 'eventPages'>;
  #count = NOTHING;
  /** Of whom is counted, and since when. */
  #of: Pick<Candidate, 'judges' | 'countedFrom'> | undefined;
  /** Up to this event the record has been counted. */
  #after: number | undefined;

  constructor(store: Pick<Store, 'eventPages'>) {
    this.#store = store;
  }

  /** Counts what is new on record. Rejects when the store is lost. */
  async of(candidate: Candidate): Promise<RolloutCount> {
    const { judges, countedFrom } = candidate;
    if (this.#of?.judges !== judges || this.#of.countedFrom !== countedFrom) {
      this.#of = { judges, countedFrom };
      this.#count = NOTHING;
      this.#after = undefined;
    }
    const part = this.#after === undefined ? { from: countedFrom } : { after: this.#after };
    for await (const page of this.#store.eventPages({ ...part, kinds: KINDS, parts: PARTS })) {
      for (const event of page) this.#count = withEvent(this.#count, event, candidate);
      this.#after = page.at(-1)?.seq ?? this.#after;
    }
    return this.#count;
  }
}

/** What is on record of a log-off counts in the group in which the agent was when it began. */
function withEvent(count: RolloutCount, event: StoredEvent, candidate: Candidate): RolloutCount {
  const { agentId, at, delay = 0, kind } = event;
  const begunAt = kind === 'regret' ? at - delay : at;
  if (agentId === undefined || begunAt < candidate.countedFrom) return count;
  const group = isInShare(agentId, shareAt(candidate, begunAt)) ? 'changed' : 'others';
  return { ...count, [group]: withOne(count[group], event) };
}

function withOne(count: GroupCount, { kind, rung }: StoredEvent): GroupCount {
  if (kind === 'regret') return { ...count, regrets: count.regrets + 1 };
  const unverified = count.unverified + (kind === 'verified' ? 0 : 1);
  return rung === undefined
    ? { ...count, logoffs: count.logoffs + 1, unverified }
    : { ...count, answers: count.answers + 1, unverified };
}
