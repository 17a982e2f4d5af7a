/** What of each agent must be read to judge by a policy: expands and listings that no rule needs are not requested. */
import type { Matcher, Policy } from '../domain/policy/policy.ts';
import { areShifts } from '../domain/time/shifts.ts';

/** See `Agent` for the kinds. Ids of queues and teams. */
export interface Needs {
  /** Users are told by name, e-mail or username, so that each of the three matters. */
  readonly names: boolean;
  readonly groups: boolean;
  readonly roles: boolean;
  readonly queues: readonly string[];
  readonly teams: readonly string[];
  readonly tokens: boolean;
  /** Whether rules ask when agents work by their schedule, or exemptions what they are scheduled for. */
  readonly schedules: 'none' | 'shifts' | 'activities';
}

/** The token date is always wanted: without it a silent return looks like a person. Ids of before go on protecting. */
export function needsOf(policy: Policy): Needs {
  const policies = withOthers(policy);
  const matchers = policies.flatMap(matchersOf);
  const ids = (kind: 'groups' | 'roles' | 'queues' | 'teams'): string[] => [
    ...new Set(matchers.flatMap((matcher) => [...(matcher[kind] ?? [])])),
  ];
  return {
    names: matchers.some(({ users }) => users?.byName === true),
    groups: ids('groups').length > 0,
    roles: ids('roles').length > 0,
    queues: ids('queues'),
    teams: ids('teams'),
    tokens: true,
    schedules: schedulesOf(policies),
  };
}

/** With the policies that count beside it: that with the ids of before, and that which was in force before. */
function withOthers(policy: Policy): readonly Policy[] {
  const others = [policy.former, policy.before].filter((one) => one !== undefined);
  return [policy, ...others.flatMap(withOthers)];
}

function schedulesOf(policies: readonly Policy[]): Needs['schedules'] {
  if (policies.some(({ exempt }) => exempt.some(({ scheduled }) => scheduled !== undefined)))
    return 'activities';
  const rules = policies.flatMap(({ profiles }) => profiles.flatMap((profile) => profile.rules));
  const hours = rules.flatMap((rule) => rule.hours ?? []);
  return hours.some(areShifts) ? 'shifts' : 'none';
}

function matchersOf({ exempt, profiles }: Policy): Matcher[] {
  return [...exempt, ...profiles].flatMap(({ match }) => nested(match));
}

function nested(matcher: Matcher | undefined): Matcher[] {
  return matcher === undefined ? [] : [matcher, ...nested(matcher.not)];
}
