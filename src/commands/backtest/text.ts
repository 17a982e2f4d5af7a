/** The comparison as text for terminals, and as JSON. */
import { MINUTE, type Interval } from '../../domain/time/time.ts';
import { jsonText } from '../../texts/clean.ts';
import { printed } from '../../texts/printed.ts';
import type { Backtest, BacktestColumn, BacktestRow, Regret } from './summary.ts';
import { inHours } from '../report/licence.ts';
import { lengthText, minuteText } from '../report/sections.ts';
import { textTable } from '../../texts/table.ts';
import { counted } from '../../texts/counted.ts';

/** So many of the regrets are printed; all of them are in the JSON. */
const REGRETS = 8;

/** Lines for people. `name` says how an agent is called. */
export function backtestLines(backtest: Backtest, name: (regret: Regret) => string): string[] {
  const { span, agents, columns, approximations } = backtest;
  const head = ['', ...columns.map((column) => column.name)];
  const lines = [
    `${spanText(span)}: ${counted(agents, 'agent')}, ${counted(columns.length, 'policy', 'policies')}`,
    '',
    ...textTable(head, totalsOf(backtest)),
    '',
    ...rowLines('Log-offs by rule (hours recovered, regret)', columns, (column) => column.byRule),
    '',
    ...rowLines('Log-offs by profile (hours recovered, regret)', columns, (column) => column.byProfile),
  ];
  for (const column of columns) lines.push(...regretLines(column, columns.length > 1, name));
  lines.push('', 'Assumptions behind these numbers', ...approximations.map((text) => `- ${text}`));
  return lines;
}

function spanText({ from, to }: Interval): string {
  return `Backtest from ${minuteText(from)} to ${minuteText(to)}`;
}

function totalsOf({ columns }: Backtest): string[][] {
  const row = (label: string, cell: (column: BacktestColumn) => string): string[] => [
    label,
    ...columns.map(cell),
  ];
  const rows = [
    row('log-offs', ({ totals }) => String(totals.logoffs)),
    row('people logged off', ({ people }) => String(people)),
    row('hours recovered', ({ totals }) => inHours(totals.recovered).toFixed(1)),
    row('regret: back within 10 min', ({ totals }) => share(totals.regret, totals.logoffs)),
    row('  of these working', ({ totals }) => String(totals.worked)),
    row('  of these perhaps a browser', ({ totals }) => String(totals.perhapsBrowser)),
  ];
  const some = (label: string, cell: (column: BacktestColumn) => number): void => {
    if (columns.some((column) => cell(column) > 0)) rows.push(row(label, (column) => String(cell(column))));
  };
  some('not made: the licence peak was not near', ({ belowPeak }) => belowPeak);
  some('too late to tell', ({ undecided }) => undecided);
  some('only observed', ({ totals }) => totals.observed);
  some('called off before an action', ({ calledOff }) => calledOff);
  some('breaker tripped', ({ breaker }) => breaker);
  const holds = new Set(columns.flatMap(({ deferred }) => deferred.map(({ hold }) => hold)));
  for (const hold of holds)
    some(
      `most held back at once: ${hold}`,
      ({ deferred }) => deferred.find((each) => each.hold === hold)?.most ?? 0,
    );
  for (const [i, { month, whole }] of (columns[0]?.licence ?? []).entries()) {
    const label = whole ? month : `${month} (part)`;
    const peaks = (column: BacktestColumn): BacktestColumn['licence'][number] | undefined =>
      column.licence[i];
    rows.push(
      row(`licence peak ${label}, as it was`, (column) => String(peaks(column)?.asItWas.billable ?? '')),
      row('  with the policy', (column) => String(peaks(column)?.withPolicy.billable ?? '')),
      row('  at or above for 30 min, as it was', (column) => String(peaks(column)?.asItWas.atOrAbove ?? '')),
      row('  with the policy', (column) => String(peaks(column)?.withPolicy.atOrAbove ?? '')),
    );
  }
  rows.push(
    row('licences saved, at or above for 30 min', ({ licencesSaved }) => String(licencesSaved)),
    row('  log-offs for each', ({ logoffsPerLicence: n }) => (n === undefined ? '–' : n.toFixed(1))),
  );
  return rows;
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0' : `${part} (${((part / whole) * 100).toFixed(1)} %)`;
}

function rowLines(
  title: string,
  columns: readonly BacktestColumn[],
  rowsOf: (column: BacktestColumn) => readonly BacktestRow[],
): string[] {
  const keys = [...new Set(columns.flatMap((column) => rowsOf(column).map(({ key }) => key)))];
  if (keys.length === 0) return [title, 'none'];
  const cell = (column: BacktestColumn, key: string): string => {
    const row = rowsOf(column).find((each) => each.key === key);
    if (row === undefined) return '–';
    const observed = row.observed === 0 ? '' : `, ${row.observed} observed`;
    return `${row.logoffs} (${inHours(row.recovered).toFixed(1)} h, ${row.regret})${observed}`;
  };
  return textTable(
    [title, ...columns.map(({ name }) => name)],
    keys.map((key) => [`  ${key}`, ...columns.map((column) => cell(column, key))]),
  );
}

/** The regrets, the fastest return first. */
function regretLines(column: BacktestColumn, many: boolean, name: (regret: Regret) => string): string[] {
  if (column.regrets.length === 0) return [];
  const sorted = [...column.regrets].sort((a, b) => weight(b) - weight(a) || a.after - b.after);
  const rows = sorted
    .slice(0, REGRETS)
    .map((regret) => [
      `  ${minuteText(regret.at)}`,
      name(regret),
      regret.rule,
      `idle for ${lengthText(regret.measured)}`,
      `back after ${regret.after < MINUTE ? 'less than a minute' : lengthText(regret.after)}${whoWas(regret)}`,
    ]);
  const more = sorted.length - rows.length;
  return [
    '',
    `Regrets${many ? ` of ${column.name}` : ''}`,
    ...textTable(['  at', 'agent', 'rule', 'measured', 'then'], rows),
    ...(more > 0 ? [`  … and ${more} more: --json lists all`] : []),
  ];
}

function weight({ worked, perhapsBrowser }: Regret): number {
  return Number(worked) - Number(perhapsBrowser);
}

function whoWas({ worked, perhapsBrowser }: Regret): string {
  if (worked) return ', working';
  return perhapsBrowser ? ', perhaps a browser' : '';
}

/** Everything; see `printed` for how facts are written. */
export function backtestJson(backtest: Backtest, name: (regret: Regret) => string): string {
  const columns = backtest.columns.map((column) => ({
    ...column,
    regrets: column.regrets.map((regret) => ({ ...regret, agentName: name(regret) })),
  }));
  return `${jsonText(printed({ ...backtest, columns }), 2)}\n`;
}
