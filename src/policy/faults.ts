/** What is wrong with a policy file: every fault with its place, gathered first and told all at once. */
import { oneLine } from '../texts/clean.ts';
import type { Path, Place, Source } from './source.ts';

/** One thing that is wrong, where it stands, and what was probably meant. Lines and columns count from 1. */
export interface PolicyFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the tree: `profiles[1].rules[0].limit`. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** More than this would only scroll the first ones away. */
const TOLD = 100;

/** One mistake makes the parser stumble over much that follows. */
const SYNTAX_TOLD = 5;

/** The policy cannot be used; the operator must correct the file. The message lists all faults, one a line. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    const lines = faults.slice(0, TOLD).map(faultLine);
    if (faults.length > TOLD) lines.push(`… and ${faults.length - TOLD} more`);
    super(lines.join('\n'));
    this.faults = faults;
  }
}

/** A fault as one line: `file:line:column: path: sentence`. */
export function faultLine(fault: PolicyFault): string {
  const meant = fault.suggestion === undefined ? '' : ` (did you mean "${fault.suggestion}"?)`;
  return oneLine(`${fault.file}:${fault.line}:${fault.column}: ${fault.path}: ${fault.message}${meant}`);
}

/** Writes a path as in the file: keys with dots, places in a list in brackets. The root is `policy`. */
export function writePath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text === '' ? 'policy' : text;
}

/** What may be said beside the sentence of a fault. */
interface Extra {
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  readonly suggestion?: string | undefined;
  /** Something is not there: not worth telling when the file could be read in part only. */
  readonly absence?: boolean;
}

/** Gathers the faults of one file. */
export class FaultList {
  readonly #source: Source;
  readonly #faults: PolicyFault[] = [];
  readonly #seen = new Set<string>();
  readonly #absences = new Set<PolicyFault>();
  readonly #syntax: PolicyFault[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  /** Adds a fault; the same sentence at the same path counts once. */
  add(path: Path, message: string, { atKey = false, suggestion, absence = false }: Extra = {}): void {
    const place = atKey ? this.#source.keyPlace(path) : this.#source.place(path);
    const text = writePath(path);
    if (this.#seen.has(`${text}\n${message}`)) return;
    this.#seen.add(`${text}\n${message}`);
    const meant = suggestion === undefined ? {} : { suggestion };
    const fault = { file: this.#source.file, ...place, path: text, message, ...meant };
    this.#faults.push(fault);
    if (absence) this.#absences.add(fault);
  }

  /** Adds a fault of the text itself, which has a place but no path. One a line: the next ones there only follow from it. */
  addSyntax(place: Place, message: string): void {
    if (this.#syntax.some(({ line }) => line === place.line)) return;
    this.#syntax.push({ file: this.#source.file, ...place, path: 'policy', message });
  }

  /**
   * Throws `PolicyRefused` with everything added so far, in the order of the file; does nothing when there is nothing.
   * From the first fault of syntax on, the parser only guesses what was meant: faults behind it are left out.
   */
  throwIfAny(): void {
    const readable = Math.min(...this.#syntax.map(({ line }) => line));
    const sure =
      this.#syntax.length === 0
        ? this.#faults
        : this.#faults.filter((fault) => this.#isSure(fault, readable));
    const all = [...this.#syntax.slice(0, SYNTAX_TOLD), ...sure];
    if (all.length === 0) return;
    throw new PolicyRefused(all.toSorted((a, b) => a.line - b.line || a.column - b.column));
  }

  #isSure(fault: PolicyFault, readable: number): boolean {
    return fault.line < readable && !this.#absences.has(fault);
  }
}

/** A fault of the file as a whole, before anything in it could be read. */
export function wholeFileFault(file: string, message: string): PolicyRefused {
  return new PolicyRefused([{ file, line: 1, column: 1, path: 'policy', message }]);
}
