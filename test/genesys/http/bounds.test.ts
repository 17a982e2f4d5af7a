/** A platform, or what stands before it, that says things which no platform says: none of it stops the worker for long. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { DAY, HOUR, MINUTE } from '../../../src/domain/time/time.ts';
import { PlatformError } from '../../../src/genesys/http/errors.ts';
import { fakePlatform, NO_SIGNAL, T0, user, users, type FakePlatform, type Reply } from '../fake-platform.ts';
import { byCursor, listing, QUERY, sweepOf } from '../listing/listings.ts';

let fake: FakePlatform | undefined;
afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

const ID = String(user(1)['id']);
const USERS = '/api/v2/users';
const LISTING: Reply = { json: { entities: [user(1)] } };

async function errorOf(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw new Error('did not fail with PlatformError');
}

/** Answers the first request for users with these headers; all later ones have none. */
async function saying(headers: Readonly<Record<string, string>>, status = 200): Promise<FakePlatform> {
  fake = await fakePlatform(({ path }, count) => {
    if (path !== USERS) return undefined;
    return count === 1 ? { ...LISTING, status, headers } : LISTING;
  });
  return fake;
}

const RATE = { 'inin-ratelimit-allowed': '300', 'inin-ratelimit-count': '300', 'inin-ratelimit-reset': '60' };

describe('one answer with a rate limit that cannot be', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['a reset after thirty years', { ...RATE, 'inin-ratelimit-reset': '999999999' }],
    ['a reset in milliseconds', { ...RATE, 'inin-ratelimit-reset': '60000' }],
    ['a reset that is repeated', { ...RATE, 'inin-ratelimit-reset': '60, 999999999' }],
    ['a negative reset', { ...RATE, 'inin-ratelimit-reset': '-1' }],
    ['a reset that is no number', { ...RATE, 'inin-ratelimit-reset': 'NaN' }],
    ['a count beyond all limits', { ...RATE, 'inin-ratelimit-count': '999999999999' }],
    ['nothing allowed at all', { ...RATE, 'inin-ratelimit-allowed': '0' }],
    ['less than one request allowed', { ...RATE, 'inin-ratelimit-allowed': '0.001' }],
  ])('(%s) holds the next request back for a minute at most', async (_, headers) => {
    const { platform, clock } = await saying(headers);
    await platform.directory.reread([ID], NO_SIGNAL);
    const before = clock.now();
    expect((await platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(clock.now() - before).toBeLessThanOrEqual(62_000);
  });

  test('of a header that is repeated, the stricter of the two limits holds', async () => {
    const { platform } = await saying({
      'inin-ratelimit-allowed': '300, 180',
      'inin-ratelimit-count': '10, 170',
      'inin-ratelimit-reset': '30',
    });
    await platform.directory.reread([ID], NO_SIGNAL);
    expect(platform.budget().remaining).toBeLessThanOrEqual(10);
  });
});

