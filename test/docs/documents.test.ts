/** Whatever the documents tell a reader to write or to run is written and run here. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { build } from '../../src/commands/program.ts';
import { outputTo, type Output } from '../../src/commands/shared/output.ts';
import { test as runPolicyTests } from '../../src/commands/policy-test/command.ts';
import { loadFleetFile } from '../../src/policy-file/fleet.ts';
import { loadPolicyText } from '../../src/policy-file/load.ts';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...folder('docs'),
  ...folder('bench'),
  ...folder('deploy'),
];

interface Block {
  readonly where: string;
  readonly info: string;
  readonly text: string;
}

function folder(name: string): string[] {
  if (!existsSync(new URL(name, ROOT))) return [];
  const all = readdirSync(new URL(name, ROOT), { recursive: true, encoding: 'utf8' });
  return all.filter((path) => path.endsWith('.md')).map((path) => `${name}/${path}`);
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function blocksOf(document: string): readonly Block[] {
  const found = read(document).matchAll(/^( *)```([^\n`]*)\n([\s\S]*?)^ *```$/gm);
  return [...found].map(({ index, 1: indent = '', 2: info = '', 3: text = '' }) => ({
    where: `${document}:${read(document).slice(0, index).split('\n').length}`,
    info: info.trim(),
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** The folder in which documents keep the shift that `demo` plays. */
const SHIFT = 'shift';

const BLOCKS = DOCUMENTS.flatMap(blocksOf);
const marked = (info: string): [string, string][] =>
  BLOCKS.filter((block) => block.info === info).map(({ where, text }) => [where, text]);

const LEAST = {
  version: 1,
  genesys: { region: 'eu-west-1', client_id: 'id', client_secret: 'secret' },
  profiles: [{ name: 'agents', rules: [{ id: 'gone', when: { presence: ['available'] }, limit: '60m' }] }],
};

function silent(tell: (line: string) => void = () => undefined): Output {
  return outputTo((text) => {
    tell(text.replace(/\n$/, ''));
  });
}

/** Whatever a document takes from the environment is there. */
function environmentOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name);
  const database = { DATABASE_URL: 'postgres://idle:secret@db.example.com:5432/idle' };
  return {
    ...Object.fromEntries(names.map((name) => [name, `https://${name.toLowerCase()}.example.com`])),
    ...database,
  };
}

