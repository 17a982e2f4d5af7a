/** What a replay adds up to: one column of the comparison for each policy. Pure. */
import { LONGEST_KEPT } from '../../domain/record.ts';
import { HOUR, type Duration, type Instant, type Interval } from '../../domain/time/time.ts';
import type { History } from './history.ts';
import type { RecordedOrganisation } from './recording.ts';
import type { Replayed } from './replay.ts';
import { isRegret, REGRET_WITHIN, type ReplayedLogoff } from './stand.ts';
import { billingPeriods, type BillingCalendar } from '../../domain/licence/billing.ts';
import { peakOf, type Peak } from '../../domain/licence/head-counts.ts';
import type { Policy } from '../../domain/policy/policy.ts';
import { areShifts } from '../../domain/time/shifts.ts';
import { needsOf } from '../../policy-file/needs.ts';
import type { Deferral } from '../report/deferrals.ts';
import { LICENCE_METHOD } from '../report/licence.ts';
import { counted } from '../../texts/counted.ts';

/** The log-offs of one rule or profile. */
export interface BacktestRow {
  readonly key: string;
  readonly logoffs: number;
  readonly observed: number;
  readonly recovered: Duration;
  readonly regret: number;
  /** Of the regrets: on queue or in an interaction within the ten minutes, and signs that may have been a browser’s. */
  readonly worked: number;
  readonly perhapsBrowser: number;
}

/** The licence peak of one billing month. */
export interface BacktestMonth {
  readonly month: string;
  readonly whole: boolean;
  readonly asItWas: Peak;
  readonly withPolicy: Peak;
}

/** One log-off that hit, or may have hit, an agent who was there. */
export interface Regret {
  readonly agentId: string;
  readonly agentName: string;
  readonly rule: string;
  readonly at: Instant;
  readonly measured: Duration;
  /** From the log-off to the sign. */
  readonly after: Duration;
  readonly worked: boolean;
  readonly perhapsBrowser: boolean;
}

/** One policy's column. */
export interface BacktestColumn {
  readonly name: string;
  readonly hash: string;
  readonly interval: Duration;
  readonly totals: BacktestRow;
  /** Different people who were logged off. */
  readonly people: number;
  readonly byRule: readonly BacktestRow[];
  readonly byProfile: readonly BacktestRow[];
  readonly regrets: readonly Regret[];
  /** So close to the end of history that it cannot be decided. */
  readonly undecided: number;
  readonly breaker: number;
  /** Not made because the licence peak was not near. */
  readonly belowPeak: number;
  /** By how much the highest month’s peak is lower, by the stricter reading, and how many log-offs that took for each licence. */
  readonly licencesSaved: number;
  readonly logoffsPerLicence: number | undefined;
  /** Planned, and called off by the look right before an action: `report` calls them dropped. */
  readonly calledOff: number;
  readonly deferred: readonly Deferral[];
  readonly licence: readonly BacktestMonth[];
}

/** The whole comparison. */
export interface Backtest {
  readonly span: Interval;
  readonly zone: string;
  readonly agents: number;
  readonly strangers: number;
  readonly withoutRouting: number;
  readonly columns: readonly BacktestColumn[];
  /** What was assumed where history does not say, in sentences. */
  readonly approximations: readonly string[];
}

/** What of a policy decides what has to be said of the numbers. */
export interface PolicyTraits {
  readonly name: string;
  /** The file says `mode: observe`; it was replayed as if it enforced. */
  readonly observes: boolean;
  readonly warns: boolean;
  /** Rules act only near the licence peak. */
  readonly waitsForPeak: boolean;
  /** What of schedules the policy asks for, and the rules that count by shifts. */
  readonly schedules: 'none' | 'shifts' | 'activities';
  readonly byShifts: readonly string[];
}

/** What is needed to know of a policy besides the replay. */
export interface ReplayedPolicy extends PolicyTraits {
  readonly hash: string;
  readonly interval: Duration;
  readonly replayed: Replayed;
}

/** What of a policy calls for a word beside its numbers. */
export function traitsOf(
  policy: Policy,
): Pick<PolicyTraits, 'warns' | 'waitsForPeak' | 'schedules' | 'byShifts'> {
  const rules = policy.profiles.flatMap((profile) => profile.rules);
  const byShifts = rules.filter(({ hours }) => hours !== undefined && areShifts(hours));
  return {
    warns: rules.some(({ warn }) => warn !== undefined),
    waitsForPeak: rules.some(({ nearPeak }) => nearPeak !== undefined),
    schedules: needsOf(policy).schedules,
    byShifts: byShifts.map(({ id }) => id),
  };
}

