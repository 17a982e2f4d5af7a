/**
 * The calls for schedules: which management units there are, what their activity codes mean, who is in them, and what is
 * published for whom. Each is small, and sent only where the rate budget has room beside everything else.
 */
import { HOUR, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import type { ActivityCategory, Shifts } from '../../domain/time/shifts.ts';
import type { HttpClient } from '../../http/client.ts';
import { parseJson, PAGE_BOUNDS } from '../../http/json.ts';
import { asNumber, asObject, asText, member, type Json } from '../../http/read-json.ts';
import { isTooLarge, PlatformError } from '../http/errors.ts';
import { asName } from '../http/json.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';
import { entitiesOf } from '../listing/listing.ts';
import { readCategories, readSchedules, type ScheduleContext } from './read-schedules.ts';

/** What was before now belongs to shifts that go on; what comes must last until the next reading that succeeds. */
const BACK: Duration = 18 * HOUR;
const AHEAD: Duration = 18 * HOUR;

/** No organisation has more units. */
const MOST_UNITS = 5_000;
const MOST_PAGES = 50;

/** What is asked for, and from when on the answer tells where no shift is. */
export interface ScheduleWindow extends Interval {
  readonly readAt: Instant;
}

/** The hours around a moment. */
export function windowAround(now: Instant): ScheduleWindow {
  return { from: now - BACK, to: now + AHEAD, readAt: now };
}

/** A management unit: a part of a business unit, whose activity codes it uses. */
export interface Unit {
  readonly id: string;
  readonly businessUnitId: string | undefined;
}

/** Why a unit could not be read, in one sentence. `large`: it may be read in parts. */
export interface UnitFault {
  readonly kind: 'large' | 'failed';
  readonly why: string;
}

export interface AskingParts {
  readonly sdk: Sdk;
  readonly client: Pick<HttpClient, 'exchange'>;
  readonly serverNow: () => Instant;
  /** Hosts from which answers may be downloaded, in lower case; with its port where that is not the usual one. */
  readonly hosts: readonly string[];
  /** The platform is asked without TLS, which only the sandbox is. */
  readonly isPlain: boolean;
}

/** The units that the client is shown. Throws `PlatformError`. */
export async function listUnits({ sdk }: AskingParts, options: CallOptions): Promise<readonly Unit[]> {
  const operation = 'getWorkforcemanagementManagementunits';
  const units = new Map<string, Unit>();
  let total = 0;
  for (let pageNumber = 1; pageNumber <= MOST_PAGES; pageNumber += 1) {
    // Documented as one page, with parameters for more that are out of use.
    const answer = await sdk.call(operation, options, () =>
      sdk.workforceManagement.getWorkforcemanagementManagementunits(pageNumber === 1 ? {} : { pageNumber }),
    );
    const { body, entities } = entitiesOf(answer, operation, MOST_UNITS);
    const before = units.size;
    for (const unit of entities.map(unitIn)) {
      if (unit === undefined) throw malformed(operation, 'a management unit has no id');
      units.set(unit.id, unit);
    }
    total = Math.max(total, asNumber(body['total']) ?? 0);
    const more = asText(body['nextUri']) !== undefined || pageNumber < (asNumber(body['pageCount']) ?? 0);
    if (!more || units.size === before) break;
  }
  // What is missing must not be taken for what is not there.
  if (units.size < total) throw malformed(operation, `the platform listed ${units.size} of ${total}`);
  return [...units.values()];
}

function unitIn(entity: unknown): Unit | undefined {
  const id = asName(member(entity, 'id'));
  return id === undefined ? undefined : { id, businessUnitId: asName(member(entity, 'businessUnit', 'id')) };
}

/** What the activity codes of a business unit stand for. Throws `PlatformError`. */
export async function readActivityCodes(
  { sdk }: AskingParts,
  businessUnitId: string,
  options: CallOptions,
): Promise<ReadonlyMap<string, ActivityCategory>> {
  const operation = 'getWorkforcemanagementBusinessunitActivitycodes';
  const answer = await sdk.call(operation, options, () =>
    sdk.workforceManagement.getWorkforcemanagementBusinessunitActivitycodes(businessUnitId),
  );
  return readCategories(entitiesOf(answer, operation).entities);
}

/** Ids of the agents of a unit. Throws `PlatformError`. */
export async function listMembers(
  { sdk }: AskingParts,
  unitId: string,
  options: CallOptions,
): Promise<readonly string[]> {
  const operation = 'getWorkforcemanagementManagementunitUsers';
  const answer = await sdk.call(operation, options, () =>
    sdk.workforceManagement.getWorkforcemanagementManagementunitUsers(unitId),
  );
  return entitiesOf(answer, operation).entities.map((entity) => {
    const id = asName(member(entity, 'id'));
    if (id === undefined) throw malformed(operation, 'a user of a management unit has no id');
    return id;
  });
}

/** What is published for all agents of a unit, or for these. Throws `PlatformError`. */
export async function askSchedules(
  parts: AskingParts,
  unitId: string,
  userIds: readonly string[] | undefined,
  categories: ScheduleContext['categories'],
  options: CallOptions,
  window: ScheduleWindow,
): Promise<ReadonlyMap<string, Shifts> | UnitFault> {
  const operation = 'postWorkforcemanagementManagementunitAgentschedulesSearch';
  const { from, to, readAt } = window;
  const context = { readAt, to, categories };
  const body = {
    startDate: new Date(from).toISOString(),
    endDate: new Date(to).toISOString(),
    ...(userIds === undefined ? {} : { userIds: [...userIds] }),
  };
  try {
    const answer = await parts.sdk.call(operation, options, () =>
      parts.sdk.workforceManagement.postWorkforcemanagementManagementunitAgentschedulesSearch(unitId, body),
    );
    return await schedulesIn(parts, asObject(answer.body) ?? {}, context, options.signal);
  } catch (error) {
    if (error instanceof PlatformError && isTooLarge(error))
      return { kind: 'large', why: 'the answer is too large' };
    throw error;
  }
}

async function schedulesIn(
  parts: AskingParts,
  answer: Json,
  context: ScheduleContext,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Shifts> | UnitFault> {
  const { status: word, downloadUrl, result } = answer;
  const status = asText(word)?.toLowerCase();
  const url = asText(downloadUrl);
  const isComplete = status === undefined || status === 'complete';
  if (isComplete && url !== undefined && (result === undefined || result === null))
    return await download(parts, url, context, signal);
  if (status === 'processing')
    return {
      kind: 'large',
      why: 'the platform is still working the answer out, and tells the end only to users',
    };
  if (!isComplete) return { kind: 'failed', why: 'the platform could not work the answer out' };
  return readSchedules(result, context) ?? { kind: 'failed', why: UNREADABLE };
}

const UNREADABLE = 'the answer holds no list of schedules, or one with a schedule of nobody';

/** In ms of real time. */
const DOWNLOAD_TIMEOUT: Duration = 10 * SECOND;

/** Fetches a large answer from a host that the policy names. The platform's token stays here. */
async function download(
  parts: AskingParts,
  url: string,
  context: ScheduleContext,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Shifts> | UnitFault> {
  const refusal = refusalOf(parts, url);
  if (refusal !== undefined) return { kind: 'large', why: refusal };
  const headers = { accept: 'application/json' };
  const wanted = { method: 'GET', url, headers, body: undefined, timeout: DOWNLOAD_TIMEOUT } as const;
  try {
    const { status, text } = await parts.client.exchange(wanted, signal);
    if (status !== 200) return { kind: 'failed', why: `the download was answered ${status}` };
    const parsed = parseJson(text, PAGE_BOUNDS);
    if (parsed.is === 'too_large') return { kind: 'large', why: 'the download is too large' };
    return downloaded(parsed.is === 'json' ? asObject(parsed.value) : undefined, context);
  } catch {
    signal?.throwIfAborted();
    return { kind: 'failed', why: 'the download did not arrive, or is too large' };
  }
}

/** Whether the file holds the result alone, or the whole answer around it, is not documented. */
function downloaded(
  file: Json | undefined,
  context: ScheduleContext,
): ReadonlyMap<string, Shifts> | UnitFault {
  const result = file?.['agentSchedules'] === undefined ? file?.['result'] : file;
  return readSchedules(result, context) ?? { kind: 'failed', why: UNREADABLE };
}

/** Why nothing is fetched from an address, if so. */
function refusalOf({ hosts, isPlain }: AskingParts, url: string): string | undefined {
  const place = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe = place?.protocol === 'https:' || (isPlain && place?.protocol === 'http:');
  if (place === undefined || !isSafe || place.username !== '' || place.password !== '')
    return 'the answer is to be downloaded from an address that is none';
  if (hosts.includes(place.host.toLowerCase())) return undefined;
  const where = place.host.slice(0, LONGEST_HOST);
  return `the answer is to be downloaded from ${where}, which genesys.download_hosts does not list`;
}

/** Longer ones are cut where they are shown. */
const LONGEST_HOST = 100;

function malformed(operation: string, what: string): PlatformError {
  return new PlatformError(`${operation}: ${what}`, { kind: 'malformed', operation });
}

/** A refusal in words that say what to do. */
export function refusalWords(error: unknown): string {
  if (!(error instanceof PlatformError))
    return `an unexpected ${error instanceof Error ? error.name : typeof error}`;
  if (error.code === 'wfm.team.only.permissions.not.allowed')
    return 'the client has the permission under a condition on teams, which the platform does not accept here: grant it without the condition';
  return error.message;
}
