/**
 * Who is idle now: the agents of the last sweep, judged from what the store has of them, with the rule that comes first, what its
 * clock shows, when it is due and what protects. Pure; `view.ts` shows it.
 */
import { judgeByNames } from '../../domain/judging/judge-names.ts';
import type { Due, Reason, Verdict } from '../../domain/judging/judge.ts';
import { weigh, type Weighed } from '../../domain/judging/weigh.ts';
import { peakShareOf, type PeakStanding } from '../../domain/licence/near-peak.ts';
import { concernOf } from '../../domain/tracking/reading.ts';
import { ladderInForce, placeIn } from '../../domain/tracking/state.ts';
import type { Hold } from '../../domain/planning/plan.ts';
import type { ClockName, Policy, Profile } from '../../domain/policy/policy.ts';
import type { ControllerState, Pause, RememberedAgent, StoredAgent } from '../../domain/record.ts';
import type { Duration, Instant } from '../../domain/time/time.ts';
import type { AgentState, Stay } from '../../domain/tracking/state.ts';
import type { Shown } from '../../domain/agent.ts';
import { agentFacts, type AgentFacts } from '../shared/agent-facts.ts';
import { holdsOfDue } from '../explain/holds.ts';
import { withStoredFacts } from '../explain/stored.ts';

/** By what all agents are judged. */
export interface ListInput {
  /** Without a policy that can be used no rule is weighed. */
  readonly policy: Policy | undefined;
  readonly standing: ControllerState | undefined;
  readonly pause: Pause | undefined;
  /** The usual time between two sweeps. */
  readonly interval: Duration;
  /** How near the licence peak the head-count was in the last sweep, where rules ask for it. */
  readonly peak?: PeakStanding | undefined;
  readonly now: Instant;
}

/** Which agents are wanted. Without `reasons`: those who are idle. */
export interface ListFilter {
  readonly profile: string | undefined;
  readonly rule: string | undefined;
  readonly reasons: readonly Reason[];
}

/** One agent of the list. */
export interface ListRow {
  readonly agent: StoredAgent;
  readonly profile: string | undefined;
  readonly state: Shown;
  /** The look that all of this is true of. */
  readonly seenAt: Instant;
  /** The last sign of a person; without one the first sight. */
  readonly lastSignAt: Instant;
  /** Not known where the policy cannot be used. */
  readonly reason: Reason | undefined;
  /** What of it protects, in a word: the exemption's label, the missing part. */
  readonly detail: string | undefined;
  /** Exemptions that may fit: that depends on groups and the like, which are not stored. */
  readonly perhapsExempt: readonly string[];
  readonly rule: RuleNumbers | undefined;
  /** Of an agent who is handling an interaction: since when, and whether that is longer than `caps.engaged_too_long`. */
  readonly engaged: { readonly since: Instant; readonly tooLong: boolean } | undefined;
  /** What holds a log-off back that is due. */
  readonly hold: Hold | undefined;
  /** An answer to a warning, for as long as it protects. */
  readonly stay: Stay | undefined;
}

/** The rule that comes first. */
export interface RuleNumbers {
  readonly id: string;
  readonly clock: ClockName | undefined;
  /** Index of the ladder's rung that answers a return; `undefined` for a plain rule. */
  readonly rung: number | undefined;
  readonly measured: Duration | undefined;
  readonly limit: Duration | undefined;
  /** When it is due if nothing happens; in the past where it is. */
  readonly dueAt: Instant | undefined;
}

/** Reasons with which an agent is idle whatever else is true. */
const IDLE: ReadonlySet<Reason> = new Set([
  'due',
  'ladder_due',
  'observed',
  'waiting',
  'warned',
  'outside_hours',
  'ladder_waiting',
  'held',
  'grace',
  'names_unsure',
]);
/** Protected, and idle where the condition of a rule holds. */
const PERHAPS_IDLE: ReadonlySet<Reason> = new Set(['exempt', 'unknown']);

/** Gathers the agents that are wanted, page by page. */
export class Rows {
  readonly #input: ListInput;
  readonly #filter: ListFilter;
  readonly #rows: ListRow[] = [];
  readonly #dues: { readonly agentId: string; readonly due: Due }[] = [];
  #notSeen = 0;

  constructor(input: ListInput, filter: ListFilter) {
    this.#input = input;
    this.#filter = filter;
  }

  add({ agent, memory }: RememberedAgent): void {
    const { profile } = this.#filter;
    if (profile !== undefined && agent.profile !== profile) return;
    const facts = agentFacts(memory);
    const { policy, standing, interval } = this.#input;
    if (isGone(facts, standing, interval)) this.#notSeen += 1;
    else if (policy !== undefined) this.#judge({ agent, memory }, facts, policy);
    else if (facts.state.presence !== 'OFFLINE' && facts.engagedSince === undefined)
      this.#rows.push({ ...NOT_JUDGED, ...lookOf(agent, facts) });
  }

