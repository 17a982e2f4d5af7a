/** The whole worker, with real HTTP to the sandbox and to a local identity provider, under a clock that is wound. */
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../src/domain/record.ts';
import { HOUR, MINUTE } from '../../src/domain/time/time.ts';
import { presenceOf } from '../../src/sandbox/presences.ts';
import { endings, tornIntents } from '../journeys/record.ts';
import { policyText, SECRET, Shift, STARTS_AT, type ShiftOptions } from '../journeys/shift.ts';
import { Provider, type Handler } from './provider.ts';
import { graphError, granted, entraUsers } from './recorded.ts';

const KEY = 'hook-secret-5f1e';
const HOOK = '/end-session';
const RETURNS = `
  window: 2m
  grace: 10m
  forget: 12h
  ladder:
    - { wait: 1m, actions: [end_sso_session, off_queue, offline, revoke_tokens] }
  repeat: 40m`;
const RULES = `
      - { id: gone, when: { presence: [available, away, break, busy], routing: [off_queue] }, limit: 15m }`;
/** The browser of this person comes back whatever is done. */
const ONE: ShiftOptions = { agents: 1, shiftMs: 1 * HOUR, seed: 3, cast: ['sso-reasserts'] };

const shifts: Shift[] = [];
const providers: Provider[] = [];

afterEach(async () => {
  for (const shift of shifts.splice(0)) await shift.end();
  for (const provider of providers.splice(0)) await provider.close();
});

function withHook(
  url: string,
  more: { mode?: 'observe' | 'enforce'; perHour?: number; delay?: string } = {},
): string {
  const { mode = 'enforce', perHour = 20, delay = '3m' } = more;
  const hook = `{ url: "${url}${HOOK}", secret: ${KEY}, delay: ${delay} }`;
  return `${policyText({ mode, rules: RULES, returns: RETURNS })}identity: { webhook: ${hook}, per_hour: ${perHour} }\n`;
}

/** A provider whose time is the shift's; the shift begins once its policy is known. */
async function begin(
  handler: Handler,
  policy: (url: string) => string = withHook,
  options: ShiftOptions = ONE,
): Promise<{ provider: Provider; shift: Shift }> {
  const time = { now: () => STARTS_AT };
  const provider = await new Provider(handler, time as Provider['clock']).listen();
  providers.push(provider);
  const shift = await Shift.begin({ ...options, policy: policy(provider.url) });
  shifts.push(shift);
  time.now = () => shift.clock.now();
  return { provider, shift };
}

const yes: Handler = () => ({ status: 204 });

/** Whether this is an intention to end a session; outcomes name only what was performed. */
function isSso({ actions }: Pick<StoredEvent, 'actions'>): boolean {
  return actions?.includes('end_sso_session') === true;
}

/** Runs until the first intent to end a session is on record. */
async function untilAsked(shift: Shift, minutes = 180): Promise<StoredEvent> {
  while (shift.minute < minutes) {
    await shift.until(shift.minute + 2);
    const found = (await shift.events('intent')).find(isSso);
    if (found !== undefined) return found;
  }
  throw new Error('no session was to be ended');
}

/** Events since a rung began, as `kind what`. */
async function story(shift: Shift, since: StoredEvent): Promise<readonly string[]> {
  const events = (await shift.events()).filter(
    ({ seq, intentId }) => seq >= since.seq && intentId !== undefined,
  );
  const sessions = new Set(events.filter(isSso).map(({ intentId }) => intentId));
  return events.map(({ kind, intentId }) => `${kind} ${sessions.has(intentId) ? 'session' : 'log-off'}`);
}

