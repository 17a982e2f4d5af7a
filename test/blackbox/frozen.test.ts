/** A fleet whose database stands still: connections are open, and nobody says a word. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { OwnServer } from '../postgres/own-server.ts';
import { BINARIES, NO_POSTGRES } from '../postgres/server.ts';
import { Trial, until } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 60_000;
const NAMES = ['harbour', 'mill', 'quay'];
/** What stops a service kills it after 20 s; all that is under way has 8 s of them. */
const ENDS_WITHIN = 16_000;

const MISSING =
  BINARIES === undefined
    ? (NO_POSTGRES ?? 'trials on a frozen database skipped: a server of their own cannot be started')
    : undefined;
const here = MISSING === undefined ? describe : describe.skip;

here('a fleet whose database stands still', () => {
  const trial = new Trial();
  const sandboxes: Sandbox[] = [];
  let server: OwnServer | undefined;
  let seen: { readonly isBack: boolean; readonly code: number; readonly took: number; readonly log: string };

  beforeAll(async () => {
    server = await OwnServer.start();
    await begin(server.url);
    const run = trial.start();
    const done = (name: string): number =>
      run.lines('sweep done').filter((line) => line['organisation'] === name && line['hold'] !== 'store')
        .length;
    const swept = async (): Promise<boolean> => {
      const before = new Map(NAMES.map((name) => [name, done(name)]));
      return await until(() => NAMES.every((name) => done(name) >= before.get(name)! + 2), AT_MOST);
    };
    expect(await swept()).toBe(true);
    server.freeze();
    const lost = (): number => run.lines('the lease of the store could not be renewed').length;
    expect(await until(() => lost() >= NAMES.length, AT_MOST)).toBe(true);
    server.thaw();
    const isBack = await swept();
    const before = lost();
    server.freeze();
    expect(await until(() => lost() > before, AT_MOST)).toBe(true);
    seen = { isBack, ...(await run.terminate()), log: run.output };
  }, 4 * AT_MOST);
  afterAll(async () => {
    await trial.close();
    await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
    await server?.close();
  });

  test('goes on with all organisations once it moves again', () => {
    expect(seen.isBack).toBe(true);
  });

  test('ends in time when it is told to stop, whatever hangs', () => {
    expect(seen.code).toBe(143);
    expect(seen.took).toBeLessThan(ENDS_WITHIN);
    expect(seen.log).toContain('the idle enforcer has stopped');
  });

  async function begin(url: string): Promise<void> {
    const folder = join(trial.folder, 'o');
    mkdirSync(folder);
    for (const [seed, name] of NAMES.entries()) {
      const client = { clientId: name, clientSecret: 'sandbox-secret' };
      const sandbox = createSandbox({ seed, agents: 3, now: Date.now, startsAt: Date.now(), ...client });
      sandboxes.push(sandbox);
      const { apiUrl } = await sandbox.listen();
      writeFileSync(join(folder, `${name}.yaml`), policyOf(name, apiUrl));
    }
    const head = 'version: 1\norganisations: ./o/*.yaml\nserver: { host: 127.0.0.1, port: 0 }\n';
    writeFileSync(trial.config, `${head}store: { postgres: "${url}" }\n`);
  }
});

function policyOf(name: string, url: string): string {
  return `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: ${name}, client_secret: sandbox-secret, api_url: "${url}", login_url: "${url}" }
sweep: { every: "*/2 * * * * *" }
profiles: [{ name: everyone, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
`;
}

if (MISSING !== undefined) test.skip(MISSING, () => undefined);
