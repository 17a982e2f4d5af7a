/** Puts the platform's effects and the identity provider's together behind one interface. */
import { isBy } from '../domain/policy/actions.ts';
import type { Instant } from '../domain/time/time.ts';
import { HOUR } from '../domain/time/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory, Effects } from '../ports/agents.ts';
import type { Store } from '../ports/store.ts';
import { createIdentity } from '../identity/identity.ts';
import type { Identity } from '../ports/identity.ts';
import type { Settings } from '../policy-file/draft.ts';
import type { Redactor } from '../texts/redactor.ts';

/** Sends `end_sso_session` to the identity provider of the policy in force, and everything else to the platform. */
export function withIdentity(
  platform: Effects,
  identity: () => Identity | undefined,
  directory: Pick<Directory, 'serverNow'>,
): Effects {
  return {
    perform: (action, agent, notAfter, signal) => {
      const provider = isBy('identity_provider', action) ? identity() : undefined;
      if (provider === undefined) return platform.perform(action, agent, notAfter, signal);
      return provider.endSession(agent, signal, () => directory.serverNow() <= notAfter);
    },
    restorePresence: (agentId, definitionId, notAfter, signal) =>
      platform.restorePresence(agentId, definitionId, notAfter, signal),
    room: () => platform.room(),
  };
}

/** What a connector works with. */
export interface IdentityAround {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly redactor?: Redactor;
}

/** The identity provider of the policy in force; changes with it, and its secrets with their files. */
export class LiveIdentity {
  readonly #around: IdentityAround;
  #settings: Settings['identity'];
  #current: Identity | undefined;
  /** What the hourly cap had counted when there was a provider last. */
  #spent: readonly Instant[];

  private constructor(settings: Settings['identity'], around: IdentityAround, spent: readonly Instant[]) {
    this.#settings = settings;
    this.#around = around;
    this.#spent = spent;
    this.#current = this.#connect(settings);
  }

  /** Connects to the policy's identity provider, if it has one; the hourly cap goes on where the record ends. */
  static async connect(
    { identity }: Pick<Settings, 'identity'>,
    store: Pick<Store, 'events'>,
    around: IdentityAround,
  ): Promise<LiveIdentity> {
    return new LiveIdentity(identity, around, await sessionsEnded(store, around.clock.now()));
  }

  /** The hourly cap goes on where the record ends: another worker may have written it. Only between two sweeps. */
  async restart(store: Pick<Store, 'events'>): Promise<void> {
    if (this.#settings === undefined) return;
    const old = this.#current;
    this.#spent = await sessionsEnded(store, this.#around.clock.now());
    this.#current = this.#connect(this.#settings);
    await old?.close();
  }

  get current(): Identity | undefined {
    return this.#current;
  }

  /** Takes up other settings. Only between two sweeps: whatever is under way at the provider ends. */
  use({ identity }: Pick<Settings, 'identity'>): void {
    if (JSON.stringify(identity) === JSON.stringify(this.#settings)) return;
    const old = this.#current;
    this.#spent = old?.spent() ?? this.#spent;
    this.#settings = identity;
    this.#current = this.#connect(identity);
    void old?.close();
  }

  async close(): Promise<void> {
    await this.#current?.close();
  }

  #connect(settings: Settings['identity']): Identity | undefined {
    if (settings === undefined) return undefined;
    return createIdentity(settings, { ...this.#around, spentBefore: this.#spent });
  }
}

/** Reasons of outcomes after which no session was ended: the provider was not asked, or said no. */
const NOT_ENDED: ReadonlySet<string> = new Set([
  'capped',
  'late',
  'stopped',
  'gone',
  'ambiguous',
  'forbidden',
  'credentials',
]);

/**
 * When sessions were ended in the last hour, or may have been: after a crash an intent without an outcome leaves it open.
 * Those that the cap itself held back must not count, or a full hour would never empty over restarts; those that were
 * refused neither, or a right that was granted late would be of no use for an hour.
 */
async function sessionsEnded(store: Pick<Store, 'events'>, now: Instant): Promise<readonly Instant[]> {
  const from = now - HOUR;
  const events = await store.events({ kinds: ['intent', 'failed', 'dropped'], from });
  const notEnded = new Set(
    events
      .filter(({ kind, reason = '' }) => kind !== 'intent' && NOT_ENDED.has(reason))
      .map(({ intentId }) => intentId),
  );
  return events
    .filter(({ kind, actions }) => kind === 'intent' && actions?.includes('end_sso_session') === true)
    .filter(({ intentId }) => !notEnded.has(intentId))
    .map(({ at }) => at);
}
