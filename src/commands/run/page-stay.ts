/** Agents' answers to warnings, as the page takes them: into the record, from where the worker takes them before it acts. */
import { answerFinds } from '../../domain/judging/warnings.ts';
import type { RecordEvent, StoredEvent } from '../../domain/record.ts';
import type { AgentState } from '../../domain/tracking/state.ts';
import type { Instant } from '../../domain/time/time.ts';
import { isOfShifts } from '../../policy-file/schema-calendar.ts';
import type { StayGround, Store } from '../../ports/store.ts';
import type { Desk, StayFound } from '../../server/page/latest.ts';
import type { StayTicket } from '../../server/page/stay-link.ts';
import { zoneOf, type PageSubject } from './page-subject.ts';

/** What of a store an answer needs. */
export type StayStore = Pick<Store, 'addStay' | 'loadMemory' | 'events' | 'findAgents'>;

/** See `Desk`. Rejects where the store fails: then nothing has been taken. */
export async function stayAtDesk(
  { loaded, now }: Pick<PageSubject, 'loaded' | 'now'>,
  store: StayStore,
  ticket: StayTicket,
  deed: Parameters<Desk['stay']>[1],
): Promise<StayFound> {
  const words = wordsFor(loaded(), ticket);
  if (deed === 'look') return standing(await groundOf(store, ticket), ticket, words);
  const agent = (await store.findAgents(ticket.agentId)).find(({ id }) => id === ticket.agentId);
  let found: StayFound | undefined;
  await store.addStay(ticket.agentId, (ground) => {
    found = standing(ground, ticket, words);
    if (found.kind !== 'open' && found.kind !== 'begun') return undefined;
    const event = eventOf(ticket, agent?.name, now());
    found = answered(event, found.kind === 'begun', words.zone);
    return event;
  });
  return found ?? { kind: 'over', ...words };
}

async function groundOf(store: StayStore, { agentId }: StayTicket): Promise<StayGround> {
  const [newest] = await store.events({ agentId, kinds: ['stay'], limit: 1 });
  return { state: await store.loadMemory(agentId), newest };
}

/** One answer counts for all warnings that were given before it. */
function standing(
  { state, newest }: StayGround,
  ticket: StayTicket,
  words: { readonly because: string; readonly zone: string },
): StayFound {
  if (newest !== undefined && newest.at >= ticket.sentAt)
    return answered(newest, hadBegun(state, ticket, newest), words.zone);
  return { kind: answerFinds(state, ticket), ...words };
}

/** A log-off that had begun before the answer, and has not come to nothing. */
function hadBegun(state: AgentState | undefined, { sentAt }: StayTicket, { at }: StoredEvent): boolean {
  const logoff = state?.logoff;
  return logoff !== undefined && logoff.kind !== 'ended' && logoff.from >= sentAt && logoff.from <= at;
}

function answered(
  { at, limit = 0 }: Pick<RecordEvent, 'at' | 'limit'>,
  isLate: boolean,
  zone: string,
): StayFound {
  return { kind: 'answered', at, until: at + limit, isLate, zone };
}

/** `limit` is for how long no rule is due. It is given after the warning, whatever the clock of this machine says. */
function eventOf(
  { agentId, ruleId, sentAt, length }: StayTicket,
  agentName: string | undefined,
  now: Instant,
): RecordEvent {
  const at = Math.max(Math.round(now), sentAt);
  const named = agentName === undefined ? {} : { agentName };
  return { kind: 'stay', at, agentId, ...named, rule: ruleId, limit: length };
}

/** What the rule is for, in its author's words; else its id. Times are told in the zone in which the warning told them. */
function wordsFor(
  loaded: ReturnType<PageSubject['loaded']>,
  { ruleId }: StayTicket,
): { readonly because: string; readonly zone: string } {
  const rules = loaded?.draft.content.profiles.flatMap((profile) => profile.rules) ?? [];
  const rule = rules.find(({ id }) => id === ruleId);
  const calendar = loaded?.draft.content.calendars[rule?.during ?? rule?.outside ?? ''];
  const zone = calendar === undefined || isOfShifts(calendar) ? zoneOf(loaded) : calendar.timezone;
  return { because: rule?.description ?? ruleId, zone };
}
