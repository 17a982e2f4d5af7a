/**
 * What a reading must have to be built on, and what of it is unknown. This is the one place that says so: folding,
 * judging, the looks around an action, policy tests, backtests and `explain` all ask here. Whatever is unknown protects.
 */
import type { Agent, Observation, RoutingStatus, SystemPresence } from '../agent.ts';
import type { Unknown, UnknownWhy, WholeObservation } from '../agent.ts';
import { movesRouting } from '../policy/actions.ts';
import type { Exemption, ListedLabels, Policy, Profile } from '../policy/policy.ts';
import { fitOf, matches, profileOf } from '../policy/when.ts';
import { SECOND, type Duration, type Instant } from '../time/time.ts';
import { mayHaveDone, type AgentState, type Logoff, type Snapshot } from './state.ts';

/** Whom a reading is of, and which parts of the policy may concern them. */
export interface Concern {
  readonly agent: Agent;
  readonly exempt: readonly Exemption[];
  /** The labels that the platform lists, where the policy names some. */
  readonly labels?: ListedLabels | undefined;
  /** The agent's profile; `undefined` when they are left alone. */
  readonly profile: Profile | undefined;
  /** The organisation's head-count as a share of its licence peak; `undefined` where that is not known: nothing is near it. */
  readonly peakShare?: number | undefined;
}

/** What of a policy concerns an agent. */
export function concernOf(agent: Agent, policy: Policy, peakShare?: number): Concern {
  const { exempt, labels } = policy;
  return { agent, exempt, labels, profile: profileOf(agent, policy), peakShare };
}

/** What a reading shows, as far as it can be built on. `unknown` is never empty. */
export type Reading =
  | { readonly kind: 'offline' | 'engaged' | 'free' }
  | { readonly kind: 'unknown'; readonly unknown: readonly Unknown[] };

const NONE: readonly Unknown[] = [];
const OFFLINE: Reading = { kind: 'offline' };
const ENGAGED: Reading = { kind: 'engaged' };
const FREE: Reading = { kind: 'free' };
const SUMMARY = 'conversationSummary';
const LABEL = 'presence label';
const TOKEN = 'lastTokenIssued';

/** Says what a reading shows. `state` is what was remembered before or after it was taken in; `undefined` at first sight. */
export function assess(o: Observation, state: AgentState | undefined, concern: Concern): Reading {
  return isFoldable(o, state, concern) ? assessWhole(o) : { kind: 'unknown', unknown: unknownIn(o, state) };
}

/** The same of a reading that is known to be foldable. */
export function assessWhole(o: WholeObservation): Reading {
  if (o.presence.system === 'OFFLINE') return OFFLINE;
  const seen = conversationsIn(o);
  if (seen === 'possibly') return { kind: 'unknown', unknown: unknownConversations(o) };
  return seen === 'engaged' ? ENGAGED : FREE;
}

/**
 * Whether presence and routing status can be told, and everything that says whom the agent is: what a reading must have
 * to be taken in. Conversations may be unknown all the same.
 */
export function isFoldable(
  o: Observation,
  state: AgentState | undefined,
  concern: Concern,
): o is WholeObservation {
  return isWhole(o) && !contradictsItself(o, state) && !lacksLabel(o, concern);
}

/** Nothing of the parts that say who the agent is and where they stand is missing or misunderstood. */
function isWhole(o: Observation): o is WholeObservation {
  return (
    o.presence !== undefined &&
    o.presence.system !== 'UNKNOWN' &&
    o.routing !== undefined &&
    o.routing.status !== 'UNKNOWN' &&
    o.missing.length === 0 &&
    (o.faults === undefined || o.faults.length === 0 || o.faults.every(({ part }) => part === SUMMARY))
  );
}

/** Of a reading that cannot be folded: every part that keeps it from that, and why. */
function unknownIn(o: Observation, state: AgentState | undefined): readonly Unknown[] {
  const faults = o.faults ?? NONE;
  const unknown: Unknown[] = [
    ...o.missing.map((part): Unknown => ({ part, why: 'missing' })),
    ...faults,
    ...unknownWord('presence', o.presence?.system, faults),
    ...unknownWord('routingStatus', o.routing?.status, faults),
  ];
  return isWhole(o)
    ? [...unknown, contradictsItself(o, state) ? contradictionIn(o) : unknownLabel(o)]
    : unknown;
}

