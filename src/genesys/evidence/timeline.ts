/**
 * The presence history of single agents, asked on demand. Pages may be short, repeat each other or overlap, and their total is an
 * order of magnitude only: they are read until one is empty. What is stored under two days comes twice.
 */
import { parseSystemPresence } from '../../domain/agent.ts';
import type { PresenceRecord } from '../../domain/evidence/records.ts';
import { DAY, type Duration, type Interval } from '../../domain/time/time.ts';
import { asArray, asObject } from '../../http/read-json.ts';
import { MOST_ASKED, NO_ROOM, type EvidenceFault, type TimelineSource } from '../../ports/evidence.ts';
import { readDetails, type HistorySpan, type UserHistory } from '../history/history-details.ts';
import { intervalText } from '../history/interval.ts';
import { evidenceCall, failed, faultless, type EvidenceParts } from './asking.ts';

const OPERATION = 'postAnalyticsUsersDetailsQuery';
const PERMISSION = 'analytics:userDetail:view';
/** Agents on two days come as two entries. */
const PAGE_SIZE = 100;
/** The last one is empty. An answer that needs more is none. */
const MOST_PAGES = 5;
const FEWEST_PAGES = 2;
/** The platform takes 31 days with a filter, and a look back is minutes long. */
const LONGEST: Duration = 7 * DAY;

/** Asks over one connection. */
export function timelineOf(parts: EvidenceParts): TimelineSource {
  const room = (): number => Math.floor(parts.room() / FEWEST_PAGES);
  return {
    room,
    ask: async (agentIds, span, signal) => {
      const wanted = new Set(agentIds);
      if (wanted.size === 0) return new Map<string, readonly PresenceRecord[]>();
      if (wanted.size > MOST_ASKED) return failed(`more than ${MOST_ASKED} agents in one request`);
      if (!(span.to > span.from) || span.to - span.from > LONGEST)
        return failed('the span is empty, or longer than a week');
      if (room() < 1) return failed(NO_ROOM);
      return faultless(PERMISSION, signal, () => read(parts, wanted, span, signal));
    },
  };
}

async function read(
  { sdk }: EvidenceParts,
  wanted: ReadonlySet<string>,
  span: Interval,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly PresenceRecord[]> | EvidenceFault> {
  const users: UserHistory[] = [];
  for (let pageNumber = 1; pageNumber <= MOST_PAGES; pageNumber += 1) {
    const body = bodyOf(wanted, span, pageNumber);
    const answer = await sdk.call(OPERATION, evidenceCall(signal), () =>
      sdk.analytics.postAnalyticsUsersDetailsQuery(body),
    );
    const page = asObject(answer.body);
    const details = page?.['userDetails'];
    const entries = readDetails(details);
    if (page === undefined || entries === undefined)
      return failed(`${OPERATION}: the answer holds no list of user details`);
    if ((asArray(details)?.length ?? 0) === 0) return recordsOf(users, wanted);
    users.push(...entries);
  }
  return failed(`${OPERATION}: the pages do not come to an end`);
}

function bodyOf(
  wanted: ReadonlySet<string>,
  span: Interval,
  pageNumber: number,
): Parameters<EvidenceParts['sdk']['analytics']['postAnalyticsUsersDetailsQuery']>[0] {
  const predicates = [...wanted].map((value) => ({ dimension: 'userId', value }));
  return {
    interval: intervalText(span),
    userFilters: [{ type: 'or', predicates }],
    order: 'asc',
    paging: { pageSize: PAGE_SIZE, pageNumber },
  };
}

/** Agents of whom a record could not be read are left out: what is missing might be the very Offline that is asked about. */
function recordsOf(
  users: readonly UserHistory[],
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly PresenceRecord[]> {
  const spans = new Map<string, HistorySpan[]>();
  const broken = new Set<string>();
  for (const { userId, presence, whole } of users) {
    if (!whole) broken.add(userId);
    if (!wanted.has(userId)) continue;
    const known = spans.get(userId) ?? [];
    for (const span of presence) known.push(span);
    spans.set(userId, known);
  }
  const told = [...spans].filter(([userId, list]) => list.length > 0 && !broken.has(userId));
  return new Map(told.map(([userId, list]) => [userId, inOrder(list.map(recordOf))]));
}

function recordOf({ from, to, state }: HistorySpan): PresenceRecord {
  return { from, to, presence: parseSystemPresence(state) ?? 'UNKNOWN' };
}

/** In the order of their beginnings, each once. A record that was still open on another page or day has come to its end since. */
function inOrder(records: readonly PresenceRecord[]): readonly PresenceRecord[] {
  const seen = new Set<string>();
  return records
    .toSorted((a, b) => a.from - b.from || (a.to ?? Infinity) - (b.to ?? Infinity))
    .filter(({ from, to, presence }) => {
      const begun = `${from} ${presence}`;
      const whole = `${begun} ${to ?? ''}`;
      if (seen.has(whole) || (to === undefined && seen.has(begun))) return false;
      seen.add(begun).add(whole);
      return true;
    });
}
