/** Answers of the ladder between two sweeps: whom they reach, and what keeps them back. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Accounting } from '../../src/controller/accounting.ts';
import { EarlyLooks } from '../../src/controller/early-looks.ts';
import { SweepFindings } from '../../src/controller/findings.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { Watched } from '../../src/controller/watched.ts';
import type { Agent, Observation, Sighting } from '../../src/domain/agent.ts';
import type { PushedChange } from '../../src/domain/evidence/push.ts';
import { EMPTY_LEDGER, withLogoff, type Ledger } from '../../src/domain/planning/plan.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { MINUTE, SECOND, type Instant } from '../../src/domain/time/time.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';
import { clockTime } from '../domain/build.ts';
import { story, type Story } from '../domain/story.ts';
import { FakePush } from './fake-push.ts';
import { Sentences } from './parts.ts';

/** Logged off at 10:00 and back within seconds by itself: the ladder answers a minute after that, at 10:01:22. */
function waiting(): Story {
  return story()
    .until('10:00')
    .logOff()
    .at('10:00:22', { presence: 'AVAILABLE', token: '10:00:21' })
    .until('10:01');
}

/** Logged off at 10:00, and Offline still. */
function offline(): Story {
  return story().until('10:00').logOff().until('10:01');
}

let now: Instant;
let push: FakePush;
let read: (readonly string[])[];
let done: string[];
let mayBegin: boolean;
let tracker: Tracker;
let people: Map<string, { readonly agent: Agent; readonly shows: Partial<Observation> }>;
let early: EarlyLooks;
let watched: Watched;
let right: number;

beforeEach(() => {
  [now, right, mayBegin] = [clockTime('10:01:02'), 3, true];
  push = new FakePush();
  people = new Map();
  [read, done] = [[], []];
  push.tells = { changes: [], from: clockTime('09:00'), to: now };
});

/** What a look at the agent shows: as at the last look, but for what has changed since. */
function sighting(id: string): Sighting | undefined {
  const person = people.get(id);
  const state = tracker.memory(id);
  if (person === undefined || state === undefined) return undefined;
  const { presence, presenceSince, routing, routingSince, tokenAt } = state.last;
  const observation: Observation = {
    agentId: id,
    at: now,
    presence: { system: presence, definitionId: undefined, since: presenceSince },
    routing: { status: routing, since: routingSince },
    conversations: { contactCentre: 0, enterprise: 0 },
    tokenIssuedAt: tokenAt,
    missing: [],
    ...person.shows,
  };
  return { agent: person.agent, observation };
}

/** A sweep at 10:01 has found these, with nothing in doubt but what is said, and has planned so many log-offs. */
function swept(
  stories: readonly Story[],
  more: Partial<Pick<Watched, 'hold' | 'complete' | 'lease'>> = {},
  planned = 0,
  changed: readonly AgentState[] = [],
): void {
  const [first] = stories;
  const policy = first!.policy;
  const memories = stories.map((told, i): [string, AgentState] => [
    `agent-${i}`,
    { ...told.state(), agentId: `agent-${i}`, seenAt: clockTime('10:00:30') },
  ]);
  tracker = new Tracker(new Map(memories));
  const context = { policy, usualInterval: MINUTE, clockJumped: () => false, nativeTimeouts: () => [] };
  for (const [i, told] of stories.entries())
    people.set(`agent-${i}`, { agent: { ...told.agent, id: `agent-${i}` }, shows: {} });
  const findings = new SweepFindings(tracker, context);
  findings.page([...people.keys()].flatMap((id) => sighting(id) ?? []));
  const evidence = { ...NO_BEHAVIOUR_KNOWN.evidence, push: { ...NO_BEHAVIOUR_KNOWN.evidence.push, right } };
  const learner = new Learner({ ...NO_BEHAVIOUR_KNOWN, evidence });
  const meter = { returned: () => undefined, logoff: () => undefined, evidence: () => undefined };
  early = new EarlyLooks({
    population: tracker,
    accounting: new Accounting(meter, learner),
    log: new Sentences(),
    directory: {
      serverNow: () => now,
      reread: (ids) => {
        read.push(ids);
        return Promise.resolve(new Map(ids.flatMap((id) => [[id, sighting(id)!] as const])));
      },
    },
  });
  const summary = { complete: true, fault: undefined, startedAt: now, clockError: 0 };
  const sound = { hold: undefined, complete: true, lease: 'held' } as const;
  watched = { ...{ sweepId: 's1', begun: now, now, context, summary, findings }, ...sound, ...more };
  early.follow(watched, planned, changed);
}

