/**
 * Prints the bill of materials of a packed chart as SPDX: its files by their hashes. The time is
 * SOURCE_DATE_EPOCH, so that the same package has the same bill.
 *   node scripts/chart-sbom.ts FOLDER   where the package was unpacked
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { argumentsOf, refuse } from './arguments.ts';

/** One line of Chart.yaml. Nothing is installed where this runs, so that no YAML can be parsed. */
function lineOf(text: string, key: string): string {
  const [, value] = new RegExp(`^${key}: (\\S+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`Chart.yaml names no ${key}`);
  return value;
}

/** The bill of the chart in a folder, made at a time in seconds since 1970. */
export function chartSbom(folder: string, epoch: number): object {
  const about = readFileSync(join(folder, 'Chart.yaml'), 'utf8');
  const name = lineOf(about, 'name');
  const version = lineOf(about, 'version');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path, n) => fileOf(path.slice(folder.length + 1), readFileSync(path), n));
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${name}-${version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${name}-${version}-${digest}`,
    creationInfo: {
      created: new Date(epoch * 1_000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: chart-sbom'],
    },
    packages: [
      {
        SPDXID: 'SPDXRef-chart',
        name,
        versionInfo: version,
        downloadLocation: 'NOASSERTION',
        licenseDeclared: 'MIT',
        filesAnalyzed: false,
      },
    ],
    files,
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-chart',
      },
      ...files.map(({ SPDXID }) => ({
        spdxElementId: 'SPDXRef-chart',
        relationshipType: 'CONTAINS',
        relatedSpdxElement: SPDXID,
      })),
    ],
  };
}

interface FileOfBill {
  readonly SPDXID: string;
  readonly fileName: string;
  readonly checksums: readonly { readonly algorithm: string; readonly checksumValue: string }[];
}

function fileOf(path: string, content: Buffer, n: number): FileOfBill {
  const hash = (algorithm: string): string => createHash(algorithm).update(content).digest('hex');
  return {
    SPDXID: `SPDXRef-file-${n}`,
    fileName: `./${path}`,
    checksums: [
      { algorithm: 'SHA1', checksumValue: hash('sha1') },
      { algorithm: 'SHA256', checksumValue: hash('sha256') },
    ],
  };
}

if (import.meta.main) {
  const {
    words: [folder],
  } = argumentsOf({}, 1);
  if (folder === undefined) refuse('Name the folder of the chart.');
  console.log(JSON.stringify(chartSbom(folder, Number(process.env['SOURCE_DATE_EPOCH'] ?? 0)), null, 2));
}
