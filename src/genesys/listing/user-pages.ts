/**
 * Everyone, page by page. `GET /api/v2/users/query` walks by cursor and is preferred; where it is refused (it needs
 * `directory:user:view` in all divisions), or does not come to its end, `GET /api/v2/users` walks by page number. Both are
 * remembered: which one works and how large a page may be.
 */
import { SECOND, type Instant } from '../../domain/time/time.ts';
import { isOver, type CursorOffer } from './cursor-offer.ts';
import type { Effort } from '../http/call.ts';
import { isAboutRequest, isTooLarge, PlatformError } from '../http/errors.ts';
import { asText } from '../../http/read-json.ts';
import { entitiesOf, parameterOf } from './listing.ts';
import { MAX_PAGES, MOST_USERS, NumberedWalk, FilledPlaces } from './numbered-walk.ts';
import type { RawPage, TakePage } from './pages.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';
import { PageSplitter } from './split-page.ts';
import type { SplitPage } from './pages.ts';

const PAGE_SIZES = [500, 250, 100, 50, 25] as const;
/** A cursor listing may hold an empty page where everyone on it was filtered out, but not many in a row. */
const MAX_EMPTY_PAGES = 5;
/** A page that hangs is not asked for again: the sweep would not end before the next one. */
const PAGE_EFFORT: Effort = { tries: 4, within: 15 * SECOND };

/** How a walk by cursor ended: at its end, at a refusal of the whole listing, or somewhere else. */
type CursorEnd =
  | { readonly is: 'complete' }
  | { readonly is: 'refused'; readonly error: PlatformError }
  | { readonly is: 'broken_off'; readonly fault: string; readonly elsewhere: boolean };

export class UserPages {
  readonly #sdk: Sdk;
  readonly #now: () => Instant;
  readonly #offer: CursorOffer;
  readonly #warn: (message: string, fields: object) => void;
  #sizeIndex = 0;
  #shrunkAt: Instant | undefined;

  constructor(
    sdk: Sdk,
    now: () => Instant,
    offer: CursorOffer,
    warn: (message: string, fields: object) => void,
  ) {
    this.#sdk = sdk;
    this.#now = now;
    this.#offer = offer;
    this.#warn = warn;
  }

  /** Another set of expands makes other page sizes possible. */
  forgetSizes(): void {
    this.#sizeIndex = 0;
    this.#shrunkAt = undefined;
  }

