/** `status`: what the worker does, in words; from the store alone, without secrets and with whatever policy there is. */
import { realClock } from '../../app/clock.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../domain/tracking/platform-behaviour.ts';
import type { Instant } from '../../domain/time/time.ts';
import { askedSources } from '../../policy-file/asked-sources.ts';
import type { Clock } from '../../ports/clock.ts';
import { learntSentences } from '../explain/behaviour-words.ts';
import { EXIT } from '../shared/exit.ts';
import { zoneOption } from '../shared/options.ts';
import type { Output } from '../shared/output.ts';
import { policyChanges } from '../shared/policy-changes.ts';
import { policyForReading } from '../shared/policy-for-reading.ts';
import { openStoreMeant, type StoreOption } from '../shared/store-place.ts';
import { storedState } from '../shared/stored-state.ts';
import { timesIn } from '../shared/times.ts';
import { statusJson, statusLines, type StatusInput } from './status.ts';

export interface StatusOptions extends StoreOption {
  /** IANA zone of the times printed. */
  readonly tz?: string;
  readonly json?: boolean;
}

/** Prints the status. Answers 1 where no worker sweeps the store. Throws `UsageError` or `StoreError`. */
export async function status(
  options: StatusOptions,
  output: Output,
  clock: Pick<Clock, 'now'> = realClock,
): Promise<number> {
  const zone = zoneOption(options.tz);
  const input = await read(options, output, clock.now());
  const { now, workerFault } = input.state;
  if (options.json === true) output.json(statusJson(input), 2);
  else for (const line of statusLines(input, timesIn(zone, now))) output.line(line);
  return workerFault === undefined ? EXIT.fine : EXIT.unexpected;
}

async function read(options: StatusOptions, output: Output, now: Instant): Promise<StatusInput> {
  const policy = policyForReading(options, output);
  const store = await openStoreMeant(options, { now: () => now, readOnly: true });
  try {
    // Without a policy nothing can be said of its window.
    const window = policy.loaded?.draft.content.returns.window ?? Infinity;
    const learnt = (await store.learnt()) ?? NO_BEHAVIOUR_KNOWN;
    const evidence = policy.loaded?.settings.evidence;
    const { last: policyEvent } = await policyChanges(store, undefined);
    return {
      state: await storedState(store, policy, now),
      policy,
      lease: await store.lease(),
      policyEvent,
      learnt: learntSentences(learnt, window),
      evidence: { known: learnt.evidence, asked: evidence && askedSources(evidence) },
    };
  } finally {
    await store.close();
  }
}
