/** Faults of what `init` was given, by the names that its user knows: there is no policy yet whose keys could be corrected. */
import { CredentialsError, PlatformError } from '../../genesys/http/errors.ts';
import { Incomplete, UsageError } from '../shared/exit.ts';

/** Keys of a policy that `init` writes, and where their values come from. */
const GIVEN_BY: Readonly<Record<string, string>> = {
  client_id: 'GENESYS_CLIENT_ID',
  client_secret: 'GENESYS_CLIENT_SECRET',
  api_url: '--api-url',
  login_url: '--login-url',
};
const KEYS = /\bgenesys\.(region|client_id|client_secret|api_url|login_url)\b/g;

/** A sentence that names keys of the policy, in the names of what was given. `region`: the option; from the environment without it. */
export function byWhatWasGiven(sentence: string, region: string | undefined): string {
  const ofRegion = region === undefined ? 'GENESYS_REGION' : '--region';
  return sentence.replaceAll(KEYS, (_, key: string) => GIVEN_BY[key] ?? ofRegion);
}

/** The same of what the platform has refused, or of a platform that cannot be reached; all else as it is. */
export function refusalOfGiven(error: unknown, region: string | undefined): unknown {
  if (error instanceof CredentialsError) return new UsageError(byWhatWasGiven(error.message, region));
  return error instanceof PlatformError ? new Incomplete(byWhatWasGiven(error.message, region)) : error;
}
