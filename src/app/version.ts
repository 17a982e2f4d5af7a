/** The version of the program, as in package.json. */
import { readFileSync } from 'node:fs';

export const VERSION = versionIn(new URL('../../package.json', import.meta.url));

function versionIn(file: URL): string {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
