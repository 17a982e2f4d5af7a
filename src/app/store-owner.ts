/** Whose store it is: two policies that name the same one, by a slip or because both have no name, would take turns in it. */
import { PlatformError } from '../genesys/http/errors.ts';
import type { Platform } from '../genesys/platform.ts';
import type { Settings } from '../policy-file/draft.ts';
import type { Store } from '../ports/store.ts';
import type { Surroundings } from './assembly.ts';
import { isHeldElsewhere, isOfAnother, OWNER } from '../store/owner.ts';

type Around = Pick<Surroundings, 'clock' | 'log'>;
type OwnedStore = Pick<
  Store,
  'facts' | 'setFacts' | 'setPause' | 'worker' | 'place' | 'heldElsewhere' | 'pausesElsewhere'
>;

/**
 * Signs the client in. Among others it must be of an organisation of its own, and where others may keep their stores beside it, the store
 * must be its own; which organisation it is need not be known. Rejects with `CredentialsError`, `PolicyRefused`, `PlatformError` or
 * `StoreError`.
 */
export async function signedIn(
  platform: Pick<Platform, 'checkCredentials' | 'inspection'>,
  store: OwnedStore,
  { store: { postgres } }: Pick<Settings, 'store'>,
  { among, signal, clock, log }: Pick<Surroundings, 'among' | 'signal' | 'clock' | 'log'>,
): Promise<void> {
  await platform.checkCredentials(signal);
  if (among === undefined && postgres === undefined) return;
  const id = await organisationOf(platform, among !== undefined, signal);
  if (id === undefined) return;
  among?.claim(id);
  await mustBeOf(store, id, { clock, log });
}

/** `undefined` where the platform does not tell; it `must` answer where nothing else could tell organisations apart. */
async function organisationOf(
  { inspection }: Pick<Platform, 'inspection'>,
  must: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await inspection.organisation(signal)).id;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PlatformError)) throw error;
    if (must && !['forbidden', 'gone', 'malformed'].includes(error.kind)) throw error;
    return undefined;
  }
}

/**
 * Notes whose store it is, the first time. Rejects with `StoreError` where it is another organisation's, or where a worker keeps this
 * organisation under another name: neither would know what the other does.
 */
export async function mustBeOf(store: OwnedStore, organisationId: string, around: Around): Promise<void> {
  const owner = (await store.facts()).get(OWNER);
  if (owner !== undefined && owner !== organisationId) throw isOfAnother(store.place, organisationId, owner);
  const [other] = (await store.heldElsewhere?.(OWNER, organisationId)) ?? [];
  if (other !== undefined) throw isHeldElsewhere(store.place, organisationId, other);
  await goOnPaused(store, organisationId, around);
  if (owner === undefined) await store.setFacts(new Map([[OWNER, organisationId]]));
}

/** With another name a policy has another store. What was paused under the former name since this store was in use stays so. */
async function goOnPaused(store: OwnedStore, organisationId: string, { clock, log }: Around): Promise<void> {
  const pauses = (await store.pausesElsewhere?.(OWNER, organisationId)) ?? [];
  if (pauses.length === 0) return;
  const now = clock.now();
  const usedAt = (await store.worker())?.sweptAt ?? -Infinity;
  for (const pause of pauses) {
    const { since, until = Infinity, reason = 'paused', by } = pause;
    if (since <= usedAt || until <= now) continue;
    await store.setPause(pause, { kind: 'pause', at: now, reason, ...(by !== undefined && { by }) });
    log.warn('paused under another name, the organisation stays paused');
  }
}
