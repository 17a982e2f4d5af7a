/** The way to a platform that is not there yet. */
import { beforeEach, expect, test } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { Alarms } from '../../src/controller/alarms.ts';
import { CredentialsError, PlatformUnreachableError } from '../../src/genesys/http/errors.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import { untilReached, type StartParts } from '../../src/app/startup.ts';
import { BASE, Sentences } from '../controller/parts.ts';
import { WoundClock } from '../genesys/fake-platform.ts';

const FACTS = { kind: 'transient', operation: 'login' } as const;
let clock: WoundClock;
let raised: { readonly after: number; readonly fields: object }[];
let parts: StartParts;

beforeEach(() => {
  clock = new WoundClock(BASE);
  raised = [];
  const alarms = new Alarms(
    ({ fields }) => raised.push({ after: clock.now() - BASE, fields }),
    () => undefined,
  );
  const { signal } = new AbortController();
  const log = new Sentences();
  parts = { clock, log, signal, alarms, startedAt: BASE, interval: MINUTE, failed: () => undefined };
});

/** Nobody answers before that instant. */
function reachedAt(instant: number): () => Promise<string> {
  return () =>
    clock.now() < instant
      ? Promise.reject(new PlatformUnreachableError('login: no connection', FACTS))
      : Promise.resolve('reached');
}

test('nine minutes without the platform raise no alarm', async () => {
  expect(await untilReached(parts, reachedAt(BASE + 9 * MINUTE))).toBe('reached');
  expect(raised).toEqual([]);
});

test('after ten intervals it is told with its reason, and again every hour', async () => {
  await untilReached(parts, reachedAt(BASE + 80 * MINUTE));
  expect(raised).toHaveLength(2);
  expect(raised[0]?.fields).toEqual({ sweeps: 10, fault: 'login: no connection' });
  expect(raised[0]?.after).toBeLessThan(11 * MINUTE + SECOND);
});

test('a clock that ran ahead at the start, and is set right meanwhile, puts the alarm off by nothing', async () => {
  const truth = clock;
  let ahead = 5 * HOUR;
  const sleep = truth.sleep.bind(truth);
  const set = { now: () => truth.now() + ahead, uptime: () => truth.now() - BASE, sleep };
  const ask = (): Promise<string> => {
    if (truth.now() > BASE + MINUTE) ahead = 0;
    return reachedAt(BASE + 80 * MINUTE)();
  };
  await untilReached({ ...parts, clock: set, startedAt: 0 }, ask);
  expect(raised.map(({ after }) => Math.round(after / MINUTE))).toEqual([10, 70]);
});

test('wrong credentials are not waited for', async () => {
  const wrong = new CredentialsError('login: 401', { ...FACTS, kind: 'credentials' });
  await expect(untilReached(parts, () => Promise.reject(wrong))).rejects.toBe(wrong);
  expect(clock.slept).toEqual([]);
});

test('one organisation among others is told of wrong credentials at once, then every hour, and goes on once they are right', async () => {
  const wrong = new CredentialsError('login: 401', { ...FACTS, kind: 'credentials' });
  const refused: unknown[] = [];
  const among = { ...parts, refused: (refusal: unknown) => refused.push(refusal) };
  const rightAt = BASE + 90 * MINUTE;
  const ask = (): Promise<string> => (clock.now() < rightAt ? Promise.reject(wrong) : Promise.resolve('in'));
  expect(await untilReached(among, ask)).toBe('in');
  expect(raised).toEqual([
    { after: 0, fields: { fault: 'login: 401' } },
    { after: expect.closeTo(HOUR, -6), fields: { fault: 'login: 401' } },
  ]);
  // Waiting does not cure it: the login service is not asked every second.
  expect(clock.slept.slice(0, 4)).toEqual([MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE]);
  expect(new Set(refused)).toEqual(new Set([wrong]));
});

test('one organisation among others is told of a policy that the platform has no names for, and tries again', async () => {
  const refusal = new PolicyRefused([
    { file: 'a.yaml', line: 2, column: 3, path: 'x', message: 'is unknown' },
  ]);
  let tries = 0;
  const ask = (): Promise<string> => {
    tries += 1;
    return tries < 3 ? Promise.reject(refusal) : Promise.resolve('in');
  };
  await expect(untilReached(parts, ask)).rejects.toBe(refusal);
  tries = 0;
  expect(await untilReached({ ...parts, refused: () => undefined }, ask)).toBe('in');
  expect(raised).toEqual([{ after: expect.any(Number), fields: { faults: ['a.yaml:2:3: x: is unknown'] } }]);
});
