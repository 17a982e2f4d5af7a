/** The policy that was in force before, in tests of a policy that is brought out step by step. */
import { dirname, isAbsolute, resolve } from 'node:path';
import { keptOf } from '../../policy-file/before.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { FileFault } from '../../files/plain-file.ts';
import { FaultList } from '../../policy-file/faults.ts';
import { LARGEST_FILE, type FilesRead } from '../../policy-file/files-read.ts';
import type { Env } from '../../policy-file/interpolate.ts';
import { loadPolicyFile, loadPolicyText } from '../../policy-file/load.ts';
import type { Source } from '../../policy-file/source.ts';
import type { PolicyRef } from './policy-ref.ts';

const NOT_KEPT =
  'would not be known in a rollout: what it judges by comes out of a file in part, or is too large, and is not kept';
const UNWHOLE = 'hangs on variables or files that are not there: set them';

/** Loads it; its own tests are not run, and credentials need not be there. Throws `PolicyRefused`. */
export function formerOf(
  ref: PolicyRef,
  source: Source,
  env: Env,
  files: FilesRead,
): LoadedPolicy | undefined {
  if (ref.kind === 'none') return undefined;
  const faults = new FaultList(source);
  const loaded = loadedFrom(ref, source, env, files, faults);
  if (loaded?.isWhole === false) faults.add(['before'], UNWHOLE);
  if (loaded !== undefined && keptFrom(loaded).content === undefined) faults.add(['before'], NOT_KEPT);
  faults.throwIfAny();
  return loaded;
}

function loadedFrom(
  ref: Exclude<PolicyRef, { readonly kind: 'none' }>,
  { file }: Source,
  env: Env,
  files: FilesRead,
  faults: FaultList,
): LoadedPolicy | undefined {
  const options = { mayBeAbsent: true };
  if (ref.kind === 'inline') return loadPolicyText(ref.text, file, env, files, options);
  const path = isAbsolute(ref.path) ? ref.path : resolve(dirname(file), ref.path);
  try {
    // A file that is not there is read as well, so that its coming is seen.
    files.text(path, LARGEST_FILE);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    faults.add(['before'], `the policy cannot be read: ${error.why}`);
    return undefined;
  }
  return loadPolicyFile(path, env, files, options);
}

/** What a worker keeps of it while another policy is brought out. */
export function keptFrom({ draft }: LoadedPolicy): ReturnType<typeof keptOf> {
  return keptOf(draft, (text) => text);
}
