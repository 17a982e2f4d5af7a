/** The report as Markdown, CSV and JSON. */
import { formatDuration, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { inDays, inHours } from './licence.ts';
import { OUTCOMES, type LicencePart, type ReturnsPart, type ReportRow } from './parts.ts';
import type { Report } from './report.ts';
import { jsonText } from '../../texts/clean.ts';
import { csvText } from '../../texts/csv.ts';
import { printed, secondsOf } from '../../texts/printed.ts';
import { markdownTable } from '../../texts/table.ts';

/** A date and minute in UTC. */
export function minuteText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** A duration as people read it; `–` for none. */
export function lengthText(length: Duration | undefined): string {
  if (length === undefined) return '–';
  return formatDuration(length < MINUTE ? Math.max(SECOND, length) : Math.round(length / SECOND) * SECOND);
}

/** One table of the report. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables that every rendering shows. */
export function sectionsOf(report: Report): readonly Section[] {
  const hours = report.byHour.filter((row) => OUTCOMES.some((outcome) => row[outcome] > 0));
  return [
    { title: 'Log-offs by rule', ...rowsTable('rule', report.byRule) },
    { title: 'Log-offs by profile', ...rowsTable('profile', report.byProfile) },
    { title: `Log-offs by hour of the day (${report.zone})`, ...rowsTable('hour', hours) },
    { title: 'Returns', ...returnsTable(report.returns) },
    {
      title: 'Dropped before an action, by reason',
      head: ['reason', 'log-offs'],
      rows: report.dropped.map(({ reason, count }) => [reason, String(count)]),
    },
    {
      title: 'Deferred, by reason',
      head: ['held back by', 'sweeps', 'most people at once'],
      rows: report.deferred.map(({ hold, sweeps, most }) => [hold, String(sweeps), String(most)]),
    },
    { title: `Concurrent-licence peak (months of ${report.zone})`, ...licenceTable(report.licence) },
  ];
}

function rowsTable(first: string, rows: readonly ReportRow[]): Omit<Section, 'title'> {
  return {
    head: [first, ...OUTCOMES, 'by ladder', 'hours recovered'],
    rows: rows.map((row) => [
      row.key,
      ...OUTCOMES.map((outcome) => String(row[outcome])),
      String(row.byLadder),
      inHours(row.recovered).toFixed(1),
    ]),
  };
}

function returnsTable(returns: ReturnsPart): Omit<Section, 'title'> {
  const { own, silent, late, platform, median, p95 } = returns;
  if (own + platform === 0) return { head: ['returns', ''], rows: [] };
  return {
    head: ['returns', ''],
    rows: [
      ['after our log-offs', String(own)],
      ['… of these silent: the browser came back, without a person', String(silent)],
      ['… of these later than the window: a login', String(late)],
      ['silent, after the platform’s own log-off', String(platform)],
      ['median time to a silent return', lengthText(median)],
      ['95 % of the silent returns within', lengthText(p95)],
    ],
  };
}

function licenceTable(parts: readonly LicencePart[]): Omit<Section, 'title'> {
  return {
    head: [
      'month',
      'days counted',
      'as it was',
      'without log-offs',
      'saved',
      'at or above: as it was',
      'without log-offs',
      'highest moment',
    ],
    rows: parts.map(({ month, whole, watched, asItWas, without }) => [
      whole ? month : `${month} (part)`,
      inDays(watched).toFixed(1),
      String(asItWas.billable),
      String(without.billable),
      String(without.billable - asItWas.billable),
      String(asItWas.atOrAbove),
      String(without.atOrAbove),
      asItWas.highestAt === undefined ? '–' : `${asItWas.highest} at ${minuteText(asItWas.highestAt)}`,
    ]),
  };
}

/** The few numbers above everything else. */
export function headlines(report: Report): readonly (readonly [string, string])[] {
  const { totals, returns, held, breaker, gaps } = report;
  const saved = report.licence.reduce(
    (most, { asItWas, without }) => Math.max(most, without.billable - asItWas.billable),
    0,
  );
  const lines: [string, string][] = [
    ['log-offs verified', String(totals.verified)],
    ['hours recovered', inHours(totals.recovered).toFixed(1)],
    ['licences below the peak without', String(saved)],
    ['silent returns', String(returns.silent)],
    ['only observed (not carried out)', String(totals.observed)],
    ['unverified or failed', String(totals.unverified + totals.failed)],
  ];
  if (held > 0) lines.push(['agents held', String(held)]);
  if (breaker > 0) lines.push(['breaker tripped', String(breaker)]);
  if (gaps > 0) lines.push(['gaps in watching', String(gaps)]);
  return lines;
}

/** Markdown, which also reads well on a terminal. */
export function reportMarkdown(report: Report): string {
  const lines = [
    '# Idle enforcer report',
    '',
    `${minuteText(report.span.from)} to ${minuteText(report.span.to)}`,
    '',
    ...headlines(report).map(([name, value]) => `- ${name}: **${value}**`),
  ];
  for (const { title, head, rows } of sectionsOf(report)) {
    lines.push('', `## ${title}`, '', ...(rows.length === 0 ? ['None.'] : markdownTable(head, rows)));
  }
  lines.push('', '## Assumptions behind the numbers', '', ...report.assumptions.map((text) => `- ${text}`));
  return `${lines.join('\n')}\n`;
}

/** One number a line, for a spreadsheet's pivot table. */
export function reportCsv(report: Report): string {
  const lines: (readonly (string | number)[])[] = [['section', 'key', 'measure', 'value']];
  const rows = (section: string, list: readonly ReportRow[]): void => {
    for (const row of list) {
      for (const outcome of OUTCOMES) lines.push([section, row.key, outcome, row[outcome]]);
      lines.push([section, row.key, 'by_ladder', row.byLadder]);
      lines.push([section, row.key, 'recovered_hours', inHours(row.recovered)]);
    }
  };
  rows('total', [report.totals]);
  rows('rule', report.byRule);
  rows('profile', report.byProfile);
  rows('hour', report.byHour);
  for (const { reason, count } of report.dropped) lines.push(['dropped', reason, 'count', count]);
  for (const { hold, sweeps, most } of report.deferred) {
    lines.push(['deferred', hold, 'sweeps', sweeps], ['deferred', hold, 'most_at_once', most]);
  }
  const { own, silent, late, platform, median, p95 } = report.returns;
  for (const [measure, value] of Object.entries({ own, silent, late, platform })) {
    lines.push(['returns', '', measure, value]);
  }
  if (median !== undefined) lines.push(['returns', '', 'median_seconds', secondsOf(median)]);
  if (p95 !== undefined) lines.push(['returns', '', 'p95_seconds', secondsOf(p95)]);
  for (const { month, asItWas, without, watched } of report.licence) {
    lines.push(
      ['licence', month, 'as_it_was', asItWas.billable],
      ['licence', month, 'without', without.billable],
      ['licence', month, 'at_or_above_as_it_was', asItWas.atOrAbove],
      ['licence', month, 'at_or_above_without', without.atOrAbove],
      ['licence', month, 'highest', asItWas.highest],
      ['licence', month, 'counted_hours', inHours(watched)],
    );
  }
  return csvText(lines);
}

/** Everything; see `printed` for how facts are written. */
export function reportJson(report: Report): string {
  return `${jsonText(printed(report), 2)}\n`;
}
