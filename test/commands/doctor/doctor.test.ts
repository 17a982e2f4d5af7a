/** `doctor` against sandbox organisations that lack one thing each. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor } from '../../../src/commands/doctor/command.ts';
import { UNASKED } from '../../../src/domain/evidence/calibration.ts';
import {
  NO_BEHAVIOUR_KNOWN,
  type PlatformBehaviour,
} from '../../../src/domain/tracking/platform-behaviour.ts';
import { outputTo, type Output } from '../../../src/commands/shared/output.ts';
import { diagnose } from '../../../src/commands/doctor/doctor.ts';
import { NEEDS } from '../../../src/commands/doctor/permissions.ts';
import type { Diagnosis, DoctorPlatform, DoctorWants, Finding } from '../../../src/commands/doctor/ports.ts';
import {
  ALL_PERMISSIONS,
  createSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../../../src/sandbox/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let folder = '';
let sandbox: Sandbox | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-doctor-'));
});
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Needs every permission that any policy can need. */
const THOROUGH = `
exempt: [{ scheduled: [meeting] }]
profiles:
  - name: everyone
    match: { queues: [Sales], teams: [Team 1], roles: [Agent] }
    rules:
      - { id: gone, when: { routing: [off_queue] }, limit: 10m, actions: [off_queue, offline, release_station, revoke_tokens] }
evidence: { sign_ins: on }
`;
/** Names nothing, and only revokes. */
const PLAIN = `
profiles:
  - name: everyone
    rules: [{ id: gone, when: { routing: [off_queue] }, limit: 10m }]
`;

interface Visit {
  readonly code: number;
  readonly text: string;
  readonly diagnosis: Diagnosis;
}

async function ask(
  options: Partial<SandboxOptions>,
  policy = THOROUGH,
  secret = 'sandbox-secret',
): Promise<Visit> {
  const now = Date.now();
  sandbox = createSandbox({ seed: 3, agents: 20, startsAt: now, now: () => Date.now(), ...options });
  const { apiUrl, loginUrl } = await sandbox.listen();
  const config = join(folder, 'policy.yaml');
  const genesys = `{ region: eu-west-1, api_url: "${apiUrl}", login_url: "${loginUrl}", client_id: sandbox-client, client_secret: ${secret} }`;
  await writeFile(config, `version: 1\ngenesys: ${genesys}\n${policy}`);
  const lines: string[] = [];
  const code = await doctor({ config, json: true }, capture(lines));
  const text = lines.join('\n');
  return { code, text, diagnosis: JSON.parse(text) as Diagnosis };
}

function capture(lines: string[]): Output {
  return outputTo((text) => lines.push(text.replace(/\n$/, '')));
}

function permissionFaults({ findings }: Diagnosis): readonly Finding[] {
  const isFault = ({ verdict }: Finding): boolean => verdict === 'warn' || verdict === 'fail';
  return findings.filter((finding) => finding.check.startsWith('permission ') && isFault(finding));
}

function found({ findings }: Diagnosis, check: string): Finding | undefined {
  return findings.find((finding) => finding.check === check);
}

/** An organisation with nothing to complain about. */
const TIDY: SandboxOptions['switches'] = {
  nativeTimeoutMinutes: 'off',
  reconnectMinutes: 1,
  restoreOnQueue: false,
  forceAuthn: true,
  universalLogout: true,
};

