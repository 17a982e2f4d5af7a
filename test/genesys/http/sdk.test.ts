import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fakePlatform, NO_SIGNAL, user, type FakePlatform } from '../fake-platform.ts';

let fake: FakePlatform | undefined;
let other: FakePlatform | undefined;
const home = process.env['HOME'];
let folder: string | undefined;
afterEach(async () => {
  process.env['HOME'] = home;
  await fake?.close();
  await other?.close();
  fake = undefined;
  other = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true });
  folder = undefined;
});

const ID = String(user(1)['id']);

describe('the SDK', () => {
  test('is not led astray by its own configuration file, and logs nothing although that asks for it', async () => {
    folder = mkdtempSync(join(tmpdir(), 'sdk-'));
    const log = join(folder, 'sdk.log');
    mkdirSync(join(folder, '.genesyscloudjavascript'));
    writeFileSync(
      join(folder, '.genesyscloudjavascript', 'config'),
      `[logging]\nlog_level = trace\nlog_to_console = true\nlog_file_path = ${log}\nlog_request_body = true\nlog_response_body = true\n` +
        '[general]\nlive_reload_config = true\nhost = https://api.elsewhere.invalid\n' +
        '[gateway]\nhost = gateway.elsewhere.invalid\n',
    );
    process.env['HOME'] = folder;
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { json: { entities: [user(1)] } } : undefined,
    );
    expect((await fake.platform.directory.reread([ID], NO_SIGNAL)).size).toBe(1);
    expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
  });

  test('serves two connections that know nothing of each other', async () => {
    fake = await fakePlatform(({ path }) =>
      path === '/api/v2/users' ? { json: { entities: [user(1)] } } : undefined,
    );
    other = await fakePlatform(({ path }) => (path === '/api/v2/users' ? { status: 403 } : undefined), {
      lifetime: 600,
    });
    const found = await fake.platform.directory.reread([ID], NO_SIGNAL);
    await expect(other.platform.directory.reread([ID], NO_SIGNAL)).rejects.toMatchObject({
      kind: 'forbidden',
    });
    expect(found.size).toBe(1);
    expect([fake.of('/api/v2/users').length, other.of('/api/v2/users').length]).toEqual([1, 1]);
  });
});
