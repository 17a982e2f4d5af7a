/** A store that is filled once, with a policy beside it, for benchmarks of the commands that read it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const POLICY = `version: 1
genesys: { region: eu-west-1, client_id: a, client_secret: b-secret }
`;

/** Fills a store and hands on the policy that names it. `rest`: what the policy says besides. Both go afterwards. */
export async function onStore<T>(
  rest: string,
  fill: (sqlite: string) => Promise<void>,
  use: (config: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'idle-enforcer-bench-'));
  try {
    const sqlite = join(folder, 'store.db');
    const config = join(folder, 'policy.yaml');
    await writeFile(config, `${POLICY}${rest}store: { sqlite: "${sqlite}" }\n`);
    await fill(sqlite);
    return await use(config);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One row for each command, one after the other. */
export async function measuredCommands<Row>(
  commands: readonly (readonly string[])[],
  config: string,
  measured: (args: readonly string[]) => Promise<Row>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const args of commands) rows.push(await measured([...args, '--config', config]));
  return rows;
}
