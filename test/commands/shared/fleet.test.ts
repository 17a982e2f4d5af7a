/** Commands that are given a fleet: which organisations they mean, and what an operator reads when one of them is in trouble. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredAgent } from '../../../src/domain/record.ts';
import { build } from '../../../src/commands/program.ts';
import { explainError } from '../../../src/commands/shared/exit.ts';
import { oneOrganisation } from '../../../src/commands/shared/fleet.ts';
import { outputTo } from '../../../src/commands/shared/output.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import { openStore } from '../../../src/store/open.ts';
import { STANDING } from '../../store/sqlite/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-fleet-commands-'));
const config = join(folder, 'fleet.yaml');
const stores = join(folder, 'stores');
const own = (name: string): string => join(folder, 'organisations', name);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function policy(name: string, more = ''): string {
  return `version: 1
name: ${name}
genesys: { region: eu-west-1, client_id: ${name.replaceAll(' ', '-')}, client_secret: a-secret-of-the-client }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
${more}`;
}

/** A store in which this very process sweeps. */
async function swept(file: string, agents: readonly StoredAgent[] = []): Promise<void> {
  const at = Date.now();
  const store = await openStore({ sqlite: join(stores, file) }, { now: () => at });
  const process = { command: 'run', version: '1', startedAt: at - HOUR } as const;
  await store.noteSweep({ holder: 'one', ...process, sweptAt: at - SECOND, interval: MINUTE });
  await store.saveSweep({ at, changed: [], notSeen: [], standing: STANDING, events: [] });
  await store.saveAgents(agents);
  await store.close();
}

/** One command line: its exit code, and what it printed, paths as seen from the folder. */
async function ran(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  let code = -1;
  const output = outputTo((piece) => (text += piece));
  try {
    await build(output, (ended) => (code = ended)).parseAsync([...args], { from: 'user' });
  } catch (error) {
    const { code: failed, text: why } = explainError(error);
    code = failed;
    text += why;
  }
  return { code, text: text.replaceAll(`${folder}/`, '') };
}

const fleet = (...args: readonly string[]): ReturnType<typeof ran> => ran(...args, '--config', config);

async function isPaused(file: string): Promise<boolean> {
  const at = Date.now();
  const store = await openStore({ sqlite: join(stores, file) }, { now: () => at, readOnly: true });
  try {
    return (await store.pause()) !== undefined;
  } finally {
    await store.close();
  }
}

beforeEach(async () => {
  rmSync(join(folder, 'organisations'), { recursive: true, force: true });
  rmSync(stores, { recursive: true, force: true });
  mkdirSync(join(folder, 'organisations'));
  mkdirSync(stores);
  writeFileSync(
    config,
    `version: 1\norganisations: ./organisations/*.yaml\nstore: { sqlite: "${stores}" }\n`,
  );
  writeFileSync(own('a.yaml'), policy('north'));
  writeFileSync(own('b.yaml'), policy('South East'));
  await swept('north.db');
  await swept('south%20east.db');
});

test('a folder without stores is told as such to a command that is about one organisation', () => {
  const empty = mkdtempSync(join(tmpdir(), 'no-stores-'));
  expect(() => oneOrganisation({ store: empty }, 'A copy is of one store')).toThrow(
    `In ${empty} there is no store of an organisation.`,
  );
  rmSync(empty, { recursive: true });
});

