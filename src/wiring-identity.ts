/** Puts the platform's effects and the identity provider's together behind one interface. */
import type { Instant } from './domain/time.ts';
import { HOUR } from './domain/time.ts';
import type { Clock, Directory, Effects } from './enforcer/ports.ts';
import type { Store } from './enforcer/store-port.ts';
import { createIdentity } from './identity/identity.ts';
import type { Identity } from './identity/ports.ts';
import type { Settings } from './policy/draft.ts';

/** Sends `end_sso_session` to the identity provider and everything else to the platform. */
export function withIdentity(
  platform: Effects,
  identity: Identity | undefined,
  directory: Pick<Directory, 'serverNow'>,
): Effects {
  if (identity === undefined) return platform;
  return {
    perform: (action, agent, notAfter, signal) =>
      action === 'end_sso_session'
        ? identity.endSession(agent, signal, () => directory.serverNow() <= notAfter)
        : platform.perform(action, agent, notAfter, signal),
    restorePresence: (agentId, definitionId, signal) =>
      platform.restorePresence(agentId, definitionId, signal),
    room: () => platform.room(),
  };
}

/** Connects to the policy's identity provider, if it has one; the hourly cap goes on where the record ends. */
export async function connectIdentity(
  settings: Pick<Settings, 'identity'>,
  store: Pick<Store, 'events'>,
  clock: Clock,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Identity | undefined> {
  if (settings.identity === undefined) return undefined;
  return createIdentity(settings.identity, {
    clock,
    env,
    spentBefore: await sessionsEnded(store, clock.now()),
  });
}

/** When sessions were ended, or were to be, in the last hour: what came of it cannot be known after a crash. */
async function sessionsEnded(store: Pick<Store, 'events'>, now: Instant): Promise<readonly Instant[]> {
  const intents = await store.events({ kinds: ['intent'], from: now - HOUR });
  return intents.filter(({ actions }) => actions?.includes('end_sso_session') === true).map(({ at }) => at);
}
