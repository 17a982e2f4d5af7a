/** The agent of a policy test and their warnings: each arrives, and is answered where the timeline says so. */
import type { Agent } from '../../domain/agent.ts';
import { answerFinds } from '../../domain/judging/warnings.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Warner, WarningNotice } from '../../ports/notifier.ts';
import type { Store } from '../../ports/store.ts';
import type { Scene } from '../../simulation/simulated-platform.ts';

/** Mutable; of one test. */
export class Answers implements Warner {
  readonly unanswered: Instant[] = [];
  readonly #agent: Agent;
  readonly #store: Pick<Store, 'saveStep'>;
  readonly #times: readonly Instant[];
  #next = 0;
  /** The last warning that offered a stay, until it is answered. */
  #open: WarningNotice | undefined;

  constructor({ agent, happenings }: Pick<Scene, 'agent' | 'happenings'>, store: Pick<Store, 'saveStep'>) {
    this.#agent = agent;
    this.#store = store;
    this.#times = happenings.filter(({ word }) => word.does === 'stay').map(({ at }) => at);
  }

  warn(_: Agent, warning: WarningNotice): Promise<boolean> {
    if (warning.stay !== undefined) this.#open = warning;
    return Promise.resolve(true);
  }

  /** What the agent has answered by then; `state` is how the last look left them. */
  async until(now: Instant, state: AgentState | undefined): Promise<void> {
    for (let at = this.#times[this.#next]; at !== undefined && at <= now; at = this.#times[this.#next]) {
      this.#next += 1;
      await this.#answer(at, state);
    }
  }

  async #answer(at: Instant, state: AgentState | undefined): Promise<void> {
    const { id: agentId } = this.#agent;
    const { stay, sentAt = 0, ruleId: rule = '' } = this.#open ?? {};
    const isOpen = stay !== undefined && sentAt <= at;
    if (!isOpen || answerFinds(state, { agentId, sinceSign: stay.sinceSign, sentAt }) !== 'open') {
      this.unanswered.push(at);
      return;
    }
    this.#open = undefined;
    await this.#store.saveStep([], [{ kind: 'stay', at, agentId, rule, limit: stay.length }]);
  }
}
