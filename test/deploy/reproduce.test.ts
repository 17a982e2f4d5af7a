/** The same source makes the same chart, whenever, wherever and by whom it is packed, with a bill of what is in it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chartSbom } from '../../scripts/chart-sbom.ts';
import { describeWhere } from './installed.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHART = 'deploy/helm/idle-enforcer';
const hasGnuTar = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout.includes('GNU tar');
const folder = mkdtempSync(join(tmpdir(), 'idle-enforcer-packages-'));

/** Packs a copy of the chart in a folder of this name. */
function packed(name: string, epoch: string, change: (chart: string) => void = () => undefined): string {
  const own = join(folder, name);
  mkdirSync(own);
  cpSync(join(ROOT, CHART), join(own, CHART), { recursive: true });
  cpSync(join(ROOT, 'scripts/package-chart.sh'), join(own, 'scripts/package-chart.sh'));
  change(join(own, CHART));
  const env = { ...process.env, SOURCE_DATE_EPOCH: epoch };
  return execFileSync('bash', [join(own, 'scripts/package-chart.sh'), own], { env, encoding: 'utf8' }).trim();
}

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describeWhere(hasGnuTar, 'no GNU tar')('the packed chart', () => {
  let plain: Buffer;
  beforeAll(() => {
    plain = readFileSync(packed('plain', '1772452800'));
  });

  test('is the same, byte for byte, whatever the times and rights of its files are', () => {
    const other = packed('packed-elsewhere', '1772452800', (chart) => {
      utimesSync(join(chart, 'Chart.yaml'), 1, 1);
      chmodSync(join(chart, 'values.yaml'), 0o600);
      chmodSync(join(chart, 'templates'), 0o700);
      writeFileSync(join(chart, 'old.orig'), 'not packed');
    });
    expect(readFileSync(other).equals(plain)).toBe(true);
  });

  test('bears the time that SOURCE_DATE_EPOCH says, and is refused where that is no time', () => {
    const list = execFileSync('tar', ['--list', '--verbose', '--gzip', '--utc', '--file=-'], {
      input: plain,
    });
    expect(
      list
        .toString()
        .trim()
        .split('\n')
        .every((line) => line.includes(' 2026-03-02 12:00 ')),
    ).toBe(true);
    expect(readFileSync(packed('later', '1772452801')).equals(plain)).toBe(false);
    expect(() => packed('never', 'yesterday')).toThrow('SOURCE_DATE_EPOCH is "yesterday"');
  });

  test('is another one where a file changed', () => {
    const other = packed('changed', '1772452800', (chart) => {
      writeFileSync(join(chart, 'values.yaml'), 'kind: cronjob\n');
    });
    expect(readFileSync(other).equals(plain)).toBe(false);
  });
});

test('the bill of the chart names each of its files by its hash, and depends on nothing else', () => {
  const bill = chartSbom(join(ROOT, CHART), 1_772_452_800);
  expect(bill).toEqual(chartSbom(join(ROOT, CHART), 1_772_452_800));
  expect(bill).toMatchObject({ spdxVersion: 'SPDX-2.3', creationInfo: { created: '2026-03-02T12:00:00Z' } });
  const { files } = bill as { files: { fileName: string; checksums: object[] }[] };
  const names = files.map(({ fileName }) => fileName);
  expect(names).toEqual(
    expect.arrayContaining(['./Chart.yaml', './templates/deployment.yaml', './values.yaml']),
  );
  for (const { checksums } of files) expect(checksums).toHaveLength(2);
});
