/**
 * Between plain data and what stands in the tables. Reading is wary: a body that does not hold what it should is not
 * data, and the caller goes on without it.
 */
import type { SQLInputValue } from 'node:sqlite';
import type { Memory } from '../domain/memory.ts';
import type { Ledger } from '../domain/plan.ts';
import type { RecordEvent, Standing, StoredEvent } from '../domain/record.ts';
import type { Row } from './database.ts';

/** The parts of an event and their columns, in the order of `eventValues`. */
const EVENT_COLUMNS = [
  ['kind', 'kind'],
  ['at', 'at'],
  ['sweepId', 'sweep_id'],
  ['agentId', 'agent_id'],
  ['agentName', 'agent_name'],
  ['rule', 'rule'],
  ['measured', 'measured'],
  ['limit', 'limit_ms'],
  ['rung', 'rung'],
  ['actions', 'actions'],
  ['reason', 'reason'],
  ['correlationId', 'correlation_id'],
  ['intentId', 'intent_id'],
  ['delay', 'delay'],
] as const satisfies readonly (readonly [keyof RecordEvent, string])[];

/** Reads rows that hold the place in the record and these parts, or all of them, in this order and without names. */
export function eventReader(parts: readonly (keyof RecordEvent)[] | undefined): {
  readonly columns: string;
  readonly read: (values: readonly unknown[]) => StoredEvent;
} {
  const wanted = EVENT_COLUMNS.filter(([part]) => parts === undefined || parts.includes(part));
  const names = wanted.map(([part]) => part);
  const known = new Map<unknown, unknown>();
  /** There are few lists of actions, and the same again and again. */
  const actionsOf = (text: unknown): unknown => {
    const actions = known.get(text) ?? parse(text) ?? [];
    if (known.size < 1_000) known.set(text, actions);
    return actions;
  };
  return {
    columns: ['seq', ...wanted.map(([, column]) => column)].join(', '),
    read: (values) => {
      const event: Record<string, unknown> = { seq: values[0] };
      for (let i = 0; i < names.length; i += 1) {
        const [name, value] = [names[i], values[i + 1]];
        if (name !== undefined && value !== null) event[name] = name === 'actions' ? actionsOf(value) : value;
      }
      return event as unknown as StoredEvent;
    },
  };
}

/** Adds one event; takes `eventValues`. */
export const INSERT_EVENT =
  `INSERT INTO event (${EVENT_COLUMNS.map(([, column]) => column).join(', ')}) ` +
  `VALUES (${EVENT_COLUMNS.map(() => '?').join(', ')})`;

/** An event as the values of its columns; absent parts are NULL. */
export function eventValues(event: RecordEvent): SQLInputValue[] {
  return EVENT_COLUMNS.map(([part]) => {
    if (part === 'actions') return event.actions === undefined ? null : JSON.stringify(event.actions);
    const value = event[part];
    // The columns hold whole numbers; a half millisecond must not cost the event.
    return typeof value === 'number' ? Math.round(value) : (value ?? null);
  });
}

/** A row of the record; columns that are NULL are left out. */
export function eventOf(row: Row): StoredEvent {
  const event: Record<string, unknown> = { seq: row['seq'] };
  for (const [part, column] of EVENT_COLUMNS) {
    const value = row[column];
    if (value === null || value === undefined) continue;
    event[part] = part === 'actions' ? (parse(value) ?? []) : value;
  }
  return event as unknown as StoredEvent;
}

export function memoryBody(memory: Memory): string {
  return JSON.stringify(memory);
}

/** `undefined` when the body is not a memory of that agent. */
export function memoryOf(agentId: string, body: unknown): Memory | undefined {
  const value = parse(body);
  return isMemory(value) && value.agentId === agentId ? value : undefined;
}

function isMemory(value: unknown): value is Memory {
  if (!isObject(value)) return false;
  const { state, clocks } = value;
  return (
    isTime(value['seenAt']) &&
    isTime(value['firstSeenAt']) &&
    isObject(state) &&
    typeof state['presence'] === 'string' &&
    typeof state['routing'] === 'string' &&
    isObject(clocks) &&
    areClocks(clocks) &&
    Array.isArray(value['recent']) &&
    Array.isArray(value['imagined']) &&
    isObject(value['warned'])
  );
}

function areClocks(clocks: Readonly<Record<string, unknown>>): boolean {
  return (
    isTime(clocks['sinceSign']) &&
    isTime(clocks['sinceWork']) &&
    isObject(clocks['inState']) &&
    Array.isArray(clocks['unwatched'])
  );
}

export function standingBody(standing: Standing): string {
  const ledger = plainLedger(standing.ledger);
  return JSON.stringify({ ...standing, ledger, imaginedLedger: plainLedger(standing.imaginedLedger) });
}

/** `undefined` when the body is not a standing. */
export function standingOf(body: unknown): Standing | undefined {
  const value = parse(body);
  if (!isObject(value) || !isTime(value['settleLeft']) || !isTime(value['population'])) return undefined;
  const { policyHash, lastCompleteAt, forgottenAt, intervals } = value;
  const ledger = ledgerOf(value['ledger']);
  const imaginedLedger = ledgerOf(value['imaginedLedger']);
  if (ledger === undefined || imaginedLedger === undefined || !Array.isArray(intervals)) return undefined;
  return {
    policyHash: typeof policyHash === 'string' ? policyHash : undefined,
    settleLeft: value['settleLeft'],
    lastCompleteAt: isTime(lastCompleteAt) ? lastCompleteAt : undefined,
    population: value['population'],
    forgottenAt: isTime(forgottenAt) ? forgottenAt : undefined,
    intervals: intervals as Standing['intervals'],
    ledger,
    imaginedLedger,
  };
}

/** Maps and sets as lists, which JSON can hold. */
function plainLedger({ logoffs, failures, dueBefore, broken, peaks }: Ledger): Record<string, unknown> {
  return { logoffs, failures: [...failures], dueBefore: [...dueBefore], broken: [...broken], peaks };
}

function ledgerOf(value: unknown): Ledger | undefined {
  if (!isObject(value)) return undefined;
  const { logoffs, failures, dueBefore, broken, peaks } = value;
  const lists = [logoffs, failures, dueBefore, broken, peaks];
  if (!lists.every((list) => Array.isArray(list))) return undefined;
  if (![failures, broken].every((list) => (list as unknown[]).every((entry) => Array.isArray(entry))))
    return undefined;
  return {
    logoffs: logoffs as Ledger['logoffs'],
    failures: new Map(failures as [string, never][]),
    dueBefore: new Set(dueBefore as string[]),
    broken: new Map(broken as [string, never][]),
    peaks: peaks as Ledger['peaks'],
  };
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** The memory in a row; `undefined` when it cannot be read. */
export function readMemory(row: Row): Memory | undefined {
  const memory = memoryOf(String(row['agent_id']), row['body']);
  if (memory === undefined) return undefined;
  return { ...memory, seenAt: Math.max(memory.seenAt, Number(row['seen'])) };
}
