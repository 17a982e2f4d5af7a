/**
 * What one sweep finds, gathered page by page: each reading is folded and judged as it comes, and nothing of a page is
 * kept but what it changed and what it calls for.
 */
import type { Agent, Unknown } from '../domain/agent.ts';
import type { OwnOffline } from '../domain/evidence/timeline.ts';
import { REASONS, type Reason, type Verdict } from '../domain/judging/judge.ts';
import { departureOf, placeIn, type AgentState, type Cause } from '../domain/tracking/state.ts';
import { peakShareOf } from '../domain/licence/near-peak.ts';
import { enforcedIn, observedIn, waitsForPeak } from '../domain/planning/candidates.ts';
import type { Candidate } from '../domain/planning/plan.ts';
import { LONGEST_KEPT, type StoredAgent } from '../domain/record.ts';
import { openSuspect } from '../domain/tracking/suspects.ts';
import { MINUTE, type Duration, type Instant } from '../domain/time/time.ts';
import type { Tracker, SweepContext } from './tracker.ts';
import type { Sighting } from '../ports/agents.ts';
import { warningsFor, type AgentToWarn } from './actuator/warn-agents.ts';

/** An agent who is due, with what carrying out needs. */
export interface DueAgent extends Candidate {
  readonly agent: Agent;
}

/** A log-off of ours by which sources of evidence are tried. */
export interface OwnLogoff {
  readonly agent: Agent;
  readonly begunAt: Instant;
  /** The Offline that it set, while the agent is Offline. */
  readonly offline?: OwnOffline | undefined;
  /** The silent return that its revocation brought. */
  readonly silentAt?: Instant | undefined;
}

/** Older log-offs say nothing of how a source is now. */
const TRIED_FOR: Duration = 30 * MINUTE;

/** An agent on the ladder whose answer may fall due before the next sweep. */
export interface AwaitedAnswer {
  readonly agent: Agent;
  /** When it falls due; `undefined` while the agent is Offline, and the return is still to come. */
  readonly dueAt: Instant | undefined;
}

/** What one sweep found. */
export interface Findings {
  /** Everyone whom the platform listed, with a usable reading or without. */
  readonly listed: ReadonlySet<string>;
  /** Everyone whose reading entered state. */
  readonly seen: ReadonlySet<string>;
  readonly online: number;
  /** Offline by our own log-off, for not too long. */
  readonly kept: number;
  readonly verdicts: Readonly<Record<Reason, number>>;
  /** Agents whose reading cannot be used, by what of it is unknown; one reading may count more than once. */
  readonly unknown: Readonly<Record<string, number>>;
  readonly due: readonly DueAgent[];
  readonly imagined: readonly DueAgent[];
  /** Agents whose limit is reached and whose rules wait for the licence peak. */
  readonly waitingForPeak: readonly string[];
  /** Who is to be told of a log-off to come, and was not yet. */
  readonly toWarn: readonly AgentToWarn[];
  /** With what brought them onto the ladder. */
  readonly held: readonly { readonly agent: Agent; readonly cause: Cause | undefined }[];
  readonly engaged: readonly { readonly agent: Agent; readonly since: Instant }[];
  /** Agents with a change that evidence may explain, and log-offs of ours by which its sources are tried. */
  readonly suspects: readonly Agent[];
  readonly ownLogoffs: readonly OwnLogoff[];
  /** Agents on the ladder who wait for an answer, or have yet to come back. */
  readonly awaited: readonly AwaitedAnswer[];
  /** Agents whose name, e-mail, profile or exemption is new. */
  readonly described: readonly StoredAgent[];
  readonly nextDueAt: Instant | undefined;
}

/** The findings of a sweep under way: hand it pages. */
export class SweepFindings implements Findings {
  readonly listed = new Set<string>();
  readonly seen = new Set<string>();
  online = 0;
  kept = 0;
  readonly verdicts = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>;
  readonly unknown: Record<string, number> = {};
  readonly due: DueAgent[] = [];
  readonly imagined: DueAgent[] = [];
  readonly waitingForPeak: string[] = [];
  readonly toWarn: AgentToWarn[] = [];
  readonly held: Findings['held'][number][] = [];
  readonly engaged: Findings['engaged'][number][] = [];
  readonly suspects: Agent[] = [];
  readonly ownLogoffs: OwnLogoff[] = [];
  readonly awaited: AwaitedAnswer[] = [];
  readonly described: StoredAgent[] = [];
  nextDueAt: Instant | undefined;
  readonly #population: Tracker;
  readonly #context: SweepContext;

