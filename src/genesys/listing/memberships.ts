/**
 * Who is in which queue and team, taken from the listings of just those that the policy names. The `team` expand of a
 * user cannot tell "in no team" from "not delivered" (expands are best effort), and there is no expand for queues at all;
 * a listing arrives whole or fails. It costs one request per hundred members every ten minutes, and before log-offs.
 */
import { MINUTE, type Duration, type Instant } from '../../domain/time/time.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';
import { asObject } from '../../http/read-json.ts';
import { asName } from '../http/json.ts';
import { readByCursor, readNumbered } from './listing.ts';
import { PlatformError } from '../http/errors.ts';

const FRESH_FOR: Duration = 10 * MINUTE;
/** A listing that cannot be refreshed is used for so long; then its members count as unknown, which protects. */
const USED_FOR: Duration = 30 * MINUTE;

/** Before a log-off, listings are read again with at most so many requests for queues, and as many for teams. */
const MOST_REQUESTS = 30;
const MEMBERS_A_REQUEST = 100;

interface Listing {
  readonly members: ReadonlySet<string>;
  readonly readAt: Instant;
}

type Read = (id: string, options: CallOptions) => Promise<readonly unknown[]>;

const NONE: readonly string[] = [];
const NOT_READ: Listing = { members: new Set(), readAt: -Infinity };

/** The members of some queues, or of some teams. */
export class Memberships {
  readonly #read: Read;
  readonly #now: () => Instant;
  readonly #warn: (message: string, fields: object) => void;
  readonly #listings = new Map<string, Listing>();
  /** Queues and teams that were warned of and could not be read since. */
  readonly #told = new Set<string>();
  #wanted: readonly string[] = NONE;
  #byUser: ReadonlyMap<string, readonly string[]> | undefined = new Map();

  constructor(read: Read, now: () => Instant, warn: (message: string, fields: object) => void) {
    this.#read = read;
    this.#now = now;
    this.#warn = warn;
  }

  /** From now on these are asked about. */
  want(ids: readonly string[]): void {
    this.#wanted = [...new Set(ids)];
    for (const id of this.#listings.keys()) if (!this.#wanted.includes(id)) this.#listings.delete(id);
    this.#index();
  }

  /** Reads what is not fresh. Never throws: what cannot be read is unknown. */
  async refresh(signal: AbortSignal): Promise<void> {
    const stale = this.#wanted.filter((id) => this.#age(id) >= FRESH_FOR);
    await Promise.all(stale.map((id) => this.#refreshOne(id, { priority: 'read', signal })));
    this.#index();
  }

  /**
   * Before a log-off: reads again what was read before `since` (local time), the oldest first, as far as so many requests go;
   * the rest is no older than ten minutes. Answers whether all of these could be read. Never throws.
   */
  async freshen(since: Instant, options: CallOptions): Promise<boolean> {
    const isOld = ({ readAt }: Listing): boolean => readAt < since || readAt > this.#now();
    const old = this.#wanted
      .filter((id) => isOld(this.#listings.get(id) ?? NOT_READ))
      .toSorted((a, b) => this.#age(b) - this.#age(a));
    let requests = 0;
    const now = old.filter((id) => {
      requests += 1 + Math.floor((this.#listings.get(id)?.members.size ?? 0) / MEMBERS_A_REQUEST);
      return requests <= MOST_REQUESTS;
    });
    const read = await Promise.all(now.map((id) => this.#refreshOne(id, options)));
    this.#index();
    return read.every(Boolean);
  }

  /** The wanted ones that the user is in; `undefined` when one of them could not be read. */
  of(userId: string): readonly string[] | undefined {
    return this.#byUser === undefined ? undefined : (this.#byUser.get(userId) ?? NONE);
  }

  async #refreshOne(id: string, options: CallOptions): Promise<boolean> {
    const startedAt = this.#now();
    try {
      const members = new Set<string>();
      for (const entity of await this.#read(id, options)) {
        members.add(memberId(entity));
      }
      this.#listings.set(id, { members, readAt: startedAt });
      this.#told.delete(id);
      return true;
    } catch (error) {
      if (options.signal?.aborted === true) return false;
      const facts =
        error instanceof PlatformError
          ? { operation: error.operation, status: error.status, code: error.code }
          : {};
      this.#tell(id, facts);
      const before = this.#listings.get(id);
      if (facts.status !== 404 || before === undefined) return false;
      // What was deleted has no members; those of before stay protected by it, or whatever else it stands for.
      this.#listings.set(id, { ...before, readAt: startedAt });
      return true;
    }
  }

  #tell(id: string, facts: object): void {
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#warn('the members of a queue or team could not be read', { id, ...facts });
  }

  #age(id: string): Duration {
    const listing = this.#listings.get(id);
    return listing === undefined ? Number.POSITIVE_INFINITY : Math.abs(this.#now() - listing.readAt);
  }

  #index(): void {
    this.#byUser = this.#wanted.every((id) => this.#age(id) < USED_FOR) ? this.#build() : undefined;
  }

  #build(): ReadonlyMap<string, readonly string[]> {
    const byUser = new Map<string, readonly string[]>();
    for (const id of this.#wanted) {
      for (const userId of this.#listings.get(id)?.members ?? [])
        byUser.set(userId, [...(byUser.get(userId) ?? NONE), id]);
    }
    return byUser;
  }
}

/** Throws `PlatformError` where there is none: it could be any agent's. */
function memberId(entity: unknown): string {
  const id = asName(asObject(entity)?.['id']);
  if (id !== undefined) return id;
  const operation = 'members';
  throw new PlatformError('a member of a queue or team has no id', { kind: 'malformed', operation });
}

/** `GET /api/v2/routing/queues/{queueId}/members`, at most 100 a page. */
export function queueMembers(sdk: Sdk): Read {
  return (queueId, options) =>
    readNumbered('getRoutingQueueMembers', (ask) =>
      sdk.call('getRoutingQueueMembers', options, () =>
        sdk.routing.getRoutingQueueMembers(queueId, { ...ask }),
      ),
    );
}

/** `GET /api/v2/teams/{teamId}/members`, by cursor. */
export function teamMembers(sdk: Sdk): Read {
  return (teamId, options) =>
    readByCursor('getTeamMembers', (ask) =>
      sdk.call('getTeamMembers', options, () => sdk.teams.getTeamMembers(teamId, { ...ask })),
    );
}
