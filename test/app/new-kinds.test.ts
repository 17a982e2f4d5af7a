/**
 * A new channel and a new connector are a folder and a line in a registry each: in a copy of the source with nothing else
 * changed, the schema, the checks, the hiding of secrets, the words and the delivery know them.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';

const ROOT = resolve(import.meta.dirname, '../..');

/** The whole of what is added. */
const FOLDERS: Readonly<Record<string, string>> = {
  'src/notify/channels/pager/config.ts': `
import { about } from '../../../shapes/blocks.ts';
import { text } from '../../../shapes/scalars.ts';
import type { ChannelConfig, SettingsOf } from '../kind.ts';
import { hook } from '../shared.ts';

const shape = { url: hook, pin: about(text(), 'PIN of the pager.'), team: about(text(), 'Who is paged.').optional() };
export type PagerSettings = SettingsOf<typeof shape>;
export const config: ChannelConfig<typeof shape> = {
  type: 'pager',
  shape,
  warns: 'no_one',
  secretsIn: ({ pin }) => [pin],
  remarks: ({ team }) =>
    team === undefined ? [{ severity: 'warning', path: ['team'], message: 'is missing: everyone is paged' }] : [],
};
`,
  'src/notify/channels/pager/channel.ts': `
import { jsonText } from '../../../texts/clean.ts';
import type { Send } from '../kind.ts';
import type { PagerSettings } from './config.ts';

export const send: Send<PagerSettings> = ({ url, pin, team }, { letter, signal }, { post }) =>
  post(url, jsonText({ page: letter.title, team }), { 'x-pin': pin }, signal);
`,
  'src/identity/connectors/directory/config.ts': `
import { about } from '../../../shapes/blocks.ts';
import { address, text } from '../../../shapes/scalars.ts';
import type { ConnectorConfig, SettingsOf } from '../kind.ts';
import { delay } from '../shared.ts';

const shape = { url: about(address(), 'Its address.'), key: about(text(), 'Its key.').optional(), delay };
export type DirectorySettings = SettingsOf<typeof shape>;
export const config: ConnectorConfig<typeof shape> = {
  name: 'directory',
  summary: 'A directory.',
  shape,
  addresses: ['url'],
  faultIn: ({ key }) => (key === undefined ? 'needs a key' : undefined),
  secretsIn: ({ key }) => [key],
  words: ({ url, delay: wait = 7_000 }) => ({
    provider: 'The directory', url, attribute: 'login', delay: wait, reach: 'Ends every session.',
  }),
};
`,
  'src/identity/connectors/directory/connector.ts': `
import { assertSuccess } from '../../lookup.ts';
import type { Connect } from '../kind.ts';
import type { DirectorySettings } from './config.ts';

export const connect: Connect<DirectorySettings> = ({ url, key = '' }, { client }) => ({
  find: ({ subject }) => Promise.resolve({ id: subject }),
  end: async ({ id }, stillMay, signal) => {
    const what = 'ending the session';
    const headers = { 'x-key': key };
    const answer = await client.send({ method: 'DELETE', url: url + '/sessions/' + id, headers, what, stillMay }, signal);
    assertSuccess(answer, what, []);
    return { correlationId: answer.correlationId };
  },
  check: () => Promise.resolve({ verdict: 'ok', sentence: 'fine' }),
});
`,
};

/** The lines, each with the import that it needs, by the registry and the line that they follow. */
const LINES = [
  {
    registry: 'src/notify/channels/registry.ts',
    name: 'pager',
    line: "channelKind(pager, () => import('./pager/channel.ts')),",
    after: "import('./email/channel.ts')),",
  },
  {
    registry: 'src/identity/connectors/registry.ts',
    name: 'directory',
    line: "connectorKind(directory, () => import('./directory/connector.ts')),",
    after: "import('./webhook/connector.ts')),",
  },
];

