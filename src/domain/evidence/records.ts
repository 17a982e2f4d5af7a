/** What other sources of the platform tell of an agent, as far as the domain reads it. Plain data. */
import type { SystemPresence } from '../agent.ts';
import type { Instant } from '../time/time.ts';

/** One record of an agent's presence history: in this presence from then to then. Without an end it lasts. */
export interface PresenceRecord {
  readonly from: Instant;
  readonly to: Instant | undefined;
  readonly presence: SystemPresence | 'UNKNOWN';
}

/** How an entry of the audit log names a user: by an id, by addresses, by both, or not at all. In the words of the log. */
export interface LogName {
  readonly id: string | undefined;
  readonly emails: readonly string[];
}

/** One sign-in that the audit log tells of. A browser or a person stands behind it; the log does not say which. */
export interface SignIn {
  readonly at: Instant;
  /** Who acted: the one who signed in, but for an administrator, or a user who signs in as another one. */
  readonly actor: LogName;
  /** What the entry is about: the user who was signed in, or the sign-in itself. */
  readonly target: LogName;
  /** Whether the entry is about a user, also where that user is not named. */
  readonly isAboutUser: boolean;
}
