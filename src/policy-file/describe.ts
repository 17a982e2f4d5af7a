/** A policy in plain words, for `validate`: which agents it covers, when it acts, and what it leaves alone. */
import { PLAIN_BILLING } from '../domain/licence/billing.ts';
import { isQuiet } from '../domain/judging/ladder.ts';
import type { EvidenceSource } from '../domain/evidence/calibration.ts';
import { CLOCK_TABLE } from '../domain/policy/clocks.ts';
import type { Policy, Profile, Returns, Rule } from '../domain/policy/policy.ts';
import { formatDuration, type Instant } from '../domain/time/time.ts';
import { chosenConnector } from '../identity/connectors/registry.ts';
import { askedSources } from './asked-sources.ts';
import { coverTable } from './cover.ts';
import { describeCalendars } from './describe-calendars.ts';
import type { LoadedPolicy } from './draft.ts';
import { reachesWaiting } from './reach.ts';
import type { ExemptionText, MatchText, WhenText } from './schema.ts';
import { exactPercentText } from '../texts/percent.ts';
import { counted } from '../texts/counted.ts';

/** `without_people`: users are counted, and free texts about them, reasons of exemptions, are left out. */
export type PeopleShown = 'with_people' | 'without_people';

/** The policy as lines of text. Holds no secret. */
export function describePolicy(
  loaded: LoadedPolicy,
  policy: Policy,
  now: Instant,
  people: PeopleShown = 'with_people',
): readonly string[] {
  const { content } = loaded.draft;
  const lines = [...describeHead(loaded, policy)];
  content.profiles.forEach((text, i) => {
    const profile = policy.profiles[i];
    if (profile === undefined) return;
    const whom = text.match === undefined ? 'everyone else' : describePeople(text.match, people);
    lines.push('', `Profile "${profile.name}" covers ${whom}.`);
    profile.rules.forEach((rule, j) => {
      const when = text.rules[j]?.when;
      if (when !== undefined) lines.push(`  ${describeRule(rule, when)}`);
    });
    lines.push(...describeReturns(profile, text.returns !== undefined));
    lines.push(...coverTable(profile).map((line) => `  ${line}`));
  });
  if (content.profiles.every(({ match }) => match !== undefined)) {
    lines.push('', 'Agents who fit no profile are left alone.');
  }
  lines.push(
    '',
    ...describeExemptions(content.exempt, now, people),
    ...describeCalendars(loaded, policy, now),
  );
  return lines;
}

function describeHead({ settings, hash }: LoadedPolicy, policy: Policy): readonly string[] {
  const { mode, caps, stay } = policy;
  const { breaker } = caps;
  return [
    `Policy ${hash}.`,
    mode === 'observe'
      ? 'Mode observe: agents are judged and recorded, nothing is written to the platform.'
      : 'Mode enforce: agents are logged off.',
    ...describeHeld(settings),
    `Sweeps run at "${settings.sweep.every}" (UTC), at most ${formatDuration(settings.sweep.interval)} apart.`,
    `At most ${counted(caps.perSweep, 'log-off')} in a sweep and ${caps.perHour} in an hour; none in the first ${counted(caps.settle, 'sweep')} after a start, an outage or a change.`,
    `When more than ${counted(breaker.atLeast, 'agent')}, and more than ${exactPercentText(breaker.share)} of the day's peak online, become due in one sweep, they are held back for ${formatDuration(breaker.hold)}.`,
    `Agents handling an interaction are never logged off; after ${formatDuration(caps.engagedTooLong)} they are reported.`,
    ...describeRollout(policy),
    ...describeBilling(policy),
    ...describeIdentity(settings),
    ...describeStay(settings, stay),
    describeEvidence(settings),
  ];
}

function describeHeld({ held }: LoadedPolicy['settings']): readonly string[] {
  if (held === undefined) return [];
  return [
    `The environment holds the mode at observe (${held.by}); the policy itself says ${held.policySays}.`,
  ];
}

