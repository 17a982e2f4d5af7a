/** A version is told of in the change log, named everywhere, and made by `npm version` as a whole or not at all. */
import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { changelogFaults, withVersion } from '../../scripts/check-changelog.ts';
import { deployFile } from './chart.ts';

const ROOT = new URL('../../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };

/** The Node.js that runs the tests comes first; nothing of whoever runs them, or of what npm and git told them. */
function surroundings(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm|git)_/i.test(name));
  const [name, email] = ['Somebody', 'somebody@example.com'];
  return {
    ...Object.fromEntries(own),
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    GIT_CONFIG_GLOBAL: '/dev/null',
    ...{
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
  };
}

describe('a release', () => {
  const GOOD =
    '# Changes\n\n## Unreleased\n\n## 1.2.0 - 2026-03-02\n\n- Something\n\n## 1.1.0 - 2026-01-01\n\n- Else\n';

  test('is told of in the change log, with its date, before all others', () => {
    expect(changelogFaults(GOOD, '1.2.0')).toEqual([]);
    expect(changelogFaults(GOOD.replace('## 1.2.0 -', '## [1.2.0] -'), '1.2.0')).toEqual([]);
  });

  test.each([
    ['1.3.0', GOOD, 'CHANGELOG.md has no section "## 1.3.0 - <date>"'],
    ['1.2', GOOD, 'CHANGELOG.md has no section "## 1.2 - <date>"'],
    ['1.1.0', GOOD, 'the section of 1.1.0 in CHANGELOG.md is not the first'],
    [
      '1.2.0',
      GOOD.replace(' - 2026-03-02', ''),
      'the section of 1.2.0 in CHANGELOG.md has no date: write it as 2026-03-02',
    ],
    ['1.2.0', GOOD.replace('- Something', ''), 'the section of 1.2.0 in CHANGELOG.md lists nothing'],
    [
      '1.2.0',
      GOOD.replace('## Unreleased\n', '## Unreleased\n\n- Left'),
      'CHANGELOG.md still lists something as unreleased',
    ],
    ['1.2.0', '', 'CHANGELOG.md has no section "## 1.2.0 - <date>"'],
  ])('is refused otherwise: %s', (wanted, changelog, fault) => {
    expect(changelogFaults(changelog, wanted)).toEqual([fault]);
  });

  test('is named by the chart and the manifests as by package.json', () => {
    const chart = parse(deployFile('helm/idle-enforcer/Chart.yaml')) as {
      version: string;
      appVersion: string;
    };
    expect([chart.version, chart.appVersion]).toEqual([version, version]);
    const { images } = parse(deployFile('kubernetes/kustomization.yaml')) as { images: [{ newTag: string }] };
    expect(images[0].newTag).toBe(version);
    for (const file of ['deployment', 'cronjob']) {
      expect(deployFile(`kubernetes/${file}.yaml`)).toContain(
        `registry.example.com/idle-enforcer:${version}'`,
      );
    }
  });

  test('is refused by npm before anything is changed, and else committed and tagged as a whole', () => {
    const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-release-'));
    const changelog = join(folder, 'CHANGELOG.md');
    const env = surroundings();
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: folder, env, encoding: 'utf8' }).trim();
    const npm = (...args: string[]): number | null => spawnSync('npm', args, { cwd: folder, env }).status;
    try {
      for (const file of ['package.json', 'package-lock.json', 'CHANGELOG.md', 'scripts', 'deploy']) {
        cpSync(fileURLToPath(new URL(file, ROOT)), join(folder, file), { recursive: true });
      }
      writeFileSync(changelog, GOOD.replaceAll('1.2.0', version));
      git('init', '--quiet');
      git('add', '.');
      git('commit', '--quiet', '--message', 'all');
      expect(npm('version', '9.8.7')).not.toBe(0);
      expect([git('status', '--porcelain'), git('tag')]).toEqual(['', '']);

      writeFileSync(changelog, GOOD.replaceAll('1.2.0', '9.8.7'));
      git('commit', '--quiet', '--all', '--message', 'what is new');
      expect(npm('version', '9.8.7')).toBe(0);
      expect([git('status', '--porcelain'), git('tag', '--points-at', 'HEAD')]).toEqual(['', 'v9.8.7']);
      expect(git('grep', '--files-with-matches', '9\\.8\\.7').split('\n').sort()).toEqual([
        'CHANGELOG.md',
        'deploy/helm/idle-enforcer/Chart.yaml',
        'deploy/kubernetes/cronjob.yaml',
        'deploy/kubernetes/deployment.yaml',
        'deploy/kubernetes/kustomization.yaml',
        'package-lock.json',
        'package.json',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is written where it is repeated, and nowhere else', () => {
    const text = 'name: x\nversion: 0.1.0\nappVersion: 0.1.0\n';
    expect(withVersion(text, /^(?<before>version: ).*$/m, '0.2.0')).toBe(
      'name: x\nversion: 0.2.0\nappVersion: 0.1.0\n',
    );
    expect(withVersion('name: x\n', /^(?<before>version: ).*$/m, '0.2.0')).toBeUndefined();
  });
});
