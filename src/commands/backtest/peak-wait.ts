/**
 * Agents of a replay whose rules wait for the licence peak. They are looked at ahead as if it were far, judged again in their sweep, and
 * then set aside until it is near under one of the policies, or something of their own changes. Mutable; belongs to one replay.
 */
import type { Verdict } from '../../domain/judging/judge.ts';
import { observedIn } from '../../domain/planning/candidates.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Track } from './track.ts';
import type { Variant } from './variant.ts';

/** Agents who are set aside. */
export class PeakWait {
  /** Agents by their numbers, with the sweep in which something of their own may change. */
  readonly #until = new Map<number, number>();
  readonly #bySweep = new Map<number, Set<number>>();
  /** By number of the policy: the ids of agents whose rules wait under it. */
  readonly #waiting: readonly Set<string>[];
  readonly #policiesOf = new Map<number, readonly number[]>();

  readonly #variants: readonly Variant[];
  readonly #tracks: readonly Track[];

  constructor(variants: readonly Variant[], tracks: readonly Track[]) {
    this.#variants = variants;
    this.#tracks = tracks;
    this.#waiting = variants.map(() => new Set<string>());
  }

  /** The ids of agents whose rules wait for the peak under this policy. */
  waitingUnder(policy: number): ReadonlySet<string> {
    return this.#waiting[policy] ?? NONE;
  }

  /** Begins a sweep; answers whose turn it is: everyone's where the peak is near, else of those for whom something changes. */
  wake(sweep: number, now: Instant): readonly number[] {
    for (const { peak, online } of this.#variants)
      peak.begin(now, sweep === 0 ? undefined : online[sweep - 1]);
    const isNear = this.#variants.some(({ peak }) => peak.isNear);
    const own = [...(this.#bySweep.get(sweep) ?? [])].filter((i) => this.#until.get(i) === sweep);
    this.#bySweep.delete(sweep);
    const turn = isNear ? [...this.#until.keys()] : own;
    for (const i of turn) {
      this.#until.delete(i);
      for (const policy of this.#policiesOf.get(i) ?? []) this.#waiting[policy]?.delete(this.#idOf(i));
    }
    return turn;
  }

  #idOf(agent: number): string {
    return this.#tracks[agent]?.history.agent.id ?? '';
  }

  /** Sets an agent aside who waits under these policies, until the peak is near or that sweep. */
  add(agent: number, policies: readonly number[], until: number): void {
    this.#until.set(agent, until);
    this.#policiesOf.set(agent, policies);
    for (const policy of policies) this.#waiting[policy]?.add(this.#idOf(agent));
    const others = this.#bySweep.get(until);
    if (others === undefined) this.#bySweep.set(until, new Set([agent]));
    else others.add(agent);
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Nothing is to be done about the agent, nor to be counted, before the peak is near, or something of the agent's own changes. */
export function onlyWaits(verdict: Verdict, state: AgentState | undefined): boolean {
  const { reason, observed } = verdict;
  if (reason !== 'observed' || observedIn(verdict, state).length > 0) return false;
  return observed.every(({ belowPeak }) => belowPeak === true);
}
