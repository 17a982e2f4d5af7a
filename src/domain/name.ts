/**
 * The forms in which names are compared: names of people, groups, queues, labels, profiles and all else that people write
 * in one place and the platform, or the same file, in another.
 */

/** Nothing but these: folding case is all there is to do. Most names are so, and 50,000 agents have three each. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * The form of a name in which any two spellings of it are the same text: Unicode NFC, without blanks around it, without
 * case (by Unicode's own mapping, whatever the machine's language). Everything else counts: `ß` is not `ss`, a dotless `ı`
 * is not `i`, and wide or invisible characters make another name.
 */
export function normaliseName(name: string): string {
  const trimmed = name.trim();
  if (PLAIN.test(trimmed)) return trimmed.toLowerCase();
  return lowered(trimmed.normalize('NFC')).normalize('NFC');
}

/**
 * A wider form, for what only protects: also one for `ß` and `ss`, dotted and dotless i, ligatures, full-width letters, and
 * names that differ by invisible characters or by the kind of a blank. Names that `normaliseName` makes one are one here.
 */
export function looseName(name: string): string {
  const trimmed = name.trim();
  if (PLAIN.test(trimmed)) return trimmed.toLowerCase();
  const visible = normaliseName(trimmed).normalize('NFKC').replaceAll(INVISIBLE, '').trim();
  return lowered(visible.toUpperCase()).replaceAll(DOTTED_I, 'i').normalize('NFKC');
}

/** Whether two names are the same one. */
export function isSameName(a: string, b: string): boolean {
  return normaliseName(a) === normaliseName(b);
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is an id of the platform: an agent who takes one for a display name is not meant by it. */
export function isId(text: string): boolean {
  return ID.test(text.trim());
}

const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;
/** What a capital İ becomes: an i and a dot above it. */
const DOTTED_I = /i\u0307/g;

/** A small sigma looks different at the end of a word, which a name with `*` in it cannot know. */
function lowered(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}