function unknownWord(part: string, word: string | undefined, faults: readonly Unknown[]): readonly Unknown[] {
  const isKnown = word !== undefined && word !== 'UNKNOWN';
  if (isKnown || faults.some((fault) => fault.part === part)) return NONE;
  return [{ part, why: word === undefined ? 'missing' : 'unheard_of' }];
}

function contradictionIn({ presence, routing }: WholeObservation): Unknown {
  return { part: 'routingStatus', why: 'contradiction', said: `${presence.system} and ${routing.status}` };
}

function unknownLabel({ presence: { definitionId: said } }: WholeObservation): Unknown {
  return said === undefined ? { part: LABEL, why: 'missing' } : { part: LABEL, why: 'unheard_of', said };
}

/** Whether these two cannot both be true: On Queue is never off the queue, and no other presence but Offline waits on it. */
export function areContradictory(presence: SystemPresence, routing: RoutingStatus): boolean {
  if (presence === 'ON_QUEUE') return routing === 'OFF_QUEUE';
  return presence !== 'OFFLINE' && routing === 'IDLE';
}

function contradictsItself(o: WholeObservation, state: AgentState | undefined): boolean {
  return areContradictory(o.presence.system, o.routing.status) && !isLeftByUs(o, state);
}

/** How far our own log-off's times and the platform's stamps of it may lie apart. */
export const OWN_STAMP_TOLERANCE: Duration = 3 * SECOND;

/**
 * What our own log-off left behind is no contradiction: the platform may leave the presence On Queue when we take an agent
 * off the queue. That lasts until the next stamp that is not ours, also after a restart, and when the log-off went no further.
 */
function isLeftByUs(o: WholeObservation, state: AgentState | undefined): boolean {
  if (state === undefined) return false;
  // A contradiction that was taken in was left by us: it is none while its stamps stand.
  const { presenceSince, routingSince } = state.last;
  const isUntouched = presenceSince === o.presence.since && routingSince === o.routing.since;
  if (isUntouched && showsSame(state.last, o)) return true;
  const { logoff } = state;
  return logoff !== undefined && movesRouting(mayHaveDone(logoff)) && isDoneBy(logoff, o);
}

function showsSame(last: Snapshot, { presence, routing }: WholeObservation): boolean {
  return last.presence === presence.system && last.routing === routing.status;
}

/** The part that our doing moves is stamped while we did it; the other part has not moved since. */
function isDoneBy(logoff: Logoff, { presence, routing, at }: WholeObservation): boolean {
  const [from, to] = [logoff.from - OWN_STAMP_TOLERANCE, logoff.to + OWN_STAMP_TOLERANCE];
  const isOurs = (stamp: Instant): boolean => stamp >= from && stamp <= to;
  if (presence.system === 'ON_QUEUE') return isOurs(routing.since ?? at) && (presence.since ?? to) <= to;
  return presence.system === 'AVAILABLE' && isOurs(presence.since ?? at) && (routing.since ?? to) <= to;
}

/**
 * Whether the label of the presence is missing, or one that the platform does not list, where it decides something for this
 * agent: an exemption that may protect them, or a rule of their profile. The label of an Offline agent decides nothing.
 */
function lacksLabel({ presence, routing, at }: WholeObservation, concern: Concern): boolean {
  const { definitionId, system } = presence;
  const { agent, exempt, profile, labels } = concern;
  if (system === 'OFFLINE' || (definitionId !== undefined && !isUnlisted(definitionId, system, labels)))
    return false;
  const shown = { presence: system, presenceId: undefined, routing: routing.status };
  // A label that is not listed may be the same word of another division, but not of another system presence.
  const mayBe = (ids: ReadonlySet<string>): boolean =>
    definitionId === undefined || [...ids].some((id) => (labels?.systems.get(id) ?? system) === system);
  const mayProtect = ({ when, until, match }: Exemption): boolean =>
    when !== undefined &&
    (until === undefined || at < until) &&
    fitOf(when, shown, mayBe) === 'unknown' &&
    matches(match, agent);
  return (
    exempt.some(mayProtect) ||
    profile?.rules.some(({ when }) => fitOf(when, shown, mayBe) === 'unknown') === true
  );
}

/** Readers with rights in some divisions alone are shown the labels of these; the platform's own are shown to everyone. */
function isUnlisted(id: string, system: SystemPresence, labels: ListedLabels | undefined): boolean {
  return labels !== undefined && labels.builtIn.has(system) && !labels.systems.has(id);
}

