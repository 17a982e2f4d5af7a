/**
 * What presence history is asked: of whom first, and with how many others in one request. Where there is no room for all in one sweep each has
 * a turn, and an agent of whom no answer can be had keeps nobody else's away.
 */
import pLimit from 'p-limit';
import type { Agent } from '../domain/agent.ts';
import type { EvidenceSource } from '../domain/evidence/calibration.ts';
import type { PresenceRecord } from '../domain/evidence/records.ts';
import { MINUTE, type Duration, type Instant } from '../domain/time/time.ts';
import { MOST_ASKED, NO_ROOM, type TimelineSource } from '../ports/evidence.ts';
import type { OpenBounce } from './open-bounces.ts';
import type { RefusalParts, Refusals } from './refusals.ts';
import { unlessOver } from './unless-over.ts';

/** Requests at a time. */
const AT_ONCE = 4;
/** So much of the time before is asked for as well: the record of the look before must be in the answer. */
export const MARGIN: Duration = 5 * MINUTE;
/** Whoever was in a request that failed is asked about with fewer others, until it is known because of whom it does. */
const SMALLER_BY = 4;

/** Of whom records are wanted, and since when. */
export interface Wanted {
  readonly agent: Pick<Agent, 'id'>;
  readonly from: Instant;
}

/** Mutable; one for each run of the program. */
export class TimelineQuestions {
  readonly #directory: RefusalParts['directory'];
  readonly #refusals: Refusals;
  /** In which turn each was asked about last. */
  readonly #asked = new Map<string, number>();
  #turn = 0;
  /** How many requests about each failed one after the other. */
  readonly #failures = new Map<string, number>();

  constructor(directory: RefusalParts['directory'], refusals: Refusals) {
    this.#directory = directory;
    this.#refusals = refusals;
  }

  /** Those that were asked about the longest time ago, or never, come first. */
  inOrder(open: readonly OpenBounce[]): readonly OpenBounce[] {
    const ids = new Set(open.map(({ agent }) => agent.id));
    for (const known of [this.#asked, this.#failures])
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    const turnOf = ({ agent }: OpenBounce): number => this.#asked.get(agent.id) ?? 0;
    return open.toSorted((a, b) => turnOf(a) - turnOf(b));
  }

  /**
   * What the source tells of these agents, each once, the first ones first, as far as there is room for requests. Without those of whom it
   * gave no answer in time. Rejects only where the source does, and not with the signal.
   */
  async ask(
    name: EvidenceSource,
    source: TimelineSource,
    wanted: readonly Wanted[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly PresenceRecord[]>> {
    const from = new Map<string, Instant>();
    for (const each of wanted)
      from.set(each.agent.id, Math.min(each.from, from.get(each.agent.id) ?? Infinity));
    const to = this.#directory.serverNow();
    const told = new Map<string, readonly PresenceRecord[]>();
    const limit = pLimit(AT_ONCE);
    this.#turn += 1;
    const ask = async (chunk: readonly string[]): Promise<void> => {
      if (signal.aborted) return;
      const earliest = Math.min(...chunk.map((id) => from.get(id) ?? to));
      const answer = await unlessOver(source.ask(chunk, { from: earliest - MARGIN, to }, signal), signal);
      if ('kind' in answer) {
        this.#refusals.failed(name, answer);
        if (answer.kind === 'failed' && answer.why !== NO_ROOM) this.#failed(chunk);
        return;
      }
      this.#refusals.answered(name);
      for (const id of chunk) {
        told.set(id, answer.get(id) ?? []);
        this.#failures.delete(id);
      }
    };
    const chunks = this.#chunks([...from.keys()]).slice(0, source.room());
    for (const id of chunks.flat()) this.#asked.set(id, this.#turn);
    // What was answered in time counts: a source that is slow would never come further else.
    const ended = await Promise.allSettled(chunks.map((chunk) => limit(() => ask(chunk))));
    const broken = ended.find(({ status }) => status === 'rejected');
    if (broken?.status === 'rejected' && !signal.aborted) throw broken.reason;
    return told;
  }

  #failed(chunk: readonly string[]): void {
    for (const id of chunk) this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1);
  }

  /** Requests, in the order of the first agent of each. */
  #chunks(ids: readonly string[]): readonly (readonly string[])[] {
    const chunks: string[][] = [];
    const open = new Map<number, string[]>();
    for (const id of ids) {
      const most = Math.max(1, Math.floor(MOST_ASKED / SMALLER_BY ** (this.#failures.get(id) ?? 0)));
      const last = open.get(most);
      if (last !== undefined && last.length < most) last.push(id);
      else {
        const chunk = [id];
        open.set(most, chunk);
        chunks.push(chunk);
      }
    }
    return chunks;
  }
}
