/** From one stage of an attempt to the next: the map of `act.ts`, `verify.ts` and `sso.ts`. Pure. */
import type { Watch } from '../judging/evaluate.ts';
import type { Instant } from '../time/time.ts';
import { afterAction, afterQueue, afterRestore, afterSlip, afterStay, afterWait } from './act.ts';
import { endEarly, ending, type Answer, type Attempt, type Step } from './attempt.ts';
import { afterProvider, stayedBeforeProvider, stoppedBeforeProvider, withoutProvider } from './sso.ts';
import { afterOnceMore, afterVerifying } from './verify.ts';

/**
 * Takes the world's answer to what the attempt wanted. `now` is the server's time at which the answer was there. An answer that was
 * not asked for changes nothing.
 */
export function advance(attempt: Attempt, answer: Answer, watch: Watch, now: Instant): Step {
  switch (answer.kind) {
    case 'done':
      return afterDoing(attempt, answer, now);
    case 'seen':
      return afterLooking(attempt, answer, watch, now);
    case 'stopped':
      if (attempt.stage.kind === 'provider') return stoppedBeforeProvider(attempt);
      return { attempt: endEarly(attempt, ending('dropped', 'stopped'), now) };
    case 'stayed':
      if (attempt.stage.kind === 'provider') return stayedBeforeProvider(attempt, answer.stay, now);
      return afterStay(attempt, answer.stay, now);
    case 'unreachable':
      return withoutProvider(attempt, now);
  }
}

function afterDoing(
  attempt: Attempt,
  { result, askedAt }: Extract<Answer, { kind: 'done' }>,
  now: Instant,
): Step {
  const { stage } = attempt;
  switch (stage.kind) {
    case 'queue':
      return afterQueue(attempt, result, now);
    case 'restore':
      return afterRestore(attempt, stage.reason, now);
    case 'actions':
      return afterAction(attempt, stage, result, now);
    case 'once_more':
      return afterOnceMore(attempt, result, now);
    case 'provider':
      return afterProvider(attempt, result, askedAt, now);
    case 'slipped':
    case 'again':
    case 'verify':
    case 'over':
      return { attempt };
  }
}

function afterLooking(
  attempt: Attempt,
  { sighting }: Extract<Answer, { kind: 'seen' }>,
  watch: Watch,
  now: Instant,
): Step {
  const { stage } = attempt;
  switch (stage.kind) {
    case 'slipped':
      return afterSlip(attempt, stage.refused, sighting, watch, now);
    case 'again':
      return afterWait(attempt, stage, sighting, watch, now);
    case 'verify':
      return afterVerifying(attempt, stage, sighting, watch);
    case 'queue':
    case 'restore':
    case 'actions':
    case 'once_more':
    case 'provider':
    case 'over':
      return { attempt };
  }
}
