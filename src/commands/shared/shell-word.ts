/** Command lines that a user copies into a shell. */

/** A word as a shell takes it back. */
export function shellWord(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
