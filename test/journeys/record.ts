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

/** Lines that stand in the record more than once. None, in a true one. */
export function linesTwice(events: readonly StoredEvent[]): readonly string[] {
  const lines = events.map((event) => JSON.stringify({ ...event, seq: undefined }));
  return lines.filter((line, i) => lines.indexOf(line) !== i);
}

/** Agents for whom a log-off was intended while another one was under way. None, in a true record. */
export function intendedTwice(events: readonly StoredEvent[]): readonly string[] {
  const isOver = (intent: StoredEvent, before: number): boolean =>
    events.some(({ intentId, kind, seq }) => {
      return intentId === intent.intentId && OUTCOMES.includes(kind) && seq < before;
    });
  const intents = events.filter(({ kind }) => kind === 'intent');
  return intents.flatMap(({ agentName = '', agentId, seq }) => {
    const former = intents.filter((each) => each.agentId === agentId && each.seq < seq);
    return former.every((each) => isOver(each, seq)) ? [] : [agentName];
  });
}

/** Whose log-offs did anything, one name for each, in the order in which they ended. */
export function actedOn(events: readonly StoredEvent[]): readonly string[] {
  return events
    .filter(({ kind, actions = [] }) => OUTCOMES.includes(kind) && actions.length > 0)
    .map(({ agentName = '' }) => agentName);
}