describe('an organisation in which one permission is missing', () => {
  const each = NEEDS.filter(([{ missing, otherwise }]) => missing !== 'ok' && otherwise === undefined).map(
    ([{ permission, missing }]) => [permission, missing] as const,
  );

  test.each([true, false])(
    'the worker lists agents in another way, and enforces, whether the grants are told or not: %s',
    async (tellsGrants) => {
      const permissions = ALL_PERMISSIONS.filter((one) => one !== 'directory:user:view');
      const { code, diagnosis } = await ask({ permissions, switches: { ...TIDY, tellsGrants } });
      expect(permissionFaults(diagnosis)).toMatchObject([
        {
          check: 'permission directory:user:view',
          verdict: 'warn',
          found: 'not granted, but agents can be listed page by page without it',
        },
      ]);
      expect(code).toBe(0);
      expect(diagnosis.canEnforce).toBe(true);
    },
  );

  test('is not called granted where a user who does not exist was not found before it was looked at', async () => {
    const { code, diagnosis } = await ask({ switches: { ...TIDY, tellsGrants: false } });
    const writes = ['oauth:token:delete', 'presence:userPresence:edit', 'telephony:station:disassociate'];
    for (const permission of writes) {
      expect(found(diagnosis, `permission ${permission}`)).toMatchObject({ verdict: 'unknown' });
    }
    // A read that is limited to some divisions looks like a whole one.
    for (const permission of ['routing:queue:view', 'groups:team:view', 'presence:presenceDefinition:view'])
      expect(found(diagnosis, `permission ${permission}`)).toMatchObject({
        verdict: 'unknown',
        found: expect.stringContaining('proves it for some divisions only'),
      });
    // This listing is refused unless it is granted in all of them.
    expect(found(diagnosis, 'permission directory:user:view')).toMatchObject({ verdict: 'ok' });
    expect(found(diagnosis, 'permission authorization:role:view')).toMatchObject({ verdict: 'ok' });
    expect(code).toBe(0);
  });

  test.each(each)(
    '%s is named, and nothing else is, when the platform tells the grants',
    async (permission, missing) => {
      const permissions = ALL_PERMISSIONS.filter((one) => one !== permission);
      const { code, diagnosis } = await ask({ permissions });
      expect(permissionFaults(diagnosis)).toMatchObject([
        { check: `permission ${permission}`, verdict: missing, found: 'not granted' },
      ]);
      expect(code).toBe(missing === 'fail' ? 2 : 0);
    },
  );

  test.each(each)(
    '%s is found by trying it out on a user who does not exist when it does not',
    async (permission, missing) => {
      const permissions = ALL_PERMISSIONS.filter((one) => one !== permission);
      const { code, diagnosis } = await ask({ permissions, switches: { tellsGrants: false } });
      expect(permissionFaults(diagnosis).map(({ check }) => check)).toEqual([`permission ${permission}`]);
      expect(code).toBe(missing === 'fail' ? 2 : 0);
      expect(sandbox?.truth().logoffs).toBe(0);
    },
  );

  test.each([true, false])(
    'what backtest alone needs is told and spoils no check, whether the grants are told or not: %s',
    async (tellsGrants) => {
      const permissions = ALL_PERMISSIONS.filter((one) => one !== 'analytics:userDetail:view');
      const { code, diagnosis } = await ask({ permissions, switches: { ...TIDY, tellsGrants } });
      expect(diagnosis.findings.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')).toEqual(
        [],
      );
      expect(found(diagnosis, 'permission analytics:userDetail:view')?.found).toMatch(
        /^not granted: the worker does without it, backtest/,
      );
      expect(code).toBe(0);
    },
  );

  test('of which nothing is missing, all is granted, whether the grants are told or not', async () => {
    const { diagnosis } = await ask({ switches: { ...TIDY, tellsGrants: false } });
    const granted = diagnosis.findings.filter(({ check }) => check.startsWith('permission '));
    expect(granted).toHaveLength(new Set(NEEDS.map(([{ permission }]) => permission)).size);
    expect(granted.filter(({ found }) => found.startsWith('not granted'))).toEqual([]);
  });

  test('the settings that need an administrator are unknown, not wrong', async () => {
    const permissions = ALL_PERMISSIONS.filter((one) => one !== 'directory:organization:admin');
    const { code, diagnosis } = await ask({ permissions, switches: TIDY });
    expect(diagnosis.findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([
      { check: 'universal_logout', verdict: 'unknown' },
    ]);
    expect(code).toBe(0);
  });
});

describe('permissions', () => {
  test('that the policy does not use are not asked for', async () => {
    const permissions = NEEDS.map(([{ permission }]) => permission).filter(
      (one) => !/station|queue|team|role/.test(one),
    );
    const { diagnosis } = await ask({ permissions }, PLAIN);
    expect(permissionFaults(diagnosis)).toEqual([]);
    expect(diagnosis.canEnforce).toBe(true);
  });

  test('that are granted in some divisions only are told with the others', async () => {
    const { diagnosis, code } = await ask({ grantedDivisions: ['Home'] });
    expect(found(diagnosis, 'permission oauth:token:delete')).toMatchObject({ verdict: 'warn' });
    expect(found(diagnosis, 'permission oauth:token:delete')?.found).toMatch(
      /^not granted in the divisions? (?!.*Home)\w/,
    );
    expect(found(diagnosis, 'permission presence:presenceDefinition:view')?.found).toBe(
      'not granted in the division Night, by the roles of the client: presence labels there are not found, so that the list looks whole and is not',
    );
    // What is read in some divisions only looks whole: labels, queues and teams of the others are not missed.
    for (const read of [
      'directory:user:view',
      'presence:presenceDefinition:view',
      'routing:queue:view',
      'groups:team:view',
      'analytics:userDetail:view',
    ]) {
      expect(found(diagnosis, `permission ${read}`)).toMatchObject({ verdict: 'warn' });
    }
    expect(found(diagnosis, 'permission presence:settings:view')).toMatchObject({ verdict: 'ok' });
    expect(code).toBe(0);
  });
});

describe('the settings of the organisation', () => {
  test('that suit are all well', async () => {
    const { diagnosis, code } = await ask({ switches: TIDY });
    expect(diagnosis.findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(code).toBe(0);
  });

  test.each([
    ['native_timeout', { nativeTimeoutMinutes: 15 }, '1h'],
    ['reconnect', { restoreOnQueue: true }, '10m'],
    ['reconnect', { reconnectMinutes: 10 }, '10m'],
    ['universal_logout', { universalLogout: false }, '10m'],
    ['forced_authentication', { forceAuthn: false }, '10m'],
  ] as const)('that clash are told one by one: %s, %j', async (check, change, limit) => {
    const policy = THOROUGH.replace('10m', limit);
    const { diagnosis } = await ask({ switches: { ...TIDY, ...change } }, policy);
    expect(diagnosis.findings.filter(({ verdict }) => verdict !== 'ok')).toMatchObject([
      { check, verdict: 'warn' },
    ]);
  });

  test('a limit of 40 requests a minute is told as too few', async () => {
    const { diagnosis } = await ask({ switches: TIDY, requestsPerMinute: 40 }, PLAIN);
    expect(found(diagnosis, 'rate_limit')).toMatchObject({ verdict: 'warn' });
  });
});

describe('credentials', () => {
  test('that are wrong are all that is told, without the secret', async () => {
    const { code, diagnosis, text } = await ask({}, PLAIN, 'not-the-secret-at-all');
    expect(diagnosis.findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['credentials', 'fail'],
    ]);
    expect(code).toBe(2);
    expect(text).not.toContain('not-the-secret-at-all');
  });
});

describe('clocks and timeouts', () => {
  const NOW = Date.parse('2026-03-02T09:00:00Z');
  const WANTS: DoctorWants = {
    mode: 'enforce',
    actions: new Set(['offline', 'revoke_tokens']),
    kinds: new Set(),
    limits: [
      { rule: 'gone', limit: 60 * MINUTE },
      { rule: 'locked', limit: 20 * MINUTE },
    ],
    returnWindow: 2 * MINUTE,
    interval: MINUTE,
    requestsPerMinute: 240,
    connector: false,
    evidence: ['timeline'],
    schedules: 'none',
  };
  const SEEN = {
    observation: {
      ...{ agentId: 'ada', at: NOW, tokenIssuedAt: NOW - HOUR, missing: [] as readonly string[] },
      presence: { system: 'AVAILABLE', definitionId: 'a', since: NOW },
      routing: { status: 'OFF_QUEUE', since: NOW },
      conversations: { contactCentre: 0, enterprise: 0 },
    },
  } as const;
  const CALM: DoctorPlatform = {
    checkCredentials: () => Promise.resolve(),
    organisation: () => Promise.resolve({ name: 'Acme', hipaa: undefined }),
    divisions: () => Promise.resolve([]),
    firstPage: () => Promise.resolve({ by: 'cursor', expands: ['presence'], sightings: [SEEN] }),
    ownGrants: () => Promise.resolve([{ permission: '*:*:*', divisionId: '*', conditional: false }]),
    probe: () => Promise.resolve('allowed'),
    tokenTimeout: () =>
      Promise.resolve({ enabled: false, timeout: undefined, perGroup: undefined, groups: [] }),
    ownTokenIdles: () => Promise.resolve(undefined),
    presenceSettings: () =>
      Promise.resolve({ restoreEnabled: false, restoreWindow: undefined, restoreOnQueue: undefined }),
    authenticationSettings: () => Promise.resolve({ universalLogout: true }),
    identityProviders: () => Promise.resolve([]),
    rateLimit: () => Promise.resolve(300),
    allowedPerMinute: () => 300,
    clockError: () => 0,
    serverNow: () => NOW,
    schedules: () => Promise.resolve({ units: 2, fault: undefined, unread: [], codesUnread: [], agents: 1 }),
  };

  test.each([
    [-30_000, 'ok'],
    [30_001, 'warn'],
    [-5 * MINUTE, 'warn'],
    [5 * MINUTE + 1, 'fail'],
  ] as const)('a clock that is %s ms ahead is %s', async (error, verdict) => {
    const diagnosis = await diagnose({ ...CALM, clockError: () => error }, WANTS);
    expect(found(diagnosis, 'clock')).toMatchObject({ verdict });
    expect(diagnosis.canEnforce).toBe(verdict !== 'fail');
  });

  test('the shortest timeout of a group counts, and the rules with a longer limit are named', async () => {
    const groups = [{ timeout: 30 * MINUTE, groupIds: ['g1'] }];
    const timeout = { enabled: true, timeout: 120 * MINUTE, perGroup: true, groups };
    const diagnosis = await diagnose({ ...CALM, tokenTimeout: () => Promise.resolve(timeout) }, WANTS);
    const { verdict, advice } = found(diagnosis, 'native_timeout')!;
    expect(verdict).toBe('warn');
    expect(advice).toContain('limit of gone:');
  });

  test.each([
    ['lets a browser in again without asking', false, 'warn'],
    ['asks for credentials each time', true, 'ok'],
  ] as const)(
    'a native timeout longer than every limit, where single sign-on %s',
    async (_, forceAuthn, verdict) => {
      const timeout = { enabled: true, timeout: 8 * HOUR, perGroup: false, groups: [] };
      const provider = { name: 'Okta', disabled: false, forceAuthn };
      const platform: DoctorPlatform = {
        ...CALM,
        tokenTimeout: () => Promise.resolve(timeout),
        identityProviders: () => Promise.resolve([provider]),
      };
      expect(found(await diagnose(platform, WANTS), 'native_timeout')).toMatchObject({ verdict });
    },
  );

  test('a token that idles out between two sweeps is told', async () => {
    const timeout = { enabled: true, timeout: 120 * MINUTE, perGroup: false, groups: [] };
    const platform = { ...CALM, tokenTimeout: () => Promise.resolve(timeout) };
    const soon = { ...platform, ownTokenIdles: () => Promise.resolve(NOW + 30_000) };
    expect(found(await diagnose(soon, WANTS), 'own_token')).toMatchObject({ verdict: 'warn' });
    const late = { ...platform, ownTokenIdles: () => Promise.resolve(NOW + 15 * MINUTE) };
    expect(found(await diagnose(late, WANTS), 'own_token')).toMatchObject({ verdict: 'ok' });
  });

  test('a grant under a condition is no certainty', async () => {
    const grant = { permission: 'oauth:token:*', divisionId: '*', conditional: true };
    const rest = { permission: 'presence:*:*', divisionId: '*', conditional: false };
    const ownGrants = () => Promise.resolve([grant, rest]);
    // Nor is there another way of listing agents.
    const probe = () => Promise.resolve('refused' as const);
    const diagnosis = await diagnose({ ...CALM, ownGrants, probe }, WANTS);
    expect(found(diagnosis, 'permission oauth:token:delete')).toMatchObject({ verdict: 'warn' });
    expect(found(diagnosis, 'permission presence:userPresence:edit')).toMatchObject({ verdict: 'ok' });
    expect(found(diagnosis, 'permission directory:user:view')).toMatchObject({ verdict: 'fail' });
  });

  test('an organisation under HIPAA is told so', async () => {
    const organisation = () => Promise.resolve({ name: 'Clinic', hipaa: true });
    expect(found(await diagnose({ ...CALM, organisation }, WANTS), 'hipaa')).toMatchObject({
      verdict: 'warn',
    });
  });

  test('a grant in some divisions is unknown where the divisions themselves cannot be read', async () => {
    const ownGrants = () =>
      Promise.resolve([{ permission: '*:*:*', divisionId: 'home', conditional: false }]);
    const divisions = () => Promise.reject(Object.assign(new Error('no'), { kind: 'forbidden' }));
    const diagnosis = await diagnose({ ...CALM, ownGrants, divisions }, WANTS);
    expect(found(diagnosis, 'permission oauth:token:delete')).toMatchObject({
      verdict: 'unknown',
      found: expect.stringContaining('granted in some divisions'),
    });
    expect(found(diagnosis, 'permission presence:settings:view')).toMatchObject({ verdict: 'ok' });
  });

  describe('evidence', () => {
    const enabled = { enabled: true, timeout: 15 * MINUTE, perGroup: false, groups: [] };
    const NATIVE: DoctorPlatform = { ...CALM, tokenTimeout: () => Promise.resolve(enabled) };
    const known = NO_BEHAVIOUR_KNOWN.evidence;
    const STAYING = { ...NO_BEHAVIOUR_KNOWN, tokenMoves: { yes: 0, no: 20 } };
    const ask = async (
      platform: DoctorPlatform,
      learnt: PlatformBehaviour,
      evidence: DoctorWants['evidence'] = ['timeline'],
    ): Promise<Diagnosis> => diagnose(platform, { ...WANTS, evidence }, undefined, learnt);

    test('where the native timeout is off there is hardly anything to ask about', async () => {
      const diagnosis = await ask(CALM, STAYING);
      for (const source of ['timeline', 'sign_ins'])
        expect(found(diagnosis, `evidence ${source}`)).toMatchObject({
          verdict: 'ok',
          why: 'the native timeout is off: no session ends unseen, so that there is hardly anything to ask about',
        });
    });

    test('where tokens stay under a native timeout, sign-ins that are off are worth a thought', async () => {
      const diagnosis = await ask(NATIVE, STAYING);
      expect(found(diagnosis, 'evidence timeline')).toMatchObject({
        verdict: 'ok',
        found: 'evidence.timeline: not tried yet, no log-off of ours has been shown by it so far',
        why: expect.stringContaining('after a quiet Offline of ours it cannot tell'),
      });
      expect(found(diagnosis, 'evidence sign_ins')).toMatchObject({
        verdict: 'warn',
        found: 'evidence.sign_ins: switched off',
        why: expect.stringMatching(/^a browser .* only the sign-ins in the audit log can tell$/),
        advice: expect.stringContaining('set evidence.sign_ins: on and grant audits:audit:view'),
      });
    });

    test('where tokens move, that is said, and sign-ins may stay off', async () => {
      const diagnosis = await ask(NATIVE, { ...STAYING, tokenMoves: { yes: 30, no: 0 } });
      expect(found(diagnosis, 'evidence sign_ins')).toMatchObject({
        verdict: 'ok',
        why: expect.stringMatching(/^where returns bring no newer token, .* apart already$/),
      });
    });

    test('a source that the worker may not ask is a warning with the permission', async () => {
      const refused = { permission: 'analytics:userDetail:view', at: NOW };
      const timeline = { ...UNASKED, refused };
      expect(
        found(await ask(NATIVE, { ...STAYING, evidence: { ...known, timeline } }), 'evidence timeline'),
      ).toMatchObject({
        verdict: 'warn',
        found:
          'evidence.timeline: may not be asked: the client lacks analytics:userDetail:view, as of 09:00:00',
        advice: 'give the role of the client analytics:userDetail:view, or switch it off',
      });
    });

    test('a source that was wrong is a warning until it is believed again', async () => {
      const wrong = { ...UNASKED, right: 1, wrong: 1, triedTo: NOW };
      const verdictOf = async (timeline: typeof wrong): Promise<string | undefined> =>
        found(await ask(NATIVE, { ...STAYING, evidence: { ...known, timeline } }), 'evidence timeline')
          ?.verdict;
      expect(await verdictOf(wrong)).toBe('warn');
      expect(await verdictOf({ ...wrong, right: 3 })).toBe('ok');
    });

    test.each([
      ['sign_ins', 0, 3, 'an Authenticate entry of the audit log has to name the agent by id'],
      ['sign_ins', 1, 3, 'nothing has to be done'],
      ['sign_ins', 0, 2, 'nothing has to be done'],
      ['timeline', 0, 3, 'nothing has to be done'],
    ] as const)(
      '%s that was right %i times and wrong %i times is told of with %j',
      async (source, right, wrong, words) => {
        const facts = { ...UNASKED, right, wrong, triedTo: NOW };
        const diagnosis = await ask(NATIVE, { ...STAYING, evidence: { ...known, [source]: facts } }, [
          source,
        ]);
        expect(found(diagnosis, `evidence ${source}`)).toMatchObject({
          verdict: 'warn',
          advice: expect.stringContaining(words),
        });
      },
    );

    test.each([
      [['timeline', 'sign_ins'], 'warn'],
      [['timeline'], 'ok'],
    ] as const)('asked of %j without the permission for audits is %s', async (evidence, verdict) => {
      const ownGrants = () => Promise.resolve([]);
      const platform: DoctorPlatform = { ...CALM, ownGrants };
      const diagnosis = await ask(platform, NO_BEHAVIOUR_KNOWN, evidence);
      expect(found(diagnosis, 'permission audits:audit:view')).toMatchObject({ verdict });
    });
  });

  test('a mistake of the program is not passed off as an answer of the platform', async () => {
    const rateLimit = () => Promise.reject(new TypeError('oops'));
    await expect(diagnose({ ...CALM, rateLimit }, WANTS)).rejects.toThrow('oops');
  });
});

describe('one page of agents, read as a sweep reads it', () => {
  test('names the expands that the policy needs, and no others', async () => {
    const { diagnosis } = await ask({ switches: TIDY });
    expect(found(diagnosis, 'agents')).toMatchObject({
      verdict: 'ok',
      found:
        'one page of 20 agents was read with presence, routingStatus, conversationSummary, lasttokenissued, authorization',
    });
    await sandbox?.close();
    const plain = await ask({ switches: TIDY }, PLAIN);
    expect(found(plain.diagnosis, 'agents')?.found).toBe(
      'one page of 20 agents was read with presence, routingStatus, conversationSummary, lasttokenissued',
    );
  });

  test.each(['forbidden', 'missing'] as const)(
    'is read by page number where the listing by cursor is %s, and enforcing works',
    async (cursorListing) => {
      const { code, diagnosis } = await ask({ switches: { ...TIDY, cursorListing } });
      expect(found(diagnosis, 'agents')).toMatchObject({
        verdict: 'ok',
        found: expect.stringMatching(/page by page, because the listing in one go is refused$/),
      });
      expect(code).toBe(0);
    },
  );

  test('that lacks a part of every agent shows that enforcing could not work', async () => {
    const { code, diagnosis } = await ask({ switches: TIDY, faults: { missing: { presence: 1 } } });
    expect(found(diagnosis, 'agents')).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('presence of 20'),
    });
    expect(code).toBe(2);
  });

  test('without any agent is no good sign', async () => {
    const { diagnosis } = await ask({ switches: TIDY, agents: 0 }, PLAIN);
    expect(found(diagnosis, 'agents')).toMatchObject({ verdict: 'warn', found: 'no active agent is listed' });
  });
});

