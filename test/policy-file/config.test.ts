import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { format } from 'prettier';
import { parse } from 'yaml';
import { z } from 'zod';
import { describePolicy } from '../../src/policy-file/describe.ts';
import { FilesRead } from '../../src/policy-file/files-read.ts';
import { loadFleetFile, policiesOf } from '../../src/policy-file/fleet.ts';
import { refusalBeside } from '../../src/policy-file/in-fleet.ts';
import { fleetFileSchema, jsonSchema } from '../../src/policy-file/json-schema.ts';
import { loadPolicyFile, loadPolicyText } from '../../src/policy-file/load.ts';
import { resolvePolicy } from '../../src/policy-file/resolve.ts';
import { ENV, load, withMore } from './texts.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const root = new URL('../../config/', import.meta.url);
const FILES = [
  'idle-enforcer.yaml',
  'examples/small-centre.yaml',
  'examples/follow-the-sun.yaml',
  'examples/observe-pilot.yaml',
  'examples/sandbox.yaml',
];
const schema = z.fromJSONSchema(jsonSchema());

describe.each(FILES)('%s', (name) => {
  const path = new URL(name, root).pathname;

  test('loads and resolves, with no warning but of channels that are switched off', () => {
    const { draft, warnings } = loadPolicyFile(path, ENV);
    expect(warnings.filter((line) => !line.includes('is switched off'))).toEqual([]);
    expect(resolvePolicy(draft, undefined, new Map(), NOW).policy.profiles.length).toBeGreaterThan(0);
  });

  test('fits the JSON Schema, and names it in the first line', () => {
    const text = readFileSync(path, 'utf8');
    expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.{1,2}\/idle-enforcer\.schema\.json\n/);
  });
});

describe('the fleet of the examples', () => {
  const path = new URL('fleet/fleet.yaml', root).pathname;
  const fleet = loadFleetFile(path, ENV);

  test('fits its JSON Schema, which is what the source says, and names it in the first line', async () => {
    const text = readFileSync(path, 'utf8');
    expect(z.fromJSONSchema(fleetFileSchema()).safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/fleet\.schema\.json\n/);
    const wanted = await format(JSON.stringify(fleetFileSchema()), { parser: 'json', printWidth: 110 });
    expect(readFileSync(new URL('fleet.schema.json', root), 'utf8')).toBe(wanted);
    expect(undescribed(fleetFileSchema(), '')).toEqual([]);
  });

  test('has policies that are good, each by itself and beside each other', () => {
    const all = policiesOf(fleet).map((file) => {
      const text = readFileSync(file, 'utf8');
      const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, name.toLowerCase()]);
      const env = Object.fromEntries(names) as Record<string, string>;
      const loaded = loadPolicyFile(file, env, new FilesRead(), { shared: fleet.shared });
      expect(loaded.warnings).toEqual([]);
      expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/idle-enforcer\.schema\.json\n/);
      return loaded;
    });
    expect(all.map(({ settings }) => settings.organisation)).toEqual([
      'Harbour Insurance',
      'Lakeside Travel',
    ]);
    expect(refusalBeside(all[0]!, all[1]!)).toBeUndefined();
  });
});

