/** What a policy may name. */
import type { SystemPresence } from '../agent.ts';

/** One thing that a policy may name, by id or by any of its names. */
export interface Named {
  /** Empty where the platform gave none: then it has no names either. */
  readonly id: string;
  readonly names: readonly string[];
  /** Names that count only where none of the others fits: display names of users, who may change theirs. */
  readonly ownNames?: readonly string[];
  /** For presence definitions: the system presence they belong to. */
  readonly system?: SystemPresence;
  /** A presence definition of the platform's own. */
  readonly builtIn?: boolean;
}
