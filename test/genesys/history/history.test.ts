/** Reading history from a server that behaves as the platform's analytics do: short pages, duplicates, limits, throttling. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { DAY, HOUR } from '../../../src/domain/time/time.ts';
import type { HistoryPage, HistoryPlace } from '../../../src/genesys/history/history.ts';
import { fakePlatform, T0, type FakePlatform, type Reply, type Seen } from '../fake-platform.ts';

const BASE = '/api/v2/analytics/users/details';
const at = (text: string): number => Date.parse(text);
const NOW = T0 + 3 * HOUR;

interface Record {
  readonly userId: string;
  readonly from: number;
  readonly to: number | undefined;
  readonly state: string;
}

/** Three people; Bob's night and Ann's weekend last over midnights. */
const RECORDS: readonly Record[] = [
  { userId: 'ann', from: at('2026-02-20T09:00:00Z'), to: at('2026-02-20T17:00:00Z'), state: 'AVAILABLE' },
  { userId: 'ann', from: at('2026-02-20T17:00:00Z'), to: at('2026-02-23T09:00:00Z'), state: 'OFFLINE' },
  { userId: 'ann', from: at('2026-02-23T09:00:00Z'), to: undefined, state: 'MEETING' },
  { userId: 'bob', from: at('2026-02-21T22:00:00Z'), to: at('2026-02-22T06:00:00Z'), state: 'ON_QUEUE' },
  { userId: 'bob', from: at('2026-02-22T06:00:00Z'), to: undefined, state: 'OFFLINE' },
  { userId: 'cyd', from: at('2026-02-28T12:00:00Z'), to: undefined, state: 'BREAK' },
];

interface Behaviour {
  readonly lakeTo?: number;
  readonly jobs?: 'ok' | 'forbidden' | 'failed' | 'slow';
  readonly largestPage?: number;
  readonly throttled?: number;
  readonly resultPage?: number;
}

/** What is stored of one user on one day. */
interface UserDay {
  readonly userId: string;
  readonly records: readonly Record[];
}

class Analytics {
  readonly intervals: number[] = [];
  readonly #behaviour: Behaviour;
  readonly #jobs = new Map<string, { readonly days: readonly UserDay[]; asked: number }>();
  #throttled: number;

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#throttled = behaviour.throttled ?? 0;
  }

  readonly handle = (seen: Seen): Reply | undefined => {
    if (!seen.path.startsWith(BASE)) return undefined;
    if (this.#throttled > 0) {
      this.#throttled -= 1;
      return {
        status: 429,
        headers: { 'Retry-After': '7' },
        json: { code: 'too.many.requests', status: 429 },
      };
    }
    if (seen.path === `${BASE}/query`) return this.#query(seen);
    return this.#behaviour.jobs === 'forbidden'
      ? { status: 403, json: { code: 'missing.permissions', status: 403 } }
      : this.#job(seen);
  };

  #query({ body }: Seen): Reply {
    const { interval, paging } = JSON.parse(body) as {
      interval: string;
      paging: { pageSize: number; pageNumber: number };
    };
    const days = this.#days(interval, 7);
    if (days === undefined) return { status: 400, json: { code: 'bad.request', status: 400 } };
    if (paging.pageSize > (this.#behaviour.largestPage ?? 100))
      return { status: 400, json: { code: 'response.entity.too.large', status: 400 } };
    // One stored day a page, whatever was asked for: pages are short, and say so nowhere.
    const page = days.slice(paging.pageNumber - 1, paging.pageNumber);
    const json = { totalHits: days.length, ...(page.length === 0 ? {} : { userDetails: page.map(shape) }) };
    return { json };
  }

  #job({ method, path, body, query }: Seen): Reply {
    const { lakeTo = NOW } = this.#behaviour;
    if (path.endsWith('/availability'))
      return { json: { dataAvailabilityDate: new Date(lakeTo).toISOString() } };
    if (method === 'POST') return this.#submit(body);
    const job = this.#jobs.get(path.split('/')[7] ?? '');
    if (job === undefined) return { status: 404, json: { code: 'not.found', status: 404 } };
    if (method === 'DELETE') return { status: 204 };
    return path.endsWith('/results')
      ? this.#results(job.days, Number(query.get('cursor') ?? 0))
      : this.#state(job);
  }

  #submit(body: string): Reply {
    const days = this.#days((JSON.parse(body) as { interval: string }).interval, 31);
    if (days === undefined) return { status: 400, json: { code: 'bad.request', status: 400 } };
    const jobId = `job-${this.#jobs.size + 1}`;
    this.#jobs.set(jobId, { days, asked: 0 });
    return { status: 202, json: { jobId } };
  }

  #state(job: { asked: number }): Reply {
    const { jobs = 'ok' } = this.#behaviour;
    job.asked += 1;
    if (jobs === 'failed') return { json: { state: 'FAILED', errorMessage: 'no reason' } };
    return { json: { state: job.asked < (jobs === 'slow' ? 6 : 2) ? 'PENDING' : 'FULFILLED' } };
  }

  #results(days: readonly UserDay[], from: number): Reply {
    const { resultPage = 2 } = this.#behaviour;
    const more = from + resultPage < days.length ? { cursor: String(from + resultPage) } : {};
    return { json: { userDetails: days.slice(from, from + resultPage).map(shape), ...more } };
  }

  /** One entry for each user and day; what lasts over midnight is in both. */
  #days(interval: string, longest: number): readonly UserDay[] | undefined {
    const [from = 0, to = 0] = interval.split('/').map(Date.parse);
    this.intervals.push((to - from) / DAY);
    if (to - from > longest * DAY) return undefined;
    const days: UserDay[] = [];
    for (const userId of ['ann', 'bob', 'cyd'])
      for (let day = Math.floor(from / DAY) * DAY; day < to; day += DAY) {
        const records = RECORDS.filter(
          (each) => each.userId === userId && each.from < day + DAY && (each.to ?? Infinity) > day,
        );
        if (records.length > 0) days.push({ userId, records });
      }
    return days;
  }
}

