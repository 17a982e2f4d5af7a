/** Reading the record of a shift. */
import type { EventKind, StoredEvent } from '../../src/domain/record.ts';

const OUTCOMES: readonly EventKind[] = ['verified', 'unverified', 'failed', 'dropped', 'sso_ended'];

/** Intents that do not have exactly one outcome after them, each with the outcomes it has. None, in a whole record. */
export function tornIntents(events: readonly StoredEvent[]): readonly string[] {
  return events
    .filter(({ kind }) => kind === 'intent')
    .flatMap(({ intentId, seq, agentName }) => {
      const outcomes = events.filter(
        (event) => event.intentId === intentId && event.seq > seq && OUTCOMES.includes(event.kind),
      );
      return outcomes.length === 1 ? [] : [`${agentName}: ${outcomes.map(({ kind }) => kind).join(', ')}`];
    });
}

/** How each log-off ended: the kind of its outcome, and the reason for it. */
export function endings(events: readonly StoredEvent[]): readonly string[] {
  return events
    .filter(({ kind }) => OUTCOMES.includes(kind))
    .map(({ kind, reason }) => (reason === undefined ? kind : `${kind}: ${reason}`));
}

/** When each agent was to be logged off: the name and the minute, in order. */
export function logoffs(events: readonly StoredEvent[]): readonly string[] {
  return events
    .filter(({ kind }) => kind === 'intent')
    .map(({ agentName, at }) => `${new Date(at).toISOString().slice(11, 16)} ${agentName}`);
}
