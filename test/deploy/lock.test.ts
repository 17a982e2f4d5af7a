/** What `npm ci` installs is what was looked at: every package by its hash, none by an address, and hardly any script. */
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked & Partial<Manifest>>>;
}

const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest;
const lock = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')) as Lock;

/** Everything that would let `npm ci` install something else than what was locked, or run what nobody allowed. */
function faultsOf({ packages }: Lock, manifest: Manifest): string[] {
  const { dependencies, devDependencies, optionalDependencies, allowScripts } = manifest;
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  return [
    ...Object.entries(packages).flatMap(([path, locked]) =>
      path === '' ? [] : faultsOfPackage(path, locked, allowScripts),
    ),
    ...versions.flatMap(([name, wanted]) => {
      const { version = 'nothing' } = packages[`node_modules/${name}`] ?? {};
      return [
        ...(/^\d+\.\d+\.\d+$/.test(wanted) ? [] : [`${name} is asked for as ${wanted}`]),
        ...(version === wanted ? [] : [`${name} is locked at ${version}, wanted at ${wanted}`]),
      ];
    }),
    ...Object.keys(allowScripts)
      .filter((name) => packages[`node_modules/${name}`]?.hasInstallScript !== true)
      .map((name) => `${name} is allowed a script and has none`),
  ];
}

function faultsOfPackage(path: string, locked: Locked, allowed: Manifest['allowScripts']): string[] {
  const { integrity = '', resolved, link, dev, optional, hasInstallScript } = locked;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const faults = {
    // The hash of a tarball is 64 bytes: 86 characters of base64 and two signs of padding.
    'has no SHA-512 hash': !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity),
    'names an address': resolved !== undefined,
    'is a link': link === true,
    'has an install script that is not listed': hasInstallScript === true && !(name in allowed),
    // The image leaves out what is optional.
    'has an install script, and is part of the program':
      hasInstallScript === true && dev !== true && optional !== true,
    // Sockets of `pg` for another runtime; no path of Node.js leads there.
    'is optional, and not the Node.js for older ones':
      optional === true && dev !== true && !/^node_modules\/(?:node|pg-cloudflare)(?:$|\/)/.test(path),
  };
  return Object.entries(faults).flatMap(([fault, is]) => (is ? [`${path} ${fault}`] : []));
}

/** The lock file with one entry changed. */
function changed(path: string, changes: Locked): Lock {
  return { packages: { ...lock.packages, [path]: { ...lock.packages[path], ...changes } } };
}

describe('the lock file', () => {
  test('names every package by its hash and no address, at exact versions, with listed install scripts only', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
    expect(faultsOf(lock, manifest)).toEqual([]);
  });

  test('repeats the versions of package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = lock.packages['']!;
    expect({ dependencies, devDependencies, optionalDependencies }).toEqual({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
      optionalDependencies: manifest.optionalDependencies,
    });
  });

  test('allows the scripts of two packages that the tests need, and of no other', () => {
    expect(manifest.allowScripts).toEqual({ node: true, '@parcel/watcher': false });
  });

  test.each([
    ['has no hash', { integrity: undefined }, 'node_modules/pino has no SHA-512 hash'],
    ['has a short hash', { integrity: 'sha1-abc' }, 'node_modules/pino has no SHA-512 hash'],
    ['names an address', { resolved: 'https://evil.example/x.tgz' }, 'node_modules/pino names an address'],
    [
      'runs a script',
      { hasInstallScript: true },
      'node_modules/pino has an install script that is not listed',
    ],
    ['is another version', { version: '1.0.0' }, 'pino is locked at 1.0.0, wanted at 10.4.0'],
  ])('is refused where a package %s', (_, changes, fault) => {
    expect(faultsOf(changed('node_modules/pino', changes as Locked), manifest)).toContain(fault);
  });

  test('is refused where a version is a range', () => {
    const ranged = { ...manifest, dependencies: { ...manifest.dependencies, zod: '^4.0.0' } };
    expect(faultsOf(lock, ranged)).toContain('zod is asked for as ^4.0.0');
  });
});