describe('a shell in which secrets of the process are not set', () => {
  const page = 'page: { url: "https://idle.example.com", secret: "${NOT_SET_HERE}" }';
  const fleetFile = (more: string, store = `{ sqlite: "${stores}" }`): void => {
    writeFileSync(config, `version: 1\norganisations: ./organisations/*.yaml\nstore: ${store}\n${more}\n`);
  };

  test.each([
    [['status']],
    [['status', '--organisation', 'north']],
    [['list']],
    [['report']],
    [['report', '--events', '--organisation', 'north']],
    [['rollout', 'status']],
    [['pause']],
    [['validate']],
    [['validate', '--organisation', 'north']],
  ])('has %j of a fleet all the same', async (args) => {
    fleetFile(page);
    const { code, text } = await fleet(...args);
    expect([code, text]).toEqual([0, expect.not.stringContaining('cannot be used')]);
  });

  test('has `explain`, `backup` and `test` all the same', async () => {
    fleetFile(page);
    await swept('north.db', [{ id: 'one', name: 'Ann', email: '', profile: 'all', exempt: undefined }]);
    expect((await fleet('explain', 'Ann')).text).toContain('Ann');
    const copy = await fleet('backup', join(folder, 'copy.db'), '--organisation', 'north');
    expect([copy.code, copy.text]).toEqual([0, expect.stringContaining('copy.db')]);
    rmSync(join(folder, 'copy.db'));
    expect((await fleet('test')).text).toContain('Its policy names no tests.');
  });

  test('is warned of by `validate`, which needs them on line', async () => {
    fleetFile(page);
    const warning =
      'fleet.yaml:4:50: page.secret: the environment variable NOT_SET_HERE is not set: the value was not checked';
    expect((await fleet('validate')).text).toContain(`warning: ${warning}`);
    expect(JSON.parse((await fleet('validate', '--json')).text)).toMatchObject({
      ok: true,
      warnings: [warning],
    });
    expect(await fleet('validate', '--online')).toMatchObject({
      code: 2,
      text: expect.stringContaining('NOT_SET_HERE is not set'),
    });
  });

  test.each([[['once', '--organisation', 'north']], [['doctor', '--organisation', 'north']]])(
    'has no %j, which acts with them',
    async (args) => {
      fleetFile(page);
      const { code, text } = await fleet(...args);
      expect([code, text]).toEqual([
        2,
        expect.stringContaining('the environment variable NOT_SET_HERE is not set'),
      ]);
    },
  );

  test('has `pause` of stores in a database: the database is asked, and nothing of the page', async () => {
    fleetFile(page, '{ postgres: "postgres://idle@127.0.0.1:1/idle" }');
    for (const args of [['pause'], ['rollout', 'abort', '--organisation', 'north']]) {
      const { text } = await fleet(...args);
      expect(text).toContain('127.0.0.1:1');
      expect(text).not.toContain('NOT_SET_HERE');
    }
  });

  test('reads no store whose place is not set, and checks the rest', async () => {
    fleetFile('', '{ sqlite: "${NOT_SET_HERE}" }');
    for (const command of ['status', 'list', 'pause'])
      expect(await fleet(command)).toMatchObject({
        code: 2,
        text: expect.stringContaining('the environment variable NOT_SET_HERE is not set'),
      });
    expect((await fleet('validate')).code).toBe(0);
  });

  test('does not know which organisations there are where that is not set', async () => {
    writeFileSync(config, 'version: 1\norganisations: "${NOT_SET_HERE}"\n');
    for (const command of ['status', 'validate'])
      expect(await fleet(command)).toMatchObject({
        code: 2,
        text: expect.stringContaining('organisations: the environment variable NOT_SET_HERE is not set'),
      });
  });
});

describe('the kill switch', () => {
  test('means all organisations unless one is named, in any case of its letters', async () => {
    const one = await fleet('pause', '--organisation', 'SOUTH east');
    expect(one.code).toBe(0);
    expect(await isPaused('south%20east.db')).toBe(true);
    expect(await isPaused('north.db')).toBe(false);
    const all = await fleet('pause');
    expect(all.code).toBe(0);
    expect(all.text).toMatch(/^north\nPaused [^]*\nReached: [^]*\n\nSouth East\nPaused [^]*\nReached: /);
    expect(await isPaused('north.db')).toBe(true);
    expect((await fleet('resume')).code).toBe(0);
    expect([await isPaused('north.db'), await isPaused('south%20east.db')]).toEqual([false, false]);
  });

  test('reaches the worker of a policy whose file cannot be read any more', async () => {
    writeFileSync(own('b.yaml'), 'name: [');
    const { code, text } = await fleet('pause');
    expect(await isPaused('south%20east.db')).toBe(true);
    expect(text).toContain('The name in organisations/b.yaml cannot be read');
    expect(code).toBe(0);
  });

  test('works with a fleet that has a fault, and with the folder of its stores alone', async () => {
    writeFileSync(config, `version: 1\norganisations: ./*/x.yaml\nstore: { sqlite: "${stores}" }\n`);
    expect((await fleet('pause')).code).toBe(0);
    expect(await isPaused('north.db')).toBe(true);
    rmSync(config);
    const { code } = await ran('resume', '--store', stores, '--organisation', 'north', '--config', config);
    expect(code).toBe(0);
    expect([await isPaused('north.db'), await isPaused('south%20east.db')]).toEqual([false, true]);
  });

  test('says where it reached nothing: no store yet, no such name, no store at all', async () => {
    writeFileSync(own('c.yaml'), policy('west'));
    const { code, text } = await fleet('pause');
    expect(code).toBe(1);
    expect(text).toMatch(/\n\nwest\nThere is no store at stores\/west\.db/);
    expect(await isPaused('north.db')).toBe(true);
    const unknown = await fleet('pause', '--organisation', '../north');
    expect(unknown).toEqual({
      code: 2,
      text: '--organisation: there is no "../north" among the policies and the stores in stores: "north", "South East", "west".',
    });
    const empty = join(folder, 'organisations');
    expect(await ran('pause', '--store', empty)).toEqual({
      code: 2,
      text: 'In organisations there is no store of an organisation.',
    });
  });

  test('does not mind a store that no policy names, and pauses it as well', async () => {
    rmSync(own('b.yaml'));
    rmSync(join(stores, 'south%20east.db'));
    await swept('gone.db');
    const { code, text } = await fleet('pause');
    expect({ code, paused: await isPaused('gone.db') }).toEqual({ code: 0, paused: true });
    expect(text).toMatch(/^north\n[^]*\n\ngone\n/);
  });
});