/** Whether a reading with a known presence shows, or may hide, a conversation. */
export function conversationsIn(o: Observation): 'engaged' | 'possibly' | 'free' {
  if (o.routing?.status === 'INTERACTING' || o.routing?.status === 'COMMUNICATING') return 'engaged';
  if (o.conversations === undefined) return 'possibly';
  if (o.conversations.contactCentre + o.conversations.enterprise > 0) return 'engaged';
  return o.faults?.some(({ part }) => part === SUMMARY) === true ? 'possibly' : 'free';
}

function unknownConversations({ faults = NONE }: Observation): readonly Unknown[] {
  const found = faults.filter(({ part }) => part === SUMMARY);
  return found.length > 0 ? found : [{ part: SUMMARY, why: 'missing' }];
}

/**
 * Whether a reading shows work, whatever else of it is unknown. A counter above zero that is not known is taken for work:
 * the clocks of an agent who may have worked start anew.
 */
export function showsWork(o: Observation): boolean {
  const isUnheardOf = ({ part, why }: Unknown): boolean => part === SUMMARY && why === 'unheard_of';
  return conversationsIn(o) === 'engaged' || o.faults?.some(isUnheardOf) === true;
}

/** The same instant may be written with and without its milliseconds. */
const WRITTEN: Duration = SECOND;

/**
 * Without its stamp, or with an older one, the same state cannot be told from one that was left and taken up again. Where
 * the platform keeps a stamp back until a gap opens, the state is watched without it from then on.
 */
export function withheldStamps({ last }: AgentState, o: WholeObservation): readonly Unknown[] {
  const { presence, routing } = o;
  if (presence.system === 'OFFLINE') return NONE;
  const isSame = presence.system === last.presence;
  const ofPresence = isSame ? staleness(presence.since, last.presenceSince) : undefined;
  const ofRouting = routing.status === last.routing ? staleness(routing.since, last.routingSince) : undefined;
  if (ofPresence === undefined && ofRouting === undefined) return NONE;
  return [
    ...(ofPresence === undefined ? [] : [{ part: 'presence.modifiedDate', why: ofPresence }]),
    ...(ofRouting === undefined ? [] : [{ part: 'routingStatus.startTime', why: ofRouting }]),
  ];
}

type Staleness = 'missing' | 'outdated';

function staleness(stamp: Instant | undefined, known: Instant | undefined): Staleness | undefined {
  if (known === undefined) return undefined;
  if (stamp === undefined) return 'missing';
  return stamp < known - WRITTEN ? 'outdated' : undefined;
}

/**
 * Whether a reading that could be taken in was. The time of the reading alone does not tell: by another server's clock a
 * later reading may be the earlier one.
 */
export function isTakenIn(state: AgentState, o: WholeObservation): boolean {
  return state.seenAt >= o.at && showsSame(state.last, o) && withheldStamps(state, o).length === 0;
}

/** Why a reading that could be taken in was not: what of it is withheld. */
export function withheldIn(state: AgentState, o: WholeObservation): readonly Unknown[] {
  const stamps = withheldStamps(state, o);
  return stamps.length > 0 ? stamps : [{ part: TOKEN, why: 'missing' }];
}

/** Whether a login in a gap may hide: the token that would tell of it is not there, or older than the one known. */
export function withholdsToken(last: Snapshot, shown: Snapshot): boolean {
  return staleness(shown.tokenAt, last.tokenAt) !== undefined;
}

/** The unknown parts in a few words, for verdicts, logs and `explain`; `undefined` when there are none. */
export function whatIsMissing(unknown: readonly Unknown[]): string | undefined {
  return unknown.length === 0 ? undefined : [...new Set(unknown.map(wordsOf))].join(', ');
}

function wordsOf({ part, why, said }: Unknown): string {
  const quoted = said === undefined ? '' : ` (${said})`;
  const words: Readonly<Record<UnknownWhy, string>> = {
    missing: part,
    contradiction: 'contradiction',
    future: `${part} from the future`,
    outdated: `${part} older than before`,
    malformed: `${part} malformed${quoted}`,
    unheard_of: `${UNHEARD_OF[part] ?? `an unheard-of ${part}`}${quoted}`,
  };
  return words[why];
}

const UNHEARD_OF: Readonly<Record<string, string>> = {
  routingStatus: 'an unheard-of routing status',
  [SUMMARY]: `an unheard-of counter in ${SUMMARY}`,
};