function shape({ userId, records }: UserDay): object {
  const time = (instant: number): string => new Date(instant).toISOString();
  return {
    userId,
    primaryPresence: records.map(({ from, to, state }) => ({
      startTime: time(from),
      ...(to === undefined ? {} : { endTime: time(to) }),
      systemPresence: state,
      organizationPresenceId: `id-${state}`,
    })),
    routingStatus: [],
  };
}

let fake: FakePlatform;
afterEach(async () => {
  await fake.close();
});

/** Reads, and tells what was found without what came twice. */
async function read(
  span: { readonly from: number; readonly to: number },
  behaviour: Behaviour = {},
  place?: HistoryPlace,
  stopAfter = Infinity,
): Promise<{ readonly found: string[]; readonly pages: HistoryPage[]; readonly analytics: Analytics }> {
  const analytics = new Analytics(behaviour);
  fake = await fakePlatform(analytics.handle);
  fake.clock.time = NOW;
  return { ...(await readOn(span, place, stopAfter)), analytics };
}

async function readOn(
  span: { readonly from: number; readonly to: number },
  place: HistoryPlace | undefined,
  stopAfter = Infinity,
): Promise<{ readonly found: string[]; readonly pages: HistoryPage[] }> {
  const pages: HistoryPage[] = [];
  const reading = fake.platform.history.read(span, place, (page) => {
    pages.push(page);
    return pages.length >= stopAfter ? Promise.reject(new Error('cut off')) : Promise.resolve();
  });
  if (stopAfter === Infinity) await reading;
  else await expect(reading).rejects.toThrow('cut off');
  return { found: distinct(pages), pages };
}

function distinct(pages: readonly HistoryPage[]): string[] {
  const lines = pages.flatMap(({ users }) =>
    users.flatMap(({ userId, presence }) =>
      presence.map(({ from, state }) => `${userId} ${new Date(from).toISOString().slice(5, 13)} ${state}`),
    ),
  );
  return [...new Set(lines)].sort();
}

const ALL = [
  'ann 02-20T09 AVAILABLE',
  'ann 02-20T17 OFFLINE',
  'ann 02-23T09 MEETING',
  'bob 02-21T22 ON_QUEUE',
  'bob 02-22T06 OFFLINE',
  'cyd 02-28T12 BREAK',
];
const WEEK = { from: at('2026-02-19T00:00:00Z'), to: at('2026-02-26T00:00:00Z') };
const MONTH = { from: at('2026-01-28T00:00:00Z'), to: NOW };

describe('a week', () => {
  test('is read day by day from the detail query, through short pages to the end', async () => {
    const { found, pages, analytics } = await read(WEEK);
    expect(found).toEqual(ALL.slice(0, 5));
    expect(new Set(analytics.intervals)).toEqual(new Set([1]));
    expect(fake.of(`${BASE}/jobs`)).toEqual([]);
    expect(pages.at(-1)?.place).toEqual({ doneTo: WEEK.to });
  });

  test('comes with ids of labels, and open records stay open', async () => {
    const { pages } = await read({ from: at('2026-02-23T00:00:00Z'), to: at('2026-02-24T00:00:00Z') });
    const ann = pages.flatMap(({ users }) => users).find(({ userId }) => userId === 'ann');
    expect(ann?.presence.at(-1)).toEqual({
      from: at('2026-02-23T09:00:00Z'),
      to: undefined,
      state: 'MEETING',
      definitionId: 'id-MEETING',
    });
  });

  test('is read in smaller pages where the platform says too large', async () => {
    const { found } = await read(WEEK, { largestPage: 50 });
    expect(found).toEqual(ALL.slice(0, 5));
  });

  test('waits as long as a throttling platform says', async () => {
    const { found } = await read(WEEK, { throttled: 2 });
    expect(found).toEqual(ALL.slice(0, 5));
    expect(fake.clock.time - NOW).toBeGreaterThanOrEqual(14_000);
  });
});

