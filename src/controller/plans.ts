/** Both plans of a sweep pass the one gate, each with a ledger of its own: what is imagined spends no caps. */
import { areApart } from '../domain/planning/holds.ts';
import { plan, withOnline, type Ledger, type Plan } from '../domain/planning/plan.ts';
import type { DueAgent } from './findings.ts';
import type { PassResult } from './actuator/deps.ts';
import { noOutcomes } from './actuator/outcomes.ts';
import type { Done, Plans, Watched } from './watched.ts';

/** What the enforced and the observed plan go on from. */
export interface Ledgers {
  readonly ledger: Ledger;
  readonly observedLedger: Ledger;
}

/** The plans of one sweep. */
export function plansOf(
  { findings, hold, context, now, summary }: Watched,
  { ledger, observedLedger }: Ledgers,
): Plans {
  const { seen, online, due, imagined, waitingForPeak } = findings;
  const { caps } = context.policy;
  const gate = (candidates: readonly DueAgent[], book: Ledger, waiting: readonly string[] = []): Plan => {
    const made = plan(candidates, seen, hold, caps, withOnline(book, online, now), now, waiting);
    // By a clock that is in doubt what holds agents back would be over, or never be.
    return areApart(summary.clockError) ? { ...made, ledger: book, tripped: undefined } : made;
  };
  return { enforced: gate(due, ledger, waitingForPeak), imagined: gate(imagined, observedLedger) };
}

/** What is done of plans that are not carried out. */
export function nothingDone({ enforced, imagined }: Plans): Done {
  const none = ({ ledger, act }: Plan): PassResult => ({ ledger, outcomes: noOutcomes(), left: act.length });
  return { real: none(enforced), imagined: none(imagined) };
}
