/**
 * Between plain data and what stands in the tables: the one place that knows how a body is written, and in which version.
 * Reading is wary: a body that does not hold what it should is not data. The caller is told why, puts it aside and goes
 * on without it.
 *
 * A body is `{ "v": version, "body": … }`; those of version 1 may also stand without the envelope. A change of
 * a shape raises its version in `VERSIONS`, is given an upgrade from the version before, and adds a migration, so that
 * an older program refuses the store instead of taking its bodies for damaged.
 */
import type { z } from 'zod';
import type { PlatformBehaviour } from '../domain/tracking/platform-behaviour.ts';
import type { AgentState } from '../domain/tracking/state.ts';
import type { Failure, Ledger } from '../domain/planning/plan.ts';
import { ACTIONS, type Action } from '../domain/policy/actions.ts';
import { EVENT_KINDS, type RecordEvent, type ControllerState, type StoredEvent } from '../domain/record.ts';
import type { Instant } from '../domain/time/time.ts';
import * as bodies from './bodies.ts';
import { stateOfMemory } from './memory-v1.ts';

/** The version in which each kind of body is written. */
const VERSIONS = { state: 3, standing: 1, learnt: 1, message: 1 } as const;

/** Where SQLite finds parts in the body of a state, for queries that leave bodies unopened. A body of version 1 has none of them there, and is opened. */
export const IN_BODY = {
  presence: '$.body.last.presence',
  routing: '$.body.last.routing',
  ladder: '$.body.episode.ladder',
} as const;

/** What a body holds, or why it cannot be used: a few words without anything that stood in it. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

function written(kind: keyof typeof VERSIONS, body: unknown): string {
  return JSON.stringify({ v: VERSIONS[kind], body });
}

/** Takes the body out of its envelope and holds it against the shape of a `T`, in which absent parts are left out. */
function opened<T>(
  kind: keyof typeof VERSIONS,
  shape: z.ZodType,
  text: unknown,
  upgraded: (older: unknown, version: number) => unknown = (older) => older,
): Decoded<T> {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch {
    return { ok: false, why: 'is not JSON' };
  }
  const { v: version, body } = isObject(value) && 'v' in value ? value : { v: 1, body: value };
  const newest = VERSIONS[kind];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > newest)
    return { ok: false, why: 'is of a version that this program does not know' };
  const present = version === newest ? body : upgraded(body, version);
  const { error } = shape.safeParse(present);
  return error === undefined ? { ok: true, value: present as T } : { ok: false, why: faultIn(error) };
}

/** In which part a body does not fit. What is deeper within may be named after an agent. */
function faultIn({ issues: [first] }: z.ZodError): string {
  const part = first?.path[0] ?? 'the body';
  return `${String(part)}: ${first?.message ?? 'does not fit'}`;
}

export function stateBody(state: AgentState): string {
  return written('state', state);
}

/** Version 2 knew no stays. */
function presentState(older: unknown, version: number): unknown {
  const second = version === 1 ? stateOfMemory(older) : older;
  return isObject(second) ? { ...second, stays: [] } : second;
}

/** The state of that agent. */
export function stateOf(agentId: string, body: unknown): Decoded<AgentState> {
  const read = opened<AgentState>('state', bodies.agentState, body, presentState);
  return read.ok && read.value.agentId !== agentId ? { ok: false, why: 'is of another agent' } : read;
}

/** A ledger with lists in place of maps and sets, which JSON cannot hold. */
interface PlainLedger extends Pick<Ledger, 'logoffs' | 'peaks'> {
  readonly failures: readonly (readonly [string, Failure])[];
  readonly dueBefore: readonly string[];
  readonly broken: readonly (readonly [string, Instant])[];
}

interface PlainStanding extends Omit<ControllerState, 'ledger' | 'observedLedger'> {
  readonly ledger: PlainLedger;
  /** The name of `observedLedger` in the store, where it is as old as the first version. */
  readonly imaginedLedger: PlainLedger;
}

export function standingBody(standing: ControllerState): string {
  const { ledger, observedLedger, ...rest } = standing;
  const plain: PlainStanding = {
    ...rest,
    ledger: plainLedger(ledger),
    imaginedLedger: plainLedger(observedLedger),
  };
  return written('standing', plain);
}

export function standingOf(body: unknown): Decoded<ControllerState> {
  const read = opened<PlainStanding>('standing', bodies.standing, body);
  if (!read.ok) return read;
  const { ledger, imaginedLedger, ...rest } = read.value;
  return {
    ok: true,
    value: { ...rest, ledger: ledgerOf(ledger), observedLedger: ledgerOf(imaginedLedger) },
  };
}

function plainLedger({ failures, dueBefore, broken, ...rest }: Ledger): PlainLedger {
  return { ...rest, failures: [...failures], dueBefore: [...dueBefore], broken: [...broken] };
}

