/** The name in a policy that cannot be used, read once for each state of the file: every line of the log asks for it, and each other organisation. */
import process from 'node:process';
import { readOrganisationName } from '../../policy-file/fleet.ts';

/** Mutable; one for each file. */
export class NameInFile {
  readonly #path: string;
  #known: { readonly state: object; readonly name: string | undefined } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** `state` is another object whenever the file may hold something else. `undefined` where no name can be told. */
  in(state: object): string | undefined {
    if (this.#known?.state !== state)
      this.#known = { state, name: readOrganisationName(this.#path, process.env) };
    return this.#known.name;
  }
}
