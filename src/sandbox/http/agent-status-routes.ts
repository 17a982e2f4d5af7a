/** `GET /api/v2/analytics/agents/{id}/status`: an agent with the sessions of their open conversations. */
import type { UserState, Work } from '../desk.ts';
import type { Person } from '../organisation.ts';
import { spell } from '../presences.ts';
import { createRandom, makeId, mixSeed } from '../random.ts';
import type { People } from './people.ts';
import { notFound } from './refusal.ts';
import { ok, type Parts, type Route } from './route.ts';

/** How sessions call what listings call otherwise. */
const MEDIA: Partial<Record<Work['medium'], string>> = { call: 'voice' };

/** The routes. */
export function agentStatusRoutes({ settings, world }: Parts, people: People): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v2/analytics/agents/{id}/status',
      operation: 'getAnalyticsAgentStatus',
      permission: 'analytics:agentState:view',
      answer: ({ id }) => {
        const person = people.find(id);
        if (person === undefined) throw notFound('User');
        const desk = world.desk(person);
        const sessions = desk.work.map((work) => session(settings.seed, person, work));
        return ok({
          userId: person.id,
          divisionId: person.division.id,
          userName: person.name,
          sessionCount: sessions.length,
          sessions,
          systemPresence: spell(desk.presence.system, 'upper'),
          organizationPresenceId: desk.presence.id,
          presenceDate: stamp(desk.presenceAt),
          ...routing(desk),
          isOutOfOffice: false,
        });
      },
    },
  ];
}

function routing({ routing: routingStatus, routingAt }: Readonly<UserState>): object {
  return { routingStatus, routingStatusDate: stamp(routingAt) };
}

function session(seed: number, { index }: Person, { medium, side, phase, takenAt, phaseAt }: Work): object {
  const random = createRandom(mixSeed(seed, 11, index, takenAt));
  return {
    conversationId: makeId(random),
    sessionId: makeId(random),
    sessionStart: stamp(takenAt),
    segmentStart: stamp(phaseAt),
    segmentType: phase === 'acw' ? 'wrapup' : 'interact',
    originatingDirection: side === 'contactCenter' ? 'inbound' : 'outbound',
    mediaType: MEDIA[medium] ?? medium,
  };
}

function stamp(at: number): string {
  return new Date(at).toISOString();
}
