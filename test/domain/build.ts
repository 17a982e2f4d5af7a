/**
 * Builders for the parts of a policy, so that a test names only what it is about.
 */
import type { Agent, RoutingStatus, SystemPresence } from '../../src/domain/agent.ts';
import type { Calendar, DailyWindow, Weekday } from '../../src/domain/time/calendar.ts';
import {
  DEFAULT_ACTIONS,
  type Caps,
  type Exemption,
  type Matcher,
  type Policy,
  type Profile,
  type Returns,
  type Rule,
  type When,
} from '../../src/domain/policy/policy.ts';
import type { TrackingContext } from '../../src/domain/tracking/compare.ts';
import { HOUR, MINUTE, parseDuration, type Duration, type Instant } from '../../src/domain/time/time.ts';

const MIDNIGHT = Date.parse('2026-03-02T00:00:00Z');

/** `09:30` or `09:30:15` on Monday, 2026-03-02 in UTC; hours past 24 are on the days after. */
export function clockTime(text: string): Instant {
  const match = /^(\d+):(\d\d)(?::(\d\d))?$/.exec(text);
  if (match === null) throw new Error(`not a time: ${text}`);
  const [, hours, minutes, seconds] = match;
  return MIDNIGHT + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * 1_000;
}

/** The other way round. */
export function asClockTime(at: Instant): string {
  const seconds = Math.round((at - MIDNIGHT) / 1_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const text = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}:${two(seconds % 60)}`;
}

export function duration(text: string): Duration {
  const length = parseDuration(text);
  if (length === undefined) throw new Error(`not a duration: ${text}`);
  return length;
}

export interface WhenText {
  readonly presence?: readonly SystemPresence[];
  readonly secondaryPresence?: readonly string[];
  readonly routing?: readonly RoutingStatus[];
  readonly not?: WhenText;
}

export function when(text: WhenText): When {
  return {
    presence: text.presence === undefined ? undefined : new Set(text.presence),
    secondaryPresence: text.secondaryPresence === undefined ? undefined : new Set(text.secondaryPresence),
    routing: text.routing === undefined ? undefined : new Set(text.routing),
    not: text.not === undefined ? undefined : when(text.not),
  };
}

/** A rule as the policy file would say it; without `when` it holds in every presence. */
export function rule(
  parts: Partial<Omit<Rule, 'when' | 'limit' | 'warn'>> & {
    when?: WhenText;
    limit?: string;
    warn?: string;
  } = {},
): Rule {
  const text = parts.when ?? {};
  return {
    description: undefined,
    clock: 'since_sign',
    hours: undefined,
    actions: DEFAULT_ACTIONS,
    mode: 'enforce',
    ...parts,
    id: parts.id ?? 'gone',
    when: when(text),
    waitingOnQueue: parts.waitingOnQueue ?? false,
    whenKey: JSON.stringify([text, parts.waitingOnQueue ?? false]),
    limit: duration(parts.limit ?? '60m'),
    warn: parts.warn === undefined ? undefined : duration(parts.warn),
  };
}

export const RETURNS: Returns = {
  window: 2 * MINUTE,
  grace: 10 * MINUTE,
  forget: 12 * HOUR,
  ladder: [
    { wait: MINUTE, actions: ['off_queue', 'offline'] },
    { wait: 5 * MINUTE, actions: ['off_queue', 'offline', 'revoke_tokens'] },
    { wait: 10 * MINUTE, actions: ['off_queue', 'offline', 'revoke_tokens', 'notify'] },
  ],
  repeat: HOUR,
};

export const CAPS: Caps = {
  perSweep: 50,
  perHour: 300,
  breaker: { atLeast: 20, share: 0.25, hold: 30 * MINUTE },
  settle: 2,
  engagedTooLong: 4 * HOUR,
};

export function matcher(
  parts: { [K in keyof Omit<Matcher, 'users' | 'not'>]?: readonly string[] } & {
    users?: readonly string[];
    patterns?: readonly RegExp[];
    not?: Matcher;
  },
): Matcher {
  const set = (ids: readonly string[] | undefined): ReadonlySet<string> | undefined =>
    ids === undefined ? undefined : new Set(ids);
  const named = parts.users !== undefined || parts.patterns !== undefined;
  return {
    users: named ? { exact: new Set(parts.users), patterns: parts.patterns ?? [], byName: true } : undefined,
    groups: set(parts.groups),
    roles: set(parts.roles),
    divisions: set(parts.divisions),
    queues: set(parts.queues),
    teams: set(parts.teams),
    not: parts.not,
  };
}

export function profile(parts: Partial<Profile> = {}): Profile {
  return { name: 'agents', match: undefined, rules: [rule()], returns: RETURNS, ...parts };
}

export function policy(parts: Partial<Policy> = {}): Policy {
  return { hash: 'test', mode: 'enforce', exempt: [], profiles: [profile()], caps: CAPS, ...parts };
}

/** What folding needs to know besides the two looks: sweeps each minute, nothing exempt, no native timeout. */
export function foldContext(parts: Partial<TrackingContext> = {}): TrackingContext {
  return {
    agent: agent(),
    exempt: [],
    profile: profile(),
    usualInterval: MINUTE,
    clockJumped: false,
    nativeTimeouts: [],
    ...parts,
  };
}

export function exemption(parts: Partial<Omit<Exemption, 'when'>> & { when?: WhenText }): Exemption {
  return {
    label: 'agreed',
    match: matcher({}),
    until: undefined,
    ...parts,
    when: parts.when === undefined ? undefined : when(parts.when),
  };
}

export function agent(parts: Partial<Agent> = {}): Agent {
  return {
    id: 'agent-1',
    name: 'First Agent',
    email: 'first.agent@example.com',
    username: 'first.agent',
    divisionId: 'home',
    groups: [],
    roles: [],
    queues: [],
    teams: [],
    ...parts,
  };
}

function dailyWindows(texts: readonly string[]): readonly DailyWindow[] {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  return texts.map((text) => ({ start: minutes(text.slice(0, 5)), end: minutes(text.slice(6)) }));
}

/**
 * A calendar from windows such as `09:00-17:00`, the same on each of the weekdays. Exceptions are in the order in which they
 * count: days alone, or days and their windows.
 */
export function calendar(
  timezone: string,
  windows: readonly string[],
  parts: {
    weekdays?: readonly Weekday[];
    except?: readonly (string | readonly [string, ...string[]])[];
  } = {},
): Calendar {
  const daily = dailyWindows(windows);
  const weekdays = parts.weekdays ?? ([1, 2, 3, 4, 5, 6, 7] as const);
  return {
    name: 'hours',
    timezone,
    weekly: new Map(weekdays.map((day) => [day, daily])),
    except: (parts.except ?? []).map((each) => {
      const [days, ...texts] = typeof each === 'string' ? [each] : each;
      const [from = '', to = from] = days.split('..');
      return { from, to, windows: dailyWindows(texts) };
    }),
  };
}
