/** What the organisations of a fleet see of each other, and what each asks of its fleet. */
import type { AmongOthers } from '../../app/assembly.ts';
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import type { PolicyRefused } from '../../policy-file/faults.ts';
import type { Troubles } from './trouble.ts';

/** One organisation, as the fleet and its fellows see it. */
export interface Fellow {
  readonly name: string;
  /** The policy in force, or that is to be. */
  readonly policy: LoadedPolicy | undefined;
  /** What was admitted beside the others and is watched, or about to be, as it was at its start. */
  readonly started: LoadedPolicy | undefined;
  /** What its file says, where that is good and held back because of another one. */
  readonly held: LoadedPolicy | undefined;
  /** Looks at its file now; nothing is said where that means what is in force. Never rejects. */
  lookAgain(signal: AbortSignal): Promise<void>;
  /** Ends what is under way and takes up what is held back, once `together` has resolved. Resolves when it has ended. */
  takeHeld(together: Promise<unknown>): Promise<void>;
}

/** What an organisation asks of its fleet. */
export interface Fellows extends Pick<AmongOthers, 'patience'> {
  /** Why this policy may not be in force beside those of the others. */
  readonly refusal: (own: Fellow, wanted: LoadedPolicy) => PolicyRefused | undefined;
  /** Has what is held back taken up together with what others want, where that is possible. Never rejects. */
  readonly trade: () => Promise<void>;
  /** Throws `PolicyRefused` where another one watches the same organisation. */
  readonly claim: (own: Fellow, loaded: LoadedPolicy, organisationId: string) => void;
  /** Whether another one is called so. */
  readonly isCalled: (own: Fellow, name: string) => boolean;
  /** It has another policy now, or watches no more: what was refused because of it may be good. */
  readonly changed: () => void;
}

/** The start of this organisation among its fellows. */
export function amongOf(
  fellows: Fellows,
  own: Fellow,
  loaded: LoadedPolicy,
  troubles: Troubles,
): AmongOthers {
  return {
    claim: (organisationId) => {
      fellows.claim(own, loaded, organisationId);
    },
    refused: (refusal) => {
      troubles.note(refusal);
    },
    patience: fellows.patience,
  };
}
