/**
 * The platform of one simulated agent, behind the ports of the controller: what a policy test runs the production engine against.
 * Time stands still but for what a sweep and a log-off take, always the same. Mutable.
 */
import type { Agent, Sighting } from '../domain/agent.ts';
import type { ActionResult } from '../domain/logoff/result.ts';
import type { Action } from '../domain/policy/policy.ts';
import { SECOND, type Duration, type Instant, type Interval } from '../domain/time/time.ts';
import type { Directory, Effects, ReadingSummary } from '../ports/agents.ts';
import { AgentSimulator } from './agent-simulator.ts';
import type { BrowserWords, Part, Word } from './timeline.ts';
import { takesOff } from '../domain/policy/actions.ts';

/** What the platform shows of one agent, and when. */
export interface Scene {
  readonly agent: Agent;
  readonly happenings: readonly { readonly at: Instant; readonly word: Word }[];
  readonly lacking: readonly (Interval & { readonly parts: readonly Part[] })[];
  readonly browser: BrowserWords | undefined;
  /** The organisation's own; off unless given. */
  readonly nativeTimeout?: Duration | undefined;
  /** How long the identity provider takes to end a session; at once unless given. */
  readonly ssoDelay?: Duration;
  readonly from: Instant;
}

/** From the sweep's look to the look after leaving the queue, to the end of the actions, and to the look that verifies them. */
const LEAVING: Duration = SECOND;
const ACTING: Duration = 3 * SECOND;
const VERIFYING: Duration = 5 * SECOND;
/** The session is gone this long after the sweep's look. */
const GONE: Duration = 2 * SECOND;

const DONE: ActionResult = { ok: true, correlationId: undefined };

export class SimulatedPlatform implements Directory, Effects {
  readonly hands = 'everyone';
  readonly #scene: Scene;
  readonly #simulator: AgentSimulator;
  #next = 0;
  #sweptAt: Instant;
  #now: Instant;
  /** When the next request is sent: those of one log-off follow each other within a moment. */
  #sentAt: Instant;
  #performed: readonly Action[] = [];
  /** What the browser would restore. */
  #former: AgentSimulator['standing'] | undefined;
  #isAnswered = false;
  #last: Sighting | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#simulator = new AgentSimulator(scene.from, scene.browser);
    this.#sweptAt = scene.from;
    this.#now = scene.from;
    this.#sentAt = scene.from;
  }

  /** The time of the next sweep has come. Must not be before the last one. */
  windTo(at: Instant): void {
    this.#sweptAt = at;
    this.#now = at;
    this.#sentAt = at;
    this.#performed = [];
    this.#former = undefined;
    this.#isAnswered = false;
  }

  /** The last reading that was handed out. */
  get last(): Sighting | undefined {
    return this.#last;
  }

  serverNow(): Instant {
    return this.#now;
  }

  sweep(onPage: (page: readonly Sighting[]) => void): Promise<ReadingSummary> {
    onPage([this.#see(this.#now)]);
    return Promise.resolve({ complete: true, fault: undefined, startedAt: this.#now, clockError: 0 });
  }

  reread(agentIds: readonly string[]): Promise<ReadonlyMap<string, Sighting>> {
    const sighting = this.#look();
    return Promise.resolve(new Map(agentIds.map((id) => [id, sighting])));
  }

  nativeTimeouts(): readonly Duration[] {
    const { nativeTimeout } = this.#scene;
    return nativeTimeout === undefined ? [] : [nativeTimeout];
  }

  perform(action: Action): Promise<ActionResult> {
    this.#former ??= this.#simulator.standing;
    this.#simulator.perform(this.#sentAt, action);
    // The provider is asked beside everything else.
    if (action === 'end_sso_session') return Promise.resolve({ ...DONE, delay: this.#scene.ssoDelay ?? 0 });
    this.#performed = [...this.#performed, action];
    this.#now = Math.max(this.#now, this.#sweptAt + ACTING);
    return Promise.resolve(DONE);
  }

  restorePresence(): Promise<ActionResult> {
    if (this.#former !== undefined) this.#simulator.restore(this.#sentAt, this.#former);
    return Promise.resolve(DONE);
  }

  room(): number {
    return Infinity;
  }

  #look(): Sighting {
    const goes = takesOff(this.#performed);
    if (goes && !this.#isAnswered && this.#former !== undefined) {
      this.#simulator.answer(this.#sweptAt + GONE, this.#performed, this.#former);
      this.#isAnswered = true;
      this.#now = this.#sweptAt + VERIFYING;
      this.#sentAt = this.#now;
    }
    if (goes || this.#performed.length === 0) return this.#see(this.#now);
    this.#sentAt = this.#sweptAt + LEAVING;
    return this.#see(this.#sentAt);
  }

  /** Everything of the timeline up to then has happened, and with it. */
  #see(at: Instant): Sighting {
    const { agent, happenings, lacking } = this.#scene;
    for (
      let each = happenings[this.#next];
      each !== undefined && each.at <= at;
      each = happenings[this.#next]
    ) {
      this.#simulator.apply(each.at, each.word);
      this.#next += 1;
    }
    this.#simulator.advance(at);
    const parts = lacking.filter(({ from, to }) => at >= from && at < to).flatMap((span) => span.parts);
    this.#last = { agent, observation: this.#simulator.observe(agent.id, at, new Set(parts)) };
    return this.#last;
  }
}
