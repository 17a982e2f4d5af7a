/**
 * The report as one HTML file that needs no network: tables in the page, charts drawn by the library that is put into it. It fits a
 * phone, a desk and paper, by day and by night. Whatever comes from the record is escaped, and a content security policy forbids
 * the page to load anything.
 */
import { htmlText } from '../../texts/clean.ts';
import { CHARTS, DRAW, type ChartData, type ChartPlace } from './charts.ts';
import type { Section, Shown } from './sections.ts';

/** What draws: the data, and the source of Chart.js as one classic script. */
export interface Drawing {
  readonly data: ChartData;
  readonly library: string;
}

/** Renders the page, with charts or without; `figures` are charts that are drawn already, as HTML. */
export function reportHtml(
  { title, about, headlines, sections, assumptions }: Shown,
  drawing?: Drawing,
  figures: readonly string[] = [],
): string {
  const pairs = (list: Shown['about']): string =>
    list
      .map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`)
      .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${htmlText(title)}</h1>
<dl class="about">
${pairs(about)}
</dl></header>
<main>
<dl class="numbers">
${pairs(headlines)}
</dl>
${drawing === undefined ? '' : `<div class="charts">\n${CHARTS.map(chartHtml).join('\n')}\n</div>`}
${figures.length === 0 ? '' : `<div class="charts">\n${figures.join('\n')}\n</div>`}
${sections.map(sectionHtml).join('\n')}
<section><h2>Assumptions behind the numbers</h2><ul>
${assumptions.map((text) => `<li>${htmlText(text)}</li>`).join('\n')}
</ul></section>
</main>
${drawing === undefined ? '' : scripts(drawing)}
</body>
</html>
`;
}

function scripts({ data, library }: Drawing): string {
  return `<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${library.replaceAll(/<\/script/gi, '<\\/script')}</script>
<script>${DRAW}</script>`;
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function sectionHtml({ title, head, rows, note }: Section): string {
  const heading = `<h2>${htmlText(title)}</h2>`;
  if (rows.length === 0) return `<section>${heading}<p class="none">None.</p></section>`;
  const numeric = head.map((_, column) => rows.every((row) => /^[\d.,%–-]*$/.test(row[column] ?? '')));
  const cells = (wanted: 'th' | 'td', row: readonly string[]): string =>
    row
      .map((cell, i) => {
        // A header without words would be read out as one.
        const tag = cell === '' ? 'td' : wanted;
        const scope = tag === 'th' ? ' scope="col"' : '';
        return `<${tag}${scope}${numeric[i] === true ? ' class="n"' : ''}>${htmlText(cell)}</${tag}>`;
      })
      .join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  const below = note === undefined ? '' : `<p class="none">${htmlText(note)}</p>`;
  return `<section>${heading}<div class="scroll" tabindex="0" role="region" aria-label="${htmlText(title)}"><table><thead><tr>${cells('th', head)}</tr></thead>
<tbody>
${body}
</tbody></table></div>${below}</section>`;
}

function chartHtml({ id, title, wide }: ChartPlace): string {
  return `<figure${wide ? ' class="wide"' : ''}><figcaption>${title}</figcaption><div class="plot"><canvas id="${id}" role="img" aria-label="${title}"></canvas></div></figure>`;
}

const LIGHT =
  '--ink: #1c2530; --soft: #53606e; --line: #d9e0e7; --paper: #ffffff; --hover: #f2f6fa; --was: #1f6feb; --without: #c93c46;';
const DARK =
  '--ink: #e6edf3; --soft: #a5b1bd; --line: #35404d; --paper: #10161d; --hover: #1a222c; --was: #6aa5ff; --without: #ff8a90;';

const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--ink);
  background: var(--paper); max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 3rem; overflow-wrap: anywhere; }
header { border-bottom: 2px solid var(--ink); margin-bottom: 1.25rem; padding-bottom: .75rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .4rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.about { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; margin: 0; font-size: .9rem; }
.about div { display: flex; gap: .4rem; } .about dt { flex: none; } .about dd { margin: 0; min-width: 0; } dt { color: var(--soft); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; margin: 0 0 1.5rem; }
.numbers div { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; display: flex; min-width: 0;
  flex-direction: column-reverse; justify-content: flex-end; break-inside: avoid; }
.numbers dt { font-size: .82rem; line-height: 1.3; } .numbers dd { margin: 0; font-size: 1.5rem; font-weight: 650; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .75rem; min-width: 0; overflow: hidden; break-inside: avoid; }
figure.wide { grid-column: 1 / -1; } figcaption { font-weight: 600; font-size: .9rem; margin-bottom: .4rem; }
.plot { position: relative; height: 240px; min-width: 0; } .plot.empty { height: auto !important; }
.scroll { overflow-x: auto; } .curves { display: block; max-height: 18rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; vertical-align: bottom; } .n { text-align: right; }
td { min-width: 3.2em; } tr { break-inside: avoid; } thead { display: table-header-group; }
tbody tr:hover { background: var(--hover); } .none { color: var(--soft); margin: .3rem 0 0; }
li { margin-bottom: .3rem; color: var(--soft); }
@media screen and (max-width: 700px) { .scroll table { width: max-content; min-width: 100%; } .scroll td { max-width: 16rem; } .curves { min-width: 34rem; } }
@media (max-width: 700px) { .charts { grid-template-columns: minmax(0, 1fr); } body { padding: 1.25rem .9rem 2rem; } }
@media print {
  @page { margin: 14mm; }
  :root { color-scheme: light; ${LIGHT} }
  body { max-width: none; padding: 0; font-size: 10.5px; }
  h1 { font-size: 18px; } h2 { font-size: 13px; margin-top: 1.2rem; break-after: avoid; }
  .numbers { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 6px; } .numbers dd { font-size: 16px; }
  .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  figure { padding: 8px; } .plot { height: 190px !important; } .plot.empty { height: auto !important; }
  canvas { width: 100% !important; height: 100% !important; }
  .curves { max-height: 13rem; } .scroll { overflow: visible; } table { font-size: 9px; } th, td { padding: 3px 4px; } td { overflow-wrap: anywhere; }
  td { min-width: 0; } tbody tr:hover { background: none; }
}
`;