describe('the JSON Schema', () => {
  test('in config/ is what the source says', async () => {
    const wanted = await format(JSON.stringify(jsonSchema()), { parser: 'json', printWidth: 110 });
    expect(readFileSync(new URL('idle-enforcer.schema.json', root), 'utf8')).toBe(wanted);
  });

  test('describes every key', () => {
    expect(undescribed(jsonSchema(), '')).toEqual([]);
  });

  test('refuses mistyped keys and words', () => {
    for (const more of [
      'profils: []',
      'mode: enforced',
      'caps: { per_sweep: 0 }',
      'returns: { window: 2 minutes }',
      'calendars: { a: { timezone: BST, weekly: {} } }',
      'calendars: { a: { timezone: UTC, weekly: {}, except: [25.12.2026] } }',
      'calendars: { a: { timezone: UTC, weekly: {}, except: [{ 12-24: "8" }] } }',
      'calendars: { a: { timezone: UTC, weekly: {}, except: [{ 12-24: "08:00-12:00", 12-25: "08:00-12:00" }] } }',
    ]) {
      expect(schema.safeParse(parse(withMore(`${more}\n`))).success).toBe(false);
    }
  });

  test.each([
    'mode: ${MODE:-observe}',
    'server: { port: "${PORT:-80}" }',
    'caps: { breaker: { share: "${SHARE:-10%}" }, per_sweep: "7" }',
    'returns: { window: "${W:-3m}", ladder: [{ wait: 0s, actions: ["${A:-offline}"] }], repeat: never }',
    'calendars: { a: { timezone: UTC, weekly: { "mon-wed,sun": ["22:00-06:00"], daily: "00:00-24:00" } } }',
    'calendars: { a: { timezone: UTC, weekly: {}, except: [2026-12-25, 12-24..01-02, { 12-24: "08:00-12:00" }, { 2026-12-24..2027-01-02: ["08:00-12:00"] }, "${DAY:-12-25}"] } }',
    'exempt: [{ presence: [On Queue], not: { users: [a], routing: [idle] }, until: "2027-01-01T00:00:00Z" }]',
    'identity: { entra: { tenant: t, client_id: c, client_secret: s, delay: 30s }, subject: "{local}@x.org" }',
    'notify: [{ name: m, type: email, url: "smtp://u:p@mail.example:587", from: a@b.c, to: [d@e.f], on: [held] }]',
  ])('takes what the loader takes: %s', (more) => {
    const text = withMore(`${more}\n`);
    expect(() => load(text)).not.toThrow();
    expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
  });
});

/** Keys of blocks without a description of their own or of what they refer to. */
function undescribed(node: unknown, path: string): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { properties, ...rest } = node as Record<string, unknown>;
  const found: string[] = [];
  for (const [key, value] of Object.entries((properties ?? {}) as Record<string, object>)) {
    const told = 'description' in value || '$ref' in value || 'const' in value;
    if (!told) found.push(`${path}.${key}`);
    found.push(...undescribed(value, `${path}.${key}`));
  }
  for (const [key, value] of Object.entries(rest)) found.push(...undescribed(value, `${path}.${key}`));
  return found;
}

test('a policy with an identity provider says in plain words who is asked, about whom and how often, and no secret', () => {
  const loaded = load(
    withMore(
      'identity: { okta: { url: "https://a.example/h1dden", api_token: sesame-2 }, subject: "{local}@corp.example", per_hour: 5 }\n',
    ),
  );
  const { policy } = resolvePolicy(loaded.draft, undefined, new Map(), NOW);
  const lines = describePolicy(loaded, policy, NOW);
  expect(lines).toContain(
    'Rungs with end_sso_session end the session at okta first, which knows the agent by "{local}@corp.example"; at most 5 in an hour. This reaches beyond Genesys Cloud: doctor says how far.',
  );
  expect(lines.join('\n')).not.toMatch(/sesame|h1dden/);
});

test('a calendar says its offset from UTC now, when it opens next in its zone and in UTC, and its special days', () => {
  const calendars = `calendars:
  london: { timezone: Europe/London, weekly: { mon-fri: "09:00-17:00" }, except: [{ 12-24..12-31: ["09:00-12:00"] }, 12-25] }
  delhi: { timezone: Asia/Kolkata, weekly: { daily: "09:00-17:00" } }
  always: { timezone: UTC, weekly: { daily: "00:00-24:00" } }
  never: { timezone: UTC, weekly: {} }
`;
  const loaded = load(withMore(calendars));
  const { policy } = resolvePolicy(loaded.draft, undefined, new Map(), NOW);
  const linesAt = (at: string): readonly string[] => {
    const lines = describePolicy(loaded, policy, Date.parse(at));
    return lines.slice(lines.indexOf('Calendars:') + 1);
  };
  expect(linesAt('2026-07-03T11:30:00Z')).toEqual([
    '  london (Europe/London, now UTC+01:00): open now, until 2026-07-03 17:00 (2026-07-03 16:00 UTC); opens next at 2026-07-06 09:00 (2026-07-06 08:00 UTC); no rule uses it',
    '    on 12-24..12-31: 09:00-12:00',
    '    on 12-25: no window',
    '  delhi (Asia/Kolkata, now UTC+05:30): opens next at 2026-07-04 09:00 (2026-07-04 03:30 UTC); no rule uses it',
    '  always (UTC, now UTC+00:00): open now and for all of the next year; no rule uses it',
    '  never (UTC, now UTC+00:00): has no window in the next year; no rule uses it',
  ]);
  expect(linesAt('2026-12-31T10:00:00Z')[0]).toBe(
    '  london (Europe/London, now UTC+00:00): open now, until 2026-12-31 12:00 (2026-12-31 12:00 UTC); opens next at 2027-01-01 09:00 (2027-01-01 09:00 UTC); no rule uses it',
  );
});

