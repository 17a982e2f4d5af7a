/** The sources of evidence, asked of a simulated organisation whose people and browsers leave trails of their own. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectPlatform, type Platform } from '../../../src/genesys/platform.ts';
import {
  ALL_PERMISSIONS,
  createSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../../../src/sandbox/index.ts';
import type { Played } from '../../../src/sandbox/played.ts';
import { NO_SIGNAL, T0, WoundClock } from '../fake-platform.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
let clock: WoundClock;
let sandbox: Sandbox;
let platform: Platform;

beforeEach(() => begin());
afterEach(end);

async function begin(options: Partial<SandboxOptions> = {}): Promise<void> {
  clock = new WoundClock();
  const cast = ['played', 'stuck-in-wrap-up'];
  sandbox = createSandbox({ seed: 3, agents: 2, cast, startsAt: T0, now: () => clock.now(), ...options });
  const urls = await sandbox.listen();
  const client = { clientId: 'sandbox-client', clientSecret: 'sandbox-secret' };
  const limits = { requestsPerMinute: 240, timeout: 5_000 };
  platform = connectPlatform({ region: 'eu-west-1', ...urls, ...client, ...limits }, clock, {
    onRequest: () => undefined,
    warn: () => undefined,
  });
  await platform.checkCredentials();
}

async function end(): Promise<void> {
  await platform.close();
  await sandbox.close();
}

/** An agent who is away; after half an hour `then` happens. Answers their id, and when it happened. */
async function away(
  then: (played: Played) => void,
): Promise<{ readonly id: string; readonly email: string }> {
  const [person] = sandbox.world.organisation.people;
  const played = sandbox.world.play(person!);
  played.sitDown();
  played.signIn('person');
  played.choose('AWAY');
  played.leave();
  clock.time += 30 * MINUTE;
  then(played);
  clock.time += MINUTE;
  return await Promise.resolve(person!);
}

function bounce(played: Played): void {
  played.timeOut();
  clock.time += 7 * SECOND;
  played.signIn('browser');
}

function click(played: Played): void {
  played.sitDown();
  played.choose('AVAILABLE');
}

const at = (minute: number, second = 0): number => T0 + minute * MINUTE + second * SECOND;
const RECENT = { from: at(20), to: at(40) };

test('a bounce has an Offline in the presence history, and a sign-in in the audit log', async () => {
  const { id, email } = await away(bounce);
  const unnamed = { id: undefined, emails: [] };
  expect(await platform.timeline.ask([id], RECENT, NO_SIGNAL)).toEqual(
    new Map([
      [
        id,
        [
          { from: at(0), to: at(30), presence: 'AWAY' },
          { from: at(30), to: at(30, 7), presence: 'OFFLINE' },
          { from: at(30, 7), to: undefined, presence: 'AWAY' },
        ],
      ],
    ]),
  );
  expect(await platform.signIns.ask(RECENT, NO_SIGNAL)).toEqual({
    entries: [
      { at: at(30, 7), actor: unnamed, target: { id: undefined, emails: [email] }, isAboutUser: false },
    ],
    knownTo: at(30, 7),
  });
});

test.each([
  ['actor', false],
  ['target', true],
] as const)(
  'a log that names users by the id of the %s tells of the sign-in as well',
  async (by, isAboutUser) => {
    await end();
    await begin({ switches: { auditsNameUsersBy: by } });
    const { id } = await away(bounce);
    const names = { actor: { id: undefined, emails: [] }, target: { id: undefined, emails: [] } };
    expect(await platform.signIns.ask(RECENT, NO_SIGNAL)).toEqual({
      entries: [{ at: at(30, 7), ...names, [by]: { id, emails: [] }, isAboutUser }],
      knownTo: at(30, 7),
    });
  },
);

test('a click has neither', async () => {
  const { id } = await away(click);
  const told = await platform.timeline.ask([id], RECENT, NO_SIGNAL);
  expect(told).toEqual(
    new Map([
      [
        id,
        [
          { from: at(0), to: at(30), presence: 'AWAY' },
          { from: at(30), to: undefined, presence: 'AVAILABLE' },
        ],
      ],
    ]),
  );
  expect(await platform.signIns.ask(RECENT, NO_SIGNAL)).toEqual({ entries: [], knownTo: undefined });
});

test('the conversations that are open are named', async () => {
  clock.time += 8 * 60 * MINUTE;
  const stuck = sandbox.world.organisation.people[1]!;
  expect(await platform.openInteractions.of(stuck.id, NO_SIGNAL)).toEqual([
    expect.stringMatching(/^[0-9a-f-]{36}$/),
  ]);
});

test('permissions that are missing are named', async () => {
  await end();
  const permissions = ALL_PERMISSIONS.filter(
    (one) => !one.startsWith('analytics') && !one.startsWith('audits'),
  );
  await begin({ permissions });
  const { id } = await away(click);
  expect(await platform.timeline.ask([id], RECENT, NO_SIGNAL)).toEqual({
    kind: 'forbidden',
    permission: 'analytics:userDetail:view',
  });
  expect(await platform.signIns.ask(RECENT, NO_SIGNAL)).toEqual({
    kind: 'forbidden',
    permission: 'audits:audit:view',
  });
  expect(await platform.openInteractions.of(id, NO_SIGNAL)).toBeUndefined();
});

test('a log that does not cover sign-ins says so', async () => {
  await end();
  await begin({ switches: { auditsCoverSignIns: false } });
  expect(await platform.signIns.ask(RECENT, NO_SIGNAL)).toEqual({
    kind: 'failed',
    why: 'the audit log that is asked at once does not cover PeoplePermissions',
  });
});
