/** The way to a platform that is not there yet. */
import { beforeEach, expect, test } from '@jest/globals';
import { MINUTE, SECOND } from '../../src/domain/time/time.ts';
import { Alarms } from '../../src/controller/alarms.ts';
import { CredentialsError, PlatformUnreachableError } from '../../src/genesys/http/errors.ts';
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

test('wrong credentials are not waited for', async () => {
  const wrong = new CredentialsError('login: 401', { ...FACTS, kind: 'credentials' });
  await expect(untilReached(parts, () => Promise.reject(wrong))).rejects.toBe(wrong);
  expect(clock.slept).toEqual([]);
});
