/** Walks through the platform's page-numbered and cursor listings of small things: groups, roles, members, … */
import type { Answer } from './call.ts';
import { PlatformError } from './errors.ts';
import { asArray, asNumber, asObject, asText, type Json } from './json.ts';
import { Places } from './numbered-walk.ts';

/** A listing that has not ended by then never will. */
const MAX_PAGES = 2_000;
/** No page of these listings is asked for with more than a hundred. */
const MOST_ON_PAGE = 1_000;

/** Reads the page with this number, from 1. */
export type NumberedPage = (pageNumber: number) => Promise<Answer>;
/** Reads the page after this cursor; the first without one. */
export type CursorPage = (after: string | undefined) => Promise<Answer>;

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

/** All entities of a page-numbered listing. Throws `PlatformError`. */
export async function readNumbered(operation: string, page: NumberedPage): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  const places = new Places();
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const { body, entities } = entitiesOf(await page(number), operation, MOST_ON_PAGE);
    all.push(...entities);
    const fresh = places.fill(entities);
    const pageCount = asNumber(body['pageCount']);
    const more = asText(body['nextUri']) !== undefined || (pageCount !== undefined && number < pageCount);
    if (!more || entities.length === 0) return all;
    if (fresh === 0) throw endless(operation);
  }
  throw endless(operation);
}

/** All entities of a listing whose `nextUri` holds a cursor `after`. Throws `PlatformError`. */
export async function readByCursor(operation: string, page: CursorPage): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  const seen = new Set<string>();
  const places = new Places();
  let after: string | undefined;
  for (;;) {
    const { body, entities } = entitiesOf(await page(after), operation, MOST_ON_PAGE);
    all.push(...entities);
    const fresh = places.fill(entities);
    const nextUri = asText(body['nextUri']);
    if (nextUri === undefined) return all;
    after = parameterOf(nextUri, 'after');
    if (after === undefined || fresh === 0 || seen.has(after) || seen.size > MAX_PAGES)
      throw endless(operation);
    seen.add(after);
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
