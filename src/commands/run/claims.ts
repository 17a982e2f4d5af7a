/** Two clients may belong to one organisation, which only the platform can tell: the one that came first has it. */
import type { LoadedPolicy } from '../../policy-file/draft.ts';
import { sameOrganisation } from '../../policy-file/in-fleet.ts';
import type { Fellow } from './fellows.ts';

/** Who watches which organisation, by the id that the platform has for it, and for as long as the same policy is in force there. Mutable. */
export class Claims {
  readonly #claims = new Map<string, { readonly by: Fellow; readonly loaded: LoadedPolicy }>();

  /** Throws `PolicyRefused` where another of `all` watches the organisation. */
  claim(own: Fellow, loaded: LoadedPolicy, id: string, all: readonly Fellow[]): void {
    const holder = this.#claims.get(id);
    if (
      holder !== undefined &&
      holder.by !== own &&
      holder.by.started === holder.loaded &&
      all.includes(holder.by)
    )
      throw sameOrganisation(loaded, holder.by.name);
    for (const [other, { by }] of this.#claims) if (by === own) this.#claims.delete(other);
    this.#claims.set(id, { by: own, loaded });
  }
}
