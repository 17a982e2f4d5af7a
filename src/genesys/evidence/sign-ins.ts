/**
 * Sign-ins that the audit log tells of. The log is asked for one service and one action, and of each entry only the time is kept, and by
 * which ids and addresses it names users: it holds all that administrators do.
 */
import { DAY, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import type { LogName, SignIn } from '../../domain/evidence/records.ts';
import { asArray, asNumber, asObject, asText, member, type Json } from '../../http/read-json.ts';
import { NO_ROOM, type EvidenceFault, type SignIns, type SignInSource } from '../../ports/evidence.ts';
import { asInstant, asName } from '../http/json.ts';
import { intervalText } from '../history/interval.ts';
import { evidenceCall, failed, faultless, type EvidenceParts } from './asking.ts';

const MAPPING = 'getAuditsQueryRealtimeServicemapping';
const QUERY = 'postAuditsQueryRealtime';
const PERMISSION = 'audits:audit:view';
const SERVICE = 'PeoplePermissions';
const ACTION = 'Authenticate';
/** Things that a sign-in is an entry about: the sign-in by SAML itself, or a user. */
const USER = 'AuthUser';
const ENTITIES: ReadonlySet<string> = new Set(['UserSamlAuthentication', USER]);
/** Stands in the place of an id. */
const UNKNOWN = 'unknown';
const PAGE_SIZE = 500;
const MOST_PAGES = 4;
/** The log keeps 14 days; what is asked about is minutes old. */
const LONGEST: Duration = 7 * DAY;

/** Asks over one connection. */
export function signInsOf(parts: EvidenceParts): SignInSource {
  const log = new AuditLog(parts);
  return {
    room: () => log.room(),
    ask: async (span, signal) => {
      if (!(span.to > span.from) || span.to - span.from > LONGEST)
        return failed('the span is empty, or longer than a week');
      if (log.room() < 1) return failed(NO_ROOM);
      return faultless(PERMISSION, signal, () => log.read(span, signal));
    },
  };
}

interface Entry {
  readonly at: Instant;
  /** `undefined` where the entry is no successful sign-in, or names nobody. */
  readonly signIn: SignIn | undefined;
}

class AuditLog {
  readonly #parts: EvidenceParts;
  /** Once it is known that the log covers sign-ins, it is not asked again. */
  #covered = false;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /** Most spans fit one page. */
  room(): number {
    return Math.max(0, this.#parts.room() - (this.#covered ? 0 : 1));
  }

  async read(span: Interval, signal: AbortSignal): Promise<SignIns | EvidenceFault> {
    const gap = this.#covered ? undefined : await this.#gapInCover(signal);
    if (gap !== undefined) return failed(gap);
    this.#covered = true;
    const entries: Entry[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      // What has been read already would be thrown away, in each sweep anew.
      if (page > 1 && this.#parts.room() < 1) break;
      const body = await this.#page(span, page, signal);
      const raw = body === undefined ? undefined : entriesIn(body);
      if (body === undefined || raw === undefined)
        return failed(`${QUERY}: the answer holds no list of entries`);
      for (const each of raw) entries.push(...entryOf(each, span));
      if (isLast(body, raw.length, page)) return signInsIn(entries);
    }
    // The first ones of many: they tell as much as they hold, as long as they are the first.
    return isInOrder(entries)
      ? signInsIn(entries)
      : failed(`${QUERY}: more entries than are read, and not in order`);
  }

  /** Why the log does not tell of sign-ins, in one sentence; `undefined` where it does. */
  async #gapInCover(signal: AbortSignal): Promise<string | undefined> {
    const { sdk } = this.#parts;
    const answer = await sdk.call(MAPPING, evidenceCall(signal), () =>
      sdk.audits.getAuditsQueryRealtimeServicemapping(),
    );
    const services = asArray(asObject(answer.body)?.['services']);
    if (services === undefined) return `${MAPPING}: the answer holds no list of services`;
    const service = services.find((each) => member(each, 'name') === SERVICE);
    if (service === undefined) return `the audit log that is asked at once does not cover ${SERVICE}`;
    const kinds = asArray(member(service, 'entities')) ?? [];
    const told = kinds.some(
      (kind) =>
        ENTITIES.has(asText(member(kind, 'name')) ?? '') &&
        asArray(member(kind, 'actions'))?.includes(ACTION) === true,
    );
    return told ? undefined : `the audit log does not tell of sign-ins: ${SERVICE} has no ${ACTION}`;
  }

  async #page(span: Interval, pageNumber: number, signal: AbortSignal): Promise<Json | undefined> {
    const { sdk } = this.#parts;
    const body = {
      interval: intervalText(bySeconds(span)),
      serviceName: SERVICE,
      filters: [{ property: 'Action', value: ACTION }],
      sort: [{ name: 'Timestamp', sortOrder: 'ascending' }],
      pageNumber,
      pageSize: PAGE_SIZE,
    };
    const answer = await sdk.call(QUERY, evidenceCall(signal), () =>
      sdk.audits.postAuditsQueryRealtime(body, { expand: ['user'] }),
    );
    return asObject(answer.body);
  }
}

/** Entries are dated to the second. */
function bySeconds({ from, to }: Interval): Interval {
  return { from: Math.floor(from / SECOND) * SECOND, to: Math.ceil(to / SECOND) * SECOND };
}

function entriesIn(body: Json): readonly unknown[] | undefined {
  const raw = body['entities'] ?? [];
  return asArray(raw);
}

function isLast(body: Json, count: number, page: number): boolean {
  const pages = asNumber(body['pageCount']);
  return count === 0 || (pages === undefined ? count < PAGE_SIZE : page >= pages);
}

/** An entry from outside the span says nothing of how far the log has come. */
function entryOf(raw: unknown, span: Interval): Entry[] {
  const entry = asObject(raw);
  const at = asInstant(entry?.['eventDate']);
  const { from, to } = bySeconds(span);
  if (entry === undefined || at === undefined || at < from || at > to) return [];
  return [{ at, signIn: isSignIn(entry) ? signInOf(entry, at) : undefined }];
}

function isSignIn(entry: Json): boolean {
  const status = asText(entry['status']) ?? 'SUCCESS';
  return (
    status.toUpperCase() === 'SUCCESS' &&
    entry['action'] === ACTION &&
    ENTITIES.has(asText(entry['entityType']) ?? '')
  );
}

/** Sign-ins by SAML may have no user: there the thing itself is named by the address. */
function signInOf(entry: Json, at: Instant): SignIn | undefined {
  const [actor, target] = [nameIn(entry['user']), nameIn(entry['entity'])];
  const isNamed = [actor, target].some(({ id, emails }) => id !== undefined || emails.length > 0);
  return isNamed ? { at, actor, target, isAboutUser: entry['entityType'] === USER } : undefined;
}

/** Of names only those count that are addresses: other ones tell nobody apart. */
function nameIn(reference: unknown): LogName {
  const id = asName(member(reference, 'id')) ?? '';
  const isId = id !== '' && id.toLowerCase() !== UNKNOWN;
  const texts = ['email', 'name'].map((key) => asName(member(reference, key)) ?? '');
  const emails = texts.filter((text) => ADDRESS.test(text));
  return { id: isId ? id : undefined, emails };
}

const ADDRESS = /^[^\s@]+@[^\s@]+$/;

function isInOrder(entries: readonly Entry[]): boolean {
  return entries.every(({ at }, i) => at >= (entries[i - 1]?.at ?? -Infinity));
}

/** Pages may overlap, so that an entry comes twice: two sign-ins of one user within a second tell no more than one. */
function signInsIn(found: readonly Entry[]): SignIns {
  const signIns = new Map<string, SignIn>();
  let knownTo: Instant | undefined;
  for (const { at, signIn } of found) {
    knownTo = Math.max(knownTo ?? at, at);
    if (signIn !== undefined) signIns.set(JSON.stringify(signIn), signIn);
  }
  return { entries: [...signIns.values()].toSorted((a, b) => a.at - b.at), knownTo };
}
