/**
 * Everyone, page by page. `GET /api/v2/users/query` walks by cursor and is preferred; where it is refused (it needs
 * `directory:user:view` in all divisions) `GET /api/v2/users` walks by page number. Both are remembered: which one works
 * and how large a page may be.
 */
import { HOUR, type Duration, type Instant } from '../domain/time.ts';
import { PlatformError } from './errors.ts';
import { asText } from './json.ts';
import { entitiesOf, parameterOf } from './listing.ts';
import { MAX_PAGES, NumberedWalk, type RawPage, type TakePage } from './numbered-walk.ts';
import type { CallOptions, Sdk } from './sdk.ts';

const PAGE_SIZES = [500, 250, 100, 50, 25] as const;
/** After so long the full page size, or the cursor listing, is tried again. */
const FORGET_AFTER: Duration = HOUR;
/** A cursor listing may hold an empty page where everyone on it was filtered out, but not many in a row. */
const MAX_EMPTY_PAGES = 5;

/** Whether the cursor listing is open to us; known to all who list users over one connection. */
export class CursorOffer {
  readonly #warn: (message: string, fields: object) => void;
  #refusedAt: Instant | undefined;
  #told = false;

  constructor(warn: (message: string, fields: object) => void) {
    this.#warn = warn;
  }

  isOpen(now: Instant): boolean {
    if (isOver(this.#refusedAt, now)) this.#refusedAt = undefined;
    return this.#refusedAt === undefined;
  }

  /** Said once: the next refusal, an hour later, is no news. */
  refused({ status, code }: PlatformError, now: Instant): void {
    this.#refusedAt = now;
    if (this.#told) return;
    this.#told = true;
    this.#warn('users are listed by page number, because the platform refuses the listing by cursor', {
      operation: 'getUsersQuery',
      status,
      code,
    });
  }

  /** It works again: should it be refused once more, that is worth a word. */
  worked(): void {
    this.#told = false;
  }
}

export class UserPages {
  readonly #sdk: Sdk;
  readonly #now: () => Instant;
  readonly #offer: CursorOffer;
  #sizeIndex = 0;
  #shrunkAt: Instant | undefined;

  constructor(sdk: Sdk, now: () => Instant, offer: CursorOffer) {
    this.#sdk = sdk;
    this.#now = now;
    this.#offer = offer;
  }

  /** Another set of expands makes other page sizes possible. */
  forgetSizes(): void {
    this.#sizeIndex = 0;
    this.#shrunkAt = undefined;
  }

  /**
   * Walks over everyone. Answers why the walk was not complete, in one sentence, or `undefined` when it was. Throws only
   * the signal's reason.
   */
  async walk(expand: readonly string[], take: TakePage, options: CallOptions): Promise<string | undefined> {
    const now = this.#now();
    if (isOver(this.#shrunkAt, now)) this.forgetSizes();
    if (this.#offer.isOpen(now)) {
      const outcome = await this.#walkByCursor(expand, take, options);
      if (!(outcome instanceof PlatformError)) return outcome;
      this.#offer.refused(outcome, this.#now());
    }
    return this.#walkByNumber(expand, take, options);
  }

  /** As `walk`, or the error with which this listing was refused. */
  async #walkByCursor(
    expand: readonly string[],
    take: TakePage,
    options: CallOptions,
  ): Promise<string | undefined | PlatformError> {
    const seen = new Set<string>();
    let cursor: string | undefined;
    let empty = 0;
    for (let number = 1; number <= MAX_PAGES; number += 1) {
      const page = await this.#page('getUsersQuery', options, (pageSize) =>
        this.#sdk.users.getUsersQuery({
          pageSize,
          state: 'active',
          expand: expand as never,
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      if (page instanceof PlatformError) {
        if (number === 1 && isRefusal(page)) return page;
        options.signal?.throwIfAborted();
        return `page ${number} could not be read: ${page.message}`;
      }
      this.#offer.worked();
      take(page);
      empty = page.entities.length === 0 ? empty + 1 : 0;
      const next = nextCursor(page);
      if (next === undefined) return undefined;
      if (next === 'lost') return `page ${number} points to a next page without a cursor`;
      if (seen.has(next)) return `the cursor after page ${number} came before: the listing runs in a circle`;
      if (empty > MAX_EMPTY_PAGES)
        return `${empty} empty pages in a row: the listing does not come to an end`;
      seen.add(next);
      cursor = next;
    }
    return `no end after ${MAX_PAGES} pages`;
  }

  async #walkByNumber(
    expand: readonly string[],
    take: TakePage,
    options: CallOptions,
  ): Promise<string | undefined> {
    const walk = new NumberedWalk(take);
    while (!walk.over) {
      const size = this.#size();
      const numbers = walk.next(size);
      const pages = await Promise.all(
        numbers.map((pageNumber) =>
          this.#page(
            'getUsers',
            options,
            (pageSize) =>
              this.#sdk.users.getUsers({ pageSize, pageNumber, state: 'active', expand: expand as never }),
            size,
          ),
        ),
      );
      options.signal?.throwIfAborted();
      // With another page size the numbers mean other pages: these are asked for again.
      if (this.#size() === size) walk.took(numbers, pages, size);
    }
    return walk.fault();
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
        return { ...entitiesOf(answer, operation), answer };
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

function isOver(since: Instant | undefined, now: Instant): boolean {
  return since !== undefined && Math.abs(now - since) >= FORGET_AFTER;
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

function isTooLarge({ status, code }: PlatformError): boolean {
  return status === 413 || (status === 400 && code === 'response.entity.too.large');
}
