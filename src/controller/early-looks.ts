/**
 * Answers of the ladder that fall due between two sweeps. Only agents whom the sweep before saw on the ladder, and only those whose
 * wait is over, or whom push shows coming back: each is read, folded and judged as in a sweep, and passes the gate with what the
 * caps of that sweep have left. Whatever is in doubt waits for the next sweep.
 */
import { isBelieved } from '../domain/evidence/calibration.ts';
import { plan, type Ledger } from '../domain/planning/plan.ts';
import { SECOND, type Duration, type Instant } from '../domain/time/time.ts';
import type { Directory } from '../ports/agents.ts';
import type { PushSource } from '../ports/evidence.ts';
import { reread, type ActuatorDeps, type Pass } from './actuator/deps.ts';
import { SweepFindings, type AwaitedAnswer, type DueAgent } from './findings.ts';
import { agentsOf } from './sweep-report.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type { Watched } from './watched.ts';

/** So many are read at once; the others wait for the next look. */
const MOST_READ = 50;
/** Nothing is asked of a socket for longer than this. */
const PATIENCE: Duration = 3 * SECOND;

/** What an early look works with. */
export interface EarlyPass extends Pick<Pass, 'mayBegin' | 'signal'> {
  readonly push: PushSource | undefined;
  readonly ledger: Ledger;
  /** Carries out these log-offs as a sweep does. Answers the ledger after them. */
  readonly perform: (agents: readonly DueAgent[], ledger: Ledger, watched: Watched) => Promise<Ledger>;
}

/** What early looks are made of. */
export interface EarlyDeps extends Pick<ActuatorDeps, 'population' | 'accounting' | 'log'> {
  readonly directory: Pick<Directory, 'serverNow' | 'reread'>;
}

/** One for each run of the program: what the last sweep has left to be answered. */
export class EarlyLooks {
  readonly #deps: EarlyDeps;
  #watched: Watched | undefined;
  #awaited = new Map<string, AwaitedAnswer>();
  /** What the sweep before, and the looks since, have left of its cap. */
  #left = 0;

  constructor(deps: EarlyDeps) {
    this.#deps = deps;
  }

  /** A sweep begins: nothing of the one before may be gone on with. */
  forget(): void {
    this.#watched = undefined;
    this.#awaited.clear();
  }

  /**
   * A sweep is over that has planned so many log-offs. Only one with nothing in doubt is gone on with. `changed`: agents of whom
   * evidence has told since they were judged.
   */
  follow(watched: Watched, planned: number, changed: readonly AgentState[]): void {
    this.forget();
    const { findings, context, hold, complete, lease } = watched;
    if (hold !== undefined || !complete || lease !== 'held') return;
    this.#watched = watched;
    this.#left = Math.max(0, context.policy.caps.perSweep - planned);
    const isOnLadder = new Set(changed.filter(({ episode }) => episode.ladder).map(({ agentId }) => agentId));
    const told = findings.suspects.filter(({ id }) => isOnLadder.has(id));
    // When their answers fall due the next look tells.
    const anew = told.map((agent): AwaitedAnswer => ({ agent, dueAt: -Infinity }));
    this.#awaited = new Map([...findings.awaited, ...anew].map((each) => [each.agent.id, each]));
  }

  /** Carries out what is due now. Answers the ledger after it. */
  async look(pass: EarlyPass): Promise<Ledger> {
    const { push, ledger, mayBegin, signal } = pass;
    const watched = this.#watched;
    if (watched === undefined || push === undefined || this.#left === 0) return ledger;
    if (this.#awaited.size === 0 || !isBelieved(this.#deps.accounting.calibration('push'))) return ledger;
    if (!(await mayBegin())) return ledger;
    await push.catchUp(AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
    const ids = this.#dueIds(push, this.#deps.directory.serverNow());
    return ids.length === 0 ? ledger : this.#answer(ids, watched, pass);
  }

  #dueIds(push: PushSource, now: Instant): readonly string[] {
    const isDue = ({ agent, dueAt }: AwaitedAnswer): boolean =>
      dueAt === undefined ? this.#cameBack(push, agent.id) : dueAt <= now;
    return [...this.#awaited.values()]
      .filter(isDue)
      .slice(0, MOST_READ)
      .map(({ agent }) => agent.id);
  }

  /** Whether push shows that the agent is not Offline any more, as the last look still saw them. */
  #cameBack(push: PushSource, agentId: string): boolean {
    const newest = push.told(agentId)?.changes.at(-1);
    const seenAt = this.#deps.population.memory(agentId)?.seenAt ?? Infinity;
    return newest !== undefined && newest.presence !== 'OFFLINE' && newest.at > seenAt;
  }

  async #answer(
    ids: readonly string[],
    watched: Watched,
    { ledger, perform, ...pass }: EarlyPass,
  ): Promise<Ledger> {
    const { context, sweepId, now: sweptAt } = watched;
    const { population, directory } = this.#deps;
    const found = new SweepFindings(population, context);
    const sightings = await reread(this.#deps, ids, { ...pass, sweepId });
    found.page([...sightings.values()]);
    // The next sweep stores them.
    population.notDescribed(found.described);
    for (const id of ids) this.#awaited.delete(id);
    for (const each of found.awaited) this.#awaited.set(each.agent.id, each);
    // Agents who are due by a rule wait for the sweep, which counts them for the breaker.
    const answers = found.due.filter(({ due }) => due.byLadder);
    const caps = { ...context.policy.caps, perSweep: this.#left };
    const now = Math.max(directory.serverNow(), sweptAt);
    const made = plan(answers, NOBODY, undefined, caps, ledger, now);
    this.#left -= made.act.length;
    return made.act.length === 0 ? ledger : perform(agentsOf(made, answers), made.ledger, watched);
  }
}

/** Whom this look judged, for the breaker: it goes on from what the sweep noted of everyone. */
const NOBODY: ReadonlySet<string> = new Set();
