/** An organisation whose people, groups and providers are called what no name should be, in all that commands print. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor } from '../../src/commands/doctor/command.ts';
import { explainError } from '../../src/commands/shared/exit.ts';
import { explain } from '../../src/commands/explain/command.ts';
import { outputTo, type Output } from '../../src/commands/shared/output.ts';
import { status } from '../../src/commands/status/command.ts';
import { report } from '../../src/commands/report/command.ts';
import { test as policyTest } from '../../src/commands/policy-test/command.ts';
import { validate } from '../../src/commands/validate/command.ts';
import type { RecordEvent } from '../../src/domain/record.ts';
import { MINUTE } from '../../src/domain/time/time.ts';
import { NO_CONTROLLER_STATE } from '../../src/controller/controller-state.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { severalLines } from '../../src/texts/clean.ts';
import { story } from '../domain/story.ts';
import { fakePlatform, user, type FakePlatform } from '../genesys/fake-platform.ts';

/** Clears the screen, turns the text round, hides, and forges a line of its own. */
const EVIL =
  '=1+1|<b>Eve</b>\u001b[2J\u001b[31m\u009b8m\u202e\u2066\u200b\r\nFORGED: all is well\u2028FORGED\u0085';
const NOW = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-hostile-'));
const config = join(folder, 'policy.yaml');
const sqlite = join(folder, 'store.db');

let platform: FakePlatform;

const policy = (url: string): string => `version: 1
genesys: { region: eu-west-1, api_url: "${url}", login_url: "${url}", client_id: a, client_secret: b-secret }
exempt: [{ groups: [${JSON.stringify(EVIL)}], reason: ${JSON.stringify(EVIL)} }]
profiles:
  - name: ${JSON.stringify(EVIL.slice(0, 90))}
    rules:
      - { id: gone, description: ${JSON.stringify(EVIL)}, when: { routing: [off_queue] }, limit: 1h }
store: { sqlite: ${sqlite} }
`;

const EVENT: RecordEvent = {
  kind: 'verified',
  at: NOW - 30 * MINUTE,
  agentId: 'eve',
  agentName: EVIL,
  rule: EVIL,
  measured: 60 * MINUTE,
  limit: 60 * MINUTE,
  reason: EVIL,
  rung: 0,
};

beforeAll(async () => {
  platform = await fakePlatform(({ path }) => {
    if (path === '/api/v2/presence/definitions') return { json: { entities: [] } };
    if (path === '/api/v2/organizations/me') return { json: { id: 'o', name: EVIL } };
    if (path.startsWith('/api/v2/identityproviders'))
      return { json: { entities: [{ id: 'idp', name: EVIL, disabled: false }] } };
    if (path === '/api/v2/groups') return { json: { entities: [{ id: 'g1', name: EVIL }], pageCount: 1 } };
    if (path === '/api/v2/users')
      return { json: { entities: [{ ...user(1), id: 'eve', name: EVIL, email: `${EVIL}@example.com` }] } };
    return { status: 403, json: { status: 403, code: EVIL, message: EVIL } };
  });
  writeFileSync(config, policy(platform.url));
  const store = await openStore(sqlite, { now: () => NOW });
  const { memory } = { memory: { ...story({ rules: [] }).until('09:45').state(), agentId: 'eve' } };
  const at = { at: NOW - MINUTE, changed: [{ ...memory, seenAt: NOW - MINUTE }], notSeen: [] };
  const events: RecordEvent[] = [
    EVENT,
    { ...EVENT, kind: 'dropped' },
    { ...EVENT, kind: 'return', reason: `silent after our log-off${EVIL}` },
    { kind: 'pause', at: NOW - 20 * MINUTE, reason: EVIL },
  ];
  await store.saveSweep({ ...at, standing: NO_CONTROLLER_STATE, events });
  const eve = { id: 'eve', name: EVIL, email: `${EVIL}@example.com`, profile: EVIL.slice(0, 90) };
  await store.saveAgents([eve, { ...eve, id: 'eva' }]);
  await store.setPause({ since: NOW, until: undefined, reason: EVIL });
  await store.close();
});

afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a command printed, and what it said of its failure. */
async function shown(run: (output: Output) => Promise<unknown>): Promise<string> {
  let text = '';
  const output = outputTo((more) => {
    text += more;
  });
  try {
    await run(output);
  } catch (error) {
    text += `${severalLines(explainError(error).text)}\n`;
  }
  return text;
}

const COMMANDS: readonly (readonly [string, (output: Output) => Promise<unknown>])[] = [
  ['explain', (output) => explain('eve', { config }, output)],
  ['explain --json', (output) => explain('eve', { config, json: true }, output)],
  ['explain --at', (output) => explain('eve', { config, at: '5m' }, output)],
  ['explain --live', (output) => explain('eve', { config, live: true }, output)],
  ['explain of several', (output) => explain('Eve', { config }, output)],
  ['explain of an agent who is not stored', (output) => explain(`x${EVIL}`, { config }, output)],
  ['report', (output) => report({ config }, output)],
  ['report --format md', (output) => report({ config, format: 'md' }, output)],
  ['report --aggregate', (output) => report({ config, aggregate: '2' }, output)],
  ['status', (output) => status({ config }, output)],
  ['status --json', (output) => status({ config, json: true }, output)],
  ['report --format csv', (output) => report({ config, format: 'csv' }, output)],
  ['report --json', (output) => report({ config, json: true }, output)],
  ['report --events', (output) => report({ config, events: true }, output)],
  ['report --events --json', (output) => report({ config, events: true, json: true }, output)],
  ['doctor', (output) => doctor({ config }, output)],
  ['doctor --json', (output) => doctor({ config, json: true }, output)],
  ['validate', (output) => validate({ config }, output)],
  ['validate --json', (output) => validate({ config, json: true }, output)],
  ['validate --online', (output) => validate({ config, online: true }, output)],
  ['validate of a policy with a fault', (output) => validate({ config: broken() }, output)],
  ['test', (output) => Promise.resolve(policyTest([failing()], { config }, output))],
];

/** A policy whose every other word is a fault. */
function broken(): string {
  const path = join(folder, 'Eve\u202e.yaml');
  const text = `${policy(platform.url)}${JSON.stringify(EVIL)}: 1\nsweep: { every: ${JSON.stringify(EVIL)} }\n`;
  writeFileSync(path, text);
  return path;
}

/** A policy test that fails. */
function failing(): string {
  const path = join(folder, 'failing.yaml');
  const test = `{ name: ${JSON.stringify(EVIL)}, timeline: ["09:00 available"], logoffs: [], until: "12:00" }`;
  writeFileSync(path, `tests: [${test}]\n`);
  return path;
}

describe('a hostile organisation', () => {
  test.each(COMMANDS)('forges nothing in what %s prints, and hides nothing', async (_, run) => {
    const text = await shown(run);
    expect(text).toMatch(/Eve|FORGED|u202e/);
    const lines = text.split(/\r?\n/);
    expect(lines.filter((line) => /^\s*FORGED/.test(line))).toEqual([]);
    expect(lines.filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line))).toEqual([]);
    // Nor is an instant told as ms since 1970.
    expect(text).not.toMatch(/\b1[5-9]\d{11}\b/);
  });

  test('puts no formula into CSV, no tag into HTML and no further cell into Markdown', async () => {
    const csv = await shown((output) => report({ config, format: 'csv' }, output));
    expect(csv.split('\r\n').filter((line) => /(^|,)"?[=+@]/.test(line))).toEqual([]);
    const out = join(folder, 'report.html');
    await shown((output) => report({ config, out }, output));
    const html = readFileSync(out, 'utf8').replaceAll(/<script[^>]*>[^]*?<\/script>/g, '');
    expect(html).toContain('&lt;b&gt;Eve');
    expect(html).not.toContain('<b>Eve');
    expect(html.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const markdown = await shown((output) => report({ config, format: 'md' }, output));
    const [row = ''] = markdown.split('\n').filter((line) => line.includes('Eve'));
    expect(row).toContain('\\|&lt;b>Eve');
  });
});
