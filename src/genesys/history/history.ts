/**
 * The organisation's own past: which presence and routing status everyone had. Long spans come from asynchronous jobs
 * over the data lake, in stretches of a week; what the lake does not hold yet, and short spans, from the detail query, a
 * day at a time. Both walk forward in time and say after each page where to go on, so that a reading that breaks off need
 * not begin anew. Pages may be short, repeat what came before and overlap: callers must expect that.
 */
import { DAY, MINUTE, SECOND, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import type { Answer } from '../http/call.ts';
import { isTooLarge, PlatformError } from '../http/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { readDetails, type UserHistory } from './history-details.ts';
import { intervalText } from './interval.ts';
import { asNumber, asObject, asText } from '../../http/read-json.ts';
import { asInstant } from '../http/json.ts';
import type { CallOptions, Sdk } from '../http/sdk.ts';

/** A stretch of time that is being read, and where in it to go on. */
export interface HistoryStretch extends Interval {
  /** The job's id and the place in its results; without one the detail query is asked, from this page on. */
  readonly jobId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly page?: number | undefined;
  readonly pageSize?: number | undefined;
}

/** How far a reading has come. Plain data, to be kept and handed in again. */
export interface HistoryPlace {
  /** Everything before is read. */
  readonly doneTo: Instant;
  readonly within?: HistoryStretch | undefined;
}

/** One page, and the place after it. */
export interface HistoryPage {
  readonly users: readonly UserHistory[];
  readonly place: HistoryPlace;
}

/** Reads history. */
export interface HistoryReader {
  /**
   * Reads a span, or goes on where an earlier reading broke off. Throws `PlatformError`, the signal's reason, or what
   * taking a page throws; all pages up to there were handed over.
   */
  read(
    span: Interval,
    from: HistoryPlace | undefined,
    take: (page: HistoryPage) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** The detail query takes no longer interval without filters. Anything longer goes to the data lake. */
const LONGEST_QUERY: Duration = 7 * DAY;
/** One job: well below the platform's limit of 31 days, so that what is lost when one fails is little. */
const LONGEST_JOB: Duration = 7 * DAY;
const PAGE_SIZES = [100, 50, 25] as const;
const RESULT_PAGES = [1_000, 500, 250, 100] as const;
/** An interval whose end is not found after so many pages never ends. */
const MAX_PAGES = 20_000;
const MAX_EMPTY_PAGES = 3;
/** A job that takes longer is given up. */
const LONGEST_WAIT: Duration = 30 * MINUTE;
const LONGEST_POLL: Duration = 20 * SECOND;

const QUERY = 'postAnalyticsUsersDetailsQuery';
const RESULTS = 'getAnalyticsUsersDetailsJobResults';

type Take = (page: HistoryPage) => Promise<void>;

/** Reads over one connection. */
export function historyOf(sdk: Sdk, clock: Clock): HistoryReader {
  return {
    read: (span, from, take, signal) => new Reading(sdk, clock, span, take, signal).run(from),
  };
}

class Reading {
  readonly #sdk: Sdk;
  readonly #clock: Clock;
  readonly #span: Interval;
  readonly #take: Take;
  readonly #options: CallOptions;
  /** The data lake is complete up to here; `undefined` when it is not to be used. */
  #lakeTo: Instant | undefined;
  /** Results a page; fewer once a page was too large. */
  #resultPageSize: number = RESULT_PAGES[0];

  constructor(sdk: Sdk, clock: Clock, span: Interval, take: Take, signal: AbortSignal | undefined) {
    this.#sdk = sdk;
    this.#clock = clock;
    this.#span = span;
    this.#take = take;
    this.#options = { priority: 'read', signal };
  }

  async run(from: HistoryPlace | undefined): Promise<void> {
    const { to } = this.#span;
    let at = Math.max(this.#span.from, from?.doneTo ?? this.#span.from);
    if (to - this.#span.from > LONGEST_QUERY) this.#lakeTo = await this.#readLakeTo();
    let begun = from?.within?.from === at ? from.within : undefined;
    while (at < to) {
      const stretch = begun ?? this.#stretchAt(at);
      begun = undefined;
      const inLake = stretch.jobId !== undefined || this.#isInLake(stretch);
      const read = inLake ? await this.#readJob(stretch) : await this.#readQuery(stretch);
      if (read) at = stretch.to;
      else this.#lakeTo = undefined;
    }
  }

  /** Stretches end at a midnight of UTC, where the platform itself cuts. */
  #stretchAt(at: Instant): HistoryStretch {
    const { to } = this.#span;
    const midnight = Math.floor(at / DAY) * DAY;
    const lake = Math.floor((this.#lakeTo ?? -Infinity) / DAY) * DAY;
    if (at < lake) return { from: at, to: Math.min(midnight + LONGEST_JOB, lake, to) };
    return { from: at, to: Math.min(midnight + DAY, to) };
  }

  #isInLake({ to }: Interval): boolean {
    return this.#lakeTo !== undefined && to <= this.#lakeTo;
  }

  async #readLakeTo(): Promise<Instant | undefined> {
    const operation = 'getAnalyticsUsersDetailsJobsAvailability';
    try {
      const answer = await this.#sdk.call(operation, this.#options, () =>
        this.#sdk.analytics.getAnalyticsUsersDetailsJobsAvailability(),
      );
      return asInstant(asObject(answer.body)?.['dataAvailabilityDate']);
    } catch (error) {
      if (isNotOffered(error)) return undefined;
      throw error;
    }
  }

  /** False when the platform has no job for this: the detail query then has to do. */
  async #readJob(stretch: HistoryStretch): Promise<boolean> {
    const jobId = stretch.jobId ?? (await this.#submit(stretch));
    if (jobId === undefined || !(await this.#isFulfilled(jobId)))
      return stretch.jobId !== undefined && this.#again(stretch);
    let cursor = stretch.cursor;
    const seen = new Set<string>();
    let empty = 0;
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const answer = await this.#resultPage(jobId, cursor);
      const next = asText(asObject(answer.body)?.['cursor']);
      empty = countIn(answer).count === 0 ? empty + 1 : 0;
      const isLast = next === undefined;
      await this.#hand(
        answer,
        isLast ? undefined : { from: stretch.from, to: stretch.to, jobId, cursor: next },
        stretch,
        RESULTS,
      );
      if (isLast) {
        await this.#forget(jobId);
        return true;
      }
      if (seen.has(next) || empty > MAX_EMPTY_PAGES) break;
      seen.add(next);
      cursor = next;
    }
    throw endless(RESULTS);
  }

  /** The job of an earlier reading is gone: a new one reads the whole stretch once more. */
  #again({ from, to }: HistoryStretch): Promise<boolean> {
    return this.#readJob({ from, to });
  }

  async #submit(stretch: Interval): Promise<string | undefined> {
    const operation = 'postAnalyticsUsersDetailsJobs';
    try {
      const answer = await this.#sdk.call(operation, this.#options, () =>
        this.#sdk.analytics.postAnalyticsUsersDetailsJobs({ interval: intervalText(stretch), order: 'asc' }),
      );
      const jobId = asText(asObject(answer.body)?.['jobId']);
      if (jobId === undefined) throw malformed(operation, 'the answer names no job');
      return jobId;
    } catch (error) {
      if (isNotOffered(error)) return undefined;
      throw error;
    }
  }

  /** Waits until a job has its results; false when it came to nothing. */
  async #isFulfilled(jobId: string): Promise<boolean> {
    const operation = 'getAnalyticsUsersDetailsJob';
    const giveUpAt = this.#clock.now() + LONGEST_WAIT;
    for (let pause = SECOND; this.#clock.now() < giveUpAt; pause = Math.min(2 * pause, LONGEST_POLL)) {
      const state = await this.#stateOf(jobId, operation);
      if (state === 'FULFILLED') return true;
      if (state !== 'QUEUED' && state !== 'PENDING') return false;
      await this.#clock.sleep(pause, this.#options.signal);
    }
    return false;
  }

  async #stateOf(jobId: string, operation: string): Promise<string | undefined> {
    try {
      const answer = await this.#sdk.call(operation, this.#options, () =>
        this.#sdk.analytics.getAnalyticsUsersDetailsJob(jobId),
      );
      return asText(asObject(answer.body)?.['state'])?.toUpperCase();
    } catch (error) {
      if (error instanceof PlatformError && error.kind === 'gone') return undefined;
      throw error;
    }
  }

  async #resultPage(jobId: string, cursor: string | undefined): Promise<Answer> {
    for (;;) {
      const pageSize = this.#resultPageSize;
      try {
        return await this.#sdk.call(RESULTS, this.#options, () =>
          this.#sdk.analytics.getAnalyticsUsersDetailsJobResults(jobId, {
            pageSize,
            ...(cursor === undefined ? {} : { cursor }),
          }),
        );
      } catch (error) {
        const less = RESULT_PAGES.find((size) => size < pageSize);
        if (!(error instanceof PlatformError) || !isTooLarge(error) || less === undefined) throw error;
        this.#resultPageSize = less;
      }
    }
  }

  /** The platform throws old jobs away by itself: that this one goes at once is politeness. */
  async #forget(jobId: string): Promise<void> {
    const operation = 'deleteAnalyticsUsersDetailsJob';
    try {
      await this.#sdk.call(operation, this.#options, () =>
        this.#sdk.analytics.deleteAnalyticsUsersDetailsJob(jobId),
      );
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
    }
  }

  /**
   * Page by page until one is empty. `totalHits` is an order of magnitude only, and a page may hold fewer entries than
   * asked for, down to none, because what is stored twice is left out.
   */
  async #readQuery(stretch: HistoryStretch): Promise<true> {
    const { from, to } = stretch;
    let size = stretch.pageSize ?? PAGE_SIZES[0];
    let empty = 0;
    let last: Answer | undefined;
    for (let page = stretch.page ?? 1; page <= MAX_PAGES; page += 1) {
      const answer = await this.#queryPage({ from, to }, page, size);
      if (answer === undefined) {
        // With smaller pages the numbers mean other ones.
        size = smaller(size);
        page = 0;
        continue;
      }
      const { count, totalHits } = countIn(answer);
      empty = count === 0 ? empty + 1 : 0;
      if (count > 0 && isSame(answer, last)) break;
      last = answer;
      const isOver = count === 0 && (page * size >= totalHits || empty >= MAX_EMPTY_PAGES);
      const next = { from, to, page: page + 1, pageSize: size };
      await this.#hand(answer, isOver ? undefined : next, stretch, QUERY);
      if (isOver) return true;
    }
    throw endless(QUERY);
  }

  /** `undefined` when the page is too large for the platform and could be smaller. */
  async #queryPage(interval: Interval, pageNumber: number, pageSize: number): Promise<Answer | undefined> {
    const body = { interval: intervalText(interval), order: 'asc', paging: { pageSize, pageNumber } };
    try {
      return await this.#sdk.call(QUERY, this.#options, () =>
        this.#sdk.analytics.postAnalyticsUsersDetailsQuery(body),
      );
    } catch (error) {
      const mayBeSmaller = error instanceof PlatformError && (error.status === 400 || isTooLarge(error));
      if (!mayBeSmaller || smaller(pageSize) === pageSize) throw error;
      return undefined;
    }
  }

  async #hand(
    answer: Answer,
    next: HistoryStretch | undefined,
    { from, to }: Interval,
    operation: string,
  ): Promise<void> {
    const users = readDetails(asObject(answer.body)?.['userDetails']);
    if (users === undefined) throw malformed(operation, 'the answer holds no list of user details');
    const place = next === undefined ? { doneTo: to } : { doneTo: from, within: next };
    await this.#take({ users, place });
  }
}

/** A page that is repeated word for word is not the next one. */
function isSame(answer: Answer, last: Answer | undefined): boolean {
  return last !== undefined && JSON.stringify(answer.body) === JSON.stringify(last.body);
}

function countIn({ body }: Answer): { readonly count: number; readonly totalHits: number } {
  const details = asObject(body)?.['userDetails'];
  return {
    count: Array.isArray(details) ? details.length : 0,
    totalHits: asNumber(asObject(body)?.['totalHits']) ?? 0,
  };
}

function smaller(size: number): number {
  return PAGE_SIZES.find((one) => one < size) ?? size;
}

/** This way is closed to us; the detail query may be open, and says what is missing if it is not. */
function isNotOffered(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return false;
  return error.kind === 'forbidden' || error.kind === 'gone' || error.kind === 'refused';
}

function malformed(operation: string, what: string): PlatformError {
  return new PlatformError(`${operation}: ${what}`, { kind: 'malformed', operation });
}

function endless(operation: string): PlatformError {
  return malformed(operation, 'the listing does not come to an end');
}
