/**
 * How far the log-offs under way have come, on disk: after a crash nothing is said to be done that was not. A note is written
 * before the next action of the same agent begins, so that of each agent one action at most is in doubt.
 */
import type { AgentState } from '../../domain/tracking/state.ts';
import { Grouped } from './batching.ts';
import type { ActuatorDeps } from './deps.ts';

/** The notes of one pass. */
export class Progress {
  readonly #notes: Grouped<AgentState>;

  constructor({ store, log }: Pick<ActuatorDeps, 'store' | 'log'>) {
    this.#notes = new Grouped(async (memories) => {
      try {
        await store.saveStep(memories, []);
      } catch (error) {
        // What was begun is completed all the same, and the outcome meets the same store.
        log.warn({ err: error }, 'how far log-offs have come could not be noted');
      }
    });
  }

  /** Notes what was done so far. Resolves when that is on disk, or cannot be. */
  note(state: AgentState): Promise<void> {
    return this.#notes.add(state);
  }
}
