/**
 * The one place that makes texts from outside fit to be shown: names of agents, groups, queues and providers, what the
 * platform said, what stands in a policy. Characters that move the cursor, hide or turn round what stands beside them, or
 * begin a line, are written out as `\u202e`, so that they do nothing and can be seen. Beyond that each kind of document has
 * characters that mean something to it.
 */

/**
 * Control characters (C0, C1), formatting ones (bidirectional, zero-width, tags), line and paragraph separators, halves of
 * characters, and letters that show as nothing.
 */
const UNSEEN_ONE =
  '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\u115f\\u1160\\u2800\\u3164\\uffa0]|\\u034f|\\u17b4|\\u17b5';
const UNSEEN = new RegExp(UNSEEN_ONE, 'gu');
const UNSEEN_IN_LINES = new RegExp(`(?![\\n\\t])(?:${UNSEEN_ONE})`, 'gu');
/** What most texts are: of a record of a million events each is looked at. */
const PLAIN = /^[\x20-\x7e]*$/;
/** The same in JSON, which writes out C0 itself. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text on one line, with nothing in it that cannot be seen. */
export function oneLine(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, writtenOut);
}

/** The same for a text of several lines: line breaks and tabs stay. */
export function severalLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, writtenOut);
}

/** Whether there is anything in a text that cannot be seen. */
export function hasUnseen(text: string): boolean {
  return text.search(UNSEEN) >= 0;
}

function writtenOut(character: string): string {
  return SHORT[character] ?? escapesOf(character);
}

function escapesOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** JSON that means the same and holds nothing that cannot be seen. */
export function jsonText(value: unknown, indent?: number): string {
  // What JSON.stringify makes of several lines is between the texts, where JSON has no other characters.
  const text = JSON.stringify(value, undefined, indent);
  return PLAIN.test(text) ? text : text.replace(UNSEEN_IN_LINES, escapesOf);
}

/**
 * A line of JSON that shows nothing unseen even to those who read the texts in it raw: what is escaped there is written out
 * within the text. Line breaks and tabs within texts stay escapes.
 */
export function jsonLine(line: string): string {
  const end = line.endsWith('\n') ? '\n' : '';
  return line.slice(0, line.length - end.length).replace(UNSEEN_OR_ESCAPED, hiddenTwice) + end;
}

const UNSEEN_OR_ESCAPED = new RegExp(`\\\\(?:u[0-9a-fA-F]{4}|.)|${UNSEEN_ONE}`, 'gu');

function hiddenTwice(found: string): string {
  if (!found.startsWith('\\')) return escapesOf(found).replaceAll('\\', '\\\\');
  if (/^\\[rbf]$/.test(found)) return `\\${found}`;
  if (!found.startsWith('\\u') || found.length < 6) return found;
  const character = String.fromCharCode(parseInt(found.slice(2), 16));
  return hasUnseen(character) ? `\\${found}` : found;
}

/** At most so many characters, none of them cut in half. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/**
 * A cell of a Markdown table: no further cell, no link, also none that is made of a bare address, no image, no HTML, and no
 * character by its number, which might be one that cannot be seen.
 */
export function markdownCell(text: string): string {
  return oneLine(text).replace(/[\\|<`*~[\]]|&(?=#?\w+;)|(?<=:)\/\/|(?<=\bwww)\./gi, (sign) => {
    if (sign === '<') return '&lt;';
    return sign === '&' ? '&amp;' : `\\${sign}`;
  });
}

/** A text between the tags, or in an attribute's quotes, of HTML. */
export function htmlText(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A text of Slack's: no user is mentioned and nothing becomes a link (https://api.slack.com/reference/surfaces/formatting). */
export function slackText(text: string): string {
  return severalLines(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
