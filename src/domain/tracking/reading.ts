/**
 * What a reading must have to be built on, and what of it is unknown. This is the one place that says so: folding,
 * judging, the looks around an action, policy tests, backtests and `explain` all ask here. Whatever is unknown protects.
 */
import type {
  Agent,
  Observation,
  RoutingStatus,
  SystemPresence,
  Unknown,
  WholeObservation,
} from '../agent.ts';
import type { Memory, OwnLogoff } from './memory.ts';
import type { Exemption, ListedLabels, Profile } from '../policy/policy.ts';
import { isMoved, isStill, OWN_SLACK, type Difference } from './signs.ts';
import { SECOND, type Duration, type Instant } from '../time/time.ts';
import { fitOf, matches } from '../policy/when.ts';

/** Whom a reading is of, and which parts of the policy may concern them. */
export interface Concern {
  readonly agent: Agent;
  readonly exempt: readonly Exemption[];
  /** The labels that the platform lists, where the policy names some. */
  readonly labels?: ListedLabels | undefined;
  /** The agent's profile; `undefined` when they are left alone. */
  readonly profile: Profile | undefined;
}

/** What a reading shows, as far as it can be built on. */
export type Reading =
  | { readonly kind: 'offline' | 'engaged' | 'free' }
  | {
      readonly kind: 'unknown';
      /** Never empty. */
      readonly unknown: readonly Unknown[];
    };

const NONE: readonly Unknown[] = [];
const OFFLINE: Reading = { kind: 'offline' };
const ENGAGED: Reading = { kind: 'engaged' };
const FREE: Reading = { kind: 'free' };
const SUMMARY = 'conversationSummary';

/**
 * Classifies a reading. `memory` is what was remembered before or after it was folded in; `undefined` at first sight.
 */
export function classify(o: Observation, memory: Memory | undefined, concern: Concern): Reading {
  if (!isFoldable(o, memory, concern)) return { kind: 'unknown', unknown: unknownIn(o, memory) };
  if (o.presence.system === 'OFFLINE') return OFFLINE;
  const seen = conversationsIn(o);
  if (seen === 'possibly') return { kind: 'unknown', unknown: unknownConversations(o) };
  return seen === 'engaged' ? ENGAGED : FREE;
}

/**
 * Whether presence and routing status can be told, and everything that says whom the agent is: what a reading must have
 * to enter memory. Conversations may be unknown all the same.
 */