function describeRollout({ rollout }: Policy): readonly string[] {
  if (rollout === undefined) return [];
  const { steps, every, stop } = rollout;
  const shares = steps.map(exactPercentText).join(', then ');
  const pace = steps.length > 1 ? `, each step at least ${formatDuration(every)} after the one before` : '';
  return [
    `A change of profiles, rules or returns, or of a mode to enforce, acts on ${shares} of the agents${pace}; on the others acts what was in force for all before. It stops, and that is in force for all again, when agents are there again within ten minutes of three log-offs, or, from 20 log-offs on, of more than ${exactPercentText(stop.regret)} of them, or when more than ${exactPercentText(stop.unverified)} of them are not verified.`,
  ];
}

/** The billing month, where a rule acts near its peak. */
function describeBilling({ profiles, billing = PLAIN_BILLING }: Policy): readonly string[] {
  if (!profiles.some(({ rules }) => rules.some(({ nearPeak }) => nearPeak !== undefined))) return [];
  const { startsOn, zone, expectedPeak } = billing;
  const begins = startsOn > 28 ? `day ${startsOn}, or the last day of a shorter month,` : `day ${startsOn}`;
  const peak =
    expectedPeak === undefined
      ? 'the highest of the billing month so far; rules that wait for it only report in the first three days of the month'
      : `the highest of the billing month so far, at least ${expectedPeak}`;
  return [`Billing months begin on ${begins} at midnight in ${zone}. The licence peak is ${peak}.`];
}

function describeIdentity({ identity }: LoadedPolicy['settings']): readonly string[] {
  const connector = chosenConnector(identity)?.name;
  if (identity === undefined || connector === undefined) return [];
  return [
    `Rungs with end_sso_session end the session at ${connector} first, which knows the agent by "${identity.subject}"; at most ${identity.per_hour} in an hour. This reaches beyond Genesys Cloud: doctor says how far.`,
  ];
}

function describeStay({ page }: LoadedPolicy['settings'], stay: Policy['stay']): readonly string[] {
  if (stay === undefined || page.url === undefined) return [];
  return [
    `A warning carries a link to ${page.url.replace(/\/+$/, '')}/stay, where the agent says "I am here": then no rule is due for ${formatDuration(stay.length)}, whatever its clock shows. After ${counted(stay.perDay, 'stay')} in 24h the warnings of an agent carry no link.`,
  ];
}

const SOURCES: Readonly<Record<EvidenceSource, string>> = {
  timeline: 'the presence history of the agent, where the client has analytics:userDetail:view',
  push: 'presence changes as they happen, over the WebSocket of the platform',
  sign_ins: 'the sign-ins in the audit log, which needs audits:audit:view',
};

function describeEvidence({ evidence }: LoadedPolicy['settings']): string {
  const asked = askedSources(evidence).map((source) => SOURCES[source]);
  if (asked.length === 0)
    return 'A change that a browser or a person may have made counts as a sign of a person: no source of evidence is asked.';
  return `A change that a browser or a person may have made counts as a sign of a person, until a source of evidence that is believed says otherwise. Asked: ${asked.join('; ')}.`;
}

function describeRule(rule: Rule, when: WhenText): string {
  const parts = [
    `${rule.id}: ${describeState(when)} for ${formatDuration(rule.limit)} ${CLOCK_TABLE[rule.clock].afterLimit}`,
    rule.hours === undefined ? '' : `, counted only ${rule.hours.side} ${rule.hours.calendar.name}`,
    ` → ${rule.actions.join(', ')}`,
    rule.warn === undefined ? '' : `; the agent is warned ${formatDuration(rule.warn)} before`,
    rule.mode === 'observe' ? '; only reported' : '',
    rule.nearPeak === undefined
      ? ''
      : `; only while the head-count is at least ${exactPercentText(rule.nearPeak)} of the licence peak, else only reported`,
    describeWaiting(rule),
    '.',
    rule.description === undefined ? '' : ` (${rule.description})`,
  ];
  return parts.join('');
}

