/**
 * How agents are to be named, by a policy file that need not be good for anything else: a fault somewhere in it must not show names
 * that it wants hidden.
 */
import { isAlias, isMap, isScalar, parseDocument } from 'yaml';
import { FileFault, readTextFile } from '../files/plain-file.ts';
import { LARGEST_FILE } from './files-read.ts';

export type Identities = 'name' | 'id' | 'hash';

/** What `log.identities` of a file says; `undefined` where that cannot be told. Never throws. */
export function readIdentities(file: string): Identities | undefined {
  try {
    return identitiesIn(readTextFile(file, LARGEST_FILE));
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    return undefined;
  }
}

/** What `log.identities` of a text says; its default where the text can be read and does not say. */
export function identitiesIn(text: string): Identities | undefined {
  const doc = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: 'silent' });
  if (doc.errors.length > 0 || !isMap(doc.contents)) return undefined;
  const found = doc.contents.get('log', true);
  if (found === undefined) return 'name';
  const log = isAlias(found) ? found.resolve(doc) : found;
  if (!isMap(log)) return undefined;
  const identities = log.get('identities', true);
  if (identities === undefined) return log.has('<<') ? undefined : 'name';
  const value = isScalar(identities) ? identities.value : undefined;
  return value === 'name' || value === 'id' || value === 'hash' ? value : undefined;
}
