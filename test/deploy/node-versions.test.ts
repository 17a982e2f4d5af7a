/** README's way without Docker, and the packed program, run on the Node.js of the tests and on an older one. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { broughtAlong, isNewEnough, tooOld } from '../../src/commands/shared/right-node.ts';
import { describeWhere } from './installed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Folders of the machine's own programs, without those that npm brings along. */
const OWN = (process.env['PATH'] ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
const NAME = 'genesys-cloud-idle-enforcer';

const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as Record<'dependencies' | 'optionalDependencies', Record<string, string>>;
/** Packages that an installation of the packed program brings along. */
const NEEDED = Object.keys({ ...dependencies, ...optionalDependencies });

function versionIn(path: string): string | undefined {
  const { status, stdout } = spawnSync(join(path, 'node'), ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().slice(1) : undefined;
}

const machine = OWN.map(versionIn).find((version) => version !== undefined);
const isOld = machine !== undefined && !isNewEnough(machine);

const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-versions-'));
const checkout = join(folder, 'checkout');
const user = join(folder, 'user');

/** A line of shell as someone types it: with the machine's own Node.js, or with that of the tests before it. */
function typed(line: string, where: string, node: 'own' | 'new'): { code: number | null; said: string } {
  const path = node === 'own' ? OWN : [dirname(process.execPath), ...OWN];
  const env = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key));
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
    cwd: where,
    env: {
      ...Object.fromEntries(env),
      PATH: path.join(delimiter),
      // What is compiled at a place that is gone soon does not stay in the cache of the other tests.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
      GENESYS_CLIENT_ID: 'id',
      GENESYS_CLIENT_SECRET: 'secret',
    },
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

/** Makes these packages of the project those of a folder. */
function linkPackages(where: string, names: readonly string[]): void {
  for (const name of names) {
    const link = join(where, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
}

/** README's commands for the way without Docker. */
function readmeWay(): readonly string[] {
  const [, block = ''] = /without Docker[^`]*```sh\n([^`]*)```/i.exec(README) ?? [];
  return block.trim().split('\n');
}

beforeAll(() => {
  mkdirSync(checkout);
  for (const part of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'src', 'config']) {
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  }
  // Whole folders of packages cost npm and npx seconds to read: what the package names is enough.
  linkPackages(checkout, [...NEEDED, 'typescript', '@types/node']);
  mkdirSync(join(checkout, 'node_modules/.bin'));
  symlinkSync('../typescript/bin/tsc', join(checkout, 'node_modules/.bin/tsc'));
  // What an installation of the packed program comes to, without the network. `npm run types` has checked the types: without
  // them the compiler writes the same files in a quarter of the time.
  const build = typed(
    'npm run build -- --noCheck --noResolve && npm pack --ignore-scripts --silent',
    checkout,
    isOld ? 'own' : 'new',
  );
  if (build.code !== 0) throw new Error(build.said);
  const modules = join(user, 'node_modules');
  linkPackages(user, NEEDED);
  mkdirSync(join(modules, '.bin'));
  const [tarball = ''] = readdirSync(checkout).filter((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(checkout, tarball), '-C', modules]);
  execFileSync('mv', [join(modules, 'package'), join(modules, NAME)]);
  execFileSync('chmod', ['755', join(modules, NAME, 'dist/main.js')]);
  symlinkSync(join('..', NAME, 'dist/main.js'), join(modules, '.bin/idle-enforcer'));
}, 300_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Files of the packed program that another one of its files imports and that are not in the package. */
function missingFiles(): readonly string[] {
  const dist = join(user, 'node_modules', NAME, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(dist, file), 'utf8');
    const imported = text.matchAll(/\b(?:from |import |import\()["'](\.[^"']+)["']/g);
    const paths = [...imported].map(([, path = '']) => resolve(dist, dirname(file), path));
    return paths.filter((path) => !path.startsWith(`${dist}/`) || !existsSync(path));
  });
}

function theWay(node: 'own' | 'new'): void {
  test('README’s way ends with a valid policy', () => {
    const [install, alias] = readmeWay();
    expect([install, alias]).toEqual(['npm ci && npm run build', "alias idle-enforcer='npx idle-enforcer'"]);
    const { code, said } = typed(
      'npx idle-enforcer validate --config config/idle-enforcer.yaml',
      checkout,
      node,
    );
    expect(said).toMatch(/ is valid \(policy [0-9a-f]+\)/);
    expect(code).toBe(0);
  });

  test('the packed program runs by npx and by itself, and its exit codes get through', () => {
    expect(typed('npx --no-install idle-enforcer --version', user, node)).toMatchObject({ code: 0 });
    const program = `node node_modules/${NAME}/dist/main.js`;
    expect(typed(`${program} --version`, user, node)).toMatchObject({ code: 0 });
    expect(typed(`${program} validate --config nothing.yaml`, user, node)).toMatchObject({ code: 2 });
  });

  test('a signal ends it with the code of that signal', () => {
    const line = `node node_modules/${NAME}/dist/main.js sandbox > said & p=$!
      for i in $(seq 300); do grep -q Ctrl said && break; read -t 0.1 <> <(:) || :; done
      kill -TERM $p; wait $p`;
    expect(typed(line, user, node).code).toBe(143);
  });
}

test('the packed program brings along every file of its own that it imports', () => {
  expect(missingFiles()).toEqual([]);
});

describeWhere(true, 'Node.js')('on the Node.js of the tests', () => {
  theWay('new');
});

describeWhere(isOld, 'no older Node.js')('on an older Node.js', () => {
  theWay('own');

  test('without the one that npm brings along, the program says what to do', () => {
    const line = `IDLE_ENFORCER_HANDED_ON=1 node node_modules/${NAME}/dist/main.js --version`;
    const { code, said } = typed(line, user, 'own');
    expect({ code, said }).toEqual({ code: 2, said: `${tooOld(machine ?? '')}\n` });
    expect(said).toContain('run "npm ci" or "npm install" again');
  });
});

test('a Node.js that was started by another one hands nothing on', () => {
  expect(broughtAlong({ IDLE_ENFORCER_HANDED_ON: '20.1.2' })).toBeUndefined();
  expect(['18.0.0', '20.20.2', '24.0.0', '26.1.0'].map(isNewEnough)).toEqual([false, false, true, true]);
});
