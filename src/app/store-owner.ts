/** Whose store it is: two policies that name the same one, by a slip or because both have no name, would take turns in it. */
import { PlatformError } from '../genesys/http/errors.ts';
import type { Platform } from '../genesys/platform.ts';
import type { Settings } from '../policy-file/draft.ts';
import type { Store } from '../ports/store.ts';
import type { Surroundings } from './assembly.ts';
import { isHeldElsewhere, isOfAnother, OWNER } from '../store/owner.ts';

type OwnedStore = Pick<Store, 'facts' | 'setFacts' | 'place' | 'heldElsewhere'>;

/**
 * Signs the client in. Among others it must be of an organisation of its own, and where others may keep their stores beside it, the store
 * must be its own; which organisation it is need not be known. Rejects with `CredentialsError`, `PolicyRefused`, `PlatformError` or
 * `StoreError`.
 */
export async function signedIn(
  platform: Pick<Platform, 'checkCredentials' | 'inspection'>,
  store: OwnedStore,
  { store: { postgres } }: Pick<Settings, 'store'>,
  { among, signal }: Pick<Surroundings, 'among' | 'signal'>,
): Promise<void> {
  await platform.checkCredentials(signal);
  if (among === undefined && postgres === undefined) return;
  const id = await organisationOf(platform, among !== undefined, signal);
  if (id === undefined) return;
  among?.claim(id);
  await mustBeOf(store, id);
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
export async function mustBeOf(store: OwnedStore, organisationId: string): Promise<void> {
  const owner = (await store.facts()).get(OWNER);
  if (owner !== undefined && owner !== organisationId) throw isOfAnother(store.place, organisationId, owner);
  const [other] = (await store.heldElsewhere?.(OWNER, organisationId)) ?? [];
  if (other !== undefined) throw isHeldElsewhere(store.place, organisationId, other);
  if (owner === undefined) await store.setFacts(new Map([[OWNER, organisationId]]));
}
