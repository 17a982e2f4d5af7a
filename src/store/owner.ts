/** Whose store it is: the platform's id of the organisation whose agents it remembers, by whatever name a policy calls it. */
import { StoreError } from './errors.ts';

/** Among the facts of a store. Of the stores of one place that have the same, one has a worker. */
export const OWNER = 'organisation_id';

/** The store is that of `owner`, and the policy's client of another organisation. */
export function isOfAnother(place: string, organisationId: string, owner: string): StoreError {
  return new StoreError(
    'foreign',
    place,
    `The store ${place} is that of another organisation: the client of this policy belongs to ${organisationId}, and the store ` +
      `to ${owner}. Give this policy a store of its own: another path, or, in a database or a fleet, another name.`,
  );
}

/** A worker has the store of the same organisation that is called `other`. */
export function isHeldElsewhere(place: string, organisationId: string, other: string): StoreError {
  return new StoreError(
    'unwritable',
    place,
    `A worker watches the organisation ${organisationId} in the same database already, by the name ${other}; this policy gives it another, ` +
      `for the store ${place}. Give it that name, or stop the other worker first.`,
  );
}
