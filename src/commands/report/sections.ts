/** What every rendering of the report shows: what it is about, the few numbers above everything else, and the tables. */
import { formatDuration, MINUTE, SECOND, type Duration, type Instant } from '../../domain/time/time.ts';
import { wallTime } from '../../domain/time/zone.ts';
import { rungNumber } from '../../texts/printed.ts';
import { inDays, inHours } from './licence.ts';
import { OUTCOMES, type LicencePart, type ReturnsPart, type ReportRow } from './parts.ts';
import type { PersonRow } from './people.ts';
import type { Report } from './report.ts';
import { counted } from '../../texts/counted.ts';

/** Where a report comes from. What is not known is left out. */
export interface Origin {
  readonly organisation: string | undefined;
  readonly mode: string | undefined;
  readonly policy: string | undefined;
  readonly version: string;
  readonly madeAt: Instant;
}

/** How the people of a report are called. */
export type CallPerson = (person: Pick<PersonRow, 'agentId'>) => string;

/** A report, ready to be shown. */
export interface Shown {
  readonly title: string;
  /** What it is about, in pairs. */
  readonly about: readonly (readonly [string, string])[];
  readonly headlines: readonly (readonly [string, string])[];
  readonly sections: readonly Section[];
  readonly assumptions: readonly string[];
}

/** One table of the report. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** A sentence below it. */
  readonly note?: string;
}

/** A date and minute in UTC. */
export function minuteText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

/** The same by the clocks of a zone, which stands elsewhere. */
export function localMinute(at: Instant, zone: string): string {
  return new Date(wallTime(zone, at)).toISOString().slice(0, 16).replace('T', ' ');
}

/** A duration as people read it; `–` for none. */
export function lengthText(length: Duration | undefined): string {
  if (length === undefined) return '–';
  return formatDuration(length < MINUTE ? Math.max(SECOND, length) : Math.round(length / SECOND) * SECOND);
}

/** Everything that a report of all its people shows. */
export function shownOf(report: Report, origin: Origin, call: CallPerson): Shown {
  return {
    title: 'Idle enforcer report',
    about: aboutOf(report, origin),
    headlines: headlines(report),
    sections: sectionsOf(report, call),
    assumptions: report.assumptions,
  };
}

/** Of what time, of which organisation, by what, and when it was made. */
export function aboutOf(
  { span, zone }: Pick<Report, 'span' | 'zone'>,
  { organisation, mode, policy, version, madeAt }: Origin,
): readonly (readonly [string, string])[] {
  const local = (at: Instant): string => localMinute(at, zone);
  return [
    ['Time', `${local(span.from)} to ${local(span.to)} (${zone})`],
    ...(organisation === undefined ? [] : [['Organisation', organisation] as const]),
    ...(mode === undefined ? [] : [['Mode now', mode] as const]),
    ...(policy === undefined ? [] : [['Policy now', policy] as const]),
    ['Made', `${local(madeAt)} by version ${version}`],
  ];
}

/** The few numbers above everything else. People and log-offs are told apart. */
export function headlines(report: Report): readonly (readonly [string, string])[] {
  const { totals, returns, held, belowPeak, breaker, gaps, stays } = report;
  const { people, verified, verifiedByLadder, observed, observedPeople } = totals;
  const lines: [string, string][] = [
    ['People logged off', String(people)],
    ['Log-offs by a rule', String(verified - verifiedByLadder)],
    ['Answers to returns (ladder)', String(verifiedByLadder)],
    ['Hours recovered', inHours(totals.recovered).toFixed(1)],
    ['Peak licences saved', String(licencesSaved(report))],
    ['Silent returns', String(returns.silent)],
    ['Log-offs unverified or failed', String(totals.unverified + totals.failed)],
  ];
  if (totals.regretted > 0) lines.push(['Log-offs regretted', String(totals.regretted)]);
  const imagined: [string, string] = ['Would have been logged off', peopleTimes(observedPeople, observed)];
  if (observed > 0 && verified === 0) lines.unshift(imagined);
  else if (observed > 0) lines.push(imagined);
  if (stays > 0) lines.push(['Warnings answered with “I am here”', String(stays)]);
  if (belowPeak > 0) lines.push(['Spared: the licence peak was not near', String(belowPeak)]);
  if (held > 0) lines.push(['Times an agent was held', String(held)]);
  if (breaker > 0) lines.push(['Times the breaker tripped', String(breaker)]);
  if (gaps > 0) lines.push(['Gaps in watching', String(gaps)]);
  return lines;
}

