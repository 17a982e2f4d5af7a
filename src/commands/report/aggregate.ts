/**
 * The report without anybody in it: only numbers to which at least so many people contributed, for those who may see how the
 * enforcer works and not what single people do.
 *
 * Leaving small groups out is not enough: what is left out must not follow from a total either. Profiles part all people, and
 * rules part those of a profile. So of each total, what is not shown of it is again a number of at least so many people, and of at
 * least two groups. Where it is not, the next smallest group is left out as well. Pure.
 */
import type { Duration } from '../../domain/time/time.ts';
import { inHours } from './licence.ts';
import type { Counting, ReportRow } from './parts.ts';
import type { Report, ReportGroups } from './report.ts';
import { aboutOf, licencesSaved, type Origin, type Section, type Shown } from './sections.ts';
import { Whom, type Happened } from './whom.ts';

/** Numbers of one group. A number that is not told is left out. */
export interface GroupNumbers {
  readonly people?: number;
  readonly logoffs?: number;
  readonly answers?: number;
  readonly recovered?: Duration;
  readonly observedPeople?: number;
  readonly observed?: number;
}

/** A profile or a rule. */
export interface Group extends GroupNumbers {
  readonly key: string;
}

/** All that is told. */
export interface Aggregate {
  /** Groups of fewer people are left out. */
  readonly smallest: number;
  readonly totals: GroupNumbers;
  readonly profiles: readonly (Group & { readonly rules: readonly Group[] })[];
  /** Some group had to be left out. */
  readonly leftOut: boolean;
  readonly silentReturns: number | undefined;
  readonly licence: readonly {
    readonly month: string;
    readonly asItWas: number | undefined;
    readonly saved: number | undefined;
  }[];
  readonly licencesSaved: number | undefined;
  readonly breaker: number;
  readonly gaps: number;
}

/** Which kinds of numbers are told at all; a kind to which too few contributed in all is told nowhere. */
type Kinds = readonly Happened[];

/** Takes what may be told out of a report. */
export function aggregateOf(report: Report, groups: ReportGroups, smallest: number): Aggregate {
  const { total, byProfile, pairs, returns } = groups;
  const kinds = kindsOf(total, smallest);
  const shown = safeGroups(byProfile, kinds, smallest);
  let leftOut = shown.length < byProfile.length;
  const profiles = shown.map((profile) => {
    const all = pairs.get(profile.key)?.all ?? [];
    const rules = safeGroups(all, kinds, smallest);
    leftOut ||= rules.length < all.length;
    return { ...groupOf(profile, kinds), rules: rules.map((rule) => groupOf(rule, kinds)) };
  });
  const told = (n: number): number | undefined => (n === 0 || n >= smallest ? n : undefined);
  return {
    smallest,
    totals: numbersOf(total.row, kinds),
    profiles,
    leftOut,
    silentReturns: isSafe(returns.whom.size('silent'), smallest) ? report.returns.silent : undefined,
    licence: report.licence.map(({ month, whole, asItWas, without }) => ({
      month: whole ? month : `${month} (part)`,
      asItWas: told(asItWas.billable),
      saved: told(without.billable - asItWas.billable),
    })),
    licencesSaved: told(licencesSaved(report)),
    breaker: report.breaker,
    gaps: report.gaps,
  };
}

function isSafe(size: number, smallest: number): boolean {
  return size === 0 || size >= smallest;
}

/** Log-offs by a rule and answers make all log-offs: either both are told or neither. */
function kindsOf({ whom }: Counting, smallest: number): Kinds {
  const safe = (kind: Happened): boolean => isSafe(whom.size(kind), smallest);
  const split = safe('verified') && safe('ruled') && safe('answered');
  return [
    ...(safe('verified') ? (['verified'] as const) : []),
    ...(split ? (['ruled', 'answered'] as const) : []),
    ...(safe('observed') ? (['observed'] as const) : []),
  ];
}