describe('a command that means all organisations', () => {
  test('tells of each under its name, and of trouble with one beside the others', async () => {
    rmSync(join(stores, 'north.db'));
    const { code, text } = await fleet('status');
    expect(code).toBe(1);
    expect(text).toMatch(
      /^north\nThere is no store at stores\/north\.db[^]*\n\nSouth East\nWorker: run on host/,
    );
    const json = JSON.parse((await fleet('status', '--json')).text) as { organisations: unknown };
    expect(json.organisations).toEqual([
      { organisation: 'north', error: expect.stringContaining('There is no store at') },
      expect.objectContaining({
        organisation: 'South East',
        worker: expect.objectContaining({ running: true }),
      }),
    ]);
  });

  test('tells of one alone where it is named, as of a single policy', async () => {
    const { code, text } = await fleet('list', '--organisation', 'south east', '--json');
    expect({ code, agents: (JSON.parse(text) as { agents: unknown }).agents }).toEqual({
      code: 0,
      agents: [],
    });
    expect(await fleet('list', '--organisation', 'south')).toEqual({
      code: 2,
      text: '--organisation: fleet.yaml has no "south". It has "north", "South East".',
    });
  });

  test('checks all policies at once, each by itself and all beside each other', async () => {
    expect(await fleet('validate')).toMatchObject({
      code: 0,
      text: expect.stringContaining('2 organisations'),
    });
    writeFileSync(own('b.yaml'), policy('South East', 'capz: {}'));
    writeFileSync(own('c.yaml'), policy('North'));
    const { code, text } = await ran('validate', config);
    expect(code).toBe(2);
    expect(text).toContain('organisations/a.yaml is valid');
    expect(text).toContain('organisations/b.yaml:5:1: capz: ');
    expect(text).toContain(
      'organisations/a.yaml:2:7: name: the same name stands in organisations/c.yaml, line 2',
    );
    expect(text).toContain(
      'organisations/c.yaml:2:7: name: the same name stands in organisations/a.yaml, line 2',
    );
    const json = JSON.parse((await fleet('validate', '--json')).text) as Record<string, unknown>;
    expect(json).toMatchObject({ ok: false, organisations: [{ ok: true }, { ok: false }, { ok: true }] });
  });
});

describe('list and report of all organisations', () => {
  test('are one JSON, with each under its name', async () => {
    for (const command of ['list', 'report']) {
      const { code, text } = await fleet(command, '--json');
      expect({ code, told: JSON.parse(text) as unknown }).toEqual({
        code: 0,
        told: {
          organisations: ['north', 'South East'].map((name) =>
            expect.objectContaining({ organisation: name }),
          ),
        },
      });
    }
    const { organisations } = JSON.parse((await fleet('list', '--json')).text) as {
      organisations: readonly { readonly agents: unknown }[];
    };
    expect(organisations.map(({ agents }) => agents)).toEqual([[], []]);
  });

  test('are printed one after the other for people', async () => {
    const { code, text } = await fleet('report');
    expect({ code, names: text.match(/^(?:north|South East)$/gm) }).toEqual({
      code: 0,
      names: ['north', 'South East'],
    });
  });
});

