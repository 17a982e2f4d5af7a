/** The platform's two ways of paging: by number, and by a cursor that names the last entry seen. */
import { badRequest, tooLarge } from './refusal.ts';

const DEFAULT_SIZE = 25;

/** `pageSize` of a query. Refuses what is no size, and what is above `most`. */
export function pageSizeOf(query: URLSearchParams, most: number): number {
  const size = wholeNumber(query, 'pageSize', DEFAULT_SIZE);
  if (size > most) throw tooLarge();
  return size;
}

/** A whole number of at least 1 out of a query. */
export function wholeNumber(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1) throw badRequest(`${name} must be a whole number of at least 1`);
  return value;
}

/** Where a page by number lies. */
export interface NumberedPage {
  readonly size: number;
  readonly number: number;
  readonly total: number;
}

/** The page a query asks for. */
export function numberedPage(query: URLSearchParams, total: number, most: number): NumberedPage {
  return { size: pageSizeOf(query, most), number: wholeNumber(query, 'pageNumber', 1), total };
}

/** The entries of a page; `shift` moves its window. */
export function slice<T>(list: readonly T[], { size, number }: NumberedPage, shift = 0): readonly T[] {
  const from = Math.max(0, (number - 1) * size + shift);
  return list.slice(from, from + size);
}

/** What every listing by number says around its entities. */
export function numberedListing(
  path: string,
  query: URLSearchParams,
  page: NumberedPage,
  entities: readonly unknown[],
): object {
  const { size, number, total } = page;
  const pageCount = Math.ceil(total / size);
  const uri = (to: number): string =>
    uriWith(path, query, { pageSize: String(size), pageNumber: String(to) });
  return {
    entities,
    pageSize: size,
    pageNumber: number,
    total,
    firstUri: uri(1),
    selfUri: uri(number),
    ...(number > 1 ? { previousUri: uri(number - 1) } : {}),
    ...(number < pageCount ? { nextUri: uri(number + 1) } : {}),
    lastUri: uri(Math.max(1, pageCount)),
    pageCount,
  };
}

/** A path with the query it was asked with, some of it changed. */
export function uriWith(
  path: string,
  query: URLSearchParams,
  changed: Readonly<Record<string, string>>,
): string {
  const params = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changed)) params.set(name, value);
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}

/** A cursor that means "after the entry with this number". */
export function makeCursor(after: number): string {
  return Buffer.from(`after ${after}`).toString('base64url');
}

/** What a cursor means; `undefined` without one. Refuses what is none of ours. */
export function readCursor(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const found = /^after (\d+)$/.exec(Buffer.from(text, 'base64url').toString());
  if (found === null) throw badRequest('the cursor is not valid');
  return Number(found[1]);
}
