/** Walks through the platform's page-numbered and cursor listings of small things: groups, roles, members, … */
import type { Answer } from '../http/call.ts';
import { PlatformError } from '../http/errors.ts';
import { asArray, asNumber, asObject, asText, type Json } from '../../http/read-json.ts';

/** So many entries are asked for at once. */
const PAGE_SIZE = 100;
/** A listing that has not ended by then never will. */
const MAX_PAGES = 2_000;
/** Nor will one that brings nothing new for so many pages in a row. */
const MAX_DRY_PAGES = 5;
/** A page with more was not made for what is asked. */
const MOST_ON_PAGE = 1_000;

/** What is asked for: a page of so many entries. */
export interface NumberedAsk {
  /** Counted from 1. */
  readonly pageNumber: number;
  readonly pageSize: number;
}
export interface CursorAsk {
  readonly pageSize: number;
  /** Left out for the first page. */
  readonly after?: string;
}

/** The entities of one answer. Throws `PlatformError` (malformed) when it has no list, or one of more than `most`. */
export function entitiesOf(
  answer: Answer,
  operation: string,
  most = Number.POSITIVE_INFINITY,
): { body: Json; entities: readonly unknown[] } {
  const body = asObject(answer.body);
  const entities = asArray(body?.['entities']);
  if (body !== undefined && entities !== undefined && entities.length <= most) return { body, entities };
  const what = entities === undefined ? 'no list of entities' : 'far more entities than were asked for';
  throw new PlatformError(`${operation}: the answer holds ${what}`, {
    kind: 'malformed',
    operation,
    status: answer.status,
    correlationId: answer.correlationId,
  });
}

/**
 * All entities of a page-numbered listing, each once. Whether a page is the last one is not left to what the answer says of
 * itself alone: a full page, and one that says nothing of its size, is followed by another. Throws
 * `PlatformError`, also when fewer came than the platform counts: what is missing must not be taken for what is not there.
 */
export async function readNumbered(
  operation: string,
  page: (ask: NumberedAsk) => Promise<Answer>,
): Promise<readonly unknown[]> {
  const found = new Found(operation);
  for (let pageNumber = 1; pageNumber <= MAX_PAGES; pageNumber += 1) {
    const answer = await unlessPast(page({ pageNumber, pageSize: PAGE_SIZE }), !found.more && pageNumber > 1);
    if (answer === undefined) return found.all();
    found.take(answer, PAGE_SIZE, pageNumber);
    if (!found.more && !found.mayHaveMore) return found.all();
  }
  throw endless(operation);
}

/** A page that was asked for to be sure, and does not exist. */
async function unlessPast(page: Promise<Answer>, toBeSure: boolean): Promise<Answer | undefined> {
  try {
    return await page;
  } catch (error) {
    const isPast = error instanceof PlatformError && (error.status === 400 || error.status === 404);
    if (toBeSure && isPast) return undefined;
    throw error;
  }
}

/**
 * All entities of a listing whose `nextUri` holds a cursor `after`, each once. A full page without a cursor is asked for again
 * with room for one entry less, which must then lead on. Throws `PlatformError`.
 */
export async function readByCursor(
  operation: string,
  page: (ask: CursorAsk) => Promise<Answer>,
): Promise<readonly unknown[]> {
  const found = new Found(operation);
  const seen = new Set<string>();
  let ask: CursorAsk = { pageSize: PAGE_SIZE };
  for (;;) {
    const body = found.take(await page(ask), ask.pageSize, 1);
    const nextUri = asText(body['nextUri']);
    if (nextUri === undefined) {
      if (!found.isFull) return found.all();
      if (ask.pageSize < PAGE_SIZE) throw endless(operation);
      ask = { ...ask, pageSize: PAGE_SIZE - 1 };
      continue;
    }
    const after = parameterOf(nextUri, 'after');
    if (after === undefined || seen.has(after) || seen.size > MAX_PAGES) throw endless(operation);
    seen.add(after);
    ask = { pageSize: PAGE_SIZE, after };
  }
}

/** What a page says of the listing; silent where it says nothing of its size. */
interface Said {
  readonly size: number | undefined;
  readonly count: number | undefined;
  readonly total: number | undefined;
  /** Nothing of how much there is in all. */
  readonly isOpen: boolean;
  /** Nor of how much fits on a page. */
  readonly isSilent: boolean;
}

function saidOf(body: Json): Said {
  const [size, count, total] = ['pageSize', 'pageCount', 'total'].map((key) => asNumber(body[key]));
  const isOpen = count === undefined && total === undefined;
  return { size, count, total, isOpen, isSilent: isOpen && size === undefined };
}

/** What has come of a listing so far, and what the last page lets expect. */
class Found {
  readonly #operation: string;
  readonly #entities = new Map<string, unknown>();
  /** The largest that was named: a listing may shift while it is read. */
  #total = 0;
  #dry = 0;
  /** The last page says that another follows. */
  more = false;
  /** The last page does not say so, and does not show that it is the last one. */
  mayHaveMore = false;
  isFull = false;

  constructor(operation: string) {
    this.#operation = operation;
  }

  /**
   * Takes in the page with this number, of which `asked` entries were asked for. Throws `PlatformError` when it has no list, or
   * when pages bring nothing new any more.
   */
  take(answer: Answer, asked: number, pageNumber: number): Json {
    const { body, entities } = entitiesOf(answer, this.#operation, MOST_ON_PAGE);
    const fresh = this.#add(entities);
    const { size = asked, count = 0, total = 0, isOpen, isSilent } = saidOf(body);
    this.#total = Math.max(this.#total, total);
    const isShort = this.#entities.size < this.#total;
    this.isFull = entities.length > 0 && entities.length >= Math.min(asked, size);
    this.more = asText(body['nextUri']) !== undefined || pageNumber < count;
    this.mayHaveMore = fresh > 0 ? this.isFull || isSilent || isShort : this.isFull && isOpen;
    this.#countDry(fresh);
    return body;
  }

  #countDry(fresh: number): void {
    this.#dry = fresh > 0 ? 0 : this.#dry + 1;
    if (this.#dry > MAX_DRY_PAGES) throw endless(this.#operation);
  }

  #add(entities: readonly unknown[]): number {
    const before = this.#entities.size;
    for (const entity of entities)
      this.#entities.set(asText(asObject(entity)?.['id']) ?? JSON.stringify(entity), entity);
    return this.#entities.size - before;
  }

  /** Throws `PlatformError` when something is missing. */
  all(): readonly unknown[] {
    const { size } = this.#entities;
    if (size >= this.#total) return [...this.#entities.values()];
    const operation = this.#operation;
    const message = `${operation}: the platform listed ${size} of ${this.#total}`;
    throw new PlatformError(message, { kind: 'transient', operation });
  }
}

/** One query parameter of a URI that the platform gave us. The URI itself is never followed. */
export function parameterOf(uri: string, name: string): string | undefined {
  const base = 'https://platform.invalid';
  return URL.canParse(uri, base) ? (new URL(uri, base).searchParams.get(name) ?? undefined) : undefined;
}

function endless(operation: string): PlatformError {
  return new PlatformError(`${operation}: the listing does not come to an end`, {
    kind: 'malformed',
    operation,
  });
}
