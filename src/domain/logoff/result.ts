/** How one state-changing request for an agent ended. */
import type { Duration } from '../time/time.ts';

interface FaultFacts {
  /** One sentence without personal data or secrets. */
  readonly message: string;
  readonly correlationId: string | undefined;
}

/** Why an action did not succeed. */
export type ActionFault =
  /** Of identity providers: several users fit, the service may not log in, the hour's sessions are spent. */
  | ({ readonly kind: 'ambiguous' | 'credentials' | 'capped' } & FaultFacts)
  | ({ readonly kind: 'forbidden' | 'gone' | 'late' } & FaultFacts)
  | ({
      readonly kind: 'transient';
      /** Of identity providers: how long it would take to hold, should it have been done all the same; left out where not. */
      readonly delay?: Duration | undefined;
    } & FaultFacts)
  | ({
      readonly kind: 'refused';
      /** What was asked for may be so already, or by an earlier try of this very call: only a look tells. */
      readonly perhapsSo?: 'already' | 'by_us' | undefined;
    } & FaultFacts);

/** How an action ended. */
export type ActionResult =
  | {
      readonly ok: true;
      readonly correlationId: string | undefined;
      /** How long it takes to hold, where that is not at once. */
      readonly delay?: Duration | undefined;
    }
  | { readonly ok: false; readonly fault: ActionFault };
