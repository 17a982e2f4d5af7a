/** The agents of one organisation, what the platform shows of them, and what is true. All replicas look at the same. */
import type { Agent, Observation } from '../../src/domain/agent.ts';
import type { Action } from '../../src/domain/policy/policy.ts';
import { MINUTE, SECOND, type Duration, type Instant } from '../../src/domain/time/time.ts';
import { AgentSimulator } from '../../src/simulation/agent-simulator.ts';
import type { BrowserWords, Word } from '../../src/simulation/timeline.ts';
import { takesOff } from '../../src/domain/policy/actions.ts';
import { agent } from '../domain/build.ts';
import { WORLD, type Scheduler } from './scheduler.ts';

/** After this without a sign an agent is logged off. */
export const LIMIT: Duration = 6 * MINUTE;

/** Between two requests of one log-off no more time passes than this, or the browser answers the first. */
const ONE_LOGOFF: Duration = 3 * SECOND;

const BROWSER: BrowserWords = {
  after: 5 * SECOND,
  restores: true,
  movesToken: true,
  answersOffline: false,
  times: 1,
};

const AVAILABLE: Word = { does: 'set_presence', presence: 'AVAILABLE', label: undefined };
const BUSY: Word = { does: 'set_presence', presence: 'BUSY', label: undefined };

/** Something that was done to an agent, as the platform knows it. */
export interface Done {
  readonly at: Instant;
  readonly action: Action;
}

/** One agent of the cast. */
export class CastAgent {
  readonly agent: Agent;
  readonly signs: Instant[] = [];
  readonly done: Done[] = [];
  readonly #simulator: AgentSimulator;
  /** Raised by each request, so that only the last of a log-off is answered by the browser. */
  #requests = 0;
  #isBusy = false;

  constructor(id: string, begin: Instant, browser: BrowserWords | undefined) {
    this.agent = agent({ id, name: id });
    this.#simulator = new AgentSimulator(begin, browser);
    this.#simulator.apply(begin, { does: 'log_in' });
    this.signs.push(begin);
  }

  get isOffline(): boolean {
    return this.#simulator.standing.presence === 'OFFLINE';
  }

  /** The agent shows that they are there. One who has been logged off is back by it. */
  show(at: Instant): void {
    this.#isBusy = !this.#isBusy;
    this.#simulator.apply(at, this.#isBusy ? BUSY : AVAILABLE);
    this.signs.push(at);
  }

  observe(at: Instant): Observation {
    this.#simulator.advance(at);
    return this.#simulator.observe(this.agent.id, at, new Set());
  }

  /** A request has arrived. */
  perform(scheduler: Scheduler, action: Action): void {
    const { now } = scheduler;
    const former = this.#simulator.standing;
    this.#simulator.advance(now);
    // The simulator has the effect a second after the request.
    this.#simulator.perform(now - SECOND, action);
    this.done.push({ at: now, action });
    this.#requests += 1;
    const request = this.#requests;
    if (!takesOff([action])) return;
    scheduler.after(ONE_LOGOFF, WORLD, () => {
      if (request === this.#requests) this.#simulator.answer(scheduler.now, [action], former);
    });
  }
}

/** The organisation. */
export class World {
  readonly cast: readonly CastAgent[];
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, length: Duration) {
    this.#scheduler = scheduler;
    const { now } = scheduler;
    const gone = new CastAgent('went-home', now, undefined);
    const returner = new CastAgent('browser-returns', now, BROWSER);
    const works = new CastAgent('works', now, undefined);
    const justInTime = new CastAgent('shows-just-in-time', now, BROWSER);
    this.cast = [gone, returner, works, justInTime];
    this.#plan(works, length, () => scheduler.between(MINUTE, LIMIT - MINUTE));
    this.#plan(justInTime, length, () => LIMIT + scheduler.between(-90 * SECOND, 90 * SECOND));
    for (const each of [gone, returner]) this.#at(each, scheduler.between(0, 3 * MINUTE));
  }

  find(id: string): CastAgent {
    const found = this.cast.find(({ agent: { id: own } }) => own === id);
    if (found === undefined) throw new Error(`no such agent: ${id}`);
    return found;
  }

  #plan(who: CastAgent, length: Duration, pause: () => Duration): void {
    for (let at = pause(); at < length; at += pause()) this.#at(who, at);
  }

  #at(who: CastAgent, after: Duration): void {
    this.#scheduler.after(after, WORLD, () => {
      who.show(this.#scheduler.now);
    });
  }
}