/** Looks at this time; answers who is logged off. */
async function look(at: string, ledger: Ledger = EMPTY_LEDGER): Promise<readonly string[]> {
  now = clockTime(at);
  done = [];
  const signal = new AbortController().signal;
  await early.look({
    ...{ push, ledger, signal, mayBegin: () => Promise.resolve(mayBegin) },
    perform: (agents, book) => {
      for (const { agentId, due } of agents) done.push(`${agentId} rung ${String(due.rung)}`);
      return Promise.resolve(agents.reduce((sofar) => withLogoff(sofar, now), book));
    },
  });
  return done;
}

describe('an answer of the ladder', () => {
  test('comes when its wait is over, and not before', async () => {
    swept([waiting()]);
    expect(await look('10:01:20')).toEqual([]);
    expect(read).toEqual([]);
    expect(await look('10:01:25')).toEqual(['agent-0 rung 0']);
    expect(read).toEqual([['agent-0']]);
  });

  test('comes once: it is for the next sweep to see what came of it', async () => {
    swept([waiting()]);
    await look('10:01:25');
    expect(await look('10:01:35')).toEqual([]);
  });

  test('does not come where the fresh look shows a sign of the person', async () => {
    swept([waiting()]);
    const person = people.get('agent-0')!;
    const presence = { system: 'BUSY' as const, definitionId: undefined, since: clockTime('10:01:10') };
    people.set('agent-0', { ...person, shows: { presence } });
    expect(await look('10:01:25')).toEqual([]);
    expect(tracker.memory('agent-0')?.episode.sign?.at).toBe(clockTime('10:01:10'));
  });

  test('does not come where the agent is engaged, or cannot be read', async () => {
    swept([waiting(), waiting()]);
    people.set('agent-0', {
      ...people.get('agent-0')!,
      shows: { conversations: { contactCentre: 1, enterprise: 0 } },
    });
    people.set('agent-1', { ...people.get('agent-1')!, shows: { conversations: undefined } });
    expect(await look('10:01:25')).toEqual([]);
  });

  test('to a return that push shows comes a minute after it, without a sweep in between', async () => {
    swept([offline()]);
    expect(await look('10:01:10')).toEqual([]);
    expect(read).toEqual([]);
    push.tells = {
      changes: [{ at: clockTime('10:01:12'), presence: 'AVAILABLE' }],
      from: clockTime('09:00'),
      to: now,
    };
    const presence = { system: 'AVAILABLE' as const, definitionId: undefined, since: clockTime('10:01:12') };
    const shows = { presence, tokenIssuedAt: clockTime('10:01:11') };
    people.set('agent-0', { ...people.get('agent-0')!, shows });
    expect(await look('10:01:20')).toEqual([]);
    expect(await look('10:02:11')).toEqual([]);
    expect(read).toEqual([['agent-0']]);
    expect(await look('10:02:13')).toEqual(['agent-0 rung 0']);
  });

  test('of whom evidence has told since the sweep is found by a look of its own', async () => {
    const told = waiting();
    swept([told], {}, 0, [{ ...told.state(), agentId: 'agent-0' }]);
    early.follow(
      {
        ...watched,
        findings: { ...watched.findings, awaited: [], suspects: [people.get('agent-0')!.agent] },
      },
      0,
      [{ ...told.state(), agentId: 'agent-0' }],
    );
    expect(await look('10:01:10')).toEqual([]);
    expect(await look('10:01:25')).toEqual(['agent-0 rung 0']);
  });
});

