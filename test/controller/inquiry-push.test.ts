/** Pushed changes as evidence: when they decide, and when the timeline has to. */
import { beforeEach, expect, test } from '@jest/globals';
import { Accounting } from '../../src/controller/accounting.ts';
import { Inquiry } from '../../src/controller/inquiry.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import { RIGHT_TO_BE_BELIEVED } from '../../src/domain/evidence/calibration.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { PushedChange } from '../../src/domain/evidence/push.ts';
import type { PresenceRecord } from '../../src/domain/evidence/records.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { MINUTE, type Instant } from '../../src/domain/time/time.ts';
import type { OwnLogoff } from '../../src/controller/findings.ts';
import { agent, asClockTime, clockTime, policy } from '../domain/build.ts';
import { story } from '../domain/story.ts';
import { FakePush } from './fake-push.ts';
import { Sentences } from './parts.ts';

let push: FakePush;
let log: Sentences;
let learner: Learner;
let tracker: Tracker;
let answers: string[];
let timeline: readonly PresenceRecord[] | undefined;
let asked: (readonly string[])[];
let now: Instant;
let inquiry: Inquiry;

/** Away all the time; stamped anew at 09:30:20 with the token of before, seen at 09:31. */
beforeEach(() => {
  const told = story({ nativeTimeouts: ['15m'], first: { presence: 'AWAY' } })
    .at('09:30:20', { presence: 'AWAY' })
    .until('09:31');
  push = new FakePush();
  log = new Sentences();
  [answers, asked] = [[], []];
  timeline = undefined;
  now = clockTime('09:31:02');
  tracker = new Tracker(new Map([[told.agent.id, { ...told.state(), agentId: 'agent-1' }]]));
  begin('believed');
});

/** The program starts, with push as it stood its trials. */
function begin(standing: 'believed' | 'untried'): void {
  const { evidence } = NO_BEHAVIOUR_KNOWN;
  const right = standing === 'believed' ? RIGHT_TO_BE_BELIEVED : 0;
  const stood = { ...evidence.push, right };
  const known = { ...evidence, push: stood, timeline: { ...evidence.timeline, right: RIGHT_TO_BE_BELIEVED } };
  learner = new Learner({ ...NO_BEHAVIOUR_KNOWN, evidence: known });
  const meter = {
    returned: () => undefined,
    logoff: () => undefined,
    evidence: (source: string, answer: string) => answers.push(`${source} ${answer}`),
  };
  inquiry = new Inquiry({
    evidence: () => ({
      push,
      timeline: timeline && {
        ask: (ids) => {
          asked.push(ids);
          return Promise.resolve(new Map(ids.map((id) => [id, timeline ?? []])));
        },
        room: () => 1,
      },
    }),
    population: tracker,
    accounting: new Accounting(meter, learner),
    directory: { serverNow: () => now },
    log,
    name: ({ name }) => name,
  });
}

async function ask(
  ownLogoffs: readonly OwnLogoff[] = [],
  suspects: readonly Agent[] = [agent()],
): Promise<string> {
  const context = {
    policy: policy(),
    usualInterval: MINUTE,
    clockJumped: () => false,
    nativeTimeouts: () => undefined,
  };
  const questions = { seen: new Set(['agent-1', 'unheard-of']), suspects, ownLogoffs };
  await inquiry.ask(questions, context, new AbortController().signal);
  const sign = tracker.memory('agent-1')?.episode.sign;
  return `${answers.join(', ')}: ${sign === undefined ? 'given back' : `sign at ${asClockTime(sign.at)}`}`;
}

function change(presence: PushedChange['presence'], at: string): PushedChange {
  return { presence, at: clockTime(at) };
}

function pushed(changes: readonly PushedChange[], from = '09:00', to = '09:31:02'): void {
  push.tells = { changes, from: clockTime(from), to: clockTime(to) };
}

const BOUNCE = [change('OFFLINE', '09:30:05'), change('AWAY', '09:30:20')];

test('a bounce that was pushed gives the episode of before back, without a question to the timeline', async () => {
  pushed(BOUNCE);
  timeline = [];
  expect(await ask()).toBe('push bounce: given back');
});

test('a change without an Offline before it is a person’s', async () => {
  pushed([change('AWAY', '09:30:20')]);
  expect(await ask()).toBe('push person: sign at 09:30:20');
  expect(tracker.memory('agent-1')?.undo.filter(({ suspect }) => suspect !== undefined)).toEqual([]);
});

