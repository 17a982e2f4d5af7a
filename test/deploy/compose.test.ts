/** The Compose files start the worker as hardened as Kubernetes does, alone or with a database beside it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { deployFile } from './chart.ts';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: object;
  readonly volumes: object;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

const SHARED = 'docker-compose.postgres.yaml';
const HARDENED = {
  read_only: true,
  cap_drop: ['ALL'],
  // Where every other command of the documents has it, too.
  env_file: '../.env',
  security_opt: ['no-new-privileges:true'],
  pids_limit: 100,
  stop_grace_period: '20s',
};

function compose(file: string): Compose {
  return parse(deployFile(file)) as Compose;
}

test('alone the worker has its store on a volume, and is reached from its machine only', () => {
  const { services, volumes } = compose('docker-compose.yaml');
  expect(services).toMatchObject({
    worker: {
      ...HARDENED,
      volumes: ['../config:/config:ro', 'data:/data'],
      ports: ['127.0.0.1:8080:8080'],
    },
  });
  expect(Object.keys(volumes)).toEqual(['data']);
});

describe('with a database', () => {
  const text = deployFile(SHARED);
  const { services, networks, volumes, secrets } = compose(SHARED);
  const [worker, database] = [services['worker'], services['database']];

  test('two workers wait for it, each with a port of its own on this machine, and no place for a store in a file', () => {
    expect(worker).toMatchObject({
      ...HARDENED,
      deploy: { replicas: 2 },
      depends_on: { database: { condition: 'service_healthy' } },
      volumes: ['../config:/config:ro'],
      tmpfs: ['/data:ro'],
      ports: ['127.0.0.1:8080-8081:8080'],
    });
  });

  test('it keeps its files on a volume, is asked whether it answers, and is reached by the workers alone', () => {
    expect(database?.volumes).toEqual(['database:/var/lib/postgresql/data']);
    expect(Object.keys(volumes)).toEqual(['database']);
    expect(database?.healthcheck?.test).toContain('pg_isready');
    expect(database?.ports).toBeUndefined();
    expect([database?.networks, worker?.networks]).toEqual([['database'], ['default', 'database']]);
    expect(networks).toEqual({ database: { internal: true } });
  });

  test('both read its password from the same file, which no repository takes in, and none is in the environment', () => {
    expect([database?.secrets, worker?.secrets]).toEqual([['database_password'], ['database_password']]);
    expect(Object.keys(database?.environment ?? {})).toEqual([
      'POSTGRES_USER',
      'POSTGRES_DB',
      'POSTGRES_PASSWORD_FILE',
    ]);
    const ignored = readFileSync(new URL('../../.gitignore', import.meta.url), 'utf8').split('\n');
    expect(secrets?.['database_password']?.file).toBe('./secrets/database_password');
    expect(ignored).toContain('deploy/secrets/');
  });

  test('the line that it gives the policy names this database, with the password of that file', () => {
    const [, store = ''] = /^# +(store: .*)$/m.exec(text) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-compose-'));
    try {
      writeFileSync(join(folder, 'database_password'), 'f00d\n');
      const policy = `${store.replace('/run/secrets', folder)}
version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;
      const { settings } = loadPolicyText(policy, 'policy.yaml', {});
      const { POSTGRES_USER: user, POSTGRES_DB: name } = database?.environment ?? {};
      expect(settings.store.postgres).toBe(`postgres://${user}:f00d@database:5432/${name}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
