/** How the program ends when something is thrown that nobody catches. */
import { expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SECRET = 'k7Qw9ZtB4xLm2NcV8pRj5HgF3dSa6YeU';
/** Throws, when told to, what holds a secret as errors of libraries do. */
const BOMB = `process.on('SIGUSR2', () => {
  const headers = { authorization: 'Bearer ${SECRET}' };
  throw Object.assign(new Error('socket hang up, sent ${Buffer.from(SECRET).toString('hex')}'), { config: { headers } });
});`;

test('an uncaught error is told without what it holds, and the program ends with 1', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-last-'));
  const config = join(folder, 'policy.yaml');
  writeFileSync(
    config,
    `version: 1
genesys: { region: eu-west-1, api_url: "http://127.0.0.1:9", login_url: "http://127.0.0.1:9", client_id: a, client_secret: ${SECRET} }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
store: { sqlite: ${join(folder, 'store.db')} }
server: { host: 127.0.0.1, port: 0 }
`,
  );
  const bomb = `data:text/javascript,${encodeURIComponent(BOMB)}`;
  const child = spawn(process.execPath, ['--import', bomb, MAIN, 'run', '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('serving health')) child.kill('SIGUSR2');
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true });
  expect(code).toBe(1);
  expect(said).toContain('Unexpected: Error: socket hang up, sent [hidden]');
  expect(said).not.toContain(SECRET.slice(0, 12));
  expect(said).not.toContain(Buffer.from(SECRET).toString('hex').slice(0, 24));
});

test.each([
  ['backup', ['backup', 'copy.db']],
  ['demo', ['demo', '--keep', 'kept']],
])('%s in a folder that is gone ends with 1, and says so', (_, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-gone-'));
  const gone = 'cd "$0" && rmdir "$0" && exec "$@"';
  const { status, stderr } = spawnSync('bash', ['-c', gone, folder, process.execPath, MAIN, ...args], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([
    1,
    'The folder in which this command is run does not exist any more: go to one that exists, or give whole paths.\n',
  ]);
});
