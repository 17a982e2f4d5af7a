/** An agent explained, as HTML: sentences to read, and tables that a telephone can move across. */
import { htmlText } from '../../texts/clean.ts';
import type { Explained, ExplainedTable } from './latest.ts';
import { table } from './people-html.ts';

type Line = Explained['lines'][number];

/** All of it, without a heading. */
export function explainedHtml({ lines }: Pick<Explained, 'lines'>): string {
  return partsOf(lines).map(partHtml).join('\n');
}

/** What stands between empty lines. */
function partsOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const parts: Line[][] = [[]];
  for (const line of lines)
    if (line === '') parts.push([]);
    else parts.at(-1)?.push(line);
  return parts.filter((part) => part.length > 0);
}

function partHtml([first = '', ...more]: readonly Line[]): string {
  // A title is no sentence, and something follows it.
  const isTitled = typeof first === 'string' && !first.endsWith('.') && more.length > 0;
  if (!isTitled) return [first, ...more].map((line) => lineHtml(line, '')).join('\n');
  const isTable = more.every((line) => typeof line !== 'string');
  const title = htmlText(first);
  return `${isTable ? '' : `<h3>${title}</h3>\n`}${more.map((line) => lineHtml(line, title)).join('\n')}`;
}

function lineHtml(line: Line, caption: string): string {
  return typeof line === 'string' ? `<p>${htmlText(line.trim())}</p>` : tableHtml(line, caption);
}

function tableHtml({ head, rows }: ExplainedTable, caption: string): string {
  const cells = rows.map((row) => row.map(htmlText));
  return table(caption, head.map(htmlText), cells, 'None.');
}
