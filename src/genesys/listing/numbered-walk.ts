/** How far a walk by page number has come, and what is amiss with it. Makes no requests. */
import { PlatformError } from '../http/errors.ts';
import { asNumber, asObject, asText } from '../../http/read-json.ts';
import type { RawPage, SplitPage, TakePage } from './pages.ts';

/** The places of a listing that were filled so far: different users, and entries that name none. */
export class FilledPlaces {
  readonly #ids = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Answers how many places this page fills that no earlier one did. */
  fill(entities: readonly unknown[]): number {
    const before = this.#count;
    for (const entity of entities) {
      const id = asText(asObject(entity)?.['id']);
      if (id !== undefined && this.#ids.has(id)) continue;
      if (id !== undefined) this.#ids.add(id);
      this.#count += 1;
    }
    return this.#count - before;
  }
}

/** Twice the pages of the largest organisation that is known, where they are smallest. */
export const MAX_PAGES = 4_000;
/** Five times the users of that organisation: more of them are made up. */
export const MOST_USERS = 250_000;
/** Pages asked for at the same time, once their number is known. */
const AT_ONCE = 3;

/**
 * A page that failed does not stop the walk; the first page, or two in a row, do. So does a page without a new user: whether
 * users are missing is told by the number that the platform counts.
 */
export class NumberedWalk {
  readonly #take: TakePage;
  readonly #faults: string[] = [];
  /** How many places of the list lie behind. */
  #place = 0;
  readonly #places = new FilledPlaces();
  #total: number | undefined;
  #failedInRow = 0;
  #over = false;
  #skipped = 0;

  constructor(take: TakePage) {
    this.#take = take;
  }

  /** How many users could not be read by themselves. */
  get skipped(): number {
    return this.#skipped;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The numbers of the pages to read next; the first alone, because it tells how many there are. */
  next(size: number): readonly number[] {
    const first = Math.floor(this.#place / size) + 1;
    const last = this.#total === undefined ? first : Math.ceil(this.#total / size);
    return Array.from({ length: Math.max(1, Math.min(AT_ONCE, last - first + 1)) }, (_, i) => first + i);
  }

  /** Takes in what came of these pages. */
  took(
    numbers: readonly number[],
    pages: readonly (RawPage | SplitPage | PlatformError)[],
    size: number,
  ): void {
    for (const [i, page] of pages.entries()) {
      const number = numbers[i] ?? 0;
      if (this.#over) return;
      this.#place = number * size;
      if (page instanceof PlatformError) this.#failed(number, page);
      else if ('skipped' in page) this.#arrivedInParts(page);
      else this.#arrived(page, number, size);
      if (number >= MAX_PAGES) this.#stop(`no end after ${MAX_PAGES} pages`);
      if (this.#places.count > MOST_USERS) this.#stop(`more than ${MOST_USERS} users`);
    }
  }

  /** Why the walk is not complete, or `undefined` when it is. */
  fault(): string | undefined {
    if (this.#faults.length > 0) return this.#faults[0];
    // The list may shift while it is walked, so the largest total that was named counts: too few is never complete.
    const listed = this.#places.count + this.#skipped;
    if (this.#total === undefined || listed >= this.#total) return undefined;
    return `the platform listed ${listed} of ${this.#total} users`;
  }

  #arrived(page: RawPage, number: number, size: number): void {
    const { body, entities } = page;
    const fresh = this.#takeIn(page);
    // Whatever the answer says of its end: a full page with a new user on it may be followed by another.
    const isFull = entities.length >= size && fresh > 0;
    const more =
      isFull || asText(body['nextUri']) !== undefined || number < (asNumber(body['pageCount']) ?? 0);
    if (entities.length === 0 || !more) this.#over = true;
    else if (fresh === 0) {
      this.#over = true;
      if (this.#total === undefined) this.#faults.push(`page ${number} brings no new user`);
    }
  }

  /** The parts have numbers and page counts of their own: only the number of all users tells whether more follow. */
  #arrivedInParts({ pages, skipped }: SplitPage): void {
    this.#skipped += skipped;
    for (const page of pages) this.#takeIn(page);
    if (this.#total === undefined) this.#stop('the platform does not tell how many users there are');
    else if (this.#place >= this.#total) this.#over = true;
  }

  #takeIn(page: RawPage): number {
    this.#failedInRow = 0;
    const total = asNumber(page.body['total']);
    if (total !== undefined) this.#total = Math.max(this.#total ?? 0, total);
    this.#take(page);
    return this.#places.fill(page.entities);
  }

  #failed(number: number, error: PlatformError): void {
    this.#faults.push(`page ${number} could not be read: ${error.message}`);
    this.#failedInRow += 1;
    if (this.#total === undefined || this.#place >= this.#total || this.#failedInRow > 1) this.#over = true;
  }

  #stop(fault: string): void {
    this.#faults.push(fault);
    this.#over = true;
  }
}
