/** Learns what the platform and the browsers do from the worker's own log-offs and from what follows them. */
import {
  learnFromLogoff,
  learnFromReturn,
  NO_BEHAVIOUR_KNOWN,
  type PlatformBehaviour,
} from '../domain/tracking/platform-behaviour.ts';
import { tried, type Calibration, type EvidenceSource } from '../domain/evidence/calibration.ts';
import type { Instant } from '../domain/time/time.ts';
import type { TrackingEvent } from '../domain/tracking/state.ts';
import type { Action } from '../domain/policy/policy.ts';
import type { Store } from '../ports/store.ts';

/** What has been learnt, kept in the store from sweep to sweep. */
export class Learner {
  #learnt: PlatformBehaviour;
  #saved: PlatformBehaviour;

  constructor(learnt: PlatformBehaviour) {
    this.#learnt = learnt;
    this.#saved = learnt;
  }

  /** Takes up where the last run ended. Rejects when the store cannot be read. */
  static async load(store: Pick<Store, 'learnt'>): Promise<Learner> {
    return new Learner((await store.learnt()) ?? NO_BEHAVIOUR_KNOWN);
  }

  returned(event: TrackingEvent): void {
    this.#learnt = learnFromReturn(this.#learnt, event);
  }

  /** After a log-off was read back; `offline` as that look showed it. */
  loggedOff(done: readonly Action[], offline: boolean): void {
    this.#learnt = learnFromLogoff(this.#learnt, done, offline);
  }

  /** How a source of evidence stood its trials. */
  calibration(source: EvidenceSource): Calibration {
    return this.#learnt.evidence[source];
  }

  /** After a source showed a log-off of ours rightly, or wrongly. */
  tried(source: EvidenceSource, isRight: boolean, at: Instant): void {
    const { evidence } = this.#learnt;
    const calibration = tried(evidence[source], isRight, at);
    this.#learnt = { ...this.#learnt, evidence: { ...evidence, [source]: calibration } };
  }

  /** Writes what is new. Rejects when the store is lost. */
  async save(store: Pick<Store, 'saveLearnt'>): Promise<void> {
    if (this.#learnt === this.#saved) return;
    const learnt = this.#learnt;
    await store.saveLearnt(learnt);
    this.#saved = learnt;
  }
}
