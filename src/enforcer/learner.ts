/** Learns what the platform and the browsers do from the worker's own log-offs and from what follows them. */
import { learnFromLogoff, learnFromReturn, learntFrom, learntText, type Learnt } from '../domain/learnt.ts';
import type { MemoryEvent } from '../domain/memory.ts';
import type { Action } from '../domain/policy.ts';
import type { Store } from './store-port.ts';

/** The store's fact in which it stands. */
export const LEARNT_FACT = 'learnt';

/** What has been learnt, kept in the store from sweep to sweep. */
export class Learner {
  #learnt: Learnt;
  #saved: Learnt;

  constructor(learnt: Learnt) {
    this.#learnt = learnt;
    this.#saved = learnt;
  }

  /** Takes up where the last run ended. Rejects when the store cannot be read. */
  static async load(store: Pick<Store, 'facts'>): Promise<Learner> {
    return new Learner(learntFrom((await store.facts()).get(LEARNT_FACT)));
  }

  returned(event: MemoryEvent): void {
    this.#learnt = learnFromReturn(this.#learnt, event);
  }

  /** After a log-off was read back; `offline` as that look showed it. */
  loggedOff(done: readonly Action[], offline: boolean): void {
    this.#learnt = learnFromLogoff(this.#learnt, done, offline);
  }

  /** Writes what is new. Rejects when the store is lost. */
  async save(store: Pick<Store, 'setFacts'>): Promise<void> {
    if (this.#learnt === this.#saved) return;
    const learnt = this.#learnt;
    await store.setFacts(new Map([[LEARNT_FACT, learntText(learnt)]]));
    this.#saved = learnt;
  }
}