/** By how much the highest month’s peak is lower than it would have been. */
export function licencesSaved({ licence }: Pick<Report, 'licence'>): number {
  return licence.reduce(
    (most, { asItWas, without }) => Math.max(most, without.billable - asItWas.billable),
    0,
  );
}

function peopleTimes(people: number, times: number): string {
  const who = counted(people, 'person', 'people');
  return times === people ? who : `${who}, ${times} times`;
}

function sectionsOf(report: Report, call: CallPerson): readonly Section[] {
  const { zone } = report;
  const hours = report.byHour.filter((row) => OUTCOMES.some((outcome) => row[outcome] > 0));
  return [
    { title: 'Log-offs by rule', ...rowsTable('rule', report.byRule), ...regretNote(report) },
    { title: 'Log-offs by profile', ...rowsTable('profile', report.byProfile) },
    { title: `People (times in ${zone})`, ...peopleTable(report, call) },
    { title: `Log-offs by hour of the day (${zone})`, ...rowsTable('hour', hours) },
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
    {
      title: `Concurrent-licence peak (months of ${report.billingZone})`,
      ...licenceTable(report.licence, zone),
    },
  ];
}

function regretNote({ totals }: Report): Pick<Section, 'note'> {
  if (totals.regretted === 0) return {};
  return { note: 'Regretted: a sign of the agent followed within 10 minutes, so that they were there.' };
}

function rowsTable(first: string, rows: readonly ReportRow[]): Omit<Section, 'title'> {
  return {
    head: [first, 'people', ...OUTCOMES, 'by ladder', 'regretted', 'hours recovered'],
    rows: rows.map((row) => [
      row.key,
      String(row.people === 0 ? row.observedPeople : row.people),
      ...OUTCOMES.map((outcome) => String(row[outcome])),
      String(row.byLadder),
      String(row.regretted),
      inHours(row.recovered).toFixed(1),
    ]),
  };
}

/** So many people are shown; files for programs hold all of them. */
const PEOPLE_SHOWN = 200;

function peopleTable({ people, zone }: Report, call: CallPerson): Omit<Section, 'title'> {
  const shown = people.slice(0, PEOPLE_SHOWN);
  const more = people.length - shown.length;
  return {
    head: [
      'person',
      'profile',
      'log-offs',
      'answers',
      'observed',
      'returns',
      'hours recovered',
      'last',
      'by',
    ],
    rows: shown.map((row) => [
      call(row),
      row.profile ?? '–',
      String(row.logoffs),
      String(row.answers),
      String(row.observed),
      String(row.silentReturns + row.lateReturns),
      inHours(row.recovered).toFixed(1),
      row.lastAt === undefined ? '–' : localMinute(row.lastAt, zone),
      lastReason(row),
    ]),
    ...(more > 0
      ? { note: `And ${counted(more, 'more person', 'more people')}: CSV and JSON have all of them.` }
      : {}),
  };
}

/** What brought the last log-off: the rule, and the rung where it answered a return. */
export function lastReason({ lastRule, lastRung }: PersonRow): string {
  if (lastRule === undefined) return '–';
  return lastRung === undefined ? lastRule : `${lastRule}, rung ${rungNumber(lastRung)}`;
}

function returnsTable(returns: ReturnsPart): Omit<Section, 'title'> {
  const { own, silent, late, platform, shownBy, median, p95 } = returns;
  if (own + platform === 0) return { head: ['returns', ''], rows: [] };
  return {
    head: ['returns', ''],
    rows: [
      ['after our log-offs', String(own)],
      ['… of these silent: the browser came back, without a person', String(silent)],
      ['… of these later than the window: a login', String(late)],
      ['silent, after the platform’s own log-off', String(platform)],
      ...Object.entries(shownBy).map(([source, count]) => [
        `… of all these shown by evidence afterwards: ${source}`,
        String(count),
      ]),
      ['median time to a silent return', lengthText(median)],
      ['95 % of the silent returns within', lengthText(p95)],
    ],
  };
}

function licenceTable(parts: readonly LicencePart[], zone: string): Omit<Section, 'title'> {
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
      asItWas.highestAt === undefined ? '–' : `${asItWas.highest} at ${localMinute(asItWas.highestAt, zone)}`,
    ]),
  };
}
