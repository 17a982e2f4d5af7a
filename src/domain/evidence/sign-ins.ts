/**
 * What the audit log says of a suspect change. A sign-in seconds before it shows that the session had ended; a log that has come
 * past it without one shows that it had not. Pure.
 */
import { MINUTE, SECOND, type Duration, type Instant, type Interval } from '../time/time.ts';
import type { SignIn } from './records.ts';
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

/** What of the audit log concerns one agent. */
export interface AgentSignIns {
  /** Of this agent alone. */
  readonly entries: readonly SignIn[];
  /** The newest entry of anybody. */
  readonly knownTo: Instant | undefined;
}

/** Reads what the log says of a change of this time, or of one between `earliest` and this time. */
export function signInAnswer(signIns: AgentSignIns, stamp: Instant, earliest: Instant = stamp): Answer {
  const from = earliest - SIGN_IN_BEFORE;
  const shown = showsSignIn(signIns, { from, to: stamp });
  if (shown === false) return { kind: 'person' };
  if (shown === true) return { kind: 'bounce', offline: undefined };
  return isAmong(signIns.entries, { from, to: stamp }) ? { kind: 'undecided' } : { kind: 'none' };
}

/**
 * Whether the log shows a sign-in in this span, such as the one behind a silent return after our revocation; `undefined` while it
 * has not come so far, and where another one shortly before says that it may be of something else.
 */
export function showsSignIn(
  { entries, knownTo = -Infinity }: AgentSignIns,
  span: Interval,
): boolean | undefined {
  if (!isAmong(entries, span)) return knownTo >= span.to + OVERTAKING ? false : undefined;
  const isOneOfMany = entries.some(({ at }) => {
    const before = span.from - TOLERANCE - at;
    return before > 0 && before <= ALONE_FOR;
  });
  return isOneOfMany ? undefined : true;
}

function isAmong(entries: AgentSignIns['entries'], { from, to }: Interval): boolean {
  return entries.some(({ at }) => at >= from - TOLERANCE && at <= to + TOLERANCE);
}
