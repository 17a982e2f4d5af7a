/** The schedules of a simulated organisation: read hourly, unit by unit, and known for six hours. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isScheduled } from '../../../src/domain/time/shifts.ts';
import { connectPlatform, type Platform } from '../../../src/genesys/platform.ts';
import { createSandbox, type Faults, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { NO_SIGNAL, T0, WoundClock } from '../fake-platform.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let clock: WoundClock;
let sandbox: Sandbox;
let platform: Platform;
let warnings: { readonly message: string; readonly fields: object }[];
let host: string;

beforeEach(() => begin());
afterEach(end);

interface Begin extends Partial<SandboxOptions> {
  /** The sandbox's own host may be downloaded from. */
  readonly downloads?: boolean;
  readonly perMinute?: number;
}

async function begin({ downloads = false, perMinute = 240, ...options }: Begin = {}): Promise<void> {
  clock = new WoundClock();
  warnings = [];
  sandbox = createSandbox({ seed: 3, agents: 40, startsAt: T0, now: () => clock.now(), ...options });
  const urls = await sandbox.listen();
  ({ host } = new URL(urls.apiUrl));
  platform = connectPlatform(
    {
      ...{ region: 'eu-west-1', ...urls, clientId: 'sandbox-client', clientSecret: 'sandbox-secret' },
      ...{ requestsPerMinute: perMinute, timeout: 5_000, downloadHosts: downloads ? [host] : [] },
    },
    clock,
    { onRequest: () => undefined, warn: (message, fields) => warnings.push({ message, fields }) },
  );
  await platform.checkCredentials();
  platform.schedules.want('activities');
}

async function again(options: Begin): Promise<void> {
  await end();
  await begin(options);
}

async function end(): Promise<void> {
  await platform.close();
  await sandbox.close();
}

/** As after the sweeps of so many minutes. */
async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i += 1) {
    await platform.schedules.refresh(NO_SIGNAL);
    clock.time += MINUTE;
  }
}

const requests = (operation: string): number =>
  Object.values(sandbox.requests.operations[operation] ?? {}).reduce((sum, count) => sum + count, 0);
const searches = (): number => requests('postWorkforcemanagementManagementunitAgentschedulesSearch');
const person = (index: number): string => sandbox.world.organisation.people[index]!.id;
const shiftOf = (index: number): unknown => platform.schedules.of(person(index))?.work;
const SHIFT = [{ from: T0, to: T0 + 8 * HOUR }];

test('nothing is asked where the policy asks for nothing', async () => {
  platform.schedules.want('none');
  const before = sandbox.requests.total;
  await pass(3);
  expect([sandbox.requests.total - before, shiftOf(0)]).toEqual([0, undefined]);
});

test('each unit is read once an hour, and who is in none has no schedule', async () => {
  await pass(2);
  expect([searches(), shiftOf(0), shiftOf(2)]).toEqual([3, SHIFT, SHIFT]);
  // One in ten people is in no unit.
  expect(platform.schedules.of(person(9))).toMatchObject({ work: [], known: [], activities: [] });
  expect(platform.schedules.known()).toMatchObject({ units: 3, unread: [], fault: undefined, agents: 35 });
  await pass(57);
  expect(searches()).toBe(3);
  await pass(3);
  expect(searches()).toBe(6);
});

test('what agents are scheduled for has the categories of the activity codes', async () => {
  await pass(2);
  // The meeting of every fifth person, at 60 % of the shift.
  const at = T0 + 5 * HOUR;
  const shifts = platform.schedules.of(person(0));
  expect(isScheduled(new Set(['meeting']), shifts, at)).toBe('yes');
  expect(isScheduled(new Set(['meeting']), platform.schedules.of(person(1)), at)).toBe('no');
});

test('a policy that asks for shifts alone asks for no activity codes', async () => {
  platform.schedules.want('shifts');
  await pass(2);
  const codes = requests('getWorkforcemanagementBusinessunitActivitycodes');
  expect([codes, shiftOf(0)]).toEqual([0, SHIFT]);
});

test('readings take half of the room that evidence has, so that neither starves', async () => {
  await again({ switches: { managementUnits: 30 }, perMinute: 120 });
  await pass(1);
  // A tenth of 120 requests, the listing and the codes among them.
  expect(searches()).toBe(10);
  await pass(1);
  expect(searches()).toBeLessThanOrEqual(16);
  await pass(8);
  expect([searches(), platform.schedules.known().agents]).toEqual([30, 35]);
});

test('an agent is not known to have no schedule before every unit was read', async () => {
  await again({ switches: { managementUnits: 30 }, perMinute: 120 });
  await pass(1);
  expect(platform.schedules.of(person(9))).toBeUndefined();
  await pass(9);
  expect(platform.schedules.of(person(9))).toBeDefined();
});

