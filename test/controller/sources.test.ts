/** Observations may come from more than the listing: a source of changes is one more entry in the list of sources. */
import { expect, test } from '@jest/globals';
import { SweepFindings } from '../../src/controller/findings.ts';
import { readSources } from '../../src/controller/sources.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { Observation } from '../../src/domain/agent.ts';
import type { AgentState, TrackingEvent } from '../../src/domain/tracking/state.ts';
import type { ObservationSource, Sighting } from '../../src/ports/agents.ts';
import { agent, policy } from '../domain/build.ts';
import { story } from '../domain/story.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
const context = {
  policy: policy(),
  usualInterval: MINUTE,
  clockJumped: () => false,
  nativeTimeouts: () => [],
};

/** A source that hands over these observations of one agent. */
function source(hands: ObservationSource['hands'], observations: readonly Observation[]): ObservationSource {
  return {
    hands,
    sweep: (onPage) => {
      onPage(observations.map((observation): Sighting => ({ agent: agent(), observation })));
      return Promise.resolve({ complete: true, fault: undefined, startedAt: 0, clockError: 0 });
    },
  };
}

interface Came {
  readonly memory: AgentState | undefined;
  readonly events: readonly TrackingEvent[];
  readonly findings: SweepFindings;
}

/** What one sweep over these sources makes of an agent who has been idle for half an hour. */
async function sweep(idle: AgentState, sources: readonly ObservationSource[]): Promise<Came> {
  const events: TrackingEvent[] = [];
  const observed = (_: unknown, evaluation: { readonly events: readonly TrackingEvent[] }): void => {
    events.push(...evaluation.events);
  };
  const tracker = new Tracker(new Map([[idle.agentId, { ...idle }]]), { observed });
  const findings = new SweepFindings(tracker, context);
  await readSources(sources, { tracker, findings, context }, new AbortController().signal);
  return { memory: tracker.memory(idle.agentId), events, findings };
}

const IDLE = story().until('09:30').state();

function seen(after: number, system: 'AVAILABLE' | 'OFFLINE', since = IDLE.last.presenceSince): Observation {
  return {
    agentId: IDLE.agentId,
    at: IDLE.seenAt + after,
    presence: { system, definitionId: undefined, since },
    routing: { status: 'OFF_QUEUE', since: IDLE.last.routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: IDLE.last.tokenAt,
    missing: [],
  };
}

const GONE = seen(20 * SECOND, 'OFFLINE', IDLE.seenAt + 20 * SECOND);
const BACK = seen(25 * SECOND, 'AVAILABLE', IDLE.seenAt + 25 * SECOND);
const LISTED = seen(MINUTE, 'AVAILABLE', IDLE.seenAt + 25 * SECOND);

test('a browser that goes and comes back between two listings looks like a person to the listing alone', async () => {
  const { memory, events } = await sweep(IDLE, [source('everyone', [LISTED])]);
  expect(memory?.episode.sign).toMatchObject({ kind: 'presence', at: BACK.at });
  expect(events).toEqual([]);
});

test('a source of changes beside the listing shows that it was the browser, and the clock of before goes on', async () => {
  const { memory, events } = await sweep(IDLE, [
    source('everyone', [LISTED]),
    source('changes', [GONE, BACK]),
  ]);
  expect(events.map(({ kind }) => kind)).toEqual(['silent_return']);
  expect(memory?.episode.clocks.sinceSign).toBe(IDLE.episode.clocks.sinceSign);
});

test('agents of a source of changes are counted and judged once, by the listing', async () => {
  const { findings } = await sweep(IDLE, [source('changes', [GONE, BACK]), source('everyone', [LISTED])]);
  expect([findings.listed.size, findings.online]).toEqual([1, 1]);
  const { findings: unlisted } = await sweep(IDLE, [source('changes', [GONE]), source('everyone', [])]);
  expect([unlisted.listed.size, unlisted.due]).toEqual([0, []]);
});

test('a change that arrives after a later observation is passed over, and moves no clock', async () => {
  const late = seen(-5 * MINUTE, 'OFFLINE', IDLE.seenAt - 5 * MINUTE);
  const still = seen(MINUTE, 'AVAILABLE');
  const withIt = await sweep(IDLE, [source('changes', [late]), source('everyone', [still])]);
  const without = await sweep(IDLE, [source('everyone', [still])]);
  expect(withIt.memory).toEqual(without.memory);
  expect(withIt.events).toEqual([]);
});

test('sources without a listing of everyone, or with two, are a mistake in putting the program together', async () => {
  const twice = [source('everyone', []), source('everyone', [])];
  for (const sources of [[], [source('changes', [])], twice])
    await expect(sweep(IDLE, sources)).rejects.toThrow('one source, and no other, lists everyone');
});
