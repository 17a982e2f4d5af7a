/** Reads agents: everyone in a sweep, some of them again just before acting. */
import type { Directory, ReadingSummary } from '../../ports/agents.ts';
import type { Unknown } from '../../domain/agent.ts';
import { showsWork } from '../../domain/tracking/reading.ts';
import { isReadAhead, type Shifts } from '../../domain/time/shifts.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { Effort } from '../http/call.ts';
import type { OfflineDefinition } from './definitions.ts';
import { asObject, asText } from '../../http/read-json.ts';
import { entitiesOf } from './listing.ts';
import type { Memberships } from './memberships.ts';
import type { NativeTimeouts } from '../inspection/native-timeouts.ts';
import type { RawPage } from './pages.ts';
import { rereadAgents } from './reread.ts';
import { Interner, readUser, type ReadContext } from './read-user.ts';
import type { Sighting } from '../../ports/agents.ts';
import type { Sdk } from '../http/sdk.ts';
import type { ScheduleNeeds, Schedules } from '../schedules/schedules.ts';
import type { ServerClock } from '../http/server-clock.ts';
import type { UserPages } from './user-pages.ts';

/** What the policy asks about; ids of queues and teams. */
export interface Needs {
  /** Whether users are told by name, e-mail or username; taken to be so unless said otherwise. */
  readonly names?: boolean;
  readonly groups: boolean;
  readonly roles: boolean;
  readonly queues: readonly string[];
  readonly teams: readonly string[];
  /** Whether `lastTokenIssued` is wanted. */
  readonly tokens: boolean;
  /** What of published schedules is wanted; nothing unless said. */
  readonly schedules?: ScheduleNeeds;
}

/** The first page of a listing, and how it was asked for. */
export interface FirstPage {
  /** `number`: the listing by cursor is refused. */
  readonly by: 'cursor' | 'number';
  readonly expands: readonly string[];
  readonly sightings: readonly Sighting[];
}

export interface DirectoryParts {
  readonly sdk: Sdk;
  readonly pages: UserPages;
  readonly now: () => Instant;
  readonly serverClock: ServerClock;
  readonly queues: Memberships;
  readonly teams: Memberships;
  readonly nativeTimeouts: NativeTimeouts;
  readonly offline: OfflineDefinition;
  readonly schedules: Pick<Schedules, 'of' | 'want' | 'needs'>;
  readonly warn: (message: string, fields: object) => void;
}