function ledgerOf({ failures, dueBefore, broken, ...rest }: PlainLedger): Ledger {
  return { ...rest, failures: new Map(failures), dueBefore: new Set(dueBefore), broken: new Map(broken) };
}

export function learntBody(learnt: PlatformBehaviour): string {
  return written('learnt', learnt);
}

export function learntOf(body: unknown): Decoded<PlatformBehaviour> {
  const read = opened<unknown>('learnt', bodies.learnt, body);
  // The shape has a default for each part that an older version did not write.
  return read.ok ? { ok: true, value: bodies.learnt.parse(read.value) as PlatformBehaviour } : read;
}

/** `text` is the message as JSON. */
export function messageBody(text: string): string {
  return `{"v":${VERSIONS.message},"body":${text}}`;
}

/** The message as JSON. */
export function messageOf(body: unknown): Decoded<string> {
  const read = opened<object>('message', bodies.message, body);
  return read.ok ? { ok: true, value: JSON.stringify(read.value) } : read;
}

/** The parts of an event and their columns, in the order of `eventValues`. */
export const EVENT_COLUMNS = [
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
  ['by', 'actor'],
  ['traceId', 'trace_id'],
] as const satisfies readonly (readonly [keyof RecordEvent, string])[];

/** Reads rows of the record, whose values come in the order of `columns`. */
export interface EventReader {
  readonly columns: string;
  /**
   * An event; columns that are NULL, or that hold what they cannot, are left out. `undefined` when the row does not tell what
   * happened, or when: the record is never changed, so such a row stays where it is and is passed over.
   */
  readonly read: (values: readonly unknown[]) => StoredEvent | undefined;
}

/** What tells one event from another, whatever else is wanted. */
const ALWAYS: readonly (keyof RecordEvent)[] = ['kind', 'at', 'reason', 'by'];

/** Reads these parts of each event, or all of them. */
export function eventReader(parts?: readonly (keyof RecordEvent)[]): EventReader {
  const wanted = EVENT_COLUMNS.filter(([part]) => parts?.includes(part) !== false || ALWAYS.includes(part));
  const names = wanted.map(([part]) => part);
  const known = new Map<unknown, readonly Action[]>();
  /** There are few lists of actions, and the same again and again. */
  const actionsOf = (text: unknown): readonly Action[] => {
    const actions = known.get(text) ?? actionsIn(text);
    if (known.size < 1_000) known.set(text, actions);
    return actions;
  };
  return {
    columns: ['seq', ...wanted.map(([, column]) => column)].join(', '),
    read: (values) => {
      const event: Record<string, unknown> = { seq: values[0] };
      for (let i = 0; i < names.length; i += 1) {
        const [name, value] = [names[i], values[i + 1]];
        if (name === undefined || value === null) continue;
        if (name === 'actions') event[name] = actionsOf(value);
        else if (typeof value !== 'number' || isLength(value)) event[name] = value;
      }
      return isEvent(event) ? ofItsKind(event) : undefined;
    },
  };
}

function isEvent(
  event: Readonly<Record<string, unknown>>,
): event is { [K in keyof StoredEvent]: StoredEvent[K] } {
  const { seq, kind, at } = event;
  return typeof seq === 'number' && typeof at === 'number' && EVENT_KINDS.some((known) => known === kind);
}

/** The end of a pause had no kind of its own at first. */
function ofItsKind(event: StoredEvent): StoredEvent {
  const { kind, reason, by } = event;
  return kind === 'pause' && reason === 'resumed' && by === undefined ? { ...event, kind: 'resume' } : event;
}

/** Adds one event; takes `eventValues`. */
export const INSERT_EVENT =
  `INSERT INTO event (${EVENT_COLUMNS.map(([, column]) => column).join(', ')}) ` +
  `VALUES (${EVENT_COLUMNS.map(() => '?').join(', ')})`;

/** An event as the values of its columns; absent parts are NULL. */
export function eventValues(event: RecordEvent): (string | number | null)[] {
  return EVENT_COLUMNS.map(([part]) => {
    if (part === 'actions') return event.actions === undefined ? null : JSON.stringify(event.actions);
    const value = event[part];
    // The columns hold whole numbers; a half millisecond must not cost the event.
    return typeof value === 'number' ? Math.round(value) : (value ?? null);
  });
}

function actionsIn(text: unknown): readonly Action[] {
  const value = parsed(text);
  return Array.isArray(value) ? value.flatMap((one) => ACTIONS.find((action) => action === one) ?? []) : [];
}

/** The numbers in a body by name, such as how many were held back; what is none is left out. */
export function numbersIn(text: unknown): Readonly<Record<string, number>> {
  const value = parsed(text);
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => isLength(entry[1])),
  );
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What `Date` can tell. */
function isLength(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= bodies.LAST_INSTANT;
}
