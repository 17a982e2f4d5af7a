/** Files that commands write hold names and what agents did: they are for their owner alone. */
import { open } from 'node:fs/promises';

const OTHERS = 0o077;
const OWN = 0o600;

/**
 * Writes a file in place of what it held. Whatever the umask is, only its owner may read it afterwards; a device or a
 * pipe stays what it is. Rejects with what the system says.
 */
export async function writePrivately(path: string, content: string | AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'w', OWN);
  try {
    const stats = await file.stat();
    if (stats.isFile() && (stats.mode & OTHERS) !== 0) await file.chmod(OWN);
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}
