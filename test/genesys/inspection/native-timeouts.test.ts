import { afterEach, expect, test } from '@jest/globals';
import { MINUTE } from '../../../src/domain/time/time.ts';
import { users, type FakePlatform, type Reply } from '../fake-platform.ts';
import { listing, QUERY, sweepOf } from '../listing/listings.ts';

const PATH = '/api/v2/tokens/timeout';
const HALF_AN_HOUR = { enableIdleTokenTimeout: true, idleTokenTimeoutSeconds: 1_800 };
const GROUPS = [
  { priority: 1, timeoutSeconds: 900, groups: ['g1'] },
  { priority: 2, timeoutSeconds: 1_800, groups: ['g2'] },
];

let fake: FakePlatform | undefined;
let answer: Reply;
afterEach(async () => {
  await fake?.close();
});

async function known(first: Reply): Promise<readonly number[] | undefined> {
  answer = first;
  fake = await listing(({ path }) => {
    if (path === QUERY) return { json: { entities: users(1, 3) } };
    return path === PATH ? answer : undefined;
  });
  expect(await sweepOf(fake)).toMatchObject({ complete: true });
  return fake.platform.directory.nativeTimeouts();
}

async function later(minutes: number): Promise<readonly number[] | undefined> {
  fake!.clock.time += minutes * MINUTE;
  await sweepOf(fake!);
  return fake!.platform.directory.nativeTimeouts();
}

test.each<[string, object, readonly number[] | undefined]>([
  ['the organisation’s one', HALF_AN_HOUR, [30]],
  ['none when it is off', { ...HALF_AN_HOUR, enableIdleTokenTimeout: false }, []],
  ['none when the platform does not say that it is on', { idleTokenTimeoutSeconds: 1_800 }, []],
  [
    'those of the groups as well, each once',
    { ...HALF_AN_HOUR, inactivityTimeoutGroupsEnabled: true, inactivityTimeoutGroupBundles: GROUPS },
    [30, 15],
  ],
  [
    'not those of groups that are switched off',
    { ...HALF_AN_HOUR, inactivityTimeoutGroupsEnabled: false, inactivityTimeoutGroupBundles: GROUPS },
    [30],
  ],
  [
    'none in an answer of another shape',
    { idleTokenTimeoutSeconds: 'soon', enableIdleTokenTimeout: true },
    [],
  ],
])('the native timeouts are %s', async (_, json, minutes) => {
  expect(await known({ json })).toEqual(minutes?.map((each) => each * MINUTE));
});

test('they are read with the first sweep, and after ten minutes again', async () => {
  expect(await known({ json: HALF_AN_HOUR })).toEqual([30 * MINUTE]);
  answer = { json: { ...HALF_AN_HOUR, idleTokenTimeoutSeconds: 3_600 } };
  expect([await later(9), await later(2)]).toEqual([[30 * MINUTE], [60 * MINUTE]]);
  expect(fake!.of(PATH)).toHaveLength(2);
});

test('what was known is believed when it cannot be read again', async () => {
  await known({ json: HALF_AN_HOUR });
  answer = { status: 403, json: {} };
  expect(await later(11)).toEqual([30 * MINUTE]);
});

test('where they may not be read nothing is known, which is said once and costs no sweep', async () => {
  expect(await known({ status: 403, json: { code: 'missing.permissions' } })).toBeUndefined();
  expect(await later(11)).toBeUndefined();
  expect(fake!.warnings).toMatchObject([
    {
      message: 'the native inactivity timeout could not be read',
      fields: { operation: 'getTokensTimeout', status: 403, code: 'missing.permissions' },
    },
  ]);
});

test('explain is told of them without a sweep', async () => {
  await known({ json: HALF_AN_HOUR });
  fake!.clock.time += 11 * MINUTE;
  answer = { json: { enableIdleTokenTimeout: false } };
  expect(await fake!.platform.nativeTimeouts(new AbortController().signal)).toEqual([]);
});
