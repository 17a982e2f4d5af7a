/**
 * What is wrong with a policy file: every fault with its place, gathered first and told all at once. A file can have more
 * faults than are read, so only the first ones are kept, and they are put into words only when they are told.
 */
import { oneLine } from '../texts/clean.ts';
import { findNear, smallEffort, type CompareEffort } from './nearest.ts';
import { Excerpts, type Excerpt } from './excerpt.ts';
import { writePath } from './quoting.ts';
import type { Path, Place, Source } from './source.ts';

export { writePath };

/** One thing that is wrong, where it stands, and what was probably meant. Lines and columns count from 1. Holds no secret. */
export interface PolicyFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the tree: `profiles[1].rules[0].limit`. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
  /** The line, as far as it may be shown. */
  readonly excerpt?: Excerpt;
}

/** More than this would only scroll the first ones away. */
const TOLD = 100;

/** One mistake makes the parser stumble over much that follows. */
const SYNTAX_TOLD = 5;

/** The policy cannot be used; the operator must correct the file. The message lists the faults, one a line. */
export class PolicyRefused extends Error {
  override readonly name = 'PolicyRefused';
  /** The first ones. */
  readonly faults: readonly PolicyFault[];
  /** How many more there are. */
  readonly more: number;

  constructor(faults: readonly PolicyFault[], more = 0) {
    const told = faults.slice(0, TOLD);
    const others = more + faults.length - told.length;
    const lines = told.map(faultLine);
    if (others > 0) lines.push(`… and ${others} more`);
    super(lines.join('\n'));
    this.faults = told;
    this.more = others;
  }

  /** How many there are altogether. */
  get count(): number {
    return this.faults.length + this.more;
  }
}

/** A fault as one line: `file:line:column: path: sentence`. */
export function faultLine(fault: PolicyFault): string {
  const meant = fault.suggestion === undefined ? '' : ` (did you mean "${fault.suggestion}"?)`;
  return oneLine(`${fault.file}:${fault.line}:${fault.column}: ${fault.path}: ${fault.message}${meant}`);
}

/** What may be said beside the sentence of a fault. */
export interface Extra {
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** What may have been meant by the value, or with `atKey` by the key. */
  readonly known?: Known;
  /** What is meant, where the value is another name for it. */
  readonly meant?: string;
  /** What is wrong, where that is a part of the value only. */
  readonly word?: string;
  /** Added to the sentence where nothing of `known` is close enough to have been meant. */
  readonly orElse?: string;
  /** Something is not there: not worth telling when the file could be read in part only. */
  readonly absence?: boolean;
}

/** Words, or how to get them when they are wanted. */
type Known = readonly string[] | (() => Iterable<string>);

/** A fault that is not put into words yet. */
interface Noted extends Place {
  readonly at: Path;
  /** `{value}` stands for the value. */
  readonly message: string;
  readonly extra: Extra;
}

/** Gathers the faults of one file. */
export class FaultList {
  readonly #source: Source;
  readonly #seen = new Set<string>();
  #faults: Noted[] = [];
  #count = 0;
  #syntax: PolicyFault[] = [];
  #syntaxLines = new Set<number>();

  constructor(source: Source) {
    this.#source = source;
  }

