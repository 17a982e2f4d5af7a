/** What a reading can mean for an agent. */
import type { Duration, Instant, Interval } from '../time/time.ts';
import type { Checkpoint, Departure, Sign, SilentReturn } from './state.ts';

/** Coming back, and what stands behind it. */
export interface Arrival {
  readonly departure: Departure;
  /** Whether our own quiet Offline held for a while; `undefined` where it was none. */
  readonly quietHeld: boolean | undefined;
}

/** What a reading means. Closed: `TRANSITIONS` has a row for each. */
export type Change =
  /** `hiding_sign`: the agent may have shown a sign that cannot be seen. `hiding_stamp`: so may the state have changed. */
  | { readonly kind: 'gap' | 'gap_hiding_sign' | 'gap_hiding_stamp'; readonly span: Interval }
  /** Nothing that a person does. `movedAt`: the earliest that something moved, if anything did. */
  | { readonly kind: 'no_sign'; readonly movedAt: Instant | undefined }
  | { readonly kind: 'sign'; readonly sign: Sign; readonly movedAt: Instant }
  /** A person behind an arrival, or before a departure that was not watched: the Offline breaks what a condition held. */
  | { readonly kind: 'person_arrived' | 'logged_in_unwatched'; readonly sign: Sign }
  | {
      readonly kind: 'interaction_began';
      readonly sign: Sign;
      readonly since: Instant;
      readonly outside: boolean;
    }
  | { readonly kind: 'interaction_ended'; readonly sign: Sign }
  /** What our own log-off left behind, or what a return brings with it in a second step. */
  | { readonly kind: 'explained' }
  | { readonly kind: 'departed'; readonly departure: Departure; readonly undo: Checkpoint | undefined }
  | (Arrival & {
      readonly kind: 'returned';
      readonly silent: SilentReturn;
      /** No rule is due for `returns.grace` from here. */
      readonly graceFrom: Instant;
    })
  | (Arrival & { readonly kind: 'logged_in'; readonly delay: Duration; readonly sign: Sign });

/** An interaction that is seen for the first time at `at`. */
export function beginning(at: Instant, outside: boolean, since: Instant = at): Change {
  return { kind: 'interaction_began', sign: { kind: 'interaction', at }, since, outside };
}
