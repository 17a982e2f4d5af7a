/** What has been learnt of an organisation, in sentences for `doctor` and `explain`. */
import {
  delayOf,
  returnsSeen,
  tokensStay,
  windowFitting,
  type PlatformBehaviour,
  type ReturnCounts,
} from '../../domain/tracking/platform-behaviour.ts';
import { formatDuration, type Duration } from '../../domain/time/time.ts';
import { counted } from '../../texts/counted.ts';

/** One sentence for each question on which something has been seen. */
export function learntSentences(learnt: PlatformBehaviour, window: Duration): readonly string[] {
  return [
    ...delays(learnt),
    ...answer(learnt.tokenMoves, 'A return brought a newer token', 'return'),
    ...(tokensStay(learnt) ? [UNTOLD] : []),
    ...answer(learnt.revokeSetsOffline, 'Revoking tokens alone set Offline', 'log-off'),
    ...answer(
      learnt.reasserts,
      'A client whose session was left alone came back from Offline',
      'quiet log-off',
    ),
    ...suggestion(learnt, window),
  ];
}

const UNTOLD =
  'So an agent whom a native timeout brings back after a quiet Offline looks like a person who clicked, and is left alone, unless sign-ins tell (evidence.sign_ins): switch that timeout off.';

function delays(learnt: PlatformBehaviour): string[] {
  const count = returnsSeen(learnt);
  const [half, most] = [delayOf(learnt, 0.5), delayOf(learnt, 0.95)];
  if (half === undefined || most === undefined) return [];
  if (count === 1) return [`One return was seen: it came within ${text(half)}.`];
  return [`Of ${count} returns, half came within ${text(half)} and 95 % within ${text(most)}.`];
}

function text(delay: Duration): string {
  return Number.isFinite(delay) ? formatDuration(delay) : 'more than 10m';
}

function answer({ yes, no }: ReturnCounts, what: string, of: string): string[] {
  return yes + no === 0 ? [] : [`${what} in ${yes} of ${counted(yes + no, of)}.`];
}

function suggestion(learnt: PlatformBehaviour, window: Duration): string[] {
  const fitting = windowFitting(learnt, window);
  if (fitting === undefined) return [];
  return [
    `Many returns come later than returns.window, ${formatDuration(window)}, and count as logins: ${formatDuration(fitting)} would fit.`,
  ];
}