describe('what does not come as it should', () => {
  const set = (faults: Partial<Faults>): void => {
    sandbox.setFaults(faults);
  };

  test('a unit that is answered later is read in parts at once', async () => {
    set({ scheduleProcessing: 1 });
    await pass(3);
    expect([shiftOf(0), platform.schedules.known().unread]).toEqual([SHIFT, []]);
    expect(requests('getWorkforcemanagementManagementunitUsers')).toBe(3);
  });

  test('a large answer is read in parts, and nothing is downloaded from a host that the policy does not name', async () => {
    set({ scheduleDownload: 1 });
    await pass(3);
    expect([shiftOf(0), requests('download')]).toEqual([SHIFT, 0]);
  });

  test('it is downloaded from a host that the policy names, without the token', async () => {
    await again({ downloads: true });
    set({ scheduleDownload: 1 });
    await pass(3);
    // The sandbox refuses a download with a token.
    expect(sandbox.requests.operations['download']).toEqual({ 200: 3 });
    expect(shiftOf(0)).toEqual(SHIFT);
  });

  test('repeated and reordered entries are their union', async () => {
    set({ scheduleRepeated: 1 });
    await pass(2);
    expect([shiftOf(0), platform.schedules.known().agents]).toEqual([SHIFT, 35]);
  });

  test('an agent whose shift is garbage is not known, the others are', async () => {
    set({ scheduleGarbage: 1 });
    await pass(2);
    expect(platform.schedules.of(person(0))).toMatchObject({ work: [], known: [] });
    expect(isScheduled(new Set(['meeting']), platform.schedules.of(person(0)), clock.now())).toBe('unknown');
  });

  test('a refusal is told once, in words that say what to do, and tried again', async () => {
    await again({ switches: { schedulesTeamOnly: true } });
    await pass(25);
    expect(searches()).toBe(9);
    expect(warnings.filter(({ message }) => message.includes('schedules of a management unit'))).toHaveLength(
      3,
    );
    expect(platform.schedules.known().unread).toHaveLength(3);
    expect(platform.schedules.known().unread[0]?.why).toContain('condition on teams');
  });

  test('without the permission the units cannot be listed, and no schedule is known', async () => {
    await again({ permissions: ['directory:user:view', 'presence:presenceDefinition:view'] });
    await pass(25);
    expect(platform.schedules.known().fault).toContain('wfm:publishedSchedule:view');
    expect([platform.schedules.of(person(0)), platform.schedules.of(person(9))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(warnings).toHaveLength(1);
  });

  test('a failure keeps what was read before, with its age', async () => {
    await pass(2);
    set({
      serverError: { share: 1, operations: ['postWorkforcemanagementManagementunitAgentschedulesSearch'] },
    });
    await pass(7 * 60);
    const { readAt } = platform.schedules.of(person(0))!;
    expect(clock.now() - readAt).toBeGreaterThan(6 * HOUR);
    expect(platform.schedules.of(person(9))?.readAt).toBe(readAt);
    set({ serverError: 0 });
    await pass(11);
    expect(clock.now() - platform.schedules.of(person(0))!.readAt).toBeLessThan(15 * MINUTE);
  });

  test('a 429 to a schedule stops no sweep', async () => {
    set({ tooManyRequests: { share: 1, operations: ['getWorkforcemanagementManagementunits'] } });
    await pass(1);
    const sightings: string[] = [];
    const summary = await platform.directory.sweep(
      (page) => sightings.push(...page.map(({ agent }) => agent.id)),
      NO_SIGNAL,
    );
    expect([summary.complete, sightings.length > 30, clock.slept]).toEqual([true, true, []]);
  });
});

test('a sweep hands the schedules on with the agents', async () => {
  platform.setNeeds({
    groups: false,
    roles: false,
    queues: [],
    teams: [],
    tokens: true,
    schedules: 'shifts',
  });
  await pass(2);
  const shifts = new Map<string, unknown>();
  await platform.directory.sweep((page) => {
    for (const { agent } of page) shifts.set(agent.id, agent.shifts?.work);
  }, NO_SIGNAL);
  expect([shifts.get(person(0)), shifts.get(person(9))]).toEqual([SHIFT, []]);
});

test('a sweep hands no schedule on that was read while the clock of the platform ran ahead', async () => {
  platform.setNeeds({
    groups: false,
    roles: false,
    queues: [],
    teams: [],
    tokens: true,
    schedules: 'shifts',
  });
  sandbox.setFaults({ clockSkewMs: 2 * HOUR });
  await platform.checkCredentials();
  await pass(2);
  const handed = async (): Promise<ReadonlySet<unknown>> => {
    const shifts = new Set<unknown>();
    await platform.directory.sweep((page) => {
      for (const { agent } of page) shifts.add(agent.shifts);
    }, NO_SIGNAL);
    return shifts;
  };
  sandbox.setFaults({ clockSkewMs: 0 });
  expect(await handed()).toEqual(new Set([undefined]));
  clock.time += 2 * HOUR;
  expect(await handed()).not.toEqual(new Set([undefined]));
});

test('what an earlier process read need not be read before its time', async () => {
  await pass(2);
  const readAt = platform.schedules.readAt;
  expect(readAt.size).toBe(3);
  await end();
  await begin();
  clock.time += 30 * MINUTE;
  platform.schedules.resume(readAt);
  await pass(2);
  expect([searches(), platform.schedules.of(person(9))]).toEqual([0, undefined]);
  await pass(40);
  expect(searches()).toBe(3);
});
