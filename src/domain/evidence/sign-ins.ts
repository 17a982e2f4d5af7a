/**
 * What the audit log says of a suspect change. A sign-in seconds before it shows that the session had ended; a log that has come
 * past it without one shows that it had not. Pure.
 */
import { MINUTE, SECOND, type Duration, type Instant, type Interval } from '../time/time.ts';
import type { Answer } from './timeline.ts';

/** A browser that signs in again sets its presence within this. */
const SIGN_IN_BEFORE: Duration = MINUTE;
/** Two stamps of one moment lie no further apart. */
const TOLERANCE: Duration = 2 * SECOND;
/** Entries overtake each other: only when the log is so far past a moment is none of that moment missing any more. */
const OVERTAKING: Duration = 2 * MINUTE;
/**
 * A log that tells of an agent's sign-ins again and again, as of telephones and applications, would explain each change by the last
 * one. No native timeout is so short. Whoever asks has to ask for so much of the time before, and a minute.
 */
const ALONE_FOR: Duration = 4 * MINUTE;

/** One entry of the audit log as it concerns one agent. */
export interface AgentSignIn {
  readonly at: Instant;
  /** Whether it is certainly of this agent, and not perhaps of another user whom it names as well. */
  readonly isCertain: boolean;
}

/** What of the audit log concerns one agent. */
export interface AgentSignIns {
  readonly entries: readonly AgentSignIn[];
  /** The newest entry of anybody. */
  readonly knownTo: Instant | undefined;
}

/** Reads what the log says of a change of this time, or of one between `earliest` and this time. */
export function signInAnswer(signIns: AgentSignIns, stamp: Instant, earliest: Instant = stamp): Answer {
  const from = earliest - SIGN_IN_BEFORE;
  const shown = showsSignIn(signIns, { from, to: stamp });
  if (shown === false) return { kind: 'person' };
  if (shown === true) return { kind: 'bounce', offline: undefined };
  const isShown = signIns.entries.some(({ at }) => isIn({ from, to: stamp }, at));
  return { kind: isShown ? 'undecided' : 'none' };
}

/**
 * Whether the log shows a sign-in in this span, such as the one behind a silent return after our revocation; `undefined` while it
 * has not come so far, where it may be another user's, and where another one shortly before says that it may be of something else.
 */
export function showsSignIn(
  { entries, knownTo = -Infinity }: AgentSignIns,
  span: Interval,
): boolean | undefined {
  const shown = entries.filter(({ at }) => isIn(span, at));
  if (shown.length === 0) return knownTo >= span.to + OVERTAKING ? false : undefined;
  if (!shown.every(({ isCertain }) => isCertain)) return undefined;
  const isOneOfMany = entries.some(({ at }) => {
    const before = span.from - TOLERANCE - at;
    return before > 0 && before <= ALONE_FOR;
  });
  return isOneOfMany ? undefined : true;
}

function isIn({ from, to }: Interval, at: Instant): boolean {
  return at >= from - TOLERANCE && at <= to + TOLERANCE;
}
