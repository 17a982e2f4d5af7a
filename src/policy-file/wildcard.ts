/** Names with `*` in them. */
import { normaliseName } from '../domain/name.ts';

/** Whether a name stands for several. */
export function isWildcard(text: string): boolean {
  return text.includes('*');
}

/**
 * A pattern for the whole of a name, in which each `*` stands for any text. It is to be tested on names in the same `form`
 * as is given here. Each literal part is taken where it comes first and never again (a lookahead is not entered twice), so the effort grows with the length
 * of the name only, however many stars there are.
 */
export function wildcard(text: string, form: (name: string) => string = normaliseName): RegExp {
  const parts = form(text).split(/\*+/).map(escape);
  const first = parts[0] ?? '';
  if (parts.length === 1) return new RegExp(`^${first}$`, 'isu');
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).map((part, i) => `(?=(.*?${part}))\\${i + 1}`);
  return new RegExp(`^${first}${middle.join('')}.*${last}$`, 'isu');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
