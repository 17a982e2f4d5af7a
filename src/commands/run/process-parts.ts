/** What all organisations of a process share. */
import type { Logger } from 'pino';
import type { Surroundings } from '../../app/compose.ts';
import type { SharedDatabase } from '../../store/open.ts';
import type { Check } from '../policy-test/policy-check.ts';

/** What all organisations of a process share. */
export interface ProcessParts extends Pick<Surroundings, 'clock' | 'sender' | 'tracer' | 'connect'> {
  readonly redactor: NonNullable<Surroundings['redactor']>;
  /** Of the process: lines of an organisation have its name as well. */
  readonly log: Logger;
  /** The database of all organisations, where they have one. */
  readonly database?: SharedDatabase | undefined;
  /** Users sign in on the page, and some of them see names. */
  readonly namesAgents?: boolean;
  /** Reads and checks a policy with its tests. Rejects only with the signal's reason. */
  readonly check: (path: string, signal: AbortSignal) => Promise<Check>;
}
