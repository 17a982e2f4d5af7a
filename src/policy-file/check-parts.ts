/** Whether conditions, matchers, exemptions and the answers to returns make sense. */
import { formatDuration } from '../domain/time/time.ts';
import { warn, type Checking } from './checking.ts';
import { checkAnswers } from './check-answers.ts';
import { checkActions } from './check-actions.ts';
import type { ExemptionText, MatchText, OwnReturnsText, ReturnsText, WhenText } from './schema.ts';
import type { Path } from './source.ts';

function isEmpty(block: object): boolean {
  return Object.values(block).every((value) => value === undefined);
}

/** Adds the faults of a condition. */
export function checkWhen({ faults }: Checking, when: WhenText, path: Path): void {
  if (isEmpty(when)) faults.add(path, 'is empty: a rule needs a condition, such as { presence: [idle] }');
  checkNot(faults, when.not, path);
}

/** Adds the faults of a matcher. */
export function checkMatch({ faults }: Checking, match: MatchText, path: Path): void {
  if (isEmpty(match)) faults.add(path, 'is empty: leave match out if everyone is meant');
  checkNot(faults, match.not, path);
}

interface Negated {
  readonly not?: Negated | undefined;
}

function checkNot(faults: Checking['faults'], not: Negated | undefined, path: Path): void {
  if (not === undefined) return;
  const here = [...path, 'not'];
  if (isEmpty(not)) faults.add(here, 'is empty: it would leave out everything');
  checkNot(faults, not.not, here);
}

/** Adds the faults of an exemption. */
export function checkExemption({ faults }: Checking, entry: ExemptionText, path: Path): void {
  const { until, reason, ...keys } = entry;
  if (isEmpty(keys)) {
    const beside = until !== undefined || reason !== undefined ? ' beside until and reason' : '';
    faults.add(path, `has no condition${beside}: it would protect everyone; add users, groups or a presence`);
  }
  if (keys.not !== undefined && isEmpty(keys.not)) {
    faults.add([...path, 'not'], 'is empty: it would leave out everything');
  }
}

/** Adds the faults of how returns are answered; only of the keys that `written` has. */
export function checkReturns(
  checking: Checking,
  returns: ReturnsText,
  path: Path,
  written: OwnReturnsText,
): void {
  const { faults, interval } = checking;
  if (interval !== undefined && written.window !== undefined && returns.window < 2 * interval) {
    faults.add(
      [...path, 'window'],
      `is shorter than two sweeps; with this sweep.every at least ${formatDuration(2 * interval)}`,
    );
  }
  if (returns.forget <= returns.window && (written.forget ?? written.window) !== undefined) {
    warn(
      checking,
      [...path, 'forget'],
      'is not longer than window: every place on the ladder is forgotten at once',
    );
  }
  checkAnswers(checking, returns, path, written);
  written.ladder?.forEach(({ actions }, i) => {
    checkActions(checking, actions, [...path, 'ladder', i, 'actions'], 'rung');
  });
}

/** Adds the faults of a profile's own answer to returns, which falls back to the general one key by key. */
export function checkOwnReturns(
  checking: Checking,
  own: OwnReturnsText,
  general: ReturnsText,
  path: Path,
): void {
  if (isEmpty(own)) checking.faults.add(path, 'is empty: leave it out if the general returns are meant');
  checkReturns(checking, mergeReturns(own, general), path, own);
}

/** The general answer to returns with what a profile has of its own. */
export function mergeReturns(own: OwnReturnsText | undefined, general: ReturnsText): ReturnsText {
  return {
    window: own?.window ?? general.window,
    grace: own?.grace ?? general.grace,
    forget: own?.forget ?? general.forget,
    ladder: own?.ladder ?? general.ladder,
    repeat: own?.repeat ?? general.repeat,
  };
}
