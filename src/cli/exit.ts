/** How commands end. */
import { CredentialsError, PlatformError, PlatformSettingsError } from '../genesys/errors.ts';
import { PolicyRefused } from '../policy/faults.ts';
import { ProxySettingsError } from '../proxies.ts';
import { ListenError } from '../server/server.ts';
import { StoreError } from '../store/errors.ts';

/** Exit codes, as documented: they are a contract. */
export const EXIT = {
  fine: 0,
  unexpected: 1,
  refused: 2,
  failedActions: 3,
  /** The same code: what was asked for was done, and something in it failed. */
  failedTests: 3,
  interrupted: 130,
  terminated: 143,
} as const;

/** What was asked for cannot be done as asked: the sentence says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The sentence for the person at the terminal, and the exit code. */
export function explainError(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof PolicyRefused) {
    const { count } = error;
    return {
      code: EXIT.refused,
      text: `${error.message}\nThe policy is refused: ${count} ${count === 1 ? 'fault' : 'faults'}.`,
    };
  }
  if (
    error instanceof UsageError ||
    error instanceof CredentialsError ||
    error instanceof PlatformSettingsError ||
    error instanceof ProxySettingsError
  ) {
    return { code: EXIT.refused, text: error.message };
  }
  if (error instanceof StoreError || error instanceof PlatformError || error instanceof ListenError)
    return { code: EXIT.unexpected, text: error.message };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.unexpected, text: `Unexpected: ${text}` };
}
