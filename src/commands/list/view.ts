/** The list for people, and for programs. */
import { formatDuration, SECOND, type Instant } from '../../domain/time/time.ts';
import { rungNumber } from '../../texts/printed.ts';
import { stateWords } from '../explain/words.ts';
import { peakSentence } from '../shared/peak-words.ts';
import { tellingApart, type Naming } from '../shared/identities.ts';
import { withNulls } from '../shared/json.ts';
import { workerJson, workerSentence, type StoredState } from '../shared/stored-state.ts';
import type { Times } from '../shared/times.ts';
import type { ListRow, RuleNumbers } from './rows.ts';
import { perhapsExemptSentence, protectionOf } from './words.ts';
import { counted } from '../../texts/counted.ts';

/** One list, with what it was made of. */
export interface Listing {
  readonly state: StoredState;
  readonly rows: readonly ListRow[];
  /** Remembered, and not seen by the last sweeps. */
  readonly notSeen: number;
  /** Rules are weighed. */
  readonly judged: boolean;
  /** Which agents were asked for, in words; those who are idle unless said. */
  readonly wanted: string;
  readonly policyFault: string | undefined;
  /** Sentences about what is uncertain. */
  readonly caveats: readonly string[];
  readonly naming: Naming;
}

/** Lays out a table as lines. */
export type Table = (head: readonly string[], rows: readonly (readonly string[])[]) => readonly string[];

/** What stands above the table: how many, as of when, from where, by whom. */
export function headOf(listing: Listing, times: Times): readonly string[] {
  const { state, rows, wanted, notSeen, caveats, naming } = listing;
  const due = rows.filter(({ reason }) => reason === 'due' || reason === 'ladder_due').length;
  const held = rows.filter(({ hold }) => hold !== undefined).length;
  const heldWords = held === 0 ? '' : ` (${held} held back)`;
  const dueWords = due === 0 ? '' : `, ${due} due${heldWords}`;
  const all = [...caveats, ...(naming.caveat === undefined ? [] : [naming.caveat])];
  all.push(...perhapsExemptSentence(rows));
  if (notSeen > 0) all.push(`${counted(notSeen, 'agent')} not seen by the last sweeps: not listed.`);
  return [
    `${counted(rows.length, 'agent')} ${wanted}${dueWords}${onlineWords(state)}; ${asOfWords(state, times)}`,
    `Store: ${state.path}. ${workerSentence(state)}`,
    ...modeLine(state),
    ...(state.sweep?.peak === undefined ? [] : [peakSentence(state.sweep.peak, times)]),
    ...all,
  ];
}

function onlineWords({ sweep }: StoredState): string {
  return sweep === undefined ? '' : `, of ${sweep.online} online`;
}

/** Which sweep the list is true of, and how old that is. */
export function asOfWords({ standing, now }: StoredState, times: Times): string {
  const at = standing?.lastCompleteAt;
  if (at === undefined) return 'no complete sweep is stored yet';
  return `as of ${times.exact(at)} (${times.zone}), ${formatDuration(Math.max(0, now - at))} ago`;
}

function modeLine({ sweep }: StoredState): readonly string[] {
  return sweep?.mode === 'observe' ? ['Mode observe: no agent is logged off.'] : [];
}

/** The table, of these rows alone. */
export function tableOf(
  { judged, naming, state }: Listing,
  rows: readonly ListRow[],
  times: Times,
  table: Table,
): readonly string[] {
  if (rows.length === 0) return [];
  const call = tellingApart(
    naming,
    rows.map(({ agent }) => agent),
  );
  if (!judged)
    return table(
      ['agent', 'profile', 'state', 'last sign', 'ago'],
      rows.map((row) => [
        call(row.agent),
        row.profile ?? NOTHING,
        stateWords(row.state),
        times.short(row.lastSignAt),
        formatDuration(wholeMinutes(state.now - row.lastSignAt)),
      ]),
    );
  return table(
    ['agent', 'profile', 'state', 'rule', 'measured', 'due', 'what protects'],
    rows.map((row) => [
      call(row.agent),
      row.profile ?? NOTHING,
      stateWords(row.state),
      ruleText(row),
      measuredText(row),
      dueText(row, state.now, times),
      protectionOf(row),
    ]),
  );
}

/** An empty cell would put the table out of step for programs that split its lines. */
const NOTHING = '–';

function ruleText({ rule }: ListRow): string {
  if (rule === undefined) return NOTHING;
  return rule.rung === undefined ? rule.id : `${rule.id}, rung ${rungNumber(rule.rung)}`;
}

function measuredText({ rule }: ListRow): string {
  if (rule?.measured === undefined || rule.limit === undefined) return NOTHING;
  return `${formatDuration(rule.measured)} of ${formatDuration(rule.limit)}`;
}

function dueText({ rule, reason }: ListRow, now: Instant, times: Times): string {
  if (rule?.dueAt === undefined) return NOTHING;
  const isDue = reason === 'due' || reason === 'ladder_due' || reason === 'observed';
  if (isDue) return `now, since ${times.short(rule.dueAt)}`;
  const left = rule.dueAt - now;
  return `${times.short(rule.dueAt)}${left <= 0 ? ', next sweep' : `, in ${formatDuration(soon(left))}`}`;
}

/** Seconds matter only in the last minutes. */
function soon(left: number): number {
  return left < 10 * 60 * SECOND ? left : wholeMinutes(left);
}

function wholeMinutes(length: number): number {
  const minute = 60 * SECOND;
  return length < minute ? length : Math.floor(length / minute) * minute;
}

/** What stands above the agents, for programs; to be written by `printed`. */
export function headJson(listing: Listing): object {
  const { state, notSeen, policyFault, caveats, naming } = listing;
  const { path, now, standing, sweep } = state;
  return {
    now,
    store: path,
    worker: workerJson(state),
    ...withNulls({
      asOf: standing?.lastCompleteAt,
      mode: sweep?.mode,
      policy: standing?.policyHash,
      policyFault,
      online: sweep?.online,
    }),
    notSeen,
    caveats: naming.caveat === undefined ? caveats : [...caveats, naming.caveat],
  };
}

/** The agents, one by one. */
export function* rowsJson({ rows, naming }: Listing): Generator {
  for (const row of rows) yield rowJson(row, naming);
}

function rowJson(row: ListRow, { call, showsIds }: Naming): unknown {
  const { agent, profile, state, seenAt, lastSignAt, reason, detail, rule, hold, engaged } = row;
  const { presence, routing } = state;
  const protects = protectionOf(row);
  return {
    ...(showsIds ? { id: agent.id } : {}),
    agent: call(agent),
    ...withNulls({ profile, presence, routing, seenAt, lastSignAt, reason, detail }),
    ...ruleJson(rule),
    ...withNulls({
      hold,
      engagedSince: engaged?.since,
      engagedTooLong: engaged?.tooLong,
      protects: protects === '' ? undefined : protects,
    }),
    perhapsExempt: row.perhapsExempt,
  };
}

/** Lengths and the rung only where there are some: their keys name the unit. */
function ruleJson(rule: ListRow['rule']): object {
  const { id, clock, dueAt, rung, measured, limit } = rule ?? NO_RULE;
  const lengths = Object.entries({ rung, measured, limit }).filter(([, value]) => value !== undefined);
  return { ...withNulls({ rule: id, clock, dueAt }), ...Object.fromEntries(lengths) };
}

const NO_RULE: Partial<RuleNumbers> = {};
