/** The charts of the HTML report: what they show, and the script that draws them with Chart.js. */
import { MINUTE, SECOND, type Duration } from '../../domain/time/time.ts';
import { oneLine } from '../../texts/clean.ts';
import { OUTCOMES } from './parts.ts';
import type { Report } from './report.ts';
import { localMinute } from './sections.ts';

/** What the drawing script reads: plain data. */
export type ChartData = Readonly<Record<string, unknown>>;

/** Where a chart stands. */
export interface ChartPlace {
  readonly id: string;
  readonly title: string;
  readonly wide: boolean;
}

export const CHARTS: readonly ChartPlace[] = [
  { id: 'online', title: 'Agents online, and as many as there would be without log-offs', wide: true },
  { id: 'rules', title: 'Log-offs by rule', wide: true },
  { id: 'hours', title: 'Log-offs by hour of the day', wide: true },
  { id: 'delays', title: 'How fast browsers came back after a log-off', wide: false },
  { id: 'licence', title: 'Concurrent-licence peak by month', wide: false },
];

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

/** What the charts show. Labels of times are local. */
export function chartData(report: Report): ChartData {
  const { drawn, byRule, byHour, licence, returns, zone } = report;
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
      // Date above time: side by side they run into each other on a phone.
      labels: drawn.asItWas.map(({ at }) => localMinute(at, zone).split(' ')),
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

/**
 * Draws all charts anew for the screen as it is, light or dark, and for paper: canvases keep the size of the screen they were drawn
 * for. Each bar has its value beside it.
 */
export const DRAW = `
const data = JSON.parse(document.getElementById('data').textContent);
const colours = { verified: '#1f6feb', unverified: '#e3a008', failed: '#d1242f', dropped: '#9aa7b4', observed: '#79a9f5' };
const schemes = {
  light: { ink: '#1c2530', soft: '#53606e', line: '#e3e9ee', was: '#1f6feb', without: '#c93c46', third: '#8250df' },
  dark: { ink: '#e6edf3', soft: '#a5b1bd', line: '#2b3440', was: '#6aa5ff', without: '#ff8a90', third: '#b48cf2' },
};
const values = { id: 'values', afterDatasetsDraw(chart) {
  if (chart.config.type !== 'bar') return;
  const { ctx } = chart;
  const flat = chart.options.indexAxis === 'y';
  const stacked = chart.options.scales.x.stacked === true;
  ctx.save();
  ctx.font = '11px ' + Chart.defaults.font.family;
  ctx.fillStyle = chart.options.plugins.values.ink;
  ctx.textAlign = flat ? 'left' : 'center';
  ctx.textBaseline = flat ? 'middle' : 'bottom';
  const put = (bar, value) => {
    if (value > 0) ctx.fillText(String(value), flat ? bar.x + 4 : bar.x, flat ? bar.y : bar.y - 2);
  };
  const shown = chart.getSortedVisibleDatasetMetas();
  if (stacked) {
    for (let i = 0; i < chart.data.labels.length; i += 1) {
      const bars = shown.map((meta) => meta.data[i]).filter(Boolean);
      if (bars.length === 0) continue;
      const end = bars.reduce((a, b) => ((flat ? b.x > a.x : b.y < a.y) ? b : a));
      put(end, shown.reduce((sum, meta) => sum + (chart.data.datasets[meta.index].data[i] || 0), 0));
    }
  } else {
    for (const meta of shown) meta.data.forEach((bar, i) => put(bar, chart.data.datasets[meta.index].data[i]));
  }
  ctx.restore();
} };
Chart.register(values);
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.devicePixelRatio = Math.max(2, window.devicePixelRatio || 1);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.plugins.legend.labels.boxWidth = 12;
const charts = [];
function draw(id, scheme, width, config) {
  const place = document.getElementById(id);
  if (place === null) return;
  const sets = config.data.datasets;
  if (!sets.some((set) => set.data.some((value) => value > 0))) {
    const empty = document.createElement('p');
    empty.className = 'none';
    empty.textContent = 'Nothing to show in this time.';
    place.parentElement.className = 'plot empty';
    place.replaceWith(empty);
    return;
  }
  const { scales } = config.options;
  for (const scale of Object.values(scales)) {
    scale.ticks = { ...scale.ticks, color: scheme.soft };
    scale.border = { color: scheme.line };
  }
  config.options.plugins = { ...config.options.plugins, values: { ink: scheme.ink },
    legend: { labels: { color: scheme.ink } } };
  config.options.layout = { padding: { top: 14, right: 34 } };
  if (width !== undefined) config.options.responsive = false;
  const chart = new Chart(place, config);
  if (width !== undefined) chart.resize(place.parentElement.parentElement.className === 'wide' ? width : width / 2 - 24, 190);
  charts.push(chart);
}
function paint(name, width) {
  for (const chart of charts.splice(0)) chart.destroy();
  const scheme = schemes[name];
  const whole = { beginAtZero: true, grace: '12%', ticks: { precision: 0 }, grid: { color: scheme.line } };
  const bare = { grid: { display: false } };
  const rows = data.rules.labels.length;
  document.getElementById('rules')?.parentElement.style.setProperty('height', Math.max(110, 60 + 26 * rows) + 'px');
  draw('online', scheme, width, { type: 'line', data: { labels: data.online.labels, datasets: [
    { label: 'as it was', data: data.online.was, borderColor: scheme.was, backgroundColor: scheme.was + '22', fill: 'origin',
      borderWidth: 1.5, pointRadius: 0, stepped: true },
    { label: 'without log-offs', data: data.online.without, borderColor: scheme.without, borderWidth: 1.2, borderDash: [4, 3],
      pointRadius: 0, stepped: true } ] },
    options: { interaction: { mode: 'index', intersect: false },
      scales: { y: { ...whole, grace: 0 }, x: { ...bare, ticks: { autoSkip: true, maxTicksLimit: (width ?? innerWidth) < 600 ? 2 : 3, maxRotation: 0, align: 'inner' } } } } });
  const stacked = (part) => part.sets.filter((set) => set.data.some((value) => value > 0))
    .map((set) => ({ ...set, backgroundColor: colours[set.label] }));
  draw('rules', scheme, width, { type: 'bar', data: { labels: data.rules.labels, datasets: stacked(data.rules) },
    options: { indexAxis: 'y', scales: { x: { ...whole, stacked: true }, y: { ...bare, stacked: true } } } });
  draw('hours', scheme, width, { type: 'bar', data: { labels: data.hours.labels, datasets: stacked(data.hours) },
    options: { scales: { y: { ...whole, stacked: true }, x: { ...bare, stacked: true, ticks: { maxRotation: 0 } } } } });
  draw('delays', scheme, width, { type: 'bar', data: { labels: data.delays.labels, datasets: [
    { label: 'silent returns, up to', data: data.delays.data, backgroundColor: scheme.third } ] },
    options: { scales: { y: whole, x: { ...bare } } } });
  draw('licence', scheme, width, { type: 'bar', data: { labels: data.licence.labels, datasets: [
    { label: 'as it was', data: data.licence.was, backgroundColor: scheme.was, maxBarThickness: 60 },
    { label: 'without log-offs', data: data.licence.without, backgroundColor: scheme.without, maxBarThickness: 60 } ] },
    options: { scales: { y: whole, x: { ...bare } } } });
}
const dark = matchMedia('(prefers-color-scheme: dark)');
const paper = 640;
const screen = () => paint(dark.matches ? 'dark' : 'light');
screen();
dark.addEventListener('change', screen);
addEventListener('beforeprint', () => paint('light', paper));
addEventListener('afterprint', screen);
`;
