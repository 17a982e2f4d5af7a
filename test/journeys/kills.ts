/**
 * A worker that is killed: from one moment on nothing of it reaches the disk or the platform any more, and what is on its way is
 * neither called back nor answered. And the platform's own list of what was done to whom, to compare the record with.
 */
import type { Action } from '../../src/domain/policy/policy.ts';
import type { Instant } from '../../src/domain/time/time.ts';
import type { Random } from '../../src/sandbox/random.ts';
import type { Shift } from './shift.ts';

/** One request that changed an agent, as the platform saw it. */
export interface Effect {
  readonly agentId: string;
  readonly what: Action | 'restore';
  readonly at: Instant;
  /** The browser held a session when it came. */
  readonly session: boolean;
}

/** Begins the platform's list; it goes on for as long as the sandbox lasts. */
export function listEffects({ sandbox: { world } }: Shift): readonly Effect[] {
  const effects: Effect[] = [];
  type Person = Parameters<typeof world.revokeTokens>[0];
  const note = (person: Person, what: Effect['what']): void => {
    effects.push({ agentId: person.id, what, at: world.now(), session: world.desk(person).session });
  };
  const setPresence = world.setPresence.bind(world);
  world.setPresence = (person, presence, message) => {
    note(person, presence.system === 'OFFLINE' ? 'offline' : 'restore');
    setPresence(person, presence, message);
  };
  const setRouting = world.setRouting.bind(world);
  world.setRouting = (person, status) => {
    note(person, 'off_queue');
    setRouting(person, status);
  };
  const releaseStation = world.releaseStation.bind(world);
  world.releaseStation = (person) => {
    note(person, 'release_station');
    releaseStation(person);
  };
  const revokeTokens = world.revokeTokens.bind(world);
  world.revokeTokens = (person) => {
    note(person, 'revoke_tokens');
    revokeTokens(person);
  };
  return effects;
}

/** The life of one worker, which ends before its `last` step, or after its last sweep. */
export class Life {
  readonly #shift: Shift;
  readonly #random: Random;
  readonly #last: number;
  readonly #over = Promise.withResolvers<'killed'>();
  #steps = 0;
  #inFlight = 0;
  #dead = false;

  /** `random` says how long each step takes, up to a third of a second. */
  constructor(shift: Shift, last: number, random: Random) {
    this.#shift = shift;
    this.#last = last;
    this.#random = random;
    this.#watch();
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** A sweep; answers when it is over, or when the worker was killed in it and nothing is on its way any more. */
  async sweep(): Promise<void> {
    const end = await Promise.race([this.#shift.sweep(), this.#over.promise]);
    if (end !== 'killed') return;
    while (this.#inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  #watch(): void {
    const { store, platform } = this.#shift;
    const { effects, directory } = platform;
    const step = this.#stepBy.bind(this);
    store.instead.saveStep = (...args) => step(() => store.inner.saveStep(...args));
    store.instead.saveSweep = (...args) => step(() => store.inner.saveSweep(...args));
    effects.instead.perform = (...args) => step(() => effects.inner.perform(...args));
    effects.instead.restorePresence = (...args) => step(() => effects.inner.restorePresence(...args));
    directory.instead.reread = (...args) => step(() => directory.inner.reread(...args));
  }

  /** One step of the worker: it may be killed before it and after it. */
  async #stepBy<T>(run: () => Promise<T>): Promise<T> {
    await this.#live();
    this.#inFlight += 1;
    const result = await run().finally(() => {
      this.#inFlight -= 1;
    });
    await this.#live();
    return result;
  }

  async #live(): Promise<void> {
    this.#steps += 1;
    if (this.#steps >= this.#last) this.#dead = true;
    if (this.#dead) {
      this.#over.resolve('killed');
      await new Promise(() => undefined);
    }
    const { clock } = this.#shift;
    clock.windTo(clock.now() + Math.floor(this.#random() * 333));
  }
}