describe('a rung that begins at the identity provider', () => {
  test('asks it first, waits its delay, judges again, and then takes the agent off; all of it is on record', async () => {
    const { provider, shift } = await begin(yes);
    const intent = await untilAsked(shift);
    expect(provider.lines).toEqual([`POST ${HOOK}`]);
    expect(intent.rung).toBe(0);
    const revoked = shift.done('deleteToken');
    await shift.until(shift.minute + 3);
    expect(shift.done('deleteToken')).toBe(revoked);
    await shift.until(shift.minute + 3);
    expect(shift.done('deleteToken')).toBe(revoked + 1);
    expect(await story(shift, intent)).toEqual([
      'intent session',
      'sso_ended session',
      'intent log-off',
      'verified log-off',
    ]);
    const [, , rest] = (await shift.events()).filter(
      ({ seq, kind }) => seq >= intent.seq && kind !== 'return',
    );
    expect(rest!.at - intent.at).toBeGreaterThanOrEqual(3 * MINUTE);
    expect(provider.asked).toHaveLength(1);
    expect(shift.truth().disturbed).toEqual([]);
  });

  test('asks it all the same where the first intention could not be put on record: nothing has been done by that', async () => {
    const { provider, shift } = await begin(yes);
    let failed = 0;
    shift.store.instead.saveStep = (memories, events, standing) => {
      const isIntention = events.some((event) => event.kind === 'intent' && isSso(event));
      if (!isIntention || failed > 0) return shift.store.inner.saveStep(memories, events, standing);
      failed += 1;
      return Promise.reject(new Error('no room'));
    };
    const intent = await untilAsked(shift);
    await shift.until(shift.minute + 6);
    expect([failed, provider.asked.length]).toEqual([1, 1]);
    expect((await shift.events('intent')).find(({ rung }) => rung === 0)).toEqual(intent);
    expect(await story(shift, intent)).toEqual([
      'intent session',
      'sso_ended session',
      'intent log-off',
      'verified log-off',
    ]);
  });

  test('has log-offs beside it on record as they ended, where its own intention cannot be put there', async () => {
    const { shift } = await begin(yes, (url) => withHook(url, { perHour: 100 }), { ...ONE, agents: 16 });
    shift.store.instead.saveStep = (memories, events, standing) =>
      events.some((event) => event.kind === 'intent' && isSso(event))
        ? Promise.reject(new Error('no room'))
        : shift.store.inner.saveStep(memories, events, standing);
    const failures = (): number => shift.log.filter(({ msg }) => msg.startsWith('the store failed: ')).length;
    // Until others are logged off in the same sweep.
    let beside = 0;
    while (beside === 0 && shift.minute < 120) {
      const [failed, revoked] = [failures(), shift.done('deleteToken')];
      await shift.until(shift.minute + 2);
      if (failures() > failed) beside = shift.done('deleteToken') - revoked;
    }
    expect(beside).toBeGreaterThan(0);
    shift.store.instead.saveStep = undefined;
    await shift.until(shift.minute + 4);
    const events = await shift.events();
    expect(tornIntents(events)).toEqual([]);
    expect(endings(events).filter((ending) => ending !== 'verified' && ending !== 'sso_ended')).toEqual([]);
  });

  test('takes no further action after a sign in between, and leaves the session on the platform', async () => {
    const { provider, shift } = await begin(yes, (url) => withHook(url, { delay: '10m' }));
    const intent = await untilAsked(shift);
    const { world } = shift.sandbox;
    const [person] = world.organisation.people;
    world.setPresence(person!, presenceOf(world.desk(person!).presence.system === 'MEAL' ? 'BREAK' : 'MEAL'));
    const revoked = shift.done('deleteToken');
    await shift.until(shift.minute + 14);
    expect(await story(shift, intent)).toEqual(['intent session', 'sso_ended session']);
    expect([provider.asked.length, shift.done('deleteToken')]).toEqual([1, revoked]);
  });
});

describe('in observe mode', () => {
  test('no provider is ever asked for anything', async () => {
    const { provider, shift } = await begin(yes, (url) => withHook(url, { mode: 'observe' }));
    await shift.until(180);
    expect((await shift.events('observed')).length).toBeGreaterThan(0);
    expect([provider.asked, shift.writes]).toEqual([[], []]);
  });

  test('taken up in the middle of a rung, nothing more is asked or done', async () => {
    const { provider, shift } = await begin(yes);
    await untilAsked(shift);
    await shift.stop();
    const writes = JSON.stringify(shift.sandbox.requests.operations['deleteToken']);
    await shift.open(withHook(provider.url, { mode: 'observe' }));
    await shift.until(shift.minute + 90);
    expect(provider.asked).toHaveLength(1);
    expect(JSON.stringify(shift.sandbox.requests.operations['deleteToken'])).toBe(writes);
  });
});

