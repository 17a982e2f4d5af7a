/** Variables in a spelling that nothing fills in, so that the text itself counts. */
import { looksLikeName } from './interpolate.ts';
import { warn, type Checking } from './checking.ts';
import type { Path } from './source.ts';

/** `$NAME` anywhere in a text, with capitals; `$name` where it is the whole text, for a password may hold a dollar sign. */
const DOLLAR = /(?<![\w$])\$\(?([A-Z_][A-Z0-9_]+)\)?|^\$\(?([A-Za-z_]\w*)\)?$/;
/** As the command line of Windows, and templates, have them. */
const OTHERS = /^%([A-Za-z_]\w*)%$|\{\{[^{}]{1,100}\}\}/;

/** Warns of each text that was probably to be filled in. */
export function checkVariables(checking: Checking): void {
  const seen = new Set<string>();
  walk(checking, checking.source.raw, [], seen);
}

function walk(checking: Checking, node: unknown, path: Path, seen: Set<string>): void {
  if (typeof node === 'string') check(checking, node, path, seen);
  if (typeof node !== 'object' || node === null) return;
  for (const [key, inner] of Object.entries(node))
    walk(checking, inner, [...path, Array.isArray(node) ? Number(key) : key], seen);
}

function check(checking: Checking, text: string, path: Path, seen: Set<string>): void {
  const found = DOLLAR.exec(text) ?? OTHERS.exec(text);
  if (found === null) return;
  const { line, column } = checking.source.place(path);
  // An alias brings the same text to several places.
  const place = `${line}:${column}`;
  if (seen.has(place)) return;
  seen.add(place);
  const name = found[1] ?? found[2] ?? '';
  const shown = looksLikeName(name) ? name : 'NAME';
  warn(
    checking,
    path,
    `has a variable that is not filled in, so that the text counts as it is written: write \${${shown}} to have it filled in from the environment`,
  );
}