describe('nothing is done early', () => {
  test.each<[string, () => void]>([
    [
      'after a sweep that was not complete',
      () => {
        swept([waiting()], { complete: false });
      },
    ],
    [
      'after a sweep that was held',
      () => {
        swept([waiting()], { hold: 'settling' });
      },
    ],
    [
      'after a sweep that did not hold the lease',
      () => {
        swept([waiting()], { lease: 'unknown' });
      },
    ],
    [
      'where push is not believed',
      () => {
        right = 2;
        swept([waiting()]);
      },
    ],
    [
      'once the next sweep has begun',
      () => {
        swept([waiting()]);
        early.forget();
      },
    ],
    [
      'while nothing may begin',
      () => {
        swept([waiting()]);
        mayBegin = false;
      },
    ],
    [
      'where the sweep has used up its cap',
      () => {
        swept([waiting()], {}, waiting().policy.caps.perSweep);
      },
    ],
  ])('%s', async (_, given) => {
    given();
    expect(await look('10:01:25')).toEqual([]);
    expect(read).toEqual([]);
  });

  test('beyond what the sweep has left of its cap', async () => {
    const { perSweep } = waiting().policy.caps;
    swept([waiting(), waiting(), waiting()], {}, perSweep - 2);
    expect((await look('10:01:25')).length).toBe(2);
    expect(await look('10:01:35')).toEqual([]);
  });

  test('beyond the cap of the hour', async () => {
    const { perHour } = waiting().policy.caps;
    swept([waiting()]);
    const full = Array.from({ length: perHour }).reduce<Ledger>(
      (book) => withLogoff(book, now - SECOND),
      EMPTY_LEDGER,
    );
    expect(await look('10:01:25', full)).toEqual([]);
  });

  test('beyond that cap in all looks together', async () => {
    const { perSweep } = waiting().policy.caps;
    swept([waiting(), waiting()], {}, perSweep - 1);
    const [first, second] = watched.findings.awaited;
    const awaited = [first!, { agent: second!.agent, dueAt: clockTime('10:01:40') }];
    early.follow({ ...watched, findings: { ...watched.findings, awaited } }, perSweep - 1, []);
    expect(await look('10:01:25')).toEqual(['agent-0 rung 0']);
    expect(await look('10:01:45')).toEqual([]);
  });

  test('to agents who are due by a rule: the sweep counts them for the breaker', async () => {
    swept([story().until('10:00')]);
    expect(watched.findings.due.map(({ due }) => due.byLadder)).toEqual([false]);
    const awaited = [{ agent: people.get('agent-0')!.agent, dueAt: clockTime('10:01') }];
    early.follow({ ...watched, findings: { ...watched.findings, awaited } }, 0, []);
    expect(await look('10:01:25')).toEqual([]);
    expect(read).toEqual([['agent-0']]);
  });

  test.each<[string, PushedChange]>([
    ['is Offline still', { at: clockTime('10:01:12'), presence: 'OFFLINE' }],
    [
      'came back before the last look, which saw otherwise',
      { at: clockTime('10:00:29'), presence: 'AVAILABLE' },
    ],
  ])('to an agent who by what was pushed %s', async (_, change) => {
    swept([offline()]);
    push.tells = { changes: [change], from: clockTime('09:00'), to: now };
    await look('10:01:20');
    expect(read).toEqual([]);
  });
});

test('a name that an early look shows first is stored by the next sweep', async () => {
  swept([waiting()]);
  const person = people.get('agent-0')!;
  const renamed = { ...person.agent, name: 'Another Name' };
  people.set('agent-0', { ...person, agent: renamed });
  await look('10:01:25');
  expect(tracker.described(renamed, 'agents', '')?.name).toBe('Another Name');
});