/** Puts the columns together. Throws RangeError for an unknown zone of `calendar`, which says when billing months begin. */
export function compare(
  history: History,
  span: Interval,
  calendar: BillingCalendar,
  policies: readonly ReplayedPolicy[],
  schedules?: RecordedOrganisation['schedules'],
): Backtest {
  return {
    span,
    zone: calendar.zone,
    agents: history.agents.length,
    strangers: history.strangers,
    withoutRouting: history.withoutRouting,
    columns: policies.map((policy) => columnOf(policy, span, calendar)),
    approximations: assumptionsOf(history, policies, schedules),
  };
}

function columnOf(
  { name, hash, interval, replayed }: ReplayedPolicy,
  span: Interval,
  calendar: BillingCalendar,
): BacktestColumn {
  const { logoffs } = replayed;
  const licence = monthsOf(replayed, span, calendar, interval);
  const licencesSaved = savedIn(licence);
  const rows = (
    keyOf: (each: { readonly rule: string; readonly profile: string }) => string,
  ): BacktestRow[] => rowsOf(replayed, keyOf);
  return {
    name,
    hash,
    interval,
    totals: rows(() => 'all')[0] ?? rowOf('all', [], 0),
    people: new Set(logoffs.map(({ agent }) => agent.id)).size,
    byRule: rows(({ rule }) => rule),
    byProfile: rows(({ profile }) => profile),
    regrets: logoffs.filter(isRegret).map(regretOf),
    undecided: logoffs.filter(({ at, signAt }) => signAt === undefined && at + REGRET_WITHIN > span.to)
      .length,
    breaker: replayed.breaker,
    belowPeak: replayed.belowPeak,
    licencesSaved,
    logoffsPerLicence: licencesSaved === 0 ? undefined : logoffs.length / licencesSaved,
    calledOff: replayed.calledOff,
    deferred: replayed.deferred,
    licence,
  };
}

function monthsOf(
  { asItWas, withPolicy }: Replayed,
  span: Interval,
  calendar: BillingCalendar,
  interval: Duration,
): readonly BacktestMonth[] {
  return billingPeriods(span, calendar).map(({ month, whole, from, to }) => ({
    month,
    whole,
    asItWas: peakOf(asItWas, { from, to }, interval, Math.max(interval, 1)),
    withPolicy: peakOf(withPolicy, { from, to }, interval, Math.max(interval, 1)),
  }));
}

/** Both peaks by the stricter reading: where the top is ragged, the other one jumps. */
function savedIn(months: readonly BacktestMonth[]): number {
  return months.reduce(
    (most, { asItWas, withPolicy }) => Math.max(most, asItWas.atOrAbove - withPolicy.atOrAbove),
    0,
  );
}

function rowsOf(
  { logoffs, observed }: Replayed,
  keyOf: (each: { readonly rule: string; readonly profile: string }) => string,
): BacktestRow[] {
  const groups = Map.groupBy(logoffs, keyOf);
  const imagined = Map.groupBy(observed, keyOf);
  const keys = new Set([...groups.keys(), ...imagined.keys()]);
  return [...keys]
    .map((key) => rowOf(key, groups.get(key) ?? [], imagined.get(key)?.length ?? 0))
    .sort((a, b) => b.logoffs + b.observed - (a.logoffs + a.observed) || (a.key < b.key ? -1 : 1));
}

function rowOf(key: string, logoffs: readonly ReplayedLogoff[], observed: number): BacktestRow {
  const regrets = logoffs.filter(isRegret);
  return {
    key,
    logoffs: logoffs.length,
    observed,
    recovered: logoffs.reduce((sum, { recovered }) => sum + recovered, 0),
    regret: regrets.length,
    worked: regrets.filter(({ worked }) => worked).length,
    perhapsBrowser: regrets.filter(({ worked, perhapsBrowser }) => perhapsBrowser && !worked).length,
  };
}

function regretOf({
  agent,
  rule,
  at,
  measured,
  signAt = at,
  worked,
  perhapsBrowser,
}: ReplayedLogoff): Regret {
  const browser = perhapsBrowser && !worked;
  const after = signAt - at;
  return {
    agentId: agent.id,
    agentName: agent.name,
    rule,
    at,
    measured,
    after,
    worked,
    perhapsBrowser: browser,
  };
}