  #judge({ agent, memory }: RememberedAgent, facts: AgentFacts, policy: Policy): void {
    const { standing, interval, peak, now } = this.#input;
    const { rule, reasons } = this.#filter;
    const judged = withStoredFacts({ agent, memory, policy, standing, interval, now });
    if (judged.observation === undefined) return;
    const { at } = judged.observation;
    const concern = concernOf(judged.agent, judged.policy, peakShareOf(peak));
    const verdict = judgeByNames(judged.agent, memory, judged.observation, judged.policy, at, concern);
    if (reasons.length > 0 && !reasons.includes(verdict.reason)) return;
    const numbers = numbersOf(verdict, memory, judged.policy.profiles[0], at);
    if (reasons.length === 0 && !isIdle(verdict, numbers)) return;
    if (rule !== undefined && numbers?.id !== rule) return;
    const { reason, detail, due } = verdict;
    if (due !== undefined && reason !== 'observed') this.#dues.push({ agentId: agent.id, due });
    const { perhapsExempt } = judged;
    const engaged = engagedIn(verdict, facts, policy);
    this.#rows.push({
      ...{ ...NOT_JUDGED, ...lookOf(agent, facts), reason, detail, perhapsExempt },
      ...{ rule: numbers, engaged, stay: stayIn(memory, at) },
    });
  }

  /** Agents who are remembered and whom the last sweeps did not see. */
  get notSeen(): number {
    return this.#notSeen;
  }

  /** The next due first; agents for whom no clock runs last. Without a policy the longest without a sign first. */
  build(): readonly ListRow[] {
    const { policy } = this.#input;
    if (policy === undefined) return this.#rows.sort((a, b) => a.lastSignAt - b.lastSignAt || byName(a, b));
    const holds = holdsOfDue({ ...this.#input, policy }, this.#dues);
    return this.#rows.map((row) => ({ ...row, hold: holds.get(row.agent.id) })).sort(dueFirst);
  }
}

const NOT_JUDGED = {
  reason: undefined,
  detail: undefined,
  perhapsExempt: [],
  rule: undefined,
  engaged: undefined,
  hold: undefined,
  stay: undefined,
} satisfies Partial<ListRow>;

function lookOf(
  agent: StoredAgent,
  { state, seenAt, lastSignAt }: AgentFacts,
): Pick<ListRow, 'agent' | 'profile' | 'state' | 'seenAt' | 'lastSignAt'> {
  return { agent, profile: agent.profile, state, seenAt, lastSignAt };
}

/** Longer than so many intervals unseen, while the sweeps went on, and the platform lists the agent no more. */
const GONE = 3;

/** An agent whose readings cannot be used is seen all the same. */
function isGone(
  { seenAt, isUnread }: AgentFacts,
  standing: ControllerState | undefined,
  interval: Duration,
): boolean {
  const lastAt = standing?.lastCompleteAt;
  return !isUnread && lastAt !== undefined && lastAt - seenAt > GONE * interval;
}

/** The newest answer to a warning, while no rule is due because of it. */
export function stayIn({ stays }: AgentState, at: Instant): Stay | undefined {
  return stays.findLast(({ until }) => at < until);
}

function engagedIn(
  { reason }: Verdict,
  { engagedSince: since, seenAt }: AgentFacts,
  { caps }: Policy,
): ListRow['engaged'] {
  if (reason !== 'engaged' || since === undefined) return undefined;
  return { since, tooLong: seenAt - since > caps.engagedTooLong };
}

function isIdle({ reason }: Verdict, numbers: RuleNumbers | undefined): boolean {
  return IDLE.has(reason) || (PERHAPS_IDLE.has(reason) && numbers !== undefined);
}

/** What is shown of a verdict in numbers. Of the rules whose condition holds the one that is due first, an enforcing one before one that only reports. */
export function numbersOf(
  verdict: Verdict,
  memory: AgentState,
  profile: Profile | undefined,
  at: Instant,
): RuleNumbers | undefined {
  const { due, reason, nextAt } = verdict;
  if (due !== undefined) {
    const { ruleId: id, clock, rung, measured, limit, overdue, byLadder } = due;
    return { id, clock, rung: byLadder ? rung : undefined, measured, limit, dueAt: at - overdue };
  }
  if (profile === undefined) return undefined;
  if (reason === 'ladder_waiting' || reason === 'held') {
    const ladder = ladderInForce(memory, profile.returns, at);
    if (ladder === undefined) return undefined;
    const place = placeIn(ladder);
    const rung = reason === 'held' ? undefined : Math.min(place.rung, profile.returns.ladder.length - 1);
    const none = { clock: undefined, measured: undefined, limit: undefined };
    return { id: place.cause.ruleId, rung, ...none, dueAt: reason === 'held' ? undefined : nextAt };
  }
  const holding = profile.rules.map((rule) => weigh(rule, memory, at)).filter(({ holds }) => holds);
  const enforcing = holding.filter(({ rule }) => rule.mode === 'enforce');
  const [first] = (enforcing.length > 0 ? enforcing : holding).toSorted(
    (a, b) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity),
  );
  return first === undefined ? undefined : weighedNumbers(first, verdict);
}

function weighedNumbers({ rule, measured, dueAt }: Weighed, { reason, nextAt = 0 }: Verdict): RuleNumbers {
  const { id, clock, limit } = rule;
  // What protects for as long as it lasts has no time at which it would end.
  const runs = IDLE.has(reason) && reason !== 'names_unsure';
  const from = reason === 'grace' ? nextAt : -Infinity;
  const at = runs && dueAt !== undefined ? Math.max(dueAt, from) : undefined;
  return { id, clock, rung: undefined, measured, limit, dueAt: at };
}

/** The rule that is due first, then the longest in an interaction, then the longest measured. */
function dueFirst(a: ListRow, b: ListRow): number {
  for (const place of PLACES) {
    const [first, second] = [place(a), place(b)];
    if (first !== second) return first - second;
  }
  return byName(a, b);
}

/** What has none of it stands behind all that has. */
const PLACES: readonly ((row: ListRow) => number)[] = [
  ({ rule }) => rule?.dueAt ?? Infinity,
  ({ engaged }) => engaged?.since ?? Infinity,
  ({ rule }) => -(rule?.measured ?? 0),
];

function byName(a: ListRow, b: ListRow): number {
  return a.agent.name < b.agent.name ? -1 : 1;
}
