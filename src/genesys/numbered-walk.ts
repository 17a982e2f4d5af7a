/** How far a walk by page number has come, and what is amiss with it. Makes no requests. */
import type { Answer } from './call.ts';
import { PlatformError } from './errors.ts';
import { asNumber, asText, type Json } from './json.ts';

/** One page, still as the platform sent it. */
export interface RawPage {
  readonly body: Json;
  readonly entities: readonly unknown[];
  readonly answer: Answer;
}

/** What becomes of a page. Answers how many users on it were not seen on an earlier one. */
export type TakePage = (page: RawPage) => number;

export const MAX_PAGES = 10_000;
/** Pages asked for at the same time, once their number is known. */
const AT_ONCE = 3;

/** A page that failed does not stop the walk; the first page, or two in a row, do. */
export class NumberedWalk {
  readonly #take: TakePage;
  readonly #faults: string[] = [];
  /** How many places of the list lie behind. */
  #place = 0;
  #distinct = 0;
  #total: number | undefined;
  #failedInRow = 0;
  #over = false;

  constructor(take: TakePage) {
    this.#take = take;
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
  took(numbers: readonly number[], pages: readonly (RawPage | PlatformError)[], size: number): void {
    for (const [i, page] of pages.entries()) {
      const number = numbers[i] ?? 0;
      if (this.#over) return;
      this.#place = number * size;
      if (page instanceof PlatformError) this.#failed(number, page);
      else this.#arrived(page, number, size);
      if (number >= MAX_PAGES) this.#stop(`no end after ${MAX_PAGES} pages`);
    }
  }

  /** Why the walk is not complete, or `undefined` when it is. */
  fault(): string | undefined {
    if (this.#faults.length > 0) return this.#faults[0];
    // The list may shift while it is walked, so the largest total that was named counts: too few is never complete.
    if (this.#total === undefined || this.#distinct >= this.#total) return undefined;
    return `the platform listed ${this.#distinct} of ${this.#total} users`;
  }

  #arrived(page: RawPage, number: number, size: number): void {
    const { body, entities } = page;
    this.#failedInRow = 0;
    const total = asNumber(body['total']);
    if (total !== undefined) this.#total = Math.max(this.#total ?? 0, total);
    const fresh = this.#take(page);
    this.#distinct += fresh;
    // Whatever the answer says of its end: a full page with a new user on it may be followed by another.
    const isFull = entities.length >= size && fresh > 0;
    const more =
      isFull || asText(body['nextUri']) !== undefined || number < (asNumber(body['pageCount']) ?? 0);
    if (entities.length === 0 || !more) this.#over = true;
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
