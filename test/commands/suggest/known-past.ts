/** A past in which it is known who was there: that of a sandbox whose worker never acted. */
import { PLAIN_BILLING } from '../../../src/domain/licence/billing.ts';
import { HistoryBuilder, type History, type HistorySpan } from '../../../src/commands/backtest/history.ts';
import type { ReplayedLogoff } from '../../../src/commands/backtest/stand.ts';
import { replayTogether } from '../../../src/commands/backtest/replay.ts';
import { suggest } from '../../../src/commands/suggest/suggest.ts';
import { withLimits } from '../../../src/commands/suggest/variations.ts';
import type { Agent } from '../../../src/domain/agent.ts';
import type { Policy } from '../../../src/domain/policy/policy.ts';
import {
  DAY,
  HOUR,
  MINUTE,
  type Duration,
  type Instant,
  type Interval,
} from '../../../src/domain/time/time.ts';
import { matcher, policy, profile, rule } from '../../domain/build.ts';
import { createSandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';

/** Rules of the usual kinds, for the groups of the sandbox. */
export const KNOWN_POLICY = policy({
  profiles: [
    profile({
      name: 'supervisors',
      match: matcher({ groups: ['Supervisors'] }),
      rules: [rule({ id: 'sup-gone', when: { presence: ['AVAILABLE'] }, limit: '12h' })],
    }),
    profile({
      match: matcher({ groups: ['Agents'] }),
      rules: [
        rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state', limit: '60m' }),
        rule({
          id: 'gone',
          when: { presence: ['AVAILABLE', 'AWAY', 'BREAK', 'BUSY'], routing: ['OFF_QUEUE'] },
          limit: '60m',
        }),
        rule({ id: 'meal', when: { presence: ['MEAL'] }, limit: '90m' }),
        rule({ id: 'meeting', when: { presence: ['MEETING', 'TRAINING'] }, limit: '4h' }),
      ],
    }),
  ],
});

const SHIFT_FROM: Instant = Date.parse('2026-03-02T14:00:00Z');

/** The history of some days, and the truth of it. */
export interface KnownPast {
  readonly history: History;
  readonly span: Interval;
  readonly wasPresent: (logoff: ReplayedLogoff) => boolean;
}

/** Plays the days. Agents are members of the group of their kind, whose id is its name. */
export function knownPast(
  days: number,
  options: Pick<SandboxOptions, 'seed' | 'agents' | 'cast'>,
): KnownPast {
  const to = SHIFT_FROM + (days - 1) * DAY + 22 * HOUR;
  const { world } = createSandbox({ ...options, startsAt: SHIFT_FROM, now: () => to });
  const builder = new HistoryBuilder();
  const agents: Agent[] = [];
  for (const { person, desk } of world.journals()) {
    const { presence, routing } = desk.trail;
    builder.add({
      userId: person.id,
      presence: spansOf(presence, (each) => [each.presence.system, each.presence.id]),
      routing: spansOf(routing, ({ status }) => [status]),
    });
    const { id, name, archetype } = person;
    const groups = archetype.group === undefined ? [] : [archetype.group];
    agents.push({
      id,
      name,
      email: name,
      username: name,
      divisionId: 'home',
      groups,
      roles: [],
      queues: [],
      teams: [],
    });
  }
  const span = { from: SHIFT_FROM - HOUR, to };
  return {
    history: builder.build(span, agents),
    span,
    wasPresent: ({ agent, at }) => world.presentAt(agent.id, at),
  };
}

function spansOf<T extends { readonly at: Instant }>(
  trail: readonly T[],
  wordsOf: (each: T) => readonly [state: string, definitionId?: string],
): HistorySpan[] {
  return trail.map((each, i) => {
    const [state, definitionId] = wordsOf(each);
    return { from: each.at, to: trail[i + 1]?.at, state, definitionId };
  });
}

/** What was suggested for a rule, held against the truth. */
export interface Judged {
  readonly rule: string;
  /** The suggested limit; where there is none, the one that the rule has. */
  readonly limit: Duration;
  readonly isSuggested: boolean;
  /** The share of the rule's log-offs that hit people who were there. */
  readonly disturbed: number;
  /** Time that the rule recovers, as a share of what it would by the best limit in hindsight: the one that disturbs no more than allowed. */
  readonly recovered: number;
}

/** Suggests limits, and judges them by the truth. */
export function judged(
  { history, span, wasPresent }: KnownPast,
  policy: Policy,
  regret: number,
): readonly Judged[] {
  const options = { interval: MINUTE, span };
  const { rules } = suggest(history, policy, {
    ...{ ...options, calendar: PLAIN_BILLING, regret, limits: undefined, isWanted: () => true },
    onProgress: () => undefined,
  });
  return rules.map(({ rule, best, limit: configured, points }) => {
    const trials = points.map(({ limit }) => {
      const own: ReplayedLogoff[] = [];
      const over = (logoff: ReplayedLogoff): void => {
        if (logoff.rule === rule) own.push(logoff);
      };
      return { limit, own, policy: withLimits(policy, new Map([[rule, limit]])), tally: { over } };
    });
    replayTogether(history, trials, options);
    const truths = trials.map(({ limit, own }) => ({
      limit,
      disturbed: own.length === 0 ? 0 : own.filter(wasPresent).length / own.length,
      recovered: own.reduce((sum, { recovered }) => sum + recovered, 0),
    }));
    const limit = best ?? configured;
    const chosen = truths.find((each) => each.limit === limit);
    const allowed = truths.filter(({ disturbed }) => disturbed <= regret);
    const most = Math.max(0, ...allowed.map(({ recovered }) => recovered));
    return {
      rule,
      limit,
      isSuggested: best !== undefined,
      disturbed: chosen?.disturbed ?? 0,
      recovered: most === 0 ? 1 : (chosen?.recovered ?? 0) / most,
    };
  });
}
