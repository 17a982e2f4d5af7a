import { expect, test } from '@jest/globals';
import { Tracker } from '../../src/controller/tracker.ts';
import { agent, exemption, matcher, policy } from '../domain/build.ts';
import { story } from '../domain/story.ts';
import { SweepFindings } from '../../src/controller/findings.ts';
import type { Observation } from '../../src/domain/agent.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';

const MINUTE = 60_000;
const context = {
  policy: policy(),
  usualInterval: MINUTE,
  clockJumped: () => false,
  nativeTimeouts: () => [],
};

/** An agent idle for half an hour, and readings of later minutes. */
function idle(): {
  readonly memory: AgentState;
  readonly reading: (minute: number, more?: Partial<Observation>) => Observation;
} {
  const memory = story().until('09:30').state();
  const { seenAt, last } = memory;
  const { presenceSince, routingSince, tokenAt } = last;
  const reading = (minute: number, more: Partial<Observation> = {}): Observation => ({
    agentId: memory.agentId,
    at: seenAt + minute * MINUTE,
    presence: { system: 'AVAILABLE', definitionId: undefined, since: presenceSince },
    routing: { status: 'OFF_QUEUE', since: routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: tokenAt,
    missing: [],
    ...more,
  });
  return { memory: { ...memory }, reading };
}

test('readings that cannot be used are noted with their first time and what is unknown, once, and until one can', () => {
  const { memory, reading } = idle();
  const population = new Tracker(new Map([[memory.agentId, memory]]));
  const look = (observation: Observation): AgentState | undefined =>
    population.look({ agent: agent(), observation }, context).state;
  const lacking = (minute: number): Observation => reading(minute, { presence: undefined });
  population.saved(new Set([memory.agentId]));
  expect(look(lacking(1))?.unread).toEqual({
    since: memory.seenAt + MINUTE,
    unknown: [{ part: 'presence', why: 'missing' }],
  });
  const noted = population.unsaved(new Set());
  expect(noted.notSeen.map(({ unread }) => unread?.since)).toEqual([memory.seenAt + MINUTE]);
  population.saved(new Set());
  look(lacking(2));
  expect(
    population.unsaved(new Set([memory.agentId])).changed.filter(({ unread }) => unread === undefined),
  ).toEqual([]);
  expect(look(reading(3, { routing: undefined }))?.unread).toEqual({
    since: memory.seenAt + MINUTE,
    unknown: [{ part: 'routingStatus', why: 'missing' }],
  });
  expect(look(reading(4))?.unread).toBeUndefined();
});

test('a sweep counts what is unknown, by kind, once for each agent', () => {
  const found = new SweepFindings(new Tracker(new Map()), context);
  const { reading } = idle();
  const of = (id: string, more: Partial<Observation>): void => {
    found.page([{ agent: agent({ id }), observation: { ...reading(1, more), agentId: id } }]);
  };
  of('a', {});
  of('b', { routing: { status: 'IDLE', since: 0 } });
  of('c', { presence: { system: 'ON_QUEUE', definitionId: undefined, since: 0 } });
  of('d', { conversations: undefined });
  of('e', {
    faults: [
      { part: 'conversationSummary', why: 'unheard_of', said: 'call.held' },
      { part: 'conversationSummary', why: 'unheard_of', said: 'call.parked' },
    ],
  });
  of('f', { presence: undefined, missing: ['groups'] });
  expect(found.verdicts.unknown).toBe(5);
  expect(found.unknown).toEqual({ contradiction: 2, conversationSummary: 2, groups: 1, presence: 1 });
});

test('an exemption takes an agent off the ladder at once, and that is stored', () => {
  const back = story().until('10:00').logOff().at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' });
  const { agentId, ...memory } = back.until('10:01').state();
  expect(memory.episode.ladder?.kind).toBe('returned');
  const population = new Tracker(new Map([[agentId, { agentId, ...memory }]]));
  const exempt = policy({ exempt: [exemption({ match: matcher({ users: [agentId] }) })] });
  const observation = {
    agentId,
    at: memory.seenAt + 60_000,
    presence: { system: 'AVAILABLE', definitionId: undefined, since: memory.last.presenceSince },
    routing: { status: 'OFF_QUEUE', since: memory.last.routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: memory.last.tokenAt,
    missing: [],
  } as const;
  const context = {
    policy: exempt,
    usualInterval: 60_000,
    clockJumped: () => false,
    nativeTimeouts: () => [],
  };
  const { verdict } = population.look({ agent: agent({ id: agentId }), observation }, context);
  expect(verdict.reason).toBe('exempt');
  const { changed } = population.unsaved(new Set([agentId]));
  expect(changed.map(({ episode }) => episode.ladder)).toEqual([undefined]);
});

test('an agent is stored anew when another exemption protects, and a reading that cannot be used changes nothing of it', () => {
  const { memory, reading } = idle();
  const population = new Tracker(new Map([[memory.agentId, memory]]));
  const exempt = policy({ exempt: [exemption({ label: 'on call', match: matcher({ groups: ['g1'] }) })] });
  const swept = (
    observation: Observation,
    groups: readonly string[] = [],
  ): readonly (string | undefined)[] => {
    const findings = new SweepFindings(population, { ...context, policy: exempt });
    findings.page([{ agent: agent({ groups }), observation }]);
    return findings.described.map((each) => each.exempt);
  };
  expect(swept(reading(1))).toEqual(['']);
  expect(swept(reading(2))).toEqual([]);
  expect(swept(reading(3), ['g1'])).toEqual(['on call']);
  expect(swept(reading(4, { presence: undefined }))).toEqual([]);
  expect(swept(reading(5))).toEqual(['']);
});