describe('examples of policies', () => {
  for (const [where, text] of marked('yaml policy')) {
    test(`the policy at ${where} is valid`, () => {
      expect(loadPolicyText(text, where, environmentOf(text)).hash).toMatch(/^[0-9a-f]+$/);
    });
  }

  for (const [where, text] of marked('yaml fragment')) {
    test(`the keys at ${where} are valid in a policy`, () => {
      const whole: unknown = { ...LEAST, ...(parse(text) as object) };
      expect(loadPolicyText(JSON.stringify(whole), where, environmentOf(text)).hash).toMatch(/^[0-9a-f]+$/);
    });
  }

  for (const [where, text] of marked('yaml fleet')) {
    test(`the file of a fleet at ${where} is valid`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-documents-'));
      try {
        writeFileSync(join(folder, 'fleet.yaml'), text);
        expect(
          loadFleetFile(join(folder, 'fleet.yaml'), environmentOf(text)).shared.server.port,
        ).toBeGreaterThan(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const [where, text] of marked('yaml organisation')) {
    test(`the policy at ${where} is valid in a fleet`, () => {
      const shared = loadFleetFile(new URL('config/fleet/fleet.yaml', ROOT).pathname, {}).shared;
      const env = environmentOf(text);
      expect(loadPolicyText(text, where, env, undefined, { shared }).settings.organisation).not.toBe(
        'default',
      );
    });
  }

  for (const [where, text] of marked('yaml test')) {
    test(`the policy test at ${where} passes`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-documents-'));
      try {
        cpSync(fileURLToPath(new URL('config', ROOT)), folder, { recursive: true });
        const file = join(folder, 'tests', `${where.replaceAll(/\W/g, '-')}.yaml`);
        writeFileSync(file, text);
        const said: string[] = [];
        const code = await runPolicyTests(
          [file],
          {},
          silent((line) => said.push(line)),
        );
        expect({ code, said: code === 0 ? [] : said }).toEqual({ code: 0, said: [] });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  for (const [where, text] of marked('yaml other')) {
    test(`the YAML at ${where} can be read`, () => {
      expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
    });
  }

  test('each block of YAML says what it is', () => {
    const infos = BLOCKS.map(({ info }) => info).filter((info) => /^ya?ml/.test(info));
    expect(
      infos.filter((info) => !/^yaml (policy|fragment|fleet|organisation|test|other)$/.test(info)),
    ).toEqual([]);
  });
});

describe('commands', () => {
  const scripts = Object.keys((parse(read('package.json')) as { scripts: object }).scripts);
  const lines = marked('sh').flatMap(([where, text]) =>
    text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line): [string, string] => [where, line.trim()]),
  );
  const calls = lines.flatMap(([where, line]) => {
    const own = /^(?:.* -- )?(?:(?:npx )?idle-enforcer|node dist\/main\.js) ([a-z].*)$/.exec(line)?.[1];
    return own === undefined || /^docker |^helm |^kubectl cp/.test(line) ? [] : [[where, own] as const];
  });

  for (const [where, line] of calls) {
    test(`at ${where} the program understands: ${line}`, async () => {
      expect(await understood(wordsOf(line))).toBe(true);
    });
  }

  const printed = BLOCKS.flatMap((block, i) => {
    const before = BLOCKS[i - 1];
    return block.info === 'text output' && before !== undefined ? [[before, block] as const] : [];
  });

  describe('whose output a page shows', () => {
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-documents-'));
    const demo = calls.find(([, line]) => line.startsWith('demo ') && line.includes(`--keep ${SHIFT}`))?.[1];

    beforeAll(async () => {
      if (demo !== undefined) await outputOf(demo, folder);
    }, 60_000);
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    for (const [{ where: from }, { where, text }] of printed) {
      test(`print at ${from} what stands at ${where}`, async () => {
        const lines = calls.filter(([of, line]) => of === from && line !== demo).map(([, line]) => line);
        expect(lines).not.toEqual([]);
        let rest = '';
        for (const line of lines) rest += await outputOf(line, folder);
        // A line that begins with an ellipsis stands for any lines.
        for (const part of text.split(/^ *….*\n/m).map((each) => each.replace(/^\n+|\n+$/g, ''))) {
          expect(rest).toContain(part);
          rest = rest.slice(rest.indexOf(part) + part.length);
        }
      });
    }
  });

  test('the outputs that need no organisation are among them', () => {
    const scripts = printed.map(([{ text }]) => text).join('');
    expect(scripts).toContain('idle-enforcer suggest --replay');
    expect(scripts).toContain('idle-enforcer backtest --replay');
    expect(scripts).toContain('idle-enforcer test');
    expect(scripts).toContain('idle-enforcer explain');
    expect(scripts).toContain('idle-enforcer report');
  });

  test('scripts of npm that documents name exist', () => {
    const named = DOCUMENTS.flatMap((document) => [...read(document).matchAll(/npm run ([a-z:-]+)/g)]);
    const missing = named.map(([, name = '']) => name).filter((name) => !scripts.includes(name));
    expect([...new Set(missing)]).toEqual([]);
  });

  test('every command of the program stands in the README', () => {
    const program = build(silent(), () => undefined);
    const names = program.commands.map((command) => command.name());
    expect(names.filter((name) => !read('README.md').includes(`\`${name}`))).toEqual([]);
  });
});

test('every file that a document links to is there', () => {
  const missing = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => new URL(target, new URL(document, ROOT)))
      .filter((url) => !existsSync(url))
      .map(({ pathname }) => `${document}: ${pathname.slice(ROOT.pathname.length)}`),
  );
  expect(missing).toEqual([]);
});

/** A line of shell as words, without what follows a pipe or a redirection. */
function wordsOf(line: string): string[] {
  const own = line.split(/ (?:[|>&;]|2>|\|\||&&) ?/)[0] ?? '';
  return [...own.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

/** What a command line prints, with paths as seen from the folder of the project and new files in `folder`. */
async function outputOf(line: string, folder: string): Promise<string> {
  const words = wordsOf(line).map((word) => (word.split('/')[0] === SHIFT ? join(folder, word) : word));
  const said: string[] = [];
  await build(
    outputTo((text) => said.push(text)),
    () => undefined,
  ).parseAsync(words, { from: 'user' });
  return said.join('').replaceAll(fileURLToPath(ROOT), '');
}

/** Whether the command line is accepted; nothing is carried out. */
async function understood(words: readonly string[]): Promise<boolean> {
  const program = build(silent(), () => undefined);
  program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const command of program.commands) {
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined }).action(() => undefined);
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
    return true;
  } catch (error) {
    return (
      (error as { code?: string }).code === 'commander.helpDisplayed' ||
      (error as { code?: string }).code === 'commander.version'
    );
  }
}