  constructor(population: Tracker, context: SweepContext) {
    this.#population = population;
    this.#context = context;
  }

  /** Takes one page in. Agents of an earlier page are not looked at again. */
  page(sightings: readonly Sighting[]): void {
    for (const sighting of sightings) {
      if (this.listed.has(sighting.agent.id)) continue;
      this.listed.add(sighting.agent.id);
      this.#take(sighting);
    }
  }

  #take(sighting: Sighting): void {
    const { agent, observation } = sighting;
    const { state, verdict } = this.#population.look(sighting, this.#context);
    this.verdicts[verdict.reason] += 1;
    for (const kind of new Set(verdict.unknown.map(kindOf)))
      this.unknown[kind] = (this.unknown[kind] ?? 0) + 1;
    const described = this.#population.described(agent, verdict.profile, exemptionIn(verdict));
    if (described !== undefined) this.described.push(described);
    // For the clocks, an agent whose reading could not be used was not seen.
    if (state === undefined || state.seenAt < observation.at) return;
    this.#count(state, verdict);
    this.#sort(agent, state, verdict);
    const { policy, peak } = this.#context;
    this.toWarn.push(...warningsFor(agent, state, verdict, policy, observation.at, peakShareOf(peak)));
  }

  #count(state: AgentState, { nextAt }: Verdict): void {
    this.seen.add(state.agentId);
    if (state.last.presence !== 'OFFLINE') this.online += 1;
    else if (isKept(state)) this.kept += 1;
    if (nextAt !== undefined) this.nextDueAt = Math.min(this.nextDueAt ?? Infinity, nextAt);
  }

  #sort(agent: Agent, state: AgentState, verdict: Verdict): void {
    const { session, episode } = state;
    const { reason } = verdict;
    if (reason === 'held') this.held.push({ agent, cause: episode.ladder && placeIn(episode.ladder).cause });
    if (session.kind === 'engaged') this.engaged.push({ agent, since: session.since });
    if (state.undo.length > 0 && openSuspect(state) !== undefined) this.suspects.push(agent);
    const own = ownLogoffIn(agent, state);
    if (own !== undefined) this.ownLogoffs.push(own);
    const awaited = awaitedIn(agent, state, verdict);
    if (awaited !== undefined) this.awaited.push(awaited);
    const enforced = enforcedIn(verdict);
    if (enforced !== undefined) this.due.push({ agent, agentId: agent.id, due: enforced });
    if (waitsForPeak(verdict, this.#context.policy)) this.waitingForPeak.push(agent.id);
    for (const due of observedIn(verdict, state)) this.imagined.push({ agent, agentId: agent.id, due });
  }
}

/** Label of the exemption that protects; empty where none does, `undefined` where it could not be asked. */
function exemptionIn({ reason, detail = '' }: Verdict): string | undefined {
  if (reason === 'unknown') return undefined;
  return reason === 'exempt' ? detail : '';
}

/** A contradiction is none of a single part. */
function kindOf({ part, why }: Unknown): string {
  return why === 'contradiction' ? why : part;
}

/** Our log-off holds, and the agent would perhaps still be online without it. */
function isKept(state: AgentState): boolean {
  const departure = departureOf(state);
  return departure?.by === 'enforcer' && state.seenAt - departure.at < LONGEST_KEPT;
}

function awaitedIn(
  agent: Agent,
  { session, episode }: AgentState,
  { reason, nextAt }: Verdict,
): AwaitedAnswer | undefined {
  if (reason === 'ladder_waiting' && nextAt !== undefined) return { agent, dueAt: nextAt };
  const mayReturn = session.kind === 'offline' && episode.ladder !== undefined;
  return mayReturn ? { agent, dueAt: undefined } : undefined;
}

/** The newest log-off of ours, while its effect can be seen and it is not long ago. */
function ownLogoffIn(agent: Agent, state: AgentState): OwnLogoff | undefined {
  const { logoff, session, seenAt, last } = state;
  if (logoff?.kind !== 'seen' || seenAt - logoff.from > TRIED_FOR) return undefined;
  const begunAt = logoff.from;
  if (session.kind === 'offline' && session.departure.by === 'enforcer') {
    const stamp = last.presenceSince;
    return stamp === undefined ? undefined : { agent, begunAt, offline: { begunAt, stamp, seenAt } };
  }
  const isBack = session.kind === 'returned' && session.silent.after === 'enforcer';
  if (!isBack || !logoff.done.includes('revoke_tokens')) return undefined;
  return { agent, begunAt, silentAt: session.silent.at };
}