export function isFoldable(
  o: Observation,
  memory: Memory | undefined,
  concern: Concern,
): o is WholeObservation {
  return isWhole(o) && !contradictsItself(o, memory) && !lacksLabel(o, concern);
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
function unknownIn(o: Observation, memory: Memory | undefined): readonly Unknown[] {
  const faults = o.faults ?? NONE;
  const unknown: Unknown[] = [
    ...o.missing.map((part): Unknown => ({ part, why: 'missing' })),
    ...faults,
    ...unknownWord('presence', o.presence?.system, faults),
    ...unknownWord('routingStatus', o.routing?.status, faults),
  ];
  if (!isWhole(o)) return unknown;
  if (contradictsItself(o, memory)) return [...unknown, contradictionIn(o)];
  const { definitionId } = o.presence;
  if (definitionId === undefined) return [...unknown, { part: LABEL, why: 'missing' }];
  return [...unknown, { part: LABEL, why: 'unheard_of', said: definitionId }];
}

const LABEL = 'presence label';

function unknownWord(part: string, word: string | undefined, faults: readonly Unknown[]): readonly Unknown[] {
  if (faults.some((fault) => fault.part === part)) return NONE;
  if (word === undefined) return [{ part, why: 'missing' }];
  return word === 'UNKNOWN' ? [{ part, why: 'unheard_of' }] : NONE;
}

function contradictionIn({ presence, routing }: WholeObservation): Unknown {
  return { part: 'routingStatus', why: 'contradiction', said: `${presence.system} and ${routing.status}` };
}

/** Whether these two cannot both be true: On Queue is never off the queue, and no other presence but Offline waits on it. */
export function areContradictory(presence: SystemPresence, routing: RoutingStatus): boolean {
  if (presence === 'ON_QUEUE') return routing === 'OFF_QUEUE';
  return presence !== 'OFFLINE' && routing === 'IDLE';
}

function contradictsItself(o: WholeObservation, memory: Memory | undefined): boolean {
  return areContradictory(o.presence.system, o.routing.status) && !isLeftByUs(o, memory);
}

/**
 * What our own log-off left behind is no contradiction: the platform may leave the presence On Queue when we take an agent
 * off the queue. That lasts until the next stamp that is not ours, also after a restart, and when the log-off went no further.
 */
function isLeftByUs(o: WholeObservation, memory: Memory | undefined): boolean {
  if (memory === undefined) return false;
  const { leftByUs, own, state } = memory;
  const isSame = state.presence === o.presence.system && state.routing === o.routing.status;
  const isUntouched =
    leftByUs?.presenceSince === o.presence.since && leftByUs?.routingSince === o.routing.since;
  if (isSame && leftByUs !== undefined && isUntouched) return true;
  return own !== undefined && tookOffQueue(own) && isDoneBy(own, o);
}

function tookOffQueue({ actions }: OwnLogoff): boolean {
  return actions.includes('off_queue') || actions.includes('revoke_tokens');
}

/** The part that our doing moves is stamped while we did it; the other part has not moved since. */
function isDoneBy({ from, to }: OwnLogoff, o: WholeObservation): boolean {
  const isOurs = (stamp: Instant): boolean => stamp >= from - OWN_SLACK && stamp <= to + OWN_SLACK;
  const isBefore = (stamp: Instant | undefined): boolean => stamp === undefined || stamp <= to + OWN_SLACK;
  const { presence, routing, at } = o;
  if (presence.system === 'ON_QUEUE') return isOurs(routing.since ?? at) && isBefore(presence.since);
  return presence.system === 'AVAILABLE' && isOurs(presence.since ?? at) && isBefore(routing.since);
}

/** What is to be remembered of a contradiction that our own log-off left behind: it is none while these stamps stand. */
export function leftByUsIn(o: WholeObservation): Memory['leftByUs'] {
  if (!areContradictory(o.presence.system, o.routing.status)) return undefined;
  return { presenceSince: o.presence.since, routingSince: o.routing.since };
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
  const state = { presence: system, presenceId: undefined, routing: routing.status };
  // A label that is not listed may be the same word of another division, but not of another system presence.
  const mayBe = (ids: ReadonlySet<string>): boolean =>
    definitionId === undefined || [...ids].some((id) => (labels?.systems.get(id) ?? system) === system);
  const mayProtect = ({ when, until, match }: Exemption): boolean =>
    when !== undefined &&
    (until === undefined || at < until) &&
    fitOf(when, state, mayBe) === 'unknown' &&
    matches(match, agent);
  return (
    exempt.some(mayProtect) ||
    profile?.rules.some(({ when }) => fitOf(when, state, mayBe) === 'unknown') === true
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

/**
 * What keeps a foldable reading from being told apart from what is remembered: the clocks do not count it. Empty when it
 * can be told. In a gap only the summary matters, for there a part that is withheld restarts the clocks.
 */
export function untoldIn(
  memory: Memory,
  o: WholeObservation,
  d: Difference,
  inGap: boolean,
): readonly Unknown[] {
  if (hidesWork(memory, o)) return unknownConversations(o);
  if (inGap) return NONE;
  const stamps = withheldStamps(memory, o);
  if (stamps.length > 0) return stamps;
  return waitsForToken(memory, o, d) ? [{ part: TOKEN, why: 'missing' }] : NONE;
}

const TOKEN = 'lastTokenIssued';

/**
 * Without the summary a conversation may come and go unseen, and one outside the contact centre leaves no stamp: where
 * nothing else moved either, the reading does not count.
 */
function hidesWork(m: Memory, o: WholeObservation): boolean {
  return o.presence.system !== 'OFFLINE' && conversationsIn(o) === 'possibly' && isStill(m, o);
}

/** The same instant may be written with and without its milliseconds. */
const WRITTEN: Duration = SECOND;

/**
 * Without its stamp, or with an older one, the same state cannot be told from one that was left and taken up again. Where
 * the platform keeps a stamp back until a gap opens, the state is watched without it from then on.
 */
export function withheldStamps(
  { state, presenceSince, routingSince }: Memory,
  o: WholeObservation,
): readonly Unknown[] {
  if (o.presence.system === 'OFFLINE') return NONE;
  const presence =
    o.presence.system === state.presence ? staleness(o.presence.since, presenceSince) : undefined;
  const routing = o.routing.status === state.routing ? staleness(o.routing.since, routingSince) : undefined;
  if (presence === undefined && routing === undefined) return NONE;
  return [
    ...(presence === undefined ? [] : [{ part: 'presence.modifiedDate', why: presence }]),
    ...(routing === undefined ? [] : [{ part: 'routingStatus.startTime', why: routing }]),
  ];
}

function staleness(
  stamp: Instant | undefined,
  known: Instant | undefined,
): 'missing' | 'outdated' | undefined {
  if (known === undefined) return undefined;
  if (stamp === undefined) return 'missing';
  return stamp < known - WRITTEN ? 'outdated' : undefined;
}

/**
 * Whether a reading that could be folded has entered memory. The time of the look alone does not tell: by another server's
 * clock a later look may be the earlier one.
 */
export function isTakenIn(memory: Memory, o: WholeObservation): boolean {
  const { presence, routing } = memory.state;
  const isSame = presence === o.presence.system && routing === o.routing.status;
  return memory.seenAt >= o.at && isSame && withheldStamps(memory, o).length === 0;
}

/** Why a reading that could be folded was not: what of it is withheld. */
export function withheldIn(memory: Memory, o: WholeObservation): readonly Unknown[] {
  const stamps = withheldStamps(memory, o);
  return stamps.length > 0 ? stamps : [{ part: TOKEN, why: 'missing' }];
}

/** Whether a login in a gap may hide: the token that would tell of it is not there, or older than the one known. */
export function withholdsToken({ tokenAt }: Memory, { tokenIssuedAt }: Observation): boolean {
  return staleness(tokenIssuedAt, tokenAt) !== undefined;
}

/**
 * A presence that moved without its token cannot be told: return or person? The next reading can, unless the token stays
 * away until a gap opens; then the move counts as a person's, which protects.
 */
function waitsForToken(m: Memory, o: WholeObservation, d: Difference): boolean {
  const goes = o.presence.system === 'OFFLINE';
  return isMoved(d.presence) && !goes && o.tokenIssuedAt === undefined && m.tokenAt !== undefined;
}

/** The unknown parts in a few words, for verdicts, logs and `explain`; `undefined` when there are none. */
export function whatIsMissing(unknown: readonly Unknown[]): string | undefined {
  return unknown.length === 0 ? undefined : [...new Set(unknown.map(wordsOf))].join(', ');
}

function wordsOf({ part, why, said }: Unknown): string {
  switch (why) {
    case 'missing':
      return part;
    case 'contradiction':
      return 'contradiction';
    case 'future':
      return `${part} from the future`;
    case 'outdated':
      return `${part} older than before`;
    case 'malformed':
      return `${part} malformed${said === undefined ? '' : ` (${said})`}`;
    case 'unheard_of':
      return `${UNHEARD_OF[part] ?? `an unheard-of ${part}`}${said === undefined ? '' : ` (${said})`}`;
  }
}

const UNHEARD_OF: Readonly<Record<string, string>> = {
  routingStatus: 'an unheard-of routing status',

  [SUMMARY]: `an unheard-of counter in ${SUMMARY}`,
};