/** The groups that may be shown beside the total of all of them. */
export function safeGroups(groups: readonly Counting[], kinds: Kinds, smallest: number): readonly Counting[] {
  const size = ({ whom }: Counting): number => kinds.reduce((sum, kind) => sum + whom.size(kind), 0);
  const isTold = ({ whom }: Counting): boolean => kinds.every((kind) => isSafe(whom.size(kind), smallest));
  const shown = groups.filter(isTold).sort((a, b) => size(b) - size(a) || (a.key < b.key ? -1 : 1));
  const hidden = groups.filter((group) => !isTold(group));
  while (hidden.length > 0 && !isHidingEnough(hidden, kinds, smallest)) {
    const next = shown.pop();
    if (next === undefined) return [];
    hidden.push(next);
  }
  return shown;
}

/** What follows from a total and all that is shown of it is the sum of what is hidden. */
function isHidingEnough(hidden: readonly Counting[], kinds: Kinds, smallest: number): boolean {
  const some = hidden.filter(({ whom }) => kinds.some((kind) => whom.size(kind) > 0));
  if (some.length < 2) return false;
  const together = Whom.together(some.map(({ whom }) => whom));
  return kinds.every((kind) => isSafe(together.size(kind), smallest));
}

function groupOf(counting: Counting, kinds: Kinds): Group {
  return { key: counting.key, ...numbersOf(counting.row, kinds) };
}

function numbersOf(row: ReportRow, kinds: Kinds): GroupNumbers {
  const { people, verified, verifiedByLadder, recovered, observedPeople, observed } = row;
  return {
    ...(kinds.includes('verified') ? { people, logoffs: verified, recovered } : {}),
    ...(kinds.includes('answered') ? { answers: verifiedByLadder } : {}),
    ...(kinds.includes('observed') ? { observedPeople, observed } : {}),
  };
}

/** The same, ready to be shown. */
export function aggregateShown(aggregate: Aggregate, report: Report, origin: Origin): Shown {
  const { smallest, totals, silentReturns, licencesSaved: saved, breaker, gaps } = aggregate;
  const few = `fewer than ${smallest}`;
  const number = (n: number | undefined): string => (n === undefined ? few : String(n));
  const headlines: [string, string][] = [
    ['People logged off', number(totals.people)],
    ['Log-offs', totals.logoffs === undefined ? '–' : String(totals.logoffs)],
    ['Answers to returns (ladder)', totals.answers === undefined ? '–' : String(totals.answers)],
    ['Hours recovered', hours(totals.recovered)],
    ['Peak licences saved', number(saved)],
    ['Silent returns', silentReturns === undefined ? '–' : String(silentReturns)],
  ];
  if (totals.observed !== 0)
    headlines.push(['People who would have been logged off', number(totals.observedPeople)]);
  if (breaker > 0) headlines.push(['Times the breaker tripped', String(breaker)]);
  if (gaps > 0) headlines.push(['Gaps in watching', String(gaps)]);
  return {
    title: 'Idle enforcer report, without persons',
    about: [...aboutOf(report, origin), ['Groups', `of fewer than ${smallest} people are left out`]],
    headlines,
    sections: [groupsSection(aggregate), licenceSection(aggregate, number)],
    assumptions: report.assumptions,
  };
}

function hours(recovered: Duration | undefined): string {
  return recovered === undefined ? '–' : inHours(recovered).toFixed(1);
}

function groupsSection({ profiles, leftOut, smallest }: Aggregate): Section {
  const cells = (group: Group): readonly string[] => [
    ...[group.people, group.logoffs, group.answers].map((n) => (n === undefined ? '–' : String(n))),
    hours(group.recovered),
    group.observedPeople === undefined ? '–' : String(group.observedPeople),
  ];
  const rows = profiles.flatMap((profile) => [
    [profile.key, 'all', ...cells(profile)],
    ...profile.rules.map((rule) => [profile.key, rule.key, ...cells(rule)]),
  ]);
  const note = `Left out are groups of fewer than ${smallest} people, and such as would make one of them follow from a total.`;
  return {
    title: 'Log-offs by profile and rule',
    head: ['profile', 'rule', 'people', 'log-offs', 'answers', 'hours recovered', 'people observed'],
    rows,
    ...(leftOut ? { note } : {}),
  };
}

function licenceSection({ licence }: Aggregate, number: (n: number | undefined) => string): Section {
  return {
    title: 'Concurrent-licence peak',
    head: ['month', 'as it was', 'saved'],
    rows: licence.map(({ month, asItWas, saved }) => [month, number(asItWas), number(saved)]),
  };
}
