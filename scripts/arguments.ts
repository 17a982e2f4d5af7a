/**
 * What scripts and benches are told on the command line. A mistake in it is said in one line, with the exit code that commands of the
 * program have for one.
 */
import process from 'node:process';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { EXIT } from '../src/commands/shared/exit-codes.ts';

/** Ends the process. */
export function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT.refused);
}

type Values<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ readonly options: T }>
>['values'];

/** The options, of which there are no others, and at most so many words beside them. */
export function argumentsOf<const T extends ParseArgsOptionsConfig>(
  options: T,
  mostWords = 0,
): { readonly values: Values<T>; readonly words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length > mostWords) refuse(`Unexpected argument '${positionals[mostWords] ?? ''}'.`);
    return { values, words: positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Further sentences say how Node.js would have it written.
    const [sentence = ''] = error.message.split(/\n|\. /);
    refuse(sentence.replace(/\.?$/, '.'));
  }
}

/** A whole number; `name` is how it is called where it is told on the command line. */
export function whole(name: string, text: string, least = 0): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number;
  refuse(`${name} takes a whole number of at least ${least}, not '${text}'.`);
}

/** A number above zero. */
export function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  refuse(`${name} takes a number above 0, not '${text}'.`);
}

/** One of these words. */
export function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  return (
    words.find((word) => word === text) ?? refuse(`${name} takes one of ${words.join(', ')}, not '${text}'.`)
  );
}
