/** Days of agents in a line each, as the history of which replays are told. */
import type { Policy } from '../../../src/domain/policy/policy.ts';
import fc from 'fast-check';
import { HistoryBuilder, type History, type HistorySpan } from '../../../src/commands/backtest/history.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/domain/time/time.ts';
import {
  agent,
  CAPS,
  calendar,
  clockTime,
  exemption,
  matcher,
  policy,
  profile,
  rule,
} from '../../domain/build.ts';

export const FROM = clockTime('08:00');
export const TO = clockTime('20:00');
export const SPAN = { from: FROM, to: TO };

/** `09:00 AVAILABLE`: from then on, up to the next. `-` is a gap. The routing status follows a slash; off queue without. */
export type Story = readonly string[];

/** The id of the platform's own label of a system presence. */
export function ownLabel(system: string): string {
  return `own-${system}`;
}

export function historyOf(stories: Readonly<Record<string, Story>>, span = SPAN): History {
  const builder = new HistoryBuilder();
  for (const [userId, story] of Object.entries(stories)) {
    const steps = story.map((text) => {
      const [time = '', state = ''] = text.split(' ');
      const [presence = '', routing = 'OFF_QUEUE'] = state.split('/');
      return { at: clockTime(time), presence, routing };
    });
    const spans = (key: 'presence' | 'routing'): HistorySpan[] =>
      steps.flatMap((step, i) => {
        const before = steps[i - 1];
        // The routing status has its own records: one that goes on is no new one.
        if (key === 'routing' && before?.routing === step.routing && before.presence !== '-') return [];
        const end = steps
          .slice(i + 1)
          .find((next) => key === 'presence' || next.presence === '-' || next.routing !== step.routing);
        const definitionId = key === 'presence' ? ownLabel(step.presence) : undefined;
        return step.presence === '-' ? [] : [{ from: step.at, to: end?.at, state: step[key], definitionId }];
      });
    builder.add({ userId, presence: spans('presence'), routing: spans('routing') });
  }
  const agents = Object.keys(stories).map((id) => agent({ id, name: id }));
  return builder.build(span, agents);
}

const HOURS = { calendar: calendar('Europe/Berlin', ['10:00-17:00']), side: 'outside' as const };
/** Rules of all clocks and hours, caps that bind, and an exemption that ends. */
export const RICH = policy({
  exempt: [exemption({ match: matcher({ users: ['agent-1'] }), until: FROM + 5 * HOUR })],
  profiles: [
    profile({
      rules: [
        rule({ id: 'locked', when: { presence: ['IDLE'] }, clock: 'in_state', limit: '40m' }),
        rule({ id: 'missed', when: { routing: ['NOT_RESPONDING'] }, clock: 'in_state', limit: '10m' }),
        rule({
          id: 'gone',
          when: { presence: ['AVAILABLE', 'BREAK'], routing: ['OFF_QUEUE'] },
          limit: '60m',
        }),
        rule({ id: 'no-work', when: { routing: ['OFF_QUEUE'] }, clock: 'since_work', limit: '3h' }),
        rule({ id: 'late', when: { routing: ['OFF_QUEUE'] }, hours: HOURS, limit: '30m' }),
      ],
    }),
  ],
  caps: { ...CAPS, perSweep: 1, perHour: 4, breaker: { atLeast: 2, share: 0, hold: 7 * MINUTE } },
});

/** The same rules, some of them only near the licence peak: three agents, of whom two or three are near it. */
export const NEAR: Policy = {
  ...RICH,
  billing: { startsOn: 1, zone: 'UTC', expectedPeak: 3 },
  profiles: RICH.profiles.map((each) => ({
    ...each,
    rules: each.rules.map((one) => ({
      ...one,
      nearPeak: { gone: 0.9, 'no-work': 0.6, locked: 0.9 }[one.id],
    })),
  })),
};

/** What happens to an agent, and how many seconds after what was before. */
export const step = fc.record({
  // Half of them by the clock, so that agents do the same at the same moment, and a limit is reached as something happens.
  after: fc.oneof(
    fc.integer({ min: 1, max: 60 * 100 }),
    fc.integer({ min: 1, max: 10 }).map((times) => times * 600),
  ),
  state: fc.constantFrom(
    'AVAILABLE',
    'BREAK',
    'IDLE',
    'OFFLINE',
    'ON_QUEUE/IDLE',
    'ON_QUEUE/INTERACTING',
    'ON_QUEUE/NOT_RESPONDING',
    'BREAK/INTERACTING',
    'BREAK/IDLE',
    'ON_QUEUE/OFF_QUEUE',
    'LEVITATING',
    '-',
  ),
});

export function storyOf(steps: readonly { readonly after: number; readonly state: string }[]): Story {
  let at = 0;
  return [
    '08:00:00 AVAILABLE',
    ...steps.map(({ after, state }) => {
      at += after;
      const text = new Date(FROM + at * SECOND).toISOString();
      return `${text.slice(11, 19)} ${state}`;
    }),
  ].filter((text, i) => i === 0 || text < '20:00');
}
