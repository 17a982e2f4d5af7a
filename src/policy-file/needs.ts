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
  const matchers = [policy, ...(policy.former === undefined ? [] : [policy.former])].flatMap(matchersOf);
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
    schedules: schedulesOf(policy),
  };
}

function schedulesOf({ exempt, profiles }: Policy): Needs['schedules'] {
  if (exempt.some(({ scheduled }) => scheduled !== undefined)) return 'activities';
  const hours = profiles.flatMap(({ rules }) => rules.flatMap((rule) => rule.hours ?? []));
  return hours.some(areShifts) ? 'shifts' : 'none';
}

function matchersOf({ exempt, profiles }: Policy): Matcher[] {
  return [...exempt, ...profiles].flatMap(({ match }) => nested(match));
}

function nested(matcher: Matcher | undefined): Matcher[] {
  return matcher === undefined ? [] : [matcher, ...nested(matcher.not)];
}