describe('a month', () => {
  test('comes from jobs of a week, and what the lake does not hold yet from the detail query', async () => {
    const { found, analytics } = await read(MONTH, { lakeTo: at('2026-03-01T15:00:00Z') });
    expect(found).toEqual(ALL);
    expect(Math.max(...analytics.intervals)).toBe(7);
    const days = fake
      .of(`${BASE}/query`)
      .map(({ body }) => (JSON.parse(body) as { interval: string }).interval.slice(0, 10));
    expect([...new Set(days)]).toEqual(['2026-03-01', '2026-03-02']);
  });

  test('waits for slow jobs', async () => {
    const { found } = await read(MONTH, { jobs: 'slow' });
    expect(found).toEqual(ALL);
  });

  test.each(['forbidden', 'failed'] as const)(
    'comes from the detail query when jobs are %s',
    async (jobs) => {
      const { found, analytics } = await read(MONTH, { jobs });
      expect(found).toEqual(ALL);
      expect(analytics.intervals.filter((days) => days <= 1).length).toBeGreaterThan(30);
    },
  );
});

describe('a reading that breaks off', () => {
  test.each([
    ['in the detail query', WEEK, {}],
    ['in a job', MONTH, {}],
  ] as const)('%s goes on at the page after the last', async (_, span, behaviour) => {
    const first = await read(span, behaviour, undefined, 3);
    const before = fake.requests.length;
    const kept = first.pages.slice(0, 2);
    const second = await readOn(span, JSON.parse(JSON.stringify(kept.at(-1)?.place)) as HistoryPlace);
    expect(distinct([...kept, ...second.pages])).toEqual(span === WEEK ? ALL.slice(0, 5) : ALL);
    // What was read is not asked for again: a reading from the beginning would have taken more.
    const again = fake.requests.length - before;
    await readOn(span, undefined);
    expect(fake.requests.length - before - again).toBeGreaterThan(again);
  });

  test('begins its stretch anew when its job is gone', async () => {
    const within = {
      from: at('2026-02-18T00:00:00Z'),
      to: at('2026-02-25T00:00:00Z'),
      jobId: 'job-99',
      cursor: '4',
    };
    const { found } = await read(MONTH, {}, { doneTo: within.from, within });
    expect(found).toEqual(ALL);
  });

  test('does not hide what the platform refuses', async () => {
    fake = await fakePlatform(({ path }) =>
      path.startsWith(BASE) ? { status: 403, json: { code: 'missing.permissions', status: 403 } } : undefined,
    );
    fake.clock.time = NOW;
    await expect(readOn(MONTH, undefined)).rejects.toMatchObject({
      name: 'PlatformError',
      kind: 'forbidden',
    });
  });
});

describe('analytics that do not come to an end', () => {
  async function readAll(
    handler: (seen: Seen, count: number) => Reply | undefined,
    days: number,
  ): Promise<unknown> {
    fake = await fakePlatform(handler);
    const span = { from: NOW - days * DAY, to: NOW - DAY };
    return fake.platform.history
      .read(span, undefined, () => Promise.resolve())
      .catch((error: unknown) => error);
  }

  test('because results without entries have a new cursor each time are given up', async () => {
    const results = `${BASE}/jobs/j/results`;
    const error = await readAll(({ path, method }, count) => {
      if (path === `${BASE}/jobs/availability`)
        return { json: { dataAvailabilityDate: new Date(NOW).toISOString() } };
      if (path === `${BASE}/jobs` && method === 'POST') return { json: { jobId: 'j' } };
      if (path === `${BASE}/jobs/j`) return { json: { state: 'FULFILLED' } };
      return path === results ? { json: { userDetails: [], cursor: `c${count}` } } : undefined;
    }, 10);
    expect(error).toMatchObject({ kind: 'malformed' });
    expect(fake!.of(results).length).toBeLessThan(10);
  });

  test('because every page is the same are given up', async () => {
    const error = await readAll(
      ({ path }) =>
        path === `${BASE}/query`
          ? { json: { totalHits: 1e9, userDetails: [{ userId: 'ann', primaryPresence: [] }] } }
          : undefined,
      2,
    );
    expect(error).toMatchObject({ kind: 'malformed' });
    expect(fake!.of(`${BASE}/query`).length).toBeLessThan(10);
  });

  test('in pages that are too large are read in smaller ones', async () => {
    const results = `${BASE}/jobs/j/results`;
    const error = await readAll(({ path, method, query }) => {
      if (path === `${BASE}/jobs/availability`)
        return { json: { dataAvailabilityDate: new Date(NOW).toISOString() } };
      if (path === `${BASE}/jobs` && method === 'POST') return { json: { jobId: 'j' } };
      if (path === `${BASE}/jobs/j`) return { json: { state: 'FULFILLED' } };
      if (path !== results) return path === `${BASE}/query` ? { json: { totalHits: 0 } } : undefined;
      const padding = 'x'.repeat(Number(query.get('pageSize')) * 20_000);
      return { json: { userDetails: [{ userId: 'ann', primaryPresence: [], padding }] } };
    }, 10);
    expect(error).toBeUndefined();
    expect(fake!.of(results).map(({ query }) => query.get('pageSize'))).toContain('250');
  });
});