test('while changes may be lost push decides nothing, and the timeline is asked', async () => {
  pushed(BOUNCE);
  push.whole = false;
  expect(await ask()).toBe('push undecided: sign at 09:30:20');
  answers = [];
  timeline = [
    { presence: 'AWAY', from: clockTime('08:00'), to: clockTime('09:30:01') },
    { presence: 'BUSY', from: clockTime('09:30:01'), to: clockTime('09:30:05') },
    { presence: 'OFFLINE', from: clockTime('09:30:05'), to: clockTime('09:30:20') },
    { presence: 'AWAY', from: clockTime('09:30:20'), to: undefined },
  ];
  expect(await ask()).toBe('push undecided, timeline person: sign at 09:30:20');
});

test('after a gap since the look before push decides nothing', async () => {
  pushed(BOUNCE, '09:30:01');
  expect(await ask()).toBe('push undecided: sign at 09:30:20');
});

test('a change that may not have arrived whole yet is asked about again after the next sweep', async () => {
  pushed(BOUNCE, '09:00', '09:30:25');
  expect(await ask()).toBe('push none: sign at 09:30:20');
});

test('what is pushed before three log-offs of ours were shown rightly is counted and not used', async () => {
  begin('untried');
  pushed(BOUNCE);
  expect(await ask()).toBe('push bounce: sign at 09:30:20');
});

test('push is tried by our own log-offs, as far as it was listened to', async () => {
  begin('untried');
  const offline = {
    begunAt: clockTime('09:30:04'),
    stamp: clockTime('09:30:05'),
    seenAt: clockTime('09:30:10'),
  };
  const own = { agent: agent({ id: 'gone' }), begunAt: offline.begunAt, offline };
  pushed([change('OFFLINE', '09:30:05')], '09:30:05');
  await ask([own]);
  expect(learner.source('push')).toMatchObject({ right: 0, wrong: 0 });
  pushed([change('OFFLINE', '09:30:05')], '09:30');
  await ask([own]);
  expect(learner.source('push')).toMatchObject({ right: 1, wrong: 0 });
});

test('an Offline that was pushed for a time at which our log-off had not begun makes push wrong', async () => {
  const offline = {
    begunAt: clockTime('09:30:20'),
    stamp: clockTime('09:30:40'),
    seenAt: clockTime('09:31'),
  };
  pushed([change('OFFLINE', '09:30:05')]);
  await ask([
    {
      agent: agent({ id: 'gone' }),
      begunAt: offline.begunAt,
      offline: { ...offline, stamp: clockTime('09:30:45') },
    },
  ]);
  expect(learner.source('push')).toMatchObject({ right: 0, wrong: 1 });
  expect(log.said).toContainEqual(expect.stringMatching(/evidence contradicts a log-off of ours/));
});

test('all whom the sweep has seen are listened to, with what the look showed', async () => {
  await ask();
  const look = {
    agentId: 'agent-1',
    presence: 'AWAY',
    since: clockTime('09:30:20'),
    seenAt: clockTime('09:31'),
  };
  expect(push.listened).toEqual([[look]]);
});

test('where the platform may not be listened to this is said once, and asked again after an hour', async () => {
  push.fault = { kind: 'forbidden', permission: 'notifications' };
  await ask();
  await ask();
  expect(push.listened.length).toBe(1);
  expect(log.said.filter((line) => line.includes('may not be asked')).length).toBe(1);
  expect(learner.source('push').refused?.permission).toBe('notifications');
  now += 60 * MINUTE;
  push.fault = undefined;
  await ask();
  expect([push.listened.length, learner.source('push').refused]).toEqual([2, undefined]);
});

test('what push did not decide keeps its turn at the timeline, where that has no room for all', async () => {
  const ids = Array.from({ length: 120 }, (_, i) => `agent-${i}`);
  const state = tracker.memory('agent-1');
  if (state === undefined) throw new Error('no such agent');
  for (const agentId of ids) tracker.put({ ...state, agentId });
  pushed(BOUNCE);
  push.whole = false;
  timeline = [];
  await ask(
    [],
    ids.map((id) => agent({ id })),
  );
  await ask(
    [],
    ids.map((id) => agent({ id })),
  );
  await ask(
    [],
    ids.map((id) => agent({ id })),
  );
  expect(asked.map((some) => some.length)).toEqual([50, 50, 50]);
  expect(new Set(asked.flat()).size).toBe(120);
});