describe('explain', () => {
  const person = (id: string, name: string): StoredAgent => ({
    ...{ id, name, email: `${id}@example.com`, profile: undefined },
  });

  beforeEach(async () => {
    await swept('north.db', [person('u1', 'Ana Lima'), person('u2', 'Ben Fischer')]);
    await swept('south%20east.db', [person('u3', 'Ana Silva')]);
  });

  test('finds the organisation in which the agent is, and says which', async () => {
    const { code, text } = await fleet('explain', 'Ana Silva');
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^South East\nAna Silva/) });
    const json = JSON.parse((await fleet('explain', 'u2', '--json')).text) as object;
    expect(json).toMatchObject({ organisation: 'north', agent: { name: 'Ben Fischer' } });
    expect(json).not.toHaveProperty('notSearched');
  });

  test('takes a whole name in one before a part of a name in another', async () => {
    await swept('north.db', [person('u4', 'Ana Silva Lopes')]);
    expect((await fleet('explain', 'ana silva')).text).toMatch(/^South East\nAna Silva/);
  });

  test('lists whom a text fits in several, and asks for one', async () => {
    expect(await fleet('explain', 'ana')).toEqual({
      code: 2,
      text: [
        '"ana" fits agents of 2 organisations: name one with --organisation.',
        '  north: u1  Ana Lima <u1@example.com>',
        '  South East: u3  Ana Silva <u3@example.com>',
      ].join('\n'),
    });
    expect((await fleet('explain', 'ana', '--organisation', 'NORTH')).text).toMatch(/^Ana Lima/);
  });

  test('says where it looked in vain, and who may have been meant', async () => {
    expect(await fleet('explain', 'Ana Silvo')).toEqual({
      code: 2,
      text: 'No agent that was ever seen in 2 organisations of fleet.yaml has the name, e-mail or id "Ana Silvo". Did you mean "Ana Silva"?',
    });
  });

  test('says which organisations could not be searched, whether or not the agent was found', async () => {
    rmSync(join(stores, 'north.db'));
    const missing = /Not searched: north\. There is no store at stores\/north\.db/;
    const found = await fleet('explain', 'Ana Silva');
    expect(found).toEqual({ code: 0, text: expect.stringMatching(/^South East\nNot searched: north/) });
    expect(found.text).toMatch(missing);
    expect(JSON.parse((await fleet('explain', 'u3', '--json')).text)).toMatchObject({
      notSearched: [{ organisation: 'north', why: expect.stringContaining('There is no store') as unknown }],
    });
    expect(await fleet('explain', 'Ben')).toEqual({ code: 2, text: expect.stringMatching(missing) });
  });
});

describe('a command that means one organisation', () => {
  test.each([
    [['report', '--events'], 'A file, a format and the record itself are about one organisation'],
    [['report', '--out', 'x.html'], 'A file, a format and the record itself are about one organisation'],
    [['report', '--format', 'csv'], 'A file, a format and the record itself are about one organisation'],
    [['once'], 'One sweep is that of one organisation'],
    [['backtest'], 'A history is that of one organisation'],
    [['backup', 'copy.db'], 'A copy is of one store'],
    [['demo'], 'The demo plays one organisation'],
    [['list', '--watch'], 'A terminal shows one list'],
  ])('names those that there are where it is told of none: %j', async (args, why) => {
    expect(await fleet(...args)).toEqual({
      code: 2,
      text: `${why}: name one of fleet.yaml with --organisation: "north", "South East".`,
    });
  });

  test('reads the store of the one that is named', async () => {
    const { code, text } = await fleet('report', '--organisation', 'north', '--events');
    expect({ code, text }).toEqual({ code: 0, text: 'Nothing is on record in this time.\n' });
  });
});

test('a single policy has one organisation, which may be named, and no other', async () => {
  const single = join(folder, 'single.yaml');
  writeFileSync(single, policy('north', `store: { sqlite: "${stores}/north.db" }`));
  expect((await ran('status', '--config', single, '--organisation', 'North')).code).toBe(0);
  expect(await ran('status', '--config', single, '--organisation', 'south')).toEqual({
    code: 2,
    text: '--organisation: single.yaml is the policy of "north" alone, and not the file of a fleet with "south".',
  });
  expect(await ran('pause', '--store', join(stores, 'north.db'), '--organisation', 'north')).toEqual({
    code: 2,
    text: '--store names the store of one organisation already: leave out --organisation.',
  });
});