export class PlatformDirectory implements Directory {
  readonly hands = 'everyone';
  readonly #parts: DirectoryParts;
  readonly #pages: UserPages;
  readonly #intern = new Interner();
  #needs: Needs = { groups: true, roles: true, queues: [], teams: [], tokens: true };

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    this.#pages = parts.pages;
  }

  /** From the next request on only this is read. */
  setNeeds(needs: Needs): void {
    if (expandsFor(needs).join() !== expandsFor(this.#needs).join()) this.#pages.forgetSizes();
    this.#needs = needs;
    this.#parts.queues.want(needs.queues);
    this.#parts.teams.want(needs.teams);
    this.#parts.schedules.want(needs.schedules ?? 'none');
  }

  /** The server's time now; never ahead of the truth while the clocks run evenly. */
  serverNow(): Instant {
    return this.#parts.serverClock.earliest(this.#parts.now());
  }

  /** After how long the platform ends an idle session, as known since the last sweep began; empty when off, or not known. */
  nativeTimeouts(): readonly Duration[] | undefined {
    return this.#parts.nativeTimeouts.all;
  }

  /**
   * Before a log-off: reads the members of queues and teams again, where that was done before `since` (local time). Answers the
   * kinds of which some could not be read. Never throws.
   */
  async freshen(since: Instant, signal: AbortSignal): Promise<readonly ('queues' | 'teams')[]> {
    const options = { priority: 'action', signal } as const;
    const kinds = ['queues', 'teams'] as const;
    const read = await Promise.all(kinds.map((kind) => this.#parts[kind].freshen(since, options)));
    return kinds.filter((_, i) => read[i] !== true);
  }

  /** Reads who is in the queues and teams that are needed, unless that is known; a sweep does so itself. Never throws. */
  async readMembers(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#parts.queues, this.#parts.teams].map((each) => each.refresh(signal)));
  }

  /** Reads everyone in state active. Never throws: what went wrong is in the summary. */
  async sweep(onPage: (page: readonly Sighting[]) => void, signal: AbortSignal): Promise<ReadingSummary> {
    const { now, serverClock, queues, teams, nativeTimeouts } = this.#parts;
    const begun = now();
    const seen = new Set<string>();
    let fault: string | undefined;
    try {
      await Promise.all([queues, teams, nativeTimeouts].map((each) => each.refresh(signal)));
      signal.throwIfAborted();
      const take = (page: RawPage): void => {
        this.#take(page, seen, onPage);
      };
      fault = await this.#pages.walk(expandsFor(this.#needs), take, { priority: 'read', signal });
    } catch (error) {
      fault = signal.aborted ? 'the sweep was stopped' : 'the sweep failed unexpectedly';
      if (!signal.aborted) this.#parts.warn('the sweep failed unexpectedly', { error: nameOf(error) });
    }
    // Worked out at the end: before the first response ever, nothing was known about the server's clock.
    return {
      complete: fault === undefined,
      fault,
      startedAt: serverClock.earliest(begun),
      clockError: serverClock.error(),
    };
  }

  /** One page as a sweep begins with it. Throws `PlatformError`. */
  async firstPage(signal?: AbortSignal): Promise<FirstPage> {
    const expands = expandsFor(this.#needs);
    const { page, by } = await this.#pages.first(expands, { priority: 'read', signal });
    const sightings: Sighting[] = [];
    this.#take(page, new Set(), (taken) => sightings.push(...taken));
    return { by, expands, sightings };
  }

  /**
   * Reads these again. Agents whom the platform did not return, or cannot give, are absent. Throws `PlatformError` when none could
   * be read, or the signal's reason.
   */
  async reread(agentIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Sighting>> {
    return rereadAgents(agentIds, (ids, effort) => this.#readAgents(ids, effort, signal), this.#parts.warn);
  }

  async #readAgents(
    ids: readonly string[],
    effort: Effort,
    signal: AbortSignal,
  ): Promise<readonly Sighting[]> {
    const { sdk } = this.#parts;
    const expand = expandsFor(this.#needs);
    const answer = await sdk.call('getUsers', { priority: 'action', signal, effort }, () =>
      sdk.users.getUsers({ id: [...ids], pageSize: ids.length, expand: expand as never }),
    );
    const { entities } = entitiesOf(answer, 'getUsers', 2 * ids.length + 10);
    const context = this.#context(answer.sentAt, answer.receivedAt);
    return entities.filter(isActive).flatMap((entity) => readUser(entity, context) ?? []);
  }

  /** Hands a page on without those who were on an earlier page. */
  #take(page: RawPage, seen: Set<string>, onPage: (page: readonly Sighting[]) => void): void {
    const context = this.#context(page.answer.sentAt, page.answer.receivedAt);
    const sightings: Sighting[] = [];
    let unreadable = 0;
    for (const entity of page.entities) {
      const sighting = readUser(entity, context);
      if (sighting === undefined) {
        unreadable += 1;
        continue;
      }
      const { agent, observation } = sighting;
      if (seen.has(agent.id)) {
        noteSecond(sightings, sighting);
        continue;
      }
      seen.add(agent.id);
      if (!isActive(entity)) continue;
      const { presence } = observation;
      if (presence?.system === 'OFFLINE' && presence.definitionId !== undefined)
        this.#parts.offline.noteSeen(presence.definitionId);
      sightings.push(sighting);
    }
    if (unreadable > 0) this.#parts.warn('users without an id were skipped', { count: unreadable });
    onPage(sightings);
  }

  #context(sentAt: Instant, receivedAt: Instant): ReadContext {
    const { serverClock, queues, teams, schedules } = this.#parts;
    const to = serverClock.latest(receivedAt);
    const shiftsOf = (userId: string): Shifts | undefined => {
      const shifts = schedules.of(userId);
      return shifts === undefined || isReadAhead(shifts, to) ? undefined : shifts;
    };
    return {
      names: this.#needs.names ?? true,
      groups: this.#needs.groups,
      roles: this.#needs.roles,
      queuesOf: (userId) => queues.of(userId),
      teamsOf: (userId) => teams.of(userId),
      shiftsOf: schedules.needs === 'none' ? undefined : shiftsOf,
      from: serverClock.earliest(sentAt),
      to,
      intern: this.#intern,
    };
  }
}

const TWICE: Unknown = { part: 'user', why: 'contradiction' };

/**
 * A page that shows an agent twice, and not alike, contradicts itself: neither reading is built on, and work that one of them
 * shows is a sign. Pages that overlap show the same agent at different times: there the first reading counts.
 */
function noteSecond(sightings: Sighting[], second: Sighting): void {
  const index = sightings.findIndex(({ agent }) => agent.id === second.agent.id);
  const first = sightings[index];
  if (first === undefined || JSON.stringify(first) === JSON.stringify(second)) return;
  const { agent, observation } = showsWork(second.observation) ? second : first;
  const others = observation.faults?.filter((fault) => fault !== TWICE) ?? [];
  sightings[index] = { agent, observation: { ...observation, faults: [...others, TWICE] } };
}

/** Only what is needed is asked for: expands cost the platform, and a page that is too large costs us a request. */
function expandsFor(needs: Needs): readonly string[] {
  const expand = ['presence', 'routingStatus', 'conversationSummary'];
  if (needs.tokens) expand.push('lasttokenissued');
  if (needs.groups) expand.push('groups');
  if (needs.roles) expand.push('authorization');
  return expand;
}

/** The listings were asked for active users; one that says it is not is none of ours. */
function isActive(entity: unknown): boolean {
  const state = asText(asObject(entity)?.['state']);
  return state === undefined || state.toLowerCase() === 'active';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