  /**
   * Adds a fault; the same sentence at the same path counts once, and of a value that something stands in for nothing is said. `{value}` in it stands for the value as far as that may
   * be shown.
   */
  add(path: Path, message: string, extra: Extra = {}): void {
    if (this.#source.isAbsent(path) && extra.atKey !== true) return;
    const key = `${JSON.stringify(path)}\n${message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const place = extra.atKey === true ? this.#source.keyPlace(path) : this.#source.place(path);
    this.#faults.push({ ...place, at: path, message, extra });
    this.#count += 1;
    if (this.#faults.length >= 10 * TOLD) this.#faults = firstOf(this.#faults);
  }

  /** Adds a fault of the text itself, which has a place but no path. One a line: the next ones there only follow from it. */
  addSyntax(place: Place, message: string): void {
    if (this.#syntaxLines.has(place.line)) return;
    this.#syntaxLines.add(place.line);
    this.#syntax.push({ file: this.#source.file, ...place, path: 'policy', message });
    if (this.#syntax.length >= 10 * TOLD) this.#syntax = firstOf(this.#syntax);
  }

  /** Whether a fault was added that has a path. */
  get any(): boolean {
    return this.#faults.length > 0;
  }

  /**
   * Throws `PolicyRefused` with everything added so far, in the order of the file; does nothing when there is nothing.
   * From the first fault of syntax on, the parser only guesses what was meant: faults behind it are left out.
   */
  throwIfAny(): void {
    this.throwIfUnreadable();
    if (this.#faults.length === 0) return;
    const effort = smallEffort();
    const told = firstOf(this.#faults).map((fault) => this.#tell(fault, effort));
    throw new PolicyRefused(withExcerpts(this.#source, told), this.#count - told.length);
  }

  /** The same, but only where the text itself is at fault, so that whatever else is found is a guess. */
  throwIfUnreadable(): void {
    if (this.#syntax.length > 0) this.#throwSyntax();
  }

  #throwSyntax(): never {
    const syntax = firstOf(this.#syntax).slice(0, SYNTAX_TOLD);
    const readable = syntax[0]?.line ?? 0;
    const effort = smallEffort();
    const sure = firstOf(this.#faults)
      .filter(({ line, extra }) => line < readable && extra.absence !== true)
      .map((fault) => this.#tell(fault, effort));
    throw new PolicyRefused(withExcerpts(this.#source, firstOf([...sure, ...syntax]), syntax[0]));
  }

  #tell({ line, column, at, message, extra }: Noted, effort: CompareEffort): PolicyFault {
    const { file, spoken } = this.#source;
    const { atKey = false, known = [], orElse = '' } = extra;
    const wrong = extra.word ?? (atKey ? at.at(-1) : this.#source.at(at));
    const words = (): Iterable<string> => {
      if (extra.meant !== undefined) return [String(wrong)];
      return typeof known === 'function' ? known() : known;
    };
    const isOwn = atKey || this.#source.isOwnText(at);
    const near = (): string | undefined =>
      typeof wrong === 'string' ? findNear(wrong, words(), effort)?.word : undefined;
    const meant = isOwn ? (extra.meant ?? near()) : undefined;
    const value = (): string => this.#source.show(at, words(), effort, wrong);
    const sentence = message.replace('{value}', value) + (meant === undefined ? orElse : '');
    const suggestion = meant === undefined ? {} : { suggestion: meant };
    const path = writePath(at, spoken, effort);
    return { file, line, column, path, message: sentence, ...suggestion };
  }
}

function withExcerpts(
  source: Source,
  faults: readonly PolicyFault[],
  unsureFrom?: Place,
): readonly PolicyFault[] {
  const excerpts = new Excerpts(source, faults, unsureFrom);
  return faults.map((fault) => {
    const excerpt = excerpts.at(fault, fault.message);
    return excerpt === undefined ? fault : { ...fault, excerpt };
  });
}

/** A fault with its line below it, and a mark under the place in it. */
export function faultLines(fault: PolicyFault): readonly string[] {
  const { excerpt, line } = fault;
  if (excerpt === undefined) return [faultLine(fault)];
  const number = String(line).padStart(5);
  return [
    faultLine(fault),
    `${number} | ${excerpt.text}`,
    `${' '.repeat(number.length)} | ${' '.repeat(excerpt.caret)}^`,
  ];
}

/** The first ones in the file, in its order. */
function firstOf<T extends Place>(faults: readonly T[]): T[] {
  return faults.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, TOLD);
}

/** A fault of the file as a whole, before anything in it could be read. */
export function wholeFileFault(file: string, message: string): PolicyRefused {
  return new PolicyRefused([{ file, line: 1, column: 1, path: 'policy', message }]);
}
