/**
 * Whose sign-in an entry of the audit log is. Which of its fields name the user is documented nowhere, so all of them are read, and the
 * entry is certain only where all that name a user name the same one. Pure.
 */
import type { LogName, SignIn } from './records.ts';

/** Agents as the worker knows them. */
export interface KnownAgents {
  has(id: string): boolean;
  /** Ids of all agents with this address. */
  withAddress(email: string): ReadonlySet<string>;
}

/** Whose sign-in an entry is. */
export interface SignedIn {
  /** One agent where that is certain, else each of whom it may be. Ids of users whom the worker does not know may be among them. */
  readonly ids: ReadonlySet<string>;
  readonly isCertain: boolean;
}

/**
 * The actor is no more than one of the names: an administrator acts on another user, and a user may sign in as another one. An entry that
 * names two users, or only one of several who share an address, may be of each of them.
 */
export function signedIn({ actor, target, isAboutUser }: SignIn, agents: KnownAgents): SignedIn {
  const targets = namedTarget(target, agents);
  const named = [...namedActor(actor, agents), ...targets];
  const all = new Set(named.flatMap((ids) => [...ids]));
  const common = new Set([...all].filter((id) => named.every((ids) => ids.has(id))));
  // An actor alone does not tell which user was signed in.
  const isCertain = common.size === 1 && !(isAboutUser && targets.length === 0);
  return { ids: isCertain ? common : all, isCertain };
}

type Named = readonly ReadonlySet<string>[];

function namedActor({ id, emails }: LogName, agents: KnownAgents): Named {
  return [...(id === undefined ? [] : [new Set([id])]), ...withAddresses(emails, agents)];
}

/** An id that is no agent's may be that of the sign-in itself: beside an address it names nobody. Alone it may be another user's. */
function namedTarget({ id, emails }: LogName, agents: KnownAgents): Named {
  const isName = id !== undefined && (emails.length === 0 || agents.has(id));
  return [...(isName ? [new Set([id])] : []), ...withAddresses(emails, agents)];
}

/** An address that is no agent's is another user's: it contradicts all other names. */
function withAddresses(emails: readonly string[], agents: KnownAgents): Named {
  return emails.map((email) => agents.withAddress(email));
}
