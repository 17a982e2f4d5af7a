/** What calls do to people: Offline, off queue, tokens, stations, and how browsers and persons answer. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../src/sandbox/index.ts';
import { HOUR, MINUTE, Visit, type User } from './visit.ts';

const SECOND = 1_000;

let visit: Visit;
let id: string;

/** Visits a sandbox whose people all play this part, after most of a shift. */
async function meet(part: string, switches: SandboxOptions['switches'] = {}): Promise<void> {
  visit = await Visit.begin({ agents: 5, cast: [part], switches });
  visit.wind(6 * HOUR);
  id = visit.idOf(part);
}

afterEach(() => visit.end());

async function look(): Promise<{ presence: string; routing: string; presenceAt: number; tokenAt: number }> {
  const user: User = await visit.user(id);
  return {
    presence: user.presence!.presenceDefinition.systemPresence,
    routing: user.routingStatus!.status,
    presenceAt: Date.parse(user.presence!.modifiedDate),
    tokenAt: Date.parse(user.lastTokenIssued!.dateIssued),
  };
}

function offQueue(): ReturnType<Visit['send']> {
  return visit.send('PUT', `/api/v2/users/${id}/routingstatus`, { status: 'OFF_QUEUE' });
}

async function setPresence(word: string): Promise<void> {
  const definition = { id: await visit.definition(word) };
  await visit.send('PATCH', `/api/v2/users/${id}/presences/purecloud`, { presenceDefinition: definition });
}

describe('setting Offline', () => {
  test('shows at once, takes off the queue, leaves the token, and lasts while the person is absent', async () => {
    await meet('went-home-on-queue');
    const before = await look();
    expect([before.presence, before.routing]).toEqual(['ON_QUEUE', 'NOT_RESPONDING']);
    const answer = await visit.setOffline(id);
    expect(answer.body).toMatchObject({ presenceDefinition: { systemPresence: 'OFFLINE' } });
    expect(await look()).toEqual({
      presence: 'OFFLINE',
      routing: 'OFF_QUEUE',
      presenceAt: visit.now,
      tokenAt: before.tokenAt,
    });
    visit.wait(2 * HOUR);
    expect((await look()).presence).toBe('OFFLINE');
  });

  test('is corrected within a minute by a person who is there, without a new token', async () => {
    await meet('watching-supervisor');
    const before = await look();
    await visit.setOffline(id);
    visit.wait(MINUTE);
    const after = await look();
    expect([after.presence, after.tokenAt]).toEqual(['AVAILABLE', before.tokenAt]);
    expect(after.presenceAt).toBeGreaterThanOrEqual(visit.now - 40 * SECOND);
  });

  test('is undone by a browser that insists on its presence', async () => {
    await meet('sso-reasserts');
    await visit.setOffline(id);
    visit.wait(30 * SECOND);
    expect((await look()).presence).toBe('AWAY');
    expect(visit.sandbox.truth().silentReturns).toBe(1);
  });

  test.each([
    [true, 'moves'],
    [false, 'keeps'],
  ])('of an agent Offline already: with the switch %s it %s the date', async (samePresenceMovesDate) => {
    await meet('went-home', { samePresenceMovesDate });
    await visit.setOffline(id);
    const first = visit.now;
    visit.wait(MINUTE);
    await visit.setOffline(id);
    expect((await look()).presenceAt).toBe(samePresenceMovesDate ? first + MINUTE : first);
  });
});

describe('setting off queue', () => {
  test.each([
    ['available', 'AVAILABLE'],
    ['kept', 'ON_QUEUE'],
  ] as const)('leaves the presence %s where the switch says so', async (presenceAfterOffQueue, presence) => {
    await meet('went-home-on-queue', { presenceAfterOffQueue });
    const answer = await offQueue();
    expect(answer.body).toMatchObject({ userId: id, status: 'OFF_QUEUE' });
    const after = await look();
    expect([after.presence, after.routing]).toEqual([presence, 'OFF_QUEUE']);
  });

  test('lets an agent finish the call, and the former presence brings the queue back', async () => {
    await meet('long-caller');
    for (let n = 0; (await look()).routing !== 'INTERACTING' && n < 30; n += 1) visit.wait(MINUTE);
    await offQueue();
    expect((await look()).routing).toBe('INTERACTING');
    await setPresence('OnQueue');
    const after = await look();
    expect([after.presence, after.routing]).toEqual(['ON_QUEUE', 'INTERACTING']);
  });

  test('and the former presence of an agent who waits makes them wait again', async () => {
    await meet('went-home-on-queue');
    await offQueue();
    await setPresence('OnQueue');
    expect((await look()).routing).toBe('IDLE');
  });
});

