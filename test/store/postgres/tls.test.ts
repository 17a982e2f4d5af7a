/** TLS to a real server: which certificates are believed, and what is said of those that are not. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPostgres } from '../../../src/store/postgres/postgres-store.ts';
import { hasProgram } from '../../deploy/installed.ts';
import { OwnServer } from '../../postgres/own-server.ts';
import { asked, BINARIES, NO_POSTGRES, PASSWORD } from '../../postgres/server.ts';
import { BASE } from '../examples.ts';

const MISSING =
  BINARIES === undefined
    ? (NO_POSTGRES ?? 'tests of TLS skipped: a server of their own cannot be started')
    : hasProgram('openssl', 'version')
      ? undefined
      : 'tests of TLS skipped: openssl is not installed';

const folder = mkdtempSync(join(tmpdir(), 'idle-tls-'));
const at = (name: string): string => join(folder, name);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: 'pipe' });
}

/** A certificate authority, by the name of its files. */
function authority(name: string): void {
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-keyout',
    at(`${name}.key`),
    '-out',
    at(`${name}.crt`),
    '-subj',
    `/CN=${name}`,
  );
}

/** A certificate of `ca` for the host `localhost`, good for so many days. */
function certificate(ca: string, name: string, days: number): void {
  openssl('req', ...KEY, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', '/CN=db');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n');
  const of = ['-CA', at(`${ca}.crt`), '-CAkey', at(`${ca}.key`), '-CAcreateserial'];
  const what = [
    '-in',
    at(`${name}.csr`),
    '-out',
    at(`${name}.crt`),
    '-days',
    String(days),
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', ...of, ...what);
}

let server: OwnServer | undefined;

/** The URL of the server by a host, with parameters. */
function urlBy(host: string, query: string): string {
  return `postgres://idle:${PASSWORD}@${host}:${server?.port ?? 0}/postgres?${query}`;
}

/** What is said when that URL is used; nothing of it may tell the password. */
async function saidOf(url: string): Promise<string> {
  try {
    await (await openPostgres(url, 'acme', { now: () => BASE })).close();
    return 'open';
  } catch (error) {
    const { message, stack = '' } = error as Error;
    expect(`${message}${stack}${JSON.stringify(error)}`).not.toContain(PASSWORD);
    return message;
  }
}

const here = MISSING === undefined ? describe : describe.skip;

here('a database that is asked by TLS', () => {
  beforeAll(async () => {
    authority('ours');
    authority('theirs');
    certificate('ours', 'server', 2);
    server = await OwnServer.start();
    for (const ending of ['key', 'crt']) {
      const own = join(server.folder, 'data', `server.${ending}`);
      copyFileSync(at(`server.${ending}`), own);
      chmodSync(own, 0o600);
      server.own(own);
    }
    writeFileSync(
      join(server.folder, 'data', 'pg_hba.conf'),
      'host all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n',
    );
    await server.end();
    server.set({ ssl: 'on' });
    await server.begin();
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['sslmode=verify-full', 'sslmode=require', ''])(
    'with "%s" and the authority of its certificate is opened, and what is said is encrypted',
    async (mode) => {
      const url = urlBy('localhost', `${mode}&sslrootcert=${at('ours.crt')}`.replace(/^&/, ''));
      const store = await openPostgres(url, 'acme', { now: () => BASE });
      try {
        const sql = `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'idle-enforcer'`;
        expect(await asked(server?.url ?? '', sql)).toEqual([{ ssl: true }]);
      } finally {
        await store.close();
      }
    },
  );

  test.each([
    ['another authority', () => `sslmode=verify-full&sslrootcert=${at('theirs.crt')}`],
    ['those of Node.js alone', () => 'sslmode=verify-full'],
    ['those of Node.js alone, by "require"', () => 'sslmode=require'],
  ])('is not believed by %s, and it is said whose file has to be named', async (_, query) => {
    expect(await saidOf(urlBy('localhost', query()))).toMatch(
      /^The certificate of the database postgres:\/\/localhost:\d+\/postgres \(organisation acme\) comes from an authority that is not known here \([A-Z_]+\)\. Name the file of its authority: sslrootcert=\/path\/ca\.pem/,
    );
  });

  test('is not believed by another name than that of its certificate', async () => {
    expect(await saidOf(urlBy('127.0.0.1', `sslmode=verify-full&sslrootcert=${at('ours.crt')}`))).toMatch(
      /is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\)\. Write the name that stands in it into store\.postgres/,
    );
  });

  test('whatever its certificate is can be asked by "no-verify" alone', async () => {
    expect(await saidOf(urlBy('127.0.0.1', 'sslmode=no-verify'))).toBe('open');
  });

  test('whose authority cannot be read is refused before it is asked', async () => {
    expect(await saidOf(urlBy('localhost', `sslrootcert=${at('nowhere.crt')}`))).toBe(
      `The address of the database (store.postgres) names a certificate that cannot be read (it does not exist): sslrootcert=${at('nowhere.crt')}.`,
    );
  });

  test('and wants nothing else says that TLS may be missing, and one without TLS that it may not speak it', async () => {
    const rules = join(server?.folder ?? '', 'data', 'pg_hba.conf');
    writeFileSync(rules, 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
    await asked(urlBy('127.0.0.1', 'sslmode=no-verify'), 'SELECT pg_reload_conf()');
    expect(await until(() => saidOf(server?.url ?? ''), /28000/)).toMatch(
      /does not let this user in \(28000\)\. Check .* whether the server asks for TLS: sslmode=verify-full\.$/,
    );
    await server?.end();
    writeFileSync(rules, 'host all all 127.0.0.1/32 scram-sha-256\n');
    server?.set({ ssl: 'off' });
    await server?.begin();
    expect(await saidOf(urlBy('localhost', `sslrootcert=${at('ours.crt')}`))).toMatch(
      /cannot be reached\. Check the server, whether it speaks TLS as sslmode says, and the way to it/,
    );
  });
});

if (MISSING !== undefined) test.skip(MISSING, () => undefined);

/** What is said once it is as expected. */
async function until(say: () => Promise<string>, expected: RegExp): Promise<string> {
  for (;;) {
    const said = await say();
    if (expected.test(said)) return said;
  }
}
