/** When each agent was last seen, across any order of sweeps, steps and restarts: clocks hang on it. */
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AgentState } from '../../../src/domain/tracking/state.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { BASE, stateOf, Place, STANDING } from './fixtures.ts';

const place = new Place();
afterAll(() => place.remove());

const AGENTS = ['a', 'b', 'c', 'd'];

const sweep = fc.record({
  kind: fc.constant('sweep' as const),
  seen: fc.subarray(AGENTS),
  changed: fc.subarray(AGENTS),
  /** How long after the sweep began each agent was read. */
  readAfter: fc.integer({ min: 0, max: 40_000 }),
});
const step = fc.record({
  kind: fc.constant('step' as const),
  agents: fc.subarray(AGENTS),
  standing: fc.boolean(),
});
const restart = fc.record({
  kind: fc.constant('restart' as const),
  how: fc.constantFrom('closed', 'crashed', 'loaded again'),
});
const story = fc.array(fc.oneof({ weight: 4, arbitrary: sweep }, { weight: 2, arbitrary: step }, restart), {
  minLength: 1,
  maxLength: 14,
});
type Turn = typeof story extends fc.Arbitrary<(infer T)[]> ? T : never;

/** A worker as the enforcer is one, and beside it what the store must tell after a crash right now. */
class Worker {
  store: SqliteStore;
  expected = new Map<string, AgentState>();
  readonly #path: string;
  #memories = new Map<string, AgentState>();
  #current = new Set<string>();
  #now = BASE;
  #mark = 0;

  constructor(store: SqliteStore, path: string) {
    this.store = store;
    this.#path = path;
  }

  async turn(turn: Turn): Promise<void> {
    this.#now += MINUTE;
    if (turn.kind === 'sweep') await this.#sweep(turn);
    else if (turn.kind === 'step') await this.#step(turn);
    else await this.#restart(turn);
  }

  async #sweep({ seen, changed, readAfter }: Extract<Turn, { kind: 'sweep' }>): Promise<void> {
    const at = this.#now;
    const dirty = new Set(seen.filter((id) => changed.includes(id) || !this.#memories.has(id)));
    for (const id of seen) {
      const memory = this.#memories.get(id) ?? stateOf(id, at);
      const next = { ...memory, seenAt: at + readAfter, ...(dirty.has(id) ? this.#stamp() : {}) };
      this.#memories.set(id, next);
      const isWritten = dirty.has(id) || !this.#current.has(id);
      this.expected.set(id, isWritten ? next : { ...next, seenAt: Math.max(at, this.#stored(id)) });
    }
    const written = seen.filter((id) => dirty.has(id) || !this.#current.has(id));
    const missing = [...this.#current].filter((id) => !seen.includes(id));
    // What is written of them is what the worker remembers, more exact than what a crash would have left.
    for (const id of missing) this.expected.set(id, this.#memories.get(id)!);
    const pick = (ids: readonly string[]): AgentState[] => ids.map((id) => this.#memories.get(id)!);
    const record = { at, changed: pick(written), notSeen: pick(missing), standing: STANDING, events: [] };
    await this.store.saveSweep(record);
    this.#current = new Set(seen);
  }

  async #step({ agents, standing }: Extract<Turn, { kind: 'step' }>): Promise<void> {
    const memories = agents
      .flatMap((id) => this.#memories.get(id) ?? [])
      .map((memory) => {
        return { ...memory, seenAt: this.#now, ...this.#stamp() };
      });
    for (const memory of memories) {
      this.#memories.set(memory.agentId, memory);
      this.expected.set(memory.agentId, memory);
    }
    await this.store.saveStep(memories, [], standing ? STANDING : undefined);
  }

  async #restart({ how }: Extract<Turn, { kind: 'restart' }>): Promise<void> {
    if (how === 'closed') await this.store.close();
    if (how !== 'loaded again') this.store = await place.open(this.#path);
    this.#memories = await this.store.loadMemories();
    this.#current = new Set();
  }

  #stored(id: string): number {
    return this.expected.get(id)?.seenAt ?? 0;
  }

  /** Something that tells one version of a memory from the next. */
  #stamp(): Partial<AgentState> {
    this.#mark += 1;
    return { tokenMoved: true, outsideCallAt: this.#mark };
  }
}

describe('when an agent was last seen', () => {
  test('is told right after any sequence of sweeps, steps and restarts', async () => {
    const run = async (turns: readonly Turn[]): Promise<void> => {
      const path = place.path();
      const worker = new Worker(await place.open(path), path);
      for (const turn of turns) {
        await worker.turn(turn);
        const visitor = await place.open(path, { readOnly: true });
        expect(await visitor.loadMemories()).toEqual(worker.expected);
        await visitor.close();
      }
      await worker.store.close();
    };
    await fc.assert(fc.asyncProperty(story, run), { numRuns: 60 });
  });

  test('stays as it was for who had gone before the first sweep after a restart', async () => {
    const path = place.path();
    const first = await place.open(path);
    const record = { notSeen: [], standing: STANDING, events: [] };
    await first.saveSweep({ ...record, at: BASE, changed: [stateOf('a', BASE), stateOf('b', BASE)] });
    await first.saveSweep({ ...record, at: BASE + MINUTE, changed: [] });
    await first.close();
    const second = await place.open(path);
    await second.saveSweep({ ...record, at: BASE + 9 * MINUTE, changed: [stateOf('a', BASE + 9 * MINUTE)] });
    await second.saveSweep({ ...record, at: BASE + 10 * MINUTE, changed: [] });
    const seen = [...(await second.loadMemories()).values()].map(({ agentId, seenAt }) => [agentId, seenAt]);
    expect(seen).toEqual([
      ['a', BASE + 10 * MINUTE],
      ['b', BASE + MINUTE],
    ]);
  });
});