describe('revoking tokens', () => {
  test('takes Offline some seconds later, and a client without single sign-on stays away', async () => {
    await meet('went-home');
    const { tokenAt } = await look();
    expect((await visit.revoke(id)).status).toBe(204);
    expect((await look()).presence).toBe('AVAILABLE');
    visit.wait(5 * SECOND);
    expect(await look()).toMatchObject({ presence: 'OFFLINE', presenceAt: visit.now, tokenAt });
    visit.wait(HOUR);
    expect((await look()).presence).toBe('OFFLINE');
    expect((await visit.revoke(id)).status).toBe(204);
  });

  test('changes no presence where the switch says so', async () => {
    await meet('went-home', { revokeSetsOffline: false });
    await visit.revoke(id);
    visit.wait(HOUR);
    expect((await look()).presence).toBe('AVAILABLE');
  });

  test.each([
    [true, 'IDLE'],
    [false, 'OFF_QUEUE'],
  ])(
    'with revokeKeepsRouting %s leaves an agent who waited on queue %s',
    async (revokeKeepsRouting, routing) => {
      await meet('went-home-on-queue', { revokeKeepsRouting });
      await setPresence('OnQueue');
      await visit.revoke(id);
      visit.wait(6 * SECOND);
      expect(await look()).toMatchObject({ presence: 'OFFLINE', routing });
    },
  );

  test('hits a person who is there: they log in again within a minute, and it counts as a disturbance', async () => {
    await meet('watching-supervisor');
    const before = await look();
    await visit.revoke(id);
    visit.wait(MINUTE);
    const after = await look();
    expect(after.presence).toBe('AVAILABLE');
    expect(after.tokenAt).toBeGreaterThan(before.tokenAt);
    expect(visit.sandbox.truth().disturbed).toMatchObject([{ id, what: 'tokens_revoked', present: true }]);
  });
});

describe('a browser that single sign-on lets back in', () => {
  test.each([
    ['sso-restored', 'BUSY'],
    ['sso-available', 'AVAILABLE'],
    ['sso-keeps-returning', 'AVAILABLE'],
    ['sso-reasserts', 'AWAY'],
    ['native-bouncer', 'AVAILABLE'],
  ])('%s is back within a minute as %s, with a new token and a fresh date', async (part, presence) => {
    await meet(part, { nativeTimeoutMinutes: 'off' });
    const revokedAt = visit.now;
    await visit.revoke(id);
    visit.wait(MINUTE);
    const after = await look();
    expect(after.presence).toBe(presence);
    expect(after.tokenAt).toBeGreaterThan(revokedAt);
    expect(after.presenceAt).toBeGreaterThanOrEqual(after.tokenAt);
  });

  test('keeps its token date where the switch says so', async () => {
    await meet('sso-restored', { tokenMovesOnSilentReturn: false });
    const before = await look();
    await visit.revoke(id);
    visit.wait(MINUTE);
    expect(await look()).toMatchObject({ presence: 'BUSY', tokenAt: before.tokenAt });
  });

  test('gets its former date back with the former presence where the switch says so', async () => {
    await meet('sso-restored', { restoredDate: 'former' });
    const before = await look();
    await visit.setOffline(id);
    await visit.revoke(id);
    visit.wait(MINUTE);
    expect(await look()).toMatchObject({ presence: 'BUSY', presenceAt: before.presenceAt });
  });

  test('comes back as Available when the former presence is too old to be restored', async () => {
    await meet('sso-restored', { reconnectMinutes: 1 });
    await visit.setOffline(id);
    visit.wait(2 * MINUTE);
    await visit.revoke(id);
    visit.wait(MINUTE);
    expect((await look()).presence).toBe('AVAILABLE');
  });

  test('twice only, when the identity provider then asks for a password', async () => {
    await meet('sso-restored');
    const states: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      await visit.revoke(id);
      visit.wait(MINUTE);
      states.push((await look()).presence);
    }
    expect(states).toEqual(['BUSY', 'BUSY', 'OFFLINE']);
  });

  test('after four minutes, when the tab was asleep', async () => {
    await meet('late-tab');
    await visit.revoke(id);
    visit.wait(3 * MINUTE + 59 * SECOND);
    expect((await look()).presence).toBe('OFFLINE');
    visit.wait(15 * SECOND);
    expect((await look()).presence).toBe('AVAILABLE');
  });
});

test('a station is released, and remembered as the last one', async () => {
  await meet('went-home');
  const path = `/api/v2/users/${id}/station`;
  expect((await visit.get(path)).body).toHaveProperty('associatedStation.associatedDate');
  expect((await visit.send('DELETE', `${path}/associatedstation`)).status).toBe(202);
  const { body } = await visit.get(path);
  expect(body).not.toHaveProperty('associatedStation');
  expect(body).toHaveProperty('lastAssociatedStation.id');
});

test('a person who went home and is set Offline comes back with one click, the token still good', async () => {
  visit = await Visit.begin({ agents: 5, cast: ['clicks-back'] });
  id = visit.idOf('clicks-back');
  visit.wind(4 * HOUR);
  const before = await look();
  await visit.setOffline(id);
  const seen: string[] = [];
  for (let n = 0; n < 16; n += 1) {
    visit.wait(MINUTE);
    const { presence, tokenAt } = await look();
    expect(tokenAt).toBe(before.tokenAt);
    if (seen.at(-1) !== presence) seen.push(presence);
  }
  expect(seen).toEqual(['OFFLINE', 'AVAILABLE', 'ON_QUEUE']);
});
