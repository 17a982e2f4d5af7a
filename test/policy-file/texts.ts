/** Small policies for the tests: a good one, and ways to break one line of it. */
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { PolicyRefused } from '../../src/policy-file/faults.ts';
import type { LoadedPolicy } from '../../src/policy-file/draft.ts';
import type { Env } from '../../src/policy-file/interpolate.ts';

export const ENV: Env = { GENESYS_CLIENT_ID: 'an-id', GENESYS_CLIENT_SECRET: 'sesame-open' };

const GENESYS = 'genesys: { region: eu-west-1, client_id: an-id, client_secret: sesame }';
export const GOOD_RULE = '{ id: gone, when: { presence: [idle] }, limit: 60m }';

/** Six lines, the rule in line 6 at column 9; what is given as `more` begins in line 7. */
export function withRule(rule: string, more = ''): string {
  return `version: 1\n${GENESYS}\nprofiles:\n  - name: all\n    rules:\n      - ${rule}\n${more}`;
}

/** The good policy with more keys, which begin in line 7. */
export function withMore(more: string): string {
  return withRule(GOOD_RULE, more);
}

/** The good policy with another line 2. */
export function withGenesys(line: string): string {
  return withMore('').replace(GENESYS, line);
}

/** Loads a text as `p.yaml`. */
export function load(text: string, env: Env = {}): LoadedPolicy {
  return loadPolicyText(text, 'p.yaml', env);
}

/** The lines of the refusal, without the name of the file; none when the policy is fine. */
export function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!(error instanceof PolicyRefused)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^p\.yaml:/, ''));
  }
}