/** Says everything that the parts of the program know of a policy, and sends what there is to send. */
const DRIVER = `
import { realClock } from './src/app/clock.ts';
import { createIdentity } from './src/identity/identity.ts';
import { MemoryOutbox } from './src/store/memory/outbox.ts';
import { createNotifier } from './src/notify/notifier.ts';
import { createSender } from './src/notify/send.ts';
import { jsonSchema } from './src/policy-file/json-schema.ts';
import { loadPolicyFile } from './src/policy-file/load.ts';
import { secretsOf } from './src/policy-file/secrets.ts';

const { settings, warnings } = loadPolicyFile(process.argv[2], {});
const log = { info() {}, warn() {}, error() {}, debug() {} };
const sender = createSender({}, () => realClock.now());
const notifier = createNotifier({ channels: settings.notify, outbox: new MemoryOutbox(), sender, clock: realClock, log });
notifier.raise({ kind: 'held', message: 'an agent is held', fields: { agent: 'Ana' } });
await notifier.flush();
await notifier.close();
const identity = createIdentity(settings.identity, { clock: realClock, env: {} });
const agent = { id: 'a', name: 'Ana', email: 'ana@example.com', username: 'ana' };
const ended = await identity.endSession(agent, new AbortController().signal);
const words = identity.describe();
await identity.close();
console.log(JSON.stringify({ warnings, schema: jsonSchema(), secrets: secretsOf(settings), ended, words }));
`;

interface Told {
  readonly warnings: readonly string[];
  readonly schema: object;
  readonly secrets: readonly string[];
  readonly ended: object;
  readonly words: object;
}

let folder: string;
let server: Server;
const received: { readonly asked: string; readonly headers: object; readonly body: string }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'new-kinds-'));
  await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(FOLDERS)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const { registry, name, line, after } of LINES) {
    const text = await readFile(join(folder, registry), 'utf8');
    expect(text).toContain(after);
    const added = text.replace(after, `${after}\n  ${line}`);
    await writeFile(
      join(folder, registry),
      `import { config as ${name} } from './${name}/config.ts';\n${added}`,
    );
  }
  await writeFile(join(folder, 'driver.ts'), DRIVER);
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ asked: `${method} ${url}`, headers, body });
      response.end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes a policy with the new kinds. Without `complete` it lacks what both of them need. */
async function policy(complete: boolean): Promise<string> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = join(folder, complete ? 'good.yaml' : 'bad.yaml');
  const channel = `{ name: duty, type: pager, url: "${url}/page", ${complete ? 'pin: "4711-pin"' : 'pim: x'}, on: [held] }`;
  await writeFile(
    path,
    `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
returns: { ladder: [{ wait: 1m, actions: [end_sso_session, offline] }] }
notify: [${channel}]
identity: { directory: { url: "${url}"${complete ? ', key: k3y-w1thout-words' : ''} } }
`,
  );
  return path;
}

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the copy, or of another folder. */
function run(script: string, args: readonly string[], cwd = folder): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, [join(cwd, script), ...args], { cwd: folder }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

test('what is not listed is refused, with the kinds that there are', async () => {
  const { code, output } = await run('src/main.ts', ['validate', '--config', await policy(true)], ROOT);
  expect(code).toBe(2);
  expect(output).toContain('notify[0].type: this is not known here; there are slack, teams, webhook, email');
  expect(output).toContain('unknown key; there are okta, entra, keycloak, webhook, subject, per_hour');
});

test('a policy that names them is described, and each says what it lacks', async () => {
  const good = await run('src/main.ts', ['validate', '--config', await policy(true)]);
  expect(good).toMatchObject({ code: 0 });
  expect(good.output).toContain('end the session at directory first');
  expect(good.output).toContain('notify[0].team');
  expect(good.output).toContain('is missing: everyone is paged');
  const bad = await run('src/main.ts', ['validate', '--config', await policy(false)]);
  expect(bad.code).toBe(2);
  expect(bad.output).toMatch(/notify\[0\].*pim/);
  expect(bad.output).toContain('needs a key');
});

test('the schema, the secrets, the words and the delivery know them', async () => {
  const { code, output } = await run('driver.ts', [await policy(true)]);
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  const told = JSON.parse(output) as Told;
  expect(JSON.stringify(told.schema)).toContain('PIN of the pager.');
  expect(told.schema).toHaveProperty('properties.identity.properties.directory.properties.key');
  expect(told.secrets).toEqual(expect.arrayContaining(['4711-pin', 'k3y-w1thout-words']));
  expect(told.words).toMatchObject({ provider: 'The directory', mapping: '{email} as login', delay: 7_000 });
  expect(told.ended).toEqual({ ok: true, delay: 7_000 });
  expect(received).toMatchObject([
    {
      asked: 'POST /page',
      headers: { 'x-pin': '4711-pin' },
      body: '{"page":"Idle agents are held after the last rung"}',
    },
    { asked: 'DELETE /sessions/ana@example.com', headers: { 'x-key': 'k3y-w1thout-words' } },
  ]);
});
