/**
 * What the record says of an agent as of an earlier time. Memory is kept only as of now, so that most of what was known
 * then cannot be told any more; the numbers that led to each log-off are in the events.
 */
import type { EventKind, StoredAgent, StoredEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time.ts';
import { lastLogoff } from './explain-sentences.ts';
import type { Times } from './times.ts';

/** Kinds of events that concern everybody, and this agent with them. */
export const COMMON_KINDS: readonly EventKind[] = ['pause', 'policy', 'gap', 'breaker'];

/** The record of one agent up to a time. */
export interface Recorded {
  readonly agent: StoredAgent;
  readonly at: Instant;
  readonly sentences: readonly string[];
  /** The last ten of the agent up to then, in rising order. */
  readonly events: readonly StoredEvent[];
  /** The last five that concern everybody. */
  readonly common: readonly StoredEvent[];
}

/** Tells the record. Both lists hold events up to `at`, in rising order. */
export function recordedAt(
  agent: StoredAgent,
  at: Instant,
  events: readonly StoredEvent[],
  common: readonly StoredEvent[],
  times: Times,
): Recorded {
  const shown = events.slice(-10);
  const open = shown.findLast(
    ({ kind, intentId }) =>
      kind === 'intent' && !shown.some((e) => e.kind !== 'intent' && e.intentId === intentId),
  );
  const sentences = [
    `As of ${times.short(at)}, from the record of ${agent.name}:`,
    ...lastLogoff(shown, times),
    ...(open === undefined
      ? []
      : [
          `A log-off by rule ${open.rule ?? ''} had been begun at ${times.short(open.at)}, and its outcome was not known yet.`,
        ]),
    ...lastReturn(shown, times),
    'Clocks, signs and the place on the ladder are kept only as of now, so what they showed then cannot be told; measured and limit below are what each decision was made on.',
  ];
  return { agent, at, sentences, events: shown, common: common.slice(-5) };
}

function lastReturn(events: readonly StoredEvent[], times: Times): readonly string[] {
  const last = events.findLast(({ kind }) => kind === 'return');
  return last === undefined
    ? []
    : [`The last return was at ${times.short(last.at)} (${last.reason ?? 'silent'}).`];
}
