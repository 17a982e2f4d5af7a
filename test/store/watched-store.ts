/** A store in memory that tells of each step before it takes it. */
import type { AgentState } from '../../src/domain/tracking/state.ts';
import type { ControllerState, RecordEvent } from '../../src/domain/record.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';

/** Told of one step. Where it throws, the step fails and nothing is written. */
export type Told = (events: readonly RecordEvent[], memories: readonly AgentState[]) => void;

/** See `Told`. */
export class WatchedStore extends MemoryStore {
  readonly #told: Told;

  constructor(told: Told) {
    super({ now: () => 0 });
    this.#told = told;
  }

  override async saveStep(
    memories: readonly AgentState[],
    events: readonly RecordEvent[],
    standing?: ControllerState,
  ): Promise<void> {
    this.#told(events, memories);
    await super.saveStep(memories, events, standing);
  }
}