describe('schedules', () => {
  test('a policy that asks for none is not told of them', async () => {
    const { diagnosis } = await ask({ switches: TIDY }, PLAIN);
    expect(found(diagnosis, 'schedules')).toBeUndefined();
    expect(found(diagnosis, 'permission wfm:publishedSchedule:view')).toBeUndefined();
  });

  test('the units, and the share of agents with a schedule, are told', async () => {
    const { diagnosis, code } = await ask({ switches: TIDY });
    expect(found(diagnosis, 'schedules')).toMatchObject({
      verdict: 'ok',
      found:
        '3 management units listed, and 18 agents with a published shift or day off around now: 18 of the 20 on the first page of agents',
    });
    expect(code).toBe(0);
  });

  test('units that cannot be read are named, with why', async () => {
    const { diagnosis } = await ask({ switches: { ...TIDY, schedulesTeamOnly: true } });
    const { verdict, found: sentence } = found(diagnosis, 'schedules')!;
    expect(verdict).toBe('warn');
    expect(sentence).toMatch(/not read: .+condition on teams/);
  });

  test('without the permission the listing is refused, and enforcing goes on', async () => {
    const permissions = ALL_PERMISSIONS.filter((one) => !one.startsWith('wfm:'));
    const { diagnosis, code } = await ask({ permissions, switches: TIDY });
    expect(found(diagnosis, 'schedules')).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('the management units could not be listed'),
    });
    expect(permissionFaults(diagnosis).map(({ check }) => check)).toEqual([
      'permission wfm:publishedSchedule:view',
    ]);
    expect(code).toBe(0);
  });
});
