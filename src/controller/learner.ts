/** Learns what the platform and the browsers do from the worker's own log-offs and from what follows them. */
import {
  asAskedBy,
  learnFromLogoff,
  learnFromReturn,
  NO_BEHAVIOUR_KNOWN,
  type PlatformBehaviour,
} from '../domain/tracking/platform-behaviour.ts';
import {
  answered,
  beforeAsking,
  EVIDENCE_SOURCES,
  tried,
  type EvidenceSource,
  type Refusal,
  type SourceFacts,
} from '../domain/evidence/calibration.ts';
import type { Answer } from '../domain/evidence/timeline.ts';
import type { Instant } from '../domain/time/time.ts';
import type { TrackingEvent } from '../domain/tracking/state.ts';
import type { Action } from '../domain/policy/policy.ts';
import type { Store } from '../ports/store.ts';

/** What has been learnt, kept in the store from sweep to sweep. */
export class Learner {
  #learnt: PlatformBehaviour;
  #saved: PlatformBehaviour;

  constructor(learnt: PlatformBehaviour, saved = learnt) {
    this.#learnt = learnt;
    this.#saved = saved;
  }

  /** Takes up where the last run ended, as far as it was this client's. Rejects when the store cannot be read. */
  static async load(store: Pick<Store, 'learnt'>, client?: string): Promise<Learner> {
    const saved = (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN;
    return new Learner(client === undefined ? saved : asAskedBy(saved, client), saved);
  }

  returned(event: TrackingEvent): void {
    this.#learnt = learnFromReturn(this.#learnt, event);
  }

  /** After a log-off was read back; `offline` as that look showed it. */
  loggedOff(done: readonly Action[], offline: boolean): void {
    this.#learnt = learnFromLogoff(this.#learnt, done, offline);
  }

  /** Before sources of evidence are asked; `isOn`: the policy asks it. */
  asking(isOn: (source: EvidenceSource) => boolean, now: Instant): void {
    for (const source of EVIDENCE_SOURCES) {
      const facts = this.source(source);
      const standing = beforeAsking(facts, isOn(source), now);
      if (standing !== facts) this.#know(source, standing);
    }
  }

  /** What is known of a source of evidence. */
  source(source: EvidenceSource): SourceFacts {
    return this.#learnt.evidence[source];
  }

  /** After a source showed a log-off of ours rightly, or wrongly. */
  tried(source: EvidenceSource, isRight: boolean, at: Instant): void {
    const facts = this.source(source);
    this.#know(source, { ...facts, ...tried(facts, isRight, at) });
  }

  /** After a source said something of a suspect change. */
  answered(source: EvidenceSource, answer: Answer['kind']): void {
    this.#know(source, answered(this.source(source), answer));
  }

  /** After a question that was refused, or, with `undefined`, one that was not. */
  refused(source: EvidenceSource, refused: Refusal | undefined): void {
    const facts = this.source(source);
    if (refused !== undefined || facts.refused !== undefined) this.#know(source, { ...facts, refused });
  }

  #know(source: EvidenceSource, facts: SourceFacts): void {
    const { evidence } = this.#learnt;
    this.#learnt = { ...this.#learnt, evidence: { ...evidence, [source]: facts } };
  }

  /** Something is new since it was written last. */
  get isNew(): boolean {
    return this.#learnt !== this.#saved;
  }

  /** Writes what is new. Rejects when the store is lost. */
  async save(store: Pick<Store, 'saveLearnt'>): Promise<void> {
    if (this.#learnt === this.#saved) return;
    const learnt = this.#learnt;
    await store.saveLearnt(learnt);
    this.#saved = learnt;
  }
}
