/** Reading a record that is held in memory. */
import { newestStay } from '../stays.ts';
import { INTENT_OUTCOMES, type EventQuery, type RecordEvent, type StoredEvent } from '../../domain/record.ts';

/** All events that a query wants, whatever its limit, in rising order. */
export function eventsWanted(events: readonly StoredEvent[], query: EventQuery): readonly StoredEvent[] {
  return events.filter((event) => isWanted(event, query));
}

/** The last so many; all without a limit. */
export function newest(events: readonly StoredEvent[], limit = events.length): readonly StoredEvent[] {
  return events.slice(Math.max(0, events.length - limit));
}

/** The newest answer of an agent to a warning. */
export function newestStayIn(events: readonly StoredEvent[], agentId: string): StoredEvent | undefined {
  return eventsWanted(events, newestStay(agentId)).at(-1);
}

function isWanted(event: StoredEvent, { agentId, from, to, kinds, after }: EventQuery): boolean {
  return (
    (agentId === undefined || event.agentId === agentId) &&
    (from === undefined || event.at >= from) &&
    (to === undefined || event.at < to) &&
    (after === undefined || event.seq > after) &&
    kinds?.includes(event.kind) !== false
  );
}

/** Intents without a later outcome. */
export function intentsWithoutOutcome(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const open = new Map<string | undefined, StoredEvent[]>();
  for (const event of events) {
    if (event.kind === 'intent') open.set(event.intentId, [...(open.get(event.intentId) ?? []), event]);
    else if (isOutcome(event) && event.intentId !== undefined) open.delete(event.intentId);
  }
  return [...open.values()].flat().sort((a, b) => a.seq - b.seq);
}

function isOutcome({ kind }: RecordEvent): boolean {
  return INTENT_OUTCOMES.some((outcome) => outcome === kind);
}

/** The event with its wanted parts, and what tells one event from another; all of it where nothing is said. */
export function partsOf(event: StoredEvent, parts: EventQuery['parts']): StoredEvent {
  if (parts === undefined) return event;
  const wanted: ReadonlySet<string> = new Set(['seq', 'kind', 'at', ...parts]);
  const { seq, kind, at } = event;
  return { ...Object.fromEntries(Object.entries(event).filter(([part]) => wanted.has(part))), seq, kind, at };
}