describe('the default policy in plain words', () => {
  const loaded = loadPolicyFile(new URL('idle-enforcer.yaml', root).pathname, ENV);
  const { policy } = resolvePolicy(loaded.draft, undefined, new Map(), NOW);
  const lines = describePolicy(loaded, policy, NOW);

  test('says mode, rules, ladder, exemptions and hours', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'Mode observe: agents are judged and recorded, nothing is written to the platform.',
        'Profile "agents" covers groups Agents.',
        '  screen-locked: presence idle for 1h without a break → off_queue, offline, revoke_tokens.',
        '    2. after 5m → off_queue, offline, revoke_tokens',
        '    then the last again every 1h; between repeats, the first rung again if it kept the agent Offline before.',
        'Agents who fit no profile are left alone.',
        '  groups Supervisors on call, until 2027-01-01T12:00:00.000Z: holiday cover',
        '  business-hours (America/Chicago, now UTC-06:00): opens next at 2026-03-02 07:00 (2026-03-02 13:00 UTC)',
        '    on 2026-12-25: no window',
      ]),
    );
  });

  test('does not speak of a quiet answer between repeats where the first rung revokes', () => {
    const revoking = load(
      withMore('returns: { ladder: [{ wait: 1m, actions: [offline, revoke_tokens] }], repeat: 2h }\n'),
    );
    const resolved = resolvePolicy(revoking.draft, undefined, new Map(), NOW).policy;
    expect(describePolicy(revoking, resolved, NOW)).toContain('    then the last again every 2h.');
  });

  test('shows what no rule covers, and marks what is covered at some hours only', () => {
    const rows = lines.filter((line) => /^ {2}(training|on queue|idle) {2}/.test(line));
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['idle', 'sup-gone', 'sup-gone'],
      ['on queue', '-', '-'],
      ['training', '-', '-'],
      ['idle', 'screen-locked after-hours*', 'not-responding screen-locked after-hours*'],
      ['on queue', '-', 'not-responding after-hours*'],
      ['training', 'long-meeting after-hours*', 'not-responding long-meeting after-hours*'],
    ]);
  });

  test('holds no secret', () => {
    expect(lines.join('\n')).not.toContain('sesame');
  });
});

test.each([
  ['', 'Asked: the presence history of the agent, where the client has analytics:userDetail:view.'],
  [
    'evidence: { sign_ins: on }',
    'Asked: the presence history of the agent, where the client has analytics:userDetail:view; the sign-ins in the audit log, which needs audits:audit:view.',
  ],
  ['evidence: { timeline: off }', 'no source of evidence is asked.'],
])('a policy with "%s" says which sources of evidence are asked', (more, words) => {
  const text = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { routing: [off_queue] }, limit: 60m }] }]
${more}
`;
  const loaded = loadPolicyText(text, 'p.yaml', {});
  const { policy } = resolvePolicy(loaded.draft, {}, new Map(), NOW);
  const lines = describePolicy(loaded, policy, NOW).filter((line) =>
    line.startsWith('A change that a browser or a person'),
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]!.endsWith(words)).toBe(true);
});
