/** What other sources of the platform tell of an agent, as far as the domain reads it. Plain data. */
import type { SystemPresence } from '../agent.ts';
import type { Instant } from '../time/time.ts';

/** One record of an agent's presence history: in this presence from then to then. Without an end it lasts. */
export interface PresenceRecord {
  readonly from: Instant;
  readonly to: Instant | undefined;
  readonly presence: SystemPresence | 'UNKNOWN';
}

/** One sign-in that the audit log tells of. A browser or a person stands behind it; the log does not say which. */
export interface SignIn {
  readonly at: Instant;
  /** The e-mail address of the user, as the log writes it. */
  readonly email: string;
}
