/**
 * A page of the numbered listing that cannot be read because of single users on it: it is read in smaller and smaller pages,
 * until only those users are left out. They are left alone; everyone else is seen.
 */
import type { Effort } from '../http/call.ts';
import { isAboutRequest, isTooLarge, PlatformError } from '../http/errors.ts';
import type { RawPage, SplitPage } from './pages.ts';
import { SECOND } from '../../domain/time/time.ts';

/** Reads one page of the numbered listing; answers the error where it cannot be read. */
export type ReadPage = (number: number, size: number, effort: Effort) => Promise<RawPage | PlatformError>;

/** More users than this are no longer single ones: then the listing is not complete. */
const MOST_SKIPPED = 50;
/** Requests for the parts of all pages of one walk. One unreadable user costs 19 on a page of 500. */
const MOST_REQUESTS = 400;
const PARTS = 5;
/** The page has been tried often enough: its parts are tried once. */
const PART_EFFORT: Effort = { tries: 1, within: 0, timeout: 5 * SECOND };

/** The parts of the pages of one walk. */
export class PageSplitter {
  readonly #read: ReadPage;
  #requests = 0;
  #skipped = 0;

  constructor(read: ReadPage) {
    this.#read = read;
  }

  /** Reads what can be read of a page that failed with this error; answers the error where that is no matter of single users. */
  async read(number: number, size: number, error: PlatformError): Promise<SplitPage | PlatformError> {
    if (!isAboutRequest(error) || isTooLarge(error)) return error;
    const parts = await this.#parts(number, size, 'probe');
    return parts ?? error;
  }

  /**
   * The parts of one page; `undefined` when that is not worth going on with. `probe` means that nothing has been read yet: where
   * all parts fail, and all parts of the first of them, down to single users, it is not about single users.
   */
  async #parts(number: number, size: number, how: 'probe' | 'all'): Promise<SplitPage | undefined> {
    const partSize = size < PARTS ? 1 : size / PARTS;
    const count = size / partSize;
    const numbers = Array.from({ length: count }, (_, i) => (number - 1) * count + i + 1);
    this.#requests += count;
    if (this.#requests > MOST_REQUESTS) return undefined;
    const read = await Promise.all(numbers.map((part) => this.#read(part, partSize, PART_EFFORT)));
    if (read.some((page) => page instanceof PlatformError && !isAboutRequest(page))) return undefined;
    const pages = read.filter((page): page is RawPage => !(page instanceof PlatformError));
    const failed = numbers.filter((_, i) => read[i] instanceof PlatformError);
    const probing = how === 'probe' && pages.length === 0;
    if (partSize === 1) return probing ? undefined : this.#skip(pages, failed.length);
    return this.#splitFurther({ pages, skipped: 0 }, failed, partSize, probing);
  }

  async #splitFurther(
    read: SplitPage,
    failed: readonly number[],
    size: number,
    probing: boolean,
  ): Promise<SplitPage | undefined> {
    let all = read;
    for (const [i, part] of failed.entries()) {
      const split = await this.#parts(part, size, probing && i === 0 ? 'probe' : 'all');
      if (split === undefined) return undefined;
      all = { pages: [...all.pages, ...split.pages], skipped: all.skipped + split.skipped };
    }
    return all;
  }

  #skip(pages: readonly RawPage[], skipped: number): SplitPage | undefined {
    this.#skipped += skipped;
    return this.#skipped > MOST_SKIPPED ? undefined : { pages, skipped };
  }
}
