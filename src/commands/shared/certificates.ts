/**
 * The certificates that the environment adds to those of Node.js, which reads their file in a thread of its own and does not end
 * before that has ended: with a pipe there no command would ever come to an end. So it is looked at before anything is loaded.
 */
import { statSync, type Stats } from 'node:fs';

const NAME = 'NODE_EXTRA_CA_CERTS';
/** In bytes. All common authorities together are a twentieth of it. */
const LARGEST = 4 * 1024 * 1024;

/** Why reading that file would hold the program up, and what to do. One that is missing Node.js warns of by itself. */
export function certificatesFault(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = env[NAME] ?? '';
  const stats = path === '' ? undefined : statsOf(path);
  if (stats === undefined || (stats.isFile() && stats.size <= LARGEST)) return undefined;
  const what = stats.isFile() ? `is larger than ${LARGEST / 1024} KiB` : 'is not a plain file';
  return `${NAME}: ${path} ${what}. Name a file of certificates in PEM, or unset ${NAME}.`;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
