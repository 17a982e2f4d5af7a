import { expect, test } from '@jest/globals';
import { Population } from '../../src/enforcer/population.ts';
import { agent, exemption, matcher, policy } from '../domain/build.ts';
import { story } from '../domain/story.ts';

test('an exemption takes an agent off the ladder at once, and that is stored', () => {
  const back = story().until('10:00').logOff().at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' });
  const { agentId, ...memory } = back.until('10:01').memory();
  expect(memory.ladder?.active).toBe(true);
  const population = new Population(new Map([[agentId, { agentId, ...memory }]]));
  const exempt = policy({ exempt: [exemption({ match: matcher({ users: [agentId] }) })] });
  const observation = {
    agentId,
    at: memory.seenAt + 60_000,
    presence: { system: 'AVAILABLE', definitionId: undefined, since: memory.presenceSince },
    routing: { status: 'OFF_QUEUE', since: memory.routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: memory.tokenAt,
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
  expect(changed.map(({ ladder }) => ladder)).toEqual([undefined]);
});
