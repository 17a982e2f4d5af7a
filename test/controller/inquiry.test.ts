/** Asking about suspect changes: whom, how much, and what is made of the answers. */
import { beforeEach, expect, test } from '@jest/globals';
import type { OwnLogoff } from '../../src/controller/findings.ts';
import { Accounting } from '../../src/controller/accounting.ts';
import { Inquiry } from '../../src/controller/inquiry.ts';
import { Learner } from '../../src/controller/learner.ts';
import { Tracker } from '../../src/controller/tracker.ts';
import type { Agent } from '../../src/domain/agent.ts';
import { openSuspect } from '../../src/domain/tracking/suspects.ts';
import type { AgentState } from '../../src/domain/tracking/state.ts';
import type { PresenceRecord } from '../../src/domain/evidence/records.ts';
import { NO_BEHAVIOUR_KNOWN } from '../../src/domain/tracking/platform-behaviour.ts';
import { HOUR, MINUTE, type Instant, type Interval } from '../../src/domain/time/time.ts';
import type { EvidenceFault, SignIns, SignInSource, TimelineSource } from '../../src/ports/evidence.ts';
import { agent, clockTime, rule } from '../domain/build.ts';
import { story, type Story } from '../domain/story.ts';

const REFUSED: EvidenceFault = { kind: 'forbidden', permission: 'analytics:userDetail:view' };
const quiet = (): void => undefined;

let now: Instant;
let told: Story;
let learner: Learner;
let warned: string[];
let counted: string[];
let accounting: Accounting;
let inquiry: Inquiry;
let population: Tracker;
let answer: ReadonlyMap<string, readonly PresenceRecord[]> | EvidenceFault;
let signIns: SignIns | undefined;
let asked: { readonly ids: readonly string[]; readonly span: Interval }[];

/** An agent whose presence moved without a newer token, after their session may have timed out. */
beforeEach(() => {
  told = story({ rules: [rule({ id: 'gone', limit: '60m' })], nativeTimeouts: ['15m'] })
    .at('09:20', { presence: 'AVAILABLE' })
    .until('09:21');
  now = clockTime('09:21');
  learner = new Learner(NO_BEHAVIOUR_KNOWN);
  [warned, counted, asked, signIns] = [[], [], [], undefined];
  const meter = {
    returned: quiet,
    logoff: quiet,
    evidence: (source: string, said: string) => void counted.push(`${source} ${said}`),
  };
  const timeline: TimelineSource = {
    ask: (ids, span) => {
      asked.push({ ids, span });
      return Promise.resolve(answer);
    },
    room: () => 1,
  };
  const log: SignInSource = { ask: () => Promise.resolve(signIns ?? REFUSED), room: () => 1 };
  population = new Tracker(new Map([[told.agent.id, told.state()]]));
  accounting = new Accounting(meter, learner);
  inquiry = new Inquiry({
    evidence: () => ({ timeline, signIns: signIns === undefined ? undefined : log }),
    population,
    accounting,
    directory: { serverNow: () => now },
    log: { debug: quiet, info: quiet, error: quiet, warn: (_, message) => void warned.push(message) },
    name: ({ name }) => name,
  });
});

async function ask(
  of: EvidenceFault | readonly PresenceRecord[],
  usualInterval = MINUTE,
  ownLogoffs: readonly OwnLogoff[] = [],
  suspects: readonly Agent[] = [told.agent],
): Promise<readonly AgentState[]> {
  answer = 'kind' in of ? of : new Map([[told.agent.id, of]]);
  const context = {
    policy: told.policy,
    usualInterval,
    clockJumped: () => false,
    nativeTimeouts: () => [15 * MINUTE],
  };
  return inquiry.ask({ suspects, ownLogoffs }, context, new AbortController().signal);
}