describe('a provider that does not end the session', () => {
  test('because it may not: one alarm, and the rest of the rung follows', async () => {
    const { shift } = await begin(() => ({ status: 403, json: { error: KEY } }));
    const intent = await untilAsked(shift);
    await shift.until(shift.minute + 2);
    expect(await story(shift, intent)).toEqual([
      'intent session',
      'failed session',
      'intent log-off',
      'verified log-off',
    ]);
    expect(shift.alarms).toEqual(['forbidden']);
    expect((await shift.events('failed'))[0]?.reason).toBe('forbidden');
  });

  test('because it is down: the rest waits no longer than its delay, and the agent is logged off', async () => {
    const { provider, shift } = await begin(() => ({ status: 503 }));
    const intent = await untilAsked(shift);
    expect(provider.asked).toHaveLength(3);
    await shift.until(shift.minute + 6);
    expect((await story(shift, intent)).slice(-2)).toEqual(['intent log-off', 'verified log-off']);
    expect([provider.asked.length, shift.alarms]).toEqual([3, []]);
    // It may have ended the session all the same: its delay is waited for.
    const rest = (await shift.events('intent')).find(({ seq }) => seq > intent.seq);
    expect(rest!.at - intent.at).toBeGreaterThanOrEqual(3 * MINUTE);
  });
});

describe('a provider that asks for patience', () => {
  const full = { status: 429, headers: { 'retry-after': '50' } };

  test('is asked again in the next sweep, and the order is kept', async () => {
    const { provider, shift } = await begin((_, nth) => (nth === 1 ? full : { status: 204 }));
    const intent = await untilAsked(shift);
    await shift.until(shift.minute + 8);
    expect(await story(shift, intent)).toEqual([
      'intent session',
      'failed session',
      'intent session',
      'sso_ended session',
      'intent log-off',
      'verified log-off',
    ]);
    const [first, second] = provider.asked;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(50_000);
  });

  test('for too long is done without', async () => {
    const { provider, shift } = await begin(() => full);
    const intent = await untilAsked(shift);
    await shift.until(shift.minute + 8);
    const told = await story(shift, intent);
    expect(told.slice(-2)).toEqual(['intent log-off', 'verified log-off']);
    // Once in each sweep of five minutes.
    expect(told.filter((line) => line === 'failed session')).toHaveLength(6);
    expect(provider.asked).toHaveLength(6);
  });
});

describe('one user for whom the provider fails each time', () => {
  test.each<[string, Handler]>([
    ['with 500', () => ({ status: 500 })],
    ['with 503 and a long Retry-After', () => ({ status: 503, headers: { 'retry-after': '3600' } })],
    ['by breaking off', () => ({ instead: 'break' })],
  ])('(%s) holds up none of the others: their sessions are ended', async (_, failing) => {
    let bad: string | undefined;
    const handler: Handler = (asked, nth) => {
      const { subject } = JSON.parse(asked.body) as { subject: string };
      bad ??= subject;
      return subject === bad ? failing(asked, nth) : { status: 204 };
    };
    const { shift } = await begin(handler, (url) => withHook(url, { perHour: 100 }), {
      ...ONE,
      agents: 16,
    });
    // All of them are logged off, and come back, at the same time.
    await shift.store.setPause({ since: STARTS_AT, until: STARTS_AT + 50 * MINUTE, reason: undefined });
    await shift.until(60);
    const ended = await shift.events('sso_ended');
    expect(new Set(ended.map(({ agentId }) => agentId)).size).toBe(15);
    // None of them was kept waiting because of that one.
    const stopped = (await shift.events('dropped')).filter(({ reason }) => reason === 'stopped');
    expect(stopped).toEqual([]);
    expect(shift.truth().disturbed).toEqual([]);
  });
});