  /**
   * Walks over everyone. Answers why the walk was not complete, in one sentence, or `undefined` when it was. Single users who
   * cannot be read by themselves are left out of a complete walk. Throws only the signal's reason.
   */
  async walk(expand: readonly string[], take: TakePage, options: CallOptions): Promise<string | undefined> {
    const now = this.#now();
    if (isOver(this.#shrunkAt, now)) this.forgetSizes();
    if (!this.#offer.isOpen(now)) return this.#walkByNumber(expand, take, options);
    const end = await this.#walkByCursor(expand, take, options);
    if (end.is === 'complete') return undefined;
    if (end.is === 'refused') {
      this.#offer.refused(end.error, this.#now());
      return this.#walkByNumber(expand, take, options);
    }
    // This listing counts its users, so that it shows whether any are missing. Those of earlier pages are not handed over again.
    if (!end.elsewhere || (await this.#walkByNumber(expand, take, options)) !== undefined) return end.fault;
    this.#offer.unfit(end.fault, this.#now());
    return undefined;
  }

  /** The first page alone, and by which listing it came. Throws `PlatformError`. */
  async first(
    expand: readonly string[],
    options: CallOptions,
  ): Promise<{ readonly page: RawPage; readonly by: 'cursor' | 'number' }> {
    const byCursor = this.#offer.isOpen(this.#now())
      ? await this.#cursorPage(expand, undefined, options)
      : undefined;
    if (byCursor !== undefined && !(byCursor instanceof PlatformError))
      return { page: byCursor, by: 'cursor' };
    if (byCursor !== undefined && !isRefusal(byCursor)) throw byCursor;
    const page = await this.#numberedPage(expand, 1, this.#size(), options);
    if (page instanceof PlatformError) throw page;
    return { page, by: 'number' };
  }

  async #walkByCursor(expand: readonly string[], take: TakePage, options: CallOptions): Promise<CursorEnd> {
    const brokenOff = (fault: string): CursorEnd => ({ is: 'broken_off', fault, elsewhere: true });
    const seen = new Set<string>();
    let cursor: string | undefined;
    const places = new FilledPlaces();
    let empty = 0;
    for (let number = 1; number <= MAX_PAGES; number += 1) {
      const page = await this.#cursorPage(expand, cursor, options);
      if (page instanceof PlatformError) return failedAt(number, page);
      this.#offer.worked();
      take(page);
      const fresh = places.fill(page.entities);
      empty = page.entities.length === 0 ? empty + 1 : 0;
      const next = nextCursor(page);
      if (next === undefined) return { is: 'complete' };
      const fault = endless({ number, next, seen, fresh, users: places.count, empty });
      if (fault !== undefined) return brokenOff(fault);
      seen.add(next);
      cursor = next;
    }
    return brokenOff(`no end after ${MAX_PAGES} pages`);
  }

  #cursorPage(
    expand: readonly string[],
    cursor: string | undefined,
    options: CallOptions,
  ): Promise<RawPage | PlatformError> {
    return this.#page('getUsersQuery', { ...options, effort: PAGE_EFFORT }, (pageSize) =>
      this.#sdk.users.getUsersQuery({
        pageSize,
        state: 'active',
        expand: expand as never,
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
  }

  async #walkByNumber(
    expand: readonly string[],
    take: TakePage,
    options: CallOptions,
  ): Promise<string | undefined> {
    const walk = new NumberedWalk(take);
    const read = (number: number, size: number, effort: Effort): Promise<RawPage | PlatformError> =>
      this.#numberedPage(expand, number, size, { ...options, effort });
    const splitter = new PageSplitter(read);
    while (!walk.over) {
      const size = this.#size();
      const numbers = walk.next(size);
      const pages = await Promise.all(numbers.map((number) => read(number, size, PAGE_EFFORT)));
      options.signal?.throwIfAborted();
      // With another page size the numbers mean other pages: these are asked for again.
      if (this.#size() !== size) continue;
      const found: (RawPage | SplitPage | PlatformError)[] = [];
      for (const [i, page] of pages.entries()) {
        const failed = page instanceof PlatformError;
        found.push(failed ? await splitter.read(numbers[i] ?? 0, size, page) : page);
      }
      options.signal?.throwIfAborted();
      walk.took(numbers, found, size);
    }
    const { skipped } = walk;
    if (skipped > 0)
      this.#warn('users that cannot be read are left alone', { operation: 'getUsers', count: skipped });
    return walk.fault();
  }

  #numberedPage(
    expand: readonly string[],
    pageNumber: number,
    size: number,
    options: CallOptions,
  ): Promise<RawPage | PlatformError> {
    return this.#page(
      'getUsers',
      options,
      (pageSize) =>
        this.#sdk.users.getUsers({ pageSize, pageNumber, state: 'active', expand: expand as never }),
      size,
    );
  }

  /**
   * Reads one page, shrinking it when the platform says that it is too large (400 `response.entity.too.large`). With
   * `fixed` a shrink is only remembered. Answers the error that remains.
   */
  async #page(
    operation: string,
    options: CallOptions,
    run: (pageSize: number) => Promise<unknown>,
    fixed?: number,
  ): Promise<RawPage | PlatformError> {
    for (;;) {
      const size = fixed ?? this.#size();
      try {
        const answer = await this.#sdk.call(operation, options, () => run(size));
        return { ...entitiesOf(answer, operation, 2 * size), answer };
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof PlatformError)) throw error;
        if (!isTooLarge(error) || !this.#shrink(size)) return error;
        if (fixed !== undefined) return error;
      }
    }
  }

  #size(): number {
    return PAGE_SIZES[this.#sizeIndex] ?? 25;
  }

  /** Whether pages are now smaller than `size`. */
  #shrink(size: number): boolean {
    if (this.#size() < size) return true;
    if (this.#sizeIndex >= PAGE_SIZES.length - 1) return false;
    this.#sizeIndex += 1;
    this.#shrunkAt = this.#now();
    return true;
  }
}

/** The cursor of the next page; `lost` when there is a next page but no cursor to reach it by. */
function nextCursor({ body }: RawPage): string | undefined {
  const cursor = asText(body['cursor']);
  if (cursor !== undefined) return cursor;
  const nextUri = asText(body['nextUri']);
  return nextUri === undefined ? undefined : (parameterOf(nextUri, 'cursor') ?? 'lost');
}

/** The platform does not offer this listing to us; another may do. */
function isRefusal({ status }: PlatformError): boolean {
  return status === 403 || status === 404 || status === 405 || status === 501;
}

/** Whether the whole listing is refused, or a page of it failed. */
function failedAt(number: number, error: PlatformError): CursorEnd {
  if (number === 1 && isRefusal(error)) return { is: 'refused', error };
  const fault = `page ${number} could not be read: ${error.message}`;
  return { is: 'broken_off', fault, elsewhere: isAboutRequest(error) && !isTooLarge(error) };
}

/** Why a walk by cursor must not go on although there is a next page, if so. */
function endless(page: {
  readonly number: number;
  readonly next: string;
  readonly seen: ReadonlySet<string>;
  readonly fresh: number;
  readonly users: number;
  readonly empty: number;
}): string | undefined {
  const { number, next, seen, fresh, users, empty } = page;
  if (next === 'lost') return `page ${number} points to a next page without a cursor`;
  if (seen.has(next)) return `the cursor after page ${number} came before: the listing runs in a circle`;
  if (empty > MAX_EMPTY_PAGES) return `${empty} empty pages in a row: the listing does not come to an end`;
  if (fresh === 0 && empty === 0)
    return `page ${number} brings no new user: the listing does not come to an end`;
  return users > MOST_USERS
    ? `more than ${MOST_USERS} users: the listing does not come to an end`
    : undefined;
}