function describeWaiting({ when, waitingOnQueue }: Rule): string {
  if (!reachesWaiting(when)) return '';
  return waitingOnQueue
    ? '; agents who wait on queue are logged off too'
    : '; agents who wait on queue are left alone';
}

function describeReturns({ returns }: Profile, own: boolean): readonly string[] {
  return [
    `  A return within ${formatDuration(returns.window)} ${own ? '(own setting) ' : ''}without a sign of a person is attributed to the browser:`,
    ...describeLadder(returns),
    `    A return brings a grace of ${formatDuration(returns.grace)}; the ladder is forgotten after ${formatDuration(returns.forget)}.`,
  ];
}

function describeLadder({ ladder, repeat }: Returns): readonly string[] {
  const rungs = ladder.map(
    ({ wait, actions }, i) => `    ${i + 1}. after ${formatDuration(wait)} → ${actions.join(', ')}`,
  );
  const [first] = ladder;
  const between =
    first !== undefined && isQuiet(first)
      ? '; between repeats, the first rung again if it kept the agent Offline before'
      : '';
  const end =
    repeat === 'never'
      ? '    then the agent is held: reported, no further action.'
      : `    then the last again every ${formatDuration(repeat)}${between}.`;
  return [...rungs, end];
}

function describeKeys(entries: readonly (readonly [string, readonly string[] | undefined])[]): string[] {
  return entries.flatMap(([name, list]) => (list === undefined ? [] : [`${name} ${list.join(' or ')}`]));
}

function describePeople(match: MatchText, people: PeopleShown): string {
  const { users } = match;
  const counted = users === undefined ? undefined : [`(${users.length})`];
  const parts = describeKeys([
    ['users', people === 'with_people' ? users : counted],
    ['groups', match.groups],
    ['roles', match.roles],
    ['divisions', match.divisions],
    ['queues', match.queues],
    ['teams', match.teams],
  ]);
  if (match.not !== undefined) parts.push(`not (${describePeople(match.not, people)})`);
  return parts.join(' and ');
}

function describeState(when: WhenText): string {
  const lower = (list: readonly string[] | undefined): string[] | undefined =>
    list?.map((one) => one.toLowerCase());
  const parts = describeKeys([
    ['presence', lower(when.presence)],
    ['label', when.secondary_presence],
    ['routing', lower(when.routing)],
  ]);
  if (when.not !== undefined) parts.push(`not (${describeState(when.not)})`);
  return parts.join(' and ');
}

function describeExemptions(
  entries: readonly ExemptionText[],
  now: Instant,
  people: PeopleShown,
): readonly string[] {
  if (entries.length === 0) return ['No agent is exempt.'];
  return ['Exempt:', ...entries.map((entry) => `  ${describeExemption(entry, now, people)}`)];
}

function describeScheduled(scheduled: ExemptionText['scheduled']): string {
  if (scheduled === undefined) return '';
  const what = scheduled.map((category) => category.replaceAll('_', ' ')).join(' or ');
  return `scheduled for ${what} by workforce management, or by a schedule that is not known`;
}

function describeExemption(
  { until, reason, not, ...entry }: ExemptionText,
  now: Instant,
  people: PeopleShown,
): string {
  const parts = [
    describePeople({ ...entry, not: undefined }, people),
    describeState({ ...entry, not: undefined }),
    describeScheduled(entry.scheduled),
  ];
  if (not !== undefined) {
    const inside = [describePeople(not, people), describeState({ ...not, not: undefined })].filter(
      (part) => part !== '',
    );
    parts.push(`not (${inside.join(' and ')})`);
  }
  const who = parts.filter((part) => part !== '').join(' and ');
  const why = reason === undefined || people === 'without_people' ? '' : `: ${reason}`;
  if (until === undefined) return `${who}${why}`;
  return `${who}, ${until <= now ? 'over since' : 'until'} ${new Date(until).toISOString()}${why}`;
}
