/** What a sweep found that people should know of: the breaker, and agents who are held. Returns stand in `accounting.ts`. */
import type { Plan } from '../domain/planning/plan.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { RecordEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import { causeFields } from './alarms.ts';
import type { ActuatorDeps } from './actuator/deps.ts';
import type { Findings } from './findings.ts';

/** Alarms, and tells the record. Remembers which agents it has told of as held: each is reported once, over restarts too. */
export class SweepEvents {
  readonly #deps: Pick<ActuatorDeps, 'alarm' | 'name'>;
  readonly #held: Set<string>;

  /** `held` are the agents whom the record tells of as held last: a restart is no news of them. */
  constructor(deps: Pick<ActuatorDeps, 'alarm' | 'name'>, held: Iterable<string> = []) {
    this.#deps = deps;
    this.#held = new Set(held);
  }

  /** The lines for the record that one sweep and its plan bring. */
  of(
    findings: Findings,
    { tripped }: Plan,
    { sweepId, policy }: { readonly sweepId: string; readonly policy: Policy },
    now: Instant,
  ): readonly RecordEvent[] {
    return [...this.#breaker(tripped, sweepId, now), ...this.#newlyHeld(findings, policy, sweepId, now)];
  }

  #breaker(tripped: Plan['tripped'], sweepId: string, now: Instant): readonly RecordEvent[] {
    if (tripped === undefined) return [];
    const { newlyDue, allowed } = tripped;
    const message = 'too many agents became due at once: held back';
    this.#deps.alarm({ kind: 'breaker', message, fields: { sweepId, newlyDue, allowed } });
    return [{ kind: 'breaker', at: now, sweepId, reason: `${newlyDue} newly due, ${allowed} allowed` }];
  }

  #newlyHeld(
    { held, seen }: Findings,
    policy: Policy,
    sweepId: string,
    now: Instant,
  ): readonly RecordEvent[] {
    const heldNow = new Set(held.map(({ agent }) => agent.id));
    // An agent whose reading could not be used this time is not reported again the next time.
    for (const id of this.#held) if (seen.has(id) && !heldNow.has(id)) this.#held.delete(id);
    const news = held.filter(({ agent }) => !this.#held.has(agent.id));
    return news.map(({ agent, cause }) => {
      this.#held.add(agent.id);
      const message = 'an agent is back after the last rung of the ladder: held';
      const fields = { agent: this.#deps.name(agent), ...causeFields(cause, policy) };
      this.#deps.alarm({ kind: 'held', message, fields });
      return { kind: 'held', at: now, sweepId, agentId: agent.id, agentName: agent.name };
    });
  }
}
