/** An operator's day with a fleet on a database: every question is asked of the program itself, while its worker runs and after it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { emptyDatabase, NO_POSTGRES, PASSWORD } from '../postgres/server.ts';
import { Cast } from './cast.ts';
import { Organisation } from './organisation.ts';
import { Trial, until, type Run } from './program.ts';

/** A machine that has much else to do may take so long. */
const AT_MOST = 60_000;
const NAMES = ['Harbour', 'Lakeside'] as const;
const RULES = `      - { id: gone, when: { presence: [available, away, busy], routing: [off_queue] }, limit: 3s }`;

/** What one command printed, and how it ended. */
interface Told {
  readonly code: number;
  readonly text: string;
}

class Scene {
  readonly organisations = NAMES.map(() => new Organisation());
  readonly casts = this.organisations.map(({ people }) => new Cast(people));
  readonly trial = new Trial();
  readonly fleet = join(this.trial.folder, 'fleet.yaml');
  url = '';
  #drop: () => Promise<void> = () => Promise.resolve();

  async begin(): Promise<Run> {
    ({ url: this.url, drop: this.#drop } = await emptyDatabase());
    mkdirSync(join(this.trial.folder, 'organisations'));
    for (const [n, name] of NAMES.entries()) {
      this.trial.write(await this.organisations[n]!.open(), { rules: RULES });
      const policy = readFileSync(this.trial.config, 'utf8').replaceAll(/^(?:store|server):.*$/gm, '');
      writeFileSync(this.policy(name), `name: ${name}\n${policy}`);
    }
    const shared = `store: { postgres: "\${DATABASE_URL}" }\nserver: { host: 127.0.0.1, port: 0 }\n`;
    writeFileSync(this.fleet, `version: 1\norganisations: ./organisations/*.yaml\n${shared}`);
    return this.trial.start(['run', '--config', this.fleet], { DATABASE_URL: this.url });
  }

  policy(name: string): string {
    return join(this.trial.folder, 'organisations', `${name}.yaml`);
  }

  async asks(...args: readonly string[]): Promise<Told> {
    const words =
      args.includes('--config') || args.includes('--store') ? args : [...args, '--config', this.fleet];
    const run = this.trial.start(words, { DATABASE_URL: this.url });
    return { code: await run.wait(), text: run.output };
  }

  async close(): Promise<void> {
    for (const cast of this.casts) cast.stop();
    await this.trial.close();
    for (const organisation of this.organisations) await organisation.close();
    await this.#drop();
  }
}

const here = NO_POSTGRES === undefined ? describe : describe.skip;

here('with a fleet on a database an operator', () => {
  const scene = new Scene();
  const told = new Map<string, Told>();
  let paused = '';
  let resumed = false;

  beforeAll(async () => {
    const run = await scene.begin();
    const [harbour, lakeside] = scene.casts;
    const gone = harbour!.gone('Gone Home', 3_000);
    expect(await until(() => gone.presence === 'Offline', AT_MOST)).toBe(true);
    const ask = async (question: string, ...args: readonly string[]): Promise<void> => {
      told.set(question, await scene.asks(...args));
    };
    await Promise.all([
      ask('status', 'status'),
      ask('explain', 'explain', 'Gone Home'),
      ask('report', 'report', '--from', '1h', '--json'),
      ask('pause', 'pause', '--reason', 'drill'),
    ]);
    const late = lakeside!.gone('Left Late', 3_000);
    const before = run.lines('sweep done').length;
    expect(await until(() => run.lines('sweep done').length > before + 2 * 6, AT_MOST)).toBe(true);
    paused = late.presence;
    await ask('list', 'list', '--reason', 'due', '--json');
    await ask('resume', 'resume', '--organisation', 'lakeside');
    resumed = await until(() => late.presence === 'Offline', AT_MOST);
    await run.terminate();
    const file = join(scene.trial.folder, 'harbour.db');
    const own = ['--config', scene.policy('Harbour')];
    await ask('copy', 'store', 'copy', '--from', scene.url, '--to', file, ...own);
    await Promise.all([
      ask('explain the copy', 'explain', 'Gone Home', '--store', file, ...own),
      ask('status by URL', 'status', '--store', scene.url, '--organisation', 'harbour'),
    ]);
  }, 6 * AT_MOST);
  afterAll(() => scene.close());

  const of = (question: string): Told => told.get(question) ?? { code: -1, text: '' };

  test('sees each organisation with its worker and its lease', () => {
    const { code, text } = of('status');
    expect(code).toBe(0);
    for (const name of NAMES) expect(text).toMatch(new RegExp(`^${name}\\nWorker: run on host`, 'm'));
    expect(text.match(/^Lease: held by that worker until .* \(epoch 1\)\.$/gm)).toHaveLength(2);
  });

  test('asks for an agent without saying of which organisation, and is told it', () => {
    const { code, text } = of('explain');
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^Harbour\nGone Home/) });
    expect(text).toMatch(/verified/);
  });

  test('has a report of each organisation', () => {
    const { organisations } = JSON.parse(of('report').text) as { organisations: readonly object[] };
    expect(organisations).toEqual(NAMES.map((organisation) => expect.objectContaining({ organisation })));
  });

  test('pauses all of them, sees who is held, and lets one of them go on', () => {
    expect(of('pause').code).toBe(0);
    expect(of('pause').text.match(/^Reached: run on host/gm)).toHaveLength(2);
    expect(paused).not.toBe('Offline');
    const { organisations } = JSON.parse(of('list').text) as {
      organisations: readonly { readonly agents: readonly { readonly agent: string }[] }[];
    };
    expect(organisations.map(({ agents }) => agents.map(({ agent }) => agent))).toEqual([[], ['Left Late']]);
    expect(of('resume').text).toMatch(/^Lakeside\nResumed after/);
    expect(resumed).toBe(true);
  });

  test('takes one organisation into a file, which says the same', () => {
    expect(of('copy')).toMatchObject({
      code: 0,
      text: expect.stringContaining('counts and hashes are equal'),
    });
    expect(of('explain the copy')).toMatchObject({
      code: 0,
      text: expect.stringMatching(/^Gone Home[^]*verified/),
    });
  });

  test('asks a database alone, and is told that its worker has ended', () => {
    const { code, text } = of('status by URL');
    expect(code).toBe(1);
    expect(text).toContain('(organisation harbour)');
  });

  test('reads no password anywhere', () => {
    expect([...told.values()].map(({ text }) => text).join('')).not.toContain(PASSWORD);
    expect(scene.trial.everything()).not.toContain(PASSWORD);
  });
});

if (NO_POSTGRES !== undefined) test.skip(NO_POSTGRES, () => undefined);