describe('a 429', () => {
  test.each(['999999999', '3600000', 'Fri, 31 Dec 2027 23:59:59 GMT', '5, 86400'])(
    'with Retry-After: %s is waited for five minutes at most',
    async (after) => {
      const { platform, clock } = await saying({ 'retry-after': after }, 429);
      const before = clock.now();
      expect((await platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
      expect(clock.now() - before).toBeLessThanOrEqual(5 * MINUTE);
    },
  );

  test.each(['-3', 'soon', 'in 5 minutes', '1e9', ''])(
    'with Retry-After: "%s" is waited for some seconds',
    async (after) => {
      const { platform, clock } = await saying({ 'retry-after': after }, 429);
      const before = clock.now();
      expect((await platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
      expect(clock.now() - before).toBeLessThanOrEqual(10_000);
    },
  );
});

describe('a Date header', () => {
  test.each(['5', 'build 12, 2026', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', ''])(
    '"%s" moves no clock',
    async (date) => {
      const { platform, clock } = await saying({ date });
      await platform.directory.reread([ID], NO_SIGNAL);
      expect(Math.abs(platform.directory.serverNow() - clock.now())).toBeLessThanOrEqual(2_000);
    },
  );
});

test.each([400, 404, 500, 503])(
  'the Date of an error (%i) moves no clock: it may be a proxy’s',
  async (status) => {
    const { platform, clock } = await saying({ date: 'Wed, 02 Mar 2039 09:00:00 GMT' }, status);
    await platform.directory.reread([ID], NO_SIGNAL).catch(() => undefined);
    expect(Math.abs(platform.directory.serverNow() - clock.now())).toBeLessThanOrEqual(2_000);
  },
);

describe('the service’s own token', () => {
  async function logIn(answer: object): Promise<FakePlatform> {
    fake = await fakePlatform(({ path }) => {
      if (path === '/oauth/token') return { json: answer };
      return path === USERS ? LISTING : undefined;
    });
    return fake;
  }

  test.each<[string, unknown]>([
    ['with a line break and a header behind it', 'abc\r\nx-admin: yes'],
    ['with a line break at its end', 'abc\n'],
    ['with a control character', 'abc\u0007'],
    ['of blanks', '   '],
    ['that is empty', ''],
    ['of a hundred kilobytes', 'x'.repeat(100_000)],
    ['that is a number', 17],
    ['that is not there', undefined],
  ])('%s is none: that is said, and not one request is sent with it', async (_, token) => {
    const { platform, requests } = await logIn({ access_token: token, expires_in: 86_400 });
    const error = await errorOf(platform.directory.reread([ID], NO_SIGNAL));
    expect(error.message).toMatch(/token/);
    expect(error.message).toContain('genesys.login_url');
    expect(error.message.length).toBeLessThan(300);
    expect(requests.every(({ path }) => path === '/oauth/token')).toBe(true);
  });

  test('of a megabyte and more is not read to its end', async () => {
    const { platform } = await logIn({ access_token: 'x'.repeat(3_000_000), expires_in: 86_400 });
    const { message } = await errorOf(platform.directory.reread([ID], NO_SIGNAL));
    expect(message).toContain('genesys.login_url');
    expect(message.length).toBeLessThan(300);
  });

  test.each<[string, object, number]>([
    ['that does not tell its end is renewed after a day, the default of the platform', {}, DAY],
    ['that ends in milliseconds is renewed after two days at the latest', { expires_in: 864e5 }, 2 * DAY],
    ['that has no end is renewed after a day', { expires_in: null }, DAY],
    ['that is over already is good for a minute', { expires_in: 0 }, MINUTE],
    ['that ended in the past is renewed after a day', { expires_in: -5 }, DAY],
  ])('%s', async (_, more, lifetime) => {
    const { platform, clock, ...logged } = await logIn({ access_token: 'a-token-of-this-test', ...more });
    await platform.directory.reread([ID], NO_SIGNAL);
    clock.time = T0 + lifetime - 1_000 - lifetime / 10;
    await platform.directory.reread([ID], NO_SIGNAL);
    expect(logged.of('/oauth/token')).toHaveLength(1);
    clock.time = T0 + lifetime + 1_000;
    await platform.directory.reread([ID], NO_SIGNAL);
    expect(logged.of('/oauth/token')).toHaveLength(2);
  });
});

describe('an answer larger than any page of users', () => {
  test.each<[string, Reply]>([
    ['nested without end', { text: '['.repeat(1_000_000) }],
    ['of two hundred thousand empty objects', { text: `{"entities":[${'{},'.repeat(200_000)}{}]}` }],
    ['of nine megabytes', { text: `{"entities":["${'x'.repeat(9_000_000)}"]}` }],
    [
      'of one user who is nested without end',
      { text: `{"entities":[{"id":"${ID}","groups":${'['.repeat(500)}${']'.repeat(500)}}]}` },
    ],
  ])('(%s) is not parsed', async (_, reply) => {
    fake = await fakePlatform(({ path }) => (path === USERS ? reply : undefined));
    const error = await errorOf(fake.platform.directory.reread([ID], NO_SIGNAL));
    expect(error).toMatchObject({ operation: 'getUsers', code: 'response.entity.too.large' });
  });

  test('is asked for in smaller pages, and everyone is read', async () => {
    const padding = { biography: 'x'.repeat(40_000) };
    const all = users(1, 300).map((one) => ({ ...one, ...padding }));
    const list = byCursor(all);
    fake = await listing((seen) => (seen.path === QUERY ? list(seen) : undefined));
    expect(await sweepOf(fake)).toMatchObject({ complete: true, ids: { length: 300 } });
    const sizes = fake.of(QUERY).map(({ query }) => query.get('pageSize'));
    expect(sizes).toEqual(['500', '250', '100', '100', '100']);
  });

  test('is not unpacked where it is packed without being asked', async () => {
    fake = await fakePlatform(({ path }) =>
      path === USERS ? { ...LISTING, headers: { 'content-encoding': 'gzip' } } : undefined,
    );
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
  });

  test('of more users than were asked for is refused', async () => {
    fake = await listing(({ path }) =>
      path === QUERY ? { json: { entities: users(1, 1_100) } } : undefined,
    );
    expect(await sweepOf(fake)).toMatchObject({ complete: false, ids: [] });
  });
});

test('a token that is refused at once is not fetched anew for each request', async () => {
  fake = await fakePlatform(({ path }) => (path === USERS ? LISTING : undefined), { lifetime: 0 });
  for (let n = 0; n < 20; n += 1) await fake.platform.directory.reread([ID], NO_SIGNAL);
  expect(fake.of('/oauth/token')).toHaveLength(1);
  fake.clock.time += HOUR;
  await fake.platform.directory.reread([ID], NO_SIGNAL);
  expect(fake.of('/oauth/token')).toHaveLength(2);
});
