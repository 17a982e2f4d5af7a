/**
 * What the record says of an agent as of an earlier time. Memory is kept only as of now: of it, only what has not changed
 * since can be told of then; the numbers that led to each log-off are in the events.
 */
import { countable } from '../../domain/tracking/clocks.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { ClockName } from '../../domain/policy/policy.ts';
import type { EventKind, StoredAgent, StoredEvent } from '../../domain/record.ts';
import { formatDuration, type Instant } from '../../domain/time/time.ts';
import { lastLogoff } from './sentences.ts';
import { meaningOf, SIGN_WORDS, stateWords } from './words.ts';
import type { Times } from '../shared/times.ts';

/** Kinds of events that concern all agents, and this agent with them. */
export const COMMON_KINDS: readonly EventKind[] = ['pause', 'resume', 'policy', 'gap', 'breaker'];

/** The record of one agent up to a time. */
export interface Recorded {
  readonly agent: StoredAgent;
  readonly at: Instant;
  readonly sentences: readonly string[];
  /** The last ten of the agent up to then, in rising order. */
  readonly events: readonly StoredEvent[];
  /** The last five that concern all agents. */
  readonly common: readonly StoredEvent[];
}

/** What the store has of the agent and of all agents. Events are those up to the time asked for, in rising order. */
export interface RecordInput {
  readonly agent: StoredAgent;
  readonly at: Instant;
  readonly events: readonly StoredEvent[];
  readonly common: readonly StoredEvent[];
  /** As of now: what in it is older than the time asked for was true then. */
  readonly memory: AgentState | undefined;
  /** Of the rules that the policy has today. */
  readonly clocks: ReadonlyMap<string, ClockName>;
}

/** Tells the record. */
export function recordedAt(input: RecordInput, times: Times): Recorded {
  const { agent, at, events, common, memory, clocks } = input;
  const sentences = [
    `${agent.name} <${agent.email}> (${agent.id}) as of ${times.full(at)} (${times.zone}), from the record:`,
    ...lastLogoff(events, times, clocks),
    ...unfinished(events, times),
    ...lastReturn(events, times),
    ...(memory === undefined ? [] : stillTrue(memory, at, times)),
    'Clocks and the place on the ladder are kept only as of now; what each decision was made on stands in the events below.',
  ];
  return { agent, at, sentences, events: events.slice(-10), common: common.slice(-5) };
}

function unfinished(events: readonly StoredEvent[], times: Times): readonly string[] {
  const open = events.findLast(
    ({ kind, intentId }) =>
      kind === 'intent' && !events.some((e) => e.kind !== 'intent' && e.intentId === intentId),
  );
  if (open === undefined) return [];
  const begun = times.exact(open.at);
  return [
    `A log-off by rule ${open.rule ?? ''} had been begun at ${begun}, and its outcome was not known yet.`,
  ];
}

function lastReturn(events: readonly StoredEvent[], times: Times): readonly string[] {
  const last = events.findLast(({ kind }) => kind === 'return');
  return last === undefined ? [] : [`The last return was at ${times.exact(last.at)}: ${meaningOf(last)}.`];
}

/** What is remembered today and has not changed since then. */
function stillTrue(memory: AgentState, at: Instant, times: Times): readonly string[] {
  const { seenAt, firstSeenAt, last, leftOut, episode } = memory;
  const { clocks, sign: lastSign } = episode;
  const { presenceSince, routingSince } = last;
  if (at < firstSeenAt) return [`The agent was not watched before ${times.exact(firstSeenAt)}.`];
  const told: string[] = [];
  const signAt = lastSign?.at ?? firstSeenAt;
  if (signAt <= at) {
    const counted = formatDuration(countable(clocks.sinceSign, Math.min(at, seenAt), leftOut, undefined));
    const what =
      lastSign === undefined
        ? `No sign of a person had been seen since watching began at ${times.exact(firstSeenAt)}`
        : `The last sign of a person was ${SIGN_WORDS[lastSign.kind]} at ${times.exact(lastSign.at)}`;
    told.push(`${what}; ${counted} since then counted.`);
  } else {
    told.push(`Signs of a person came later, the last at ${times.exact(signAt)}; earlier ones are not kept.`);
  }
  const since = Math.max(presenceSince ?? Infinity, routingSince ?? Infinity);
  if (since <= at) told.push(`The agent was ${stateWords(last)}, as since ${times.exact(since)}.`);
  return told;
}