/** What was assumed where history does not say, in sentences. */
export function assumptionsOf(
  history: History,
  policies: readonly PolicyTraits[],
  schedules: RecordedOrganisation['schedules'],
): readonly string[] {
  return [...approximations(history, policies), ...aboutSchedules(policies, schedules)];
}

/** What cannot be judged without schedules, and what those that were read leave open. */
function aboutSchedules(
  policies: readonly PolicyTraits[],
  schedules: RecordedOrganisation['schedules'],
): readonly string[] {
  const asking = policies.filter((policy) => policy.schedules !== 'none');
  const isRead = (policy: PolicyTraits): boolean =>
    schedules !== undefined && (policy.schedules === 'shifts' || schedules.read === 'activities');
  const sentences = asking.filter((policy) => !isRead(policy)).map(unscheduledWords);
  if (schedules === undefined || !asking.some(isRead)) return sentences;
  const unread =
    schedules.unread === 0
      ? ''
      : ` ${counted(schedules.unread, 'management unit')} could not be read: whose schedule stands in no other is not known.`;
  return [
    ...sentences,
    `Schedules are those that were published when the history was read: changes made on the day count as if they had been known before.${unread}`,
  ];
}

function unscheduledWords({ name, byShifts }: PolicyTraits): string {
  const rules =
    byShifts.length === 0 ? '' : ` rules by shifts (${byShifts.join(', ')}) make no agent due, and`;
  return `This history was read without the schedules that ${name} asks for, so that it cannot be judged in full:${rules} exemptions by schedule protect each agent whom they may mean. Record it again with this policy.`;
}

/** Where history is silent the choice is the one that makes the policy look worse, or the sentence says that it is not. */
function approximations(history: History, policies: readonly PolicyTraits[]): string[] {
  const sentences = [
    'History holds presence and routing status, but no conversations. Live, each conversation counter protects; here a call or digital work that sets no routing status looks idle. Where such work is common, log-offs, hours and licences saved are too high, and the regret is too low.',
    'History holds no token dates. A browser that was Offline for less than a sweep counts as a person here: some log-offs of absent people are missing, and some regrets are not real (“perhaps a browser”).',
    'Each log-off is assumed to succeed. After it the agent counts as gone until history shows a sign of the person. History does not show what the log-off itself would have changed.',
    'Where a log-off ends the session, the browser is assumed to come back once by single sign-on: time is recovered, and a licence freed, only after the wait of the ladder’s first rung and two more sweeps; without a ladder never. Further silent returns are not simulated: `report` shows how many there are.',
    `Hours recovered are hours in which history shows the agent online and the policy would not have: they end with the next sign of the agent or with an Offline of their own, and ${LONGEST_KEPT / HOUR} hours after the log-off at the latest, as in \`report\`.`,
    'Regret counts log-offs with a sign of the person within ten minutes: interactions, queue, presence or login, by the same signs as live. “Working” are those who were on queue or in an interaction by then.',
    'Groups, queues, roles, divisions and teams are those of the time of reading, not of the past.',
    'As after a start without memory, all clocks begin at zero when each agent is first seen, and the first sweeps only observe. Caps and the breaker apply.',
    `${LICENCE_METHOD} Head-counts are those of the agents in this history, once a sweep.`,
  ];
  const observing = policies.filter(({ observes }) => observes).map(({ name }) => name);
  if (observing.length > 0)
    sentences.push(
      `${observing.join(', ')} ${observing.length === 1 ? 'says' : 'say'} mode: observe; replayed as if in enforce. Rules with a mode: observe of their own are counted as observed.`,
    );
  if (policies.some(({ warns }) => warns))
    sentences.push(
      'Warnings are assumed to be delivered in the sweep in which they are due, and to change nothing: history has no stays, so that agents who would have answered are counted as logged off.',
    );
  if (policies.some(({ waitsForPeak }) => waitsForPeak))
    sentences.push(
      'Rules with near_peak go by the head-counts of this replay, once a sweep: what a month had before it is not known, as after a start in the middle of one. A warning of such a rule goes out when its limit is reached near the peak.',
    );
  if (history.strangers > 0)
    sentences.push(
      `${counted(history.strangers, 'user of this history is', 'users of this history are')} left out: they are no longer in the directory, or came without their groups. The head-counts are lower than they really were.`,
    );
  if (history.withoutRouting > 0)
    sentences.push(
      `${counted(history.withoutRouting, 'agent has', 'agents have')} presences and no routing status: they cannot be judged, and are never logged off here.`,
    );
  return sentences;
}
