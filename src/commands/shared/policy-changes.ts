/** When policies came into force, from the record. */
import { isForAll, isOfRollout } from '../../domain/rollout/rollout.ts';
import type { StoredEvent } from '../../domain/record.ts';
import type { Instant } from '../../domain/time/time.ts';
import type { Store } from '../../ports/store.ts';

/** More than a rollout and some edits of the file leave on record. */
const LOOKED_AT = 100;

export interface PolicyChanges {
  /** The last change of the file that is on record. */
  readonly last: StoredEvent | undefined;
  /** Since when one policy has been in force for all, where the record says so of the one with this hash. */
  readonly forAllSince: Instant | undefined;
}

/** Reads it. Rejects with `StoreError`. */
export async function policyChanges(
  store: Pick<Store, 'events'>,
  hash: string | undefined,
): Promise<PolicyChanges> {
  const events = await store.events({ kinds: ['policy'], limit: LOOKED_AT });
  const last = events.findLast(({ reason = '' }) => !isOfRollout(reason));
  const began = events.findLast(
    ({ reason = '' }) => isForAll(reason) || (hash !== undefined && reason.endsWith(`→ ${hash}`)),
  );
  return { last, forAllSince: began?.at };
}