test('a source that may not be asked is remembered with the permission, until it is answered', async () => {
  await ask(REFUSED);
  expect(learner.source('timeline').refused).toEqual({ permission: 'analytics:userDetail:view', at: now });
  now += HOUR;
  await ask([]);
  expect(learner.source('timeline').refused).toBeUndefined();
  expect(warned).toHaveLength(1);
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

test('is asked whatever the usual interval is, also where a quarter of it is no whole number of milliseconds', async () => {
  await ask([], 5_001);
  expect(counted).toEqual(['timeline none']);
});

/** The presence history in which the suspect change is a bounce. */
const BOUNCE: readonly PresenceRecord[] = [
  { from: clockTime('08:00'), to: clockTime('09:19:57'), presence: 'AVAILABLE' },
  { from: clockTime('09:19:57'), to: clockTime('09:20'), presence: 'OFFLINE' },
  { from: clockTime('09:20'), to: undefined, presence: 'AVAILABLE' },
];

function believe(source: 'timeline' | 'sign_ins' = 'timeline', after = '08:00'): void {
  for (const minutes of [1, 2, 3]) learner.tried(source, true, clockTime(after) + minutes * MINUTE);
}

/** Bo, whom we set Offline at nine, and who is Offline still. */
const BO: OwnLogoff = {
  agent: agent({ id: 'bo', name: 'Bo' }),
  begunAt: clockTime('09:00'),
  offline: { begunAt: clockTime('09:00'), stamp: clockTime('09:00:02'), seenAt: clockTime('09:20') },
};
const OFFLINE_OF_BO: readonly PresenceRecord[] = [
  { from: clockTime('08:00'), to: clockTime('09:00:02'), presence: 'BREAK' },
  { from: clockTime('09:00:02'), to: undefined, presence: 'OFFLINE' },
];

test('a source that is not believed changes nothing, and what it said is noted', async () => {
  expect(await ask(BOUNCE)).toHaveLength(1);
  expect(counted).toEqual(['timeline bounce']);
  const state = population.memory(told.agent.id);
  expect([state?.episode.sign?.kind, state?.evidence?.isUsed]).toEqual(['presence', false]);
});

test('a believed source gives back the episode, and the return goes on record with the source', async () => {
  believe();
  const [state] = await ask(BOUNCE);
  expect(state?.episode.sign).toBeUndefined();
  expect(state?.session.kind).toBe('returned');
  expect(accounting.take()).toMatchObject([
    { kind: 'return', agentId: told.agent.id, reason: 'silent after the platform’s, shown by timeline' },
  ]);
  expect(await ask(BOUNCE)).toEqual([]);
});

test('the question reaches back before the look before the change', async () => {
  await ask([]);
  expect(asked).toEqual([
    { ids: [told.agent.id], span: { from: clockTime('09:19') - 5 * MINUTE, to: clockTime('09:21') } },
  ]);
});

test('nothing is asked without a question', async () => {
  await ask([], MINUTE, [], []);
  expect(asked).toEqual([]);
});

test('a source is tried by log-offs of ours until it is believed, each of them once', async () => {
  answer = new Map();
  const of = { [told.agent.id]: [], bo: OFFLINE_OF_BO };
  const trial = async (log: OwnLogoff): Promise<void> => {
    answer = new Map(Object.entries(of));
    const context = {
      policy: told.policy,
      usualInterval: MINUTE,
      clockJumped: () => false,
      nativeTimeouts: () => [],
    };
    await inquiry.ask({ suspects: [], ownLogoffs: [log] }, context, new AbortController().signal);
  };
  await trial(BO);
  await trial(BO);
  expect([asked.length, learner.source('timeline').right]).toEqual([1, 1]);
  believe('timeline', '09:00');
  await trial({ ...BO, begunAt: clockTime('09:30') });
  expect(asked).toHaveLength(1);
});

test('a believed source that shows a log-off of ours wrongly is dropped with a warning, and its answers are not used', async () => {
  believe();
  answer = new Map([
    [told.agent.id, BOUNCE],
    ['bo', [{ from: clockTime('08:00'), to: clockTime('09:21'), presence: 'BREAK' }]],
  ]);
  const context = {
    policy: told.policy,
    usualInterval: MINUTE,
    clockJumped: () => false,
    nativeTimeouts: () => [],
  };
  await inquiry.ask({ suspects: [told.agent], ownLogoffs: [BO] }, context, new AbortController().signal);
  expect(warned).toEqual([expect.stringMatching(/^evidence contradicts a log-off of ours/)]);
  expect(population.memory(told.agent.id)?.episode.sign?.kind).toBe('presence');
});

test('fifty agents go into one request, as many requests as there is room for, the unasked first', async () => {
  const many = Array.from({ length: 120 }, (_, i) => agent({ id: `a${i}` }));
  for (const { id } of many) population.put({ ...told.state(), agentId: id });
  await ask([], MINUTE, [], many);
  expect(asked.map(({ ids }) => ids.length)).toEqual([50]);
  await ask([], MINUTE, [], many);
  expect(asked[1]?.ids).toEqual(many.slice(50, 100).map(({ id }) => id));
});

test('a source that breaks, or never answers, costs the sweep nothing', async () => {
  const hangs: TimelineSource = {
    room: () => 1,
    ask: (_, __, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
  };
  const breaks: TimelineSource = { room: () => 1, ask: () => Promise.reject(new Error('a bug')) };
  const failures: string[] = [];
  for (const timeline of [hangs, breaks]) {
    const log = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (_: object, said: string) => void failures.push(said),
    };
    const other = new Inquiry({
      evidence: () => ({ timeline }),
      population,
      accounting,
      directory: { serverNow: () => now },
      log,
      name: ({ name }) => name,
    });
    const context = {
      policy: told.policy,
      usualInterval: 40,
      clockJumped: () => false,
      nativeTimeouts: () => [],
    };
    const { signal } = new AbortController();
    expect(await other.ask({ suspects: [told.agent], ownLogoffs: [] }, context, signal)).toEqual([]);
  }
  expect(failures).toEqual(['asking for evidence failed']);
});

test('a sign-in of the agent, by e-mail in any case, shows a browser; a log that is past the change without one a person', async () => {
  believe('sign_ins');
  const email = told.agent.email.toUpperCase();
  signIns = { entries: [{ at: clockTime('09:19:55'), email }], knownTo: clockTime('09:20:30') };
  const [state] = await ask([]);
  expect(state?.session.kind).toBe('returned');
  expect(counted).toEqual(['timeline none', 'sign_ins bounce']);
  population.put(told.state());
  signIns = {
    entries: [{ at: clockTime('09:19:55'), email: 'else@example.com' }],
    knownTo: clockTime('09:25'),
  };
  const [other] = await ask([]);
  expect(other !== undefined && openSuspect(other)).toBeUndefined();
  expect(other?.episode.sign?.kind).toBe('presence');
});
