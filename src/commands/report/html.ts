/**
 * The report as one HTML file that needs no network: tables in the page, charts drawn by the library that is put into it.
 * Whatever comes from the record is escaped, and a content security policy forbids the page to load anything.
 */
import { MINUTE, SECOND, type Duration } from '../../domain/time/time.ts';
import { htmlText, oneLine } from '../../texts/clean.ts';
import { headlines, minuteText, sectionsOf, type Section } from './text.ts';
import { OUTCOMES } from './parts.ts';
import type { Report } from './report.ts';

/** Renders the page. `library` is the source of Chart.js as one classic script. */
export function reportHtml(report: Report, library: string): string {
  const { from, to } = report.span;
  const sections = sectionsOf(report).map(sectionHtml).join('\n');
  const assumptions = report.assumptions.map((text) => `<li>${htmlText(text)}</li>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>Idle enforcer report</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Idle enforcer report</h1><p>${minuteText(from)} to ${minuteText(to)}</p></header>
<dl class="numbers">
${headlines(report)
  .map(([name, value]) => `<div><dt>${htmlText(name)}</dt><dd>${htmlText(value)}</dd></div>`)
  .join('\n')}
</dl>
<div class="charts">
${CHARTS.map(chartHtml).join('\n')}
</div>
${sections}
<section><h2>Assumptions behind the numbers</h2><ul>
${assumptions}
</ul></section>
<script type="application/json" id="data">${scriptJson(chartData(report))}</script>
<script>${library.replaceAll(/<\/script/gi, '<\\/script')}</script>
<script>${DRAW}</script>
</body>
</html>
`;
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function sectionHtml({ title, head, rows }: Section): string {
  if (rows.length === 0) return `<section><h2>${htmlText(title)}</h2><p class="none">None.</p></section>`;
  const numeric = head.map((_, column) => rows.every((row) => /^[\d.,%–-]*$/.test(row[column] ?? '')));
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    row
      .map((cell, i) => `<${tag}${numeric[i] === true ? ' class="n"' : ''}>${htmlText(cell)}</${tag}>`)
      .join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<section><h2>${htmlText(title)}</h2><table><thead><tr>${cells('th', head)}</tr></thead>
<tbody>
${body}
</tbody></table></section>`;
}

interface ChartPlace {
  readonly id: string;
  readonly title: string;
  readonly wide: boolean;
}

const CHARTS: readonly ChartPlace[] = [
  { id: 'online', title: 'Agents online, and as many as there would be without log-offs', wide: true },
  { id: 'rules', title: 'Log-offs by rule', wide: false },
  { id: 'hours', title: 'Log-offs by hour of the day', wide: false },
  { id: 'delays', title: 'How fast browsers came back after a log-off', wide: false },
  { id: 'licence', title: 'Concurrent-licence peak by month', wide: false },
];

function chartHtml({ id, title, wide }: ChartPlace): string {
  return `<figure${wide ? ' class="wide"' : ''}><figcaption>${title}</figcaption><div class="plot"><canvas id="${id}" role="img" aria-label="${title}"></canvas></div></figure>`;
}

/** Upper ends of the bars of the delay chart. */
const DELAY_STEPS: readonly (readonly [string, Duration])[] = [
  ['5 s', 5 * SECOND],
  ['10 s', 10 * SECOND],
  ['20 s', 20 * SECOND],
  ['30 s', 30 * SECOND],
  ['1 min', MINUTE],
  ['2 min', 2 * MINUTE],
  ['later', Infinity],
];

function chartData(report: Report): unknown {
  const { drawn, byRule, byHour, licence, returns } = report;
  const rules = byRule.slice(0, 12);
  let below = 0;
  const delays = DELAY_STEPS.map(([, upTo]) => {
    const all = returns.delays.filter((delay) => delay <= upTo).length;
    const here = all - below;
    below = all;
    return here;
  });
  return {
    online: {
      labels: drawn.asItWas.map(({ at }) => minuteText(at)),
      was: drawn.asItWas.map(({ online }) => online),
      without: drawn.without.map(({ online }) => online),
    },
    rules: {
      labels: rules.map(({ key }) => oneLine(key)),
      sets: OUTCOMES.map((outcome) => ({ label: outcome, data: rules.map((row) => row[outcome]) })),
    },
    hours: {
      labels: byHour.map(({ key }) => key),
      sets: OUTCOMES.map((outcome) => ({ label: outcome, data: byHour.map((row) => row[outcome]) })),
    },
    delays: { labels: DELAY_STEPS.map(([label]) => label), data: delays },
    licence: {
      labels: licence.map(({ month, whole }) => (whole ? month : `${month} (part)`)),
      was: licence.map(({ asItWas }) => asItWas.billable),
      without: licence.map(({ without }) => without.billable),
    },
  };
}

const STYLE = `
:root { color-scheme: light; --ink: #1c2530; --soft: #5d6b7a; --line: #d9e0e7; --blue: #1f6feb; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--ink);
  background: #fff; max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
header { border-bottom: 2px solid var(--ink); margin-bottom: 1.25rem; }
h1 { font-size: 1.6rem; margin: 0; } header p { color: var(--soft); margin: .15rem 0 .75rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .75rem; margin: 0 0 1.5rem; }
.numbers div { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; display: flex;
  flex-direction: column-reverse; justify-content: flex-end; }
dt { color: var(--soft); font-size: .82rem; line-height: 1.3; } dd { margin: 0; font-size: 1.6rem; font-weight: 650;
  font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; padding: .75rem; min-width: 0; break-inside: avoid; }
figure.wide { grid-column: 1 / -1; } figcaption { font-weight: 600; font-size: .9rem; margin-bottom: .4rem; }
.plot { position: relative; height: 240px; }
section { overflow-x: auto; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } .n { text-align: right; }
tbody tr:hover { background: #f5f8fb; } .none { color: var(--soft); margin: 0; } li { margin-bottom: .3rem; color: var(--soft); }
@media (max-width: 700px) { .charts { grid-template-columns: 1fr; } }
@media print { @page { margin: 14mm; } body { max-width: none; padding: 0; font-size: 11px; } .plot { height: 180px; }
  canvas { max-width: 100% !important; } tbody tr:hover { background: none; } h2 { break-after: avoid; } }
`;

const DRAW = `
const data = JSON.parse(document.getElementById('data').textContent);
const colours = { verified: '#1f6feb', unverified: '#e3a008', failed: '#d1242f', dropped: '#9aa7b4', observed: '#b9d3fb' };
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.plugins.legend.labels.boxWidth = 12;
const whole = { beginAtZero: true, ticks: { precision: 0 }, grid: { color: '#eef2f5' } };
const bare = { grid: { display: false } };
function draw(id, config) {
  const sets = config.data.datasets;
  if (sets.some((set) => set.data.some((value) => value > 0))) { new Chart(id, config); return; }
  const place = document.getElementById(id).parentElement;
  place.textContent = 'Nothing to show in this time.';
  place.style.cssText = 'height:auto;color:#5d6b7a';
}
draw('online', { type: 'line', data: { labels: data.online.labels, datasets: [
  { label: 'as it was', data: data.online.was, borderColor: '#1f6feb', backgroundColor: '#1f6feb22', fill: 'origin',
    borderWidth: 1.5, pointRadius: 0, stepped: true },
  { label: 'without log-offs', data: data.online.without, borderColor: '#d1242f', borderWidth: 1.2, borderDash: [4, 3],
    pointRadius: 0, stepped: true } ] },
  options: { interaction: { mode: 'index', intersect: false },
    scales: { y: whole, x: { ...bare, ticks: { autoSkip: true, maxTicksLimit: 6, maxRotation: 0 } } } } });
const stacked = (part) => part.sets.filter((set) => set.data.some((value) => value > 0))
  .map((set) => ({ ...set, backgroundColor: colours[set.label] }));
draw('rules', { type: 'bar', data: { labels: data.rules.labels, datasets: stacked(data.rules) },
  options: { indexAxis: 'y', scales: { x: { ...whole, stacked: true }, y: { ...bare, stacked: true } } } });
draw('hours', { type: 'bar', data: { labels: data.hours.labels, datasets: stacked(data.hours) },
  options: { scales: { y: { ...whole, stacked: true }, x: { ...bare, stacked: true, ticks: { maxRotation: 0 } } } } });
draw('delays', { type: 'bar', data: { labels: data.delays.labels, datasets: [
  { label: 'silent returns, up to', data: data.delays.data, backgroundColor: '#8250df' } ] },
  options: { scales: { y: whole, x: bare } } });
draw('licence', { type: 'bar', data: { labels: data.licence.labels, datasets: [
  { label: 'as it was', data: data.licence.was, backgroundColor: '#1f6feb', maxBarThickness: 60 },
  { label: 'without log-offs', data: data.licence.without, backgroundColor: '#f0b4b8', maxBarThickness: 60 } ] },
  options: { scales: { y: whole, x: bare } } });
const all = () => Object.values(Chart.instances);
addEventListener('beforeprint', () => { for (const chart of all()) chart.resize(); });
addEventListener('afterprint', () => { for (const chart of all()) chart.resize(); });
`;
