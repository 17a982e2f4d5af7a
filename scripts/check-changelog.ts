/**
 * Refuses a version that CHANGELOG.md does not tell of, or whose files name another. `npm version` runs it twice: with
 * `--before` while nothing is changed yet, on the change log alone and for the version to come; and with `--write`, which
 * brings the files that repeat the version in line first.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const ROOT = new URL('../', import.meta.url);
const CHANGELOG = new URL('CHANGELOG.md', ROOT);

const IMAGE = /^(?<before> +image: 'registry\.example\.com\/idle-enforcer:)[^'\n]*/m;

/** Files that repeat the version of package.json, each with the places where they do. */
const REPEATED: readonly (readonly [file: string, place: RegExp])[] = [
  ['deploy/helm/idle-enforcer/Chart.yaml', /^(?<before>version: ).*$/m],
  ['deploy/helm/idle-enforcer/Chart.yaml', /^(?<before>appVersion: ).*$/m],
  ['deploy/kubernetes/kustomization.yaml', /^(?<before> +newTag: ).*$/m],
  ['deploy/kubernetes/deployment.yaml', IMAGE],
  ['deploy/kubernetes/cronjob.yaml', IMAGE],
];

/** What is wrong with the change log of a version, in sentences. */
export function changelogFaults(changelog: string, version: string): readonly string[] {
  const sections = changelog.split(/^(?=## )/m).filter((section) => section.startsWith('## '));
  const mine = sections.find((section) =>
    headingOf(section)
      .split(/[\s[\]()]+/)
      .includes(version),
  );
  if (mine === undefined) return [`CHANGELOG.md has no section "## ${version} - <date>"`];
  const faults: string[] = [];
  if (!/\b\d{4}-\d{2}-\d{2}\b/.test(headingOf(mine))) {
    faults.push(`the section of ${version} in CHANGELOG.md has no date: write it as 2026-03-02`);
  }
  if (!/^\s*[-*] \S/m.test(mine)) faults.push(`the section of ${version} in CHANGELOG.md lists nothing`);
  const released = sections.filter((section) => !/unreleased/i.test(headingOf(section)));
  if (released[0] !== mine) faults.push(`the section of ${version} in CHANGELOG.md is not the first`);
  const unreleased = sections.find((section) => /unreleased/i.test(headingOf(section)));
  if (unreleased !== undefined && /^\s*[-*] \S/m.test(unreleased)) {
    faults.push('CHANGELOG.md still lists something as unreleased');
  }
  return faults;
}

function headingOf(section: string): string {
  return section.split('\n', 1)[0] ?? '';
}

/** What a text looks like with the version at a place, or `undefined` when the place is not there. */
export function withVersion(text: string, place: RegExp, version: string): string | undefined {
  return place.test(text) ? text.replace(place, (_, before: string) => before + version) : undefined;
}

function repeatedFaults(version: string, write: boolean): readonly string[] {
  const faults: string[] = [];
  for (const [file, place] of REPEATED) {
    const text = readFileSync(new URL(file, ROOT), 'utf8');
    const wanted = withVersion(text, place, version);
    if (wanted === undefined) faults.push(`${file} does not name its version as it used to`);
    else if (wanted !== text && write) writeFileSync(new URL(file, ROOT), wanted);
    else if (wanted !== text) faults.push(`${file} names another version than ${version}`);
  }
  return faults;
}

function versionOfPackage(): string {
  return (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string }).version;
}

function main(): void {
  const before = process.argv.includes('--before');
  const version = before ? (process.env['npm_new_version'] ?? '') : versionOfPackage();
  const changelog = existsSync(CHANGELOG) ? readFileSync(CHANGELOG, 'utf8') : '';
  const faults = [
    ...changelogFaults(changelog, version),
    ...(before ? [] : repeatedFaults(version, process.argv.includes('--write'))),
  ];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}

if (import.meta.main) main();
