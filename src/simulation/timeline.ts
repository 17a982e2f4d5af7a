/** What happens to a simulated agent, and when. */
import type { SystemPresence } from '../domain/agent.ts';
import type { ActivityCategory } from '../domain/time/shifts.ts';
import type { Duration } from '../domain/time/time.ts';

/** A part that a reading may lack. */
export type Part = 'presence' | 'routing' | 'conversations' | 'token';

/** What concerns being logged in, and the presence. `label` is one of the organisation's own presences. */
export type SessionWord =
  | { readonly does: 'log_in' | 'go_offline' }
  /** Answers the last warning on its page: nothing that the platform shows. */
  | { readonly does: 'stay' }
  | { readonly does: 'set_presence'; readonly presence: SystemPresence; readonly label: string | undefined }
  /** The platform's own inactivity timeout; `answered` when the timeline says itself how the browser comes back. */
  | { readonly does: 'time_out'; readonly answered: boolean }
  | { readonly does: 'return'; readonly restores: boolean; readonly movesToken: boolean };

/** What concerns interactions, the queue and the screen. */
export type WorkWord =
  | { readonly does: 'start' | 'end'; readonly work: string }
  | {
      readonly does: 'start_call' | 'end_call' | 'wrap_up' | 'not_responding' | 'lock' | 'unlock';
    };

/** One thing that happens to an agent. */
export type Word = SessionWord | WorkWord;

/** One entry of a timeline; times are after midnight of the test's date on its wall clock. */
export type Entry =
  | {
      readonly kind: 'happens';
      readonly at: Duration;
      readonly then: readonly { readonly after: Duration; readonly word: Word }[];
    }
  | {
      readonly kind: 'lacking';
      readonly at: Duration;
      readonly to: Duration;
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'unwatched'; readonly at: Duration; readonly to: Duration }
  | {
      readonly kind: 'scheduled';
      readonly at: Duration;
      readonly to: Duration;
      readonly what: Scheduled;
    }
  | ({ readonly kind: 'head_count'; readonly at: Duration } & HeadCountWords);

/** What workforce management publishes of a span: a shift, a part of one, or nothing that can be read. */
export type Scheduled = 'shift' | ActivityCategory | 'unknown';

/** How many of the organisation are online from then on, and the peak of the billing month so far where it is said. */
export interface HeadCountWords {
  readonly online: number;
  readonly peak: number | undefined;
}

/** How a browser answers a log-off. */
export interface BrowserWords {
  readonly after: Duration;
  readonly restores: boolean;
  readonly movesToken: boolean;
  /** Also an Offline that leaves the session alone. */
  readonly answersOffline: boolean;
  /** At most so often. */
  readonly times: number;
}
