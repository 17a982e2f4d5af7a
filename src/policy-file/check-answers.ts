/** Lengths of time in the answer to returns that others always beat, so that a rung or its repetition never comes. */
import { formatDuration, type Duration } from '../domain/time/time.ts';
import { warn, type Checking } from './checking.ts';
import type { OwnReturnsText, ReturnsText } from './schema.ts';
import type { Path } from './source.ts';

/** Warns of them; only of the keys that `written` has. */
export function checkAnswers(
  checking: Checking,
  returns: ReturnsText,
  path: Path,
  written: OwnReturnsText,
): void {
  const { forget, ladder, repeat } = returns;
  // That it is forgotten at once is told already.
  if (repeat !== 'never' && forget > returns.window) checkForgotten(checking, repeat, forget, path, written);
  if (written.repeat !== undefined && written.repeat !== 'never')
    checkRepeat(checking, written.repeat, ladder.at(-1)?.wait ?? 0, [...path, 'repeat']);
  written.ladder?.forEach(({ wait }, i) => {
    if (wait <= forget) return;
    warn(
      checking,
      [...path, 'ladder', i, 'wait'],
      `this rung never comes: the place on the ladder is forgotten after ${formatDuration(forget)} already; write a shorter wait, or a longer forget`,
    );
  });
}

function checkForgotten(
  checking: Checking,
  repeat: Duration,
  forget: Duration,
  path: Path,
  written: OwnReturnsText,
): void {
  const key = written.repeat === undefined ? 'forget' : 'repeat';
  if (repeat <= forget || written[key] === undefined) return;
  warn(
    checking,
    [...path, key],
    `the last rung is never repeated: the place on the ladder is forgotten after ${formatDuration(forget)}, before the ${formatDuration(repeat)} of repeat are over; write a shorter repeat, or a longer forget`,
  );
}

function checkRepeat(checking: Checking, repeat: Duration, wait: Duration, path: Path): void {
  const { interval } = checking;
  if (interval !== undefined && repeat < interval)
    warn(
      checking,
      path,
      `is shorter than the ${formatDuration(interval)} between two sweeps, and cannot be kept; write at least that`,
    );
  else if (repeat < wait)
    warn(
      checking,
      path,
      `is shorter than the wait of ${formatDuration(wait)} in the last rung, so that from then on that wait never counts; write at least that`,
    );
}
