/** The report as text for terminals, as Markdown, CSV and JSON. */
import { jsonText } from '../../texts/clean.ts';
import { csvText, type CsvRow } from '../../texts/csv.ts';
import { printed, rungNumber, secondsOf } from '../../texts/printed.ts';
import { markdownTable, textTable } from '../../texts/table.ts';
import { inHours } from './licence.ts';
import { OUTCOMES, type ReportRow } from './parts.ts';
import type { Report } from './report.ts';
import { withNulls } from '../shared/json.ts';
import type { CallPerson, Origin, Shown } from './sections.ts';

/** Lines for a terminal. The caller cleans them. */
export function reportLines({ title, about, headlines, sections, assumptions }: Shown): readonly string[] {
  const width = Math.max(...[...about, ...headlines].map(([name]) => name.length)) + 2;
  const pair = ([name, value]: readonly [string, string]): string => `${name.padEnd(width)}${value}`;
  const lines = [title, '', ...about.map(pair), '', ...headlines.map(pair)];
  for (const { title: name, head, rows, note } of sections) {
    lines.push('', name, ...(rows.length === 0 ? ['none'] : textTable(head, rows)));
    if (note !== undefined) lines.push(note);
  }
  lines.push('', 'Assumptions behind the numbers', ...assumptions.map((text) => `- ${text}`));
  return lines;
}

/** Markdown, for files. */
export function reportMarkdown({ title, about, headlines, sections, assumptions }: Shown): string {
  const lines = [
    `# ${title}`,
    '',
    ...markdownTable(['', ''], about),
    '',
    ...headlines.map(([name, value]) => `- ${name}: **${value}**`),
  ];
  for (const { title: name, head, rows, note } of sections) {
    lines.push('', `## ${name}`, '', ...(rows.length === 0 ? ['None.'] : markdownTable(head, rows)));
    if (note !== undefined) lines.push('', note);
  }
  lines.push('', '## Assumptions behind the numbers', '', ...assumptions.map((text) => `- ${text}`));
  return `${lines.join('\n')}\n`;
}

/** One number a line, for a spreadsheet's pivot table. */
export function reportCsv(report: Report, origin: Origin, call: CallPerson): string {
  const lines: CsvRow[] = [['section', 'key', 'measure', 'value'], ...originRows(report, origin)];
  const rows = (section: string, list: readonly ReportRow[]): void => {
    for (const row of list) {
      for (const outcome of OUTCOMES) lines.push([section, row.key, outcome, row[outcome]]);
      lines.push([section, row.key, 'by_ladder', row.byLadder]);
      lines.push([section, row.key, 'verified_by_ladder', row.verifiedByLadder]);
      lines.push([section, row.key, 'regretted', row.regretted]);
      lines.push([section, row.key, 'people', row.people]);
      lines.push([section, row.key, 'observed_people', row.observedPeople]);
      lines.push([section, row.key, 'recovered_hours', inHours(row.recovered)]);
    }
  };
  rows('total', [report.totals]);
  rows('rule', report.byRule);
  rows('profile', report.byProfile);
  rows('hour', report.byHour);
  // Of tens of thousands of people there are more lines than a call takes arguments.
  return csvText([...lines, ...personRows(report, call), ...otherRows(report)]);
}

function originRows(
  { span, zone }: Report,
  { organisation, mode, policy, version, madeAt }: Origin,
): CsvRow[] {
  const iso = (at: number): string => new Date(at).toISOString();
  const facts = {
    from: iso(span.from),
    to: iso(span.to),
    time_zone: zone,
    organisation,
    mode,
    policy,
    version,
  };
  return Object.entries({ ...facts, made_at: iso(madeAt) }).map(([name, value]) => [
    'report',
    '',
    name,
    value ?? '',
  ]);
}

function personRows({ people }: Report, call: CallPerson): CsvRow[] {
  return people.flatMap((row) => {
    const { profile = '', logoffs, answers, notVerified, observed, silentReturns, lateReturns } = row;
    const key = call(row);
    const facts: readonly (readonly [string, string | number])[] = [
      ['profile', profile],
      ['logoffs', logoffs],
      ['answers', answers],
      ['not_verified', notVerified],
      ['observed', observed],
      ['silent_returns', silentReturns],
      ['late_returns', lateReturns],
      ['recovered_hours', inHours(row.recovered)],
      ['last_at', row.lastAt === undefined ? '' : new Date(row.lastAt).toISOString()],
      ['last_rule', row.lastRule ?? ''],
      ['last_rung', row.lastRung === undefined ? '' : rungNumber(row.lastRung)],
    ];
    return facts.map(([measure, value]): CsvRow => ['person', key, measure, value]);
  });
}

function otherRows({ dropped, deferred, returns, licence }: Report): CsvRow[] {
  const lines: CsvRow[] = dropped.map(({ reason, count }) => ['dropped', reason, 'count', count]);
  for (const { hold, sweeps, most } of deferred) {
    lines.push(['deferred', hold, 'sweeps', sweeps], ['deferred', hold, 'most_at_once', most]);
  }
  const { own, silent, late, platform, shownBy, median, p95 } = returns;
  for (const [measure, value] of Object.entries({ own, silent, late, platform })) {
    lines.push(['returns', '', measure, value]);
  }
  for (const [source, count] of Object.entries(shownBy)) lines.push(['returns', source, 'shown_by', count]);
  if (median !== undefined) lines.push(['returns', '', 'median_seconds', secondsOf(median)]);
  if (p95 !== undefined) lines.push(['returns', '', 'p95_seconds', secondsOf(p95)]);
  for (const { month, asItWas, without, watched } of licence) {
    lines.push(
      ['licence', month, 'as_it_was', asItWas.billable],
      ['licence', month, 'without', without.billable],
      ['licence', month, 'at_or_above_as_it_was', asItWas.atOrAbove],
      ['licence', month, 'at_or_above_without', without.atOrAbove],
      ['licence', month, 'highest', asItWas.highest],
      ['licence', month, 'counted_hours', inHours(watched)],
    );
  }
  return lines;
}

/** Everything; see `printed` for how facts are written. `showsIds`: an id may stand beside what a person is called. */
export function reportJson(report: Report, origin: Origin, call: CallPerson, showsIds: boolean): string {
  const people = report.people.map(({ agentId, ...row }) => ({
    ...(showsIds ? { agentId } : {}),
    agent: call({ agentId }),
    ...withNulls(row),
    lastRung: row.lastRung === undefined ? null : rungNumber(row.lastRung),
  }));
  return `${jsonText(printed({ ...withNulls({ ...origin }), ...report, people }), 2)}\n`;
}