describe('over a restart', () => {
  test('the hour goes on counting the sessions that were ended before it', async () => {
    const { provider, shift } = await begin(yes, (url) => withHook(url, { perHour: 1 }));
    const intent = await untilAsked(shift);
    await shift.until(shift.minute + 5);
    await shift.kill();
    await shift.open();
    // The last rung is repeated after 40 minutes, within the hour of the first.
    await shift.until(shift.minute + 55);
    expect(provider.asked).toHaveLength(1);
    const failed = await shift.events('failed');
    expect(failed.map(({ reason }) => reason)).toEqual(['capped']);
    expect(failed[0]!.at - intent.at).toBeLessThan(HOUR);
    // What the cap held back does not fill the next hour, over another restart either.
    await shift.kill();
    await shift.open();
    await shift.until(shift.minute + 45);
    expect(provider.asked).toHaveLength(2);
    expect(provider.asked[1]!.at - provider.asked[0]!.at).toBeGreaterThanOrEqual(HOUR);
  });

  test('a right that is granted late is of use at once: what was refused does not count for the hour', async () => {
    const { provider, shift } = await begin(
      () => ({ status: 403 }),
      (url) => withHook(url, { perHour: 1 }),
    );
    await untilAsked(shift);
    await shift.kill();
    provider.handler = yes;
    await shift.open();
    // The last rung is repeated after 40 minutes.
    await shift.until(shift.minute + 55);
    expect((await shift.events('sso_ended')).length).toBe(1);
  });

  test('between the two parts the rest follows, and the provider is not asked a second time', async () => {
    const { provider, shift } = await begin(yes, (url) => withHook(url, { delay: '10m' }));
    const intent = await untilAsked(shift);
    await shift.kill();
    await shift.open();
    await shift.until(shift.minute + 14);
    expect(provider.asked).toHaveLength(1);
    expect(await story(shift, intent)).toEqual([
      'intent session',
      'sso_ended session',
      'intent log-off',
      'verified log-off',
    ]);
  });

  /** The worker is killed while the provider has not answered. */
  async function killedWhileAsking(
    more: ShiftOptions = {},
  ): Promise<{ provider: Provider; shift: Shift; intent: StoredEvent }> {
    const asked = Promise.withResolvers<undefined>();
    const hangs: Handler = () => {
      asked.resolve(undefined);
      return { instead: 'hang' };
    };
    const { provider, shift } = await begin(hangs, withHook, { ...ONE, ...more });
    const interrupted = untilAsked(shift).catch(() => undefined);
    await asked.promise;
    const intent = (await shift.events('intent')).find(isSso);
    // A process that was killed records nothing more.
    await shift.assembly.store.close();
    await shift.kill();
    await interrupted;
    return { provider, shift, intent: intent! };
  }

  test('while the provider is being asked, it is not asked again, and the rest follows', async () => {
    const { provider, shift, intent } = await killedWhileAsking();
    await shift.open();
    await shift.until(shift.minute + 10);
    expect(provider.asked).toHaveLength(1);
    const told = await story(shift, intent);
    expect(told.slice(0, 2)).toEqual(['intent session', 'unverified session']);
    expect(told).toContain('verified log-off');
  });

  test('an agent who is Offline by then does not prove that their session was ended', async () => {
    const { shift, intent } = await killedWhileAsking({ switches: { tokenMovesOnSilentReturn: false } });
    const { world } = shift.sandbox;
    world.setPresence(world.organisation.people[0]!, presenceOf('OFFLINE'));
    await shift.open();
    await shift.sweep();
    expect(await story(shift, intent)).toEqual(['intent session', 'unverified session']);
  });
});

test('nothing secret stands in the log, the record, the metrics or the database, whatever the provider says', async () => {
  const secret = 'entra~client~secret~9';
  const { provider, shift } = await begin(
    ({ path, body }) => {
      if (path.endsWith('/token')) return { json: granted('bearer-of-the-service') };
      if (path.endsWith('/users'))
        return { json: entraUsers({ id: 'u', userPrincipalName: 'another-user' }) };
      return { status: 400, json: graphError(secret, `${body} bearer-of-the-service`) };
    },
    (url) =>
      `${policyText({ rules: RULES, returns: RETURNS, log: '{ level: debug, identities: id }' })}identity:
  entra: { tenant: t, client_id: c, client_secret: "${secret}", login_url: "${url}", graph_url: "${url}" }\n`,
    { ...ONE, logLevel: 'trace' },
  );
  await untilAsked(shift);
  await shift.until(shift.minute + 2);
  expect(provider.lines).toEqual(['POST /t/oauth2/v2.0/token', 'GET /v1.0/users']);
  const files = await Promise.all(
    ['', '-wal'].map((ending) => readFile(`${shift.dbPath}${ending}`, 'latin1').catch(() => '')),
  );
  const shown = [...shift.lines, ...files, await shift.metrics.registry.metrics()].join('\n');
  expect((await shift.events('failed')).map(({ reason }) => reason)).toEqual(['refused']);
  for (const word of [secret, 'bearer-of-the-service', SECRET, 'another-user'])
    expect(shown).not.toContain(word);
  expect(shown).toContain('SSO session not ended');
});
