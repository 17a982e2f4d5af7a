/** The memories of agents, and when each was last seen. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noteWarned } from '../../../src/domain/tracking/own-logoff.ts';
import { withEpisode, type AgentState } from '../../../src/domain/tracking/state.ts';
import { MINUTE } from '../../../src/domain/time/time.ts';
import type { RememberedQuery } from '../../../src/domain/record.ts';
import type { Store } from '../../../src/ports/store.ts';
import { BASE, fullState, marked, stateOf, STANDING } from '../../store/examples.ts';
import type { MakePlace, Open, StorePlace } from './place.ts';

const QUIET = { at: BASE, changed: [], notSeen: [], standing: STANDING, events: [] };

function warned(agentId: string): AgentState {
  return noteWarned(stateOf(agentId, BASE), 'away', BASE);
}

export function memoriesContract(open: Open): void {
  describe('memories', () => {
    test('are none in a new store', async () => {
      const store = await open();
      expect(await store.loadMemories()).toEqual(new Map());
      expect(await store.loadMemory('a')).toBeUndefined();
    });

    test('come back as a sweep saved them, also from a store that was closed and opened again', async () => {
      const store = await open();
      await store.saveSweep({ ...QUIET, changed: [fullState('a')] });
      await store.close();
      const again = await open();
      expect(await again.loadMemories()).toEqual(new Map([['a', fullState('a')]]));
      expect(await again.loadMemory('a')).toEqual(fullState('a'));
      expect(await again.loadMemory('b')).toBeUndefined();
    });

    test('come back as a step saved them, also from a store that was not closed', async () => {
      await (await open()).saveStep([fullState('a'), stateOf('b', BASE)], []);
      const other = await open();
      expect(await other.loadMemory('a')).toEqual(fullState('a'));
      expect([...(await other.loadMemories()).keys()].sort()).toEqual(['a', 'b']);
    });

    test('of one agent are one: the last that was written, by a step or a sweep', async () => {
      const store = await open();
      const memory = stateOf('a', BASE);
      await store.saveSweep({ ...QUIET, changed: [marked(memory, 1)] });
      await store.saveStep([marked(memory, 2), marked(memory, 3)], []);
      expect(await store.loadMemories()).toEqual(new Map([['a', marked(memory, 3)]]));
      await store.saveSweep({ ...QUIET, notSeen: [marked(memory, 4)] });
      expect(await store.loadMemories()).toEqual(new Map([['a', marked(memory, 4)]]));
    });

    test('stay as they were where a sweep and a step write those of other agents', async () => {
      const store = await open();
      await store.saveStep([stateOf('a', BASE)], []);
      await store.saveStep([stateOf('b', BASE)], []);
      await store.saveSweep({ ...QUIET, changed: [stateOf('c', BASE)] });
      expect(await store.loadMemory('a')).toEqual(stateOf('a', BASE));
      expect(await store.loadMemory('b')).toEqual(stateOf('b', BASE));
    });

    test('are not changed by what becomes of the objects that were written', async () => {
      const store = await open();
      const [told, changed] = [warned('a'), warned('b')];
      await store.saveSweep({ ...QUIET, changed: [changed] });
      await store.saveStep([told], []);
      Object.assign(told.episode.warnedAt, { away: 0 });
      Object.assign(changed.episode.warnedAt, { away: 0 });
      expect((await store.loadMemory('a'))?.episode.warnedAt).toEqual({ away: BASE });
      expect((await store.loadMemory('b'))?.episode.warnedAt).toEqual({ away: BASE });
    });

    test('are not changed by what becomes of the objects that were read', async () => {
      const store = await open();
      await store.saveStep([warned('a')], []);
      for (const read of [await store.loadMemory('a'), (await store.loadMemories()).get('a')])
        Object.assign(read?.episode.warnedAt ?? {}, { away: 0 });
      expect((await store.loadMemory('a'))?.episode.warnedAt).toEqual({ away: BASE });
    });

    test.each([
      ['an apostrophe and quotes', `O'Neill "the 'id'"; DROP TABLE memory; --`],
      ['letters of all kinds', 'Müller 山田 👩🏽‍💻 \u202e'],
      ['a name that objects have', '__proto__'],
      ['another name that objects have', 'constructor'],
    ])('are kept of an agent whose id has %s', async (_, id) => {
      const store = await open();
      await store.saveStep([stateOf(id, BASE)], [{ kind: 'gap', at: BASE, agentId: id }]);
      expect(await store.loadMemory(id)).toEqual(stateOf(id, BASE));
      expect([...(await store.loadMemories()).keys()]).toEqual([id]);
      expect(await store.events({ agentId: id })).toHaveLength(1);
    });

    test('are kept of many agents at once, and of one agent with very much to remember', async () => {
      const store = await open();
      const observedRules = Array.from({ length: 5_000 }, (_, n) => `a rule with a long name ${n}`);
      const changed = Array.from({ length: 1_500 }, (_, n) => stateOf(`agent-${n}`, BASE));
      await store.saveSweep({
        ...QUIET,
        changed: [...changed, withEpisode(stateOf('much', BASE), { observedRules })],
      });
      expect((await store.loadMemories()).size).toBe(1_501);
      expect((await store.loadMemory('much'))?.episode.observedRules).toEqual(observedRules);
    });

    test('come page by page with the name of the agent, or the id where there is none, as far as they are wanted', async () => {
      const store = await open();
      const showing = (id: string, shown: Partial<AgentState['last']>): AgentState => {
        const state = stateOf(id, BASE);
        return { ...state, last: { ...state.last, ...shown } };
      };
      const { ladder } = fullState('a').episode;
      const waiting = { presence: 'ON_QUEUE', routing: 'IDLE' } as const;
      const changed = [
        stateOf('available', BASE),
        showing('offline', { presence: 'OFFLINE' }),
        withEpisode(showing('restored', waiting), { ladder }),
        showing('talking', { presence: 'ON_QUEUE', routing: 'INTERACTING' }),
        showing('waiting', waiting),
      ];
      await store.saveSweep({ ...QUIET, changed });
      await store.saveAgents([{ id: 'waiting', name: 'Bo', email: 'bo@example.com', profile: 'agents' }]);
      const found = async (wanted: RememberedQuery): Promise<readonly string[]> => {
        const names: string[] = [];
        for await (const page of store.rememberedPages(wanted))
          names.push(...page.map(({ agent, memory }) => `${agent.name} ${memory.last.routing}`));
        return names.sort();
      };
      const online = ['Bo IDLE', 'available OFF_QUEUE', 'restored IDLE', 'talking INTERACTING'];
      expect(await found('all')).toEqual([...online, 'offline OFF_QUEUE'].sort());
      expect(await found('online')).toEqual(online);
      expect(await found('not_at_work')).toEqual(['available OFF_QUEUE', 'restored IDLE']);
    });

    test('keep times with fractions of a millisecond', async () => {
      const store = await open();
      const memory = stateOf('a', BASE + 0.25, { outsideCallAt: BASE + 0.5 });
      await store.saveSweep({ ...QUIET, at: BASE + 0.125, changed: [memory] });
      expect(await store.loadMemory('a')).toEqual(memory);
    });
  });
}

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
  readonly expected = new Map<string, AgentState>();
  readonly #place: StorePlace;
  #store: Store;
  #memories = new Map<string, AgentState>();
  #current = new Set<string>();
  #now = BASE;
  #mark = 0;

  constructor(place: StorePlace, store: Store) {
    this.#place = place;
    this.#store = store;
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
      const read = { ...memory, seenAt: at + readAfter };
      const next = dirty.has(id) ? this.#marked(read) : read;
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
    await this.#store.saveSweep(record);
    this.#current = new Set(seen);
  }

  async #step({ agents, standing }: Extract<Turn, { kind: 'step' }>): Promise<void> {
    const memories = agents
      .flatMap((id) => this.#memories.get(id) ?? [])
      .map((memory) => this.#marked({ ...memory, seenAt: this.#now }));
    for (const memory of memories) {
      this.#memories.set(memory.agentId, memory);
      this.expected.set(memory.agentId, memory);
    }
    await this.#store.saveStep(memories, [], standing ? STANDING : undefined);
  }

  async #restart({ how }: Extract<Turn, { kind: 'restart' }>): Promise<void> {
    if (how === 'closed') await this.#store.close();
    if (how !== 'loaded again') this.#store = await this.#place.open();
    this.#memories = await this.#store.loadMemories();
    this.#current = new Set();
  }

  #stored(id: string): number {
    return this.expected.get(id)?.seenAt ?? 0;
  }

  #marked(memory: AgentState): AgentState {
    this.#mark += 1;
    return marked(memory, this.#mark);
  }
}

/** Clocks hang on it. */
export function seenAtContract(open: Open, makePlace: MakePlace): void {
  describe('when an agent was last seen', () => {
    test('is told right after any sequence of sweeps, steps and restarts', async () => {
      const run = async (turns: readonly Turn[]): Promise<void> => {
        const place = await makePlace();
        try {
          const worker = new Worker(place, await place.open());
          const visitor = await place.open();
          for (const turn of turns) {
            await worker.turn(turn);
            expect(await visitor.loadMemories()).toEqual(worker.expected);
          }
        } finally {
          await place.remove();
        }
      };
      await fc.assert(fc.asyncProperty(story, run), { numRuns: 60 });
    });

    test('is the time of the last sweep that saw the agent unchanged', async () => {
      const store = await open();
      await store.saveSweep({ ...QUIET, changed: [stateOf('a', BASE), stateOf('b', BASE)] });
      await store.saveSweep({ ...QUIET, at: BASE + MINUTE, notSeen: [stateOf('b', BASE)] });
      expect(await store.loadMemory('a')).toEqual(stateOf('a', BASE + MINUTE));
      expect(await store.loadMemory('b')).toEqual(stateOf('b', BASE));
    });

    test('stays as it was for an agent who had gone before the first sweep after a restart', async () => {
      const first = await open();
      await first.saveSweep({ ...QUIET, changed: [stateOf('a', BASE), stateOf('b', BASE)] });
      await first.saveSweep({ ...QUIET, at: BASE + MINUTE });
      await first.close();
      const second = await open();
      const at = BASE + 9 * MINUTE;
      await second.saveSweep({ ...QUIET, at, changed: [stateOf('a', at)] });
      await second.saveSweep({ ...QUIET, at: at + MINUTE });
      expect(await second.loadMemory('a')).toEqual(stateOf('a', at + MINUTE));
      expect(await second.loadMemory('b')).toEqual(stateOf('b', BASE + MINUTE));
    });
  });

  describe("the controller's state", () => {
    test('comes back with its maps and sets, as the last sweep or step wrote it', async () => {
      const ledger = {
        logoffs: [BASE],
        failures: new Map([['a', { at: BASE, count: 3, forbidden: true }]]),
        dueBefore: new Set(['a', 'b']),
        broken: new Map([['b', BASE + MINUTE]]),
        peaks: [{ hour: BASE, online: 40 }],
      };
      const standing = { ...STANDING, lastCompleteAt: undefined, ledger };
      const store = await open();
      expect(await store.loadStanding()).toBeUndefined();
      await store.saveSweep({ ...QUIET, standing });
      expect(await (await open()).loadStanding()).toEqual(standing);
      await store.saveStep([], [], STANDING);
      expect(await (await open()).loadStanding()).toEqual(STANDING);
    });

    test('stays where a step brings none', async () => {
      const store = await open();
      await store.saveStep([], [], STANDING);
      await store.saveStep([stateOf('a', BASE)], []);
      expect(await store.loadStanding()).toEqual(STANDING);
    });
  });
}
