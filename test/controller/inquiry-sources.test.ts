/** Sources of evidence that refuse, break or have no room for all: what is kept of them, and what they cost. */
import { beforeEach, expect, test } from '@jest/globals';
import { Accounting } from '../../src/controller/accounting.ts';
import { Inquiry } from '../../src/controller/inquiry.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { Agent } from '../../src/domain/agent.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';
import type { PresenceRecord } from '../../src/domain/evidence/records.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { HOUR, MINUTE, type Instant } from '../../src/domain/time/time.ts';
import type { EvidenceFault, TimelineSource } from '../../src/ports/evidence.ts';
import { agent, clockTime, rule } from '../domain/build.ts';
import { story, type Story } from '../domain/story.ts';

const REFUSED: EvidenceFault = { kind: 'forbidden', permission: 'analytics:userDetail:view' };
const quiet = (): void => undefined;

let now: Instant;
let told: Story;
let learner: Learner;
let said: string[];
let counted: string[];
let inquiry: Inquiry;
let population: Tracker;
let answer: readonly PresenceRecord[] | EvidenceFault | Error;
let asked: (readonly string[])[];

/** An agent whose presence moved without a newer token, after their session may have timed out. */
beforeEach(() => {
  told = story({ rules: [rule({ id: 'gone', limit: '60m' })], nativeTimeouts: ['15m'] })
    .at('09:20', { presence: 'AVAILABLE' })
    .until('09:21');
  now = clockTime('09:21');
  learner = new Learner(NO_BEHAVIOUR_KNOWN);
  [said, counted, asked] = [[], [], []];
  const meter = {
    returned: quiet,
    logoff: quiet,
    evidence: (source: string, kind: string) => void counted.push(`${source} ${kind}`),
  };
  const timeline: TimelineSource = {
    ask: (ids) => {
      asked.push(ids);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve('kind' in answer ? answer : new Map([[told.agent.id, answer]]));
    },
    room: () => 1,
  };
  population = new Tracker(new Map([[told.agent.id, told.state()]]));
  const keep = (_: object, message: string): void => void said.push(message);
  inquiry = new Inquiry({
    evidence: () => ({ timeline }),
    population,
    accounting: new Accounting(meter, learner),
    directory: { serverNow: () => now },
    log: { debug: quiet, info: quiet, error: keep, warn: keep },
    name: ({ name }) => name,
  });
});

function ask(
  answered: typeof answer,
  suspects: readonly Agent[] = [told.agent],
): Promise<readonly AgentState[]> {
  answer = answered;
  const context = {
    policy: told.policy,
    usualInterval: MINUTE,
    clockJumped: () => false,
    nativeTimeouts: () => [15 * MINUTE],
  };
  return inquiry.ask({ seen: new Set(), suspects, ownLogoffs: [] }, context, new AbortController().signal);
}

test('a source that may not be asked is remembered with the permission, until it is answered', async () => {
  await ask(REFUSED);
  expect(learner.source('timeline').refused).toEqual({ permission: 'analytics:userDetail:view', at: now });
  now += HOUR;
  await ask([]);
  expect(learner.source('timeline').refused).toBeUndefined();
  expect(said).toHaveLength(1);
});

test('a question that failed for another reason leaves it as it was', async () => {
  await ask(REFUSED);
  expect(counted).toEqual([]);
  const before = learner.source('timeline');
  now += HOUR;
  await ask({ kind: 'failed', why: 'the answer holds no list of user details' });
  expect(learner.source('timeline')).toBe(before);
});

test('what a source says of a change is counted, also while it is not believed', async () => {
  await ask([]);
  expect(counted).toEqual(['timeline none']);
  expect(learner.source('timeline').answers).toEqual({ bounce: 0, person: 0, none: 1, undecided: 0 });
});

test('fifty agents go into one request, as many requests as there is room for, the unasked first', async () => {
  const many = Array.from({ length: 120 }, (_, i) => agent({ id: `a${i}` }));
  for (const { id } of many) population.put({ ...told.state(), agentId: id });
  await ask([], many);
  expect(asked.map((ids) => ids.length)).toEqual([50]);
  await ask([], many);
  expect(asked[1]).toEqual(many.slice(50, 100).map(({ id }) => id));
});

test('the states that an answer changed are handed back, for the store', async () => {
  expect((await ask([])).map(({ agentId }) => agentId)).toEqual([told.agent.id]);
  expect(await ask([])).toEqual([]);
});

test('a source that breaks costs the sweep nothing, and is told of', async () => {
  expect(await ask(new Error('a bug'))).toEqual([]);
  expect(said).toEqual(['asking for evidence failed']);
});
