/** How commands end. */
import { CredentialsError, PlatformError, PlatformSettingsError } from '../../genesys/http/errors.ts';
import { faultLines, PolicyRefused } from '../../policy-file/faults.ts';
import { ProxySettingsError } from '../../app/proxies.ts';
import { ListenError } from '../../server/listen-error.ts';
import { OutputError } from '../../app/log-stream.ts';
import { StoreError, type StoreErrorKind } from '../../store/errors.ts';
import { EXIT } from './exit-codes.ts';
import { counted } from '../../texts/counted.ts';

export { EXIT };

/** What was asked for cannot be done as asked: the sentence says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did what it could, and it was not enough: the sentence says what is missing. */
export class Incomplete extends Error {
  override readonly name = 'Incomplete';
}

/** The operator has something to put right before it makes sense to try again. */
const REFUSED = [UsageError, CredentialsError, PlatformSettingsError, ProxySettingsError] as const;
const REFUSED_STORES: ReadonlySet<StoreErrorKind> = new Set(['newer', 'foreign']);
/** Their sentence says everything: a stack would only hide it. */
const SAID = [Incomplete, StoreError, PlatformError, ListenError, OutputError] as const;

/** A path that was given begins there. */
const NO_FOLDER =
  'The folder in which this command is run does not exist any more: go to one that exists, or give whole paths.';

/** The sentence for the person at the terminal, and the exit code. */
export function explainError(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof PolicyRefused) {
    const { count, more } = error;
    const lines = error.faults.flatMap(faultLines);
    if (more > 0) lines.push(`… and ${more} more`);
    lines.push(`The policy is refused: ${counted(count, 'fault')}.`);
    return { code: EXIT.refused, text: lines.join('\n') };
  }
  if (!(error instanceof Error)) return { code: EXIT.unexpected, text: `Unexpected: ${String(error)}` };
  const { message, stack = message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') return { code: EXIT.unexpected, text: NO_FOLDER };
  const isRefused = error instanceof StoreError && REFUSED_STORES.has(error.kind);
  if (isRefused || REFUSED.some((kind) => error instanceof kind))
    return { code: EXIT.refused, text: message };
  const isSaid = SAID.some((kind) => error instanceof kind);
  return { code: EXIT.unexpected, text: isSaid ? message : `Unexpected: ${stack}` };
}
